//! Tells when log files change.

use std::collections::BTreeSet;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

/// What happens to a log file and to the ones beside it.
const EVENTS: WatchFlags = WatchFlags::MODIFY
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::ATTRIB);

/// The kernel hands out events in pieces that fit.
const EVENTS_BYTES: usize = 16 << 10;

/// An inotify(7) watch over the folders of log files: becomes readable when one of them changes, also by
/// rotation. Changes of other files in the same folders wake it too.
#[derive(Debug)]
pub struct Watch {
    fd: OwnedFd,
    unwatched: usize,
}

impl Watch {
    /// Watches the folders of these files. Folders that cannot be watched are counted
    /// ([`Watch::unwatched`]).
    ///
    /// # Errors
    /// No inotify instance can be had; then ask [`super::Source::refresh`] now and then.
    pub fn new<'a>(files: impl IntoIterator<Item = &'a Path>) -> io::Result<Watch> {
        let fd = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let folders: BTreeSet<&Path> = files
            .into_iter()
            .map(|file| match file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            })
            .collect();
        let is_refused =
            |folder: &Path| inotify::add_watch(&fd, folder.as_os_str(), EVENTS).is_err();
        let unwatched = folders.into_iter().filter(|folder| is_refused(folder)).count();
        Ok(Watch { fd, unwatched })
    }

    /// How many folders could not be watched: for these, ask now and then.
    pub fn unwatched(&self) -> usize {
        self.unwatched
    }

    /// Takes what was reported, without waiting: whether one of the files may have changed.
    pub fn drain(&mut self) -> bool {
        let mut buffer = [MaybeUninit::uninit(); EVENTS_BYTES];
        let mut reader = inotify::Reader::new(&self.fd, &mut buffer);
        let mut any = false;
        loop {
            match reader.next() {
                // Events that were dropped may have been of our files: the queue's end says so too.
                Ok(event) => any |= !event.events().contains(ReadFlags::IGNORED),
                Err(Errno::INTR) => {}
                Err(_) => return any,
            }
        }
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
