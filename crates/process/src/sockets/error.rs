//! Why sockets could not be had.

use super::wanted::Table;
use rustix::io::Errno;
use std::fmt;

/// Why sockets, or some of them, could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketError {
    /// Not permitted to look: not the same as "there are none".
    NotPermitted {
        /// What was tried.
        action: Action,
        /// The kernel's answer, `EPERM` or `EACCES`.
        errno: Errno,
    },
    /// The process is gone, or a zombie that has neither descriptors nor namespaces any more.
    Vanished {
        /// What was tried.
        action: Action,
    },
    /// The kernel refused otherwise.
    Failed {
        /// What was tried.
        action: Action,
        /// The kernel's answer.
        errno: Errno,
    },
    /// The kernel's answer could not be understood.
    Malformed {
        /// What was tried.
        action: Action,
    },
    /// Sockets came and went, or memory was short, at every attempt: some may be missing.
    Disturbed {
        /// What was tried.
        action: Action,
    },
    /// The kernel stopped answering in the middle.
    TimedOut {
        /// What was tried.
        action: Action,
    },
}

/// What was tried when an error came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Opening the netlink socket for sock_diag(7).
    OpenSockDiag,
    /// Asking sock_diag(7) for a table.
    Ask(Table),
    /// Reading a table's file under `/proc/PID/net`.
    Read(Table),
    /// Entering another network namespace, setns(2).
    EnterNamespace,
    /// Reading which network namespace a process is in, `/proc/PID/ns/net`.
    ReadNamespace,
    /// Reading a process's descriptors, `/proc/PID/fd`.
    ReadDescriptors,
}

impl SocketError {
    /// An error of a call that concerns the machine, not one process.
    pub(super) fn of(action: Action, errno: Errno) -> Self {
        match errno {
            Errno::ACCESS | Errno::PERM => Self::NotPermitted { action, errno },
            Errno::SRCH => Self::Vanished { action },
            _ => Self::Failed { action, errno },
        }
    }

    /// An error of a call relative to a `/proc/PID` directory, where a missing file means a
    /// missing process.
    pub(super) fn of_process(action: Action, errno: Errno) -> Self {
        match errno {
            Errno::NOENT => Self::Vanished { action },
            _ => Self::of(action, errno),
        }
    }

    /// What was tried.
    #[must_use]
    pub fn action(&self) -> Action {
        match *self {
            Self::NotPermitted { action, .. }
            | Self::Vanished { action }
            | Self::Failed { action, .. }
            | Self::Malformed { action }
            | Self::Disturbed { action }
            | Self::TimedOut { action } => action,
        }
    }

    /// Was it a lack of permission?
    #[must_use]
    pub fn is_not_permitted(&self) -> bool {
        matches!(self, Self::NotPermitted { .. })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenSockDiag => f.write_str("open a sock_diag netlink socket"),
            Self::Ask(table) => write!(f, "list {table} sockets by sock_diag"),
            Self::Read(table) => {
                write!(f, "read {table} sockets from /proc/PID/{}", table.traits().2)
            }
            Self::EnterNamespace => f.write_str("enter the process's network namespace"),
            Self::ReadNamespace => {
                f.write_str("read the process's network namespace (/proc/PID/ns/net)")
            }
            Self::ReadDescriptors => f.write_str("read the process's descriptors (/proc/PID/fd)"),
        }
    }
}

impl fmt::Display for SocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = self.action();
        match self {
            Self::NotPermitted { errno, .. } => {
                write!(f, "not permitted to {action}: {errno}; try as root")
            }
            Self::Vanished { .. } => write!(f, "cannot {action}: the process is gone"),
            Self::Failed { errno: Errno::NOENT, .. } => write!(
                f,
                "cannot {action}: this kernel has no support for it \
                 (a module such as tcp_diag, udp_diag, raw_diag or unix_diag is missing)"
            ),
            Self::Failed { errno, .. } => write!(f, "cannot {action}: {errno}"),
            Self::Malformed { .. } => write!(f, "cannot {action}: the kernel's answer is garbled"),
            Self::Disturbed { .. } => write!(
                f,
                "cannot {action} in one piece: sockets came and went or memory was short at every \
                 attempt, so some may be missing; try again"
            ),
            Self::TimedOut { .. } => write!(f, "cannot {action}: the kernel stopped answering"),
        }
    }
}

impl std::error::Error for SocketError {}
