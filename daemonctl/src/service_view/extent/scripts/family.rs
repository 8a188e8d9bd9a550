//! Who descends from whom, as far as it is asked for.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use process::needs::Needs;
use process::procfs::ProcFs;
use process::sample;

use crate::context::Context;

/// The children of the first process, and how to find those of others.
pub(super) struct Family {
    /// Processes without any other parent.
    pub of_init: Vec<u32>,
    below: Below,
}

enum Below {
    /// The kernel lists children, proc_tid_children(5); these are in sessions of others.
    Asked(HashMap<u32, Vec<u32>>),
    /// It does not: parent, or leader of the session, and those below.
    Read(HashMap<u32, Vec<u32>>),
}

impl Family {
    /// `None`: the processes can't be listed.
    pub fn of(context: &Context, proc: &ProcFs) -> Option<Family> {
        // System calls tell of our own pids only.
        let is_own = context.common.proc_root == Path::new("/proc");
        match children(proc, 1).filter(|_| is_own) {
            Some(of_init) => Some(Family::asked(proc, of_init)),
            None => Family::read(proc),
        }
    }

    fn asked(proc: &ProcFs, of_init: Vec<u32>) -> Family {
        let mut sessions: HashMap<u32, Vec<u32>> = HashMap::new();
        // Not getsid(2): rustix has no answer for a session that is led from outside of our pid
        // namespace, where its leader is 0. What has ended meanwhile is nobody's.
        for process in sample::of_pids(proc, &of_init, Needs::NOTHING).processes {
            let session = process.stat.session.unsigned_abs();
            if session != 0 && session != process.pid() {
                sessions.entry(session).or_default().push(process.pid());
            }
        }
        Family { of_init, below: Below::Asked(sessions) }
    }

    fn read(proc: &ProcFs) -> Option<Family> {
        let all = sample::of_pids(proc, &proc.pids().ok()?, Needs::NOTHING);
        let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
        for process in all.processes.iter().filter(|process| !process.stat.is_kernel_thread()) {
            for above in [process.stat.ppid, process.stat.session.unsigned_abs()] {
                below.entry(above).or_default().push(process.pid());
            }
        }
        let is_child = |process: &&process::process::Process| {
            process.stat.ppid == 1 && !process.stat.is_kernel_thread()
        };
        let of_init = all.processes.iter().filter(is_child).map(|process| process.pid()).collect();
        Some(Family { of_init, below: Below::Read(below) })
    }

    /// Adds what descends from these processes, and what is in a session that one of them leads.
    pub fn add_below(&self, proc: &ProcFs, near: &mut HashSet<u32>) {
        let mut todo: Vec<u32> = near.iter().copied().collect();
        while let Some(pid) = todo.pop() {
            let (listed, more) = match &self.below {
                Below::Asked(sessions) => (sessions.get(&pid), children(proc, pid)),
                Below::Read(below) => (below.get(&pid), None),
            };
            for below in listed.into_iter().flatten().copied().chain(more.into_iter().flatten()) {
                if near.insert(below) {
                    todo.push(below);
                }
            }
        }
    }
}

/// The children of all threads of a process; `None` where the kernel does not list them.
fn children(proc: &ProcFs, pid: u32) -> Option<Vec<u32>> {
    let dir = proc.process(pid).ok()?;
    let folder = rustix::fs::openat(
        dir.as_fd(),
        c"task",
        rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    );
    let (mut found, mut is_listed) = (Vec::new(), false);
    for entry in rustix::fs::Dir::new(folder.ok()?).ok()?.flatten() {
        let Some(thread) = entry.file_name().to_str().ok().filter(|name| !name.starts_with('.'))
        else {
            continue;
        };
        let name = std::ffi::CString::new(format!("task/{thread}/children")).ok()?;
        // A thread that has ended meanwhile has none.
        let Ok(text) = dir.read_new(&name) else { continue };
        is_listed = true;
        let text = String::from_utf8_lossy(&text);
        found.extend(text.split_ascii_whitespace().filter_map(|word| word.parse::<u32>().ok()));
    }
    is_listed.then_some(found)
}
