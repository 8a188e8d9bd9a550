//! Version 1: what its controllers tell (Documentation/admin-guide/cgroup-v1).

use insight::snapshot::{Cgroup, Seen};

use super::files::{Folder, Hierarchies};

/// From this value on a limit of version 1 means that there is none: the largest multiple of a page.
const UNLIMITED_FROM: u64 = 0x7fff_ffff_ffff_0000;

/// Fills in what version 2 left unmeasured; says whether any controller has such a group.
pub(super) fn fill(hierarchies: &Hierarchies, path: &str, group: &mut Cgroup) -> bool {
    let mut any = false;
    let mut of = |controller: &str, fill: fn(&Folder, &mut Cgroup)| {
        if let Some(folder) = hierarchies.version1(controller, path) {
            any = true;
            fill(&folder, group);
        }
    };
    of("memory", memory);
    of("pids", pids);
    of("cpu", cpu);
    of("cpuacct", cpuacct);
    of("blkio", blkio);
    of("freezer", |folder, group| {
        let state = folder.text::<()>("freezer.state").unwrap_or_default();
        group.frozen |= state.trim() == "FROZEN";
    });
    any
}

fn memory(folder: &Folder, group: &mut Cgroup) {
    let bounded = |seen: Seen<u64>| match seen {
        Seen::Known(value) if value >= UNLIMITED_FROM => Seen::Absent,
        other => other,
    };
    group.memory_bytes = folder.count("memory.usage_in_bytes");
    group.memory_reclaimable_bytes =
        folder.sum_of("memory.stat", &["total_active_file", "total_inactive_file"]);
    group.memory_peak_bytes = folder.count("memory.max_usage_in_bytes");
    group.memory_max_bytes = bounded(folder.count("memory.limit_in_bytes"));
    group.memory_high_bytes = bounded(folder.count("memory.soft_limit_in_bytes"));
    let with_swap = folder.count("memory.memsw.usage_in_bytes");
    if let (Seen::Known(both), Seen::Known(memory)) = (with_swap, group.memory_bytes) {
        group.swap_bytes = Seen::Known(both.saturating_sub(memory));
    }
    let events = folder.pairs("memory.oom_control");
    group.memory_events = events.into_iter().filter(|(name, _)| name == "oom_kill").collect();
}

fn pids(folder: &Folder, group: &mut Cgroup) {
    group.tasks = folder.count("pids.current");
    group.tasks_max = folder.limit("pids.max");
    let events = folder.pairs("pids.events");
    group.tasks_refused = events.iter().find(|(name, _)| name == "max").map(|(_, count)| *count);
}

fn cpu(folder: &Folder, group: &mut Cgroup) {
    for (name, value) in folder.pairs("cpu.stat") {
        match name.as_str() {
            // Nanoseconds there.
            "throttled_time" => group.cpu_stat.push(("throttled_usec".to_owned(), value / 1000)),
            _ => group.cpu_stat.push((name, value)),
        }
    }
    let quota = folder.text::<()>("cpu.cfs_quota_us").unwrap_or_default();
    let period = folder.count("cpu.cfs_period_us");
    group.cpu_max = match (quota.trim().parse::<i64>(), period) {
        (Ok(quota), Seen::Known(period)) if quota > 0 => {
            Seen::Known((quota.unsigned_abs(), period))
        }
        (Ok(_), _) => Seen::Absent,
        _ => group.cpu_max,
    };
}

fn cpuacct(folder: &Folder, group: &mut Cgroup) {
    let figures = [
        ("usage_usec", "cpuacct.usage"),
        ("user_usec", "cpuacct.usage_user"),
        ("system_usec", "cpuacct.usage_sys"),
    ];
    for (name, file) in figures {
        if let Seen::Known(nanoseconds) = folder.count(file) {
            group.cpu_stat.retain(|(other, _)| other != name);
            group.cpu_stat.push((name.to_owned(), nanoseconds / 1000));
        }
    }
}

/// `8:0 Read 4096` …, a line for each device and direction.
fn blkio(folder: &Folder, group: &mut Cgroup) {
    let Ok(text) = folder.text::<()>("blkio.throttle.io_service_bytes") else { return };
    let sum = |direction: &str| {
        let bytes = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            (words.next()? == direction).then(|| words.next()?.parse::<u64>().ok())?
        });
        bytes.fold(0, u64::saturating_add)
    };
    group.io_bytes = Seen::Known((sum("Read"), sum("Write")));
}
