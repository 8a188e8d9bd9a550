//! System calls, addresses, devices.

use super::{Check, Judge, check};
use crate::exposure::judge;

pub(super) const CHECKS: &[Check] = &[
    check(
        "SystemCallArchitectures=",
        "SystemCallArchitectures",
        1000,
        Judge::By(judge::architectures),
    )
    .to(10)
    .mended("SystemCallArchitectures=native"),
    group("SystemCallFilter=~@swap", "SystemCallFilter_swap", 1000, "@swap")
        .mended("SystemCallFilter=~@swap"),
    group("SystemCallFilter=~@obsolete", "SystemCallFilter_obsolete", 250, "@obsolete")
        .mended("SystemCallFilter=~@obsolete"),
    group("SystemCallFilter=~@clock", "SystemCallFilter_clock", 1000, "@clock")
        .mended("SystemCallFilter=~@clock"),
    group(
        "SystemCallFilter=~@cpu-emulation",
        "SystemCallFilter_cpu_emulation",
        250,
        "@cpu-emulation",
    )
    .mended("SystemCallFilter=~@cpu-emulation"),
    group("SystemCallFilter=~@debug", "SystemCallFilter_debug", 1000, "@debug")
        .mended("SystemCallFilter=~@debug"),
    group("SystemCallFilter=~@mount", "SystemCallFilter_mount", 1000, "@mount")
        .mended("SystemCallFilter=~@mount"),
    group("SystemCallFilter=~@module", "SystemCallFilter_module", 1000, "@module")
        .mended("SystemCallFilter=~@module"),
    group("SystemCallFilter=~@raw-io", "SystemCallFilter_raw_io", 1000, "@raw-io")
        .mended("SystemCallFilter=~@raw-io"),
    group("SystemCallFilter=~@reboot", "SystemCallFilter_reboot", 1000, "@reboot")
        .mended("SystemCallFilter=~@reboot"),
    group("SystemCallFilter=~@privileged", "SystemCallFilter_privileged", 700, "@privileged")
        .mended("SystemCallFilter=~@privileged"),
    group("SystemCallFilter=~@resources", "SystemCallFilter_resources", 700, "@resources")
        .mended("SystemCallFilter=~@resources"),
    check("IPAddressDeny=", "IPAddressDeny", 1000, Judge::By(judge::addresses)).to(10),
    check("DeviceAllow=", "DeviceAllow", 1000, Judge::By(judge::devices))
        .to(10)
        .mended("DevicePolicy=closed"),
    check("AmbientCapabilities=", "AmbientCapabilities", 500, Judge::By(judge::ambient))
        .says("is given no capabilities", "is given capabilities"),
];

const fn group(id: &'static str, key: &'static str, weight: u64, name: &'static str) -> Check {
    check(id, key, weight, Judge::SystemCalls(name)).to(10)
}
