//! What can go wrong under `/proc`.

use std::path::PathBuf;

use rustix::io::Errno;

use crate::fact::Fact;

/// Why `/proc` as a whole can't be used.
#[derive(Debug)]
pub enum ProcError {
    /// The folder can't be opened.
    Open {
        /// Which folder.
        path: PathBuf,
        /// What the kernel said.
        errno: Errno,
    },
    /// It can be opened and isn't a `proc` file system.
    NotMounted {
        /// Which folder.
        path: PathBuf,
    },
    /// Listing its processes failed half-way.
    List {
        /// Which folder.
        path: PathBuf,
        /// What the kernel said.
        errno: Errno,
    },
}

impl std::fmt::Display for ProcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProcError::Open { path, errno } => {
                write!(f, "cannot open {}: {errno}", path.display())
            }
            ProcError::NotMounted { path } => write!(
                f,
                "no proc file system is mounted on {0}: as root, `mount -t proc proc {0}`",
                path.display()
            ),
            ProcError::List { path, errno } => {
                write!(f, "cannot list the processes in {}: {errno}", path.display())
            }
        }
    }
}

impl std::error::Error for ProcError {}

/// Why one file of one process could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// The process is gone, or it never had this file.
    Gone,
    /// The kernel refused.
    NotPermitted,
    /// Any other error.
    Other(Errno),
}

impl From<Errno> for ReadError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::SRCH | Errno::NOENT => ReadError::Gone,
            Errno::ACCESS | Errno::PERM => ReadError::NotPermitted,
            other => ReadError::Other(other),
        }
    }
}

impl ReadError {
    /// The reason as a fact, for a file that the process may simply not have.
    pub fn into_fact<T>(self) -> Fact<T> {
        match self {
            ReadError::Gone => Fact::NotApplicable,
            ReadError::NotPermitted => Fact::NotPermitted,
            ReadError::Other(_) => Fact::Unknown,
        }
    }
}
