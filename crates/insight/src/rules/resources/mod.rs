//! What a service uses: processors, memory, descriptors, tasks, disks, connections, log.
//!
//! Nothing here is ever an error: a service that uses much works. The bounds stand in [`thresholds`], each with its
//! reason.

mod blocked;
mod cpu;
mod descriptors;
mod log;
mod memory;
mod network;
mod pressure;
mod state;
mod tasks;
mod thresholds;

use super::{Case, Rule};
use crate::finding::{Finding, Role, Severity};
use crate::snapshot::Process;

/// The rules.
pub(super) const RULES: &[&[Rule]] = &[
    state::RULES,
    blocked::RULES,
    cpu::RULES,
    memory::RULES,
    descriptors::RULES,
    tasks::RULES,
    pressure::RULES,
    network::RULES,
    log::RULES,
];

/// A finding of this family: it stands for itself.
fn found_here(case: &Case<'_>, rule: &'static str, subject: &str, severity: Severity) -> Finding {
    case.finding(rule, subject).severity(severity).role(Role::Separate)
}

/// A process as people call it: `nginx (pid 812)`.
fn called(process: &Process) -> String {
    format!("{} (pid {})", process.name, process.pid)
}

/// A limit of a process by the kernel's name for it; `None`: unknown or unlimited.
fn soft_limit(process: &Process, name: &str) -> Option<u64> {
    let limits = process.limits.known()?;
    limits.iter().find(|limit| limit.name == name)?.soft
}

/// A share in percent, of what is more than nothing.
fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64 * 100.0)
}
