//! Taking a sample: all processes at (nearly) one moment.
//!
//! Reading is spread over the processors, since nearly all of its cost is the kernel writing text.
//! Each file is opened, read once with a buffer that holds it, and closed. A process that ends
//! while it is read is left out whole. `spread` shares the work among threads, `reader` reads one
//! process, `extra` what only some are asked for.

mod extra;
mod reader;
mod spread;

use std::collections::HashMap;

use rustix::io::Errno;

use crate::fact::Fact;
use crate::membership::Membership;
use crate::needs::Needs;
use crate::process::{CgroupId, Extra, Process, ProcessKey};
use crate::procfs::{ProcError, ProcFs};
use crate::raw;

pub(crate) use extra::namespace;
use extra::read_extra;
use reader::Share;
use spread::{hold_below, spread};

/// In how many rounds of watching everything of a process is read anew.
pub const ROUNDS_BETWEEN_READS: u32 = 8;

/// A control group that processes of the sample are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgroup {
    /// Path below the hierarchy's root, as seen from here.
    pub path: Box<[u8]>,
    /// What the path says.
    pub membership: Membership,
}

/// All processes, ascending by pid.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// The processes.
    pub processes: Vec<Process>,
    /// The control groups they are in, each once.
    pub cgroups: Vec<Cgroup>,
    /// When it was begun, in microseconds of `CLOCK_BOOTTIME`.
    pub boot_usec: u64,
    /// Processes whose texts were garbage: `(pid, file)`.
    pub unreadable: Vec<(u32, &'static str)>,
    /// Processes that are listed and of which nothing may be read (`hidepid=1`, proc(5)).
    pub hidden: usize,
    /// Our own lack of descriptors or memory, for which processes are missing.
    pub(crate) starved: Option<Errno>,
}

impl Sample {
    /// The control group of a process.
    pub fn cgroup(&self, process: &Process) -> Option<&Cgroup> {
        self.cgroups.get(process.cgroup.known()?.0 as usize)
    }

    /// What the control group of a process says, if it says anything.
    pub fn membership(&self, process: &Process) -> Option<&Membership> {
        Some(&self.cgroup(process)?.membership)
    }

    /// Takes in the processes of another sample; those that are here already stay as they are.
    pub fn absorb(&mut self, other: Sample) {
        let mut ids = Vec::with_capacity(other.cgroups.len());
        for group in other.cgroups {
            let known = self.cgroups.iter().position(|have| have.path == group.path);
            ids.push(known.unwrap_or(self.cgroups.len()) as u32);
            if known.is_none() {
                self.cgroups.push(group);
            }
        }
        for mut process in other.processes {
            if let Fact::Known(CgroupId(id)) = &mut process.cgroup {
                *id = ids.get(*id as usize).copied().unwrap_or(*id);
            }
            if let Err(place) = self.processes.binary_search_by_key(&process.pid(), Process::pid) {
                self.processes.insert(place, process);
            }
        }
        self.unreadable.extend(other.unreadable);
        self.hidden += other.hidden;
    }

    /// Closes the directories that were kept open for [`deepen`].
    pub fn release(&mut self) {
        for process in &mut self.processes {
            process.held = None;
        }
    }

    /// Index of a pid in [`Sample::processes`].
    pub fn index_of(&self, pid: u32) -> Option<usize> {
        self.processes.binary_search_by_key(&pid, Process::pid).ok()
    }

    /// A process by pid.
    pub fn by_pid(&self, pid: u32) -> Option<&Process> {
        self.processes.get(self.index_of(pid)?)
    }
}

/// Takes a sample of all processes.
///
/// # Errors
/// [`ProcError`] if the processes can't be listed. Single processes never make it fail.
pub fn take(proc: &ProcFs, needs: Needs) -> Result<Sample, ProcError> {
    let boot_usec = boot_usec();
    let pids = proc.pids()?;
    let mut sample = of_pids(proc, &pids, needs);
    sample.boot_usec = boot_usec;
    complete(proc, sample)
}

/// A sample without processes that we had no descriptor left for would be wrong.
fn complete(proc: &ProcFs, sample: Sample) -> Result<Sample, ProcError> {
    match sample.starved {
        Some(errno) => Err(ProcError::List { path: proc.path().to_owned(), errno }),
        None => Ok(sample),
    }
}

/// Takes another sample a while after `before`, for rates and for watching.
///
/// What seldom changes (arguments, control group, owner, namespace) is taken over for a process
/// that is the same one and did not execute another program, and read anew every
/// [`ROUNDS_BETWEEN_READS`] rounds: a title or a control group that a process changes shows that
/// many looks later at most.
///
/// # Errors
/// [`ProcError`] if the processes can't be listed.
pub fn take_again(
    proc: &ProcFs,
    needs: Needs,
    before: &Sample,
    round: u32,
) -> Result<Sample, ProcError> {
    let boot_usec = boot_usec();
    let pids = proc.pids()?;
    let mut sample = read_all(proc, &pids, needs, Some(Before { sample: before, round }));
    sample.boot_usec = boot_usec;
    complete(proc, sample)
}

/// An earlier sample, to take from what seldom changes.
#[derive(Clone, Copy)]
struct Before<'a> {
    sample: &'a Sample,
    round: u32,
}

impl<'a> Before<'a> {
    /// The process as it was, if it is still the same, runs the same program, and it is not its
    /// turn to be read anew.
    fn same(&self, key: ProcessKey, comm: &[u8], stat: &raw::stat::Stat) -> Option<&'a Process> {
        let known = self.sample.by_pid(key.pid)?;
        let due = key.pid.wrapping_add(self.round).is_multiple_of(ROUNDS_BETWEEN_READS);
        let same =
            known.key == key && *known.comm == *comm && known.stat.code_start == stat.code_start;
        (same && !due && !stat.is_zombie()).then_some(known)
    }
}

/// Takes a sample of the named processes; those that don't exist are absent from it.
pub fn of_pids(proc: &ProcFs, pids: &[u32], needs: Needs) -> Sample {
    read_all(proc, pids, needs, None)
}

fn read_all(proc: &ProcFs, pids: &[u32], needs: Needs, before: Option<Before<'_>>) -> Sample {
    let mut sample = Sample { boot_usec: boot_usec(), ..Sample::default() };
    let hold_below = hold_below();
    let shares = spread(pids.len(), |range, share: &mut Share| {
        for &pid in pids.get(range).unwrap_or_default() {
            share.read(proc, pid, needs, hold_below, before);
        }
    });
    sample.processes.reserve_exact(pids.len());
    let mut groups = HashMap::new();
    for share in shares {
        share.merge_into(&mut sample, &mut groups);
    }
    sample.processes.sort_unstable_by_key(Process::pid);
    // A process that is asked for twice is one process.
    sample.processes.dedup_by_key(|process| process.pid());
    sample.unreadable.sort_unstable();
    sample.unreadable.dedup();
    sample
}

/// Reads more of some processes of the sample. Those that are gone, or whose pid is another
/// process by now, are removed.
pub fn deepen(proc: &ProcFs, sample: &mut Sample, indices: &[usize], needs: Needs) {
    // Rules may ask for one process twice; it is read, and removed, once.
    let mut indices = indices.to_vec();
    indices.sort_unstable();
    indices.dedup();
    let processes = &sample.processes;
    let found = spread(indices.len(), |range, out: &mut Vec<(usize, Option<Box<Extra>>)>| {
        let mut text = Vec::with_capacity(16 * 1024);
        for &index in indices.get(range).unwrap_or_default() {
            let Some(process) = processes.get(index) else { continue };
            out.push((index, more_of(proc, process, needs, &mut text)));
        }
    });
    let mut vanished = Vec::new();
    for (index, extra) in found.into_iter().flatten() {
        match (extra, sample.processes.get_mut(index)) {
            (Some(extra), Some(process)) => process.extra = Some(extra),
            _ => vanished.push(index),
        }
    }
    vanished.sort_unstable();
    for index in vanished.into_iter().rev() {
        sample.processes.remove(index);
    }
}

fn more_of(
    proc: &ProcFs,
    process: &Process,
    needs: Needs,
    text: &mut Vec<u8>,
) -> Option<Box<Extra>> {
    let mut extra = process.extra.clone().unwrap_or_default();
    if let Some(dir) = &process.held {
        read_extra(dir, needs, &mut extra, text);
        return dir.exists().then_some(extra);
    }
    let dir = proc.process(process.pid()).ok()?;
    read_extra(&dir, needs, &mut extra, text);
    // The directory was opened anew: only its start time proves that it is still the process
    // sampled before, so here `stat` is read a second time.
    dir.read(c"stat", text).ok()?;
    let (_, stat) = raw::stat::parse(text)?;
    (stat.start_ticks == process.key.start_ticks).then_some(extra)
}

/// Microseconds since boot, sleep included: the clock of start times (clock_gettime(2)).
pub fn boot_usec() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec.unsigned_abs() * 1_000_000 + now.tv_nsec.unsigned_abs() / 1_000
}
