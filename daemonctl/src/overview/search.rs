//! The search for the owners of listening sockets.
//!
//! A walk over a process's descriptors costs microseconds for each of them, so main processes are
//! walked first; then control groups tell; the others are walked only for sockets that are still
//! without an owner, and nobody once all have one.

mod exposure;
mod walk;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use present::Why;
use present::json::Note;
use process::fact::Fact;
use process::procfs::ProcFs;
use process::sockets::Socket;

use super::group::{Row, RowKind};
use super::listen::{Port, compact, port};
use super::member::Member;
use super::memory;
use walk::Hit;

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
        for (place, hit) in walk::over(self.proc, todo, self.sought()) {
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

/// A control group's id is its folder's inode.
fn inode(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(folder).ok()?.ino())
}
