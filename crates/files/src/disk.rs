//! Reading: folders by getdents64(2), files with as few system calls as there can be.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, ResolveFlags, Stat};
use rustix::io::Errno;
use unit::files::{Content, MAX_FILE_BYTES};
use unit::{Entry, EntryKind, FileError, Files};

use crate::walk;

/// Neither waits (a pipe nobody writes to), nor becomes a controlling terminal, nor stays open in a
/// program that is started.
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NOCTTY).union(OFlags::NONBLOCK);

/// Room for some hundred entries: a large folder costs few system calls, and the many small ones of
/// drop-ins little memory.
const LIST_BYTES: usize = 16 << 10;

/// The files of this machine, or those below a folder that is taken for the root.
///
/// In a folder all paths are meant from there, links too, absolute ones included: nothing outside is
/// reached, not even while someone renames folders meanwhile (openat2(2), `RESOLVE_IN_ROOT`).
#[derive(Debug)]
pub struct Disk {
    /// The folder; `None` for the machine's own root.
    root: Option<OwnedFd>,
    /// Whether the kernel knows openat2(2) (5.6), and a sandbox around us lets it pass.
    has_openat2: AtomicBool,
}

impl Disk {
    /// The files of the machine.
    pub fn machine() -> Disk {
        Disk { root: None, has_openat2: AtomicBool::new(true) }
    }

    /// Those below a folder; `/` is [`Disk::machine`].
    ///
    /// # Errors
    /// There is no such folder, or it may not be read.
    pub fn below(root: &str) -> Result<Disk, FileError> {
        if !root.is_empty() && root.bytes().all(|byte| byte == b'/') {
            return Ok(Disk::machine());
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(root, flags, Mode::empty()).map_err(of_errno)?;
        Ok(Disk { root: Some(root), has_openat2: AtomicBool::new(true) })
    }

    /// Whether these are the files of the machine itself.
    pub fn is_machine(&self) -> bool {
        self.root.is_none()
    }

    /// The folder that is taken for the root; `None` for the machine's own.
    pub(crate) fn root(&self) -> Option<BorrowedFd<'_>> {
        self.root.as_ref().map(|root| root.as_fd())
    }

    /// Opens what a path leads to, links followed within the tree.
    pub(crate) fn open(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let Some(root) = &self.root else {
            return rustix::fs::open(path, flags, Mode::empty());
        };
        if self.has_openat2.load(Ordering::Relaxed) {
            let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(root, relative(path), flags, Mode::empty(), inside) {
                Err(Errno::NOSYS) => self.has_openat2.store(false, Ordering::Relaxed),
                // A sandbox that does not know the call says so, or the file may not be opened: the
                // other way tells. And where something was renamed meanwhile the kernel could not
                // rule out that it led out.
                Err(Errno::PERM | Errno::AGAIN) => {}
                answer => return answer,
            }
        }
        walk::open(root.as_fd(), &self.walk(path)?, flags)
    }

    /// Where a path leads, without a link in it.
    pub(crate) fn walk(&self, path: &str) -> Result<String, Errno> {
        match &self.root {
            None => walk::resolve(CWD, "/", path),
            Some(root) => walk::resolve(root.as_fd(), "", path),
        }
    }

    /// Does without openat2(2), as by itself on a kernel before 5.6: slower, and in a root as safe.
    #[must_use]
    pub fn without_openat2(self) -> Disk {
        self.has_openat2.store(false, Ordering::Relaxed);
        self
    }

    /// A mask in a tree that has no devices of its own.
    fn is_null_device(&self, path: &str) -> bool {
        self.root.is_some() && self.walk(path).is_ok_and(|path| path == NULL_DEVICE)
    }
}

/// Where a masked unit's link leads.
const NULL_DEVICE: &str = "/dev/null";

/// A path from the root's folder on. `.` is the folder itself.
pub(crate) fn relative(path: &str) -> &str {
    match path.trim_start_matches('/') {
        "" => ".",
        relative => relative,
    }
}

impl Files for Disk {
    fn list(&self, folder: &str) -> Result<Vec<Entry>, FileError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = self.open(folder, flags).map_err(of_errno)?;
        let mut buffer = vec![MaybeUninit::uninit(); LIST_BYTES];
        let mut names = RawDir::new(&folder, &mut buffer);
        let mut entries = Vec::new();
        let mut target = Vec::new();
        while let Some(entry) = names.next() {
            let entry = match entry {
                Ok(entry) => entry,
                // Removed while it was read.
                Err(Errno::NOENT) => break,
                Err(error) => return Err(of_errno(error)),
            };
            let Ok(name) = entry.file_name().to_str() else { continue };
            if matches!(name, "." | "..") {
                continue;
            }
            let file_type = match entry.file_type() {
                // Some file systems don't say.
                FileType::Unknown => match rustix::fs::statat(&folder, name, NO_FOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(_) => continue,
                },
                known => known,
            };
            let kind = match file_type {
                FileType::RegularFile => EntryKind::File,
                FileType::Directory => EntryKind::Folder,
                FileType::Symlink => match rustix::fs::readlinkat(&folder, name, target) {
                    Ok(read) => {
                        target = read.into_bytes();
                        EntryKind::Link(String::from_utf8_lossy(&target).into())
                    }
                    // Gone, or something else by now.
                    Err(_) => {
                        target = Vec::new();
                        continue;
                    }
                },
                _ => EntryKind::Other,
            };
            entries.push(Entry { name: name.into(), kind });
        }
        Ok(entries)
    }

    fn read(&self, path: &str) -> Result<Content, FileError> {
        let file = match self.open(path, READ) {
            Ok(file) => file,
            Err(Errno::NOENT) if self.is_null_device(path) => return Ok(empty(0o666)),
            // Nobody listens at a socket, and a device may be there without its hardware.
            Err(Errno::NXIO | Errno::NODEV) => return Err(FileError::NotRegular),
            // Below a file there is nothing.
            Err(Errno::NOTDIR) => return Err(FileError::Missing),
            Err(error) => return Err(of_errno(error)),
        };
        let stat = rustix::fs::fstat(&file).map_err(of_errno)?;
        let mode = stat.st_mode & 0o7777;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Err(FileError::IsFolder),
            FileType::CharacterDevice if is_null(&stat) => return Ok(empty(mode)),
            _ if self.is_null_device(path) => return Ok(empty(mode)),
            _ => return Err(FileError::NotRegular),
        }
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        Ok(Content { bytes: read_all(&file, size)?, mode })
    }

    fn resolve(&self, path: &str) -> Result<String, FileError> {
        let path = self.walk(path).map_err(|error| match error {
            Errno::NOTDIR => FileError::Missing,
            other => of_errno(other),
        })?;
        // The walk says where a path leads, be there something or not.
        match self.exists(&path) {
            Ok(()) => Ok(path),
            Err(FileError::Missing) if path == NULL_DEVICE => Ok(path),
            Err(error) => Err(error),
        }
    }
}

const NO_FOLLOW: AtFlags = AtFlags::SYMLINK_NOFOLLOW;

impl Disk {
    fn exists(&self, resolved: &str) -> Result<(), FileError> {
        let found = match &self.root {
            None => rustix::fs::statat(CWD, resolved, NO_FOLLOW),
            Some(root) => rustix::fs::statat(root, relative(resolved), NO_FOLLOW),
        };
        found.map(drop).map_err(of_errno)
    }
}

fn empty(mode: u32) -> Content {
    Content { bytes: Vec::new(), mode }
}

/// mem(4): memory devices have the major number 1, null is the third of them.
fn is_null(stat: &Stat) -> bool {
    (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev)) == (1, 3)
}

/// Reads a regular file of about that size.
fn read_all(file: &OwnedFd, size: u64) -> Result<Vec<u8>, FileError> {
    if size > MAX_FILE_BYTES {
        return Err(FileError::TooLarge);
    }
    let limit = usize::try_from(MAX_FILE_BYTES).unwrap_or(usize::MAX);
    let size = usize::try_from(size).unwrap_or(limit);
    // A byte more than the size: a file that fills it has grown since. One that says 0 may lie, as
    // those of /proc do.
    let mut bytes = Vec::with_capacity(if size == 0 { 4096 } else { size + 1 });
    loop {
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len().max(4096));
        }
        let count = match rustix::io::read(file, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(error) => return Err(of_errno(error)),
        };
        if bytes.len() > limit {
            return Err(FileError::TooLarge);
        }
        // One call less for nearly every file: at its size a regular file ends.
        if count == 0 || (bytes.len() == size && size > 0) {
            return Ok(bytes);
        }
    }
}

/// What an error number means for who asked for a file.
pub(crate) fn of_errno(error: Errno) -> FileError {
    match error {
        // A name that no file system can hold is no name of anything.
        Errno::NOENT | Errno::NAMETOOLONG => FileError::Missing,
        Errno::ACCESS | Errno::PERM => FileError::Denied,
        Errno::ISDIR => FileError::IsFolder,
        Errno::LOOP => FileError::Loop,
        other => FileError::Os(other.raw_os_error()),
    }
}
