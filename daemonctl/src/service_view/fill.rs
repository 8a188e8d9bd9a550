//! What a manager does not know of its services, filled in from the processes.

use std::collections::{HashMap, HashSet};

use host::{Field, ManagerKind, Reason, Service, ServiceState};
use present::json::Note;
use process::fact::Fact;
use process::needs::Needs;
use process::sample::Sample;

use super::extent::{self, Extent};
use super::{Known, Seen, ServiceView, Source, logs, reasons, unix_now};
use crate::context::Context;
use crate::failure::Failure;
use crate::overview::group::{self, Row, RowKind};
use crate::overview::{listen, member, memory};
use crate::snapshot::Snapshot;

/// Needs beside those of the process room.
pub mod need {
    /// What systemd is asked of each service alone: since when, its main process, its restarts.
    pub const TOLD: u64 = 1 << 57;
    /// What it depends on.
    pub const DEPENDENCIES: u64 = 1 << 56;
    /// The processes themselves.
    pub const PROCESSES: u64 = 1 << 58;
    /// What they listen on.
    pub const PORTS: u64 = 1 << 59;
    /// Log files that they hold open.
    pub const LOGS: u64 = 1 << 60;
    /// Whether it is enabled, from the list of what is installed.
    pub const ENABLEMENT: u64 = 1 << 61;
    /// What managers tell of single services only.
    pub const DETAILS: u64 = 1 << 62;
    /// Memory of control groups.
    pub const CGROUP_MEMORY: u64 = 1 << 63;
    /// Any of what the processes tell.
    pub const ANY_PROCESS: u64 = PROCESSES | PORTS | LOGS | CGROUP_MEMORY;
}

/// Services with what their processes tell.
pub struct Filled {
    /// In the order in which the services were given.
    pub views: Vec<ServiceView>,
    /// Where there are no services: the daemons that run all the same.
    pub others: Vec<ServiceView>,
    /// The processes; `None`: nobody looked.
    pub snapshot: Option<Snapshot>,
    /// What could not be seen.
    pub notes: Vec<Note>,
}

/// Whether processes are worth a look for what the managers themselves leave open: when a service was
/// started, and whether one runs of which no manager knows that it does.
pub fn leaves_open(services: &[Service]) -> bool {
    leaves_state_open(services)
        || services.iter().any(|service| {
            is_scripts(service) && service.main_pid.is_some() && service.since_unix_usec.is_none()
        })
}

/// The same for the states alone.
pub fn leaves_state_open(services: &[Service]) -> bool {
    services.iter().any(|service| {
        let is_doubtful = matches!(
            service.state,
            ServiceState::Stopped | ServiceState::Crashed | ServiceState::Unknown
        );
        is_scripts(service) && is_doubtful && !has_no_daemon(service)
    })
}

/// Its manager runs scripts, and knows nothing of processes.
pub(super) fn is_scripts(service: &Service) -> bool {
    matches!(service.manager, ManagerKind::OpenRc | ManagerKind::SysV)
}

/// A script of the boot, which does its work and starts no daemon: nobody can know how it is.
pub fn has_no_daemon(service: &Service) -> bool {
    let gap = service.gap(Field::MainPid).map(|gap| gap.reason);
    service.state == ServiceState::Unknown
        && service.pid_files.is_empty()
        && service.main_pid.is_none()
        && gap == Some(Reason::NotApplicable)
}

/// The services alone, as their managers told them.
pub fn plain(services: Vec<Service>) -> Filled {
    let views = services.into_iter().map(ServiceView::new).collect();
    Filled { views, others: Vec::new(), snapshot: None, notes: Vec::new() }
}

/// The services with what their processes tell. `needs` is of [`need`].
///
/// # Errors
/// `/proc` can't be read.
pub fn fill(context: &Context, services: Vec<Service>, needs: u64) -> Result<Filled, Failure> {
    let snapshot = match extent::of(context, &services) {
        // Without services it is about the daemons that have none.
        Extent::Nothing if !services.is_empty() => {
            let mut filled = plain(services);
            filled.views.iter_mut().for_each(|view| view.seen = Some(nothing()));
            return Ok(filled);
        }
        Extent::Near(pids) => Snapshot::near(context, &pids, Needs::NOTHING)?,
        Extent::OfScripts(near) => Snapshot::near_known(context, &near.pids, &near.known)?,
        _ => Snapshot::take(context, Needs::NOTHING)?,
    };
    let proc = context.proc()?;
    let members = member::members(&snapshot, &Sample::default());
    let own_uid = rustix::process::geteuid().as_raw();
    let mut rows = group::group(&members, services.clone(), unix_now(), own_uid);
    if !services.is_empty() {
        // Whose sockets and memory nobody asked for is not looked into.
        let asked: HashSet<(&str, &str)> =
            services.iter().map(|s| (s.manager.name(), s.name.as_str())).collect();
        rows.retain(|row| row.manager.is_some_and(|m| asked.contains(&(m, row.name.as_str()))));
    }
    let mut notes = crate::json::notes(&snapshot);
    if needs & need::PORTS != 0 {
        let sockets = listen::listeners().unwrap_or_else(|note| {
            notes.push(note);
            Vec::new()
        });
        let root = &context.common.system_root;
        let unseen = listen::attribute(&proc, root, &members, &mut rows, sockets).notes;
        let is_about_them = |row: &Row| {
            matches!(row.listens, Fact::NotPermitted | Fact::Unknown)
                && (services.is_empty() || services.iter().any(|s| s.name == row.name))
        };
        notes.extend(unseen.into_iter().filter(|_| rows.iter().any(is_about_them)));
    }
    if needs & need::CGROUP_MEMORY != 0 {
        memory::read(&context.common.system_root, &mut rows);
    }
    let mut by_name: HashMap<(&'static str, String), Row> = HashMap::new();
    let mut unowned = Vec::new();
    for row in rows {
        let key = row.manager.map(|manager| (manager, row.name.clone()));
        match key.filter(|key| !by_name.contains_key(key)) {
            Some(key) => drop(by_name.insert(key, row)),
            None => unowned.push(row),
        }
    }
    let mut views = Vec::with_capacity(services.len());
    for service in services {
        let row = by_name.remove(&(service.manager.name(), service.name.clone()));
        views.push(of_service(service, row.as_ref(), &snapshot));
    }
    if needs & need::LOGS != 0 {
        for seen in views.iter_mut().filter_map(|view| view.seen.as_mut()) {
            seen.log_files = logs::of_pids(&proc, &seen.pids);
        }
    }
    unowned.extend(by_name.into_values());
    let mut others: Vec<ServiceView> = unowned
        .into_iter()
        .filter(|row| row.kind != RowKind::Container && !row.pids.is_empty())
        .map(of_row)
        .collect();
    others.sort_by(|a, b| (&a.name, pid(a)).cmp(&(&b.name, pid(b))));
    Ok(Filled { views, others, snapshot: Some(snapshot), notes })
}

fn pid(view: &ServiceView) -> u32 {
    view.main_pid.map_or(0, |pid| pid.value)
}

fn of_service(service: Service, row: Option<&Row>, snapshot: &Snapshot) -> ServiceView {
    let mut view = ServiceView::new(service);
    // Units without a control group of their own name: their processes are found by the group.
    let in_group = match (row, &view.service) {
        (None, Some(service)) => of_group(service, snapshot),
        _ => None,
    };
    let Some(seen) = row.map(seen).or(in_group) else {
        view.seen = Some(nothing());
        return view;
    };
    let is_scripts = !view.is_systemds();
    if !seen.pids.is_empty() {
        if is_scripts && may_be_wrong(&view) {
            let told = view.state.value;
            view.state = Known { value: ServiceState::Running, source: Source::Processes };
            if !matches!(told, ServiceState::Unknown | ServiceState::Exited) {
                view.trouble.push(reasons::runs_all_the_same(&view, &seen.pids));
            }
        }
        let has_process = matches!(
            view.state.value,
            ServiceState::Running | ServiceState::Starting | ServiceState::Stopping
        );
        if view.main_pid.is_none() && has_process {
            view.main_pid =
                seen.pids.first().map(|&value| Known { value, source: Source::Processes });
        }
        let started = row.and_then(|row| row.main_pid).and_then(|main| {
            let index = snapshot.sample.index_of(main)?;
            Some(unix_now() - snapshot.row(index)?.age_seconds())
        });
        if has_process && view.since_unix_seconds.is_none() {
            view.since_unix_seconds =
                started.map(|value| Known { value, source: Source::Processes });
        }
    }
    view.seen = Some(seen);
    view
}

/// Whether processes may say against the state that was told. Where a manager is certain that the
/// daemon is gone, what is left of a service is not it: a session of a stopped sshd, a worker.
fn may_be_wrong(view: &ServiceView) -> bool {
    let gap = view.service.as_ref().and_then(|service| service.gap(Field::MainPid));
    // LSB: 3 is "program is not running". Where its script agrees, nobody knows better.
    const NOT_RUNNING: i32 = 3;
    let asked = view.service.as_ref().and_then(|service| service.details.as_ref());
    let script = asked.and_then(|details| details.script_status.as_ref());
    let is_certain = gap.is_some_and(|gap| gap.reason != Reason::Unknown)
        || script.is_some_and(|(_, status)| *status == NOT_RUNNING);
    match view.state.value {
        // Of a script that names no daemon a manager says that it has done its work and ended.
        ServiceState::Unknown | ServiceState::Exited => true,
        ServiceState::Stopped | ServiceState::Crashed => !is_certain,
        _ => false,
    }
}

fn seen(row: &Row) -> Seen {
    Seen {
        pids: row.pids.clone(),
        user: row.user.clone(),
        tasks: row.tasks,
        rss_bytes: row.rss_bytes,
        cpu_seconds: row.cpu_seconds,
        cpu_percent: row.cpu_percent,
        cgroup_memory: row.cgroup_memory,
        listens: row.listens.clone(),
        log_files: Fact::NotMeasured,
    }
}

fn nothing() -> Seen {
    Seen {
        pids: Vec::new(),
        user: None,
        tasks: 0,
        rss_bytes: 0,
        cpu_seconds: 0.0,
        cpu_percent: 0.0,
        cgroup_memory: Fact::NotApplicable,
        listens: Fact::NotApplicable,
        log_files: Fact::NotApplicable,
    }
}

/// The processes of a unit's control group and of the groups below it.
fn of_group(service: &Service, snapshot: &Snapshot) -> Option<Seen> {
    let group = service.control_group.as_deref().filter(|group| group.len() > 1)?.as_bytes();
    let mut seen = nothing();
    for row in snapshot.rows() {
        let Some(cgroup) = snapshot.sample.cgroup(row.process) else { continue };
        let inside = cgroup.path.strip_prefix(group);
        if !inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")) {
            continue;
        }
        seen.pids.push(row.process.pid());
        seen.tasks += u64::from(row.process.stat.threads);
        seen.rss_bytes = seen.rss_bytes.saturating_add(row.rss_bytes());
        seen.cpu_seconds += row.cpu_seconds();
        seen.cpu_percent += row.cpu_percent();
    }
    Some(seen)
}

/// A daemon that no manager has which was asked.
fn of_row(row: Row) -> ServiceView {
    let by_processes = |value| Known { value, source: Source::Processes };
    ServiceView {
        seen: Some(seen(&row)),
        name: row.name,
        description: row.description,
        manager: row.manager,
        state: by_processes_state(),
        main_pid: row.main_pid.map(|value| Known { value, source: Source::Processes }),
        since_unix_seconds: row.since_seconds.map(|age| by_processes(unix_now() - age)),
        enablement: None,
        service: None,
        trouble: Vec::new(),
    }
}

fn by_processes_state() -> Known<ServiceState> {
    Known { value: ServiceState::Running, source: Source::Processes }
}
