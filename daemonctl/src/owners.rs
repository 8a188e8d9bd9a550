//! Who holds a port or a path.

use std::ops::ControlFlow;

use process::sockets::{self, Wanted};

use crate::context::Context;
use crate::failure::Failure;
use crate::snapshot::Snapshot;

/// Processes that listen on a port, or else are connected from it, in this network namespace.
///
/// # Errors
/// The kernel refuses to list sockets, or none of the port's owners may be seen.
pub fn of_port(context: &Context, snapshot: &Snapshot, port: u16) -> Result<Vec<usize>, Failure> {
    for wanted in [Wanted::listeners(), Wanted::everything()] {
        let dump = sockets::dump(&wanted)
            .map_err(|error| Failure::failed(format_args!("cannot list sockets: {error}")))?;
        let inodes: Vec<u64> = dump
            .sockets
            .iter()
            .filter(|socket| socket.local.port() == Some(port) && socket.inode != 0)
            .map(|socket| socket.inode)
            .collect();
        if inodes.is_empty() {
            continue;
        }
        let (found, refused) = holders(context, snapshot, &inodes)?;
        if found.is_empty() && refused {
            return Err(Failure::failed(format_args!(
                "port {port} is in use, by a process that may not be seen"
            ))
            .hint("run it as root (sudo daemonctl …) to see whose it is"));
        }
        return Ok(found);
    }
    Ok(Vec::new())
}

/// Processes that hold one of these sockets, and whether some could not be looked at.
fn holders(
    context: &Context,
    snapshot: &Snapshot,
    inodes: &[u64],
) -> Result<(Vec<usize>, bool), Failure> {
    let proc = context.proc()?;
    let (mut found, mut refused) = (Vec::new(), false);
    for (index, process) in snapshot.sample.processes.iter().enumerate() {
        if process.stat.is_kernel_thread() || process.stat.is_zombie() {
            continue;
        }
        let Ok(dir) = proc.process(process.pid()) else { continue };
        let mut holds = false;
        let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
            holds |= inodes.contains(&inode);
            if holds { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        refused |= walked.is_err();
        if holds {
            found.push(index);
        }
    }
    Ok((found, refused))
}

/// Processes that have a path open, run it, map it, or are in it.
///
/// # Errors
/// `/proc` can't be read, or nobody who may be seen has it while others may not be looked into.
pub fn of_path(context: &Context, snapshot: &Snapshot, path: &[u8]) -> Result<Vec<usize>, Failure> {
    let search = crate::holders::search(context, snapshot, path, process::holders::Scope::Exactly)?;
    let exists = search.wanted.identity.is_some() || search.wanted.remote;
    if search.held.is_empty() && search.refused > 0 && exists {
        let path = String::from_utf8_lossy(path);
        return Err(Failure::failed(format_args!("nobody who may be seen has {path} open"))
            .hint(crate::options::refusal(search.refused)));
    }
    let mut found: Vec<usize> = search.held.iter().map(|held| held.index).collect();
    found.dedup();
    Ok(found)
}
