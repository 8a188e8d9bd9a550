//! `/proc/PID/fdinfo/FD`, proc_pid_fdinfo(5).

use super::{hex, lines, number, split_at_byte, words};

/// How a descriptor may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// `O_RDONLY`.
    Read,
    /// `O_WRONLY`.
    Write,
    /// `O_RDWR`.
    ReadWrite,
    /// `O_PATH`: it names a file and neither reads nor writes it.
    PathOnly,
}

impl Access {
    /// As letters: `r`, `w`, `rw`, `path`.
    pub fn letters(self) -> &'static str {
        match self {
            Access::Read => "r",
            Access::Write => "w",
            Access::ReadWrite => "rw",
            Access::PathOnly => "path",
        }
    }
}

/// A lock held on the file through any descriptor of the process (proc_locks(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// How it was taken.
    pub kind: LockKind,
    /// Enforced on reads and writes of others.
    pub mandatory: bool,
    /// Exclusive; otherwise shared.
    pub exclusive: bool,
    /// Who holds it; `None` for locks of an open file description.
    pub pid: Option<u32>,
    /// First byte.
    pub start: u64,
    /// Last byte; `None`: to the end of the file, wherever that will be.
    pub end: Option<u64>,
}

/// The call that made a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockKind {
    /// flock(2).
    Flock,
    /// `F_SETLK` of fcntl(2).
    Posix,
    /// `F_OFD_SETLK` of fcntl(2).
    OpenFileDescription,
    /// `F_SETLEASE` of fcntl(2).
    Lease,
    /// Any other (`DELEG` …).
    Other,
}

/// What fdinfo says. A field that the kernel does not print is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FdInfo {
    /// Offset in bytes.
    pub position_bytes: Option<u64>,
    /// File status flags of open(2) with `O_CLOEXEC`.
    pub flags: Option<u32>,
    /// The mount it was opened through (proc_pid_mountinfo(5), first field).
    pub mount_id: Option<u64>,
    /// Inode number, since Linux 5.14.
    pub inode: Option<u64>,
    /// Locks.
    pub locks: Vec<Lock>,
    /// `sigmask` of a signalfd(2): the signals it takes, bit `n - 1` for signal `n`.
    pub signal_mask: Option<u64>,
    /// `Pid` of a pidfd: the process it means, -1 when that has ended.
    pub pid: Option<i64>,
    /// `tty-index` of an open `/dev/ptmx`: the N of its `/dev/pts/N`.
    pub terminal_index: Option<u32>,
}

/// Octal values that are the same on x86, arm and riscv (fcntl-linux.h).
const O_ACCMODE: u32 = 0o3;
const O_APPEND: u32 = 0o2000;
const O_NONBLOCK: u32 = 0o4000;
const O_CLOEXEC: u32 = 0o2_000_000;
const O_PATH: u32 = 0o10_000_000;

impl FdInfo {
    /// Reading, writing or both.
    pub fn access(&self) -> Option<Access> {
        let flags = self.flags?;
        Some(match flags & O_ACCMODE {
            _ if flags & O_PATH != 0 => Access::PathOnly,
            0 => Access::Read,
            1 => Access::Write,
            _ => Access::ReadWrite,
        })
    }

    /// Every write goes to the end of the file.
    pub fn append(&self) -> Option<bool> {
        self.flags.map(|flags| flags & O_APPEND != 0)
    }

    /// Calls on it return instead of waiting.
    pub fn nonblocking(&self) -> Option<bool> {
        self.flags.map(|flags| flags & O_NONBLOCK != 0)
    }

    /// It is closed by execve(2), so programs that this one starts don't inherit it.
    pub fn close_on_exec(&self) -> Option<bool> {
        self.flags.map(|flags| flags & O_CLOEXEC != 0)
    }
}

/// Parses the text. Never fails: what is missing or garbage stays `None`.
pub fn parse(text: &[u8]) -> FdInfo {
    let mut info = FdInfo::default();
    for line in lines(text) {
        let Some((name, value)) = split_at_byte(line, b':') else { continue };
        let value = value.trim_ascii();
        match name {
            b"pos" => info.position_bytes = number(value),
            b"flags" => info.flags = octal(value),
            b"mnt_id" => info.mount_id = number(value),
            b"ino" => info.inode = number(value),
            b"lock" => info.locks.extend(lock(value)),
            b"sigmask" => info.signal_mask = hex(value),
            b"Pid" => info.pid = signed(value),
            b"tty-index" => info.terminal_index = number(value).and_then(|n| u32::try_from(n).ok()),
            _ => {}
        }
    }
    info
}

fn octal(value: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(value).ok()?, 8).ok()
}

fn signed(value: &[u8]) -> Option<i64> {
    match value.strip_prefix(b"-") {
        Some(digits) => Some(-i64::try_from(number(digits)?).ok()?),
        None => i64::try_from(number(value)?).ok(),
    }
}

/// `1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF`.
fn lock(value: &[u8]) -> Option<Lock> {
    let mut fields = words(value).skip(1);
    let kind = match fields.next()? {
        b"FLOCK" => LockKind::Flock,
        b"POSIX" => LockKind::Posix,
        b"OFDLCK" => LockKind::OpenFileDescription,
        b"LEASE" => LockKind::Lease,
        _ => LockKind::Other,
    };
    let mandatory = fields.next()? == b"MANDATORY";
    let exclusive = fields.next()? == b"WRITE";
    let pid = signed(fields.next()?)?;
    let mut range = fields.skip(1);
    Some(Lock {
        kind,
        mandatory,
        exclusive,
        pid: u32::try_from(pid).ok().filter(|&pid| pid != 0),
        start: number(range.next()?)?,
        end: match range.next()? {
            b"EOF" => None,
            digits => Some(number(digits)?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_log_file_with_locks() {
        let info = parse(b"pos:\t4096\nflags:\t02102001\nmnt_id:\t29\nino:\t1234\nlock:\t1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF\nlock:\t2: POSIX  ADVISORY  READ  359 fe:00:11691 100 199\nlock:\t3: OFDLCK ADVISORY  WRITE -1 fe:00:11691 0 0\n");
        assert_eq!(
            (info.position_bytes, info.mount_id, info.inode),
            (Some(4096), Some(29), Some(1234))
        );
        assert_eq!(info.access(), Some(Access::Write));
        assert_eq!((info.append(), info.close_on_exec()), (Some(true), Some(true)));
        assert_eq!(info.nonblocking(), Some(false));
        assert_eq!(info.locks.len(), 3);
        assert_eq!(info.locks[0].kind, LockKind::Flock);
        assert_eq!(
            (info.locks[0].exclusive, info.locks[0].pid, info.locks[0].end),
            (true, Some(359), None)
        );
        assert_eq!(
            (info.locks[1].exclusive, info.locks[1].start, info.locks[1].end),
            (false, 100, Some(199))
        );
        assert_eq!((info.locks[2].kind, info.locks[2].pid), (LockKind::OpenFileDescription, None));
    }

    #[test]
    fn what_special_files_add() {
        assert_eq!(
            parse(b"pos:\t0\nflags:\t02\nsigmask:\t0000000000004002\n").signal_mask,
            Some(0x4002)
        );
        assert_eq!(parse(b"flags:\t02\nPid:\t-1\nNSpid:\t-1\n").pid, Some(-1));
        assert_eq!(parse(b"flags:\t0100002\ntty-index:\t7\n").terminal_index, Some(7));
        assert_eq!(parse(b"flags:\t012000000\n").access(), Some(Access::PathOnly));
        assert_eq!(parse(b"nothing here"), FdInfo::default());
    }

    #[test]
    fn flags_of_this_machine_are_read_right() {
        use std::os::fd::AsRawFd as _;
        let file = std::fs::OpenOptions::new().append(true).open("/dev/null").unwrap();
        let text = std::fs::read(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).unwrap();
        let info = parse(&text);
        assert_eq!(info.access(), Some(Access::Write));
        assert_eq!((info.append(), info.close_on_exec()), (Some(true), Some(true)));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in "(pos|flags|lock|Pid|sigmask):\t[-0-9a-zA-Z: ]{0,40}\n") {
            let _ = parse(text.as_bytes());
        }
    }
}
