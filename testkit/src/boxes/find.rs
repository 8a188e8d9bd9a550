//! Finding a box's pid 1 from outside.

use std::fs;

/// The process below `ancestor` that is pid 1 two process namespaces further in: the guardian's
/// `unshare` made the first, the boot the second.
pub(super) fn pid1_below(ancestor: u32) -> Option<u32> {
    let mut waiting = vec![ancestor];
    let here = namespaced_pids(std::process::id())?.len();
    while let Some(pid) = waiting.pop() {
        let pids = namespaced_pids(pid).unwrap_or_default();
        if pids.len() == here + 2 && pids.last() == Some(&1) {
            return Some(pid);
        }
        waiting.extend(children(pid));
    }
    None
}

/// The pids that a process has, from the namespace of `/proc` inwards (`NSpid` in proc(5)).
pub(super) fn namespaced_pids(pid: u32) -> Option<Vec<u32>> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
    Some(line.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect())
}

/// The children of all threads of a process.
pub(super) fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let mut found = Vec::new();
    for thread in threads.flatten() {
        let list = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        found.extend(list.split_ascii_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    found
}
