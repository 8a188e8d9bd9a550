//! Seizing the threads of a process that runs.

use std::collections::BTreeSet;

use rustix::io::Errno;

use crate::error::ObserveError;
use crate::recorder::Task;
use crate::tracer::Tracer;
use crate::{gate, inventory, proc, sys};

/// Rounds over a process's threads: one that makes threads all the time is not followed for ever.
const ROUNDS_MAX: u32 = 20;

/// Watches a process, if it is one of the service already and not on the way to be.
pub fn process(tracer: &mut Tracer, pid: u32) {
    let is_gate = match tracer.gate.as_deref() {
        Some(token) => gate::is_gate(pid, token),
        None => false,
    };
    if !is_gate && is_manager_still(pid) {
        return;
    }
    let mut seized = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        let new: Vec<u32> =
            proc::numbers(pid, "task").into_iter().filter(|tid| !seized.contains(tid)).collect();
        if new.is_empty() {
            break;
        }
        for tid in new {
            seized.insert(tid);
            // A thread that a watched one made is watched by itself.
            if !tracer.tasks.contains_key(&tid) && !thread(tracer, pid, tid, is_gate) {
                return;
            }
        }
    }
    if seized.is_empty() {
        return;
    }
    tracer.new_process(pid);
    if !is_gate {
        inventory::take(&mut tracer.recorder, pid);
    }
}

/// Between fork and exec it is the service manager that makes it ready: no call of that is the service's.
fn is_manager_still(pid: u32) -> bool {
    let Some(program) = proc::link(pid, "exe") else {
        // Who may not see its program may not watch it either, and is to be told so: trying tells.
        return !proc::is_hidden(pid, "exe");
    };
    pid != 1
        && (program.ends_with("/systemd-executor")
            || proc::link(1, "exe").is_some_and(|manager| manager == program))
}

/// Seizes a thread; `false` where nothing of the process can be watched.
fn thread(tracer: &mut Tracer, pid: u32, tid: u32, is_gate: bool) -> bool {
    let error = match sys::seize(tid) {
        Ok(()) => {
            tracer.tasks.insert(tid, Task { tid, is_gate, ..Task::default() });
            let _ = sys::interrupt(tid);
            return true;
        }
        // It has ended.
        Err(Errno::SRCH) => return true,
        Err(Errno::PERM) => match proc::tracer_of(tid) {
            0 => ObserveError::NotPermitted { pid },
            // Seized by us as the child of one that is watched.
            own if own == sys::own_thread() => return true,
            tracer => ObserveError::TracedAlready { pid, tracer },
        },
        Err(errno) => ObserveError::Failed { action: "watch a process", errno },
    };
    tracer.recorder.record.missed.insert(pid, error.to_string());
    tracer.recorder.own.insert(pid);
    tracer.refused = Some(error);
    false
}
