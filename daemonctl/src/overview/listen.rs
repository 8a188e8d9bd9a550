//! Who of the daemons listens on what.
//!
//! A walk over a process's descriptors costs microseconds for each of them, so main processes are
//! walked first, the others only for sockets that are still without an owner, and nobody once all
//! have one.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::Path;

use present::Why;
use present::json::Note;
use process::fact::Fact;
use process::procfs::ProcFs;
use process::sockets::{self, Dump, Protocols, Socket, SocketError, Wanted};

use super::group::{Row, RowKind};
use super::member::Member;
use super::memory;

/// Local ports that the kernel gives out by itself begin here unless told otherwise (ip(7)): a UDP
/// socket on one of them is mostly a client's, which looks like a listener.
const EPHEMERAL_FROM: u16 = 32_768;

/// Each network namespace beside ours costs a few system calls; of more than these nothing is told.
const MOST_NETWORKS: usize = 64;

/// One thing to listen on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// `tcp` or `udp`.
    pub protocol: String,
    /// The port.
    pub port: u16,
    /// Address and port, as ss(8) writes them.
    pub local: String,
    /// All addresses.
    pub wildcard: bool,
}

/// A line that listens on all addresses as root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Index of the line.
    pub row: usize,
    /// Its processes that do.
    pub pids: Vec<u32>,
    /// Where, in short.
    pub ports: String,
}

/// What [`attribute`] found beside the ports themselves.
#[derive(Debug, Default)]
pub struct Walked {
    /// Who is exposed as root.
    pub as_root: Vec<Exposure>,
    /// What could not be seen.
    pub notes: Vec<Note>,
}

/// What listens in our network namespace.
///
/// # Errors
/// A note that says why the sockets can't be listed.
pub fn listeners() -> Result<Vec<Socket>, Note> {
    sockets::dump(&wanted()).map(listening).map_err(|error| no_sockets(&error))
}

fn wanted() -> Wanted {
    let protocols = Protocols { tcp: true, udp: true, udplite: false, raw: false, unix: false };
    Wanted { protocols, ..Wanted::listeners() }
}

fn listening(dump: Dump) -> Vec<Socket> {
    dump.sockets.into_iter().filter(|socket| socket.inode != 0 && socket.is_listening()).collect()
}

fn no_sockets(error: &SocketError) -> Note {
    let reason = if error.is_not_permitted() { Why::NotPermitted } else { Why::Unknown };
    Note { what: "listening sockets".to_owned(), reason, detail: error.to_string() }
}

/// Finds the owners of the sockets and writes them into the lines.
pub fn attribute(proc: &ProcFs, root: &Path, members: &[Member], rows: &mut [Row], sockets: Vec<Socket>) -> Walked {
    let mut search = Search::new(proc, members, sockets, rows.len());
    let (mut order, elsewhere) = by_network(proc, rows);
    // What the first process holds, it may hold for a service that has it too.
    order.sort_by_key(|&index| rows.get(index).map(|row| row.kind == RowKind::Init));
    search.walk(rows, &order);
    let as_root = search.exposures(rows);
    search.by_control_group(root, rows);
    let mut notes: Vec<Note> = search.unseen().into_iter().collect();
    search.write(rows, &order);
    for (nth, indices) in elsewhere.into_values().enumerate() {
        if nth < MOST_NETWORKS {
            notes.extend(in_network(proc, members, rows, &indices));
        }
    }
    Walked { as_root, notes }
}

/// Lines whose main process is in our network, and the others by theirs.
fn by_network(proc: &ProcFs, rows: &[Row]) -> (Vec<usize>, BTreeMap<u64, Vec<usize>>) {
    let network = |pid| sockets::net_tables_id(proc.process(pid).ok()?.as_fd()).ok();
    let own = network(std::process::id());
    let (mut ours, mut elsewhere) = (Vec::new(), BTreeMap::<u64, Vec<usize>>::new());
    for (index, row) in rows.iter().enumerate() {
        let theirs = row.pids.first().and_then(|&pid| network(pid));
        match theirs.filter(|theirs| own.is_some_and(|own| own != *theirs)) {
            Some(theirs) => elsewhere.entry(theirs).or_default().push(index),
            None => ours.push(index),
        }
    }
    (ours, elsewhere)
}

/// The sockets of lines that have a network of their own, as containers do.
fn in_network(proc: &ProcFs, members: &[Member], rows: &mut [Row], indices: &[usize]) -> Option<Note> {
    let row = rows.get(*indices.first()?)?;
    let dir = proc.process(*row.pids.first()?).ok()?;
    match sockets::dump_in(dir.as_fd(), &wanted()) {
        Ok(dump) => {
            let mut search = Search::new(proc, members, listening(dump), rows.len());
            search.walk(rows, indices);
            search.write(rows, indices);
            None
        }
        Err(error) => {
            let note = no_sockets(&error);
            let note = Note { what: format!("{} in the network of {}", note.what, row.name), ..note };
            for index in indices {
                if let Some(row) = rows.get_mut(*index) {
                    row.listens = if error.is_not_permitted() { Fact::NotPermitted } else { Fact::Unknown };
                }
            }
            Some(note)
        }
    }
}

/// A socket and the line that holds it.
struct Found {
    socket: Socket,
    row: Option<usize>,
    holder: Option<u32>,
}

struct Search<'a> {
    proc: &'a ProcFs,
    members: HashMap<u32, &'a Member>,
    /// Several sockets can have one inode (Multipath TCP).
    by_inode: HashMap<u64, Vec<usize>>,
    found: Vec<Found>,
    /// Inodes without an owner yet.
    open: usize,
    /// Lines with a process that may not be looked at.
    denied: Vec<bool>,
}

impl<'a> Search<'a> {
    fn new(proc: &'a ProcFs, members: &'a [Member], sockets: Vec<Socket>, rows: usize) -> Search<'a> {
        let mut by_inode: HashMap<u64, Vec<usize>> = HashMap::new();
        for (index, socket) in sockets.iter().enumerate() {
            by_inode.entry(socket.inode).or_default().push(index);
        }
        Search {
            proc,
            members: members.iter().map(|member| (member.pid, member)).collect(),
            open: by_inode.len(),
            by_inode,
            found: sockets.into_iter().map(|socket| Found { socket, row: None, holder: None }).collect(),
            denied: vec![false; rows],
        }
    }

    fn walk(&mut self, rows: &[Row], order: &[usize]) {
        let pids = |index: usize| rows.get(index).map_or(&[][..], |row| row.pids.as_slice());
        for &index in order {
            if let Some(&main) = pids(index).first() {
                self.walk_one(index, main);
            }
        }
        for &index in order {
            for &pid in pids(index).iter().skip(1) {
                if self.may_have_made(pid) {
                    self.walk_one(index, pid);
                }
            }
        }
    }

    /// A socket that the main process doesn't have was made by this one, as its own user.
    fn may_have_made(&self, pid: u32) -> bool {
        let uid = self.members.get(&pid).and_then(|member| member.uid);
        self.found.iter().any(|found| {
            found.row.is_none() && (found.socket.uid.is_none() || uid.is_none() || uid == Some(0) || found.socket.uid == uid)
        })
    }

    fn walk_one(&mut self, row: usize, pid: u32) {
        if self.open == 0 {
            return;
        }
        let Ok(dir) = self.proc.process(pid) else { return };
        let (by_inode, found, open) = (&self.by_inode, &mut self.found, &mut self.open);
        let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
            let mut fresh = false;
            for place in by_inode.get(&inode).into_iter().flatten() {
                if let Some(found) = found.get_mut(*place).filter(|found| found.row.is_none()) {
                    (found.row, found.holder) = (Some(row), Some(pid));
                    fresh = true;
                }
            }
            *open -= usize::from(fresh);
            if *open == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if walked.is_err_and(|error| error.is_not_permitted()) {
            if let Some(denied) = self.denied.get_mut(row) {
                *denied = true;
            }
        }
    }

    /// Lines that hold a socket on all addresses with processes of root's only: a worker that gave
    /// up root and holds it too is the one that serves it.
    fn exposures(&self, rows: &[Row]) -> Vec<Exposure> {
        let mut by_row: HashMap<usize, (Vec<Port>, Vec<u32>)> = HashMap::new();
        for found in &self.found {
            let (Some(index), Some(pid)) = (found.row, found.holder) else { continue };
            let Some(row) = rows.get(index).filter(|row| row.kind != RowKind::Init) else { continue };
            let port = port(&found.socket);
            let client = port.protocol != "tcp" && port.port >= EPHEMERAL_FROM;
            if !port.wildcard || client || !self.runs_as_root(pid) || self.is_served_by_another(row, found) {
                continue;
            }
            let entry = by_row.entry(index).or_default();
            entry.0.push(port);
            if !entry.1.contains(&pid) {
                entry.1.push(pid);
            }
        }
        let exposure = |(row, (ports, pids)): (usize, (Vec<Port>, Vec<u32>))| Exposure { row, pids, ports: compact(&ports) };
        let mut exposures: Vec<Exposure> = by_row.into_iter().map(exposure).collect();
        exposures.sort_by_key(|exposure| exposure.row);
        exposures
    }

    fn runs_as_root(&self, pid: u32) -> bool {
        self.members.get(&pid).is_some_and(|member| member.uid == Some(0))
    }

    fn is_served_by_another(&self, row: &Row, found: &Found) -> bool {
        let holds = |pid: u32| {
            let Ok(dir) = self.proc.process(pid) else { return false };
            let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
                if inode == found.socket.inode { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            walked.is_ok_and(|walk| walk.stopped)
        };
        row.pids.iter().any(|&pid| !self.runs_as_root(pid) && holds(pid))
    }

    /// Whoever may not look at descriptors may still see in which control group a socket was made.
    fn by_control_group(&mut self, root: &Path, rows: &[Row]) {
        let mounted = ["sys/fs/cgroup", "sys/fs/cgroup/unified"].map(|path| root.join(path));
        let Some(mounted) = mounted.iter().find(|path| path.join("cgroup.procs").exists()) else { return };
        for (index, row) in rows.iter().enumerate() {
            let denied = self.denied.get(index).copied().unwrap_or(false);
            let Some(group) = row.cgroup.as_deref().filter(|_| denied && self.open > 0) else { continue };
            // A group that is not this service's own holds others' sockets too.
            let Some(id) = memory::group_of(group, &row.name).and_then(|group| inode(&mounted.join(group))) else { continue };
            for found in self.found.iter_mut().filter(|found| found.row.is_none() && found.socket.cgroup_id == Some(id)) {
                found.row = Some(index);
            }
        }
    }

    /// A note on the sockets without an owner, if some processes may not be looked at.
    fn unseen(&self) -> Option<Note> {
        let ports: Vec<Port> = self.found.iter().filter(|found| found.row.is_none()).map(|found| port(&found.socket)).collect();
        if ports.is_empty() || !self.denied.contains(&true) {
            return None;
        }
        Some(Note {
            what: format!("who listens on {}", compact(&ports)),
            reason: Why::NotPermitted,
            detail: "only root may see what other users' processes have open".to_owned(),
        })
    }

    fn write(&self, rows: &mut [Row], order: &[usize]) {
        let complete = self.found.iter().all(|found| found.row.is_some());
        for &index in order {
            let Some(row) = rows.get_mut(index).filter(|row| !row.pids.is_empty()) else { continue };
            let ports = self.found.iter().filter(|found| found.row == Some(index));
            let mut ports: Vec<Port> = ports.map(|found| port(&found.socket)).collect();
            ports.sort_unstable();
            ports.dedup();
            let denied = self.denied.get(index).copied().unwrap_or(false);
            row.listens = if ports.is_empty() && denied && !complete { Fact::NotPermitted } else { Fact::Known(ports) };
        }
    }
}

/// A control group's id is its folder's inode.
fn inode(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(folder).ok()?.ino())
}

fn port(socket: &Socket) -> Port {
    Port {
        protocol: socket.protocol.to_string(),
        port: socket.local.port().unwrap_or(0),
        local: socket.local.to_string(),
        wildcard: socket.local.is_wildcard(),
    }
}

/// `tcp/80,443 udp/68`.
pub fn compact(ports: &[Port]) -> String {
    let mut pairs: Vec<(&str, u16)> = ports.iter().map(|port| (port.protocol.as_str(), port.port)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut text = String::new();
    let mut last = "";
    for (protocol, port) in pairs {
        let lead = match last {
            "" => format!("{protocol}/"),
            same if same == protocol => ",".to_owned(),
            _ => format!(" {protocol}/"),
        };
        text.push_str(&lead);
        text.push_str(&port.to_string());
        last = protocol;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_in_short() {
        let port = |protocol: &str, port, local: &str| Port { protocol: protocol.into(), port, local: local.into(), wildcard: true };
        let ports = [port("tcp", 443, "*:443"), port("udp", 68, "0.0.0.0:68"), port("tcp", 80, "0.0.0.0:80"), port("tcp", 80, "[::]:80")];
        assert_eq!(compact(&ports), "tcp/80,443 udp/68");
        assert_eq!(compact(&[]), "");
    }
}
