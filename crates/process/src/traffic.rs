//! What each process has to do with the network: bytes of its TCP connections, how many those are,
//! and what it listens on.
//!
//! [`join`] asks each network namespace that processes of the sample hold sockets in once, and
//! gives the sockets to processes by inode. A socket that several processes hold (a listener of a
//! prefork server, a connection that a child inherited) counts for each of them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::fact::Fact;
use crate::needs::Needs;
use crate::process::Process;
use crate::procfs::ProcFs;
use crate::sample::Sample;
use crate::sockets::{
    self, Dump, Protocol, Protocols, Socket, SocketError, SocketState, Source, TcpFigures, Wanted,
};

/// A process and the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Bytes that came in by the TCP connections that are open now.
    pub bytes_in: Fact<u64>,
    /// Bytes that went out by them, each counted once however often it was sent.
    pub bytes_out: Fact<u64>,
    /// TCP connections.
    pub connections: Fact<u32>,
    /// Ports that it listens on, TCP first, each once.
    pub listens: Fact<Vec<Listener>>,
}

/// A port that is listened on, whatever the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    udp: bool,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", if self.udp { "udp" } else { "tcp" }, self.port)
    }
}

impl Network {
    fn all(why: Fact<()>) -> Network {
        Network {
            bytes_in: why.map(|()| 0),
            bytes_out: why.map(|()| 0),
            connections: why.map(|()| 0),
            listens: why.map(|()| Vec::new()),
        }
    }
}

/// One for each process, in the sample's order. The sample must have been taken with
/// [`Needs::SOCKETS`]; [`Needs::CONNECTIONS`] and [`Needs::LISTENERS`] say what is wanted.
pub fn join(proc: &ProcFs, sample: &Sample, needs: Needs) -> Vec<Network> {
    let own = sockets::own_net_tables_id().ok();
    let mut namespaces: BTreeMap<u64, Vec<&Process>> = BTreeMap::new();
    for process in &sample.processes {
        if let Some(id) = process.extra.as_deref().and_then(|extra| extra.net_tables.known()) {
            namespaces.entry(*id).or_default().push(process);
        }
    }
    let mut tables = Tables::default();
    for (id, members) in namespaces {
        let ask = |wanted: &Wanted| {
            if own == Some(id) {
                sockets::dump(wanted)
            } else {
                dump_of(proc, id, &members, wanted)
            }
        };
        if needs.any(Needs::CONNECTIONS) {
            tables.add_connections(id, ask(&Wanted::tcp_traffic()));
        }
        if needs.any(Needs::LISTENERS) {
            tables.add_listeners(id, ask(&LISTENERS));
        }
    }
    sample.processes.iter().map(|process| tables.of(process, needs)).collect()
}

/// Listening TCP and UDP.
const LISTENERS: Wanted = Wanted {
    protocols: Protocols { tcp: true, udp: true, udplite: false, raw: false, unix: false },
    ..Wanted::listeners()
};

/// The sockets of another network namespace, by way of a process that is still in it.
fn dump_of(
    proc: &ProcFs,
    id: u64,
    members: &[&Process],
    wanted: &Wanted,
) -> Result<Dump, SocketError> {
    let mut last = SocketError::Vanished { action: sockets::Action::EnterNamespace };
    for member in members {
        let Ok(dir) = proc.process(member.pid()) else { continue };
        // The pid may be another process by now, or the process may have moved.
        if sockets::net_tables_id(dir.as_fd()) != Ok(id) {
            continue;
        }
        match sockets::dump_in(dir.as_fd(), wanted) {
            Err(error @ SocketError::Vanished { .. }) => last = error,
            other => return other,
        }
    }
    Err(last)
}

/// The sockets of all namespaces, by inode, and what could not be had of each.
#[derive(Default)]
struct Tables {
    connections: HashMap<u64, Connection>,
    listeners: HashMap<u64, Listener>,
    /// Namespaces whose connections, or whose listeners, are not all known, and why.
    no_connections: HashMap<u64, Fact<()>>,
    no_listeners: HashMap<u64, Fact<()>>,
}

/// What a socket of connected TCP carried; of Multipath TCP, all its flows together.
#[derive(Clone, Copy)]
struct Connection {
    bytes_in: Fact<u64>,
    bytes_out: Fact<u64>,
}

impl Tables {
    fn add_connections(&mut self, id: u64, dump: Result<Dump, SocketError>) {
        let (found, trouble) = taken(dump);
        self.no_connections.extend(trouble.map(|why| (id, why.lost)));
        let without_figures = trouble.map_or(Fact::Unknown, |why| why.figures);
        let waiting =
            |socket: &Socket| matches!(socket.state, SocketState::SynSent | SocketState::SynRecv);
        for socket in found.iter().filter(|socket| socket.inode != 0 && !waiting(socket)) {
            let carried = match &socket.tcp {
                Some(figures) => Connection {
                    bytes_in: bytes_in(figures, socket.state).into(),
                    bytes_out: bytes_out(figures).into(),
                },
                None => Connection {
                    bytes_in: without_figures.map(|()| 0),
                    bytes_out: without_figures.map(|()| 0),
                },
            };
            let none = Connection { bytes_in: Fact::Known(0), bytes_out: Fact::Known(0) };
            let sum = self.connections.entry(socket.inode).or_insert(none);
            sum.bytes_in = added(sum.bytes_in, carried.bytes_in);
            sum.bytes_out = added(sum.bytes_out, carried.bytes_out);
        }
    }

    fn add_listeners(&mut self, id: u64, dump: Result<Dump, SocketError>) {
        let (found, trouble) = taken(dump);
        self.no_listeners.extend(trouble.map(|why| (id, why.lost)));
        for socket in found.iter().filter(|socket| socket.is_listening()) {
            let udp = match socket.protocol {
                Protocol::Tcp => false,
                Protocol::Udp => true,
                _ => continue,
            };
            if let (Some(port), true) = (socket.local.port(), socket.inode != 0) {
                self.listeners.insert(socket.inode, Listener { udp, port });
            }
        }
    }

    fn of(&self, process: &Process, needs: Needs) -> Network {
        if process.stat.is_kernel_thread() || process.stat.is_zombie() {
            return Network::all(Fact::NotApplicable);
        }
        let Some(extra) = process.extra.as_deref() else { return Network::all(Fact::NotMeasured) };
        let inodes = match extra.sockets.as_ref() {
            Fact::Known(inodes) => inodes,
            // It ended while it was looked at.
            Fact::NotApplicable => return Network::all(Fact::Unknown),
            other => return Network::all(other.map(|_| ())),
        };
        let lost = |wanted, lost: &HashMap<u64, Fact<()>>| match extra.net_tables {
            _ if !needs.any(wanted) => Fact::NotMeasured,
            // No sockets, so that nobody asked where they are.
            _ if inodes.is_empty() => Fact::Known(()),
            Fact::Known(id) => lost.get(&id).copied().unwrap_or(Fact::Known(())),
            Fact::NotPermitted => Fact::NotPermitted,
            _ => Fact::Unknown,
        };
        let mut network = Network::all(lost(Needs::CONNECTIONS, &self.no_connections));
        network.listens = lost(Needs::LISTENERS, &self.no_listeners).map(|()| self.ports(inodes));
        for carried in inodes.iter().filter_map(|inode| self.connections.get(inode)) {
            network.bytes_in = added(network.bytes_in, carried.bytes_in);
            network.bytes_out = added(network.bytes_out, carried.bytes_out);
            network.connections = network.connections.map(|count| count + 1);
        }
        network
    }

    fn ports(&self, inodes: &[u64]) -> Vec<Listener> {
        let mut ports: Vec<Listener> =
            inodes.iter().filter_map(|inode| self.listeners.get(inode).copied()).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}

/// What a dump is not good for.
#[derive(Clone, Copy)]
struct Trouble {
    /// Whether sockets may be missing from it (then it is not `Known`).
    lost: Fact<()>,
    /// Why sockets of it have no figures.
    figures: Fact<()>,
}

/// The sockets of a dump, and what they are not good for.
fn taken(dump: Result<Dump, SocketError>) -> (Vec<Socket>, Option<Trouble>) {
    let dump = match dump {
        Ok(dump) => dump,
        Err(error) => {
            return (Vec::new(), Some(Trouble { lost: reason(error), figures: reason(error) }));
        }
    };
    let worst = dump.parts.iter().filter_map(|part| {
        let why = reason(part.trouble?);
        let lost = match part.source {
            Some(Source::ProcNet | Source::Absent) => Fact::Known(()),
            // Came and went while the kernel walked: the next look shows them.
            Some(Source::SockDiag)
                if matches!(part.trouble, Some(SocketError::Disturbed { .. })) =>
            {
                Fact::Known(())
            }
            Some(Source::SockDiag) | None => why,
        };
        Some(Trouble { lost, figures: why })
    });
    let worst = worst.max_by_key(|trouble| trouble.lost != Fact::Known(()));
    (dump.sockets, worst)
}

fn reason(error: SocketError) -> Fact<()> {
    if error.is_not_permitted() { Fact::NotPermitted } else { Fact::Unknown }
}

/// A sum is known if all of it is.
fn added(sum: Fact<u64>, more: Fact<u64>) -> Fact<u64> {
    match (sum, more) {
        (Fact::Known(sum), Fact::Known(more)) => Fact::Known(sum.saturating_add(more)),
        (Fact::Known(_), missing) => missing,
        (missing, _) => missing,
    }
}

/// The kernel counts the other side's FIN, which takes a sequence number, as a byte.
fn bytes_in(figures: &TcpFigures, state: SocketState) -> Option<u64> {
    let ended =
        matches!(state, SocketState::CloseWait | SocketState::LastAck | SocketState::Closing);
    Some(figures.bytes_received?.saturating_sub(u64::from(ended)))
}

/// What was sent, once; before Linux 4.19 what was acknowledged, in which the SYN counts as a byte.
fn bytes_out(figures: &TcpFigures) -> Option<u64> {
    match (figures.bytes_sent, figures.bytes_retransmitted) {
        (Some(sent), Some(again)) => Some(sent.saturating_sub(again)),
        _ => figures.bytes_acked.map(|acked| acked.saturating_sub(1)),
    }
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;
