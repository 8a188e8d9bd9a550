//! Children that have ended and that nobody waits for.
//!
//! A zombie is in no control group's list (cgroups(7)), so it is looked for below its parent.

use insight::snapshot::Process;
use process::procfs::{PidDir, ProcFs};
use process::raw::stat;

use super::values::text;

/// Threads of a process whose children are asked for: each has its own.
const THREADS_MAX: usize = 64;
/// Children of one process that are looked at.
const CHILDREN_MAX: usize = 4096;

/// Counts the zombies of each process; `None` where its children can't be listed.
pub(super) fn fill(proc: &ProcFs, processes: &mut [Process]) {
    for process in processes {
        let Ok(dir) = proc.process(process.pid) else { continue };
        process.zombies = children(&dir).map(|children| count(proc, process.pid, &children));
    }
}

/// The children of all threads, from `task/TID/children` (proc_tid_children(5)).
fn children(dir: &PidDir) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    let mut any = false;
    for tid in super::threads::ids(dir, THREADS_MAX) {
        let Ok(name) = std::ffi::CString::new(format!("task/{tid}/children")) else { continue };
        let Ok(text) = dir.read_new(&name) else { continue };
        any = true;
        let pids = text
            .split(u8::is_ascii_whitespace)
            .filter_map(|word| std::str::from_utf8(word).ok()?.parse::<u32>().ok());
        found.extend(pids.take(CHILDREN_MAX.saturating_sub(found.len())));
    }
    any.then_some(found)
}

fn count(proc: &ProcFs, parent: u32, children: &[u32]) -> (u32, String) {
    let (mut zombies, mut first) = (0, String::new());
    for pid in children {
        let Ok(dir) = proc.process(*pid) else { continue };
        let Ok(content) = dir.read_new(c"stat") else { continue };
        let Some((comm, stat)) = stat::parse(&content) else { continue };
        if stat.is_zombie() && stat.ppid == parent {
            zombies += 1;
            if first.is_empty() {
                first = text(comm);
            }
        }
    }
    (zombies, first)
}
