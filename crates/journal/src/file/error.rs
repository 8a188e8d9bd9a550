//! What can be wrong with a file.

use std::fmt;
use std::io;

use rustix::fs::FileType;

use crate::format::flags;

/// A file that can't be read as a journal. journalctl(1) has one sentence for each of these.
#[derive(Debug)]
pub enum OpenError {
    /// It can't be opened or mapped.
    Io(io::Error),
    /// It is no regular file but something else: what. (`EBADFD`, `EISDIR` with systemd.)
    NotRegular(&'static str),
    /// It is no journal file, or a damaged one (`EBADMSG` with systemd).
    Corrupt(&'static str),
    /// It is shorter than it should be, or empty (`ENODATA` with systemd).
    Truncated(&'static str),
    /// Of the format of the future: it has these flags, which are not among [`flags::INCOMPATIBLE`]
    /// (`EPROTONOSUPPORT` with systemd).
    Unsupported(u32),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> OpenError {
        OpenError::Io(error)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Io(error) => error.fmt(f),
            OpenError::NotRegular(kind) => write!(f, "it is {kind}, no regular file"),
            OpenError::Corrupt(what) | OpenError::Truncated(what) => f.write_str(what),
            OpenError::Unsupported(unknown) => {
                write!(
                    f,
                    "it uses features that are newer than this program (flags {unknown:#x}; known are"
                )?;
                for (at, (_, name)) in flags::INCOMPATIBLE.iter().enumerate() {
                    write!(f, "{} {name}", if at == 0 { "" } else { "," })?;
                }
                f.write_str(")")
            }
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenError::Io(error) => Some(error),
            _ => None,
        }
    }
}

pub(super) fn kind_name(kind: FileType) -> &'static str {
    match kind {
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice => "a character device",
        FileType::BlockDevice => "a block device",
        FileType::RegularFile | FileType::Unknown => "something else",
    }
}

/// What does not hold together in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where, in bytes from the file's start.
    pub offset: u64,
    /// What is wrong there.
    pub what: &'static str,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at offset {:#x}: {}", self.offset, self.what)
    }
}

impl std::error::Error for Damage {}
