//! A second look at processes and control groups: what grows, what spins.
//!
//! Cheap first: figures of each process. Memory maps only of those few whose memory is worth it, threads only of
//! processes that burn, and those over a short time of their own.

mod glance;
mod groups;
mod looping;
mod maps;
mod processes;
mod threads;

#[cfg(test)]
mod tests;

pub use glance::glance;
pub use looping::is_looping;

use std::time::{Duration, Instant};

use insight::snapshot::Snapshot;

use crate::context::Context;

/// Looks twice at the processes and control groups of a snapshot's services, that long apart, and fills in what
/// changed: `Process::growth`, `Process::notable_threads`, `Cgroup::growth`.
pub fn fill(context: &Context, snapshot: &mut Snapshot, between: Duration) {
    let Ok(proc) = context.proc() else { return };
    let began = Instant::now();
    let before = processes::look(&proc, snapshot);
    let maps = maps::look(&proc, snapshot);
    let groups = groups::look(context, snapshot);
    let looking = began.elapsed();
    std::thread::sleep(between.saturating_sub(looking));
    processes::compare(&proc, snapshot, &before);
    maps::compare(&proc, snapshot, &maps);
    groups::compare(context, snapshot, groups);
    threads::look(&proc, snapshot, between);
}
