//! The sockets behind `socket:[12345]`.

use std::collections::{HashMap, HashSet};

use present::Why;
use present::json::Note;
use process::procfs::PidDir;
use process::sockets::{self, Endpoint, Socket, UnixName, Wanted};

/// Sockets by inode, of all network namespaces looked at so far.
pub struct Sockets {
    by_inode: HashMap<u64, Socket>,
    namespaces: HashSet<Option<u64>>,
}

impl Sockets {
    /// None yet.
    pub fn new() -> Sockets {
        Sockets { by_inode: HashMap::new(), namespaces: HashSet::new() }
    }

    /// Reads the sockets of the network namespace that a process is in, once; gives what could not
    /// be had.
    pub fn learn(&mut self, dir: &PidDir) -> Vec<Note> {
        let namespace = sockets::net_tables_id(dir.as_fd()).ok();
        if !self.namespaces.insert(namespace) {
            return Vec::new();
        }
        let wanted = Wanted { tcp_info: false, ..Wanted::everything() };
        match sockets::dump_in(dir.as_fd(), &wanted) {
            Ok(dump) => {
                let unread = dump.troubles().filter(|part| part.source.is_none());
                let notes = unread.filter_map(|part| part.trouble.as_ref()).map(note).collect();
                self.by_inode.extend(
                    dump.sockets
                        .into_iter()
                        .filter(|socket| socket.inode != 0)
                        .map(|socket| (socket.inode, socket)),
                );
                notes
            }
            Err(error) => vec![note(&error)],
        }
    }

    /// A socket and a line that describes it.
    pub fn describe(&self, inode: u64) -> Option<(&Socket, String)> {
        let socket = self.by_inode.get(&inode)?;
        Some((socket, self.line(socket)))
    }

    fn line(&self, socket: &Socket) -> String {
        let named = |end: &Endpoint| !matches!(end, Endpoint::Unix(UnixName::Unnamed));
        let peer = socket.unix.as_ref().and_then(|unix| unix.peer_inode);
        let peer_end = peer.and_then(|peer| self.by_inode.get(&peer)).map(|socket| &socket.local);
        let mut line = socket.protocol.to_string();
        if named(&socket.local) {
            line.push_str(&format!(" {}", socket.local));
        }
        match (&socket.remote, peer_end, peer) {
            (Some(remote), ..) if named(remote) => line.push_str(&format!(" -> {remote}")),
            (_, Some(end), _) if named(end) => line.push_str(&format!(" -> {end}")),
            (_, _, Some(peer)) => line.push_str(&format!(" -> socket:[{peer}]")),
            _ => {}
        }
        line.push_str(&format!(" {}", socket.state));
        line
    }
}

fn note(error: &sockets::SocketError) -> Note {
    let reason = match error {
        sockets::SocketError::NotPermitted { .. } => Why::NotPermitted,
        sockets::SocketError::Vanished { .. } => Why::Vanished,
        _ => Why::Unknown,
    };
    Note { what: "endpoints of sockets".to_owned(), reason, detail: error.to_string() }
}
