//! What a socket unit listens on (systemd.socket(5)).

mod parse;

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

pub(super) use parse::parse;

/// Families of netlink(7), by number.
const NETLINK: &[(u32, &str)] = &[
    (0, "route"),
    (3, "firewall"),
    (4, "inet-diag"),
    (5, "nflog"),
    (6, "xfrm"),
    (7, "selinux"),
    (8, "iscsi"),
    (9, "audit"),
    (10, "fib-lookup"),
    (11, "connector"),
    (12, "netfilter"),
    (13, "ip6-fw"),
    (14, "dnrtmsg"),
    (15, "kobject-uevent"),
    (16, "generic"),
    (18, "scsitransport"),
    (19, "ecryptfs"),
    (20, "rdma"),
];

/// What a socket unit listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// What it is: the directive says so.
    pub kind: ListenKind,
    /// Where.
    pub address: Address,
}

/// What is listened on, by directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenKind {
    /// `ListenStream=`
    Stream,
    /// `ListenDatagram=`
    Datagram,
    /// `ListenSequentialPacket=`
    Sequential,
    /// `ListenFIFO=`
    Fifo,
    /// `ListenSpecial=`
    Special,
    /// `ListenNetlink=`
    Netlink,
    /// `ListenMessageQueue=`
    MessageQueue,
    /// `ListenUSBFunction=`
    UsbFunction,
}

/// Where a socket unit listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A port on all addresses of IPv6, and of IPv4 too unless `BindIPv6Only=` says otherwise.
    Port(u16),
    /// An address of IPv4 and a port.
    V4(Ipv4Addr, u16),
    /// An address of IPv6 and a port, and the interface, by name or number, where one is given.
    V6(Ipv6Addr, u16, Option<Box<str>>),
    /// An absolute path: of a socket, FIFO, special file, message queue or USB function.
    Path(Box<str>),
    /// A name in the abstract namespace, without the `@`.
    Abstract(Box<str>),
    /// A port of AF_VSOCK.
    Vsock {
        /// The type of socket that the address asks for, where it does.
        kind: Option<VsockKind>,
        /// Whose; any where it is not given.
        cid: Option<u32>,
        /// The port.
        port: u32,
    },
    /// A family of netlink(7) and a multicast group, 0 where none is given.
    Netlink {
        /// The number of the family.
        family: u32,
        /// The group's number.
        group: u32,
    },
}

impl Listen {
    /// Whether connections can be accepted on it, as `Accept=yes` asks for: streams and sequential
    /// packets.
    pub fn can_accept(&self) -> bool {
        matches!(self.kind, ListenKind::Stream | ListenKind::Sequential)
    }

    /// The path in the file system, where it is one of a socket or a FIFO: what `Symlinks=` point
    /// to and `RemoveOnStop=` removes.
    pub fn path(&self) -> Option<&str> {
        use ListenKind::{Datagram, Fifo, Sequential, Stream};
        match (&self.address, self.kind) {
            (Address::Path(path), Stream | Datagram | Sequential | Fifo) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

/// Types of sockets of AF_VSOCK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VsockKind {
    /// `vsock-stream`
    Stream,
    /// `vsock-dgram`
    Datagram,
    /// `vsock-seqpacket`
    Sequential,
}

/// What an address of AF_VSOCK begins with.
const VSOCK: &[(&str, Option<VsockKind>)] = &[
    ("vsock:", None),
    ("vsock-stream:", Some(VsockKind::Stream)),
    ("vsock-dgram:", Some(VsockKind::Datagram)),
    ("vsock-seqpacket:", Some(VsockKind::Sequential)),
];

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Port(port) => write!(f, "{port}"),
            Address::V4(address, port) => write!(f, "{address}:{port}"),
            Address::V6(address, port, None) => write!(f, "[{address}]:{port}"),
            Address::V6(address, port, Some(scope)) => write!(f, "[{address}]:{port}%{scope}"),
            Address::Path(path) => f.write_str(path),
            Address::Abstract(name) => write!(f, "@{name}"),
            Address::Vsock { kind, cid, port } => {
                let prefix =
                    VSOCK.iter().find(|(_, known)| known == kind).map_or("vsock:", |p| p.0);
                f.write_str(prefix)?;
                if let Some(cid) = cid {
                    write!(f, "{cid}")?;
                }
                write!(f, ":{port}")
            }
            Address::Netlink { family, group } => {
                match NETLINK.iter().find(|(number, _)| number == family) {
                    Some((_, name)) => f.write_str(name)?,
                    None => write!(f, "{family}")?,
                }
                if *group == 0 { Ok(()) } else { write!(f, " {group}") }
            }
        }
    }
}

impl Address {
    /// Whether it is a socket of the file system or of the abstract namespace.
    pub fn is_unix(&self) -> bool {
        matches!(self, Address::Path(_) | Address::Abstract(_))
    }
}
