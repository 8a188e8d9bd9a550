//! The only place that opens files under `/proc`: every other module gets bytes.
//!
//! The root is injected, so that tests run on a folder. Files of one process are read relative
//! to an open `/proc/PID` directory: when the process ends and its pid is given to another one,
//! the old directory answers `ESRCH` and can never mix two processes.

mod error;

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, RawDir};
use rustix::io::Errno;

pub use error::{ProcError, ReadError};

/// Longest text taken from one file: `cmdline` and `environ` may hold megabytes.
pub const MAX_TEXT_BYTES: usize = 256 * 1024;
/// Longest link target the kernel gives (`PATH_MAX`).
const PATH_MAX_BYTES: usize = 4096;
/// Room for a few thousand entries in one `getdents64`.
const DIRENT_BUFFER_BYTES: usize = 64 * 1024;

/// An open `/proc`, or a folder that looks like one.
#[derive(Debug)]
pub struct ProcFs {
    dir: OwnedFd,
    path: PathBuf,
}

impl ProcFs {
    /// Opens the root. It must hold `stat` (proc(5)), which an unmounted `/proc` does not.
    ///
    /// # Errors
    /// [`ProcError::Open`], or [`ProcError::NotMounted`] with what to do.
    pub fn open(path: &Path) -> Result<ProcFs, ProcError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|errno| ProcError::Open { path: path.to_owned(), errno })?;
        match rustix::fs::accessat(
            &dir,
            c"stat",
            rustix::fs::Access::EXISTS,
            rustix::fs::AtFlags::empty(),
        ) {
            Err(Errno::NOENT) => Err(ProcError::NotMounted { path: path.to_owned() }),
            _ => Ok(ProcFs { dir, path: path.to_owned() }),
        }
    }

    /// Where it is, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open directory.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.dir.as_fd()
    }

    /// The pids listed now, ascending. With `hidepid` (proc(5)) others' are absent.
    ///
    /// # Errors
    /// [`ProcError::List`].
    pub fn pids(&self) -> Result<Vec<u32>, ProcError> {
        let fail = |errno| ProcError::List { path: self.path.clone(), errno };
        rustix::fs::seek(&self.dir, rustix::fs::SeekFrom::Start(0)).map_err(fail)?;
        let mut pids = Vec::with_capacity(512);
        let mut room = vec![MaybeUninit::<u8>::uninit(); DIRENT_BUFFER_BYTES];
        let mut entries = RawDir::new(&self.dir, &mut room);
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(fail)?;
            if let Some(pid) = decimal(entry.file_name().to_bytes()) {
                pids.push(pid);
            }
        }
        pids.sort_unstable();
        Ok(pids)
    }

    /// Opens the directory of one process, without rights to list it.
    ///
    /// # Errors
    /// [`ReadError::Gone`] when there is no such process (or `hidepid` hides it).
    pub fn process(&self, pid: u32) -> Result<PidDir, ReadError> {
        let mut digits = [0u8; 16];
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.dir, pid_name(pid, &mut digits), flags, Mode::empty())?;
        Ok(PidDir { fd, pid })
    }

    /// Reads a file of the root itself, such as `stat` or `sys/kernel/ostype`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(&self, name: &CStr) -> Result<Vec<u8>, ReadError> {
        read_to_end(self.dir.as_fd(), name)
    }
}

/// An open `/proc/PID`.
#[derive(Debug)]
pub struct PidDir {
    fd: OwnedFd,
    pid: u32,
}

impl PidDir {
    /// Whose it is.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The open directory, opened with `O_PATH`.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Fills `text` with the content of a file that the kernel writes in one piece (`stat`,
    /// `status`, `cmdline`, `cgroup` …), at most [`MAX_TEXT_BYTES`].
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(&self, name: &CStr, text: &mut Vec<u8>) -> Result<(), ReadError> {
        read_at(self.fd.as_fd(), name, text)
    }

    /// Any file, whole (at most [`MAX_TEXT_BYTES`]), for those read once in a while: the kernel
    /// gives `mountinfo`, `maps` and the like page by page, whatever room there is.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_new(&self, name: &CStr) -> Result<Vec<u8>, ReadError> {
        read_to_end(self.fd.as_fd(), name)
    }

    /// Opens a file for whoever reads it bit by bit.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open_file(&self, name: &CStr) -> Result<OwnedFd, ReadError> {
        open_file(self.fd.as_fd(), name)
    }

    /// The target of a magic link such as `exe`, `cwd`, `fd/0`, `ns/pid`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn link(&self, name: &CStr) -> Result<Box<[u8]>, ReadError> {
        let mut room = [MaybeUninit::<u8>::uninit(); PATH_MAX_BYTES];
        let (target, _) = rustix::fs::readlinkat_raw(&self.fd, name, &mut room)?;
        Ok(Box::from(&*target))
    }

    /// The effective user id, which owns the directory whatever the process's dumpable flag
    /// (proc(5) says so of world-readable directories; `task_dump_owner` in the kernel).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn owner_uid(&self) -> Result<u32, ReadError> {
        Ok(rustix::fs::fstat(&self.fd)?.st_uid)
    }

    /// Whether the process still exists. Reads nothing.
    pub fn exists(&self) -> bool {
        rustix::fs::accessat(
            &self.fd,
            c"stat",
            rustix::fs::Access::EXISTS,
            rustix::fs::AtFlags::empty(),
        )
        .is_ok()
    }

    /// Opens one of its folders (`fd`, `task`) for listing.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open_dir(&self, name: &CStr) -> Result<OwnedFd, ReadError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.fd, name, flags, Mode::empty())?)
    }
}

/// Opens a file to read. A folder that only looks like `/proc` may hold a FIFO or a terminal:
/// neither makes us wait, nor becomes ours.
fn open_file(dir: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, ReadError> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(rustix::fs::openat(dir, name, flags, Mode::empty())?)
}

/// One `read` into the room that `text` has left; how much room that was, and how much came.
fn read_once(fd: &OwnedFd, text: &mut Vec<u8>) -> Result<(usize, usize), ReadError> {
    loop {
        let room = text.capacity() - text.len();
        match rustix::io::read(fd, rustix::buffer::spare_capacity(text)) {
            Err(Errno::INTR) => {}
            got => return Ok((room, got?)),
        }
    }
}

/// Reads a small file with as few calls as the kernel allows: what it writes in one piece comes
/// in one `read` when the buffer is large enough, so a short answer is the end.
fn read_at(dir: BorrowedFd<'_>, name: &CStr, text: &mut Vec<u8>) -> Result<(), ReadError> {
    text.clear();
    let fd = open_file(dir, name)?;
    if text.capacity() < 1024 {
        text.reserve(4096);
    }
    loop {
        let (room, got) = read_once(&fd, text)?;
        if got < room || text.len() >= MAX_TEXT_BYTES {
            text.truncate(MAX_TEXT_BYTES);
            return Ok(());
        }
        let more = text.capacity();
        text.reserve(more);
    }
}

/// Reads until the kernel says that there is no more.
fn read_to_end(dir: BorrowedFd<'_>, name: &CStr) -> Result<Vec<u8>, ReadError> {
    let fd = open_file(dir, name)?;
    let mut text = Vec::with_capacity(4096);
    loop {
        let (_, got) = read_once(&fd, &mut text)?;
        if got == 0 || text.len() >= MAX_TEXT_BYTES {
            text.truncate(MAX_TEXT_BYTES);
            return Ok(text);
        }
        if text.capacity() - text.len() < 1024 {
            let more = text.capacity();
            text.reserve(more);
        }
    }
}

/// A decimal number made only of digits, as in a pid's folder name.
pub(crate) fn decimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// Writes `pid` as a C string without allocating.
fn pid_name(pid: u32, room: &mut [u8; 16]) -> &CStr {
    let mut at = room.len() - 1;
    let mut rest = pid;
    loop {
        at -= 1;
        if let Some(slot) = room.get_mut(at) {
            *slot = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    room.get(at..).and_then(|text| CStr::from_bytes_with_nul(text).ok()).unwrap_or(c"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pid_names_are_decimal() {
        for pid in [0, 1, 9, 10, 4_194_304, u32::MAX] {
            let mut room = [0; 16];
            assert_eq!(pid_name(pid, &mut room).to_str().unwrap(), pid.to_string());
        }
    }

    #[test]
    fn only_whole_numbers_are_pids() {
        assert_eq!(decimal(b"12"), Some(12));
        for text in ["", "self", "1a", "-1", "+1", " 1", "4294967296"] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_folder_without_stat_is_not_proc() {
        let error = ProcFs::open(Path::new("/var")).unwrap_err();
        assert!(error.to_string().contains("mount -t proc"), "{error}");
    }

    #[test]
    fn reads_whole_files_of_any_length() {
        let me = ProcFs::open(Path::new("/proc")).unwrap().process(std::process::id()).unwrap();
        let mut text = Vec::with_capacity(16);
        me.read(c"status", &mut text).unwrap();
        assert!(text.len() > 1000 && text.ends_with(b"\n"), "{}", text.len());
    }

    #[test]
    fn reads_to_the_end_what_comes_page_by_page() {
        let proc = ProcFs::open(Path::new("/proc")).unwrap();
        // Many pages long, and the stack comes near its end.
        let text = proc.read(c"self/smaps").unwrap();
        assert!(memchr::memmem::find(&text, b"[stack]").is_some(), "{} bytes", text.len());
    }
}
