//! Where a manager listens.

use std::fmt;
use std::path::{Path, PathBuf};

/// Who answers at the other end of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The manager itself: no `Hello`, no destination.
    Direct,
    /// A message broker that knows the manager by this well-known name.
    Broker(String),
}

/// A Unix stream socket and who answers there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    path: PathBuf,
    peer: Peer,
}

impl Address {
    /// The manager's own socket.
    pub fn direct(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), peer: Peer::Direct }
    }

    /// A broker's socket; `destination` is the well-known name of the manager on that bus.
    pub fn broker(path: impl Into<PathBuf>, destination: impl Into<String>) -> Self {
        Self { path: path.into(), peer: Peer::Broker(destination.into()) }
    }

    /// The socket's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who answers there.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `escape_debug` keeps a path's control characters off the terminal.
        write!(f, "{}", self.path.to_string_lossy().escape_debug())
    }
}
