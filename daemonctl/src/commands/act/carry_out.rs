//! Has managers do what was asked, shows that it goes on, and gathers what came of it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use host::{
    Ability, ManagerKind, Outcome, Refusal, RefusalKind, Request, Service, ServiceManager, Verb,
};

use crate::managers::Chosen;
use crate::progress::{Manner, Progress};

use super::journal;
use super::options::DoOptions;

/// How long a script may take where `--timeout` says nothing: as long as systemd gives a service.
const SCRIPT_PATIENCE: Duration = Duration::from_secs(90);
/// As good as for ever, and still a time that can be added to another.
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What.
    pub verb: Verb,
    /// The script's own command, for [`Verb::Custom`].
    pub command: Option<&'a str>,
    /// In these runlevels instead of the usual ones.
    pub runlevels: &'a [String],
    /// Until the next boot only.
    pub runtime: bool,
    /// What is in the way may be replaced.
    pub force: bool,
}

impl Asked<'_> {
    /// A verb, and nothing special.
    pub fn verb(verb: Verb) -> Asked<'static> {
        Asked { verb, command: None, runlevels: &[], runtime: false, force: false }
    }
}

/// What came of it for one service.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was asked for.
    pub verb: Verb,
    /// What the manager says.
    pub outcome: Outcome,
    /// How long it took; `None` where it was not even tried.
    pub took: Option<Duration>,
    /// How the service is afterwards, where that was looked at.
    pub now: Option<Service>,
}

impl Report {
    /// It was refused before a manager was asked.
    pub fn refused(verb: Verb, name: &str, manager: ManagerKind, refusal: Refusal) -> Report {
        let outcome = Outcome { name: name.to_owned(), manager, result: Err(refusal) };
        Report { verb, outcome, took: None, now: None }
    }
}

/// Asks each manager once, for all of its services: what goes together can then go at once. The
/// reports come in the order of `chosen`.
pub fn carry_out(
    managers: &[Box<dyn ServiceManager>],
    chosen: &[Chosen],
    asked: &Asked<'_>,
    options: &DoOptions,
    manner: Manner,
) -> Vec<Report> {
    let mut reports: Vec<Option<Report>> = chosen.iter().map(|_| None).collect();
    for (index, manager) in managers.iter().enumerate() {
        let places: Vec<usize> = (0..chosen.len())
            .filter(|at| chosen.get(*at).is_some_and(|c| c.manager == index))
            .collect();
        let names: Vec<String> =
            places.iter().filter_map(|at| chosen.get(*at)).map(|c| c.name.clone()).collect();
        if names.is_empty() {
            continue;
        }
        let answers = ask(manager.as_ref(), &names, asked, options, manner);
        for (at, report) in places.into_iter().zip(answers) {
            if let Some(place) = reports.get_mut(at) {
                *place = Some(report);
            }
        }
    }
    reports.into_iter().flatten().collect()
}

/// The refusal of a manager that has no such thing at all, where it is not asked to do it.
pub fn inability(manager: &dyn ServiceManager, verb: Verb, name: &str) -> Option<Refusal> {
    match manager.ability(verb) {
        Ability::Can => None,
        Ability::Cannot { why, instead } => {
            let instead = instead.replace("NAME", name);
            Some(Refusal::new(RefusalKind::NotSupported, why).hint(instead))
        }
    }
}

fn ask(
    manager: &dyn ServiceManager,
    names: &[String],
    asked: &Asked<'_>,
    options: &DoOptions,
    manner: Manner,
) -> Vec<Report> {
    let kind = manager.kind();
    let is_systemd = matches!(kind, ManagerKind::Systemd | ManagerKind::SystemdUser);
    // systemd's jobs have limits of their own, and go on when we leave; a script has none.
    let usual = if is_systemd { FOR_EVER } else { SCRIPT_PATIENCE };
    let request = Request {
        command: asked.command,
        runlevels: asked.runlevels,
        runtime: asked.runtime,
        force: asked.force,
        no_wait: options.no_wait,
        timeout: options.timeout.unwrap_or(usual).min(FOR_EVER),
        job_mode: &options.job_mode,
        may_ask: !options.no_ask_password,
        ..Request::new(asked.verb, names)
    };
    let begun = SystemTime::now();
    let mut stderr = std::io::stderr();
    let mut progress = Progress::new(manner, asked.verb, is_systemd, &mut stderr);
    let mut outcomes = manager.act(&request, &mut progress).into_iter();
    let took = progress.end();
    let mut reports: Vec<Report> = names
        .iter()
        .map(|name| {
            let outcome = outcomes.next().unwrap_or_else(|| no_answer(name, kind));
            let took = took.get(&outcome.name).copied();
            Report { verb: asked.verb, outcome, took, now: None }
        })
        .collect();
    if !options.no_wait && changes_what_runs(asked.verb) {
        look_again(manager, &mut reports);
        journal::add_last_words(&mut reports, begun);
    }
    reports
}

fn no_answer(name: &str, manager: ManagerKind) -> Outcome {
    let refusal = Refusal::new(
        RefusalKind::ManagerUnavailable,
        format!("{} did not say what came of it", manager.name()),
    );
    Outcome { name: name.to_owned(), manager, result: Err(refusal) }
}

fn changes_what_runs(verb: Verb) -> bool {
    !verb.is_of_files() && !matches!(verb, Verb::ResetFailed | Verb::Custom)
}

/// How the services are now. Of scripts only what can be told without running them again.
fn look_again(manager: &dyn ServiceManager, reports: &mut [Report]) {
    let done = |report: &&mut Report| report.outcome.result.is_ok();
    match manager.kind() {
        ManagerKind::Systemd | ManagerKind::SystemdUser => {
            for report in reports.iter_mut().filter(done) {
                report.now = manager.service(&report.outcome.name).ok();
            }
        }
        ManagerKind::OpenRc | ManagerKind::SysV => {
            let services = manager.services().unwrap_or_default().into_iter();
            let mut known: BTreeMap<String, Service> =
                services.map(|service| (service.name.clone(), service)).collect();
            for report in reports.iter_mut().filter(done) {
                report.now = known.remove(&report.outcome.name);
            }
        }
    }
}
