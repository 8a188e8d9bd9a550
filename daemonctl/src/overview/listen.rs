//! Who of the daemons listens on what.
//!
//! In our network namespace, and in those that lines have of their own.

use std::collections::BTreeMap;
use std::path::Path;

use present::Why;
use present::json::Note;
use process::fact::Fact;
use process::procfs::ProcFs;
use process::sockets::{self, Dump, Protocols, Socket, SocketError, Wanted};

use super::group::Row;
use super::member::Member;
use super::search::Search;

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
pub fn attribute(
    proc: &ProcFs,
    root: &Path,
    members: &[Member],
    rows: &mut [Row],
    sockets: Vec<Socket>,
) -> Walked {
    let mut search = Search::new(proc, members, sockets, rows.len());
    let (order, elsewhere) = by_network(proc, rows);
    search.walk(rows, &order, Some(root));
    let as_root = search.exposures(rows);
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
fn in_network(
    proc: &ProcFs,
    members: &[Member],
    rows: &mut [Row],
    indices: &[usize],
) -> Option<Note> {
    let row = rows.get(*indices.first()?)?;
    let dir = proc.process(*row.pids.first()?).ok()?;
    match sockets::dump_in(dir.as_fd(), &wanted()) {
        Ok(dump) => {
            let mut search = Search::new(proc, members, listening(dump), rows.len());
            search.walk(rows, indices, None);
            search.write(rows, indices);
            None
        }
        Err(error) => {
            let note = no_sockets(&error);
            let note =
                Note { what: format!("{} in the network of {}", note.what, row.name), ..note };
            for index in indices {
                if let Some(row) = rows.get_mut(*index) {
                    row.listens =
                        if error.is_not_permitted() { Fact::NotPermitted } else { Fact::Unknown };
                }
            }
            Some(note)
        }
    }
}

/// A socket as a port.
pub fn port(socket: &Socket) -> Port {
    Port {
        protocol: socket.protocol.to_string(),
        port: socket.local.port().unwrap_or(0),
        local: socket.local.to_string(),
        wildcard: socket.local.is_wildcard(),
    }
}

/// `tcp/80,443 udp/68`.
pub fn compact(ports: &[Port]) -> String {
    let mut pairs: Vec<(&str, u16)> =
        ports.iter().map(|port| (port.protocol.as_str(), port.port)).collect();
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
        let port = |protocol: &str, port, local: &str| Port {
            protocol: protocol.into(),
            port,
            local: local.into(),
            wildcard: true,
        };
        let ports = [
            port("tcp", 443, "*:443"),
            port("udp", 68, "0.0.0.0:68"),
            port("tcp", 80, "0.0.0.0:80"),
            port("tcp", 80, "[::]:80"),
        ];
        assert_eq!(compact(&ports), "tcp/80,443 udp/68");
        assert_eq!(compact(&[]), "");
    }
}
