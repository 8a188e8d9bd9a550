//! One process as the page counts it: what the grouping and the findings ask of it, and no more.

use process::fact::Fact;
use process::process::Process;
use process::sample::Sample;
use process::verdict::{Kind, SubKind};

use crate::snapshot::{Row, Snapshot};

/// A service by its manager's name for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    /// `systemd`, `openrc`, `runit`, …
    pub manager: &'static str,
    /// Its name.
    pub name: String,
    /// Whose manager it is, where users have their own.
    pub uid: Option<u32>,
}

/// A process.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its pid.
    pub pid: u32,
    /// Its parent's, 0 for none.
    pub parent: u32,
    /// What it is.
    pub sub_kind: SubKind,
    /// The service it belongs to.
    pub service: Option<Owner>,
    /// The container that it is in and we are not: `docker:0123456789ab`.
    pub container: Option<String>,
    /// Its program's name.
    pub program: String,
    /// Its command line.
    pub command: Vec<u8>,
    /// Its effective user.
    pub uid: Option<u32>,
    /// That user's name.
    pub user: Option<String>,
    /// Seconds since its start.
    pub age_seconds: f64,
    /// CPU time.
    pub cpu_seconds: f64,
    /// Share of a processor.
    pub cpu_percent: f64,
    /// Memory in RAM.
    pub rss_bytes: u64,
    /// Threads.
    pub threads: u32,
    /// Bytes read from and written to storage.
    pub io: Fact<(u64, u64)>,
    /// Its executable as it was named, where that was deleted or replaced since the start.
    pub replaced: Option<Box<[u8]>>,
    /// Its executable may not be seen.
    pub exe_denied: bool,
    /// Path of its control group.
    pub cgroup: Option<Box<[u8]>>,
}

impl Member {
    /// Whether it is a daemon's process.
    pub fn is_daemon(&self) -> bool {
        self.sub_kind.kind() == Kind::Daemon
    }
}

/// All processes but the kernel's, ascending by pid. `details` holds what was read of daemons only.
pub fn members(snapshot: &Snapshot, details: &Sample) -> Vec<Member> {
    let rows = snapshot.rows();
    // Seen from inside a container, all of it is in that container.
    let ours = snapshot.machine.is_contained().then(|| rows.first().and_then(container)).flatten();
    rows.iter()
        .filter(|row| row.verdict.kind() != Kind::Kernel)
        .map(|row| member(row, details, ours.as_deref()))
        .collect()
}

fn container(row: &Row<'_>) -> Option<String> {
    row.container().map(|container| match container.id.as_str() {
        "" => container.runtime.to_owned(),
        id => format!("{}:{id}", container.runtime),
    })
}

fn member(row: &Row<'_>, details: &Sample, ours: Option<&str>) -> Member {
    let process = row.process;
    let more = details.by_pid(process.pid()).filter(|more| more.key == process.key);
    let extra = more.and_then(|more| more.extra.as_deref());
    let membership = row.snapshot.sample.membership(process);
    let owner = row.service().map(|service| Owner {
        manager: service.manager,
        name: service.name.clone(),
        uid: membership
            .and_then(|member| member.user_manager)
            .filter(|_| service.manager == "systemd-user"),
    });
    let deleted = more.and_then(Process::exe).and_then(|exe| exe.strip_suffix(b" (deleted)"));
    Member {
        pid: process.pid(),
        parent: process.stat.ppid,
        sub_kind: row.verdict.sub_kind,
        service: owner,
        container: container(row).filter(|name| Some(name.as_str()) != ours),
        program: program(process, more),
        command: row.command(),
        uid: process.euid.known().copied(),
        user: row.user().map(str::to_owned),
        age_seconds: row.age_seconds(),
        cpu_seconds: row.cpu_seconds(),
        cpu_percent: row.cpu_percent(),
        rss_bytes: row.rss_bytes(),
        threads: process.stat.threads,
        io: extra
            .map_or(Fact::NotMeasured, |extra| extra.io.map(|io| (io.read_bytes, io.write_bytes))),
        replaced: deleted.map(Box::from),
        exe_denied: extra.is_some_and(|extra| extra.exe == Fact::NotPermitted),
        cgroup: row.snapshot.sample.cgroup(process).map(|group| group.path.clone()),
    }
}

/// The name that it goes by; the kernel keeps 15 bytes of it, the executable's name has them all.
fn program(process: &Process, more: Option<&Process>) -> String {
    let whole = more.filter(|more| more.exe().is_some()).map(Process::program);
    let name = whole.filter(|whole| process.comm.len() == 15 && whole.starts_with(&process.comm));
    String::from_utf8_lossy(name.unwrap_or(&process.comm)).into_owned()
}
