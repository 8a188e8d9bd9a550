//! The few processes that the verdict on one process, or on some, needs: ancestors, the session's
//! leader, neighbours in a pipe, and the first of the control group. So `explain PID` costs the same
//! on a machine of ten processes and of ten thousand.

use std::collections::BTreeSet;

use crate::membership::{Membership, Unit};
use crate::needs::Needs;
use crate::procfs::{ProcFs, decimal};
use crate::raw;
use crate::raw::stat::Stat;
use crate::roles::{Role, role};
use crate::sample::{self, Sample};

/// More ancestors than any real chain has; a circle ends here.
const MAX_ANCESTORS: usize = 256;
/// A shell with more children is not looked through for a pipeline's other parts.
const MAX_SIBLINGS: usize = 64;
/// The first members of a service's control group: its main process is among them.
const MAX_MEMBERS: usize = 16;
/// Where control group hierarchies are mounted, relative to `sys/fs/cgroup`: unified, hybrid, v1.
const HIERARCHIES: &[&str] = &["", "unified", "systemd", "openrc"];

/// What describes the process itself and says nothing of others.
const OF_ONE: Needs = Needs(
    Needs::IO.0
        | Needs::OOM_SCORE.0
        | Needs::OOM_ADJUSTMENT.0
        | Needs::PSS.0
        | Needs::DESCRIPTORS.0
        | Needs::SOCKETS.0
        | Needs::ROOT.0
        | Needs::LIMITS.0
        | Needs::NAMESPACES.0,
);

/// Reads the processes, those that exist, and those around them.
pub fn sample(proc: &ProcFs, sys: &std::path::Path, pids: &[u32], needs: Needs) -> Sample {
    let mut sample = sample::of_pids(proc, pids, needs);
    // Of the others only what verdicts and the chain of causes are made from.
    let needs = needs.without(OF_ONE);
    let found: Vec<(u32, Stat)> =
        sample.processes.iter().map(|process| (process.pid(), process.stat.clone())).collect();
    if found.is_empty() {
        return sample;
    }
    let mut more = BTreeSet::from([1]);
    let mut groups: Vec<&[u8]> = Vec::new();
    for (pid, _) in &found {
        let Some(group) = sample.by_pid(*pid).and_then(|process| sample.cgroup(process)) else {
            continue;
        };
        if !groups.contains(&&*group.path) {
            groups.push(&group.path);
            more.extend(members(sys, &group.path, &group.membership));
        }
    }
    for (_, stat) in &found {
        line_above(proc, &mut sample, stat.ppid, needs);
        line_above(proc, &mut sample, u32::try_from(stat.session).unwrap_or(0), needs);
        let parent_is_shell =
            sample.by_pid(stat.ppid).is_some_and(|parent| role(&parent.comm) == Some(Role::Shell));
        if parent_is_shell {
            more.extend(children(proc, stat.ppid));
        }
    }
    more.retain(|&pid| sample.by_pid(pid).is_none());
    let more: Vec<u32> = more.into_iter().collect();
    sample.absorb(sample::of_pids(proc, &more, needs));
    sample
}

/// Takes in a process and its ancestors, as far as they are not here yet.
fn line_above(proc: &ProcFs, sample: &mut Sample, first: u32, needs: Needs) {
    let mut next = first;
    for _ in 0..MAX_ANCESTORS {
        if next == 0 || sample.by_pid(next).is_some() {
            return;
        }
        let above = sample::of_pids(proc, &[next], needs);
        next = above.processes.first().map_or(0, |process| process.stat.ppid);
        sample.absorb(above);
    }
}

/// The children of a process, from `task/TID/children` (proc_tid_children(5)), not too many.
pub fn children(proc: &ProcFs, pid: u32) -> Vec<u32> {
    let Ok(dir) = proc.process(pid) else { return Vec::new() };
    let Ok(name) = std::ffi::CString::new(format!("task/{pid}/children")) else {
        return Vec::new();
    };
    let text = dir.read_new(&name).unwrap_or_default();
    let found: Vec<u32> = raw::words(&text).filter_map(decimal).take(MAX_SIBLINGS + 1).collect();
    if found.len() > MAX_SIBLINGS { Vec::new() } else { found }
}

/// The first members of a service's control group, cgroups(7).
fn members(sys: &std::path::Path, path: &[u8], membership: &Membership) -> Vec<u32> {
    let is_service =
        matches!(membership.unit, Some(Unit::Service(_) | Unit::OpenRc(_) | Unit::UserService(_)));
    let Ok(path) = std::str::from_utf8(path) else { return Vec::new() };
    if !is_service || membership.outside {
        return Vec::new();
    }
    let file = |hierarchy: &&str| {
        let folder = sys.join("fs/cgroup").join(hierarchy).join(path.trim_start_matches('/'));
        std::fs::read(folder.join("cgroup.procs")).ok()
    };
    let text = HIERARCHIES.iter().find_map(file).unwrap_or_default();
    raw::lines(&text).filter_map(decimal).take(MAX_MEMBERS).collect()
}
