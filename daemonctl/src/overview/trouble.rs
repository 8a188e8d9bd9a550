//! What is wrong, as far as a glance shows it. Pure.

use host::ServiceState;
use present::units;

use super::group::{Row, RowKind};
use super::listen::Exposure;
use super::member::Member;
use crate::snapshot::Snapshot;

/// A service that was restarted at least as often as this …
pub const RESTARTS_FROM: u32 = 3;
/// … and whose present run is younger than this, in seconds, restarts often. One that its manager
/// is waiting to start again does so however rarely that was needed. Managers count restarts, not
/// their times: a high count alone may be of last month.
pub const RESTARTED_WITHIN: f64 = 3600.0;
/// A parent that leaves as many ended children as this unreaped will leave more.
pub const ZOMBIES_FROM: usize = 5;

/// Of a process's title, terminal columns that are quoted.
const TITLE_MAX: usize = 40;

/// How bad it is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something does not work, or is not what it says.
    High,
    /// Something is to be done.
    Medium,
    /// Worth knowing.
    Low,
}

impl Severity {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }
}

/// What kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Its manager gave up on it.
    Failed,
    /// Its process is gone although it should run.
    Crashed,
    /// It is started again and again.
    Restarting,
    /// A process whose name says "kernel thread".
    PosingAsKernel,
    /// A daemon runs a program that is not on disk any more.
    ReplacedProgram,
    /// Ended children that nobody reaps.
    Zombies,
    /// A process of root's that everybody can talk to.
    ExposedAsRoot,
}

impl TroubleKind {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            TroubleKind::Failed => "failed",
            TroubleKind::Crashed => "crashed",
            TroubleKind::Restarting => "restarting",
            TroubleKind::PosingAsKernel => "posing_as_kernel",
            TroubleKind::ReplacedProgram => "replaced_program",
            TroubleKind::Zombies => "zombies",
            TroubleKind::ExposedAsRoot => "exposed_as_root",
        }
    }

    /// The label on the page.
    pub fn label(self) -> &'static str {
        match self {
            TroubleKind::PosingAsKernel => "posing as kernel",
            TroubleKind::ReplacedProgram => "old program",
            TroubleKind::ExposedAsRoot => "exposed as root",
            other => other.word(),
        }
    }
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// How bad.
    pub severity: Severity,
    /// Whose service it is about.
    pub manager: Option<&'static str>,
    /// The line that it is about, by its name.
    pub name: Option<String>,
    /// The processes that it is about.
    pub pids: Vec<u32>,
    /// What is the matter, without the name.
    pub what: String,
    /// What to do.
    pub fix: &'static str,
}

impl Trouble {
    fn of(
        kind: TroubleKind,
        severity: Severity,
        row: &Row,
        what: String,
        fix: &'static str,
    ) -> Trouble {
        let name = Some(row.name.clone());
        Trouble {
            kind,
            severity,
            manager: row.manager,
            name,
            pids: row.main_pid.into_iter().collect(),
            what,
            fix,
        }
    }
}

/// Services that failed, crashed, or are restarted often.
pub fn of_rows(rows: &[Row]) -> Vec<Trouble> {
    rows.iter().filter_map(of_row).collect()
}

fn of_row(row: &Row) -> Option<Trouble> {
    let restarts = row.restarts.unwrap_or(0);
    let waits = row.native.as_deref().is_some_and(|native| native.contains("restart"));
    let young = row.since_seconds.is_some_and(|seconds| seconds < RESTARTED_WITHIN);
    let often = restarts >= RESTARTS_FROM && young;
    let (kind, fix) = match row.state {
        ServiceState::Failed => {
            (TroubleKind::Failed, "its log tells why; start it again when that is mended")
        }
        _ if row.state == ServiceState::Crashed && waits || often => {
            (TroubleKind::Restarting, "its log tells why it ends; stop it until that is mended")
        }
        ServiceState::Crashed => {
            (TroubleKind::Crashed, "start it again; its log may tell why it ended")
        }
        _ => return None,
    };
    let mut parts = Vec::new();
    match (kind, restarts) {
        (TroubleKind::Restarting, 1..) => parts.push(format!("restarted {}", times(restarts))),
        (_, 1..) => parts.push(format!(
            "given up after {} restart{}",
            restarts,
            if restarts == 1 { "" } else { "s" }
        )),
        _ => {}
    }
    parts.extend(row.result.clone());
    if kind == TroubleKind::Crashed {
        parts.extend(row.native.clone());
    }
    if let Some(seconds) = row.since_seconds {
        let last = if kind == TroubleKind::Restarting { "last " } else { "" };
        parts.push(format!("{last}{} ago", units::duration(seconds)));
    }
    if parts.is_empty() {
        parts.extend(row.native.clone());
    }
    Some(Trouble::of(kind, Severity::High, row, parts.join(", "), fix))
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// Daemons that run a program that was deleted or replaced since they started. `is_there` tells
/// whether there is a file of that name now, where that can be told.
pub fn replaced(
    rows: &[Row],
    members: &[Member],
    is_there: impl Fn(&[u8]) -> Option<bool>,
) -> Vec<Trouble> {
    let path_of = |pid: &u32| {
        let place = members.binary_search_by_key(pid, |member| member.pid).ok()?;
        members.get(place)?.replaced.as_deref()
    };
    let mut found = Vec::new();
    for row in rows {
        let pids: Vec<u32> =
            row.pids.iter().copied().filter(|pid| path_of(pid).is_some()).collect();
        let Some(path) = pids.first().and_then(path_of) else { continue };
        let name = String::from_utf8_lossy(path);
        let (what, fix) = if path.starts_with(b"/memfd:") {
            (
                format!("runs a program that is in memory only ({name})"),
                "find out who started it: daemonctl explain PID",
            )
        } else if row.kind == RowKind::Container {
            (format!("{name} was deleted or replaced since it started"), "restart the container")
        } else {
            let how = match is_there(path) {
                Some(true) => "replaced",
                Some(false) => "deleted",
                None => "deleted or replaced",
            };
            (
                format!("{name} was {how} since it started"),
                "restart it, so that it runs what is installed",
            )
        };
        let trouble = Trouble::of(TroubleKind::ReplacedProgram, Severity::Medium, row, what, fix);
        found.push(Trouble { pids, ..trouble });
    }
    found
}

/// Lines that listen on all addresses with processes of root's only.
pub fn exposed(rows: &[Row], as_root: &[Exposure]) -> Vec<Trouble> {
    let mut found = Vec::new();
    for exposure in as_root {
        let Some(row) = rows.get(exposure.row) else { continue };
        let fix = "bind it to the addresses that need it, or let it give up root";
        let trouble = Trouble::of(
            TroubleKind::ExposedAsRoot,
            Severity::Low,
            row,
            exposure.ports.clone(),
            fix,
        );
        found.push(Trouble { pids: exposure.pids.clone(), ..trouble });
    }
    found
}

/// Processes that pose as threads of the kernel, and parents that don't reap.
pub fn of_processes(snapshot: &Snapshot) -> Vec<Trouble> {
    let mut found = Vec::new();
    let mut zombies = std::collections::BTreeMap::<u32, Vec<u32>>::new();
    for row in snapshot.rows() {
        if row.process.stat.is_zombie() {
            zombies.entry(row.process.stat.ppid).or_default().push(row.process.pid());
        }
        if row.verdict.posing_as_kernel {
            let user = row.user().map_or_else(String::new, |user| format!(" of {user}'s"));
            let command = row.command();
            let claim = if command.starts_with(b"[") { &command } else { &row.process.comm[..] };
            let title = present::text::clean(claim).into_owned();
            let title = present::text::truncate(&title, TITLE_MAX).into_owned();
            found.push(Trouble {
                kind: TroubleKind::PosingAsKernel,
                severity: Severity::High,
                manager: None,
                name: None,
                pids: vec![row.process.pid()],
                what: format!(
                    "pid {} calls itself {title} and is an ordinary process{user}",
                    row.process.pid()
                ),
                fix: "find out what it is: daemonctl explain PID",
            });
        }
    }
    for (parent, pids) in zombies.into_iter().filter(|(_, pids)| pids.len() >= ZOMBIES_FROM) {
        let comm = snapshot
            .sample
            .by_pid(parent)
            .map(|parent| String::from_utf8_lossy(&parent.comm).into_owned());
        found.push(Trouble {
            kind: TroubleKind::Zombies,
            severity: Severity::Medium,
            manager: None,
            name: None,
            what: format!(
                "{} ended children of {} (pid {parent}) are not reaped",
                pids.len(),
                comm.as_deref().unwrap_or("?")
            ),
            pids: vec![parent],
            fix: "a fault of the parent: restarting it frees them",
        });
    }
    found
}

#[cfg(test)]
#[path = "trouble_tests.rs"]
mod tests;
