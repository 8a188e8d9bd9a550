//! One D-Bus connection: authentication, calls in a pipeline, deadlines.
//!
//! Authentication and, to a broker, `Hello` go out in one write. The first call waits for the
//! answer to the authentication: systemd's private socket leaves bytes that it read together with
//! `BEGIN` lying until more arrive, so that a call in the same write is never answered.

mod authentication;
mod bytes;
mod signals;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::error::{Said, printable};
use crate::message::{
    Arg, CallParts, FIXED, Header, Kind, decode_header, encode_call, message_length,
};
use crate::wire::{Reader, Value, WireError};
use crate::{Address, BusError, Peer};

pub use signals::Signal;

/// How many calls may be unanswered at once: enough to hide the round trip, few enough that the
/// requests fit the socket's buffer (we never write while the other side waits for us to read)
/// and stay under the brokers' limits on unanswered calls.
const WINDOW: usize = 64;
/// A method call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Who is asked, where a broker is at the other end; `None`: the manager.
    pub destination: Option<&'a str>,
    /// The object that is asked.
    pub path: &'a str,
    /// The interface of the method.
    pub interface: &'a str,
    /// The method.
    pub member: &'a str,
    /// Its arguments.
    pub args: &'a [Arg<'a>],
}

impl<'a> Call<'a> {
    /// A call to the manager.
    pub fn new(path: &'a str, interface: &'a str, member: &'a str, args: &'a [Arg<'a>]) -> Self {
        Self { destination: None, path, interface, member, args }
    }
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

    /// All values of the body.
    ///
    /// # Errors
    /// Its bytes are not what its signature says.
    pub fn values(&self) -> Result<Vec<Value>, WireError> {
        self.body().values(self.signature())
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
    may_ask: bool,
    kept_interfaces: &'static [&'static str],
    signals: VecDeque<Signal>,
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
        let stream = bytes::open(address, timeout)
            .map_err(|e| BusError::io(address, timeout, io::Error::from(e)))?;
        let mut connection = Self {
            stream,
            address: address.clone(),
            timeout,
            serial: 0,
            hello: None,
            authenticated: false,
            broken: false,
            may_ask: false,
            kept_interfaces: &[],
            signals: VecDeque::new(),
            armed: Duration::ZERO,
            incoming: Vec::new(),
            consumed: 0,
            chunk: vec![0; bytes::CHUNK].into_boxed_slice(),
        };
        connection.authenticate(bytes::deadline_in(timeout))?;
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

    /// How long each later call may take, as a whole.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Whether the other side may have a person asked for a password (polkit) before it answers
    /// later calls: the answer then takes as long as that person. Not so at first.
    pub fn set_may_ask(&mut self, may_ask: bool) {
        self.may_ask = may_ask;
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
        let outcome = self.exchange(calls, bytes::deadline_in(self.timeout));
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
            if header.kind == Kind::Signal {
                self.keep(header, message);
                continue;
            }
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
            Peer::Broker(name) => Some(call.destination.unwrap_or(name)),
        };
        let Call { path, interface, member, args, .. } = *call;
        let may_ask = self.may_ask;
        encode_call(&CallParts { serial, destination, path, interface, member, args, may_ask })
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
                BusError::NotPermitted {
                    address,
                    detail: format!("{call}: {text}"),
                    said: Some(Box::new(Said { name, message: text })),
                }
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
}
