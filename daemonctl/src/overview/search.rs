//! The search for the owners of listening sockets.
//!
//! A walk over a process's descriptors costs microseconds for each of them, so main processes are
//! walked first; then control groups tell; the others are walked only for sockets that are still
//! without an owner, and nobody once all have one.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use present::Why;
use present::json::Note;
use process::fact::Fact;
use process::procfs::ProcFs;
use process::sockets::{self, Socket};

use super::group::{Row, RowKind};
use super::listen::{Exposure, Port, compact, port};
use super::member::Member;
use super::memory;

/// Local ports that the kernel gives out by itself begin here unless told otherwise (ip(7)): a UDP
/// socket on one of them is mostly a client's, which looks like a listener.
const EPHEMERAL_FROM: u16 = 32_768;

/// Fewer walks than this are done before a thread is started.
const WALKS_FOR_A_THREAD: usize = 32;

/// A socket and the line that holds it.
struct Found {
    socket: Socket,
    row: Option<usize>,
    holder: Option<u32>,
}

/// Sockets, and what is known of their owners.
pub struct Search<'a> {
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
    /// `rows` is how many lines there are.
    pub fn new(
        proc: &'a ProcFs,
        members: &'a [Member],
        sockets: Vec<Socket>,
        rows: usize,
    ) -> Search<'a> {
        let mut by_inode: HashMap<u64, Vec<usize>> = HashMap::new();
        for (index, socket) in sockets.iter().enumerate() {
            by_inode.entry(socket.inode).or_default().push(index);
        }
        Search {
            proc,
            members: members.iter().map(|member| (member.pid, member)).collect(),
            open: by_inode.len(),
            by_inode,
            found: sockets
                .into_iter()
                .map(|socket| Found { socket, row: None, holder: None })
                .collect(),
            denied: vec![false; rows],
        }
    }

    /// Finds the owners among these lines. `root` is where to look for control groups, if they tell of these sockets.
    pub fn walk(&mut self, rows: &[Row], order: &[usize], root: Option<&Path>) {
        // What the first process holds, it may hold for a service that has it too: it comes last.
        let is_init = |index: usize| rows.get(index).is_some_and(|row| row.kind == RowKind::Init);
        let (init, others): (Vec<usize>, Vec<usize>) =
            order.iter().partition(|&&index| is_init(index));
        let pids = |index: usize| rows.get(index).map_or(&[][..], |row| row.pids.as_slice());
        let mains: Vec<_> =
            others.iter().filter_map(|&index| Some((index, *pids(index).first()?))).collect();
        self.walk_all(&mains);
        if let Some(root) = root {
            self.by_control_group(root, rows);
        }
        let uids = self.makers();
        let may = |pid: u32| {
            uids.is_none()
                || self
                    .uid(pid)
                    .is_none_or(|uid| uid == 0 || uids.iter().flatten().any(|made| *made == uid))
        };
        let rest = |index: usize| {
            pids(index).iter().skip(1).copied().filter(|&pid| may(pid)).map(move |pid| (index, pid))
        };
        let workers: Vec<_> = others.iter().flat_map(|&index| rest(index)).collect();
        self.walk_all(&workers);
        let init: Vec<_> = init
            .iter()
            .flat_map(|&index| pids(index).iter().map(move |&pid| (index, pid)))
            .collect();
        self.walk_all(&init);
    }

    fn uid(&self, pid: u32) -> Option<u32> {
        self.members.get(&pid)?.uid
    }

    /// Who made the sockets that are still without an owner: one that no main process has was made
    /// by the process that holds it. `None` where that is not told.
    fn makers(&self) -> Option<Vec<u32>> {
        self.found
            .iter()
            .filter(|found| found.row.is_none())
            .map(|found| found.socket.uid)
            .collect()
    }

    /// Looks at the descriptors of these processes, on all processors, until nothing is sought.
    fn walk_all(&mut self, todo: &[(usize, u32)]) {
        if self.open == 0 {
            return;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (todo.len() / WALKS_FOR_A_THREAD).clamp(1, cores.min(8));
        let sought: HashMap<u64, AtomicBool> =
            self.sought().map(|inode| (inode, AtomicBool::new(false))).collect();
        let walk = Walk {
            proc: self.proc,
            todo,
            open: AtomicUsize::new(sought.len()),
            sought,
            next: AtomicUsize::new(0),
        };
        let mut hits = std::thread::scope(|scope| {
            let more = (1..threads).filter_map(|_| {
                std::thread::Builder::new().spawn_scoped(scope, || walk.run()).ok()
            });
            let more: Vec<_> = more.collect();
            let mut hits = walk.run();
            hits.extend(more.into_iter().filter_map(|thread| thread.join().ok()).flatten());
            hits
        });
        // In the order of the list, whoever was faster.
        hits.sort_unstable_by_key(|(place, _)| *place);
        for (place, hit) in hits {
            if let Some(&(row, pid)) = todo.get(place) {
                self.note(row, pid, hit);
            }
        }
        self.open = self.sought().count();
    }

    fn sought(&self) -> impl Iterator<Item = u64> {
        let of = |inode: &u64| {
            self.by_inode.get(inode).and_then(|places| self.found.get(*places.first()?))
        };
        self.by_inode
            .keys()
            .copied()
            .filter(move |inode| of(inode).is_some_and(|found| found.row.is_none()))
    }

    fn note(&mut self, row: usize, pid: u32, hit: Hit) {
        match hit {
            Hit::Denied => {
                if let Some(denied) = self.denied.get_mut(row) {
                    *denied = true;
                }
            }
            Hit::Holds(inode) => {
                for place in self.by_inode.get(&inode).into_iter().flatten() {
                    if let Some(found) =
                        self.found.get_mut(*place).filter(|found| found.row.is_none())
                    {
                        (found.row, found.holder) = (Some(row), Some(pid));
                    }
                }
            }
        }
    }

    /// Lines that hold a socket on all addresses with processes of root's only: a worker that gave
    /// up root and holds it too is the one that serves it.
    pub fn exposures(&self, rows: &[Row]) -> Vec<Exposure> {
        let mut by_row: HashMap<usize, (Vec<Port>, Vec<u32>)> = HashMap::new();
        for found in &self.found {
            let Some((index, row)) = found.row.and_then(|index| Some((index, rows.get(index)?)))
            else {
                continue;
            };
            let port = port(&found.socket);
            let client = port.protocol != "tcp" && port.port >= EPHEMERAL_FROM;
            if row.kind == RowKind::Init || !port.wildcard || client {
                continue;
            }
            let as_root = match found.holder {
                Some(pid) => self.runs_as_root(pid) && !self.is_served_by_another(row, found),
                // Only its control group is known.
                None => row.pids.iter().all(|&pid| self.runs_as_root(pid)),
            };
            let Some(pid) = found.holder.or(row.main_pid).filter(|_| as_root) else { continue };
            let entry = by_row.entry(index).or_default();
            entry.0.push(port);
            if !entry.1.contains(&pid) {
                entry.1.push(pid);
            }
        }
        let exposure = |(row, (ports, pids)): (usize, (Vec<Port>, Vec<u32>))| Exposure {
            row,
            pids,
            ports: compact(&ports),
        };
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
                if inode == found.socket.inode {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            walked.is_ok_and(|walk| walk.stopped)
        };
        row.pids.iter().any(|&pid| !self.runs_as_root(pid) && holds(pid))
    }

    /// The control group in which a socket was made tells its service without a walk over all the
    /// service's processes, also to those who may not look at descriptors.
    fn by_control_group(&mut self, root: &Path, rows: &[Row]) {
        let mounted = ["sys/fs/cgroup", "sys/fs/cgroup/unified"].map(|path| root.join(path));
        let Some(mounted) = mounted.iter().find(|path| path.join("cgroup.procs").exists()) else {
            return;
        };
        // Where people's logins stay in sshd's group, what they run is not sshd's.
        let shared: Vec<&[u8]> = self
            .members
            .values()
            .filter(|member| !member.is_daemon())
            .filter_map(|member| member.cgroup.as_deref())
            .collect();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.kind == RowKind::Service)
        {
            if self.open == 0 {
                return;
            }
            let Some(group) =
                row.cgroup.as_deref().and_then(|group| memory::group_of(group, &row.name))
            else {
                continue;
            };
            let is_inside = |path: &&[u8]| {
                Path::new(OsStr::from_bytes(path))
                    .strip_prefix("/")
                    .is_ok_and(|path| path.starts_with(&group))
            };
            if shared.iter().any(is_inside) {
                continue;
            }
            let Some(id) = inode(&mounted.join(&group)) else { continue };
            for found in self
                .found
                .iter_mut()
                .filter(|found| found.row.is_none() && found.socket.cgroup_id == Some(id))
            {
                found.row = Some(index);
            }
        }
        self.open = self.sought().count();
    }

    /// A note on the sockets without an owner, if some processes may not be looked at.
    pub fn unseen(&self) -> Option<Note> {
        let ports: Vec<Port> = self
            .found
            .iter()
            .filter(|found| found.row.is_none())
            .map(|found| port(&found.socket))
            .collect();
        if ports.is_empty() || !self.denied.contains(&true) {
            return None;
        }
        Some(Note {
            what: format!("who listens on {}", compact(&ports)),
            reason: Why::NotPermitted,
            detail: "only root may see what other users' processes have open".to_owned(),
        })
    }

    /// Writes what was found into the lines.
    pub fn write(&self, rows: &mut [Row], order: &[usize]) {
        let complete = self.found.iter().all(|found| found.row.is_some());
        for &index in order {
            let Some(row) = rows.get_mut(index).filter(|row| !row.pids.is_empty()) else {
                continue;
            };
            let ports = self.found.iter().filter(|found| found.row == Some(index));
            let mut ports: Vec<Port> = ports.map(|found| port(&found.socket)).collect();
            ports.sort_unstable();
            ports.dedup();
            let denied = self.denied.get(index).copied().unwrap_or(false);
            row.listens = if ports.is_empty() && denied && !complete {
                Fact::NotPermitted
            } else {
                Fact::Known(ports)
            };
        }
    }
}

/// A walk over the descriptors of many processes.
struct Walk<'a> {
    proc: &'a ProcFs,
    todo: &'a [(usize, u32)],
    /// Inodes, and whether somebody was found to hold them.
    sought: HashMap<u64, AtomicBool>,
    /// How many nobody holds yet.
    open: AtomicUsize,
    next: AtomicUsize,
}

/// What a walk over one process's descriptors met.
#[derive(Clone, Copy)]
enum Hit {
    /// A socket that is sought.
    Holds(u64),
    /// No permission.
    Denied,
}

impl Walk<'_> {
    /// Takes one process after the other; what it met, with the process's place in the list.
    fn run(&self) -> Vec<(usize, Hit)> {
        let mut hits = Vec::new();
        while self.open.load(Ordering::Relaxed) > 0 {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(&(_, pid)) = self.todo.get(place) else { break };
            let Ok(dir) = self.proc.process(pid) else { continue };
            let walked = sockets::socket_inodes_of(dir.as_fd(), &mut |_, inode| {
                let Some(known) = self.sought.get(&inode) else { return ControlFlow::Continue(()) };
                hits.push((place, Hit::Holds(inode)));
                let fresh = !known.swap(true, Ordering::Relaxed);
                if fresh && self.open.fetch_sub(1, Ordering::Relaxed) == 1 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if walked.is_err_and(|error| error.is_not_permitted()) {
                hits.push((place, Hit::Denied));
            }
        }
        hits
    }
}

/// A control group's id is its folder's inode.
fn inode(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(folder).ok()?.ino())
}
