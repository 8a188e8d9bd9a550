//! What it may ask of the kernel: keys, processes, namespaces, sockets.

use super::{Applies, Check, Judge, check};
use crate::exposure::judge;

pub(super) const CHECKS: &[Check] = &[
    check("UMask=", "UMask", 100, Judge::By(judge::umask)).to(10).mended("UMask=0077"),
    check("KeyringMode=", "KeyringMode", 1000, Judge::Is("KeyringMode", "private"))
        .says("its keys are its own", "shares keys with others")
        .mended("KeyringMode=private"),
    check("ProtectProc=", "ProtectProc", 1000, Judge::By(judge::process_view))
        .to(3)
        .says("sees its own user's processes", "sees all processes")
        .mended("ProtectProc=invisible"),
    check("ProcSubset=", "ProcSubset", 10, Judge::Is("ProcSubset", "pid"))
        .says("sees nothing but processes in /proc", "sees all of /proc"),
    check("NotifyAccess=", "NotifyAccess", 1000, Judge::IsNot("NotifyAccess", "all"))
        .says("its children can't speak for it", "its children can tell the manager how it is")
        .mended("NotifyAccess=main"),
    check("RemoveIPC=", "RemoveIPC", 100, Judge::Yes("RemoveIPC"))
        .says("leaves no System V IPC behind", "may leave System V IPC behind")
        .only(Applies::WithoutRoot)
        .mended("RemoveIPC=yes"),
    check("Delegate=", "Delegate", 100, Judge::No("Delegate"))
        .says("has no control groups of its own", "has control groups of its own"),
    check("RestrictRealtime=", "RestrictRealtime", 500, Judge::Yes("RestrictRealtime"))
        .says("can't have real-time priority", "can have real-time priority")
        .mended("RestrictRealtime=yes"),
    check("RestrictSUIDSGID=", "RestrictSUIDSGID", 1000, Judge::Yes("RestrictSUIDSGID"))
        .says("can't make set-user-id files", "can make set-user-id files")
        .mended("RestrictSUIDSGID=yes"),
];

pub(super) const NAMESPACES: &[Check] = &[
    check("RestrictNamespaces=~user", "RestrictNamespaces_user", 1500, Judge::Namespace("user"))
        .says("can't make users' namespaces", "can make users' namespaces")
        .mended("RestrictNamespaces=~user"),
    check("RestrictNamespaces=~mnt", "RestrictNamespaces_mnt", 500, Judge::Namespace("mnt"))
        .says("can't make namespaces of mounts", "can make namespaces of mounts")
        .mended("RestrictNamespaces=~mnt"),
    check("RestrictNamespaces=~ipc", "RestrictNamespaces_ipc", 500, Judge::Namespace("ipc"))
        .says("can't make namespaces of IPC", "can make namespaces of IPC")
        .mended("RestrictNamespaces=~ipc"),
    check("RestrictNamespaces=~pid", "RestrictNamespaces_pid", 500, Judge::Namespace("pid"))
        .says("can't make namespaces of processes", "can make namespaces of processes")
        .mended("RestrictNamespaces=~pid"),
    check(
        "RestrictNamespaces=~cgroup",
        "RestrictNamespaces_cgroup",
        500,
        Judge::Namespace("cgroup"),
    )
    .says("can't make namespaces of control groups", "can make namespaces of control groups")
    .mended("RestrictNamespaces=~cgroup"),
    check("RestrictNamespaces=~net", "RestrictNamespaces_net", 500, Judge::Namespace("net"))
        .says("can't make namespaces of networks", "can make namespaces of networks")
        .mended("RestrictNamespaces=~net"),
    check("RestrictNamespaces=~uts", "RestrictNamespaces_uts", 100, Judge::Namespace("uts"))
        .says("can't make namespaces of host names", "can make namespaces of host names")
        .mended("RestrictNamespaces=~uts"),
];

pub(super) const FAMILIES: &[Check] = &[
    check(
        "RestrictAddressFamilies=~AF_(INET|INET6)",
        "RestrictAddressFamilies_AF_INET_INET6",
        1500,
        Judge::Families(&["AF_INET", "AF_INET6"]),
    )
    .says("can't open Internet sockets", "can open Internet sockets"),
    check(
        "RestrictAddressFamilies=~AF_UNIX",
        "RestrictAddressFamilies_AF_UNIX",
        25,
        Judge::Families(&["AF_UNIX"]),
    )
    .says("can't open Unix sockets", "can open Unix sockets"),
    check(
        "RestrictAddressFamilies=~AF_NETLINK",
        "RestrictAddressFamilies_AF_NETLINK",
        200,
        Judge::Families(&["AF_NETLINK"]),
    )
    .says("can't open netlink sockets", "can open netlink sockets"),
    check(
        "RestrictAddressFamilies=~AF_PACKET",
        "RestrictAddressFamilies_AF_PACKET",
        1000,
        Judge::Families(&["AF_PACKET"]),
    )
    .says("can't open packet sockets", "can open packet sockets")
    .mended("RestrictAddressFamilies=~AF_PACKET"),
    check(
        "RestrictAddressFamilies=~…",
        "RestrictAddressFamilies_OTHER",
        1250,
        Judge::Families(&[]),
    )
    .says("can't open sockets of rare families", "can open sockets of rare families")
    .mended("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"),
];
