//! What can go wrong between us and a manager.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::Address;
use crate::wire::WireError;

/// Why a manager gave no answer. Texts that came from the other side are made printable.
#[derive(Debug)]
pub enum BusError {
    /// There is no such socket, or nobody listens on it.
    NotThere {
        /// Where it was looked for.
        address: Address,
        /// What the kernel said.
        source: io::Error,
    },
    /// The kernel, the broker or the manager does not let this caller ask.
    NotPermitted {
        /// Who was asked.
        address: Address,
        /// What was refused.
        detail: String,
        /// The other side's own words, where it answered at all.
        said: Option<Box<Said>>,
    },
    /// No complete answer within the caller's timeout.
    TimedOut {
        /// Who was asked.
        address: Address,
        /// How long it was waited.
        waited: Duration,
    },
    /// The other side's bytes are not what the D-Bus specification allows, or it hung up.
    Protocol {
        /// Who was asked.
        address: Address,
        /// What was wrong.
        detail: String,
    },
    /// The manager understood and answered with an error.
    Failed {
        /// The method or property that was asked for.
        call: String,
        /// The D-Bus error's name, such as `org.freedesktop.systemd1.NoSuchUnit`.
        name: String,
        /// The manager's sentence.
        message: String,
    },
}

/// An error in the words of the other side, made printable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The D-Bus error's name, such as `org.freedesktop.DBus.Error.AccessDenied`.
    pub name: String,
    /// Its sentence.
    pub message: String,
}

impl BusError {
    /// Name and sentence of the error that the other side answered with; `None` where it gave no
    /// answer.
    pub fn said(&self) -> Option<(&str, &str)> {
        match self {
            Self::Failed { name, message, .. } => Some((name, message)),
            Self::NotPermitted { said: Some(said), .. } => Some((&said.name, &said.message)),
            _ => None,
        }
    }

    /// The manager is older than the method or property that was asked for.
    pub fn is_unknown_method_or_property(&self) -> bool {
        matches!(self, Self::Failed { name, .. } if matches!(
            name.as_str(),
            "org.freedesktop.DBus.Error.UnknownMethod"
                | "org.freedesktop.DBus.Error.UnknownProperty"
                | "org.freedesktop.DBus.Error.UnknownInterface"
        ))
    }

    /// The manager has no such unit, or had it when it listed it and has it no more.
    pub fn is_no_such_unit(&self) -> bool {
        matches!(self, Self::Failed { name, .. } if matches!(
            name.as_str(),
            "org.freedesktop.systemd1.NoSuchUnit" | "org.freedesktop.DBus.Error.UnknownObject"
        ))
    }

    pub(crate) fn io(address: &Address, waited: Duration, source: io::Error) -> Self {
        let address = address.clone();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                Self::NotThere { address, source }
            }
            io::ErrorKind::PermissionDenied => {
                Self::NotPermitted { address, detail: source.to_string(), said: None }
            }
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                Self::TimedOut { address, waited }
            }
            _ => Self::Protocol { address, detail: source.to_string() },
        }
    }

    pub(crate) fn wire(address: &Address, what: &str, error: WireError) -> Self {
        Self::Protocol { address: address.clone(), detail: format!("{what}: {error}") }
    }

    pub(crate) fn protocol(address: &Address, detail: impl Into<String>) -> Self {
        Self::Protocol { address: address.clone(), detail: detail.into() }
    }
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere { address, source } => {
                write!(f, "no manager listens at {address}: {source}")
            }
            Self::NotPermitted { address, detail, .. } => {
                write!(f, "not permitted to ask the manager at {address}: {detail}")
            }
            Self::TimedOut { address, waited } => write!(
                f,
                "the manager at {address} gave no answer within {} ms; it may hang, or be busy",
                waited.as_millis()
            ),
            Self::Protocol { address, detail } => {
                write!(f, "the answer from {address} is not understood: {detail}")
            }
            Self::Failed { call, name, message } => {
                write!(f, "{call}: {message} ({name})")
            }
        }
    }
}

impl Error for BusError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotThere { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A foreign text for use in an error: control characters escaped, length bounded.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
