//! Why nothing could be observed.

use std::fmt;

use rustix::io::Errno;

/// Why nothing could be observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObserveError {
    /// No process was there to be watched.
    NoProcesses,
    /// Another process traces it already: one can trace a process at a time.
    TracedAlready {
        /// Which.
        pid: u32,
        /// By which process.
        tracer: u32,
    },
    /// The kernel lets only root, or who has `CAP_SYS_PTRACE`, watch it.
    NotPermitted {
        /// Which.
        pid: u32,
    },
    /// Something else.
    Failed {
        /// What was tried.
        action: &'static str,
        /// How it failed.
        errno: Errno,
    },
}

impl fmt::Display for ObserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProcesses => f.write_str("there is no process to observe"),
            Self::TracedAlready { pid, tracer } => write!(
                f,
                "process {pid} is traced by process {tracer} already (a debugger, strace); it was left alone"
            ),
            Self::NotPermitted { pid } => {
                write!(
                    f,
                    "not permitted to observe process {pid}: root may, where kernel.yama.ptrace_scope is below 3"
                )
            }
            Self::Failed { action, errno } => write!(f, "cannot {action}: {errno}"),
        }
    }
}

impl std::error::Error for ObserveError {}
