//! What a signal would do to a process.
//!
//! Follows the kernel's `prepare_signal`, `sig_ignored` and `complete_signal` (kernel/signal.c):
//! who is beyond signals first, then what the process has arranged, then what keeps it waiting.

mod sentence;

use super::{DefaultAction, Signal};
use crate::fact::Fact;
use crate::procfs::{PidDir, ReadError};
use crate::raw::stat::Stat;
use crate::raw::status::{SignalSets, Status};

/// What has to be known of the process that gets the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receiver {
    /// Its pid.
    pub pid: u32,
    /// Who collects its exit status.
    pub ppid: u32,
    /// State letter of `stat`.
    pub state: u8,
    /// Threads of the process.
    pub threads: u32,
    /// A thread of the kernel.
    pub kernel_thread: bool,
    /// What it has arranged for each signal.
    pub signals: Fact<SignalSets>,
    /// It is process 1 of its pid namespace; the inner value: of the reader's own namespace.
    pub namespace_init: Option<bool>,
    /// Pid of its debugger.
    pub tracer: Option<u32>,
    /// Signals that it reads from a signalfd(2), bit `n - 1` for signal `n`.
    pub signal_descriptor: Fact<u64>,
    /// Signals blocked in all its threads; known without looking if there is one thread.
    pub blocked_everywhere: Fact<u64>,
}

impl Receiver {
    /// From a process's `stat` and `status`. Without the latter, signals from 32 on are unknown.
    pub fn new(pid: u32, stat: &Stat, status: Option<&Status>) -> Receiver {
        let from_stat = SignalSets {
            blocked: stat.blocked.into(),
            ignored: stat.ignored.into(),
            caught: stat.caught.into(),
            ..SignalSets::default()
        };
        let signals = status.and_then(|status| status.signals).unwrap_or(from_stat);
        let inner_pid = status.and_then(|status| status.namespace_pids.last().copied());
        let nested = status.is_some_and(|status| status.namespace_pids.len() > 1);
        Receiver {
            pid,
            ppid: stat.ppid,
            state: stat.state,
            threads: stat.threads,
            kernel_thread: stat.is_kernel_thread(),
            signals: Fact::Known(signals),
            namespace_init: (pid == 1 || inner_pid == Some(1)).then_some(!nested),
            tracer: status.and_then(|status| status.tracer_pid).filter(|&tracer| tracer != 0),
            signal_descriptor: Fact::NotMeasured,
            blocked_everywhere: match stat.threads {
                0 | 1 => Fact::Known(signals.blocked),
                _ => Fact::NotMeasured,
            },
        }
    }
}

/// What would become of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A handler of the program runs.
    Handled,
    /// The program reads it from a signalfd(2).
    Read,
    /// The program has it ignored.
    Ignored,
    /// It does nothing where there is no handler.
    Nothing,
    /// It ends; `core`: with a core dump where that is allowed.
    Ends {
        /// Whether a core dump is written.
        core: bool,
    },
    /// It stops until CONT.
    Stops,
    /// It goes on.
    Continues,
    /// Process 1 of a pid namespace gets only signals that it handles.
    ProtectedInit,
    /// It has ended.
    AlreadyDead,
    /// Threads of the kernel get no signals.
    KernelThread,
    /// What it has arranged is not known.
    Unknown,
}

impl Outcome {
    /// One word, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Handled => "handled",
            Outcome::Read => "read",
            Outcome::Ignored => "ignored",
            Outcome::Nothing => "nothing",
            Outcome::Ends { core: false } => "ends",
            Outcome::Ends { core: true } => "ends_with_core",
            Outcome::Stops => "stops",
            Outcome::Continues => "continues",
            Outcome::ProtectedInit => "protected_init",
            Outcome::AlreadyDead => "already_dead",
            Outcome::KernelThread => "kernel_thread",
            Outcome::Unknown => "unknown",
        }
    }

    /// Whether the process would be gone, or would be told to decide so.
    pub fn reaches_it(self) -> bool {
        !matches!(
            self,
            Outcome::Ignored
                | Outcome::Nothing
                | Outcome::ProtectedInit
                | Outcome::AlreadyDead
                | Outcome::KernelThread
        )
    }
}

/// What keeps the outcome from happening at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wait {
    /// It has the signal blocked: it stays pending.
    Blocked {
        /// Known of all threads; otherwise another thread may take it.
        everywhere: bool,
    },
    /// It is stopped: everything but KILL and CONT waits for CONT.
    Stopped,
    /// It is in an uninterruptible wait in the kernel (state D).
    Uninterruptible,
    /// Its debugger sees it first and decides.
    Traced {
        /// The debugger.
        by: u32,
    },
}

/// What would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// Of which signal.
    pub signal: Signal,
    /// What would become of the process.
    pub outcome: Outcome,
    /// What it would wait for.
    pub wait: Option<Wait>,
    ppid: u32,
    namespace_init: Option<bool>,
}

/// What `signal`, sent from the reader's pid namespace, would do to the process now.
pub fn consequence(receiver: &Receiver, signal: Signal) -> Consequence {
    let outcome = outcome(receiver, signal);
    Consequence {
        signal,
        outcome,
        wait: wait(receiver, signal, outcome),
        ppid: receiver.ppid,
        namespace_init: receiver.namespace_init,
    }
}

fn outcome(receiver: &Receiver, signal: Signal) -> Outcome {
    if receiver.kernel_thread {
        return Outcome::KernelThread;
    }
    // A main thread that has ended while others run looks like a zombie, and is none.
    if matches!(receiver.state, b'X' | b'x') || receiver.state == b'Z' && receiver.threads <= 1 {
        return Outcome::AlreadyDead;
    }
    let Some(sets) = receiver.signals.known() else {
        return if signal.is_irresistible() {
            by_default(receiver, signal)
        } else {
            Outcome::Unknown
        };
    };
    let has = |mask: u64| mask & signal.bit() != 0;
    match () {
        () if signal.is_irresistible() => by_default(receiver, signal),
        () if has(sets.caught) => Outcome::Handled,
        () if signal == Signal::CONT && is_stopped(receiver) => Outcome::Continues,
        () if has(sets.blocked) && receiver.signal_descriptor.is_known_and(|mask| has(*mask)) => {
            Outcome::Read
        }
        () if has(sets.ignored) => Outcome::Ignored,
        () => by_default(receiver, signal),
    }
}

fn by_default(receiver: &Receiver, signal: Signal) -> Outcome {
    match (receiver.namespace_init, signal.is_irresistible()) {
        // From outside its namespace, KILL and STOP do work.
        (Some(true), _) | (Some(false), false) => return Outcome::ProtectedInit,
        _ => {}
    }
    match signal.default_action() {
        DefaultAction::Terminate => Outcome::Ends { core: false },
        DefaultAction::Core => Outcome::Ends { core: true },
        DefaultAction::Stop => Outcome::Stops,
        DefaultAction::Continue | DefaultAction::Ignore => Outcome::Nothing,
    }
}

fn is_stopped(receiver: &Receiver) -> bool {
    receiver.state == b'T'
}

fn wait(receiver: &Receiver, signal: Signal, outcome: Outcome) -> Option<Wait> {
    if !outcome.reaches_it() || matches!(outcome, Outcome::Continues | Outcome::Read) {
        return None;
    }
    let has = |mask: &u64| mask & signal.bit() != 0;
    let blocked = receiver.signals.known().is_some_and(|sets| has(&sets.blocked));
    let everywhere = receiver.blocked_everywhere.is_known_and(has);
    let elsewhere = receiver.blocked_everywhere.known().is_some() && !everywhere;
    match receiver.tracer {
        Some(by) if signal != Signal::KILL => return Some(Wait::Traced { by }),
        _ => {}
    }
    if blocked && !elsewhere && !signal.is_irresistible() {
        return Some(Wait::Blocked { everywhere });
    }
    match receiver.state {
        b'T' if !matches!(signal, Signal::KILL | Signal::CONT) => Some(Wait::Stopped),
        b'D' => Some(Wait::Uninterruptible),
        _ => None,
    }
}

/// Signals blocked in every thread, from `task/*/status`: for processes with several threads, since
/// a signal to the process goes to any thread that has it unblocked.
///
/// # Errors
/// [`ReadError`].
pub fn blocked_in_all_threads(dir: &PidDir) -> Result<u64, ReadError> {
    let folder = dir.open_dir(c"task")?;
    let mut room = vec![std::mem::MaybeUninit::<u8>::uninit(); 32 * 1024];
    let mut entries = rustix::fs::RawDir::new(&folder, &mut room);
    let (mut blocked, mut text) = (u64::MAX, Vec::with_capacity(4096));
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let Some(thread) = crate::procfs::decimal(entry.file_name().to_bytes()) else { continue };
        let Ok(name) = std::ffi::CString::new(format!("task/{thread}/status")) else { continue };
        // A thread that ended meanwhile takes no signal.
        if dir.read(&name, &mut text).is_err() {
            continue;
        }
        let status = crate::raw::status::parse(&text);
        blocked &= status.signals.map_or(0, |sets| sets.blocked);
        if blocked == 0 {
            break;
        }
    }
    Ok(blocked)
}

#[cfg(test)]
#[path = "consequence_tests.rs"]
mod tests;
