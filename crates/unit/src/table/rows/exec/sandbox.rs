//! Namespaces and what of the kernel commands may reach: systemd.exec(5), SANDBOXING, second half.

use crate::table::{
    Directive,
    kind::{
        Kind::{Bool, BoolOr, Choice, Namespaces, Path, ProtectHostname},
        PathRule::Absolute,
    },
    rows::build::{Computed, Is, NO, NONE, SAME, off, row},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    off("PrivateDevices", 209, "Has a /dev of its own with the pseudo devices alone"),
    off("PrivateNetwork", 0, "Has a network of its own with the loopback device alone"),
    row("UserNamespacePath", Path(Absolute), NONE, 259, SAME, "The user namespace that it joins"),
    row("NetworkNamespacePath", Path(Absolute), NONE, 242, SAME, "The network namespace that it joins"),
    off("PrivateIPC", 248, "Has System V IPC and message queues of its own"),
    row("IPCNamespacePath", Path(Absolute), NONE, 248, SAME, "The IPC namespace that it joins"),
    row("MemoryKSM", Bool, Computed("the manager's own"), 254, SAME, "The kernel may merge equal pages of its memory"),
    row("MemoryTHP", Choice(&["inherit", "disable", "madvise", "system"]), Is("inherit"), 260, SAME, "Whether the kernel backs its memory with huge pages"),
    off("PrivatePIDs", 257, "Sees its own processes alone, and its first one is process 1"),
    row("PrivateUsers", BoolOr(&["self", "identity", "full", "managed"]), NO, 232, SAME, "Has a user namespace of its own, with these users mapped"),
    row("ProtectHostname", ProtectHostname, NO, 242, SAME, "Has a host name of its own, and can't change it"),
    off("ProtectClock", 245, "Can't set the machine's clock"),
    off("ProtectKernelTunables", 232, "Can't write to /proc/sys, /sys and the like"),
    off("ProtectKernelModules", 232, "Can't load or unload kernel modules"),
    off("ProtectKernelLogs", 244, "Can't read or write the kernel's log"),
    row("ProtectControlGroups", BoolOr(&["private", "strict"]), NO, 232, SAME, "Can't write to /sys/fs/cgroup, or has a namespace of its own there"),
    row("DelegateNamespaces", Namespaces, NO, 258, SAME, "Which of its namespaces belong to its own user namespace").append(),
    off("PrivateBPF", 258, "Has a BPF file system of its own"),
    row("RemoveIPC", Bool, Computed("no; yes with DynamicUser="), 232, SAME, "IPC objects of its user and group are removed when it stops"),
];
