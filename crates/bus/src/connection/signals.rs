//! Signals: what the other side tells without being asked.

use std::time::Duration;

use super::Connection;
use crate::BusError;
use crate::message::Header;
use crate::wire::{Reader, Value, WireError};

/// How many signals are kept that nobody has asked for yet. When there are more, the oldest go:
/// who waits for one must look for himself from time to time anyway, since a manager that executes
/// itself anew sends none.
const KEPT: usize = 16_384;

/// A signal.
#[derive(Clone, Debug)]
pub struct Signal {
    header: Header,
    message: Vec<u8>,
}

impl Signal {
    /// The object that it comes from.
    pub fn path(&self) -> &str {
        &self.header.path
    }

    /// The interface that it is part of.
    pub fn interface(&self) -> &str {
        &self.header.interface
    }

    /// Its name.
    pub fn member(&self) -> &str {
        &self.header.member
    }

    /// The types of the values in its body.
    pub fn signature(&self) -> &str {
        &self.header.signature
    }

    /// Its body.
    pub fn body(&self) -> Reader<'_> {
        let body = self.message.get(self.header.body_at..).unwrap_or_default();
        Reader::new(body, self.header.big_endian)
    }

    /// All values of its body.
    ///
    /// # Errors
    /// Its bytes are not what its signature says.
    pub fn values(&self) -> Result<Vec<Value>, WireError> {
        self.body().values(self.signature())
    }
}

impl Connection {
    /// From now on, signals of these interfaces are kept until they are asked for; others, and all
    /// before this call, are dropped.
    pub fn keep_signals(&mut self, interfaces: &'static [&'static str]) {
        self.kept_interfaces = interfaces;
    }

    pub(super) fn keep(&mut self, header: Header, message: Vec<u8>) {
        if !self.kept_interfaces.contains(&header.interface.as_str()) {
            return;
        }
        if self.signals.len() >= KEPT {
            self.signals.pop_front();
        }
        self.signals.push_back(Signal { header, message });
    }

    /// The next signal that is kept; `None` when none came within `wait`.
    ///
    /// # Errors
    /// The connection broke.
    pub fn signal(&mut self, wait: Duration) -> Result<Option<Signal>, BusError> {
        if let Some(signal) = self.signals.pop_front() {
            return Ok(Some(signal));
        }
        if self.broken {
            return Err(BusError::protocol(&self.address, "the connection broke before"));
        }
        let deadline = super::bytes::deadline_in(wait);
        loop {
            // A message that has come in part stays in the buffer for the next call.
            match self.receive(deadline) {
                Ok((header, message)) => {
                    if header.kind == crate::message::Kind::Signal {
                        self.keep(header, message);
                    }
                }
                Err(BusError::TimedOut { .. }) => return Ok(None),
                Err(error) => {
                    self.broken = true;
                    return Err(error);
                }
            }
            if let Some(signal) = self.signals.pop_front() {
                return Ok(Some(signal));
            }
        }
    }
}
