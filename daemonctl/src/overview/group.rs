//! Which process counts to which line of the page. Pure.
//!
//! A line is a service, a container, a daemon that no service manager looks after (with the
//! workers that it started), or the first process. A service that runs without a process here, or
//! failed, has its line too; one that is stopped, or did its work and ended, has none.

use std::collections::{BTreeMap, HashMap};

use host::{ManagerKind, Service, ServiceState};
use process::fact::Fact;
use process::verdict::SubKind;

use super::listen::Port;
use super::member::{Member, Owner};
use super::trouble::{Severity, Trouble};

/// What a line stands for, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// A service of some manager.
    Service,
    /// A daemon without a service.
    Detached,
    /// A container, with everything in it.
    Container,
    /// The first process.
    Init,
}

impl RowKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            RowKind::Service => "service",
            RowKind::Detached => "detached",
            RowKind::Container => "container",
            RowKind::Init => "init",
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it stands for.
    pub kind: RowKind,
    /// Whose service it is.
    pub manager: Option<&'static str>,
    /// The service's name, the container's, or the program's.
    pub name: String,
    /// Its state.
    pub state: ServiceState,
    /// Its state in its manager's words, where that was told.
    pub native: Option<String>,
    /// How it ended, where it ended badly.
    pub result: Option<String>,
    /// How often its manager restarted it.
    pub restarts: Option<u32>,
    /// How long it has been in its state.
    pub since_seconds: Option<f64>,
    /// Its main process.
    pub main_pid: Option<u32>,
    /// Its processes: the main one first.
    pub pids: Vec<u32>,
    /// Who its main process runs as.
    pub user: Option<String>,
    /// Sum over its processes.
    pub cpu_percent: f64,
    /// Sum over its processes.
    pub cpu_seconds: f64,
    /// Sum over its processes.
    pub rss_bytes: u64,
    /// Sums of bytes read and written; denied if one of its processes' may not be seen.
    pub io: Fact<(u64, u64)>,
    /// Threads of all its processes.
    pub tasks: u64,
    /// What it listens on.
    pub listens: Fact<Vec<Port>>,
    /// Its description, or its main process's command line.
    pub description: Vec<u8>,
    /// The control group of its main process.
    pub cgroup: Option<Box<[u8]>>,
    /// What its control group is charged for.
    pub cgroup_memory: Fact<u64>,
}

/// Which line a process counts to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Service(Owner),
    Container(String),
    /// A daemon without a service, by its pid.
    Root(u32),
}

/// The lines of these processes and services. `now` is in seconds since 1970, `own_uid` the
/// caller's, whose own manager is the only user's manager that can be asked.
pub fn group(members: &[Member], services: Vec<Service>, now: f64, own_uid: u32) -> Vec<Row> {
    let owner = |service: &Service| Owner {
        manager: service.manager.name(),
        name: service.name.clone(),
        uid: (service.manager == ManagerKind::SystemdUser).then_some(own_uid),
    };
    let mains: HashMap<u32, Owner> =
        services.iter().filter_map(|service| Some((service.main_pid?, owner(service)))).collect();
    let by_pid: HashMap<u32, &Member> = members.iter().map(|member| (member.pid, member)).collect();
    let mut groups: BTreeMap<Key, Vec<&Member>> = BTreeMap::new();
    for member in members {
        if let Some(key) = key(member, &by_pid, &mains) {
            groups.entry(key).or_default().push(member);
        }
    }
    let mut rows = Vec::with_capacity(groups.len() + 8);
    for service in services {
        let members = groups.remove(&Key::Service(owner(&service))).unwrap_or_default();
        if !members.is_empty() || has_line(&service) {
            rows.push(of_service(service, &members, now));
        }
    }
    rows.extend(groups.iter().map(|(key, members)| of_processes(key, members)));
    rows
}

/// Which line a process counts to; none for a normal process that is no service's main one.
fn key(
    member: &Member,
    by_pid: &HashMap<u32, &Member>,
    mains: &HashMap<u32, Owner>,
) -> Option<Key> {
    if !member.is_daemon() {
        return mains.get(&member.pid).cloned().map(Key::Service);
    }
    let mut at = member;
    // Parents that were read at different moments can make a circle: no climb is longer than this.
    for _ in 0..by_pid.len() {
        if let Some(name) = &at.container {
            return Some(Key::Container(name.clone()));
        }
        if let Some(owner) = at.service.as_ref().or_else(|| mains.get(&at.pid)) {
            return Some(Key::Service(owner.clone()));
        }
        let climbs = matches!(at.sub_kind, SubKind::Worker | SubKind::ScheduledJob);
        let parent = by_pid
            .get(&at.parent)
            .filter(|parent| parent.is_daemon() && parent.sub_kind != SubKind::Init);
        match parent {
            Some(parent) if climbs => at = parent,
            _ => break,
        }
    }
    Some(Key::Root(at.pid))
}

/// Whether a service without processes is to be shown.
fn has_line(service: &Service) -> bool {
    match service.state {
        ServiceState::Exited | ServiceState::Stopped => false,
        // A boot script that starts no daemon, or one that names a program and no pid file, whose
        // program does not run: most of these do their work and end.
        ServiceState::Unknown => !service.pid_files.is_empty() || service.main_pid.is_some(),
        _ => true,
    }
}

fn of_service(service: Service, members: &[&Member], now: f64) -> Row {
    let mut row = sums(members, service.main_pid);
    row.kind = RowKind::Service;
    row.manager = Some(service.manager.name());
    row.state = match (service.state, service.manager) {
        // Known by its program where its script tells of no pid file: the process is the proof.
        (
            ServiceState::Unknown | ServiceState::Stopped,
            ManagerKind::SysV | ManagerKind::OpenRc,
        ) if !members.is_empty() => ServiceState::Running,
        (state, _) => state,
    };
    let since = service.since_unix_usec.map(|usec| (now - usec as f64 / 1e6).max(0.0));
    row.since_seconds = since.or(row.since_seconds);
    row.name = service.name;
    row.native = Some(service.native).filter(|native| !native.is_empty());
    row.result = service.result;
    row.restarts = service.restarts;
    row.main_pid = service.main_pid.or(row.main_pid);
    row.description = service.description.into_bytes();
    row
}

fn of_processes(key: &Key, members: &[&Member]) -> Row {
    let root = match key {
        Key::Root(pid) => Some(*pid),
        _ => members
            .iter()
            .find(|member| member.sub_kind == SubKind::ContainerInit)
            .map(|member| member.pid),
    };
    let mut row = sums(members, root);
    match key {
        Key::Service(owner) => {
            row.kind = RowKind::Service;
            row.manager = Some(owner.manager);
            row.name.clone_from(&owner.name);
        }
        Key::Container(name) => {
            row.kind = RowKind::Container;
            row.name.clone_from(name);
        }
        Key::Root(_) => {
            let root = members.iter().find(|member| Some(member.pid) == root);
            row.kind = match root.map(|root| (root.sub_kind, root.pid)) {
                Some((SubKind::Init, _) | (SubKind::ContainerInit, 1)) => RowKind::Init,
                Some((SubKind::ContainerInit, _)) => RowKind::Container,
                _ => RowKind::Detached,
            };
            row.name = root.map_or_else(String::new, |root| root.program.clone());
        }
    }
    row
}

/// A line with what its processes come to.
fn sums(members: &[&Member], main_pid: Option<u32>) -> Row {
    // A parent and its helper may have started at one moment.
    let is_child = |member: &Member| members.iter().any(|other| other.pid == member.parent);
    let oldest = || {
        members.iter().max_by(|a, b| {
            let (a_rank, b_rank) = ((!is_child(a), b.pid), (!is_child(b), a.pid));
            a.age_seconds.total_cmp(&b.age_seconds).then(a_rank.cmp(&b_rank))
        })
    };
    let main = members.iter().find(|member| Some(member.pid) == main_pid).or_else(oldest);
    let mut pids: Vec<u32> = members.iter().map(|member| member.pid).collect();
    pids.sort_by_key(|pid| (Some(*pid) != main.map(|main| main.pid), *pid));
    Row {
        kind: RowKind::Detached,
        manager: None,
        name: String::new(),
        state: ServiceState::Running,
        native: None,
        result: None,
        restarts: None,
        since_seconds: main.map(|main| main.age_seconds),
        main_pid: main.map(|main| main.pid),
        user: main.and_then(|main| main.user.clone()),
        cpu_percent: members.iter().map(|member| member.cpu_percent).sum(),
        cpu_seconds: members.iter().map(|member| member.cpu_seconds).sum(),
        rss_bytes: members.iter().map(|member| member.rss_bytes).sum(),
        io: members.iter().map(|member| member.io).reduce(both).unwrap_or(Fact::NotApplicable),
        tasks: members.iter().map(|member| u64::from(member.threads)).sum(),
        listens: if pids.is_empty() { Fact::NotApplicable } else { Fact::NotMeasured },
        description: main.map(|main| main.command.clone()).unwrap_or_default(),
        cgroup: main.and_then(|main| main.cgroup.clone()),
        cgroup_memory: Fact::NotMeasured,
        pids,
    }
}

/// A sum of which a part is missing is missing: it would be too small.
fn both(one: Fact<(u64, u64)>, other: Fact<(u64, u64)>) -> Fact<(u64, u64)> {
    match (one, other) {
        (Fact::Known((a, b)), Fact::Known((c, d))) => {
            Fact::Known((a.saturating_add(c), b.saturating_add(d)))
        }
        // A zombie, or a process that ended meanwhile, adds nothing.
        (known @ Fact::Known(_), Fact::NotMeasured | Fact::NotApplicable) => known,
        (Fact::NotMeasured | Fact::NotApplicable, other) => other,
        (Fact::Known(_), missing) | (missing, _) => missing,
    }
}

/// Puts the lines in the page's order: those in trouble first, then by kind and name.
pub fn order(rows: &mut [Row], troubles: &[Trouble]) {
    let calm = |row: &Row| {
        !troubles.iter().any(|trouble| {
            trouble.severity == Severity::High
                && trouble.manager == row.manager
                && trouble.name.as_deref() == Some(&row.name)
        })
    };
    rows.sort_by_cached_key(|row| {
        (calm(row), row.kind, row.manager, row.name.clone(), row.main_pid)
    });
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
