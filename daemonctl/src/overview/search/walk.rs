//! A walk over the descriptors of many processes, on all processors.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use process::procfs::ProcFs;
use process::sockets;

/// Fewer walks than this are done before a thread is started.
const WALKS_FOR_A_THREAD: usize = 32;

/// Looks at the descriptors of these processes (the number of a line, a pid) until all of `sought`,
/// inodes, are found. What was met, with the process's place in the list, in the list's order,
/// whoever was faster.
pub fn over(
    proc: &ProcFs,
    todo: &[(usize, u32)],
    sought: impl Iterator<Item = u64>,
) -> Vec<(usize, Hit)> {
    let threads = match todo.len() / WALKS_FOR_A_THREAD {
        // To ask how many processors there are costs more than a short walk: six files are read.
        0 | 1 => 1,
        wanted => wanted.min(std::thread::available_parallelism().map_or(1, usize::from).min(8)),
    };
    let sought: HashMap<u64, AtomicBool> =
        sought.map(|inode| (inode, AtomicBool::new(false))).collect();
    let open = AtomicUsize::new(sought.len());
    let walk = Walk { proc, todo, open, sought, next: AtomicUsize::new(0) };
    let mut hits = std::thread::scope(|scope| {
        let more = (1..threads)
            .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, || walk.run()).ok());
        let more: Vec<_> = more.collect();
        let mut hits = walk.run();
        hits.extend(more.into_iter().filter_map(|thread| thread.join().ok()).flatten());
        hits
    });
    hits.sort_unstable_by_key(|(place, _)| *place);
    hits
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
pub enum Hit {
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
