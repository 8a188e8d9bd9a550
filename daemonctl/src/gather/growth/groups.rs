//! What control groups count, twice.

use std::time::Instant;

use insight::snapshot::{Cgroup, CgroupGrowth, Seen, Snapshot, Stall};

use super::super::cgroup;
use crate::context::Context;

/// The groups of the services, by their place, and when they were read.
pub(super) type Before = Vec<(Instant, Option<Cgroup>)>;

/// Reads the groups of all services.
pub(super) fn look(context: &Context, snapshot: &Snapshot) -> Before {
    let read = |path: &str| cgroup::read(context, path);
    let groups = snapshot.services.iter().map(|service| service.cgroup.as_ref());
    groups.map(|group| (Instant::now(), group.and_then(|group| read(&group.path)))).collect()
}

/// Reads them again, and fills in what changed.
pub(super) fn compare(context: &Context, snapshot: &mut Snapshot, before: Before) {
    for (service, (at, old)) in snapshot.services.iter_mut().zip(before) {
        let Some(old) = old else { continue };
        let Some(mut new) = cgroup::read(context, &old.path) else { continue };
        new.growth = Some(change(&old, &new, at.elapsed().as_secs_f64().max(0.001)));
        service.cgroup = Some(new);
    }
}

fn change(old: &Cgroup, new: &Cgroup, seconds: f64) -> CgroupGrowth {
    let count = |group: &Cgroup, name: &str| {
        group.cpu_stat.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    };
    let more = |name: &str| Some(count(new, name)?.saturating_sub(count(old, name)?));
    let signed = |old: &Seen<u64>, new: &Seen<u64>| {
        let (old, new) = (i64::try_from(*old.known()?).ok()?, i64::try_from(*new.known()?).ok()?);
        Some(new.saturating_sub(old))
    };
    let stalled = |old: Option<Stall>, new: Option<Stall>| {
        Some(new?.total_usec.saturating_sub(old?.total_usec))
    };
    let io = old.io_bytes.known().zip(new.io_bytes.known());
    // `nr_periods` is there without a quota too, and stays 0.
    let throttled = || Some((more("nr_periods")?, more("nr_throttled")?, more("throttled_usec")?));
    CgroupGrowth {
        seconds,
        usage_usec: more("usage_usec").unwrap_or(0),
        throttled: new.cpu_max.known().and_then(|_| throttled()),
        memory_bytes: signed(&old.memory_bytes, &new.memory_bytes),
        tasks: signed(&old.tasks, &new.tasks),
        io_bytes: io.map(|(old, new)| (new.0.saturating_sub(old.0), new.1.saturating_sub(old.1))),
        stalled_usec: [
            stalled(old.pressure.cpu_some, new.pressure.cpu_some),
            stalled(old.pressure.io_some, new.pressure.io_some),
            stalled(old.pressure.memory_some, new.pressure.memory_some),
        ],
    }
}
