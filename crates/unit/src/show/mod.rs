//! Settings as D-Bus properties, in the words of `systemctl show`.
