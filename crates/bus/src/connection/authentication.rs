//! The authentication dialogue, as the D-Bus specification's chapter "Authentication Protocol" has
//! it: who we are is for the kernel to say, so nothing is asked and nothing negotiated.

use std::time::Instant;

use super::Connection;
use crate::error::printable;
use crate::message::{CallParts, encode_call};
use crate::{BusError, Peer};

/// Longest line of the authentication dialogue, in bytes.
const LONGEST_LINE: usize = 4096;

impl Connection {
    /// Says who we are, and to a broker `Hello`; waits for the answer to the former.
    pub(super) fn authenticate(&mut self, deadline: Instant) -> Result<(), BusError> {
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
                may_ask: false,
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
                BusError::NotPermitted { address, detail, said: None }
            } else {
                BusError::Protocol { address, detail }
            });
        }
        self.consumed += end + 2;
        self.authenticated = true;
        Ok(())
    }
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
