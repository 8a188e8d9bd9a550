//! The tables as text, where sock_diag is not to be had: `/proc/PID/net/{tcp,udp,raw,unix,…}`
//! (proc_pid_net(5)).
//!
//! These files may be read without permission over the process: the only way to see another
//! namespace's sockets as an unprivileged user.

use super::endpoint::{Endpoint, IpEndpoint, UnixName};
use super::error::{Action, SocketError};
use super::model::{Family, Protocol, Queue, Socket, SocketState, UnixFigures};
use super::wanted::{Source, Table};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{AtFlags, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const CHUNK_BYTES: usize = 64 << 10;

/// Appends the sockets of a table to `found`, read from the `/proc/PID` directory.
pub(super) fn read(
    pid_dir: BorrowedFd<'_>,
    table: Table,
    keep: &dyn Fn(&Socket) -> bool,
    found: &mut Vec<Socket>,
) -> Result<Source, SocketError> {
    let action = Action::Read(table);
    let (family, protocol, path) = table.traits();
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match openat(pid_dir, path, flags, Mode::empty()) {
        Ok(file) => file,
        // No such table, or no such process any more? The list of devices is always there.
        Err(Errno::NOENT) => {
            return match statat(pid_dir, "net/dev", AtFlags::empty()) {
                Ok(_) => Ok(Source::Absent),
                Err(errno) => Err(SocketError::of_process(action, errno)),
            };
        }
        Err(errno) => return Err(SocketError::of_process(action, errno)),
    };
    let before = found.len();
    let result = each_line(file.as_fd(), &mut |line| {
        let socket = match family {
            Family::Unix => unix_line(line),
            _ => inet_line(family, protocol, line),
        };
        found.extend(socket.filter(|socket| keep(socket)));
    });
    match result {
        Ok(()) => Ok(Source::ProcNet),
        Err(errno) => {
            found.truncate(before);
            Err(SocketError::of_process(action, errno))
        }
    }
}

/// Calls `line` with each line of a file, without its line break. A line longer than the buffer
/// is none of these files' and is passed over.
fn each_line(file: BorrowedFd<'_>, line: &mut dyn FnMut(&[u8])) -> Result<(), Errno> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let (mut filled, mut skipping) = (0, false);
    loop {
        let room = buffer.get_mut(filled..).unwrap_or_default();
        let count = match rustix::io::read(file, room) {
            Ok(0) => break,
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        };
        let mut rest = buffer.get(..filled + count).unwrap_or_default();
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (this, after) = rest.split_at(end);
            if !std::mem::take(&mut skipping) {
                line(this);
            }
            rest = after.get(1..).unwrap_or_default();
        }
        let unfinished = rest.len();
        if unfinished == buffer.len() {
            (filled, skipping) = (0, true);
        } else {
            let start = filled + count - unfinished;
            buffer.copy_within(start..start + unfinished, 0);
            filled = unfinished;
        }
    }
    if filled > 0 && !skipping {
        line(buffer.get(..filled).unwrap_or_default());
    }
    Ok(())
}

/// Takes the next word, and the one space after it.
fn word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let text = rest.trim_ascii_start();
    if text.is_empty() {
        return None;
    }
    let end = memchr::memchr(b' ', text).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after.get(1..).unwrap_or_default();
    Some(word)
}

fn hex(digits: &[u8]) -> Option<u32> {
    // from_str_radix would take a sign too.
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn decimal<T: std::str::FromStr>(digits: &[u8]) -> Option<T> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn pair(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, second) = word.split_at(memchr::memchr(b':', word)?);
    Some((first, second.get(1..)?))
}

/// `0100007F:0277`: words of the address in *host* byte order, though the address itself is in
/// network byte order.
fn address(family: Family, text: &[u8]) -> Option<IpEndpoint> {
    let (digits, port) = pair(text)?;
    let port = u16::try_from(hex(port)?).ok()?;
    let word = |digits: &[u8]| hex(digits).map(u32::to_ne_bytes);
    let address = match (family, digits.len()) {
        (Family::Inet, 8) => IpAddr::V4(Ipv4Addr::from(word(digits)?)),
        (Family::Inet6, 32) => {
            let mut bytes = [0; 16];
            for (to, from) in bytes.chunks_exact_mut(4).zip(digits.chunks_exact(8)) {
                to.copy_from_slice(&word(from)?);
            }
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    Some(IpEndpoint { address, port, dual_stack: false })
}

/// A line of the internet tables: they all have the same first ten columns. `None` for the
/// heading and for garbage.
fn inet_line(family: Family, protocol: Protocol, line: &[u8]) -> Option<Socket> {
    let mut rest = line;
    let _slot = word(&mut rest)?;
    let local = address(family, word(&mut rest)?)?;
    let remote = address(family, word(&mut rest)?)?;
    let state = SocketState::from_kernel(u8::try_from(hex(word(&mut rest)?)?).ok()?);
    let (send_bytes, recv_bytes) = pair(word(&mut rest)?)?;
    let (send_bytes, recv_bytes) = (hex(send_bytes)?, hex(recv_bytes)?);
    let _timer = word(&mut rest)?;
    let _retransmits = word(&mut rest)?;
    let uid = decimal(word(&mut rest)?)?;
    let _timeout = word(&mut rest)?;
    let inode = decimal(word(&mut rest)?)?;
    let keeps_uid = !matches!(state, SocketState::TimeWait | SocketState::SynRecv);
    Some(Socket {
        inode,
        cookie: None,
        family,
        protocol,
        state,
        local: Endpoint::Ip(local),
        remote: (!remote.is_unset()).then_some(Endpoint::Ip(remote)),
        uid: keeps_uid.then_some(uid),
        interface: 0,
        queue: match state {
            SocketState::Listen => Queue::Accept { waiting: recv_bytes, limit: None },
            _ => Queue::Data { recv_bytes, send_bytes },
        },
        tcp: None,
        cgroup_id: None,
        v6only: None,
        unix: None,
    })
}

/// A line of `net/unix`. A path and an abstract name that both begin with `@` look the same there;
/// the abstract one is by far the more likely.
fn unix_line(line: &[u8]) -> Option<Socket> {
    /// `__SO_ACCEPTCON`
    const LISTENS: u32 = 1 << 16;
    const SS_CONNECTED: u32 = 3;

    let mut rest = line;
    let _address = word(&mut rest)?.strip_suffix(b":")?;
    let _references = word(&mut rest)?;
    let _protocol = word(&mut rest)?;
    let flags = hex(word(&mut rest)?)?;
    let protocol = super::unix::protocol(hex(word(&mut rest)?)?)?;
    let state = match hex(word(&mut rest)?)? {
        _ if flags & LISTENS != 0 => SocketState::Listen,
        SS_CONNECTED => SocketState::Established,
        _ => SocketState::Unconnected,
    };
    let inode = decimal(word(&mut rest)?)?;
    let name = match rest.split_first() {
        None => UnixName::Unnamed,
        Some((b'@', name)) => UnixName::Abstract(name.into()),
        Some(_) => UnixName::Path(rest.into()),
    };
    Some(Socket {
        inode,
        cookie: None,
        family: Family::Unix,
        protocol,
        state,
        local: Endpoint::Unix(name),
        remote: None,
        uid: None,
        interface: 0,
        queue: Queue::Unknown,
        tcp: None,
        cgroup_id: None,
        v6only: None,
        unix: Some(UnixFigures::default()),
    })
}

#[cfg(test)]
#[path = "procnet_tests.rs"]
mod tests;
