//! Processes of services, as far as rules ask.
//!
//! Everything is read once and cheaply: `stat`, `status` and links of each process, its descriptors' links only
//! within a budget ([`descriptors`]), socket tables once for each network namespace ([`connections`]). Memory maps are
//! left to the second look ([`super::growth`]).

mod connections;
pub(super) mod descriptors;
mod gone;
pub(super) mod threads;
pub(super) mod values;
pub(super) mod waiting;
mod zombies;

#[cfg(test)]
mod live_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use insight::snapshot::{GoneFile, Mapped, Process, Seen};
use process::namespaces::Namespaces;
use process::needs::Needs;
use process::process::Process as Read;
use process::procfs::{PidDir, ProcFs};
use process::sample;

use crate::context::Context;

/// How much of a process is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What `diagnose` asks for.
    Diagnose,
    /// What `audit` asks for: no connections, threads or zombies.
    Audit,
}

/// What is read of every process.
const NEEDS: Needs = Needs(
    Needs::CMDLINE.0
        | Needs::EXE.0
        | Needs::CWD.0
        | Needs::ROOT.0
        | Needs::STATUS.0
        | Needs::LIMITS.0
        | Needs::NAMESPACES.0
        | Needs::ENVIRON.0,
);

/// More processes of one service are not looked at: what is wrong with ten thousand shows in these.
const PROCESSES_MAX: usize = 4096;

/// The processes of these pids, in their order; those that ended meanwhile are left out.
pub fn gather(context: &Context, pids: &[u32], depth: Depth) -> Vec<Process> {
    let pids = pids.get(..PROCESSES_MAX).unwrap_or(pids);
    let Ok(proc) = context.proc() else { return Vec::new() };
    if pids.is_empty() {
        return Vec::new();
    }
    let sample = sample::of_pids(&proc, pids, NEEDS);
    let scale = Scale::of_machine();
    let first = proc.process(1).ok().map(|dir| Namespaces::of(&dir));
    let mut found: HashMap<u32, Process> = sample
        .processes
        .iter()
        .map(|read| (read.pid(), of_one(&proc, read, &scale, first.as_ref())))
        .collect();
    let mut processes: Vec<Process> = pids.iter().filter_map(|pid| found.remove(pid)).collect();
    let inodes = descriptors::fill(&proc, &mut processes);
    if depth == Depth::Diagnose {
        connections::fill(&proc, &mut processes, &inodes);
        zombies::fill(&proc, &mut processes);
        threads::stuck(&proc, &mut processes);
        waiting::fill(&proc, &mut processes);
    }
    processes
}

/// Programs and libraries that these processes use and that were deleted or replaced since they were started.
pub fn gone_files(context: &Context, pids: &[u32]) -> Vec<GoneFile> {
    let Ok(proc) = context.proc() else { return Vec::new() };
    gone::files(&proc, pids.get(..PROCESSES_MAX).unwrap_or(pids))
}

/// What turns the kernel's figures into ours.
pub(super) struct Scale {
    /// Microseconds since 1970 at which the clock of start times began.
    boot_usec: u64,
    ticks_per_second: u64,
    page_bytes: u64,
}

impl Scale {
    /// This machine's.
    pub(super) fn of_machine() -> Scale {
        Scale {
            boot_usec: super::machine::now_usec().saturating_sub(sample::boot_usec()),
            ticks_per_second: rustix::param::clock_ticks_per_second().max(1),
            page_bytes: rustix::param::page_size() as u64,
        }
    }

    /// Clock ticks in microseconds.
    pub(super) fn usec(&self, ticks: u64) -> u64 {
        (u128::from(ticks) * 1_000_000 / u128::from(self.ticks_per_second)) as u64
    }

    /// Pages in bytes.
    pub(super) fn bytes(&self, pages: u64) -> u64 {
        pages.saturating_mul(self.page_bytes)
    }
}

fn of_one(proc: &ProcFs, read: &Read, scale: &Scale, first: Option<&Namespaces>) -> Process {
    let stat = &read.stat;
    let mut process = Process {
        pid: read.pid(),
        ppid: stat.ppid,
        looked_usec: super::machine::now_usec(),
        start_usec: scale.boot_usec.saturating_add(scale.usec(stat.start_ticks)),
        name: values::text(&read.comm),
        command: values::command(read),
        state: char::from(stat.state),
        threads: stat.threads,
        rss_bytes: scale.bytes(stat.resident_pages),
        virtual_bytes: stat.virtual_bytes,
        cpu_usec: (scale.usec(stat.user_ticks), scale.usec(stat.system_ticks)),
        ..Process::default()
    };
    let Some(extra) = read.extra.as_deref() else { return process };
    let path =
        |fact: &process::fact::Fact<Box<[u8]>>| values::seen(fact, |path| values::path(path));
    process.program = path(&extra.exe);
    process.root = path(&extra.root);
    process.working_directory = path(&extra.cwd);
    process.limits =
        values::seen(&extra.limits, |limits| limits.iter().map(values::limit).collect());
    process.environment = values::seen(&extra.environ, |text| values::environment(text));
    process.own_namespaces = values::own_namespaces(&extra.namespaces, first);
    process.seccomp = Seen::NotMeasured;
    match &extra.status {
        process::fact::Fact::Known(status) => values::status(status, &mut process),
        other => {
            process.capabilities = values::seen(other, |_| Default::default());
            process.no_new_privs = values::seen(other, |_| false);
            process.seccomp = values::seen(other, |_| 0);
            process.mapped = values::seen(other, |_| Mapped::default());
        }
    }
    process.label = proc.process(read.pid()).map_or(Seen::Absent, |dir| label(&dir));
    process
}

/// The label of a security module: `attr/current` (proc_pid_attr(5)).
fn label(dir: &PidDir) -> Seen<String> {
    match dir.read_new(c"attr/current") {
        Ok(text) => {
            let text = text.trim_ascii_end();
            let text = text.strip_suffix(b"\0").unwrap_or(text).trim_ascii_end();
            if text.is_empty() { Seen::Absent } else { Seen::Known(values::text(text)) }
        }
        Err(process::procfs::ReadError::NotPermitted) => Seen::NotPermitted,
        // EINVAL: no module that labels processes.
        Err(_) => Seen::Absent,
    }
}
