//! What a socket is: the types that a dump is made of.

use super::endpoint::{Endpoint, UnixName};
use std::fmt;

/// One socket, as the kernel described it at the moment of the dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Inode in sockfs, as in `/proc/PID/fd`'s `socket:[…]`. 0: no descriptor refers to it
    /// (TIME-WAIT, SYN-RECV, closed while data were still to be sent).
    pub inode: u64,
    /// The kernel's name for this socket, never given twice until the next boot: the identity to
    /// compare two samples by. `None` where `/proc/PID/net` was read.
    pub cookie: Option<u64>,
    /// Address family.
    pub family: Family,
    /// Protocol, for unix sockets their type.
    pub protocol: Protocol,
    /// State, in TCP's words for all protocols, as in ss(8).
    pub state: SocketState,
    /// This end.
    pub local: Endpoint,
    /// The other end; `None` if not connected. A unix socket's other end is known by inode only:
    /// see [`UnixFigures::peer_inode`].
    pub remote: Option<Endpoint>,
    /// User id of the owner. `None` where the kernel keeps none (TIME-WAIT, SYN-RECV, unix
    /// sockets before Linux 5.3).
    pub uid: Option<u32>,
    /// Index of the interface that it is bound to (`SO_BINDTODEVICE`), 0 for any.
    pub interface: u32,
    /// What waits in it.
    pub queue: Queue,
    /// TCP's counters, if they were asked for and the socket is not a listener.
    pub tcp: Option<TcpFigures>,
    /// Id of the cgroup v2 group in which it was made: the inode number of its directory
    /// (Linux 5.9 and later).
    pub cgroup_id: Option<u64>,
    /// `IPV6_V6ONLY` of an IPv6 socket that is not connected.
    pub v6only: Option<bool>,
    /// What only unix sockets have.
    pub unix: Option<UnixFigures>,
}

impl Socket {
    /// Does it wait for whoever comes: a stream listener, a bound datagram or raw socket that is
    /// not connected to one peer?
    #[must_use]
    pub fn is_listening(&self) -> bool {
        match self.protocol {
            Protocol::UnixDgram => {
                // Not by state: connect(2) of a *client* sets the receiver's to established.
                let peer = self.unix.and_then(|unix| unix.peer_inode);
                peer.is_none()
                    && matches!(&self.local, Endpoint::Unix(name) if *name != UnixName::Unnamed)
            }
            Protocol::Udp | Protocol::UdpLite | Protocol::Raw => {
                self.state == SocketState::Unconnected
            }
            _ => self.state == SocketState::Listen,
        }
    }
}

/// Address family of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4, ip(7).
    Inet,
    /// IPv6, ipv6(7); it may carry IPv4 too.
    Inet6,
    /// unix(7).
    Unix,
}

/// Protocol of an internet socket, type of a unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// tcp(7), alone or as a part of a Multipath TCP socket.
    Tcp,
    /// udp(7).
    Udp,
    /// udplite(7).
    UdpLite,
    /// raw(7).
    Raw,
    /// unix(7), `SOCK_STREAM`.
    UnixStream,
    /// unix(7), `SOCK_DGRAM`.
    UnixDgram,
    /// unix(7), `SOCK_SEQPACKET`.
    UnixSeqpacket,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::UdpLite => "udplite",
            Self::Raw => "raw",
            Self::UnixStream => "u_str",
            Self::UnixDgram => "u_dgr",
            Self::UnixSeqpacket => "u_seq",
        })
    }
}

/// State of a socket, named as in ss(8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SocketState {
    /// Connected.
    Established,
    /// Connecting.
    SynSent,
    /// Being connected to; not accepted yet.
    SynRecv,
    /// Closed here, the other side has not acknowledged it.
    FinWait1,
    /// Closed here, the other side has not closed yet.
    FinWait2,
    /// Closed on both sides; the kernel waits for stray segments.
    TimeWait,
    /// Not connected: for datagram sockets "takes from anyone".
    Unconnected,
    /// Closed by the other side, *not* by the process that owns it: many of them are a leak.
    CloseWait,
    /// Closed on both sides, the last acknowledgement is missing.
    LastAck,
    /// Accepts connections.
    Listen,
    /// Both sides closed at once.
    Closing,
    /// A number that this program has no name for.
    Other(u8),
}

impl SocketState {
    /// From the kernel's number (`linux/tcp.h`, `enum` of `TCP_ESTABLISHED` and following).
    pub(super) fn from_kernel(number: u8) -> Self {
        match number {
            1 => Self::Established,
            2 => Self::SynSent,
            // 12 is a request that has no full socket yet.
            3 | 12 => Self::SynRecv,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Unconnected,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for SocketState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Established => "ESTAB",
            Self::SynSent => "SYN-SENT",
            Self::SynRecv => "SYN-RECV",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Unconnected => "UNCONN",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
            Self::Other(_) => "UNKNOWN",
        })
    }
}

/// What waits in a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// A socket that carries data.
    Data {
        /// Bytes received that the process has not read.
        recv_bytes: u32,
        /// Bytes written that the other side has not acknowledged (for datagrams: that have not
        /// left).
        send_bytes: u32,
    },
    /// A stream listener.
    Accept {
        /// Connections that the process has not accepted.
        waiting: u32,
        /// How many may wait: listen(2)'s backlog, cut to `net.core.somaxconn`. `None` where
        /// `/proc/PID/net` was read.
        limit: Option<u32>,
    },
    /// Not told (`/proc/PID/net/unix`).
    Unknown,
}

/// Counters of one TCP connection since it was made: `struct tcp_info` in `linux/tcp.h`. `None`:
/// this kernel doesn't tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpFigures {
    /// Payload bytes received in order (RFC 4898 HCThruOctetsReceived); a FIN counts as one.
    pub bytes_received: Option<u64>,
    /// Bytes that the other side acknowledged (RFC 4898 HCThruOctetsAcked); SYN and FIN count as
    /// one each.
    pub bytes_acked: Option<u64>,
    /// Payload bytes sent, retransmissions included (Linux 4.19 and later).
    pub bytes_sent: Option<u64>,
    /// Payload bytes sent again (Linux 4.19 and later).
    pub bytes_retransmitted: Option<u64>,
    /// Segments received, those without data included.
    pub segments_in: Option<u32>,
    /// Segments sent, those without data included.
    pub segments_out: Option<u32>,
    /// Segments sent again.
    pub retransmits: Option<u32>,
    /// Smoothed round trip time in microseconds.
    pub rtt_usec: Option<u32>,
}

/// What only unix sockets have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnixFigures {
    /// Inode (in sockfs) of the socket at the other end.
    pub peer_inode: Option<u64>,
    /// The file that bind(2) made for a path; it may have been removed since.
    pub file: Option<UnixFile>,
}

/// A unix socket's file: what stat(2) of its path shows while the path still leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnixFile {
    /// Major number of its file system's device.
    pub device_major: u32,
    /// Minor number of its file system's device.
    pub device_minor: u32,
    /// Inode number, cut to 32 bits by the kernel.
    pub inode: u32,
}
