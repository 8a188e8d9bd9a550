//! Threads that stand out.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use insight::snapshot::{Process, Thread};
use process::procfs::{PidDir, ProcFs};
use process::raw::stat::{self, Stat};
use rustix::fs::RawDir;

use super::values::text;

/// Threads of one process that are looked at.
pub(in super::super) const THREADS_MAX: usize = 1024;
/// Threads of all processes that are looked at for those that hang: about 10 us each.
const THREADS_OF_ALL_MAX: usize = 1024;

/// Between two looks at what hangs.
const SECOND_LOOK: Duration = Duration::from_millis(40);

/// The ids of the threads of a process, ascending, at most so many.
pub(in super::super) fn ids(dir: &PidDir, most: usize) -> Vec<u32> {
    let Ok(folder) = dir.open_dir(c"task") else { return Vec::new() };
    let mut room = vec![MaybeUninit::<u8>::uninit(); 32 * 1024];
    let mut entries = RawDir::new(&folder, &mut room);
    let mut ids = Vec::new();
    while let Some(Ok(entry)) = entries.next() {
        let name = std::str::from_utf8(entry.file_name().to_bytes());
        ids.extend(name.ok().and_then(|name| name.parse::<u32>().ok()));
        if ids.len() >= most {
            break;
        }
    }
    ids.sort_unstable();
    ids
}

/// The name and the figures of one thread.
pub(in super::super) fn stat_of(dir: &PidDir, tid: u32) -> Option<(String, Stat)> {
    let name = CString::new(format!("task/{tid}/stat")).ok()?;
    let content = dir.read_new(&name).ok()?;
    let (comm, stat) = stat::parse(&content)?;
    Some((text(comm), stat))
}

/// Notes the threads that are in uninterruptible sleep and stay there. Most that are seen in it have left it a moment
/// later: so there is a second look, where the first found any.
pub(super) fn stuck(proc: &ProcFs, processes: &mut [Process]) {
    let mut found: Vec<(usize, u32, String, Option<u64>)> = Vec::new();
    let mut left = THREADS_OF_ALL_MAX;
    for (place, process) in processes.iter().enumerate() {
        // `stat` of the process told the state of its only thread already.
        if process.threads <= 1 && process.state != 'D' {
            continue;
        }
        let Ok(dir) = proc.process(process.pid) else { continue };
        for tid in ids(&dir, THREADS_MAX.min(left)) {
            left = left.saturating_sub(1);
            let Some((name, stat)) = stat_of(&dir, tid) else { continue };
            if stat.state == b'D' {
                found.push((place, tid, name, switches(&dir, tid)));
            }
        }
    }
    if found.is_empty() {
        return;
    }
    let began = Instant::now();
    std::thread::sleep(SECOND_LOOK);
    for (place, tid, name, before) in found {
        let Some(process) = processes.get_mut(place) else { continue };
        let Ok(dir) = proc.process(process.pid) else { continue };
        let is_stuck = stat_of(&dir, tid).is_some_and(|(_, stat)| stat.state == b'D')
            && switches(&dir, tid) == before;
        let elapsed = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let stuck_usec = if is_stuck { elapsed } else { 0 };
        let thread = Thread { tid, name, state: 'D', stuck_usec, ..Thread::default() };
        process.notable_threads.push(thread);
    }
}

/// How often a thread has given up its processor by waiting.
pub(in super::super) fn switches(dir: &PidDir, tid: u32) -> Option<u64> {
    let name = CString::new(format!("task/{tid}/status")).ok()?;
    process::raw::status::parse(&dir.read_new(&name).ok()?).voluntary_switches
}
