//! The machine at a glance: its daemons grouped by service, and what is wrong with them.
//!
//! [`Overview::take`] looks: processes are sampled while the service managers answer. What it saw
//! becomes plain facts ([`member::Member`], [`host::Service`], [`listen::Port`]); [`group`] and
//! [`trouble`] judge them and are pure. [`page`] and [`json`] show the result.

pub mod ask;
pub mod columns;
pub mod group;
pub mod json;
pub mod listen;
pub mod member;
pub mod memory;
pub mod page;
pub mod search;
pub mod trouble;

use present::Why;
use present::json::Note;
use process::needs::Needs;
use process::sample;
use process::verdict::Kind;

use crate::context::Context;
use crate::failure::Failure;
use crate::snapshot::Snapshot;
use ask::{Answer, Asking};
use group::Row;
use member::Member;
use trouble::Trouble;

/// All that the page shows.
pub struct Overview {
    /// The processes that it is made of.
    pub snapshot: Snapshot,
    /// Services, daemons without one, containers.
    pub rows: Vec<Row>,
    /// What is wrong, the worst first.
    pub troubles: Vec<Trouble>,
    /// What could not be seen.
    pub notes: Vec<Note>,
    /// Services that did their work and ended: they have no line.
    pub ended: usize,
}

impl Overview {
    /// Looks at the machine. `needs` is what columns want of the daemons' processes.
    ///
    /// # Errors
    /// `/proc` can't be read.
    pub fn take(
        context: &Context,
        asking: &mut Asking,
        needs: Needs,
        before: Option<Snapshot>,
    ) -> Result<Overview, Failure> {
        asking.begin();
        let snapshot = Snapshot::take_after(context, Needs::MACHINE, before)?;
        let proc = context.proc()?;
        // Read anew and not in the first sample: only daemons are asked for these.
        let daemons: Vec<u32> = snapshot
            .rows()
            .iter()
            .filter(|row| row.verdict.kind() == Kind::Daemon && !row.process.stat.is_zombie())
            .map(|row| row.process.pid())
            .collect();
        let details =
            sample::of_pids(&proc, &daemons, needs.without(columns::CGROUP_MEMORY) | Needs::EXE);
        let members = member::members(&snapshot, &details);
        let mut notes = Vec::new();
        let sockets = listen::listeners().unwrap_or_else(|note| {
            notes.push(note);
            Vec::new()
        });
        let services = services(asking.finish(), &mut notes);
        let ended = services.iter().filter(|s| s.state == host::ServiceState::Exited).count();
        let own_uid = rustix::process::geteuid().as_raw();
        let mut rows = group::group(&members, services, unix_now(), own_uid);
        let root = &context.common.system_root;
        let walked = listen::attribute(&proc, root, &members, &mut rows, sockets);
        if needs.any(columns::CGROUP_MEMORY) {
            memory::read(root, &mut rows);
        }
        notes.extend(walked.notes);
        notes.extend(unseen(&snapshot, &members));
        let mut troubles = trouble::of_rows(&rows);
        troubles.extend(trouble::of_processes(&snapshot));
        troubles.extend(trouble::replaced(&rows, &members, |path| is_there(context, path)));
        troubles.extend(trouble::exposed(&rows, &walked.as_root));
        troubles.sort_by_key(|trouble| trouble.severity);
        group::order(&mut rows, &troubles);
        Ok(Overview { snapshot, rows, troubles, notes, ended })
    }
}

fn unix_now() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |since| since.as_secs_f64())
}

/// What the managers said; what they did not say becomes notes.
fn services(answers: Vec<Answer>, notes: &mut Vec<Note>) -> Vec<host::Service> {
    let mut services = Vec::new();
    for answer in answers {
        match answer.services {
            Ok(found) => services.extend(found),
            Err(problem) => notes.push(Note {
                what: format!("the services of {}", answer.manager.name()),
                reason: problem.reason,
                detail: problem.detail,
            }),
        }
    }
    services
}

/// Whether a program's file is there, where looking can't hang on a network that is gone.
fn is_there(context: &Context, path: &[u8]) -> Option<bool> {
    use std::os::unix::ffi::OsStrExt as _;
    let proc = context.proc().ok()?;
    if process::locality::Mounts::of_machine(&proc).is_remote_path(path) {
        return None;
    }
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path));
    let inside = context.common.system_root.join(path.strip_prefix("/").ok()?);
    Some(std::fs::symlink_metadata(inside).is_ok())
}

/// What this user may not see of daemons' processes.
fn unseen(snapshot: &Snapshot, members: &[Member]) -> Vec<Note> {
    let mut notes = crate::json::notes(snapshot);
    let denied = members.iter().filter(|member| member.exe_denied).count();
    if denied > 0 {
        notes.push(Note {
            what: format!("executables of {denied} of the daemons' processes"),
            reason: Why::NotPermitted,
            detail: "whether they were deleted or replaced since the start is not known".to_owned(),
        });
    }
    if snapshot.sample.by_pid(1).is_none() {
        notes.push(Note {
            what: "other users' processes".to_owned(),
            reason: Why::NotPermitted,
            detail: "/proc is mounted with hidepid: only root sees them".to_owned(),
        });
    }
    notes
}
