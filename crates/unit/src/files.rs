//! Where unit files come from: a narrow seam to whatever holds them.

use std::fmt;

/// What lies under a name, not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link and where it points, as written.
    Link(Box<str>),
    /// A socket, device or pipe.
    Other,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name. Names that are not UTF-8 are left out by [`Files::list`]: no unit has one.
    pub name: Box<str>,
    /// What lies there.
    pub kind: EntryKind,
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// Nothing there, a dangling link too.
    Missing,
    /// Permission denied.
    Denied,
    /// A folder where a file was expected.
    IsFolder,
    /// Something else than a file or a folder: a device, a socket, a pipe.
    NotRegular,
    /// Links that lead in a circle.
    Loop,
    /// More than [`MAX_FILE_BYTES`].
    TooLarge,
    /// Another error, by its number (errno(3)).
    Os(i32),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Missing => f.write_str("does not exist"),
            FileError::Denied => f.write_str("permission denied"),
            FileError::IsFolder => f.write_str("is a folder"),
            FileError::NotRegular => f.write_str("is no regular file"),
            FileError::Loop => f.write_str("is a link that leads in a circle"),
            FileError::TooLarge => write!(f, "is larger than {} MiB", MAX_FILE_BYTES >> 20),
            FileError::Os(errno) => write!(f, "error {errno}"),
        }
    }
}

/// The largest unit file that is read. systemd has no limit of its own but that of a line.
pub const MAX_FILE_BYTES: u64 = 16 << 20;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Its permission bits, as of chmod(2).
    pub mode: u32,
}

/// A tree of files. Paths are absolute within the tree; links are followed within it.
pub trait Files {
    /// The names in a folder in no certain order, `.` and `..` left out. A folder that does not
    /// exist is [`FileError::Missing`].
    fn list(&self, folder: &str) -> Result<Vec<Entry>, FileError>;

    /// A regular file, links followed. `/dev/null` is an empty file.
    fn read(&self, path: &str) -> Result<Content, FileError>;

    /// Where a path leads when all links are followed, as an absolute path within the tree. A path
    /// that does not exist is [`FileError::Missing`].
    fn resolve(&self, path: &str) -> Result<String, FileError>;
}
