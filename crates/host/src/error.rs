//! Why a manager could not be asked.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use bus::BusError;

use crate::ManagerKind;

/// Why a manager gave no answer.
#[derive(Debug)]
pub enum HostError {
    /// The manager has no service of that name.
    NoSuchService {
        /// Who was asked.
        manager: ManagerKind,
        /// For what.
        name: String,
    },
    /// The manager could not be asked over its socket.
    Bus {
        /// Who was asked.
        manager: ManagerKind,
        /// What went wrong: not there, not permitted, timed out …
        source: BusError,
    },
    /// A folder that the manager keeps its state or scripts in can't be read.
    Folder {
        /// Whose it is.
        manager: ManagerKind,
        /// Which folder.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
}

impl HostError {
    /// The caller may not ask; another user might.
    pub fn is_not_permitted(&self) -> bool {
        match self {
            Self::Bus { source, .. } => matches!(source, BusError::NotPermitted { .. }),
            Self::Folder { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
            Self::NoSuchService { .. } => false,
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchService { manager, name } => {
                write!(f, "{} has no service \"{}\"", manager.name(), name.escape_debug())
            }
            Self::Bus { manager, source } => write!(f, "{}: {source}", manager.name()),
            Self::Folder { manager, path, source } => {
                let path = path.to_string_lossy();
                write!(f, "{}: cannot read {}: {source}", manager.name(), path.escape_debug())
            }
        }
    }
}

impl Error for HostError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoSuchService { .. } => None,
            Self::Bus { source, .. } => Some(source),
            Self::Folder { source, .. } => Some(source),
        }
    }
}
