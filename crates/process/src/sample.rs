//! Taking a sample: all processes at (nearly) one moment.
//!
//! Reading is spread over the processors, since nearly all of its cost is the kernel writing text.
//! Each file is opened, read once with a buffer that holds it, and closed. A process that ends
//! while it is read is left out whole.

use std::collections::HashMap;
use std::ffi::CStr;
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fact::Fact;
use crate::membership::Membership;
use crate::needs::Needs;
use crate::process::{CgroupId, Extra, Process, ProcessKey};
use crate::procfs::{PidDir, ProcError, ProcFs, ReadError};
use crate::raw;

/// Pids that a thread takes at a time: enough to make the counter cheap, few enough to share evenly.
const CHUNK: usize = 32;
/// Directories kept open between the two looks of a verdict: those with a descriptor below this
/// number, which is well below the usual limit of 1024.
const HELD_BELOW: u64 = 448;
/// Descriptors left for everything else where the limit is lower: each thread needs two at a time.
const SPARE_DESCRIPTORS: u64 = 64;
/// In how many rounds of watching everything of a process is read anew.
pub const ROUNDS_BETWEEN_READS: u32 = 8;
/// Fewer processes than this are read faster than a thread is started.
const PARALLEL_FROM: usize = 64;

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
    Ok(sample)
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
pub fn take_again(proc: &ProcFs, needs: Needs, before: &Sample, round: u32) -> Result<Sample, ProcError> {
    let boot_usec = boot_usec();
    let pids = proc.pids()?;
    let mut sample = read_all(proc, &pids, needs, Some(Before { sample: before, round }));
    sample.boot_usec = boot_usec;
    Ok(sample)
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
        let due = key.pid.wrapping_add(self.round) % ROUNDS_BETWEEN_READS == 0;
        let same = known.key == key && *known.comm == *comm && known.stat.code_start == stat.code_start;
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

/// Below which number a descriptor may be kept. The kernel gives the lowest free one, so a number
/// tells how full the table is, whoever filled it.
fn hold_below() -> u64 {
    descriptor_limit().saturating_sub(SPARE_DESCRIPTORS).min(HELD_BELOW)
}

fn descriptor_limit() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Reads more of some processes of the sample. Those that are gone, or whose pid is another
/// process by now, are removed.
pub fn deepen(proc: &ProcFs, sample: &mut Sample, indices: &[usize], needs: Needs) {
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

fn more_of(proc: &ProcFs, process: &Process, needs: Needs, text: &mut Vec<u8>) -> Option<Box<Extra>> {
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

/// Runs `work` over `0..count` on as many threads as pay, each with its own `T`.
fn spread<T: Default + Send>(count: usize, work: impl Fn(std::ops::Range<usize>, &mut T) + Sync) -> Vec<T> {
    // The standard library's `available_parallelism` reads six files to learn of quotas.
    let cores = rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count() as usize);
    let threads = if count < PARALLEL_FROM { 1 } else { cores.min(8).min(count / CHUNK).max(1) };
    let threads = threads.min(usize::try_from(descriptor_limit() / 8).unwrap_or(usize::MAX).max(1));
    let next = AtomicUsize::new(0);
    let run = || {
        let mut mine = T::default();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            if start >= count {
                return mine;
            }
            work(start..count.min(start + CHUNK), &mut mine);
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            // Out of threads (EAGAIN): the others do its share.
            .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, run).ok())
            .collect();
        let mut shares = vec![run()];
        shares.extend(others.into_iter().filter_map(|thread| thread.join().ok()));
        shares
    })
}

/// What one thread has read.
#[derive(Default)]
struct Share {
    processes: Vec<Process>,
    groups: Vec<Box<[u8]>>,
    group_ids: HashMap<Box<[u8]>, u32>,
    last_group: Option<u32>,
    last_group_text: Vec<u8>,
    unreadable: Vec<(u32, &'static str)>,
    text: Vec<u8>,
}

impl Share {
    fn read(&mut self, proc: &ProcFs, pid: u32, needs: Needs, hold_below: u64, before: Option<Before<'_>>) {
        match self.try_read(proc, pid, needs, hold_below, before) {
            Ok(process) => self.processes.push(process),
            Err(Failure::Gone) => {}
            Err(Failure::Garbage(file)) => self.unreadable.push((pid, file)),
        }
    }

    fn try_read(
        &mut self,
        proc: &ProcFs,
        pid: u32,
        needs: Needs,
        hold_below: u64,
        before: Option<Before<'_>>,
    ) -> Result<Process, Failure> {
        if self.text.capacity() == 0 {
            self.text.reserve(16 * 1024);
        }
        let dir = proc.process(pid)?;
        dir.read(c"stat", &mut self.text)?;
        let (comm, stat) = raw::stat::parse(&self.text).ok_or(Failure::Garbage("stat"))?;
        if stat.threads == 0 {
            // The kernel writes no threads of what is just being buried, and no parent either.
            return Err(Failure::Gone);
        }
        let key = ProcessKey { pid, start_ticks: stat.start_ticks };
        let known = before.and_then(|before| Some((before.sample, before.same(key, comm, &stat)?)));
        let mut process = Process {
            key,
            comm: Box::from(comm),
            stat,
            euid: Fact::NotMeasured,
            cmdline: Fact::NotMeasured,
            cgroup: Fact::NotMeasured,
            pid_namespace: Fact::NotMeasured,
            extra: None,
            held: None,
        };
        if process.stat.is_kernel_thread() {
            // Known from `stat` alone: it runs as root, without arguments, in the root group.
            process.euid = Fact::Known(0);
            process.cmdline = Fact::NotApplicable;
            process.cgroup = Fact::NotApplicable;
            process.pid_namespace = Fact::NotApplicable;
        } else if let Some((sample, known)) = known {
            self.take_over(sample, known, &mut process);
        } else {
            self.read_user_process(&dir, needs, &mut process)?;
        }
        if needs.any(needs.extra()) {
            let mut extra = Box::<Extra>::default();
            read_extra(&dir, needs, &mut extra, &mut self.text);
            process.extra = Some(extra);
            // Links of a process that just ended look like "has none".
            if !dir.exists() {
                return Err(Failure::Gone);
            }
        }
        if needs.any(Needs::PID_NAMESPACE) && may_be_detached(&process.stat) {
            let number = dir.as_fd().as_raw_fd();
            let room = u64::try_from(number).is_ok_and(|number| number < hold_below);
            process.held = room.then(|| Arc::new(dir));
        }
        Ok(process)
    }

    fn take_over(&mut self, sample: &Sample, known: &Process, process: &mut Process) {
        process.euid = known.euid;
        process.cmdline = known.cmdline.clone();
        process.pid_namespace = known.pid_namespace;
        process.extra = known.extra.clone();
        process.cgroup = match sample.cgroup(known) {
            Some(group) => self.group_of(&group.path),
            None => known.cgroup,
        };
    }

    fn read_user_process(&mut self, dir: &PidDir, needs: Needs, process: &mut Process) -> Result<(), Failure> {
        if needs.any(Needs::OWNER) {
            process.euid = must(dir.owner_uid())?;
        }
        if needs.any(Needs::CMDLINE) {
            let read = dir.read(c"cmdline", &mut self.text);
            process.cmdline = must(read.map(|()| Box::from(&*self.text)))?;
            let lost = process.cmdline.is_known_and(|text| text.is_empty());
            if lost && !process.stat.is_zombie() {
                self.look_again(dir, process)?;
            }
        }
        if needs.any(Needs::CGROUP) {
            process.cgroup = match must(dir.read(c"cgroup", &mut self.text))? {
                Fact::Known(()) => self.group(),
                other => other.map(|()| CgroupId(0)),
            };
        }
        if needs.any(Needs::PID_NAMESPACE) {
            process.pid_namespace = namespace(dir, c"ns/pid");
            if process.pid_namespace == Fact::NotApplicable && !dir.exists() {
                return Err(Failure::Gone);
            }
        }
        Ok(())
    }

    /// A process without arguments has overwritten them, or it ended between two reads and left
    /// a zombie: then it is one in all that is said of it.
    fn look_again(&mut self, dir: &PidDir, process: &mut Process) -> Result<(), Failure> {
        dir.read(c"stat", &mut self.text)?;
        let (comm, stat) = raw::stat::parse(&self.text).ok_or(Failure::Garbage("stat"))?;
        if stat.threads == 0 {
            return Err(Failure::Gone);
        }
        process.comm = Box::from(comm);
        process.stat = stat;
        Ok(())
    }

    /// The control group in the text just read. Neighbours by pid mostly have the same text.
    fn group(&mut self) -> Fact<CgroupId> {
        if let Some(id) = self.last_group.filter(|_| self.text == self.last_group_text) {
            return Fact::Known(CgroupId(id));
        }
        let text = std::mem::take(&mut self.text);
        let group = raw::cgroup::telling_path(&text).map_or(Fact::Unknown, |path| self.group_of(path));
        self.last_group = group.known().map(|id| id.0);
        self.last_group_text.clone_from(&text);
        self.text = text;
        group
    }

    /// Each control group is kept once.
    fn group_of(&mut self, path: &[u8]) -> Fact<CgroupId> {
        let id = match self.group_ids.get(path) {
            Some(&id) => id,
            None => {
                let id = self.groups.len() as u32;
                self.groups.push(Box::from(path));
                self.group_ids.insert(Box::from(path), id);
                id
            }
        };
        Fact::Known(CgroupId(id))
    }

    fn merge_into(self, sample: &mut Sample, known: &mut HashMap<Box<[u8]>, u32>) {
        let translate: Vec<u32> = self
            .groups
            .into_iter()
            .map(|path| {
                *known.entry(path).or_insert_with_key(|path| {
                    let membership = Membership::parse(path);
                    sample.cgroups.push(Cgroup { path: path.clone(), membership });
                    sample.cgroups.len() as u32 - 1
                })
            })
            .collect();
        sample.processes.extend(self.processes.into_iter().map(|mut process| {
            if let Fact::Known(CgroupId(id)) = &mut process.cgroup {
                *id = translate.get(*id as usize).copied().unwrap_or(*id);
            }
            process
        }));
        sample.unreadable.extend(self.unreadable);
    }
}

/// Whether the verdict may want a second look, as far as `stat` alone can tell.
fn may_be_detached(stat: &raw::stat::Stat) -> bool {
    let own_session = stat.session.unsigned_abs() != stat.ppid;
    !stat.is_kernel_thread() && !stat.is_zombie() && stat.tty_nr == 0 && stat.ppid <= 1 && own_session
}

/// Why a process is not in the sample.
enum Failure {
    Gone,
    Garbage(&'static str),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            // Without permission for `stat` (hidepid=1) there is nothing to say of it.
            ReadError::Gone | ReadError::NotPermitted => Failure::Gone,
            ReadError::Other(_) => Failure::Garbage("stat"),
        }
    }
}

/// A file that every process has: its absence means that the process is gone.
fn must<T>(read: Result<T, ReadError>) -> Result<Fact<T>, Failure> {
    match read {
        Ok(value) => Ok(Fact::Known(value)),
        Err(ReadError::Gone) => Err(Failure::Gone),
        Err(other) => Ok(other.into_fact()),
    }
}

fn optional<T>(read: Result<T, ReadError>) -> Fact<T> {
    read.map_or_else(ReadError::into_fact, Fact::Known)
}

/// The inode in a namespace link such as `pid:[4026531836]`, namespaces(7).
pub(crate) fn namespace(dir: &PidDir, name: &CStr) -> Fact<u64> {
    match dir.link(name) {
        Ok(link) => {
            let inode = raw::split_at_byte(&link, b'[').and_then(|(_, rest)| rest.strip_suffix(b"]"));
            inode.and_then(raw::number).into()
        }
        Err(error) => error.into_fact(),
    }
}

fn read_extra(dir: &PidDir, needs: Needs, extra: &mut Extra, text: &mut Vec<u8>) {
    if needs.any(Needs::EXE) {
        extra.exe = optional(dir.link(c"exe"));
    }
    if needs.any(Needs::CWD) {
        extra.cwd = optional(dir.link(c"cwd"));
    }
    if needs.any(Needs::STDIO) {
        extra.stdio = [c"fd/0", c"fd/1", c"fd/2"].map(|name| optional(dir.link(name)));
    }
    let mut read = |name: &CStr| dir.read(name, text).map(|()| text.clone());
    if needs.any(Needs::ENVIRON) {
        extra.environ = optional(read(c"environ")).map(Vec::into_boxed_slice);
    }
    if needs.any(Needs::STATUS) {
        extra.status = optional(read(c"status")).map(|text| Box::new(raw::status::parse(&text)));
    }
    if needs.any(Needs::IO) {
        extra.io = parsed(read(c"io"), raw::io::parse);
    }
    if needs.any(Needs::OOM_SCORE) {
        let small = |text: &[u8]| raw::number(text.trim_ascii()).and_then(|n| u32::try_from(n).ok());
        extra.oom_score = parsed(read(c"oom_score"), small);
    }
    if needs.any(Needs::PSS) {
        extra.pss_bytes = parsed(read(c"smaps_rollup"), raw::maps::pss_bytes);
    }
    if needs.any(Needs::DESCRIPTORS) {
        extra.descriptors = optional(crate::descriptors::count(dir));
    }
}

fn parsed<T>(read: Result<Vec<u8>, ReadError>, parse: impl Fn(&[u8]) -> Option<T>) -> Fact<T> {
    match read {
        // The kernel gives an empty text for processes without memory of their own.
        Ok(text) if text.is_empty() => Fact::NotApplicable,
        Ok(text) => parse(&text).into(),
        Err(error) => error.into_fact(),
    }
}

/// Microseconds since boot, sleep included: the clock of start times (clock_gettime(2)).
pub fn boot_usec() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec.unsigned_abs() * 1_000_000 + now.tv_nsec.unsigned_abs() / 1_000
}
