//! Which process holds which socket, and in which network namespace it is.

use super::error::{Action, SocketError};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawDir, openat, readlinkat_raw, statat};
use rustix::io::Errno;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;

/// A descriptor's directory entry takes 24 to 32 bytes: a call of getdents64(2) for each 8,000.
const ENTRIES_BYTES: usize = 256 << 10;
/// Longer than `socket:[` and 20 digits and `]`. What is cut off is no socket's link.
const LINK_BYTES: usize = 40;

/// How a walk over a process's descriptors went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// How many descriptors were looked at, sockets or not.
    pub descriptors: u64,
    /// Whether the sink broke off before the last.
    pub stopped: bool,
}

/// Calls `sink` with descriptor and inode of each socket that a process holds, in no particular
/// order, until it breaks off: do so when all that were searched for are found.
///
/// `pid_dir` is an open `/proc/PID` directory. Costs one readlink(2) for each descriptor, and no
/// memory beyond a fixed buffer.
///
/// # Errors
/// `NotPermitted` (ptrace(2)'s "read" check) is not the same as no call of the sink. `Vanished`
/// if the process is gone.
pub fn socket_inodes_of(
    pid_dir: BorrowedFd<'_>,
    sink: &mut impl FnMut(u32, u64) -> ControlFlow<()>,
) -> Result<Walk, SocketError> {
    let error = |errno| SocketError::of_process(Action::ReadDescriptors, errno);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = openat(pid_dir, c"fd", flags, Mode::empty()).map_err(error)?;
    let mut entries = Vec::with_capacity(ENTRIES_BYTES);
    let mut entries = RawDir::new(&directory, entries.spare_capacity_mut());
    let mut walk = Walk::default();
    let mut link = [MaybeUninit::uninit(); LINK_BYTES];
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(error(errno)),
        };
        let Some(descriptor) = number(entry.file_name()) else {
            continue;
        };
        match readlinkat_raw(&directory, entry.file_name(), &mut link) {
            Ok((target, _)) => {
                walk.descriptors += 1;
                let inode = inode_in(target, b"socket:[");
                if inode.is_some_and(|inode| sink(descriptor, inode).is_break()) {
                    walk.stopped = true;
                    return Ok(walk);
                }
            }
            // Closed since it was listed.
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(error(errno)),
        }
    }
    Ok(walk)
}

/// The network namespace of a process: the inode number that `/proc/PID/ns/net` shows
/// (namespaces(7)). `pid_dir` is an open `/proc/PID` directory.
///
/// # Errors
/// `NotPermitted` for other users' processes: [`net_tables_id`] needs no permission.
pub fn netns_id(pid_dir: BorrowedFd<'_>) -> Result<u64, SocketError> {
    namespace_at(pid_dir, c"ns/net")
}

/// The network namespace of the calling thread: see [`netns_id`].
///
/// # Errors
/// If `/proc` is not mounted.
pub fn own_netns_id() -> Result<u64, SocketError> {
    namespace_at(CWD, c"/proc/thread-self/ns/net")
}

fn namespace_at(directory: impl AsFd, path: &CStr) -> Result<u64, SocketError> {
    let action = Action::ReadNamespace;
    let mut link = [MaybeUninit::uninit(); LINK_BYTES];
    let (target, _) = readlinkat_raw(directory, path, &mut link)
        .map_err(|errno| SocketError::of_process(action, errno))?;
    inode_in(target, b"net:[").ok_or(SocketError::Malformed { action })
}

/// A number that is the same for two processes exactly if they are in the same network namespace,
/// for as long as both live: the inode number of `/proc/PID/net/dev`. Unlike [`netns_id`] it can
/// be had for everybody's processes. Compare it only with others of its kind.
///
/// # Errors
/// `Vanished` if the process is gone or a zombie.
pub fn net_tables_id(pid_dir: BorrowedFd<'_>) -> Result<u64, SocketError> {
    statat(pid_dir, c"net/dev", AtFlags::empty())
        .map(|stat| stat.st_ino)
        .map_err(|errno| SocketError::of_process(Action::ReadNamespace, errno))
}

/// [`net_tables_id`] of the calling thread.
///
/// # Errors
/// If `/proc` is not mounted.
pub fn own_net_tables_id() -> Result<u64, SocketError> {
    statat(CWD, c"/proc/thread-self/net/dev", AtFlags::empty())
        .map(|stat| stat.st_ino)
        .map_err(|errno| SocketError::of_process(Action::ReadNamespace, errno))
}

fn number(name: &CStr) -> Option<u32> {
    name.to_str().ok()?.parse().ok()
}

/// The number in `socket:[4026531840]` or `net:[…]`.
fn inode_in(target: &[u8], prefix: &[u8]) -> Option<u64> {
    let digits = target.strip_prefix(prefix)?.strip_suffix(b"]")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
#[path = "owners_tests.rs"]
mod tests;
