//! PID files that tell the truth: locked as long as the daemon lives.
//!
//! The lock (flock(2)) is what counts, not the number: a file that nobody has locked is stale,
//! whatever process has that number now. The daemon inherits the locked descriptor and knows nothing
//! of it; when it and whoever it gave the descriptor to are gone, so is the lock, however they ended.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

/// No number is longer; what is longer is not a PID file.
const LONGEST: u64 = 32;
/// How long to wait for the number of an instance that is just being started.
const PATIENCE: Duration = Duration::from_secs(1);

/// A PID file that this process has locked.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    file: File,
}

/// A PID file that can't be had.
#[derive(Debug)]
pub enum PidFileError {
    /// Somebody holds it. The pid is missing where an instance is being started.
    Held(Option<u32>),
    /// A daemon of that pid made it, and has closed the lock since; but it runs.
    Abandoned(u32),
    /// It is something else: a link, a folder, a file with other things in it.
    Foreign(&'static str),
    /// It can't be opened, locked or written.
    Io(io::Error),
}

impl From<io::Error> for PidFileError {
    fn from(error: io::Error) -> PidFileError {
        PidFileError::Io(error)
    }
}

impl PidFile {
    /// Opens or makes that file and locks it; a stale number is taken out.
    ///
    /// # Errors
    /// Another instance has it, it is not a PID file, or can't be written.
    pub fn claim(path: &Path) -> Result<PidFile, PidFileError> {
        loop {
            let file = open(path)?;
            let found = file.metadata()?;
            if !found.is_file() {
                return Err(PidFileError::Foreign("is not a regular file"));
            }
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Err(PidFileError::Held(holder(path))),
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(PidFileError::Io(errno.into())),
            }
            // Whoever had it locked before may have removed it meanwhile: then this is nobody's.
            let is_there = path.symlink_metadata().is_ok_and(|now| is_same(&now, &found));
            if !is_there {
                continue;
            }
            return PidFile { path: path.to_owned(), file }.take_over();
        }
    }

    fn take_over(self) -> Result<PidFile, PidFileError> {
        let found = self.file.metadata()?;
        if found.nlink() > 1 {
            return Err(PidFileError::Foreign("has other names too (hard links)"));
        }
        let text = read(&self.file)?;
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(self);
        }
        // Better to refuse than to empty a file that was given by mistake.
        let Some(pid) = number(text) else {
            return Err(PidFileError::Foreign("holds something else than a pid"));
        };
        if has_closed_its_lock(pid, &found) {
            return Err(PidFileError::Abandoned(pid));
        }
        self.file.set_len(0)?;
        Ok(self)
    }

    /// Writes the pid and a line end, at once: a reader sees nothing or all of it.
    ///
    /// # Errors
    /// No room, above all.
    pub fn write(&self, pid: u32) -> io::Result<()> {
        let text = format!("{pid}\n");
        match self.file.write_at(text.as_bytes(), 0)? {
            count if count == text.len() => Ok(()),
            _ => {
                let _ = self.file.set_len(0);
                Err(Errno::NOSPC.into())
            }
        }
    }

    /// The descriptor that holds the lock, once more: one for the daemon.
    pub fn lock(&self) -> io::Result<OwnedFd> {
        crate::sys::above_stdio(self.file.try_clone()?.into())
    }

    /// Takes the file away: there is no daemon.
    pub fn remove(self) {
        // It is locked, so it is ours as long as the path leads to it.
        let is_ours =
            |ours: &Metadata| self.path.symlink_metadata().is_ok_and(|there| is_same(&there, ours));
        if self.file.metadata().is_ok_and(|ours| is_ours(&ours)) {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Takes the file away unless somebody else holds the lock: a daemon has ended that may have
    /// left others behind.
    pub fn remove_unless_held(self) {
        let path = self.path.clone();
        drop(self);
        if let Ok(file) = open(&path)
            && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
        {
            PidFile { path, file }.remove();
        }
    }
}

/// Writes a pid into a file without a lock, as start-stop-daemon(8) does: what is there is replaced,
/// a link is not followed.
///
/// # Errors
/// It can't be opened or written.
pub fn write_plainly(path: &Path, pid: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o644).custom_flags(libc::O_NOFOLLOW);
    let text = format!("{pid}\n");
    match options.open(path)?.write_at(text.as_bytes(), 0)? {
        count if count == text.len() => Ok(()),
        _ => Err(Errno::NOSPC.into()),
    }
}

fn open(path: &Path) -> Result<File, PidFileError> {
    // Not to be led elsewhere by a link, not to wait at a FIFO, not to get a terminal.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o644);
    options.custom_flags(flags.bits().cast_signed());
    options.open(path).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::LOOP) if path.is_symlink() => {
            PidFileError::Foreign("is a symbolic link, which is not followed")
        }
        Some(Errno::ISDIR) => PidFileError::Foreign("is a directory"),
        _ => PidFileError::Io(error),
    })
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

fn read(file: &File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn number(text: &[u8]) -> Option<u32> {
    let is_short = text.len() as u64 <= LONGEST;
    std::str::from_utf8(text).ok().filter(|_| is_short)?.parse().ok()
}

/// The pid in a file that somebody has locked. Who locked it may be about to write it.
fn holder(path: &Path) -> Option<u32> {
    let until = Instant::now() + PATIENCE;
    loop {
        let text = File::open(path).and_then(|file| read(&file)).unwrap_or_default();
        let pid = number(text.trim_ascii());
        if pid.is_some() || Instant::now() > until {
            return pid;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Some programs close all descriptors when they start, and the lock with them (sshd). Such a daemon is
/// known by what only a process has that was launched with this file: it never led its session, whose
/// leader is gone; whoever adopted it is of another session; and it was started when the file was
/// written. (Jobs of a script whose leader is gone have a parent in their session; a session that was
/// begun outside of this PID namespace has the number 0, and can't be one of ours.)
fn has_closed_its_lock(pid: u32, file: &Metadata) -> bool {
    let Some(stat) = Stat::read(pid) else { return false };
    if stat.is_zombie || stat.session == 0 || stat.session == pid || stat.terminal != 0 {
        return false;
    }
    if Stat::read(stat.parent).is_some_and(|parent| parent.session == stat.session) {
        return false;
    }
    if Stat::read(stat.session).is_some_and(|leader| !leader.is_zombie) {
        return false;
    }
    let (Some(started), Ok(written)) = (stat.started(), file.modified()) else { return false };
    let (earliest, latest) = (Duration::from_secs(10), Duration::from_secs(1));
    started <= written + latest && written <= started + earliest
}

/// What `/proc/PID/stat` says, see proc_pid_stat(5).
struct Stat {
    is_zombie: bool,
    parent: u32,
    session: u32,
    terminal: i32,
    start_ticks: u64,
}

impl Stat {
    fn read(pid: u32) -> Option<Stat> {
        let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold anything, also parentheses and blanks.
        let end = text.iter().rposition(|byte| *byte == b')')?;
        let rest = std::str::from_utf8(text.get(end + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let is_zombie = matches!(fields.next()?, "Z" | "X");
        let parent = fields.next()?.parse().ok()?;
        let session = fields.nth(1)?.parse().ok()?;
        let terminal = fields.next()?.parse().ok()?;
        let start_ticks = fields.nth(14)?.parse().ok()?;
        Some(Stat { is_zombie, parent, session, terminal, start_ticks })
    }

    fn started(&self) -> Option<SystemTime> {
        let ticks_per_second = rustix::param::clock_ticks_per_second();
        let after_boot = Duration::from_millis(self.start_ticks * 1000 / ticks_per_second.max(1));
        let since_boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let since_boot = Duration::from_secs(since_boot.tv_sec.unsigned_abs());
        SystemTime::now().checked_sub(since_boot.checked_sub(after_boot).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{PidFile, PidFileError};

    fn place(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("launch-pid-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn one_holds_it_and_the_others_learn_who() {
        let path = place("held");
        let first = PidFile::claim(&path).unwrap();
        first.write(4711).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"4711\n");
        assert!(matches!(PidFile::claim(&path), Err(PidFileError::Held(Some(4711)))));
        drop(first);
        // Stale now; the number in it may be anybody's.
        std::fs::write(&path, format!("{}\n", std::process::id())).unwrap();
        let second = PidFile::claim(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        second.remove();
        assert!(!path.exists());
    }

    #[test]
    fn what_is_no_pid_file_is_left_alone() {
        let path = place("foreign");
        std::fs::write(&path, "root:x:0:0\n").unwrap();
        assert!(matches!(PidFile::claim(&path), Err(PidFileError::Foreign(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"root:x:0:0\n");
        let link = place("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(PidFile::claim(&link), Err(PidFileError::Foreign(_))));
        std::fs::write(&path, "12\n").unwrap();
        assert!(matches!(PidFile::claim(&link), Err(PidFileError::Foreign(_))));
        std::fs::remove_file(&link).unwrap();
        std::fs::hard_link(&path, &link).unwrap();
        assert!(matches!(PidFile::claim(&link), Err(PidFileError::Foreign(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"12\n");
        std::fs::remove_file(&link).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(PidFile::claim("/".as_ref()), Err(PidFileError::Foreign(_))));
        assert!(matches!(PidFile::claim("/no/such/x".as_ref()), Err(PidFileError::Io(_))));
    }

    #[test]
    fn a_removed_file_is_made_anew() {
        let path = place("removed");
        let first = PidFile::claim(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let second = PidFile::claim(&path).unwrap();
        second.write(1).unwrap();
        // The first one's is another file now: it takes nothing away.
        first.remove();
        assert!(path.exists());
        second.remove_unless_held();
        assert!(!path.exists());
    }
}
