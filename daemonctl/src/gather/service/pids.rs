//! The processes of a control group.

use std::path::{Path, PathBuf};

use crate::context::Context;

/// Where control group hierarchies are mounted: unified, hybrid, version 1.
const HIERARCHIES: [&str; 3] = ["", "unified", "systemd"];
/// Groups below a service's are looked into so deep, and so many processes are enough.
const DEPTH_MAX: u32 = 8;
const PIDS_MAX: usize = 4096;

/// The processes in a control group and in those below it, the main one first.
pub fn of_group(context: &Context, group: &str, main: Option<u32>) -> Vec<u32> {
    let group = group.trim_start_matches('/');
    let mut pids = Vec::new();
    if !group.is_empty() {
        let mounted = context.common.system_root.join("sys/fs/cgroup");
        let folders = HIERARCHIES.iter().map(|hierarchy| mounted.join(hierarchy).join(group));
        if let Some(folder) = folders.into_iter().find(|folder| folder.is_dir()) {
            collect(&folder, &mut pids, 0);
        }
    }
    pids.sort_unstable();
    pids.dedup();
    if let Some(main) = main {
        pids.retain(|pid| *pid != main);
        pids.insert(0, main);
    }
    pids
}

fn collect(folder: &Path, pids: &mut Vec<u32>, depth: u32) {
    let text = std::fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    let room = PIDS_MAX.saturating_sub(pids.len());
    // 0: a process of another pid namespace.
    pids.extend(
        text.lines().filter_map(|line| line.parse().ok()).filter(|pid: &u32| *pid != 0).take(room),
    );
    if depth >= DEPTH_MAX || pids.len() >= PIDS_MAX {
        return;
    }
    for below in folders(folder) {
        collect(&below, pids, depth + 1);
    }
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.flatten().filter(is_folder).map(|entry| entry.path()).collect()
}
