//! TCP connections of processes by state, and listening sockets whose queue is full.

use std::collections::HashMap;

use insight::snapshot::{Connections, Process, Seen};
use process::procfs::ProcFs;
use process::sockets::{Dump, Endpoint, Protocol, Protocols, Queue, Socket, SocketState, Wanted};
use process::sockets::{dump_in, net_tables_id};

use super::descriptors::Inodes;

/// So many network namespaces are asked at most: each is a thread and a few system calls.
const NAMESPACES_MAX: usize = 16;

/// Listening and connected TCP sockets and listening Unix ones, without the counters.
const WANTED: Wanted = Wanted {
    listening: true,
    connected: true,
    time_wait: false,
    tcp_info: false,
    protocols: Protocols { tcp: true, udp: false, udplite: false, raw: false, unix: false },
};

/// Fills in what each process has to do with TCP. `inodes`: its sockets.
pub(super) fn fill(proc: &ProcFs, processes: &mut [Process], inodes: &Inodes) {
    let mut dumps: HashMap<u64, Option<Dump>> = HashMap::new();
    for process in processes {
        if process.descriptors == Seen::NotPermitted {
            process.connections = Seen::NotPermitted;
        }
        let Some(own) = inodes.get(&process.pid) else { continue };
        if own.is_empty() {
            process.connections = Seen::Known(Connections::default());
            continue;
        }
        let Ok(dir) = proc.process(process.pid) else { continue };
        let Ok(namespace) = net_tables_id(dir.as_fd()) else { continue };
        if dumps.len() >= NAMESPACES_MAX && !dumps.contains_key(&namespace) {
            continue;
        }
        let dump = dumps.entry(namespace).or_insert_with(|| dump_in(dir.as_fd(), &WANTED).ok());
        let Some(dump) = dump else { continue };
        let mut own = own.clone();
        own.sort_unstable();
        own.dedup();
        let is_own =
            |socket: &&Socket| socket.inode != 0 && own.binary_search(&socket.inode).is_ok();
        let sockets: Vec<&Socket> = dump.sockets.iter().filter(is_own).collect();
        process.connections = Seen::Known(connections(&sockets));
        process.full_queues = sockets.iter().filter_map(|socket| full(socket)).collect();
    }
}

fn connections(sockets: &[&Socket]) -> Connections {
    let mut sum = Connections::default();
    let mut peers: HashMap<String, u32> = HashMap::new();
    for socket in sockets.iter().filter(|socket| socket.protocol == Protocol::Tcp) {
        match socket.state {
            SocketState::Listen | SocketState::Unconnected => continue,
            SocketState::CloseWait => {
                sum.close_wait += 1;
                if let Some(Endpoint::Ip(peer)) = &socket.remote {
                    *peers.entry(peer.address.to_string()).or_default() += 1;
                }
            }
            SocketState::SynSent | SocketState::SynRecv => sum.syn += 1,
            _ => {}
        }
        sum.total += 1;
    }
    let most = peers.into_iter().max_by(|one, other| (one.1, &other.0).cmp(&(other.1, &one.0)));
    sum.close_wait_peer = most.map(|(peer, _)| peer);
    sum
}

/// A queue that holds as many as it may: the kernel drops what comes next (listen(2), `tcp_abort_on_overflow`).
fn full(socket: &Socket) -> Option<(String, u32, u32)> {
    match socket.queue {
        Queue::Accept { waiting, limit: Some(limit) } if limit > 0 && waiting >= limit => {
            Some((socket.local.to_string(), waiting, limit))
        }
        _ => None,
    }
}
