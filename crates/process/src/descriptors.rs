//! The open descriptors of a process: `/proc/PID/fd`, proc_pid_fd(5).
//!
//! [`walk`] streams them: a process may have a million. It costs one readlink(2) for each; what
//! costs more is asked for descriptor by descriptor ([`Descriptor::access`],
//! [`Descriptor::info`], [`Descriptor::metadata`]). No file is ever opened: that could block (a
//! FIFO), start something (a device) or hang (a network file system, see [`crate::locality`]).

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, RawDir};
use rustix::io::Errno;

use crate::fact::Fact;
use crate::locality::{Metadata, Mounts, Name};
use crate::procfs::{PidDir, ReadError};
use crate::raw::fdinfo::{self, Access, FdInfo};

/// A directory entry takes 24 to 32 bytes: a call of getdents64(2) for each 8,000 descriptors.
const ENTRIES_BYTES: usize = 256 * 1024;
/// Longest link target the kernel gives (`PATH_MAX`).
const PATH_MAX_BYTES: usize = 4096;
/// What the kernel appends to the path of a file that has no name any more.
const DELETED: &[u8] = b" (deleted)";

/// How many descriptors are open.
///
/// # Errors
/// [`ReadError`]; the folder may be listed only by its owner and by root.
pub fn count(dir: &PidDir) -> Result<u32, ReadError> {
    let folder = dir.open_dir(c"fd")?;
    // Since Linux 6.2 the folder's size is the number of descriptors.
    let size = rustix::fs::fstat(&folder)?.st_size;
    if size > 0 {
        return Ok(u32::try_from(size).unwrap_or(u32::MAX));
    }
    let mut room = vec![MaybeUninit::<u8>::uninit(); 64 * 1024];
    let mut entries = RawDir::new(&folder, &mut room);
    let mut found = 0u32;
    while let Some(entry) = entries.next() {
        found += u32::from(crate::procfs::decimal(entry?.file_name().to_bytes()).is_some());
    }
    Ok(found)
}

/// What a descriptor stands for, as far as its link tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind<'a> {
    /// A file, directory or FIFO with a name: only [`Descriptor::metadata`] tells which.
    Path,
    /// The same, whose name is gone; or a name that really ends in ` (deleted)`.
    Deleted,
    /// A terminal.
    Terminal,
    /// Another device node.
    Device,
    /// A memfd_create(2) file.
    Memory,
    /// A pipe without a name.
    Pipe {
        /// Both ends have the same.
        inode: u64,
    },
    /// A socket of any family.
    Socket {
        /// As [`crate::sockets`] has it.
        inode: u64,
    },
    /// An object of the kernel: `eventfd`, `eventpoll`, `inotify`, `timerfd`, `signalfd`, `pidfd`,
    /// `io_uring`, `bpf-prog` …
    Anonymous(&'a [u8]),
    /// A namespace held open: `net`, `mnt` …
    Namespace(&'a [u8]),
    /// None of these.
    Other,
}

impl<'a> Kind<'a> {
    /// Judges the target of a link.
    pub fn of(target: &'a [u8]) -> Kind<'a> {
        if target.starts_with(b"/") {
            return Kind::of_path(target);
        }
        if let Some(name) = target.strip_prefix(b"anon_inode:") {
            let bare = name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]"));
            return Kind::Anonymous(bare.unwrap_or(name));
        }
        let numbered = target.strip_suffix(b"]").and_then(|text| {
            let (name, digits) = crate::raw::split_at_byte(text, b'[')?;
            Some((name.strip_suffix(b":")?, crate::raw::number(digits)?))
        });
        match numbered {
            Some((b"socket", inode)) => Kind::Socket { inode },
            Some((b"pipe", inode)) => Kind::Pipe { inode },
            Some((name, _)) => Kind::Namespace(name),
            // The mount is not reachable from here, the file is still one.
            None if target.starts_with(b"(unreachable)") => Kind::Path,
            None => Kind::Other,
        }
    }

    fn of_path(target: &'a [u8]) -> Kind<'a> {
        const TERMINALS: [&[u8]; 5] =
            [b"/dev/pts/", b"/dev/tty", b"/dev/console", b"/dev/ptmx", b"/dev/hvc"];
        const FILES: [&[u8]; 3] = [b"/dev/shm/", b"/dev/mqueue/", b"/dev/hugepages/"];
        let any = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| target.starts_with(prefix));
        match target.ends_with(DELETED) {
            _ if target.starts_with(b"/memfd:") => Kind::Memory,
            _ if any(&TERMINALS) => Kind::Terminal,
            true => Kind::Deleted,
            false if target.starts_with(b"/dev/") && !any(&FILES) => Kind::Device,
            false => Kind::Path,
        }
    }

    /// Whether it is a file that the file system can say more of.
    pub fn has_metadata(self) -> bool {
        matches!(self, Kind::Path | Kind::Deleted | Kind::Terminal | Kind::Device | Kind::Memory)
    }
}

/// The path of a link's target, without what the kernel appends to deleted ones.
pub fn path_of(target: &[u8]) -> &[u8] {
    target.strip_suffix(DELETED).unwrap_or(target)
}

/// One open descriptor.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor<'a> {
    /// Its number.
    pub number: u32,
    /// What the link says: a path, with ` (deleted)` behind it or not, or a name like `pipe:[7]`.
    pub target: &'a [u8],
    /// What that is.
    pub kind: Kind<'a>,
    name: &'a CStr,
    folder: &'a OwnedFd,
    dir: &'a PidDir,
}

impl Descriptor<'_> {
    /// Whether it reads, writes or both: one system call, from the link's permissions.
    pub fn access(&self) -> Fact<Access> {
        match rustix::fs::statat(self.folder, self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Fact::Known(match (stat.st_mode & 0o400 != 0, stat.st_mode & 0o200 != 0) {
                (true, true) => Access::ReadWrite,
                (true, false) => Access::Read,
                (false, true) => Access::Write,
                (false, false) => Access::PathOnly,
            }),
            Err(errno) => ReadError::from(errno).into_fact(),
        }
    }

    /// Position, flags and locks: three system calls.
    ///
    /// # Errors
    /// [`ReadError::Gone`] when it was closed meanwhile.
    pub fn info(&self) -> Result<FdInfo, ReadError> {
        let text = self.dir.read_new(Name(self.number).in_folder("fdinfo/").as_c_str())?;
        Ok(fdinfo::parse(&text))
    }

    /// Type, size and links of its file. Not measured: asking might hang.
    pub fn metadata(&self, mounts: &Mounts) -> Fact<Metadata> {
        if !self.kind.has_metadata() {
            return Fact::NotApplicable;
        }
        if self.kind == Kind::Memory {
            // Its file system is the kernel's own and has no mount that could be looked up.
            let found = crate::locality::stat(self.folder, self.name);
            return found.map_or_else(ReadError::into_fact, Fact::Known);
        }
        mounts.of_descriptor(self.dir, &Name(self.number))
    }
}

/// How a walk went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Walk {
    /// Descriptors that were looked at.
    pub descriptors: u64,
    /// Whether the sink broke off before the last.
    pub stopped: bool,
}

/// Calls `sink` with each open descriptor, ascending, until it breaks off.
///
/// # Errors
/// [`ReadError`]; only the owner and root may look (ptrace(2)'s "read" check).
pub fn walk(
    dir: &PidDir,
    sink: &mut dyn FnMut(&Descriptor<'_>) -> ControlFlow<()>,
) -> Result<Walk, ReadError> {
    let folder = dir.open_dir(c"fd")?;
    let mut entries = vec![MaybeUninit::<u8>::uninit(); ENTRIES_BYTES];
    let mut entries = RawDir::new(&folder, &mut entries);
    let mut link = [MaybeUninit::<u8>::uninit(); PATH_MAX_BYTES];
    let mut walk = Walk::default();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno.into()),
        };
        let name = entry.file_name();
        let Some(number) = crate::procfs::decimal(name.to_bytes()) else { continue };
        let target: &[u8] = match rustix::fs::readlinkat_raw(&folder, name, &mut link) {
            Ok((target, _)) => target,
            // Closed since it was listed.
            Err(Errno::NOENT) => continue,
            // A path longer than the kernel can tell.
            Err(Errno::NAMETOOLONG) => b"",
            Err(errno) => return Err(errno.into()),
        };
        walk.descriptors += 1;
        let kind = Kind::of(target);
        let descriptor = Descriptor { number, target, kind, name, folder: &folder, dir };
        if sink(&descriptor).is_break() {
            walk.stopped = true;
            break;
        }
    }
    Ok(walk)
}

/// Looks at one descriptor.
///
/// # Errors
/// [`ReadError::Gone`] if it is closed; otherwise as [`walk`].
pub fn one<T>(
    dir: &PidDir,
    number: u32,
    look: &mut dyn FnMut(&Descriptor<'_>) -> T,
) -> Result<T, ReadError> {
    let folder = dir.open_dir(c"fd")?;
    let name = Name(number).in_folder("");
    let mut link = [MaybeUninit::<u8>::uninit(); PATH_MAX_BYTES];
    let (target, _) = rustix::fs::readlinkat_raw(&folder, name.as_c_str(), &mut link)?;
    let target: &[u8] = target;
    let kind = Kind::of(target);
    Ok(look(&Descriptor { number, target, kind, name: &name, folder: &folder, dir }))
}

#[cfg(test)]
#[path = "descriptors_tests.rs"]
mod tests;
