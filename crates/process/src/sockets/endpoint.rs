//! One end of a socket: an address and port, or a unix socket's name.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// One end of a socket.
///
/// `Display` writes it as ss(8) does (`0.0.0.0:80`, `[::1]:80`, `*:80`, `/run/x.sock`,
/// `@abstract`), with control characters and invalid UTF-8 of unix names escaped, so that it is
/// safe on a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// An internet address and port.
    Ip(IpEndpoint),
    /// A unix socket's name.
    Unix(UnixName),
}

/// An internet address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IpEndpoint {
    /// The address; for an IPv4 connection on an IPv6 socket an IPv4-mapped one (`::ffff:…`).
    pub address: IpAddr,
    /// The port, in host byte order; for a raw socket the IP protocol's number (raw(7)).
    pub port: u16,
    /// An IPv6 wildcard that takes IPv4 connections too (no `IPV6_V6ONLY`, ipv6(7)). False also
    /// where that is not known (`/proc/PID/net` doesn't say).
    pub dual_stack: bool,
}

/// A unix socket's name (unix(7)): bytes that its owner chose, not text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UnixName {
    /// Never bound to a name.
    Unnamed,
    /// A path as it was passed to bind(2): relative to that process's directory and root.
    Path(Box<[u8]>),
    /// An abstract name, without its leading NUL.
    Abstract(Box<[u8]>),
}

impl Endpoint {
    /// The port in host byte order; `None` for unix sockets.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Ip(ip) => Some(ip.port),
            Self::Unix(_) => None,
        }
    }

    /// The address, an IPv4-mapped one as IPv4; `None` for unix sockets.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(ip) => Some(ip.address.to_canonical()),
            Self::Unix(_) => None,
        }
    }

    /// Is this "any address" (`0.0.0.0`, `::`)? For a listener: reachable from wherever the
    /// machine is.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.address().is_some_and(|address| address.is_unspecified())
    }

    /// Is this an address that only this network namespace can reach (`127.0.0.0/8`, `::1`)?
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.address().is_some_and(|address| address.is_loopback())
    }
}

impl IpEndpoint {
    pub(super) fn is_unset(&self) -> bool {
        self.port == 0 && self.address.is_unspecified()
    }
}

impl UnixName {
    /// From `sun_path` as the kernel holds it: an abstract name begins with NUL, a path may end
    /// with one.
    pub(super) fn from_sun_path(bytes: &[u8]) -> Self {
        match bytes.split_first() {
            None => Self::Unnamed,
            Some((0, name)) => Self::Abstract(name.into()),
            Some(_) => Self::Path(bytes.strip_suffix(&[0]).unwrap_or(bytes).into()),
        }
    }

    /// Whether the socket has a name by which others find it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        *self != Self::Unnamed
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Unix(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for IpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) if self.dual_stack => write!(f, "*:{}", self.port),
            IpAddr::V6(address) => write!(f, "[{address}]:{}", self.port),
            IpAddr::V4(address) => write!(f, "{address}:{}", self.port),
        }
    }
}

impl fmt::Display for UnixName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => f.write_str("*"),
            Self::Path(path) => write_escaped(f, path),
            Self::Abstract(name) => {
                f.write_str("@")?;
                write_escaped(f, name)
            }
        }
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // What changes the direction of text can make one name look like another.
            let reorders = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
            if c.is_control() || reorders {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(address: &str, port: u16, dual_stack: bool) -> Endpoint {
        Endpoint::Ip(IpEndpoint { address: address.parse().unwrap(), port, dual_stack })
    }

    #[test]
    fn endpoints_are_shown_as_people_know_them() {
        assert_eq!(ip("0.0.0.0", 80, false).to_string(), "0.0.0.0:80");
        assert_eq!(ip("::", 80, false).to_string(), "[::]:80");
        assert_eq!(ip("::", 80, true).to_string(), "*:80");
        assert_eq!(ip("fe80::1", 22, false).to_string(), "[fe80::1]:22");
        assert_eq!(ip("::ffff:10.0.0.1", 22, false).to_string(), "[::ffff:10.0.0.1]:22");
    }

    #[test]
    fn wildcards_and_loopback_are_told_apart() {
        assert!(ip("0.0.0.0", 1, false).is_wildcard() && ip("::", 1, true).is_wildcard());
        assert!(ip("127.9.9.9", 1, false).is_loopback() && ip("::1", 1, false).is_loopback());
        assert!(ip("::ffff:127.0.0.1", 1, false).is_loopback());
        assert!(!ip("10.0.0.1", 1, false).is_loopback());
        assert!(!ip("10.0.0.1", 1, false).is_wildcard());
        let unix = Endpoint::Unix(UnixName::Unnamed);
        assert!(!unix.is_wildcard() && !unix.is_loopback() && unix.port().is_none());
    }

    #[test]
    fn unix_names_keep_their_bytes_and_are_shown_harmless() {
        assert_eq!(UnixName::from_sun_path(b""), UnixName::Unnamed);
        assert_eq!(UnixName::from_sun_path(b"/run/x\0"), UnixName::Path(b"/run/x"[..].into()));
        assert_eq!(UnixName::from_sun_path(b"\0a\0b"), UnixName::Abstract(b"a\0b"[..].into()));
        let show = |bytes: &[u8]| UnixName::from_sun_path(bytes).to_string();
        assert_eq!(show("/run/größe".as_bytes()), "/run/größe");
        assert_eq!(show(b"\0a\x1b[2J\n"), "@a\\u{1b}[2J\\n");
        assert_eq!(show(b"/x\xff\xc2\x9b"), "/x\\xff\\u{9b}");
    }
}
