//! The thread that traces: it alone may command what it has seized.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libc::c_int;

use crate::calls;
use crate::error::ObserveError;
use crate::record::Record;
use crate::recorder::{Recorder, Task};
use crate::sys::{self, CallStop, Change};
use crate::{attach, proc};

/// So often new processes are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// So long processes may come to a stop of their own before they are stopped to be let go.
const GRACE: Duration = Duration::from_millis(200);
/// So long in all; who has not stopped by then is let go by the end of the thread.
const LET_GO_WITHIN: Duration = Duration::from_secs(3);
/// So many changes are dealt with before anything else is looked at.
const CHANGES_AT_ONCE: usize = 512;

/// Which processes are to be watched: asked again and again.
pub type Members = Box<dyn FnMut() -> Vec<u32> + Send>;

/// What the tracing thread and who started it tell one another.
#[derive(Debug, Default)]
pub struct Shared {
    /// Enough was seen.
    pub stop: AtomicBool,
    /// So many threads are watched.
    pub watched: AtomicUsize,
}

/// Traces, and lets everything go when it is dropped.
pub struct Tracer {
    /// What is watched, by thread.
    pub tasks: HashMap<u32, Task>,
    /// What was seen.
    pub recorder: Recorder,
    /// The word of the gates that are waited for.
    pub gate: Option<String>,
    /// Why a process could not be watched; the last one.
    pub refused: Option<ObserveError>,
    members: Members,
}

impl Tracer {
    /// Nothing is watched yet.
    pub fn new(members: Members, gate: Option<String>) -> Tracer {
        Tracer { tasks: HashMap::new(), recorder: Recorder::new(), gate, refused: None, members }
    }

    /// Begins with the processes that there are.
    ///
    /// # Errors
    /// There is none that can be watched, and none is waited for; one of them is traced by somebody else.
    pub fn begin(&mut self) -> Result<(), ObserveError> {
        self.look();
        match self.refused.take() {
            // What a part of it does that nobody saw would be missing in whatever is made of the rest.
            Some(error @ ObserveError::TracedAlready { .. }) if self.gate.is_none() => Err(error),
            _ if self.gate.is_some() || !self.tasks.is_empty() => Ok(()),
            Some(error) => Err(error),
            None => Err(ObserveError::NoProcesses),
        }
    }

    /// Watches until enough was seen.
    pub fn run(&mut self, shared: &Shared) {
        let mut looked = Instant::now();
        while !shared.stop.load(Ordering::Relaxed) {
            self.drain(Tracer::go_on);
            shared.watched.store(self.tasks.len(), Ordering::Relaxed);
            if looked.elapsed() >= LOOK_EVERY {
                self.look();
                looked = Instant::now();
            }
            sys::wait_for_tracees(LOOK_EVERY);
        }
    }

    /// What was seen; everything is let go.
    pub fn finish(mut self) -> Record {
        self.let_go();
        std::mem::replace(&mut self.recorder, Recorder::new()).finish()
    }

    fn look(&mut self) {
        for pid in (self.members)() {
            if !self.recorder.own.contains(&pid) {
                attach::process(self, pid);
            }
        }
    }

    /// Deals with all changes that there are.
    fn drain(&mut self, deal: fn(&mut Tracer, u32, c_int, c_int)) {
        for _ in 0..CHANGES_AT_ONCE {
            match sys::wait() {
                Ok(Some((tid, Change::Stopped { signal, event }))) => {
                    deal(self, tid, signal, event)
                }
                Ok(Some((tid, Change::Ended))) => self.ended(tid),
                Ok(None) | Err(_) => return,
            }
        }
    }

    fn ended(&mut self, tid: u32) {
        if let Some(mut task) = self.tasks.remove(&tid) {
            self.recorder.never_left(&mut task);
        }
        self.recorder.own.remove(&tid);
    }

    /// A thread has stopped: notes what it tells, and has it go on as it would have.
    ///
    /// Commands fail where the thread was killed meanwhile: its end is told by the next wait.
    fn go_on(&mut self, tid: u32, signal: c_int, event: c_int) {
        const OF_CALL: c_int = libc::SIGTRAP | 0x80;
        match (event, signal) {
            (libc::PTRACE_EVENT_STOP, libc::SIGTRAP) => {
                self.task(tid);
                let _ = sys::resume(tid, 0);
            }
            // A group stop: it stays stopped until somebody continues it.
            (libc::PTRACE_EVENT_STOP, _) => {
                let _ = sys::listen(tid);
            }
            (0, OF_CALL) => {
                self.call(tid);
                let _ = sys::resume(tid, 0);
            }
            (0, signal) => {
                let _ = sys::resume(tid, signal);
            }
            (event, _) => {
                self.event(tid, event);
                let _ = sys::resume(tid, 0);
            }
        }
    }

    fn task(&mut self, tid: u32) -> &mut Task {
        self.tasks.entry(tid).or_insert_with(|| Task { tid, ..Task::default() })
    }

    fn call(&mut self, tid: u32) {
        let Ok(stop) = sys::call_stop(tid) else { return };
        let task = self.tasks.entry(tid).or_insert_with(|| Task { tid, ..Task::default() });
        match stop {
            CallStop::Entry { architecture, number, arguments } => {
                self.recorder.entered(task, architecture, number, arguments);
            }
            CallStop::Exit { result } => self.recorder.left(task, result),
            CallStop::Other => {}
        }
    }

    fn event(&mut self, tid: u32, event: c_int) {
        let Ok(message) = sys::event_message(tid) else { return };
        let Ok(other) = u32::try_from(message) else { return };
        match event {
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK => {
                self.new_thread(tid, other);
                self.new_process(other);
            }
            libc::PTRACE_EVENT_CLONE => {
                self.new_thread(tid, other);
                // clone(2) makes processes too, where it is not asked for a thread.
                if proc::process_of(other) == Some(other) {
                    self.new_process(other);
                }
            }
            libc::PTRACE_EVENT_EXEC => self.exec(tid, other),
            _ => {}
        }
    }

    fn new_thread(&mut self, of: u32, tid: u32) {
        let is_gate = self.tasks.get(&of).is_some_and(|task| task.is_gate);
        self.task(tid).is_gate = is_gate;
    }

    /// A process is watched from now on.
    pub fn new_process(&mut self, pid: u32) {
        if self.recorder.own.insert(pid) {
            self.recorder.record.processes = self.recorder.record.processes.saturating_add(1);
        }
    }

    /// A thread has become another program: all others of its process are gone, and it has the process's id.
    fn exec(&mut self, tid: u32, former: u32) {
        let mut task = self.tasks.remove(&former).unwrap_or_default();
        task.tid = tid;
        task.credentials = None;
        if task.is_gate {
            task.is_gate = false;
            self.recorder.record.starts_seen = self.recorder.record.starts_seen.saturating_add(1);
            calls::became(&mut self.recorder, tid);
        }
        self.tasks.insert(tid, task);
    }

    /// Detaches from everything: first from what stops by itself, then from what is stopped for that.
    fn let_go(&mut self) {
        let begun = Instant::now();
        let mut interrupted = false;
        while !self.tasks.is_empty() && begun.elapsed() < LET_GO_WITHIN {
            self.drain(Tracer::detach);
            if !interrupted && begun.elapsed() >= GRACE {
                interrupted = true;
                for tid in self.tasks.keys() {
                    let _ = sys::interrupt(*tid);
                }
            }
            if !self.tasks.is_empty() {
                sys::wait_for_tracees(Duration::from_millis(10));
            }
        }
    }

    /// A thread has stopped, for the last time: with its signal, if it was stopped to get one.
    fn detach(&mut self, tid: u32, signal: c_int, event: c_int) {
        const OF_CALL: c_int = libc::SIGTRAP | 0x80;
        match (event, signal) {
            (0, OF_CALL) => self.call(tid),
            (0, _) | (libc::PTRACE_EVENT_STOP, _) => {}
            (event, _) => self.event(tid, event),
        }
        let hand_on = if event == 0 && signal != OF_CALL { signal } else { 0 };
        let _ = sys::detach(tid, hand_on);
        if let Some(mut task) = self.tasks.remove(&tid) {
            self.recorder.never_left(&mut task);
        }
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        self.let_go();
    }
}
