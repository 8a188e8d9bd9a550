//! What listens, and who holds it: sock_diag(7), and the descriptors of processes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::ops::ControlFlow;

use insight::snapshot::{Holder, Listener, Seen, Unseen};
use process::fact::Fact;
use process::needs::Needs;
use process::sockets::{self, Endpoint, Protocol, Queue, Socket, SocketError, UnixName, Wanted};

use crate::context::Context;
use crate::snapshot::Snapshot;

/// Everything that listens in this network namespace.
pub fn all(context: &Context, unseen: &mut Vec<Unseen>) -> Seen<Vec<Listener>> {
    let dump = match sockets::dump(&Wanted::listeners()) {
        Ok(dump) => dump,
        Err(error) => {
            let seen =
                if error.is_not_permitted() { Seen::NotPermitted } else { Seen::NotMeasured };
            unseen.push(Unseen { what: "sockets".into(), why: error.to_string(), remedy: None });
            return seen;
        }
    };
    let listening: Vec<&Socket> = dump.sockets.iter().filter(|one| one.is_listening()).collect();
    let inodes: HashSet<u64> =
        listening.iter().map(|socket| socket.inode).filter(|inode| *inode != 0).collect();
    let held = holders_of(context, &inodes, unseen);
    let pids: Vec<u32> = held.values().flatten().copied().collect();
    let known = describe(context, pids);
    let listener = |socket: &&Socket| {
        let pids = held.get(&socket.inode).map(Vec::as_slice).unwrap_or_default();
        let holders = pids.iter().filter_map(|pid| known.get(pid).cloned()).collect();
        listener(socket, holders)
    };
    Seen::Known(listening.iter().map(listener).collect())
}

fn listener(socket: &Socket, holders: Vec<Holder>) -> Listener {
    let (mut address, mut path, mut is_dual) = (None, None, false);
    match &socket.local {
        Endpoint::Ip(end) => {
            is_dual = end.dual_stack;
            address = Some(SocketAddr::new(end.address, end.port));
        }
        Endpoint::Unix(UnixName::Path(name)) => {
            path = Some(String::from_utf8_lossy(name).into_owned());
        }
        Endpoint::Unix(UnixName::Abstract(name)) => {
            path = Some(format!("@{}", String::from_utf8_lossy(name)));
        }
        Endpoint::Unix(UnixName::Unnamed) => {}
    }
    let protocol = match socket.protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp | Protocol::UdpLite => "udp",
        Protocol::Raw => "raw",
        Protocol::UnixStream | Protocol::UnixDgram | Protocol::UnixSeqpacket => "unix",
    };
    let queue = match socket.queue {
        Queue::Accept { waiting, limit: Some(limit) } => Some((waiting, limit)),
        _ => None,
    };
    Listener { protocol, address, is_dual, path, holders, queue, namespace: None }
}

/// Pids by the inode of the socket that they hold.
fn holders_of(
    context: &Context,
    inodes: &HashSet<u64>,
    unseen: &mut Vec<Unseen>,
) -> HashMap<u64, Vec<u32>> {
    let mut held: HashMap<u64, Vec<u32>> = HashMap::new();
    let (Ok(proc), false) = (context.proc(), inodes.is_empty()) else { return held };
    let mut refused = 0_usize;
    for pid in proc.pids().unwrap_or_default() {
        let Ok(dir) = proc.process(pid) else { continue };
        let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
            if inodes.contains(&inode) {
                let pids = held.entry(inode).or_default();
                if !pids.contains(&pid) {
                    pids.push(pid);
                }
            }
            ControlFlow::Continue(())
        });
        refused += usize::from(matches!(walked, Err(SocketError::NotPermitted { .. })));
    }
    if refused > 0 {
        unseen.push(Unseen {
            what: format!("which sockets {refused} processes hold"),
            why: "not permitted".to_owned(),
            remedy: Some("root".to_owned()),
        });
    }
    held
}

/// What these processes are, and to which services they belong.
pub fn describe(context: &Context, mut pids: Vec<u32>) -> BTreeMap<u32, Holder> {
    pids.sort_unstable();
    pids.dedup();
    if pids.is_empty() {
        return BTreeMap::new();
    }
    let Ok(snapshot) = Snapshot::near(context, &pids, Needs::NOTHING) else {
        return BTreeMap::new();
    };
    let holder = |pid: u32| {
        let is_it = |process: &process::process::Process| process.pid() == pid;
        let index = snapshot.sample.processes.iter().position(is_it)?;
        let row = snapshot.row(index)?;
        Some((pid, of_row(&row)))
    };
    pids.into_iter().filter_map(holder).collect()
}

fn of_row(row: &crate::snapshot::Row<'_>) -> Holder {
    let command = match &row.process.cmdline {
        Fact::Known(arguments) => {
            let words = arguments.split(|byte| *byte == 0).map(String::from_utf8_lossy);
            words.collect::<Vec<_>>().join(" ").trim_end().to_owned()
        }
        _ => String::new(),
    };
    Holder {
        pid: row.process.pid(),
        name: String::from_utf8_lossy(&row.process.comm).into_owned(),
        command,
        service: row.service().map(|service| service.name.clone()),
    }
}
