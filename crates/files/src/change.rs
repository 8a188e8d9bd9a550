//! Changing a tree link by link: each change is whole or not there, and none follows a link out of
//! the tree.

use std::fmt;

use rustix::io::Errno;
use unit::FileError;

use crate::disk::of_errno;

/// One change. Paths are absolute within the tree. Links on the way to them are followed within
/// it, the last name never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A symbolic link with that text, in place of one that is there. Folders on the way are made
    /// (mode 0755).
    Link {
        /// Where it lies.
        path: String,
        /// What it holds, taken as it is.
        target: String,
    },
    /// A symbolic link goes. One that is not there is no error.
    RemoveLink {
        /// Where it lies.
        path: String,
    },
    /// A file without content goes: one that masks a unit. One that is not there is no error.
    RemoveEmptyFile {
        /// Where it lies.
        path: String,
    },
    /// A folder goes if nothing is in it. One that is not there is no error.
    RemoveFolderIfEmpty {
        /// Where it lies.
        path: String,
    },
}

impl Change {
    /// The path that changes.
    pub fn path(&self) -> &str {
        match self {
            Change::Link { path, .. }
            | Change::RemoveLink { path }
            | Change::RemoveEmptyFile { path }
            | Change::RemoveFolderIfEmpty { path } => path,
        }
    }

    const fn verb(&self) -> &'static str {
        match self {
            Change::Link { .. } => "make the link",
            Change::RemoveLink { .. } => "remove the link",
            Change::RemoveEmptyFile { .. } => "remove the empty file",
            Change::RemoveFolderIfEmpty { .. } => "remove the folder",
        }
    }
}

/// A change that could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeError {
    /// Which.
    pub change: Change,
    /// Why.
    pub why: Why,
    /// Changes made before it that could not be undone, as they were made.
    pub remaining: Vec<Change>,
}

/// Why a change could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Something else than a link lies there.
    NoLink,
    /// Something else than an empty file lies there.
    NotEmpty,
    /// The path names no place in a folder: it is empty, `/`, or ends in `..`.
    NoName,
    /// The system said no.
    System(FileError),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: ", self.change.verb(), self.change.path())?;
        match self.why {
            Why::NoLink => f.write_str("what lies there is no link")?,
            Why::NotEmpty => f.write_str("what lies there is no empty file")?,
            Why::NoName => f.write_str("that is no path of a link or folder")?,
            Why::System(FileError::Os(errno)) => {
                write!(f, "{}", std::io::Error::from_raw_os_error(errno))?;
            }
            Why::System(error) => write!(f, "{error}")?,
        }
        match self.remaining.as_slice() {
            [] => Ok(()),
            remaining => {
                f.write_str("; made before, and could not be undone:")?;
                remaining.iter().try_for_each(|change| write!(f, " {}", change.path()))
            }
        }
    }
}

impl std::error::Error for ChangeError {}

impl From<Errno> for Why {
    fn from(error: Errno) -> Why {
        Why::System(of_errno(error))
    }
}
