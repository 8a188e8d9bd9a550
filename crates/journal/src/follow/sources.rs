//! What the kernel tells: inotify(7), and a timer where that doesn't reach.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::event::epoll;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// How often we look ourselves, as sd-journal: every two seconds.
const LOOK_SECONDS: i64 = 2;

/// One descriptor that tells of both.
#[derive(Debug)]
pub(super) struct Sources {
    both: OwnedFd,
    inotify: Option<OwnedFd>,
    timer: Option<OwnedFd>,
}

/// Something happened.
#[derive(Debug)]
pub(super) enum Event {
    /// In a folder.
    Folder { watch: i32, what: What, name: Option<String>, is_folder: bool },
    /// Somewhere.
    Anywhere,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It came, or is another than before.
    Changed,
    /// It has another name or place now.
    Left,
    /// It is no more.
    Gone,
}

impl Sources {
    pub fn new() -> io::Result<Sources> {
        let both = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut sources = Sources { both, inotify: None, timer: None };
        match inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK) {
            Ok(inotify) => {
                sources.listen(&inotify)?;
                sources.inotify = Some(inotify);
            }
            Err(_) => sources.start_timer()?,
        }
        Ok(sources)
    }

    fn listen(&self, to: &OwnedFd) -> io::Result<()> {
        let data = epoll::EventData::new_u64(0);
        Ok(epoll::add(&self.both, to, data, epoll::EventFlags::IN)?)
    }

    fn start_timer(&mut self) -> io::Result<()> {
        if self.timer.is_some() {
            return Ok(());
        }
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let period = Timespec { tv_sec: LOOK_SECONDS, tv_nsec: 0 };
        let times = Itimerspec { it_interval: period, it_value: period };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &times)?;
        self.listen(&timer)?;
        self.timer = Some(timer);
        Ok(())
    }

    /// Watches a folder; its watch descriptor. The same folder gives the same one again. Where it can't
    /// be watched, or only half, the timer starts.
    pub fn watch(&mut self, folder: &Path) -> Option<i32> {
        let flags = WatchFlags::CREATE
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVED_FROM
            | WatchFlags::MODIFY
            | WatchFlags::ATTRIB
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        let inotify = self.inotify.as_ref()?;
        let watch = inotify::add_watch(inotify, folder, flags).ok();
        if watch.is_none() || is_on_network(folder) {
            // Without a timer we only learn of what the other folders tell.
            let _ = self.start_timer();
        }
        watch
    }

    /// All that has happened until now.
    pub fn read(&mut self) -> io::Result<Vec<Event>> {
        let mut events = Vec::new();
        if let Some(timer) = &self.timer {
            let mut count = [0; 8];
            match rustix::io::read(timer, &mut count) {
                Ok(_) => events.push(Event::Anywhere),
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(inotify) = &self.inotify {
            let mut room = [MaybeUninit::<u8>::uninit(); 16384];
            let mut reader = inotify::Reader::new(inotify, &mut room);
            loop {
                match reader.next() {
                    Ok(event) => events.extend(translate(&event)),
                    Err(Errno::INTR) => {}
                    Err(Errno::AGAIN) => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(events)
    }
}

fn translate(event: &inotify::Event<'_>) -> Option<Event> {
    let flags = event.events();
    if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
        return Some(Event::Anywhere);
    }
    let has = |of: ReadFlags| flags.intersects(of);
    let what =
        if has(ReadFlags::CREATE | ReadFlags::MOVED_TO | ReadFlags::MODIFY | ReadFlags::ATTRIB) {
            What::Changed
        } else if has(ReadFlags::MOVED_FROM | ReadFlags::MOVE_SELF) {
            What::Left
        } else if has(ReadFlags::DELETE | ReadFlags::DELETE_SELF | ReadFlags::UNMOUNT) {
            What::Gone
        } else {
            return None;
        };
    let name = match event.file_name() {
        // Names of journal files and folders are plain text.
        Some(name) => Some(name.to_str().ok()?.to_owned()),
        None => None,
    };
    let is_folder = flags.contains(ReadFlags::ISDIR);
    Some(Event::Folder { watch: event.wd(), what, name, is_folder })
}

/// File systems where other machines write and inotify is silent (`statfs(2)`'s magic numbers).
fn is_on_network(folder: &Path) -> bool {
    const NFS: u32 = 0x6969;
    const SMB: u32 = 0x517b;
    const CIFS: u32 = 0xff53_4d42;
    const SMB2: u32 = 0xfe53_4d42;
    const CEPH: u32 = 0x00c3_6400;
    const AFS: u32 = 0x6b41_4653;
    const GFS2: u32 = 0x0116_1970;
    const OCFS2: u32 = 0x7461_636f;
    const NINE_P: u32 = 0x0102_1997;
    let kinds = [NFS, SMB, CIFS, SMB2, CEPH, AFS, GFS2, OCFS2, NINE_P];
    rustix::fs::statfs(folder).is_ok_and(|stat| kinds.contains(&(stat.f_type as u32)))
}

impl AsFd for Sources {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.both.as_fd()
    }
}
