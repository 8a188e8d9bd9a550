//! What lies at a path, links followed: one system call on the machine itself.

use rustix::fs::{AtFlags, CWD, FileType, OFlags};
use unit::FileError;

use crate::disk::{Disk, of_errno};

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file that somebody may execute.
    Executable,
    /// A regular file that nobody may execute.
    File,
    /// A folder.
    Folder,
    /// A socket, device or pipe.
    Other,
}

impl Disk {
    /// What lies at a path, links followed within the tree.
    ///
    /// # Errors
    /// Nothing does, or it may not be known.
    pub fn kind(&self, path: &str) -> Result<Kind, FileError> {
        let stat = match self.is_machine() {
            true => rustix::fs::statat(CWD, path, AtFlags::empty()),
            false => self
                .open(path, OFlags::PATH | OFlags::CLOEXEC)
                .and_then(|file| rustix::fs::fstat(&file)),
        };
        let stat = stat.map_err(|error| match error {
            rustix::io::Errno::NOTDIR => FileError::Missing,
            error => of_errno(error),
        })?;
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile if stat.st_mode & 0o111 != 0 => Kind::Executable,
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            _ => Kind::Other,
        })
    }
}
