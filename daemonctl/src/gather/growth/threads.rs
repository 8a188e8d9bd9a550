//! Threads of processes that burn: which of them, in user mode or in the kernel.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use insight::snapshot::{Process, Snapshot, Thread};
use process::procfs::{PidDir, ProcFs};
use process::raw::stat::Stat;

use super::super::processes::{Scale, threads};

/// From that share of one processor on, a process's threads are looked at, percent.
const BURNS_FROM_PERCENT: f64 = 10.0;
/// A thread that uses less is not told, percent. Low: on a busy machine one that wants all gets little.
const NOTABLE_FROM_PERCENT: f64 = 8.0;
/// So many are told of one process: the hungriest.
const NOTABLE_MAX: usize = 8;
/// Processes whose threads are looked at.
const PROCESSES_MAX: usize = 16;
/// Ticks are 10 ms: over a shorter time a share says nothing.
const TIME_MIN: Duration = Duration::from_millis(250);
/// Longer need nobody wait.
const TIME_MAX: Duration = Duration::from_millis(500);

/// Name, figures and waits of each thread.
type Figures = HashMap<u32, (String, Stat, Option<u64>)>;

/// Looks twice at the threads of those processes that burn, and notes the hungry ones.
pub(super) fn look(proc: &ProcFs, snapshot: &mut Snapshot, between: Duration) {
    let mut burning: Vec<&mut Process> = snapshot
        .services
        .iter_mut()
        .flat_map(|service| &mut service.processes)
        .filter(|process| share(process) >= BURNS_FROM_PERCENT)
        .take(PROCESSES_MAX)
        .collect();
    if burning.is_empty() {
        return;
    }
    let open = |process: &&mut Process| proc.process(process.pid).ok();
    let dirs: Vec<Option<PidDir>> = burning.iter().map(open).collect();
    let figures = || dirs.iter().map(|dir| dir.as_ref().map(of)).collect::<Vec<_>>();
    let began = Instant::now();
    let before = figures();
    std::thread::sleep(between.clamp(TIME_MIN, TIME_MAX));
    let after = figures();
    let seconds = began.elapsed().as_secs_f64();
    let scale = Scale::of_machine();
    for (process, (old, new)) in burning.iter_mut().zip(before.into_iter().zip(after)) {
        let (Some(old), Some(new)) = (old, new) else { continue };
        note(process, &old, new, seconds, &scale);
    }
}

fn share(process: &Process) -> f64 {
    process.growth.map_or(0.0, |growth| growth.user_percent + growth.system_percent)
}

fn of(dir: &PidDir) -> Figures {
    let ids = threads::ids(dir, threads::THREADS_MAX);
    let of_thread = |tid| {
        let (name, stat) = threads::stat_of(dir, tid)?;
        Some((tid, (name, stat, threads::switches(dir, tid))))
    };
    ids.into_iter().filter_map(of_thread).collect()
}

fn note(process: &mut Process, old: &Figures, new: Figures, seconds: f64, scale: &Scale) {
    let percent =
        |old: u64, new: u64| scale.usec(new.saturating_sub(old)) as f64 / (seconds * 1e6) * 100.0;
    let mut hungry: Vec<Thread> = Vec::new();
    for (tid, (name, stat, waits)) in new {
        let Some((_, before, waited)) = old.get(&tid) else { continue };
        if before.start_ticks != stat.start_ticks {
            continue;
        }
        let thread = Thread {
            tid,
            name,
            user_percent: percent(before.user_ticks, stat.user_ticks),
            system_percent: percent(before.system_ticks, stat.system_ticks),
            state: char::from(stat.state),
            waits_per_second: waits
                .zip(*waited)
                .map(|(new, old)| new.saturating_sub(old) as f64 / seconds),
            ..Thread::default()
        };
        if thread.user_percent + thread.system_percent >= NOTABLE_FROM_PERCENT {
            hungry.push(thread);
        }
    }
    let share = |thread: &Thread| thread.user_percent + thread.system_percent;
    hungry.sort_by(|one, other| share(other).total_cmp(&share(one)).then(one.tid.cmp(&other.tid)));
    hungry.truncate(NOTABLE_MAX);
    process.notable_threads.retain(|thread| hungry.iter().all(|other| other.tid != thread.tid));
    process.notable_threads.splice(0..0, hungry);
}
