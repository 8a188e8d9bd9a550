//! What is left of root's powers: the capability bounding set (capabilities(7)).

use super::{Check, Judge, check};

pub(super) const CHECKS: &[Check] = &[
    check(
        "CapabilityBoundingSet=~CAP_SYS_ADMIN",
        "CapabilityBoundingSet_CAP_SYS_ADMIN",
        1500,
        Judge::Capabilities(&["CAP_SYS_ADMIN"]),
    )
    .says("can't administer the system", "can administer the system")
    .mended("CapabilityBoundingSet=~CAP_SYS_ADMIN"),
    check(
        "CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)",
        "CapabilityBoundingSet_CAP_SET_UID_GID_PCAP",
        1500,
        Judge::Capabilities(&["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"]),
    )
    .says("can't become other users", "can become other users")
    .mended("CapabilityBoundingSet=~CAP_SETUID CAP_SETGID CAP_SETPCAP"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_PTRACE",
        "CapabilityBoundingSet_CAP_SYS_PTRACE",
        1500,
        Judge::Capabilities(&["CAP_SYS_PTRACE"]),
    )
    .says(
        "can't read and change every process's memory",
        "can read and change every process's memory",
    )
    .mended("CapabilityBoundingSet=~CAP_SYS_PTRACE"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_TIME",
        "CapabilityBoundingSet_CAP_SYS_TIME",
        1000,
        Judge::Capabilities(&["CAP_SYS_TIME"]),
    )
    .says("can't set the clock", "can set the clock")
    .mended("CapabilityBoundingSet=~CAP_SYS_TIME"),
    check(
        "CapabilityBoundingSet=~CAP_NET_ADMIN",
        "CapabilityBoundingSet_CAP_NET_ADMIN",
        1000,
        Judge::Capabilities(&["CAP_NET_ADMIN"]),
    )
    .says("can't configure the network", "can configure the network")
    .mended("CapabilityBoundingSet=~CAP_NET_ADMIN"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_RAWIO",
        "CapabilityBoundingSet_CAP_SYS_RAWIO",
        1000,
        Judge::Capabilities(&["CAP_SYS_RAWIO"]),
    )
    .says("can't speak with hardware directly", "can speak with hardware directly")
    .mended("CapabilityBoundingSet=~CAP_SYS_RAWIO"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_MODULE",
        "CapabilityBoundingSet_CAP_SYS_MODULE",
        1000,
        Judge::Capabilities(&["CAP_SYS_MODULE"]),
    )
    .says("can't load kernel modules", "can load kernel modules")
    .mended("CapabilityBoundingSet=~CAP_SYS_MODULE"),
    check(
        "CapabilityBoundingSet=~CAP_AUDIT_*",
        "CapabilityBoundingSet_CAP_AUDIT",
        500,
        Judge::Capabilities(&["CAP_AUDIT_CONTROL", "CAP_AUDIT_READ", "CAP_AUDIT_WRITE"]),
    )
    .says("can't use the kernel's audit", "can use the kernel's audit")
    .mended("CapabilityBoundingSet=~CAP_AUDIT_CONTROL CAP_AUDIT_READ CAP_AUDIT_WRITE"),
    check(
        "CapabilityBoundingSet=~CAP_SYSLOG",
        "CapabilityBoundingSet_CAP_SYSLOG",
        500,
        Judge::Capabilities(&["CAP_SYSLOG"]),
    )
    .says("can't read the kernel's log", "can read the kernel's log")
    .mended("CapabilityBoundingSet=~CAP_SYSLOG"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_(NICE|RESOURCE)",
        "CapabilityBoundingSet_CAP_SYS_NICE_RESOURCE",
        500,
        Judge::Capabilities(&["CAP_SYS_NICE", "CAP_SYS_RESOURCE"]),
    )
    .says("can't lift limits and priorities", "can lift limits and priorities")
    .mended("CapabilityBoundingSet=~CAP_SYS_NICE CAP_SYS_RESOURCE"),
    check(
        "CapabilityBoundingSet=~CAP_MKNOD",
        "CapabilityBoundingSet_CAP_MKNOD",
        500,
        Judge::Capabilities(&["CAP_MKNOD"]),
    )
    .says("can't make device files", "can make device files")
    .mended("CapabilityBoundingSet=~CAP_MKNOD"),
    check(
        "CapabilityBoundingSet=~CAP_(CHOWN|FSETID|SETFCAP)",
        "CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP",
        1000,
        Judge::Capabilities(&["CAP_CHOWN", "CAP_FSETID", "CAP_SETFCAP"]),
    )
    .says(
        "can't give files away and mark them privileged",
        "can give files away and mark them privileged",
    )
    .mended("CapabilityBoundingSet=~CAP_CHOWN CAP_FSETID CAP_SETFCAP"),
    check(
        "CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)",
        "CapabilityBoundingSet_CAP_DAC_FOWNER_IPC_OWNER",
        1000,
        Judge::Capabilities(&[
            "CAP_DAC_OVERRIDE",
            "CAP_DAC_READ_SEARCH",
            "CAP_FOWNER",
            "CAP_IPC_OWNER",
        ]),
    )
    .says("can't pass over the modes of files", "can pass over the modes of files")
    .mended("CapabilityBoundingSet=~CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_IPC_OWNER"),
    check(
        "CapabilityBoundingSet=~CAP_KILL",
        "CapabilityBoundingSet_CAP_KILL",
        500,
        Judge::Capabilities(&["CAP_KILL"]),
    )
    .says("can't signal every process", "can signal every process")
    .mended("CapabilityBoundingSet=~CAP_KILL"),
    check(
        "CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|BROADCAST|RAW)",
        "CapabilityBoundingSet_CAP_NET_BIND_SERVICE_BROADCAST_RAW)",
        500,
        Judge::Capabilities(&["CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_RAW"]),
    )
    .says("can't use low ports and raw sockets", "can use low ports and raw sockets")
    .mended("CapabilityBoundingSet=~CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_RAW"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_BOOT",
        "CapabilityBoundingSet_CAP_SYS_BOOT",
        100,
        Judge::Capabilities(&["CAP_SYS_BOOT"]),
    )
    .says("can't reboot the machine", "can reboot the machine")
    .mended("CapabilityBoundingSet=~CAP_SYS_BOOT"),
    check(
        "CapabilityBoundingSet=~CAP_MAC_*",
        "CapabilityBoundingSet_CAP_MAC",
        100,
        Judge::Capabilities(&["CAP_MAC_ADMIN", "CAP_MAC_OVERRIDE"]),
    )
    .says("can't change mandatory access control", "can change mandatory access control")
    .mended("CapabilityBoundingSet=~CAP_MAC_ADMIN CAP_MAC_OVERRIDE"),
    check(
        "CapabilityBoundingSet=~CAP_LINUX_IMMUTABLE",
        "CapabilityBoundingSet_CAP_LINUX_IMMUTABLE",
        75,
        Judge::Capabilities(&["CAP_LINUX_IMMUTABLE"]),
    )
    .says("can't make files immutable", "can make files immutable")
    .mended("CapabilityBoundingSet=~CAP_LINUX_IMMUTABLE"),
    check(
        "CapabilityBoundingSet=~CAP_IPC_LOCK",
        "CapabilityBoundingSet_CAP_IPC_LOCK",
        50,
        Judge::Capabilities(&["CAP_IPC_LOCK"]),
    )
    .says("can't lock memory", "can lock memory")
    .mended("CapabilityBoundingSet=~CAP_IPC_LOCK"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_CHROOT",
        "CapabilityBoundingSet_CAP_SYS_CHROOT",
        50,
        Judge::Capabilities(&["CAP_SYS_CHROOT"]),
    )
    .says("can't change its root directory", "can change its root directory")
    .mended("CapabilityBoundingSet=~CAP_SYS_CHROOT"),
    check(
        "CapabilityBoundingSet=~CAP_BLOCK_SUSPEND",
        "CapabilityBoundingSet_CAP_BLOCK_SUSPEND",
        25,
        Judge::Capabilities(&["CAP_BLOCK_SUSPEND"]),
    )
    .says("can't keep the machine awake", "can keep the machine awake")
    .mended("CapabilityBoundingSet=~CAP_BLOCK_SUSPEND"),
    check(
        "CapabilityBoundingSet=~CAP_WAKE_ALARM",
        "CapabilityBoundingSet_CAP_WAKE_ALARM",
        25,
        Judge::Capabilities(&["CAP_WAKE_ALARM"]),
    )
    .says("can't wake the machine", "can wake the machine")
    .mended("CapabilityBoundingSet=~CAP_WAKE_ALARM"),
    check(
        "CapabilityBoundingSet=~CAP_LEASE",
        "CapabilityBoundingSet_CAP_LEASE",
        25,
        Judge::Capabilities(&["CAP_LEASE"]),
    )
    .says("can't take leases on others' files", "can take leases on others' files")
    .mended("CapabilityBoundingSet=~CAP_LEASE"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_TTY_CONFIG",
        "CapabilityBoundingSet_CAP_SYS_TTY_CONFIG",
        25,
        Judge::Capabilities(&["CAP_SYS_TTY_CONFIG"]),
    )
    .says("can't hang up terminals", "can hang up terminals")
    .mended("CapabilityBoundingSet=~CAP_SYS_TTY_CONFIG"),
    check(
        "CapabilityBoundingSet=~CAP_SYS_PACCT",
        "CapabilityBoundingSet_CAP_SYS_PACCT",
        25,
        Judge::Capabilities(&["CAP_SYS_PACCT"]),
    )
    .says("can't switch process accounting", "can switch process accounting")
    .mended("CapabilityBoundingSet=~CAP_SYS_PACCT"),
    check(
        "CapabilityBoundingSet=~CAP_BPF",
        "CapabilityBoundingSet_CAP_BPF",
        25,
        Judge::Capabilities(&["CAP_BPF"]),
    )
    .says("can't load BPF programs", "can load BPF programs")
    .mended("CapabilityBoundingSet=~CAP_BPF")
    // The stable releases of 252 have it; the very first one had not.
    .since(252),
];
