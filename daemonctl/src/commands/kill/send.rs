//! Sending, to the process that was found and to no other.

use std::fmt;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use process::process::ProcessKey;
use process::procfs::{ProcFs, ReadError};
use process::raw;
use process::signals::Signal;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags};
use rustix_libc_wrappers::process::SignalExt as _;

use super::plan::Victim;
use crate::context::Context;
use crate::failure::Failure;

/// Between looks at a process that no pidfd tells of.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What became of a process.
#[derive(Debug)]
pub enum Fate {
    /// It got the signal. Holds what tells of its end.
    Signalled(Handle),
    /// It got the signal and has ended.
    Ended,
    /// It got the signal and runs after all this time.
    StillRuns(Duration),
    /// It had ended before; its pid may be another process's by now. Nobody got the signal.
    Gone,
    /// The kernel refused.
    NotPermitted {
        /// Whose it is.
        user: String,
    },
    /// The C library keeps the signal to itself.
    Reserved,
    /// Anything else.
    Failed(Errno),
    /// Its state could not be read, so that it could not be proved to be the one.
    Unproved(ReadError),
}

/// A process that can be waited for.
#[derive(Debug)]
pub enum Handle {
    /// By the kernel, since Linux 5.3.
    Pidfd(OwnedFd),
    /// By looking whether it is still there.
    Key(ProcessKey),
}

impl Fate {
    /// One word, as JSON has it.
    pub fn word(&self) -> &'static str {
        match self {
            Fate::Signalled(_) => "signalled",
            Fate::Ended => "ended",
            Fate::StillRuns(_) => "still_runs",
            Fate::Gone => "gone",
            Fate::NotPermitted { .. } => "not_permitted",
            Fate::Reserved | Fate::Failed(_) | Fate::Unproved(_) => "failed",
        }
    }

    /// Whether what was asked for was done.
    pub fn is_success(&self) -> bool {
        matches!(self, Fate::Signalled(_) | Fate::Ended)
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Signalled(_) => f.write_str("signalled"),
            Fate::Ended => f.write_str("signalled, has ended"),
            Fate::StillRuns(waited) => {
                write!(f, "signalled, still runs after {} s", waited.as_secs_f64())
            }
            Fate::Gone => f.write_str("gone before it could be signalled; nothing was sent"),
            Fate::NotPermitted { user } => write!(
                f,
                "not permitted: it belongs to {user}; that user may signal it, and root (CAP_KILL)"
            ),
            Fate::Reserved => f.write_str("not sent: the C library keeps this signal to itself"),
            Fate::Failed(errno) => write!(f, "failed: {errno}"),
            Fate::Unproved(error) => {
                let why = match error {
                    ReadError::NotPermitted => "not permitted".to_owned(),
                    ReadError::Other(errno) => errno.to_string(),
                    ReadError::Gone => "gone".to_owned(),
                };
                write!(
                    f,
                    "not sent: its start time can't be read again ({why}), so it may be another process"
                )
            }
        }
    }
}

/// The way to processes.
pub struct Wire {
    /// The real `/proc`, whatever folder the snapshot came from: signals go to real processes.
    proc: ProcFs,
}

impl Wire {
    /// Opens the way. `/proc` must show the pids of this process's own pid namespace, which
    /// pidfd_open(2) and kill(2) go by.
    ///
    /// # Errors
    /// It is not mounted, or is another pid namespace's.
    pub fn open(_context: &Context) -> Result<Wire, Failure> {
        let root = Path::new("/proc");
        let proc = ProcFs::open(root)?;
        let own = std::process::id().to_string();
        match std::fs::read_link(root.join("self")) {
            Ok(shown) if shown.as_os_str() == own.as_str() => Ok(Wire { proc }),
            _ => Err(Failure::failed("/proc shows the processes of another pid namespace")
                .hint("enter that namespace whole: nsenter -t PID -p -m, then mount proc again")),
        }
    }

    /// Sends a signal to a process, if it still is the one that was found.
    pub fn signal(&self, victim: &Victim<'_>, signal: Signal) -> Fate {
        let number = i32::try_from(signal.number()).unwrap_or(0);
        let Some(signal) = rustix::process::Signal::from_raw(number) else { return Fate::Reserved };
        self.send(victim.key(), victim.user(), signal)
    }

    /// The same, for a process of which nothing else is known than whose it is.
    pub fn send(&self, key: ProcessKey, user: &str, signal: rustix::process::Signal) -> Fate {
        let Some(pid) = i32::try_from(key.pid).ok().and_then(Pid::from_raw) else {
            return Fate::Gone;
        };
        let pidfd = match rustix::process::pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => Some(pidfd),
            // A kernel before 5.3, or a sandbox that forbids it.
            Err(Errno::NOSYS | Errno::PERM) => None,
            Err(Errno::SRCH) => return Fate::Gone,
            Err(errno) => return Fate::Failed(errno),
        };
        // From here on the descriptor means one process for good. Which one, the start time tells.
        match is_still(&self.proc, key) {
            Ok(true) => {}
            Ok(false) => return Fate::Gone,
            Err(error) => return Fate::Unproved(error),
        }
        let sent = match &pidfd {
            Some(pidfd) => rustix::process::pidfd_send_signal(pidfd, signal),
            None => rustix::process::kill_process(pid, signal),
        };
        match sent {
            Ok(()) => Fate::Signalled(match pidfd {
                Some(pidfd) => Handle::Pidfd(pidfd),
                None => Handle::Key(key),
            }),
            Err(Errno::SRCH) => Fate::Gone,
            Err(Errno::PERM) => Fate::NotPermitted { user: user.to_owned() },
            Err(errno) => Fate::Failed(errno),
        }
    }
}

/// Whether the pid is still that process: its start time is the same.
fn is_still(proc: &ProcFs, key: ProcessKey) -> Result<bool, ReadError> {
    let text = match proc.process(key.pid).and_then(|dir| dir.read_new(c"stat")) {
        Ok(text) => text,
        Err(ReadError::Gone) => return Ok(false),
        Err(error) => return Err(error),
    };
    let stat = raw::stat::parse(&text).ok_or(ReadError::Other(Errno::INVAL))?.1;
    Ok(stat.start_ticks == key.start_ticks)
}

/// Waits until those that got the signal have ended, all together at most `patience`.
pub fn wait_for(victims: &[Victim<'_>], fates: &mut [Fate], patience: Duration) {
    let limit = Instant::now() + patience;
    for (victim, fate) in victims.iter().zip(fates) {
        let Fate::Signalled(handle) = fate else { continue };
        let ended = is_over_by(handle, limit);
        // A zombie has ended, though its parent has not collected it.
        let dead = victim.row.process.stat.is_zombie() && victim.row.process.stat.threads <= 1;
        *fate = if ended || dead { Fate::Ended } else { Fate::StillRuns(patience) };
    }
}

/// Whether a process ends, at most `patience` from now.
pub fn wait_until_gone(handle: &Handle, patience: Duration) -> bool {
    is_over_by(handle, Instant::now() + patience)
}

fn is_over_by(handle: &Handle, limit: Instant) -> bool {
    match handle {
        Handle::Pidfd(pidfd) => ends_by(pidfd, limit),
        Handle::Key(key) => is_gone_by(*key, limit),
    }
}

fn ends_by(pidfd: &OwnedFd, limit: Instant) -> bool {
    loop {
        let left = limit.saturating_duration_since(Instant::now());
        let timeout = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        let mut polled = [PollFd::new(pidfd, PollFlags::IN)];
        match rustix::event::poll(&mut polled, Some(&timeout)) {
            Err(Errno::INTR) => {}
            Ok(ready) => return ready > 0,
            Err(_) => return false,
        }
    }
}

fn is_gone_by(key: ProcessKey, limit: Instant) -> bool {
    let Ok(proc) = ProcFs::open(Path::new("/proc")) else { return false };
    loop {
        if matches!(is_still(&proc, key), Ok(false)) {
            return true;
        }
        if Instant::now() >= limit {
            return false;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(stat: &str) -> std::path::PathBuf {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("kill-{}-{number}", std::process::id()));
        std::fs::create_dir_all(root.join("500")).unwrap();
        std::fs::write(root.join("stat"), "").unwrap();
        std::fs::write(root.join("500/stat"), stat).unwrap();
        root
    }

    fn stat(start: u64) -> String {
        format!("500 (x) S 1 500 500 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0\n")
    }

    #[test]
    fn a_pid_that_was_used_again_is_another_process() {
        let root = folder_with(&stat(1000));
        let proc = ProcFs::open(&root).unwrap();
        let found = ProcessKey { pid: 500, start_ticks: 1000 };
        assert_eq!(is_still(&proc, found), Ok(true));
        std::fs::write(root.join("500/stat"), stat(1001)).unwrap();
        assert_eq!(is_still(&proc, found), Ok(false));
        std::fs::write(root.join("500/stat"), "garbage").unwrap();
        assert!(is_still(&proc, found).is_err());
        std::fs::remove_dir_all(root.join("500")).unwrap();
        assert_eq!(is_still(&proc, found), Ok(false));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_end_is_seen_with_and_without_a_pidfd() {
        let start = |child: &std::process::Child| {
            let text = std::fs::read(format!("/proc/{}/stat", child.id())).unwrap();
            ProcessKey {
                pid: child.id(),
                start_ticks: raw::stat::parse(&text).unwrap().1.start_ticks,
            }
        };
        let soon = || Instant::now() + Duration::from_millis(100);
        let late = || Instant::now() + Duration::from_secs(10);
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let key = start(&child);
        let pid = Pid::from_child(&child);
        let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty()).unwrap();
        assert!(!ends_by(&pidfd, soon()) && !is_gone_by(key, soon()));
        child.kill().unwrap();
        assert!(ends_by(&pidfd, late()));
        child.wait().unwrap();
        assert!(is_gone_by(key, late()));
    }
}
