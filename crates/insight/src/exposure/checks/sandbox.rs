//! Who it is, and what it sees of the machine.

use super::{Applies, Check, Judge, check};
use crate::exposure::judge;

pub(super) const IDENTITY: &[Check] = &[
    check("User=/DynamicUser=", "UserOrDynamicUser", 2000, Judge::By(judge::user))
        .to(10)
        .says("runs as a user that is not root", "runs as root"),
    check("SupplementaryGroups=", "SupplementaryGroups", 200, Judge::By(judge::groups))
        .says("has no further groups", "has further groups")
        .only(Applies::WithoutRoot),
];

pub(super) const PROTECTION: &[Check] = &[
    check("PrivateDevices=", "PrivateDevices", 1000, Judge::Yes("PrivateDevices"))
        .says("sees no hardware", "sees hardware devices")
        .mended("PrivateDevices=yes"),
    check("PrivateMounts=", "PrivateMounts", 1000, Judge::Yes("PrivateMounts"))
        .says("its mounts are its own", "what it mounts, the machine has mounted")
        .mended("PrivateMounts=yes"),
    check("PrivateNetwork=", "PrivateNetwork", 2500, Judge::Yes("PrivateNetwork"))
        .says("is not on the network", "is on the machine's network"),
    check("PrivateTmp=", "PrivateTmp", 1000, Judge::Yes("PrivateTmp"))
        .says("its /tmp is its own", "shares /tmp with everybody")
        .only(Applies::WithDefaultDependencies)
        .mended("PrivateTmp=yes"),
    check("PrivateUsers=", "PrivateUsers", 1000, Judge::Yes("PrivateUsers"))
        .says("other users are nobody to it", "other users are there for it"),
    check(
        "ProtectControlGroups=",
        "ProtectControlGroups",
        1000,
        Judge::Yes("ProtectControlGroups"),
    )
    .says("can't change control groups", "can change control groups")
    .mended("ProtectControlGroups=yes"),
    check(
        "ProtectKernelModules=",
        "ProtectKernelModules",
        1000,
        Judge::Yes("ProtectKernelModules"),
    )
    .says("can't load modules", "can load kernel modules")
    .mended("ProtectKernelModules=yes"),
    check(
        "ProtectKernelTunables=",
        "ProtectKernelTunables",
        1000,
        Judge::Yes("ProtectKernelTunables"),
    )
    .says("can't change /proc/sys and /sys", "can change /proc/sys and /sys")
    .mended("ProtectKernelTunables=yes"),
    check("ProtectKernelLogs=", "ProtectKernelLogs", 1000, Judge::Yes("ProtectKernelLogs"))
        .says("can't read the kernel's log", "can read the kernel's log")
        .mended("ProtectKernelLogs=yes"),
    check("ProtectClock=", "ProtectClock", 1000, Judge::Yes("ProtectClock"))
        .says("can't set the clock", "can set the clock")
        .mended("ProtectClock=yes"),
    check("ProtectHome=", "ProtectHome", 1000, Judge::By(judge::home))
        .to(10)
        .only(Applies::WithDefaultDependencies)
        .mended("ProtectHome=yes"),
    check("ProtectHostname=", "ProtectHostname", 50, Judge::Yes("ProtectHostname"))
        .says("can't rename the machine", "can rename the machine")
        .mended("ProtectHostname=yes"),
    check("ProtectSystem=", "ProtectSystem", 1000, Judge::By(judge::system))
        .to(10)
        .only(Applies::WithDefaultDependencies)
        .mended("ProtectSystem=full"),
    check("RootDirectory=/RootImage=", "RootDirectoryOrRootImage", 200, Judge::By(judge::root))
        .says("has a root directory of its own", "has the machine's root directory")
        .only(Applies::WithDefaultDependencies),
    check("LockPersonality=", "LockPersonality", 100, Judge::Yes("LockPersonality"))
        .says("can't change its personality(2)", "can change its personality(2)")
        .mended("LockPersonality=yes"),
    check(
        "MemoryDenyWriteExecute=",
        "MemoryDenyWriteExecute",
        100,
        Judge::Yes("MemoryDenyWriteExecute"),
    )
    .says("can't execute memory that it wrote", "can execute memory that it wrote"),
    check("NoNewPrivileges=", "NoNewPrivileges", 1000, Judge::Yes("NoNewPrivileges"))
        .says("can't gain privileges", "can gain privileges by set-user-id programs")
        .mended("NoNewPrivileges=yes"),
];
