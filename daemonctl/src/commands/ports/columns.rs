//! The table of sockets.

use std::rc::Rc;

use present::json::Object;
use present::{Column, Kind, Rows, Style, Value, Why};
use process::sockets::{Endpoint, Queue, Socket, UnixName};

use crate::snapshot::{Row, Snapshot};

/// A marker for the table.
pub enum Ports {}

impl Rows for Ports {
    type Row<'a> = PortRow<'a>;
}

/// A network namespace.
#[derive(Debug, Clone)]
pub struct Namespace {
    /// It is the caller's own.
    pub own: bool,
    /// What lives in it: a container, or the name of a process.
    pub label: String,
    /// Its inode number, where it may be seen.
    pub inode: Option<u64>,
}

/// Who holds a socket.
#[derive(Clone)]
pub enum Owners<'a> {
    /// These, the one that started first in front, each with its descriptor.
    Known(Vec<(Row<'a>, u32)>),
    /// Nobody: the kernel itself, or a connection that is being closed.
    Nobody,
    /// Somebody who may not be looked into.
    NotPermitted,
}

/// One socket.
#[derive(Clone)]
pub struct PortRow<'a> {
    /// Where names of users are.
    pub snapshot: &'a Snapshot,
    /// The socket.
    pub socket: Socket,
    /// Where it is.
    pub namespace: Rc<Namespace>,
    /// Whose it is.
    pub owners: Owners<'a>,
}

impl<'a> PortRow<'a> {
    fn held_by(&self) -> &[(Row<'a>, u32)] {
        match &self.owners {
            Owners::Known(owners) => owners,
            _ => &[],
        }
    }

    fn first(&self) -> Option<&Row<'a>> {
        self.held_by().first().map(|(row, _)| row)
    }

    fn why(&self) -> Why {
        match self.owners {
            Owners::NotPermitted => Why::NotPermitted,
            _ => Why::NotApplicable,
        }
    }

    /// The first owner's user; without an owner who may be seen, the one who made the socket.
    fn user(&self) -> Option<String> {
        if let Some(user) = self.first().and_then(Row::user) {
            return Some(user.to_owned());
        }
        let uid = self.socket.uid?;
        Some(self.snapshot.users.name(uid).map_or_else(|| uid.to_string(), str::to_owned))
    }

    /// Names of the owners, each once.
    fn programs(&self) -> Option<Vec<u8>> {
        let mut names: Vec<&[u8]> = Vec::new();
        for (row, _) in self.held_by() {
            let name = &*row.process.comm;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        (!names.is_empty()).then(|| names.join(&b","[..]))
    }

    /// `812,813,814` or `812,813,814,+9`.
    fn pids(&self) -> Option<String> {
        const SHOWN: usize = 4;
        let owners = self.held_by();
        let mut pids: Vec<String> =
            owners.iter().take(SHOWN).map(|(row, _)| row.process.pid().to_string()).collect();
        if owners.len() > SHOWN {
            pids.push(format!("+{}", owners.len() - SHOWN));
        }
        (!pids.is_empty()).then(|| pids.join(","))
    }

    fn queue(&self) -> Value<'static> {
        match self.socket.queue {
            Queue::Accept { waiting, limit: Some(limit) } => {
                Value::text(format!("{waiting}/{limit}"))
            }
            Queue::Accept { waiting, limit: None } => Value::text(waiting.to_string()),
            _ => Value::Missing(Why::NotApplicable),
        }
    }

    fn data(&self, pick: fn(u32, u32) -> u32) -> Value<'static> {
        match self.socket.queue {
            Queue::Data { recv_bytes, send_bytes } => {
                Value::Bytes(pick(recv_bytes, send_bytes).into())
            }
            Queue::Accept { .. } => Value::Missing(Why::NotApplicable),
            Queue::Unknown => Value::Missing(Why::Unknown),
        }
    }

    /// Everybody who reaches the machine reaches it, with all rights.
    fn is_exposed_as_root(&self) -> bool {
        let root = match self.first() {
            Some(row) => row.process.euid.known() == Some(&0),
            None => self.socket.uid == Some(0),
        };
        self.socket.is_listening() && self.socket.local.is_wildcard() && root
    }
}

fn named(end: &Endpoint) -> bool {
    !matches!(end, Endpoint::Unix(UnixName::Unnamed))
}

type C = Column<Ports>;

/// All columns of `ports`.
pub static COLUMNS: &[C] = &[
    C::new("proto", "PROTO", Kind::Text, "tcp, udp, raw; u_str, u_dgr, u_seq: unix", |r| {
        Value::text(r.socket.protocol.to_string())
    })
    .json("protocol")
    .shown(),
    C::new("state", "STATE", Kind::Text, "LISTEN, ESTAB …", |r| {
        Value::text(r.socket.state.to_string())
    }),
    C::new("address", "ADDRESS", Kind::Text, "its own address and port; * is every address", |r| {
        Value::text(r.socket.local.to_string())
    })
    .style(|r| if r.is_exposed_as_root() { Style::Warn } else { Style::Plain })
    .shown()
    .max_width(60),
    C::new("port", "PORT", Kind::Number, "its own port", |r| {
        Value::or_missing(r.socket.local.port().map(u32::from), Why::NotApplicable)
    }),
    C::new("remote", "REMOTE", Kind::Text, "the other end's address and port", |r| {
        match &r.socket.remote {
            Some(remote) if named(remote) => Value::text(remote.to_string()),
            _ => Value::Missing(Why::NotApplicable),
        }
    })
    .max_width(60),
    C::new("accept", "ACCEPT", Kind::Text, "connections that wait, and how many may", |r| {
        r.queue()
    })
    .shown(),
    C::new("receive", "RECV-Q", Kind::Bytes, "received, not read yet", |r| {
        r.data(|received, _| received)
    }),
    C::new("send", "SEND-Q", Kind::Bytes, "sent, not acknowledged yet", |r| r.data(|_, sent| sent)),
    C::new("pid", "PID", Kind::Number, "the process that holds it, the oldest of several", |r| {
        Value::or_missing(r.first().map(|row| row.process.pid()), r.why())
    }),
    C::new("pids", "PIDS", Kind::Text, "all processes that hold it, the oldest first", |r| {
        Value::or_missing(r.pids(), r.why())
    })
    .shown(),
    C::new("program", "PROGRAM", Kind::Text, "names of these processes", |r| match r.programs() {
        Some(names) => Value::raw(names),
        None => Value::Missing(r.why()),
    })
    .shown()
    .max_width(32),
    C::new("user", "USER", Kind::Text, "whose process, or who made the socket", |r| {
        Value::or_missing(r.user(), Why::Unknown)
    })
    .shown(),
    C::new("service", "SERVICE", Kind::Text, "the process's service", |r| {
        let service = r.held_by().iter().find_map(|(row, _)| row.service());
        Value::or_missing(service.map(|service| service.name.as_str()), r.why())
    })
    .shown()
    .max_width(32),
    C::new("netns", "NETNS", Kind::Text, "network namespace, unless it is this one", |r| {
        match r.namespace.own {
            true => Value::Missing(Why::NotApplicable),
            false => Value::text(r.namespace.label.as_str()),
        }
    })
    .shown()
    .max_width(32),
    C::new("interface", "IF", Kind::Number, "index of the interface it is bound to", |r| {
        match r.socket.interface {
            0 => Value::Missing(Why::NotApplicable),
            index => Value::from(index),
        }
    }),
    C::new("inode", "INODE", Kind::Number, "inode number", |r| Value::Uint(r.socket.inode)),
];

/// One socket as a JSON object.
pub fn json(row: &PortRow<'_>) -> Object {
    let mut object = crate::sockets_json::socket(&row.socket);
    object.put("user", Value::or_missing(row.user(), Why::Unknown));
    match &row.owners {
        Owners::Known(owners) => {
            let owners: Vec<_> = owners.iter().map(|(row, fd)| owner(row, *fd).build()).collect();
            object.put_json("processes", owners);
        }
        _ => {
            object.put("processes", Value::Missing(row.why()));
        }
    }
    let mut namespace = Object::new();
    namespace.put("own", row.namespace.own);
    namespace.put("label", row.namespace.label.as_str());
    namespace.put("inode", Value::or_missing(row.namespace.inode, Why::NotPermitted));
    object.put_object("network_namespace", namespace);
    object
}

fn owner(row: &Row<'_>, descriptor: u32) -> Object {
    let mut object = Object::new();
    object.put("pid", row.process.pid()).put("start_ticks", row.process.key.start_ticks);
    object.put("comm", Value::raw(&*row.process.comm)).put("fd", descriptor);
    object.put("user", Value::or_missing(row.user(), Why::Unknown));
    let service = row.service().map(|service| service.name.as_str());
    object.put("service", Value::or_missing(service, Why::NotApplicable));
    object
}
