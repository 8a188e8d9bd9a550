//! systemd.resource-control(5), by subject.

pub(super) mod cpu;
pub(super) mod group;
pub(super) mod io;
pub(super) mod memory;
pub(super) mod network;
