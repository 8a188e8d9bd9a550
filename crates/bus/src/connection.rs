//! One D-Bus connection: authentication, calls in a pipeline, deadlines.
//!
//! Authentication and, to a broker, `Hello` go out in one write. The first call waits for the
//! answer to the authentication: systemd's private socket leaves bytes that it read together with
//! `BEGIN` lying until more arrive, so that a call in the same write is never answered.

use std::collections::HashMap;
use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::net::{
    AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, send, socket_with,
    sockopt,
};

use crate::error::printable;
use crate::message::{
    Arg, CallParts, FIXED, Header, Kind, decode_header, encode_call, message_length,
};
use crate::wire::Reader;
use crate::{Address, BusError, Peer};

/// How many calls may be unanswered at once: enough to hide the round trip, few enough that the
/// requests fit the socket's buffer (we never write while the other side waits for us to read)
/// and stay under the brokers' limits on unanswered calls.
const WINDOW: usize = 64;
/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;
/// Longest line of the authentication dialogue, in bytes.
const LONGEST_LINE: usize = 4096;

/// A method call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The object that is asked.
    pub path: &'a str,
    /// The interface of the method.
    pub interface: &'a str,
    /// The method.
    pub member: &'a str,
    /// Its arguments.
    pub args: &'a [Arg<'a>],
}

/// The answer to a call.
#[derive(Clone, Debug)]
pub struct Reply {
    header: Header,
    message: Vec<u8>,
}

impl Reply {
    /// The types of the values in the body.
    pub fn signature(&self) -> &str {
        &self.header.signature
    }

    /// The body.
    pub fn body(&self) -> Reader<'_> {
        let body = self.message.get(self.header.body_at..).unwrap_or_default();
        Reader::new(body, self.header.big_endian)
    }
}

/// What became of one call of several: [`BusError::Failed`] and its like concern that call only.
pub type Outcome = Result<Reply, BusError>;

/// A connection to a manager or a broker. After a time-out or a breach of protocol it is of no
/// further use, and says so.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    address: Address,
    timeout: Duration,
    serial: u32,
    hello: Option<u32>,
    authenticated: bool,
    broken: bool,
    armed: Duration,
    incoming: Vec<u8>,
    consumed: usize,
    chunk: Box<[u8]>,
}

impl Connection {
    /// Connects. `timeout` bounds this call, and each later one as a whole.
    ///
    /// # Errors
    /// [`BusError::NotThere`], [`BusError::NotPermitted`], [`BusError::Protocol`];
    /// [`BusError::TimedOut`] also where the listener's queue is full and stays so.
    pub fn connect(address: &Address, timeout: Duration) -> Result<Self, BusError> {
        let stream = open(address, timeout)
            .map_err(|e| BusError::io(address, timeout, io::Error::from(e)))?;
        let mut connection = Self {
            stream,
            address: address.clone(),
            timeout,
            serial: 0,
            hello: None,
            authenticated: false,
            broken: false,
            armed: Duration::ZERO,
            incoming: Vec::new(),
            consumed: 0,
            chunk: vec![0; CHUNK].into_boxed_slice(),
        };
        connection.authenticate(Instant::now() + timeout)?;
        Ok(connection)
    }

    /// Who is at the other end.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Can no more be used: connect anew.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Calls one method and waits for its answer.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn call(&mut self, call: &Call<'_>) -> Result<Reply, BusError> {
        let mut outcomes = self.call_all(std::slice::from_ref(call))?;
        outcomes.pop().unwrap_or_else(|| Err(BusError::protocol(&self.address, "no answer")))
    }

    /// Calls several methods without waiting for one answer before sending the next call. The
    /// outcomes are in the order of the calls; the timeout is for all of them together.
    ///
    /// # Errors
    /// What concerns the connection as a whole; what concerns one call is in its [`Outcome`].
    pub fn call_all(&mut self, calls: &[Call<'_>]) -> Result<Vec<Outcome>, BusError> {
        if self.broken {
            return Err(BusError::protocol(&self.address, "the connection broke before"));
        }
        let outcome = self.exchange(calls, Instant::now() + self.timeout);
        self.broken = outcome.is_err();
        outcome
    }

    fn exchange(
        &mut self,
        calls: &[Call<'_>],
        deadline: Instant,
    ) -> Result<Vec<Outcome>, BusError> {
        let mut waiting: HashMap<u32, usize> = HashMap::with_capacity(WINDOW);
        let mut outcomes: Vec<Option<Outcome>> = Vec::new();
        outcomes.resize_with(calls.len(), || None);
        let mut unsent = calls.iter().enumerate();
        loop {
            if waiting.len() <= WINDOW / 2 {
                let mut out = Vec::new();
                for (index, call) in unsent.by_ref().take(WINDOW - waiting.len()) {
                    let serial = self.next_serial();
                    waiting.insert(serial, index);
                    out.extend(self.encode(serial, call));
                }
                self.send(&out, deadline)?;
            }
            if waiting.is_empty() {
                break;
            }
            let (header, message) = self.receive(deadline)?;
            let Some(serial) = header.reply_to else { continue };
            let Some(index) = waiting.remove(&serial) else {
                if self.hello == Some(serial) && header.kind == Kind::Error {
                    return Err(self.failure("Hello", &header, &message));
                }
                continue;
            };
            let outcome = match header.kind {
                Kind::Return => Ok(Reply { header, message }),
                _ => {
                    let call = calls.get(index).map_or("", |c| c.member);
                    Err(self.failure(call, &header, &message))
                }
            };
            if let Some(place) = outcomes.get_mut(index) {
                *place = Some(outcome);
            }
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    fn encode(&self, serial: u32, call: &Call<'_>) -> Vec<u8> {
        let destination = match self.address.peer() {
            Peer::Direct => None,
            Peer::Broker(name) => Some(name.as_str()),
        };
        let Call { path, interface, member, args } = *call;
        encode_call(&CallParts { serial, destination, path, interface, member, args })
    }

    fn next_serial(&mut self) -> u32 {
        // Zero is not a serial.
        self.serial = self.serial.wrapping_add(1).max(1);
        self.serial
    }

    /// What an error reply means.
    fn failure(&self, call: &str, header: &Header, message: &[u8]) -> BusError {
        let body = message.get(header.body_at..).unwrap_or_default();
        let text = if header.signature.starts_with('s') {
            Reader::new(body, header.big_endian).str().map(printable).unwrap_or_default()
        } else {
            String::new()
        };
        let name = header.error.as_deref().map(printable).unwrap_or_default();
        let address = self.address.clone();
        match name.strip_prefix("org.freedesktop.DBus.Error.").unwrap_or_default() {
            "AccessDenied" | "AuthFailed" | "InteractiveAuthorizationRequired" => {
                BusError::NotPermitted { address, detail: format!("{call}: {text}") }
            }
            "ServiceUnknown" | "NameHasNoOwner" => BusError::NotThere {
                address,
                source: io::Error::new(io::ErrorKind::NotFound, text),
            },
            "NoReply" | "Timeout" | "TimedOut" => {
                BusError::TimedOut { address, waited: self.timeout }
            }
            _ => BusError::Failed { call: call.to_owned(), name, message: text },
        }
    }

    fn left(&self, deadline: Instant) -> Result<Duration, BusError> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(BusError::TimedOut { address: self.address.clone(), waited: self.timeout });
        }
        Ok(left)
    }

    fn io_error(&self, error: io::Error) -> BusError {
        let hung_up = matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        );
        match (hung_up, self.authenticated) {
            (true, false) => BusError::NotPermitted {
                address: self.address.clone(),
                detail: "it closed the connection before it authenticated us: it serves another \
                         user, or runs in another pid namespace than we do"
                    .to_owned(),
            },
            (true, true) => BusError::protocol(&self.address, "it closed the connection"),
            (false, _) => BusError::io(&self.address, self.timeout, error),
        }
    }

    /// What read(2) may wait, at most. Many replies come in one wait: the kernel is told anew only
    /// when a tenth of what it was told is over, so that a deadline is overrun by that at most.
    fn arm(&mut self, left: Duration) -> io::Result<()> {
        if left > self.armed || left < self.armed.mul_f32(0.9) {
            self.stream.set_read_timeout(Some(left))?;
            self.armed = left;
        }
        Ok(())
    }

    fn send(&self, mut bytes: &[u8], deadline: Instant) -> Result<(), BusError> {
        while !bytes.is_empty() {
            let left = self.left(deadline)?;
            self.stream.set_write_timeout(Some(left)).map_err(|e| self.io_error(e))?;
            // NOSIGNAL: a program that left SIGPIPE at its default must survive a manager's end.
            match send(&self.stream, bytes, SendFlags::NOSIGNAL) {
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
                Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(self.io_error(e.into())),
            }
        }
        Ok(())
    }

    /// Waits for bytes and appends them to what was not consumed yet.
    fn fill(&mut self, deadline: Instant) -> Result<(), BusError> {
        self.incoming.drain(..self.consumed.min(self.incoming.len()));
        self.consumed = 0;
        loop {
            let left = self.left(deadline)?;
            self.arm(left).map_err(|e| self.io_error(e))?;
            match io::Read::read(&mut &self.stream, &mut self.chunk) {
                Ok(0) => return Err(self.io_error(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    self.incoming.extend_from_slice(self.chunk.get(..count).unwrap_or_default());
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.io_error(e)),
            }
        }
    }

    fn unread(&self) -> &[u8] {
        self.incoming.get(self.consumed..).unwrap_or_default()
    }

    fn receive(&mut self, deadline: Instant) -> Result<(Header, Vec<u8>), BusError> {
        while self.unread().len() < FIXED {
            self.fill(deadline)?;
        }
        let length = message_length(self.unread().get(..FIXED).unwrap_or_default())
            .map_err(|e| BusError::wire(&self.address, "message header", e))?;
        // The buffer grows with what arrives, never by what a header promises.
        while self.unread().len() < length {
            self.fill(deadline)?;
        }
        let message = self.unread().get(..length).unwrap_or_default().to_vec();
        self.consumed += length;
        let header = decode_header(&message)
            .map_err(|e| BusError::wire(&self.address, "message header", e))?;
        Ok((header, message))
    }

    fn authenticate(&mut self, deadline: Instant) -> Result<(), BusError> {
        let mut out = authentication(rustix::process::geteuid().as_raw());
        if matches!(self.address.peer(), Peer::Broker(_)) {
            let serial = self.next_serial();
            self.hello = Some(serial);
            out.extend(encode_call(&CallParts {
                serial,
                destination: Some("org.freedesktop.DBus"),
                path: "/org/freedesktop/DBus",
                interface: "org.freedesktop.DBus",
                member: "Hello",
                args: &[],
            }));
        }
        self.send(&out, deadline)?;
        let end = loop {
            if let Some(end) = self.unread().windows(2).position(|w| w == b"\r\n") {
                break end;
            }
            if self.unread().len() > LONGEST_LINE {
                return Err(BusError::protocol(&self.address, "no end to its authentication line"));
            }
            self.fill(deadline)?;
        };
        let line = String::from_utf8_lossy(self.unread().get(..end).unwrap_or_default());
        if !line.starts_with("OK ") {
            let detail = format!("authentication: {}", printable(&line));
            let address = self.address.clone();
            return Err(if line.starts_with("REJECTED") {
                BusError::NotPermitted { address, detail }
            } else {
                BusError::Protocol { address, detail }
            });
        }
        self.consumed += end + 2;
        self.authenticated = true;
        Ok(())
    }
}

fn open(address: &Address, timeout: Duration) -> rustix::io::Result<UnixStream> {
    let place = SocketAddrUnix::new(address.path())?;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    // A listener that accepts nobody lets connect(2) wait as long as this says.
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(timeout))?;
    connect(&socket, &place)?;
    Ok(UnixStream::from(socket))
}

/// The client's whole side of the dialogue: the kernel vouches for who we are (EXTERNAL).
fn authentication(uid: u32) -> Vec<u8> {
    let mut bytes = b"\0AUTH EXTERNAL ".to_vec();
    for digit in uid.to_string().bytes() {
        bytes.extend_from_slice(format!("{digit:02x}").as_bytes());
    }
    bytes.extend_from_slice(b"\r\nBEGIN\r\n");
    bytes
}
