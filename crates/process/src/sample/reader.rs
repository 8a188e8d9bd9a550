//! Reading one process after another: what one thread does.

use std::collections::HashMap;
use std::os::fd::AsRawFd as _;
use std::sync::Arc;

use rustix::io::Errno;

use super::extra::{namespace, read_extra};
use super::{Before, Cgroup, Sample};
use crate::fact::Fact;
use crate::membership::Membership;
use crate::needs::Needs;
use crate::process::{CgroupId, Extra, Process, ProcessKey};
use crate::procfs::{PidDir, ProcFs, ReadError};
use crate::raw;

/// What one thread has read.
#[derive(Default)]
pub(super) struct Share {
    processes: Vec<Process>,
    groups: Vec<Box<[u8]>>,
    group_ids: HashMap<Box<[u8]>, u32>,
    last_group: Option<u32>,
    last_group_text: Vec<u8>,
    unreadable: Vec<(u32, &'static str)>,
    hidden: usize,
    starved: Option<Errno>,
    text: Vec<u8>,
}

impl Share {
    /// Reads one process; what is gone or garbage is not in the share.
    pub(super) fn read(
        &mut self,
        proc: &ProcFs,
        pid: u32,
        needs: Needs,
        hold_below: u64,
        before: Option<Before<'_>>,
    ) {
        match self.try_read(proc, pid, needs, hold_below, before) {
            Ok(process) => self.processes.push(process),
            Err(Failure::Gone) => {}
            Err(Failure::Hidden) => self.hidden += 1,
            Err(Failure::Garbage(file)) => self.unreadable.push((pid, file)),
            Err(Failure::Starved(errno)) => self.starved = Some(errno),
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

    fn read_user_process(
        &mut self,
        dir: &PidDir,
        needs: Needs,
        process: &mut Process,
    ) -> Result<(), Failure> {
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
        let group =
            raw::cgroup::telling_path(&text).map_or(Fact::Unknown, |path| self.group_of(path));
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

    /// Moves what was read into the sample; `known` are the control groups that it has already.
    pub(super) fn merge_into(self, sample: &mut Sample, known: &mut HashMap<Box<[u8]>, u32>) {
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
        sample.hidden += self.hidden;
        sample.starved = sample.starved.or(self.starved);
    }
}

/// Whether the verdict may want a second look, as far as `stat` alone can tell.
fn may_be_detached(stat: &raw::stat::Stat) -> bool {
    let own_session = stat.session.unsigned_abs() != stat.ppid;
    !stat.is_kernel_thread()
        && !stat.is_zombie()
        && stat.tty_nr == 0
        && stat.ppid <= 1
        && own_session
}

/// Why a process is not in the sample.
enum Failure {
    /// `stat` itself may not be read: `hidepid=1`.
    Hidden,
    Gone,
    Starved(Errno),
    Garbage(&'static str),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            // Without permission for `stat` (hidepid=1) there is nothing to say of it.
            ReadError::Gone => Failure::Gone,
            ReadError::NotPermitted => Failure::Hidden,
            ReadError::Other(errno @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
                Failure::Starved(errno)
            }
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
