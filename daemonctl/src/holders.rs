//! Who has a path open, over all processes.

use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use process::holders::{Match, Role, Scope, Wanted, uses};
use process::locality::Mounts;
use process::procfs::ReadError;
use process::sockets::{self, Endpoint, Protocols, Socket, UnixName};

use crate::context::Context;
use crate::failure::Failure;
use crate::snapshot::Snapshot;

/// One use of the path by one process.
#[derive(Debug, Clone)]
pub struct Held {
    /// The process, in the snapshot.
    pub index: usize,
    /// What for.
    pub role: Role,
    /// The path it uses.
    pub target: Box<[u8]>,
    /// How it is known to be the one.
    pub how: Match,
}

/// What a search has found.
#[derive(Debug)]
pub struct Search {
    /// What was searched for.
    pub wanted: Wanted,
    /// The uses, by process.
    pub held: Vec<Held>,
    /// Processes that could not be looked into.
    pub refused: usize,
}

/// Searches all processes of the snapshot.
///
/// # Errors
/// `/proc` can't be read, or the path makes no sense.
pub fn search(
    context: &Context,
    snapshot: &Snapshot,
    path: &[u8],
    scope: Scope,
) -> Result<Search, Failure> {
    let proc = context.proc()?;
    let mut mounts = Mounts::of_machine(&proc);
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    let mut wanted = Wanted::resolve(path, scope, &mounts).map_err(|error| {
        Failure::failed(format_args!("cannot make out {}: {error}", path.display()))
    })?;
    wanted.sockets = bound_to(&wanted);
    let mut search = Search { wanted, held: Vec::new(), refused: 0 };
    for (index, process) in snapshot.sample.processes.iter().enumerate() {
        if process.stat.is_kernel_thread() || process.stat.is_zombie() {
            continue;
        }
        let Ok(dir) = proc.process(process.pid()) else { continue };
        let found = uses(&dir, &search.wanted, &mut mounts, &mut |used| {
            search.held.push(Held {
                index,
                role: used.role,
                target: Box::from(used.target),
                how: used.how,
            });
            ControlFlow::Continue(())
        });
        search.refused += usize::from(found == Err(ReadError::NotPermitted));
    }
    Ok(search)
}

/// Inodes of the unix sockets that are bound to the path.
fn bound_to(wanted: &Wanted) -> Vec<u64> {
    let unix = Protocols { tcp: false, udp: false, udplite: false, raw: false, unix: true };
    let all = sockets::Wanted { protocols: unix, ..sockets::Wanted::everything() };
    // Without a list of sockets the path is still searched for as a file.
    let Ok(dump) = sockets::dump(&all) else { return Vec::new() };
    let bound = |socket: &Socket| match &socket.local {
        Endpoint::Unix(UnixName::Path(path)) => **path == *wanted.path,
        _ => false,
    };
    dump.sockets.iter().filter(|socket| bound(socket)).map(|socket| socket.inode).collect()
}
