//! What changed while everything else was gathered: a second look that costs no waiting.

use std::time::Duration;

use insight::snapshot::{Process, ProcessGrowth, Snapshot};
use process::fact::Fact;
use process::needs::Needs;
use process::process::Process as Read;
use process::procfs::ProcFs;
use process::sample;

use super::super::machine::now_usec;
use super::super::processes::Scale;
use crate::context::Context;

/// So many processes are looked at: the first of each service, and those that use most memory.
const PROCESSES_MAX: usize = 64;
/// Closer together two looks say nothing; so long is waited at most.
const TIME_MIN: Duration = Duration::from_millis(60);
/// What grew by that much is looked at once more.
const SUSPICIOUS_BYTES: i64 = 1 << 20;
/// And that long after.
const TIME_TO_BE_SURE: Duration = Duration::from_millis(250);

/// Fills in how memory and processor time changed since the processes of services that run were looked at. Descriptors
/// are left out: in so short a time a few connections look like a leak.
pub fn glance(context: &Context, snapshot: &mut Snapshot) {
    let Ok(proc) = context.proc() else { return };
    let asked = snapshot.asked;
    let healthy = snapshot.services.iter_mut().take(asked).filter(|service| service.is_healthy());
    let mut processes: Vec<&mut Process> = healthy
        .flat_map(|service| &mut service.processes)
        .filter(|process| process.looked_usec > 0 && process.growth.is_none())
        .collect();
    processes.sort_by_key(|process| std::cmp::Reverse(process.rss_bytes));
    processes.truncate(PROCESSES_MAX);
    let Some(latest) = processes.iter().map(|process| process.looked_usec).max() else { return };
    let since = Duration::from_micros(now_usec().saturating_sub(latest));
    std::thread::sleep(TIME_MIN.saturating_sub(since));
    look(&proc, &mut processes);
    // One step may be one request's; what goes on growing is worth the wait.
    let grew = |process: &&mut Process| {
        process.growth.is_some_and(|growth| growth.rss_bytes >= SUSPICIOUS_BYTES)
    };
    let mut growing: Vec<&mut Process> = processes.into_iter().filter(grew).collect();
    if !growing.is_empty() {
        std::thread::sleep(TIME_TO_BE_SURE);
        look(&proc, &mut growing);
    }
}

/// Looks at the processes, and fills in what changed since they were looked at first.
fn look(proc: &ProcFs, processes: &mut [&mut Process]) {
    let pids: Vec<u32> = processes.iter().map(|process| process.pid).collect();
    let now = sample::of_pids(proc, &pids, Needs::STATUS);
    let (scale, at) = (Scale::of_machine(), now_usec());
    for process in processes {
        if let Some(read) = now.by_pid(process.pid) {
            process.growth = Some(change(process, read, &scale, at));
        }
    }
}

fn change(process: &Process, read: &Read, scale: &Scale, at: u64) -> ProcessGrowth {
    let seconds = at.saturating_sub(process.looked_usec) as f64 / 1e6;
    let status = read.extra.as_deref().and_then(|extra| match &extra.status {
        Fact::Known(status) => Some(status),
        _ => None,
    });
    let percent = |ticks: u64, before: u64| {
        scale.usec(ticks).saturating_sub(before) as f64 / (seconds.max(0.001) * 1e6) * 100.0
    };
    let switches = status.and_then(|now| now.involuntary_switches.zip(now.voluntary_switches));
    let before = process.mapped.known().map(|mapped| mapped.anonymous_bytes);
    let anonymous = status.and_then(|status| status.anonymous_bytes).zip(before);
    ProcessGrowth {
        seconds,
        user_percent: percent(read.stat.user_ticks, process.cpu_usec.0),
        system_percent: percent(read.stat.system_ticks, process.cpu_usec.1),
        switches: switches.zip(process.switches).map_or((0, 0), |(now, before)| {
            (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1))
        }),
        rss_bytes: difference(process.rss_bytes, scale.bytes(read.stat.resident_pages)),
        anonymous_bytes: anonymous.map_or(0, |(now, before)| difference(before, now)),
        ..ProcessGrowth::default()
    }
}

fn difference(old: u64, new: u64) -> i64 {
    let old = i64::try_from(old).unwrap_or(i64::MAX);
    i64::try_from(new).unwrap_or(i64::MAX).saturating_sub(old)
}
