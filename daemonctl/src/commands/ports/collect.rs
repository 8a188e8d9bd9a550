//! Gathering sockets of all network namespaces, and who holds them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use present::Why;
use present::json::Note;
use process::procfs::{PidDir, ProcFs};
use process::sockets::{self, Dump, Endpoint, Socket, SocketError, UnixName, Wanted};

use super::Chosen;
use super::columns::{Namespace, Owners, PortRow};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::refused;
use crate::snapshot::{Row, Snapshot};

/// What was found.
pub struct Found<'a> {
    /// The sockets: own namespace first, then by protocol and port.
    pub rows: Vec<PortRow<'a>>,
    /// What could not be had.
    pub notes: Vec<Note>,
}

/// Who holds which socket, by its inode.
struct Holders {
    by_inode: HashMap<u64, Vec<(usize, u32)>>,
    refused: usize,
}

/// Gathers.
///
/// # Errors
/// Not even this network namespace's sockets can be listed.
pub fn collect<'a>(
    context: &Context,
    snapshot: &'a Snapshot,
    chosen: &Chosen,
    wanted: &Wanted,
) -> Result<Found<'a>, Failure> {
    let proc = context.proc()?;
    let holders = holders(&proc, snapshot);
    let mut found = Found { rows: Vec::new(), notes: Vec::new() };
    let spaces = namespaces(&proc, snapshot, chosen);
    for space in &spaces {
        let dump = match &space.entrance {
            Some(dir) => sockets::dump_in(dir.as_fd(), wanted),
            None => sockets::dump(wanted),
        };
        let dump = match dump {
            Ok(dump) => dump,
            Err(error) if space.namespace.own => {
                return Err(Failure::failed(format_args!("cannot list sockets: {error}")));
            }
            Err(SocketError::Vanished { .. }) => continue,
            Err(error) => {
                found.notes.push(note(&space.namespace, &error));
                continue;
            }
        };
        add(&mut found, snapshot, dump, &space.namespace, &holders, chosen);
    }
    let unowned = found.rows.iter().any(|row| matches!(row.owners, Owners::NotPermitted));
    if unowned {
        found.notes.extend(refused("who holds some of the sockets", holders.refused));
    }
    found.rows.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(found)
}

fn order<'r>(row: &'r PortRow<'_>) -> (bool, &'r str, String, u16, String) {
    let protocol = row.socket.protocol.to_string();
    let port = row.socket.local.port().unwrap_or(0);
    (!row.namespace.own, &row.namespace.label, protocol, port, row.socket.local.to_string())
}

fn add<'a>(
    found: &mut Found<'a>,
    snapshot: &'a Snapshot,
    dump: Dump,
    namespace: &Rc<Namespace>,
    holders: &Holders,
    chosen: &Chosen,
) {
    // What was read in another way than the best is there all the same.
    let unread = dump.troubles().filter(|part| part.source.is_none());
    let troubles = unread.filter_map(|part| part.trouble.as_ref());
    found.notes.extend(troubles.map(|trouble| note(namespace, trouble)));
    for socket in dump.sockets {
        let held = holders.by_inode.get(&socket.inode).map_or(&[][..], Vec::as_slice);
        if !is_meant(&socket, held, chosen) {
            continue;
        }
        let mut owners: Vec<(Row<'a>, u32)> = held
            .iter()
            .filter_map(|&(index, descriptor)| Some((snapshot.row(index)?, descriptor)))
            .collect();
        owners.sort_by_key(|(row, _)| (row.process.key.start_ticks, row.process.key.pid));
        let owners = match (owners.is_empty(), holders.refused > 0 && socket.inode != 0) {
            (false, _) => Owners::Known(owners),
            (true, true) => Owners::NotPermitted,
            (true, false) => Owners::Nobody,
        };
        found.rows.push(PortRow { snapshot, socket, namespace: Rc::clone(namespace), owners });
    }
}

fn is_meant(socket: &Socket, held: &[(usize, u32)], chosen: &Chosen) -> bool {
    let by_path = |path: &Vec<u8>| match &socket.local {
        Endpoint::Unix(UnixName::Path(name)) => **name == **path,
        _ => false,
    };
    chosen.everything
        || socket.local.port().is_some_and(|port| chosen.ports.contains(&port))
        || chosen.paths.iter().any(by_path)
        || held.iter().any(|(index, _)| chosen.processes.contains(index))
}

fn holders(proc: &ProcFs, snapshot: &Snapshot) -> Holders {
    let mut holders = Holders { by_inode: HashMap::new(), refused: 0 };
    for (index, process) in snapshot.sample.processes.iter().enumerate() {
        if process.stat.is_kernel_thread() || process.stat.is_zombie() {
            continue;
        }
        let Ok(dir) = proc.process(process.pid()) else { continue };
        let by_inode = &mut holders.by_inode;
        let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |descriptor, inode| {
            let held: &mut Vec<(usize, u32)> = by_inode.entry(inode).or_default();
            // A process that has duplicated the descriptor holds it once.
            if held.last().is_none_or(|(last, _)| *last != index) {
                held.push((index, descriptor));
            }
            ControlFlow::Continue(())
        });
        holders.refused += usize::from(matches!(walked, Err(SocketError::NotPermitted { .. })));
    }
    holders
}

/// A network namespace, and a process to enter it by; none for the caller's own.
struct Space {
    namespace: Rc<Namespace>,
    entrance: Option<PidDir>,
}

/// The caller's network namespace, and those of the processes that are meant.
fn namespaces(proc: &ProcFs, snapshot: &Snapshot, chosen: &Chosen) -> Vec<Space> {
    let tables = |pid| {
        let dir = proc.process(pid).ok()?;
        let id = sockets::net_tables_id(dir.as_fd()).ok()?;
        Some((dir, id))
    };
    let own = tables(std::process::id()).map(|(_, id)| id);
    let inode = sockets::own_netns_id().ok();
    let here = Namespace { own: true, label: String::new(), inode };
    let mut spaces = vec![Space { namespace: Rc::new(here), entrance: None }];
    let mut known: Vec<u64> = own.into_iter().collect();
    if own.is_none() {
        // Without a way to tell namespaces apart, only the own one is sure.
        return spaces;
    }
    let everywhere = chosen.everything || !chosen.ports.is_empty() || !chosen.paths.is_empty();
    for (index, process) in snapshot.sample.processes.iter().enumerate() {
        let meant = everywhere || chosen.processes.contains(&index);
        if !meant || process.stat.is_kernel_thread() || process.stat.is_zombie() {
            continue;
        }
        let Some((dir, id)) = tables(process.pid()).filter(|(_, id)| !known.contains(id)) else {
            continue;
        };
        known.push(id);
        let inode = sockets::netns_id(dir.as_fd()).ok();
        let label = snapshot.row(index).map_or_else(String::new, |row| label(&row));
        let namespace = Rc::new(Namespace { own: false, label, inode });
        spaces.push(Space { namespace, entrance: Some(dir) });
    }
    spaces
}

fn label(row: &Row<'_>) -> String {
    match row.container() {
        Some(container) => {
            let id: String = container.id.chars().take(12).collect();
            format!("{}:{id}", container.runtime)
        }
        None => format!("{} ({})", String::from_utf8_lossy(&row.process.comm), row.process.pid()),
    }
}

fn note(namespace: &Namespace, error: &SocketError) -> Note {
    let reason = match error {
        SocketError::NotPermitted { .. } => Why::NotPermitted,
        SocketError::Vanished { .. } => Why::Vanished,
        _ => Why::Unknown,
    };
    let place = match namespace.own {
        true => String::new(),
        false => format!(" in the network namespace of {}", namespace.label),
    };
    Note { what: format!("sockets{place}"), reason, detail: error.to_string() }
}
