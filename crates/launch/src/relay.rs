//! A small process that reads what a daemon writes, and takes it to the syslog.
//!
//! `/dev/log` can't be a daemon's standard output itself: the syslog wants a priority, a name and a
//! pid before each line, and a daemon that writes there fails for good when the syslog restarts.
//! The relay outlives the syslog and waits for no one: what can't be told within a second is
//! counted, and the count is told when the syslog is back.
//!
//! It is a fork without exec and makes system calls alone (see [`crate::sys::fork_into`]). It ends when
//! nobody can write to its pipe any more; signals that end others do not end it before.

use std::ffi::c_int;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, send, socket_with,
};
use rustix::process::Pid;

/// Longer lines go in pieces: rsyslog takes 8 KiB by default, others less.
const LONGEST: usize = 4096;
/// Room for `<191>`, the name, `[1234567]: `.
const HEAD: usize = 128;
/// `daemon.info`, as syslog(3) numbers it.
const DAEMON: u8 = 3 << 3;
const INFO: u8 = 6;
const WARNING: u8 = 4;
/// How long the syslog may take for one line.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Where lines go, and under what name.
#[derive(Clone, Copy)]
pub struct Relay<'a> {
    /// The address of the syslog's socket.
    pub address: &'a SocketAddrUnix,
    /// The name before each line; what is behind its first 64 bytes is cut.
    pub tag: &'a [u8],
}

impl Relay<'_> {
    /// Takes lines from the pipe until nobody holds its other end.
    pub fn run(self, pipe: BorrowedFd<'_>, daemon: Pid) -> c_int {
        let mut teller = Teller { relay: self, pid: daemon.as_raw_pid(), socket: None, lost: 0 };
        let mut buffer = [0_u8; LONGEST];
        let mut used = 0;
        loop {
            let Some(free) = buffer.get_mut(used..) else { return 1 };
            let count = match rustix::io::read(pipe, free) {
                Ok(0) => break,
                Ok(count) => count,
                Err(Errno::INTR) => continue,
                Err(_) => break,
            };
            used += count;
            let told = teller.lines(buffer.get(..used).unwrap_or_default());
            // What is not yet a line moves to the front.
            buffer.copy_within(told..used, 0);
            used -= told;
        }
        if used > 0 {
            teller.line(buffer.get(..used).unwrap_or_default());
        }
        0
    }
}

struct Teller<'a> {
    relay: Relay<'a>,
    pid: i32,
    socket: Option<OwnedFd>,
    lost: u64,
}

impl Teller<'_> {
    /// Tells whole lines, or a piece where one is too long; the number of bytes that are told.
    fn lines(&mut self, bytes: &[u8]) -> usize {
        let mut told = 0;
        while let Some(rest) = bytes.get(told..) {
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                if rest.len() == LONGEST {
                    self.line(rest);
                    told += rest.len();
                }
                break;
            };
            self.line(rest.get(..end).unwrap_or_default());
            told += end + 1;
        }
        told
    }

    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        if self.lost > 0 {
            let mut text = Text::<HEAD>::new();
            text.push(b"lines lost while the syslog was not there: ");
            text.number(self.lost);
            if !self.tell(WARNING, text.bytes()) {
                self.lost += 1;
                return;
            }
            self.lost = 0;
        }
        let (level, line) = level(line);
        if !self.tell(level, line) {
            self.lost += 1;
        }
    }

    fn tell(&mut self, level: u8, line: &[u8]) -> bool {
        let mut text = Text::<{ HEAD + LONGEST }>::new();
        text.push(b"<");
        text.number(u64::from(DAEMON | level));
        text.push(b">");
        text.push(self.relay.tag.get(..64).unwrap_or(self.relay.tag));
        text.push(b"[");
        text.number(u64::from(self.pid.unsigned_abs()));
        text.push(b"]: ");
        text.push(line);
        // Once more with a new socket: the syslog may have been restarted since.
        for _ in 0..2 {
            if self.socket.is_none() {
                self.socket = self.connect();
            }
            let Some(socket) = &self.socket else { return false };
            match send_patiently(socket, text.bytes()) {
                Ok(()) => return true,
                Err(Errno::AGAIN) => return false,
                Err(_) => self.socket = None,
            }
        }
        false
    }

    fn connect(&self) -> Option<OwnedFd> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::UNIX, SocketType::DGRAM, flags, None).ok()?;
        connect(&socket, self.relay.address).ok()?;
        Some(socket)
    }
}

fn send_patiently(socket: &OwnedFd, bytes: &[u8]) -> Result<(), Errno> {
    let mut is_second = false;
    loop {
        match send(socket, bytes, SendFlags::NOSIGNAL) {
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) if !is_second => {
                is_second = true;
                let _ = poll(&mut [PollFd::new(socket, PollFlags::OUT)], Some(&PATIENCE));
            }
            Err(errno) => return Err(errno),
        }
    }
}

/// A line may say its own level before it, `<3>text`, as sd-daemon(3) has it.
fn level(line: &[u8]) -> (u8, &[u8]) {
    match line {
        [b'<', digit @ b'0'..=b'7', b'>', rest @ ..] => (digit - b'0', rest),
        _ => (INFO, line),
    }
}

/// A text of limited length, on the stack. What does not fit is cut.
struct Text<const SIZE: usize> {
    buffer: [u8; SIZE],
    used: usize,
}

impl<const SIZE: usize> Text<SIZE> {
    fn new() -> Self {
        Text { buffer: [0; SIZE], used: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        let free = self.buffer.iter_mut().skip(self.used);
        self.used += free.zip(bytes).map(|(slot, byte)| *slot = *byte).count();
    }

    fn number(&mut self, mut number: u64) {
        let mut digits = [0_u8; 20];
        let mut used = 0;
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + (number % 10) as u8;
            number /= 10;
            used += 1;
            if number == 0 {
                break;
            }
        }
        self.push(digits.get(digits.len() - used..).unwrap_or_default());
    }

    fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.used).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::net::UnixDatagram;
    use std::path::PathBuf;

    use rustix::net::SocketAddrUnix;
    use rustix::process::Pid;

    use super::{LONGEST, Relay, Text};

    fn place(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("launch-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn relayed(path: &std::path::Path, written: &[u8]) {
        let (read, mut write) = std::io::pipe().unwrap();
        let address = SocketAddrUnix::new(path).unwrap();
        let written = written.to_vec();
        let writer = std::thread::spawn(move || write.write_all(&written).unwrap());
        let pid = Pid::from_raw(42).unwrap();
        assert_eq!(Relay { address: &address, tag: b"web" }.run(read.as_fd(), pid), 0);
        writer.join().unwrap();
    }

    fn received(socket: &UnixDatagram) -> Vec<String> {
        socket.set_nonblocking(true).unwrap();
        let mut buffer = [0; 8192];
        let mut all = Vec::new();
        while let Ok(count) = socket.recv(&mut buffer) {
            all.push(String::from_utf8_lossy(&buffer[..count]).into_owned());
        }
        all
    }

    #[test]
    fn lines_get_priority_name_and_pid() {
        let path = place("relay");
        let log = UnixDatagram::bind(&path).unwrap();
        relayed(&path, b"one\n\n<3>two\n<x>three\nlast");
        let expected =
            ["<30>web[42]: one", "<27>web[42]: two", "<30>web[42]: <x>three", "<30>web[42]: last"];
        assert_eq!(received(&log), expected);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn long_lines_go_in_pieces() {
        let path = place("relay-long");
        let log = UnixDatagram::bind(&path).unwrap();
        relayed(&path, &[b'x'; LONGEST + 5]);
        let sizes: Vec<usize> = received(&log).iter().map(|line| line.len() - 13).collect();
        assert_eq!(sizes, [LONGEST, 5]);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn without_a_syslog_lines_are_lost_and_nothing_else() {
        relayed(&place("relay-absent"), b"a\nb\n");
    }

    #[test]
    fn what_was_lost_is_told_when_the_syslog_is_back() {
        let path = place("relay-back");
        let (read, mut write) = std::io::pipe().unwrap();
        let address = SocketAddrUnix::new(&path).unwrap();
        let relay = std::thread::spawn(move || {
            let pid = Pid::from_raw(42).unwrap();
            Relay { address: &address, tag: b"web" }.run(read.as_fd(), pid)
        });
        write.write_all(b"a\nb\n").unwrap();
        // The pipe is empty when both were tried.
        while rustix::io::ioctl_fionread(&write).unwrap() > 0 {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        let log = UnixDatagram::bind(&path).unwrap();
        write.write_all(b"c\n").unwrap();
        drop(write);
        assert_eq!(relay.join().unwrap(), 0);
        let lost = "<28>web[42]: lines lost while the syslog was not there: 2";
        assert_eq!(received(&log), [lost, "<30>web[42]: c"]);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn numbers_are_decimal() {
        let mut text = Text::<64>::new();
        for number in [0, 7, 10, u64::MAX] {
            text.number(number);
            text.push(b" ");
        }
        assert_eq!(text.bytes(), b"0 7 10 18446744073709551615 ");
    }
}
