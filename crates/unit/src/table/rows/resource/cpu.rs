//! Processors: systemd.resource-control(5), CPU.

use crate::table::{
    Directive, Status,
    kind::{
        Kind::{Bool, Choice, CpuQuota, Cpus, Seconds, Weight},
        Zero::IsZero,
    },
    rows::build::{Computed, Is, Manager, NONE, SAME, obsolete, row},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("CPUWeight", Weight(&["idle"]), Computed("the kernel's: 100"), 232, SAME, "The share of processor time, beside the unit's neighbours"),
    row("StartupCPUWeight", Weight(&["idle"]), Computed("CPUWeight="), 232, SAME, "The same while the machine starts and stops"),
    row("CPUQuota", CpuQuota, NONE, 213, "CPUQuotaPerSecUSec", "The most processor time: 100% is one processor"),
    row("CPUQuotaPeriodSec", Seconds(IsZero), Is("100ms"), 242, "CPUQuotaPeriodUSec", "The span over which CPUQuota= is measured"),
    row("AllowedCPUs", Cpus, NONE, 244, SAME, "The processors that may be used").append(),
    row("StartupAllowedCPUs", Cpus, Computed("AllowedCPUs="), 252, SAME, "The same while the machine starts and stops").append(),
    row("AllowedMemoryNodes", Cpus, NONE, 244, SAME, "The memory nodes that may be used").append(),
    row("StartupAllowedMemoryNodes", Cpus, Computed("AllowedMemoryNodes="), 252, SAME, "The same while the machine starts and stops").append(),
    row("CPUSetPartition", Choice(&["member", "root", "isolated"]), Is("member"), 261, SAME, "Whether the processors of AllowedCPUs= are taken from everybody else"),
    // Of version 1 of control groups, or without effect today.
    row("CPUAccounting", Bool, Manager("DefaultCPUAccounting"), 0, SAME, "Counts processor time").status(Status::Superseded("nothing: processor time is always counted")),
    obsolete("CPUShares", "CPUWeight=", "Was the share of processor time under version 1 of control groups"),
    obsolete("StartupCPUShares", "StartupCPUWeight=", "Was the same while the machine starts"),
];
