//! A netlink socket to sock_diag(7): one question, all of its answer.

use super::error::{Action, SocketError};
use super::model::Socket;
use super::wanted::Table;
use super::wire::{Messages, request, u32_at};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recvfrom, send, socket_with,
};
use std::time::Duration;

/// The kernel fills at most this much at a time (`netlink_dump` in `af_netlink.c`).
const BUFFER_BYTES: usize = 32 << 10;
/// A message longer than this is none of sock_diag's.
const BUFFER_MAX_BYTES: usize = 1 << 20;
/// How often a table is asked for again when the answer was not in one piece.
const ATTEMPTS: u32 = 4;
/// How many datagrams of strangers are passed over before giving up on an answer.
const STRANGERS: u32 = 4096;
/// The kernel answers a dump at once or never: this is for "never".
const PATIENCE: Duration = Duration::from_secs(2);

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_DUMP_INTR: u16 = 0x10;
const NLM_F_DUMP: u16 = 0x300;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLMSG_OVERRUN: u16 = 4;

/// Opens a socket to sock_diag of the network namespace that the calling thread is in.
pub(super) fn open_here() -> Result<OwnedFd, SocketError> {
    let flags = SocketFlags::CLOEXEC;
    socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, Some(netlink::SOCK_DIAG))
        .map_err(|errno| SocketError::of(Action::OpenSockDiag, errno))
}

/// A connection to sock_diag. `open` makes a new socket, in the right namespace: a dump that broke
/// off leaves the old one unusable.
pub(super) struct Channel<'a> {
    open: &'a dyn Fn() -> Result<OwnedFd, SocketError>,
    /// The socket, or why there can be none: then nobody tries again for the next table.
    socket: Option<Result<OwnedFd, SocketError>>,
    buffer: Vec<u8>,
    sequence: u32,
}

/// How one attempt ended.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    Whole,
    /// All of it came, but the kernel says that it changed meanwhile.
    Interrupted,
    /// Broke off; the socket is of no use any more.
    BrokeOff(SocketError),
    /// Will not be different next time.
    Refused(SocketError),
}

/// What is known after one datagram.
enum Progress {
    More,
    Done,
    Ended(Attempt),
}

impl<'a> Channel<'a> {
    pub(super) fn new(open: &'a dyn Fn() -> Result<OwnedFd, SocketError>) -> Self {
        Self { open, socket: None, buffer: Vec::new(), sequence: 0 }
    }

    /// Asks for a table with the request `body` and appends to `found` what `parse` makes of each
    /// record. `Ok(Some(_))`: they are there, but some may be missing.
    pub(super) fn dump(
        &mut self,
        table: Table,
        body: &[u8],
        parse: &mut dyn FnMut(&[u8]) -> Option<Socket>,
        found: &mut Vec<Socket>,
    ) -> Result<Option<SocketError>, SocketError> {
        let before = found.len();
        let mut last = Attempt::Whole;
        for _ in 0..ATTEMPTS {
            found.truncate(before);
            last = self.attempt(table, body, &mut |record| found.extend(parse(record)));
            match last {
                Attempt::Whole => return Ok(None),
                Attempt::Refused(error) => {
                    found.truncate(before);
                    return Err(error);
                }
                Attempt::BrokeOff(_) => self.socket = None,
                Attempt::Interrupted => {}
            }
        }
        match last {
            Attempt::BrokeOff(error) => {
                found.truncate(before);
                Err(error)
            }
            _ => Ok(Some(SocketError::Disturbed { action: Action::Ask(table) })),
        }
    }

    fn attempt(&mut self, table: Table, body: &[u8], on_record: &mut dyn FnMut(&[u8])) -> Attempt {
        let action = Action::Ask(table);
        let socket = match self.socket.get_or_insert_with(self.open) {
            Ok(socket) => &*socket,
            Err(error) => return Attempt::Refused(*error),
        };
        if self.buffer.is_empty() {
            self.buffer.resize(BUFFER_BYTES, 0);
        }
        self.sequence = self.sequence.wrapping_add(1);
        let flags = NLM_F_REQUEST | NLM_F_DUMP;
        let question = request(SOCK_DIAG_BY_FAMILY, flags, self.sequence, body);
        if let Err(errno) = send(socket, &question, SendFlags::empty()) {
            return Attempt::Refused(SocketError::of(action, errno));
        }
        let mut answer = Answer { action, sequence: self.sequence, port: None, changed: false };
        for _ in 0..STRANGERS {
            let (length, from_kernel) = match receive(socket, &mut self.buffer) {
                Ok(received) => received,
                Err(Errno::NOBUFS | Errno::NOMEM) => {
                    return Attempt::BrokeOff(SocketError::Disturbed { action });
                }
                Err(Errno::AGAIN) => return Attempt::BrokeOff(SocketError::TimedOut { action }),
                Err(errno) => return Attempt::Refused(SocketError::of(action, errno)),
            };
            if !from_kernel {
                continue;
            }
            let Some(datagram) = self.buffer.get(..length) else {
                // The rest of it is lost: ask again with room for it.
                self.buffer.resize(length.next_power_of_two().min(BUFFER_MAX_BYTES), 0);
                return Attempt::BrokeOff(SocketError::Malformed { action });
            };
            match answer.read(datagram, on_record) {
                Progress::More => {}
                Progress::Done if answer.changed => return Attempt::Interrupted,
                Progress::Done => return Attempt::Whole,
                Progress::Ended(how) => return how,
            }
        }
        Attempt::BrokeOff(SocketError::Malformed { action })
    }
}

/// Receives a datagram: its true length, and whether the kernel sent it.
fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> Result<(usize, bool), Errno> {
    // The kernel has queued the next piece before the call that fetched the last one returned. So
    // nothing is waited for; if there is nothing, that is out of the ordinary.
    let mut flags = RecvFlags::TRUNC | RecvFlags::DONTWAIT;
    loop {
        match recvfrom(socket, &mut *buffer, flags) {
            Ok((_, length, sender)) => {
                let sender = sender.and_then(|sender| SocketAddrNetlink::try_from(sender).ok());
                return Ok((length, sender.is_some_and(|sender| sender.pid() == 0)));
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) if flags.contains(RecvFlags::DONTWAIT) => {
                set_socket_timeout(socket, Timeout::Recv, Some(PATIENCE))?;
                flags.remove(RecvFlags::DONTWAIT);
            }
            Err(errno) => return Err(errno),
        }
    }
}

/// The answer to one question, datagram by datagram.
struct Answer {
    action: Action,
    sequence: u32,
    /// Our own port as the first message names it; all others must name the same.
    port: Option<u32>,
    changed: bool,
}

impl Answer {
    fn read(&mut self, datagram: &[u8], on_record: &mut dyn FnMut(&[u8])) -> Progress {
        let action = self.action;
        let garbled = Progress::Ended(Attempt::BrokeOff(SocketError::Malformed { action }));
        if datagram.is_empty() {
            return garbled;
        }
        for message in Messages(datagram) {
            let Ok(message) = message else {
                return garbled;
            };
            if message.sequence != self.sequence
                || message.port != *self.port.get_or_insert(message.port)
            {
                continue;
            }
            self.changed |= message.flags & NLM_F_DUMP_INTR != 0;
            match message.kind {
                SOCK_DIAG_BY_FAMILY => on_record(message.body),
                NLMSG_DONE | NLMSG_ERROR => match code(message.body) {
                    Some(0) if message.kind == NLMSG_DONE => return Progress::Done,
                    // An acknowledgement that nobody asked for.
                    Some(0) => {}
                    Some(errno) => return Progress::Ended(failure(action, errno)),
                    // Old kernels end a dump without a code.
                    None if message.kind == NLMSG_DONE => return Progress::Done,
                    None => return garbled,
                },
                NLMSG_OVERRUN => {
                    return Progress::Ended(Attempt::BrokeOff(SocketError::Disturbed { action }));
                }
                _ => {}
            }
        }
        Progress::More
    }
}

/// The error number (positive) of a "done" or "error" message.
fn code(body: &[u8]) -> Option<i32> {
    let code = i32::from_ne_bytes(u32_at(body, 0)?.to_ne_bytes());
    Some(code.min(0).checked_neg().unwrap_or(i32::MAX))
}

fn failure(action: Action, errno: i32) -> Attempt {
    // Errno holds 1..=4095 and its constructor doesn't accept anything else.
    if errno >= 4096 {
        return Attempt::Refused(SocketError::Malformed { action });
    }
    match Errno::from_raw_os_error(errno) {
        Errno::NOBUFS | Errno::NOMEM | Errno::BUSY | Errno::AGAIN | Errno::INTR => {
            Attempt::BrokeOff(SocketError::Disturbed { action })
        }
        errno => Attempt::Refused(SocketError::of(action, errno)),
    }
}

#[cfg(test)]
#[path = "channel_tests.rs"]
mod tests;
