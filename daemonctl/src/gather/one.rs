//! One service, with all that belongs to it.

use std::path::{Path, PathBuf};

use host::ManagerKind;
use insight::snapshot::{Manager, Service, State};
use process::fact::Fact;

use super::definition::{self, Decided};
use super::log::{self, Subject, Told};
use super::native::Native;
use super::processes::{self, Depth};
use super::service::{manager_of, others, pid_files, pids, scripts, systemd};
use super::{Gatherer, Purpose, cgroup, cores, history, meant, script, should_run};
use crate::logs::{own_files, service_files};
use crate::managers::{Chosen, Unanswered};
use crate::service_view::fill::{self, need};
use crate::service_view::{ServiceView, logs};

/// More processes of one service are not looked at one by one.
const PIDS_MAX: usize = 512;
/// Core dumps that are older say nothing of now: a week.
const CORES_USEC: u64 = 7 * 24 * 3600 * 1_000_000;

/// A service as its manager, its files, its log and its processes tell.
///
/// # Errors
/// Its manager does not answer, or has no such service.
pub fn service(gatherer: &Gatherer<'_>, chosen: &Chosen) -> Result<Service, Unanswered> {
    let kind = gatherer.managers.of(chosen).map(|manager| manager.kind());
    match kind {
        Some(kind @ (ManagerKind::Systemd | ManagerKind::SystemdUser)) => {
            of_systemd(gatherer, chosen, manager_of(kind))
        }
        Some(kind) => of_scripts(gatherer, chosen, manager_of(kind)),
        None => Err(Unanswered::Silent("there is no such manager".to_owned())),
    }
}

fn of_systemd(
    gatherer: &Gatherer<'_>,
    chosen: &Chosen,
    manager: Manager,
) -> Result<Service, Unanswered> {
    let asked = gatherer
        .managers
        .ask(chosen.manager, |manager| manager.native_properties(&chosen.name).transpose())?;
    let native = Native::new(asked.unwrap_or_default());
    let mut service = systemd::service(&chosen.name, manager, &native);
    job(gatherer, chosen, &native, &mut service);
    let is_user = manager == Manager::SystemdUser;
    let decided = Decided {
        timeout_start_usec: native.number("TimeoutStartUSec"),
        start_limit: native
            .number("StartLimitIntervalUSec")
            .zip(native.number("StartLimitBurst").and_then(|burst| u32::try_from(burst).ok())),
        restart_usec: native.number("RestartUSec"),
    };
    if let Some((tree, unit)) = gatherer.trees.unit(gatherer.context, is_user, &service.name)
        && (unit.fragment().is_some() || !unit.drop_ins().is_empty())
    {
        let found = definition::of_unit(tree, &unit, decided, true);
        definition::place_conditions(&unit, &mut service.conditions);
        definition::place_dependencies(&unit, &mut service.dependencies);
        service.definition = Some(found);
    }
    let group = native.text("ControlGroup").unwrap_or_default().to_owned();
    let pids = pids::of_group(gatherer.context, &group, service.main_pid);
    let files = log_files(gatherer, &service, &pids, None);
    let mut subject = subject(&service, &pids, files);
    subject.start_usec = systemd::last_start(&native);
    subject.invocation.clone_from(&service.unit.invocation);
    subject.has_ended = !service.is_healthy() && subject.start_usec.is_some();
    if let Some(pid) = native.number("ExecMainPID").and_then(|pid| u32::try_from(pid).ok())
        && pid != 0
        && !subject.pids.contains(&pid)
    {
        subject.pids.push(pid);
    }
    let told = log::of_service(gatherer, &subject);
    meant::fill(gatherer, &mut service);
    service.should_run =
        should_run::of_unit(gatherer, chosen.manager, &service, &native, &told.facts);
    finish(gatherer, &mut service, &pids, told, Some(group));
    Ok(service)
}

/// The job that is queued for it.
fn job(gatherer: &Gatherer<'_>, chosen: &Chosen, native: &Native, service: &mut Service) {
    let number = native.value("Job").and_then(|job| job.field(0)?.as_u64()).unwrap_or(0);
    if number == 0 {
        return;
    }
    let jobs = gatherer.managers.ask(chosen.manager, |manager| manager.jobs()).unwrap_or_default();
    let own = jobs.into_iter().find(|job| job.id.is_some_and(|id| u64::from(id) == number));
    service.unit.job = own.map(|job| (job.kind, job.state));
}

fn of_scripts(
    gatherer: &Gatherer<'_>,
    chosen: &Chosen,
    manager: Manager,
) -> Result<Service, Unanswered> {
    let asked = gatherer.managers.ask(chosen.manager, |manager| manager.service(&chosen.name))?;
    let needs = need::PROCESSES | need::LOGS;
    let filled = fill::fill(gatherer.context, vec![asked.clone()], needs);
    let view = filled
        .ok()
        .and_then(|filled| filled.views.into_iter().next())
        .unwrap_or_else(|| ServiceView::new(asked));
    let mut service = scripts::service(&view, manager, &gatherer.levels());
    service.definition = script::definition(gatherer, &view);
    let pids = view.seen.as_ref().map(|seen| seen.pids.clone()).unwrap_or_default();
    let named = service.definition.iter().flat_map(|d| d.pid_file.iter().map(|(p, _)| p.clone()));
    let told = view.service.iter().flat_map(|service| &service.pid_files);
    let mut files: Vec<String> = told.map(|path| path.to_string_lossy().into_owned()).collect();
    files.extend(named);
    files.dedup();
    service.pid_files =
        files.iter().map(|path| pid_files::look(gatherer.context, path, &pids)).collect();
    // What its configuration names says which lines of its log can be about now.
    meant::fill(gatherer, &mut service);
    service.should_run |= should_run::is_silent_daemon(gatherer.context, &service);
    let files = log_files(gatherer, &service, &pids, Some(&view));
    let mut subject = subject(&service, &pids, files);
    let is_up = matches!(service.state, State::Running | State::Exited | State::Starting);
    subject.start_usec = service.since_usec.filter(|_| is_up);
    subject.has_ended = !is_up;
    subject.earliest_usec = log::since::changed(gatherer, &service);
    if !is_up {
        subject.pid_files.clone_from(&service.pid_files);
    }
    let told = log::of_service(gatherer, &subject);
    finish(gatherer, &mut service, &pids, told, None);
    Ok(service)
}

/// Whose lines are the service's.
fn subject(service: &Service, pids: &[u32], files: Vec<PathBuf>) -> Subject {
    let mut identifiers: Vec<String> = Vec::new();
    for command in service.definition.iter().flat_map(|definition| &definition.commands) {
        let name = command.program.rsplit('/').next().unwrap_or_default();
        let is_shell = matches!(name, "sh" | "bash" | "dash" | "env" | "mkdir" | "install" | "");
        if !is_shell && !identifiers.iter().any(|known| known == name) {
            identifiers.push(name.to_owned());
        }
    }
    log::identifiers::add(&service.name, &mut identifiers);
    Subject {
        name: service.name.clone(),
        manager: service.manager,
        pids: pids.iter().take(PIDS_MAX).copied().collect(),
        identifiers,
        files,
        ..Subject::default()
    }
}

/// Log files that its processes hold open, else those that its configuration names.
fn log_files(
    gatherer: &Gatherer<'_>,
    service: &Service,
    pids: &[u32],
    view: Option<&ServiceView>,
) -> Vec<PathBuf> {
    if gatherer.options.log_lines_max == 0 {
        return Vec::new();
    }
    let root = gatherer.root();
    let names = names(service);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let held = view.and_then(|view| view.seen.as_ref()).map(|seen| seen.log_files.clone());
    let mut files = match (held, gatherer.context.proc()) {
        (Some(Fact::Known(_)), _) => {
            view.map(|view| own_files::of_service(&root, view, &names)).unwrap_or_default()
        }
        (_, Ok(proc)) => {
            let held = logs::of_pids(&proc, pids.get(..PIDS_MAX).unwrap_or(pids));
            match held {
                Fact::Known(_) => own_files::of_pids(&root, &proc, pids),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    for file in service_files::configured(&root, &names) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    for path in script::outputs::of(gatherer, service) {
        let path = gatherer.inside(&path);
        if path.is_file() && !files.contains(&path) {
            files.push(path);
        }
    }
    files
}

/// What the service and its programs are called.
pub fn names(service: &Service) -> Vec<String> {
    let stem = service.name.strip_suffix(".service").unwrap_or(&service.name);
    let commands = service.definition.iter().flat_map(|definition| &definition.commands);
    let programs = commands.filter_map(|command| Path::new(&command.program).file_name());
    let mut names: Vec<String> = vec![stem.to_owned()];
    names.extend(programs.map(|name| name.to_string_lossy().into_owned()));
    names.dedup();
    names
}

/// What is the same for services of every manager: processes, control group, core dumps, configuration.
fn finish(
    gatherer: &Gatherer<'_>,
    service: &mut Service,
    pids: &[u32],
    told: Told,
    group: Option<String>,
) {
    let context = gatherer.context;
    let Told { log, mut runs, facts: history::Facts { .. } } = told;
    history::close(&mut runs, service);
    (service.log, service.runs) = (log, runs);
    let depth = match gatherer.options.purpose {
        Purpose::Diagnose => Depth::Diagnose,
        Purpose::Audit => Depth::Audit,
    };
    let pids = pids.get(..PIDS_MAX).unwrap_or(pids);
    service.processes = processes::gather(context, pids, depth);
    service.gone_files = processes::gone_files(context, pids);
    let group = group.or_else(|| own_group(gatherer, service));
    service.cgroup =
        group.filter(|group| group.len() > 1).and_then(|group| cgroup::read(context, &group));
    if service.pid_files.is_empty()
        && let Some((path, _)) = service.definition.as_ref().and_then(|d| d.pid_file.as_ref())
    {
        service.pid_files = vec![pid_files::look(context, path, pids)];
    }
    let program = service.definition.as_ref().and_then(|d| d.main_command());
    let program = program.map(|command| command.program.clone());
    if let Some(program) = program.filter(|program| program.starts_with('/')) {
        if !service.is_healthy() {
            let inside = gatherer.inside(&program);
            service.others = others::of_program(context, &inside.to_string_lossy(), pids);
        }
        let since = Some(gatherer.now_usec.saturating_sub(CORES_USEC));
        let directory = service.definition.as_ref().and_then(|d| d.working_directory.as_ref());
        let directories: Vec<String> = directory.iter().map(|(path, ..)| path.clone()).collect();
        service.core_dumps =
            cores::of(context, gatherer.machine(), &[program], &directories, since);
    }
    service.is_looping = super::growth::is_looping(service, gatherer.now_usec);
}

/// The control group of its main process, where it is its own and not that of the whole machine.
fn own_group(gatherer: &Gatherer<'_>, service: &Service) -> Option<String> {
    let pid = service.main_pid?;
    let file = gatherer.context.common.proc_root.join(pid.to_string()).join("cgroup");
    let text = std::fs::read_to_string(file).ok()?;
    let paths = text.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let own = paths.into_iter().find(|path| path.contains(service.name.as_str()))?;
    Some(own.to_owned())
}
