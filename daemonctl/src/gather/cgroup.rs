//! Control groups: what the kernel counts for them, cgroups(7).
//!
//! Of version 2 (Documentation/admin-guide/cgroup-v2.rst) everything; of version 1 what there is. A controller that is
//! not on leaves its figures unmeasured: never zero.

mod files;
mod version1;

#[cfg(test)]
mod tests;

use insight::snapshot::{Cgroup, Seen};

use crate::context::Context;
use files::{Folder, Hierarchies};

/// What the kernel counts for a control group. `path`: below the mount point, as `/proc/PID/cgroup` and systemd's
/// `ControlGroup` have it. `None`: there is no such group.
pub fn read(context: &Context, path: &str) -> Option<Cgroup> {
    // A path that leads out of the mount is nobody's group.
    if !path.starts_with('/') || path.split('/').any(|name| name == "..") {
        return None;
    }
    let hierarchies = Hierarchies::of(&context.common.system_root.join("sys/fs/cgroup"));
    let mut group = Cgroup { path: path.to_owned(), ..Cgroup::default() };
    let unified = hierarchies.unified.as_ref().map(|mount| mount.below(path));
    let mut any = false;
    if let Some(folder) = unified.filter(Folder::exists) {
        any = true;
        version2(&folder, path, &mut group);
    }
    any |= version1::fill(&hierarchies, path, &mut group);
    any.then_some(group)
}

fn version2(folder: &Folder, path: &str, group: &mut Cgroup) {
    group.memory_bytes = folder.count("memory.current");
    group.memory_reclaimable_bytes =
        folder.sum_of("memory.stat", &["active_file", "inactive_file", "slab_reclaimable"]);
    group.memory_peak_bytes = folder.count("memory.peak");
    group.memory_high_bytes = folder.limit("memory.high");
    group.memory_max_bytes = folder.limit("memory.max");
    group.swap_bytes = folder.count("memory.swap.current");
    group.memory_events = folder.pairs("memory.events");
    if group.memory_max_bytes == Seen::Absent {
        ancestor(folder, path, group);
    }
    group.tasks = folder.count("pids.current");
    group.tasks_max = folder.limit("pids.max");
    let refused = folder.pairs("pids.events");
    group.tasks_refused = refused.iter().find(|(name, _)| name == "max").map(|(_, count)| *count);
    group.cpu_stat = folder.pairs("cpu.stat");
    group.cpu_max = quota(folder);
    group.io_bytes =
        folder.text("io.stat").map_or_else(|missing| missing, |text| Seen::Known(io(&text)));
    let text = |name: &str| folder.text::<()>(name).ok();
    group.pressure = super::machine::stalls(
        text("cpu.pressure").as_deref(),
        text("io.pressure").as_deref(),
        text("memory.pressure").as_deref(),
    );
    let events = folder.pairs("cgroup.events");
    group.frozen = events.iter().any(|(name, value)| name == "frozen" && *value == 1);
}

/// The limit of the nearest ancestor that has one.
fn ancestor(folder: &Folder, path: &str, group: &mut Cgroup) {
    let mut folder = folder.clone();
    let mut path = path;
    while let Some((parent, _)) = path.trim_end_matches('/').rsplit_once('/') {
        path = parent;
        folder = folder.parent();
        if let Seen::Known(limit) = folder.limit("memory.max") {
            group.memory_max_bytes = Seen::Known(limit);
            group.limited_by = Some(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
            group.limiter_events = folder.pairs("memory.events");
            group.limiter_bytes = folder.count("memory.current");
            return;
        }
    }
}

/// `cpu.max`: `max 100000` or `50000 100000`.
fn quota(folder: &Folder) -> Seen<(u64, u64)> {
    let text = match folder.text("cpu.max") {
        Ok(text) => text,
        Err(missing) => return missing,
    };
    let mut words = text.split_whitespace();
    let (Some(quota), Some(period)) = (words.next(), words.next()) else {
        return Seen::NotMeasured;
    };
    match (quota.parse(), period.parse()) {
        (Ok(quota), Ok(period)) => Seen::Known((quota, period)),
        _ if quota == "max" => Seen::Absent,
        _ => Seen::NotMeasured,
    }
}

/// `io.stat`: `8:0 rbytes=1 wbytes=2 rios=3 …`, a line for each device.
fn io(text: &str) -> (u64, u64) {
    let sum = |name: &str| {
        let words = text.split_whitespace().filter_map(|word| word.strip_prefix(name));
        words.filter_map(|digits| digits.parse::<u64>().ok()).fold(0, u64::saturating_add)
    };
    (sum("rbytes="), sum("wbytes="))
}
