//! What is asked for, and how each part of it was answered.

use super::error::SocketError;
use super::model::{Family, Protocol, Socket, SocketState};
use std::fmt;

/// What a dump is to contain. The kernel leaves out what is not wanted, so that a look at the
/// listeners costs nothing for the 50,000 connections beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Sockets that wait for whoever comes: see [`Socket::is_listening`].
    pub listening: bool,
    /// Sockets that have a peer, had one or seek one, TIME-WAIT excepted. Together with
    /// `listening`: every unix socket, the unconnected nameless ones too.
    pub connected: bool,
    /// Remains of TCP connections that belong to no process any more.
    pub time_wait: bool,
    /// Fill [`Socket::tcp`].
    pub tcp_info: bool,
    /// Of which protocols.
    pub protocols: Protocols,
}

/// A set of protocols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protocols {
    /// TCP, Multipath TCP included.
    pub tcp: bool,
    /// UDP.
    pub udp: bool,
    /// UDP-Lite.
    pub udplite: bool,
    /// Raw IP.
    pub raw: bool,
    /// Unix sockets.
    pub unix: bool,
}

impl Wanted {
    /// Who listens on TCP, UDP and unix sockets.
    #[must_use]
    pub const fn listeners() -> Self {
        Self {
            listening: true,
            connected: false,
            time_wait: false,
            tcp_info: false,
            protocols: Protocols { tcp: true, udp: true, udplite: false, raw: false, unix: true },
        }
    }

    /// All sockets of all protocols in all states, with TCP's counters.
    #[must_use]
    pub const fn everything() -> Self {
        Self {
            listening: true,
            connected: true,
            time_wait: true,
            tcp_info: true,
            protocols: Protocols { tcp: true, udp: true, udplite: true, raw: true, unix: true },
        }
    }

    /// TCP connections with their counters: what a rate of network bytes is made from.
    #[must_use]
    pub const fn tcp_traffic() -> Self {
        Self {
            listening: false,
            connected: true,
            time_wait: false,
            tcp_info: true,
            protocols: Protocols { tcp: true, udp: false, udplite: false, raw: false, unix: false },
        }
    }

    /// The mask of kernel states (`1 << TCP_…`) to ask for; 0 if nothing of this table.
    pub(super) fn states(&self, table: Table) -> u32 {
        const ESTABLISHED: u32 = 1 << 1;
        const TIME_WAIT: u32 = 1 << 6;
        const CLOSE: u32 = 1 << 7;
        const LISTEN: u32 = 1 << 10;
        const ALL: u32 = 0x1fff & !1;
        let (listening, connected, time_wait) = match table {
            Table::Tcp4 | Table::Tcp6 => (LISTEN, ALL & !(LISTEN | CLOSE | TIME_WAIT), TIME_WAIT),
            // A datagram socket that receives from anyone is shown as established once somebody
            // has connected to it, so those must be looked at too.
            Table::Unix => (LISTEN | CLOSE | ESTABLISHED, ALL & !(LISTEN | CLOSE), 0),
            _ => (CLOSE, ALL & !CLOSE, 0),
        };
        let chosen = |wanted: bool, states: u32| if wanted { states } else { 0 };
        chosen(self.listening, listening)
            | chosen(self.connected, connected)
            | chosen(self.time_wait, time_wait)
    }

    /// Whether a socket belongs into the answer: for what the kernel can't filter by.
    pub(super) fn keeps(&self, socket: &Socket) -> bool {
        if socket.is_listening() {
            return self.listening;
        }
        match socket.state {
            SocketState::TimeWait => self.time_wait,
            _ => self.connected,
        }
    }
}

/// One table of sockets in the kernel: what one request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv6.
    Tcp6,
    /// UDP over IPv4.
    Udp4,
    /// UDP over IPv6.
    Udp6,
    /// UDP-Lite over IPv4.
    UdpLite4,
    /// UDP-Lite over IPv6.
    UdpLite6,
    /// Raw IPv4.
    Raw4,
    /// Raw IPv6.
    Raw6,
    /// Unix sockets.
    Unix,
}

impl Table {
    pub(super) const ALL: [Self; 9] = [
        Self::Tcp4,
        Self::Tcp6,
        Self::Udp4,
        Self::Udp6,
        Self::UdpLite4,
        Self::UdpLite6,
        Self::Raw4,
        Self::Raw6,
        Self::Unix,
    ];

    pub(super) fn is_in(self, protocols: Protocols) -> bool {
        match self {
            Self::Tcp4 | Self::Tcp6 => protocols.tcp,
            Self::Udp4 | Self::Udp6 => protocols.udp,
            Self::UdpLite4 | Self::UdpLite6 => protocols.udplite,
            Self::Raw4 | Self::Raw6 => protocols.raw,
            Self::Unix => protocols.unix,
        }
    }

    /// Family, protocol (of unix sockets the most common), and the file in `/proc/PID`.
    pub(super) fn traits(self) -> (Family, Protocol, &'static str) {
        match self {
            Self::Tcp4 => (Family::Inet, Protocol::Tcp, "net/tcp"),
            Self::Tcp6 => (Family::Inet6, Protocol::Tcp, "net/tcp6"),
            Self::Udp4 => (Family::Inet, Protocol::Udp, "net/udp"),
            Self::Udp6 => (Family::Inet6, Protocol::Udp, "net/udp6"),
            Self::UdpLite4 => (Family::Inet, Protocol::UdpLite, "net/udplite"),
            Self::UdpLite6 => (Family::Inet6, Protocol::UdpLite, "net/udplite6"),
            Self::Raw4 => (Family::Inet, Protocol::Raw, "net/raw"),
            Self::Raw6 => (Family::Inet6, Protocol::Raw, "net/raw6"),
            Self::Unix => (Family::Unix, Protocol::UnixStream, "net/unix"),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp4 => "TCP over IPv4",
            Self::Tcp6 => "TCP over IPv6",
            Self::Udp4 => "UDP over IPv4",
            Self::Udp6 => "UDP over IPv6",
            Self::UdpLite4 => "UDP-Lite over IPv4",
            Self::UdpLite6 => "UDP-Lite over IPv6",
            Self::Raw4 => "raw IPv4",
            Self::Raw6 => "raw IPv6",
            Self::Unix => "unix",
        })
    }
}

/// The sockets of one network namespace, and how they were learned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dump {
    /// In no particular order. While the kernel walks a table, sockets come and go: one may
    /// appear twice ([`Socket::cookie`] tells) or be missed.
    pub sockets: Vec<Socket>,
    /// Each table that was wanted, in the order of [`Table`].
    pub parts: Vec<Part>,
}

impl Dump {
    /// The parts that have something to say: not had, or not had in the best way.
    pub fn troubles(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.trouble.is_some())
    }
}

/// How one table was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub table: Table,
    /// Where from; `None`: it could not be read at all, and `trouble` says why.
    pub source: Option<Source>,
    /// Why it could not be read, or not in the best way, or may be incomplete.
    pub trouble: Option<SocketError>,
}

/// Where a table was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// sock_diag(7).
    SockDiag,
    /// A file under `/proc/PID/net` (proc_pid_net(5)): no byte counts, cookies or cgroups;
    /// a unix socket's name with a line break in it can forge lines there.
    ProcNet,
    /// The kernel has no such table (no IPv6, for instance), so there are no such sockets.
    Absent,
}
