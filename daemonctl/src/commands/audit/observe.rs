//! `daemonctl audit --observe DURATION NAME`: what a service really uses, and the tightest drop-in for that.

mod convert;
mod gates;
mod show;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use host::{ServiceState, Verb};
use insight::proposal::{Observation, Proposal, propose};
use observe::{ObserveError, Observer, Woken};

use super::fix::{self, Consent};
use super::subject::Subject;
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::gather::service::pids;
use crate::managers::{Chosen, Managers};
use gates::Gates;

/// So long the processes of the observed run may take to stop.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// What is wished.
#[derive(Debug, Clone)]
pub struct Wish {
    /// For so long.
    pub duration: Duration,
    /// The service is restarted first, so that its start is seen.
    pub restart: bool,
    /// The drop-in is put in place afterwards; `None`: only shown.
    pub fix: Option<Consent>,
}

/// What came of it.
pub struct Seen {
    /// What was seen.
    pub observation: Observation,
    /// What that means for its sandbox.
    pub proposal: Proposal,
    /// Processes that were watched.
    pub processes: u32,
    /// What could not be seen, and what happened on the way.
    pub notes: Vec<String>,
}

/// Observes the service, and shows what it used and the drop-in.
///
/// # Errors
/// Not permitted, it does not run, or something else traces it.
pub fn run(
    context: &Context,
    managers: &Managers,
    chosen: &Chosen,
    wish: &Wish,
) -> Result<ExitCode, Failure> {
    let subject = Subject::look(context, managers, chosen)?;
    let seen = match wish.restart {
        true => through_a_start(context, &subject, wish)?,
        false => as_it_runs(context, &subject, wish)?,
    };
    let settings = &seen.proposal.settings;
    let nothing = settings.is_empty();
    // Without a setting there is nothing to restart it for.
    let fix = wish.fix.map(|consent| if nothing { fix::Consent::DryRun } else { consent });
    match fix.filter(|_| subject.is_unit()) {
        Some(consent) if context.common.json => {
            let report = fix::carry_out(context, &subject, settings, consent)?;
            show::json(&subject, &seen, Some(&report))?;
            Ok(report.status())
        }
        Some(consent) => {
            show::text(context, &subject, &seen, wish)?;
            fix::run_on(context, &subject, settings, consent)
        }
        None if context.common.json => {
            show::json(&subject, &seen, None).map(|()| ExitCode::SUCCESS)
        }
        None => show::text(context, &subject, &seen, wish).map(|()| ExitCode::SUCCESS),
    }
}

/// The processes of a service, asked again and again; none once that is switched off.
fn members(
    context: &Context,
    subject: &Subject<'_>,
    off: Arc<AtomicBool>,
) -> impl FnMut() -> Vec<u32> + Send + 'static {
    let context = Context::new(context.common.clone());
    let known: Vec<u32> = subject.service.processes.iter().map(|process| process.pid).collect();
    let group =
        subject.manager.service(&subject.name).ok().and_then(|service| service.control_group);
    move || match &group {
        _ if off.load(Ordering::Relaxed) => Vec::new(),
        Some(group) => pids::of_group(&context, group, None),
        None => known.clone(),
    }
}

fn as_it_runs(context: &Context, subject: &Subject<'_>, wish: &Wish) -> Result<Seen, Failure> {
    let off = Arc::new(AtomicBool::new(false));
    let observer = Observer::start(members(context, subject, off), None)
        .map_err(|error| failure(subject, &error))?;
    progress(context, subject, wish)?;
    let woken = observer.wait(wish.duration);
    finish(subject, observer, false, notes(woken))
}

/// Restarts it behind gates, watches, and restarts it as it was.
fn through_a_start(context: &Context, subject: &Subject<'_>, wish: &Wish) -> Result<Seen, Failure> {
    if !subject.is_unit() {
        return Err(Failure::failed(format_args!(
            "a start can be observed with systemd only, and {} is {}'s",
            subject.name,
            subject.manager.kind().name()
        ))
        .hint("observe it without --restart"));
    }
    // Who stopped it did not ask for it to be started.
    let state = subject.manager.service(&subject.name)?.state;
    if !matches!(state, ServiceState::Running | ServiceState::Exited) {
        return Err(failure(subject, &ObserveError::NoProcesses));
    }
    let mut gates = Gates::set_up(context, &subject.name)?;
    let off = Arc::new(AtomicBool::new(false));
    let watched = members(context, subject, Arc::clone(&off));
    let observer = Observer::start(watched, Some(gates.token.clone()))
        .map_err(|error| failure(subject, &error))?;
    let started = subject.reload_definitions().and_then(|()| subject.act(Verb::Restart));
    let woken = started.and_then(|()| {
        progress(context, subject, wish)?;
        Ok(work(subject, &observer, wish.duration))
    });
    // However that went: first the service as it was, then what there is to say.
    let removed = gates.take_away().and_then(|()| subject.reload_definitions());
    off.store(true, Ordering::Relaxed);
    // A start that failed often is not tried any more until that is forgotten.
    let _ = subject.act(Verb::ResetFailed);
    let restored = subject.act(Verb::Restart);
    observer.wait_for_end(STOP_WITHIN);
    removed?;
    restored.map_err(|failure| {
        Failure::failed(format_args!(
            "{} did not start again after it was observed: {}",
            subject.name,
            failure.message()
        ))
        .hint(format_args!("daemonctl diagnose {}", subject.name))
    })?;
    let (woken, mut notes) = woken?;
    notes.extend(self::notes(woken));
    finish(subject, observer, true, notes)
}

/// Watches it work; half-way it is reloaded, where it can be: that is part of its life too.
fn work(subject: &Subject<'_>, observer: &Observer, duration: Duration) -> (Woken, Vec<String>) {
    let end = Instant::now().checked_add(duration);
    let woken = observer.wait(duration / 2);
    if woken != Woken::Elapsed {
        return (woken, Vec::new());
    }
    let can_reload =
        subject.manager.service(&subject.name).ok().and_then(|service| service.details);
    let mut notes = Vec::new();
    if can_reload.and_then(|details| details.can_reload) == Some(true)
        && let Err(failure) = subject.act(Verb::Reload)
    {
        notes
            .push(format!("it could not be reloaded while it was observed: {}", failure.message()));
    }
    let left = end.map_or(Duration::ZERO, |end| end.saturating_duration_since(Instant::now()));
    (observer.wait(left), notes)
}

fn notes(woken: Woken) -> Vec<String> {
    match woken {
        Woken::Signal(_) => vec!["interrupted: only what was seen until then counts".to_owned()],
        Woken::Elapsed | Woken::AllEnded => Vec::new(),
    }
}

fn finish(
    subject: &Subject<'_>,
    observer: Observer,
    stop_seen: bool,
    mut notes: Vec<String>,
) -> Result<Seen, Failure> {
    let record = observer.finish().map_err(|error| failure(subject, &error))?;
    notes.extend(record.missed.values().cloned());
    if record.files_folded {
        notes.push("it used very many files: of most only the directories were kept".to_owned());
    }
    if stop_seen && record.starts_seen == 0 {
        notes.push("no gate was met: its start was not seen after all".to_owned());
    }
    let observation = convert::observation(&record, stop_seen);
    let mut proposal = propose(&observation, &subject.current());
    if !proposal.settings.is_empty() && subject.is_loosened(&proposal.settings) {
        proposal.settings.clear();
        notes.push(
            "its unit is as tight already as what was seen allows: nothing is proposed".to_owned(),
        );
    }
    Ok(Seen { observation, proposal, processes: record.processes, notes })
}

/// Says what goes on, to people who wait.
fn progress(context: &Context, subject: &Subject<'_>, wish: &Wish) -> Result<(), Failure> {
    use std::io::{IsTerminal as _, Write as _};
    let mut stderr = std::io::stderr();
    if context.common.json || !stderr.is_terminal() {
        return Ok(());
    }
    let name = present::text::clean(subject.name.as_bytes());
    let seconds = wish.duration.as_secs_f64();
    writeln!(
        stderr,
        "observing {name} for {seconds:.0} s: have it do all that it does (Ctrl-C ends it earlier)"
    )?;
    Ok(())
}

fn failure(subject: &Subject<'_>, error: &ObserveError) -> Failure {
    let failure = Failure::failed(format_args!("{}: {error}", subject.name));
    match error {
        ObserveError::NotPermitted { .. } => {
            failure.with_status(exit::NOT_PERMITTED).hint("sudo daemonctl audit --observe …")
        }
        ObserveError::NoProcesses => failure
            .with_status(exit::NOT_RUNNING)
            .hint(format_args!("it has to run: daemonctl start {}", subject.name)),
        ObserveError::TracedAlready { .. } => {
            failure.hint("end that first: a process has one tracer at a time")
        }
        ObserveError::Failed { .. } => failure,
    }
}
