//! Figures of processes, twice.

use std::collections::HashMap;
use std::time::Instant;

use insight::snapshot::{Process, ProcessGrowth, Seen, Snapshot};
use process::fact::Fact;
use process::needs::Needs;
use process::process::{Process as Read, ProcessKey};
use process::procfs::ProcFs;
use process::sample;

use super::super::processes::{Scale, descriptors};

/// What is read twice.
const NEEDS: Needs = Needs(Needs::STATUS.0 | Needs::IO.0 | Needs::DESCRIPTORS.0);
/// Descriptors of one process whose links are read a second time at most.
const LINKS_MAX: usize = 4096;

/// The first look.
pub(super) struct Before {
    processes: HashMap<ProcessKey, Read>,
    at: Instant,
}

fn take(proc: &ProcFs, snapshot: &Snapshot) -> Vec<Read> {
    let processes = snapshot.services.iter().flat_map(|service| &service.processes);
    let pids: Vec<u32> = processes.map(|process| process.pid).collect();
    sample::of_pids(proc, &pids, NEEDS).processes
}

/// Looks at all processes of a snapshot.
pub(super) fn look(proc: &ProcFs, snapshot: &Snapshot) -> Before {
    let at = Instant::now();
    let processes = take(proc, snapshot);
    Before { processes: processes.into_iter().map(|read| (read.key, read)).collect(), at }
}

/// Looks again, and fills in what changed.
pub(super) fn compare(proc: &ProcFs, snapshot: &mut Snapshot, before: &Before) {
    let now = take(proc, snapshot);
    let seconds = before.at.elapsed().as_secs_f64().max(0.001);
    let scale = Scale::of_machine();
    let now: HashMap<u32, &Read> = now.iter().map(|read| (read.pid(), read)).collect();
    for process in snapshot.services.iter_mut().flat_map(|service| &mut service.processes) {
        let Some(now) = now.get(&process.pid) else { continue };
        // Another process of the same pid has no past.
        let Some(before) = before.processes.get(&now.key) else { continue };
        let mut growth = figures(before, now, seconds, &scale);
        if growth.descriptors != 0 {
            descriptor_kinds(proc, process, &mut growth);
        }
        process.growth = Some(growth);
    }
}

fn figures(before: &Read, now: &Read, seconds: f64, scale: &Scale) -> ProcessGrowth {
    let percent = |before: u64, now: u64| {
        scale.usec(now.saturating_sub(before)) as f64 / (seconds * 1e6) * 100.0
    };
    let (old, new) = (&before.stat, &now.stat);
    let mut growth = ProcessGrowth {
        seconds,
        user_percent: percent(old.user_ticks, new.user_ticks),
        system_percent: percent(old.system_ticks, new.system_ticks),
        rss_bytes: difference(scale.bytes(old.resident_pages), scale.bytes(new.resident_pages)),
        io_wait_usec: scale.usec(new.block_io_ticks.saturating_sub(old.block_io_ticks)),
        major_faults: new.major_faults.saturating_sub(old.major_faults),
        ..ProcessGrowth::default()
    };
    let (Some(old), Some(new)) = (before.extra.as_deref(), now.extra.as_deref()) else {
        return growth;
    };
    if let (Fact::Known(old), Fact::Known(new)) = (&old.io, &new.io) {
        growth.read_bytes = new.read_bytes.saturating_sub(old.read_bytes);
        growth.written_bytes = new.write_bytes.saturating_sub(old.write_bytes);
    }
    if let (Fact::Known(old), Fact::Known(new)) = (old.descriptors, new.descriptors) {
        growth.descriptors = i64::from(new) - i64::from(old);
    }
    if let (Fact::Known(old), Fact::Known(new)) = (&old.status, &new.status) {
        let both = old.anonymous_bytes.zip(new.anonymous_bytes);
        growth.anonymous_bytes = both.map_or(0, |(old, new)| difference(old, new));
        let more = |old: Option<u64>, new: Option<u64>| {
            old.zip(new).map_or(0, |(old, new)| new.saturating_sub(old))
        };
        growth.switches = (
            more(old.involuntary_switches, new.involuntary_switches),
            more(old.voluntary_switches, new.voluntary_switches),
        );
    }
    growth
}

/// Which kinds of descriptors came, against those of the first look at the process.
fn descriptor_kinds(proc: &ProcFs, process: &mut Process, growth: &mut ProcessGrowth) {
    let Seen::Known(old) = &process.descriptors else { return };
    let Ok(dir) = proc.process(process.pid) else { return };
    let Ok(new) = descriptors::look(&dir, LINKS_MAX) else { return };
    // Of more than that, the looks would have seen different parts.
    if new.seen >= LINKS_MAX || old.count as usize >= LINKS_MAX {
        return;
    }
    let more = |old: u32, new: u32| i64::from(new) - i64::from(old);
    growth.descriptor_kinds = [
        more(old.kinds.files, new.kinds.files),
        more(old.kinds.sockets, new.kinds.sockets),
        more(old.kinds.pipes, new.kinds.pipes),
        more(old.kinds.anonymous, new.kinds.anonymous),
    ];
    growth.most_of = old.most_of.as_ref().map(|(place, count)| {
        let now = new.places.get(place.as_bytes()).copied().unwrap_or(0);
        more(*count, now)
    });
}

fn difference(old: u64, new: u64) -> i64 {
    let old = i64::try_from(old).unwrap_or(i64::MAX);
    i64::try_from(new).unwrap_or(i64::MAX).saturating_sub(old)
}
