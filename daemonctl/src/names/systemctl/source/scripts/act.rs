//! What is done with services: by their manager, with systemctl's words for what comes of it.

use std::time::Duration;

use host::{Ability, Done, Event, Outcome, Refusal, RefusalKind, Request, Verb};

use super::{CallError, Scripts, failed, unit_of};
use crate::names::systemctl::Tool;
use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::start::{job_of, refused};

/// As long as systemd gives a script of its own accord.
const TIMEOUT: Duration = Duration::from_secs(300);

/// `start` and its kin.
pub fn start(scripts: &Scripts, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure> {
    let asked = match job_of(verb) {
        "stop" => Verb::Stop,
        "reload" => Verb::Reload,
        "restart" => Verb::Restart,
        "try-restart" => Verb::TryRestart,
        "reload-or-restart" => Verb::ReloadOrRestart,
        "reload-or-try-restart" => Verb::TryReloadOrRestart,
        _ => Verb::Start,
    };
    if verb == "isolate" || tool.options.marked {
        let what = if verb == "isolate" { "Verb 'isolate'" } else { "--marked" };
        return Err(Failure::new(format!(
            "{what} is not supported: {} runs this machine, and has no such thing.",
            super::Source::name(scripts)
        )));
    }
    if tool.options.dry_run {
        return Ok(0);
    }
    let mut status = 0;
    for unit in names {
        let outcome = one(scripts, tool, asked, unit);
        let ended = match outcome.result {
            Ok(done) => {
                notes(tool, &done);
                0
            }
            Err(refusal) => say(tool, verb, unit, &refusal),
        };
        if status == 0 {
            status = ended;
        }
    }
    Ok(status)
}

/// Asks for one unit.
fn one(scripts: &Scripts, tool: &Tool, verb: Verb, unit: &str) -> Outcome {
    let manager = scripts.manager.kind();
    let Some(name) = unit.strip_suffix(super::SUFFIX) else {
        let result = Err(Refusal::new(RefusalKind::NoSuchService, "there is no such unit"));
        return Outcome { name: unit.to_owned(), manager, result };
    };
    let names = [name.to_owned()];
    let mut request = Request::new(verb, &names);
    request.no_wait = tool.options.no_block;
    request.runtime = tool.options.runtime;
    request.force = tool.options.force > 0;
    request.timeout = TIMEOUT;
    let outcomes = scripts.manager.act(&request, &mut |_: &Event<'_>| {});
    outcomes.into_iter().next().unwrap_or_else(|| Outcome {
        name: name.to_owned(),
        manager,
        result: Err(Refusal::new(RefusalKind::ManagerUnavailable, "the manager gave no answer")),
    })
}

fn notes(tool: &Tool, done: &Done) {
    done.notes.iter().for_each(|note| tool.note(note));
}

/// Says why it was not done; gives the exit status.
fn say(tool: &Tool, verb: &str, unit: &str, refusal: &Refusal) -> u8 {
    let error = |name: &str, message: String| CallError::of_systemd(name, message);
    let refuse = |error: &CallError| refused(tool, verb, unit, error);
    let job = |text: String| {
        tool.note(&text);
        1
    };
    refusal.output.iter().for_each(|line| tool.note(line));
    match refusal.kind {
        RefusalKind::NoSuchService if job_of(verb) == "stop" => {
            refuse(&error("NoSuchUnit", format!("Unit {unit} not loaded.")))
        }
        RefusalKind::NoSuchService => {
            refuse(&error("NoSuchUnit", format!("Unit {unit} not found.")))
        }
        RefusalKind::Masked => refuse(&error("UnitMasked", format!("Unit {unit} is masked."))),
        RefusalKind::NotSupported => refuse(&error(
            "JobTypeNotApplicable",
            format!("Job type {} is not applicable for unit {unit}.", job_of(verb)),
        )),
        RefusalKind::NotPermitted => {
            let status =
                refuse(&error("AccessDenied", format!("Access denied: {}", refusal.message)));
            refusal.hint.iter().for_each(|hint| tool.note(hint));
            status
        }
        RefusalKind::TimedOut => job(format!("Job for {unit} timed out.")),
        RefusalKind::Cancelled => job(format!("Job for {unit} canceled.")),
        RefusalKind::DependencyFailed => {
            job(format!("A dependency job for {unit} failed: {}.", refusal.message))
        }
        RefusalKind::Failed => job(format!(
            "Job for {unit} failed because {}.\n\
             See \"systemctl status {unit}\" for details.",
            refusal.message
        )),
        RefusalKind::Refused | RefusalKind::ManagerUnavailable => {
            refuse(&error("Failed", refusal.message.clone()))
        }
    }
}

/// `enable` and its kin.
pub fn change_files(
    scripts: &Scripts,
    tool: &Tool,
    verb: &str,
    names: &[String],
) -> Result<u8, Failure> {
    let verbs: &[Verb] = match verb {
        "enable" => &[Verb::Enable],
        "disable" => &[Verb::Disable],
        "reenable" => &[Verb::Disable, Verb::Enable],
        "mask" => &[Verb::Mask],
        "unmask" => &[Verb::Unmask],
        _ => {
            return Err(Failure::new(format!(
                "Verb '{verb}' is not supported: {} runs this machine, and has no such thing.",
                super::Source::name(scripts)
            )));
        }
    };
    for verb in verbs {
        if let Ability::Cannot { why, instead } = scripts.manager.ability(*verb) {
            let name = verb.name();
            return Err(Failure::new(format!("Failed to {name} unit: {why}. {instead}")));
        }
    }
    let mut status = 0;
    for unit in names {
        for asked in verbs {
            match one(scripts, tool, *asked, unit).result {
                Ok(done) => {
                    done.changes.iter().for_each(|change| tool.note(change));
                    notes(tool, &done);
                }
                Err(refusal) => {
                    refusal.output.iter().for_each(|line| tool.note(line));
                    let why = match refusal.kind {
                        RefusalKind::NoSuchService => format!("Unit file {unit} does not exist."),
                        RefusalKind::NotPermitted => format!("Access denied: {}", refusal.message),
                        _ => refusal.message,
                    };
                    tool.say(&format!("Failed to {verb} unit: {why}"));
                    refusal.hint.iter().for_each(|hint| tool.note(hint));
                    status = 1;
                    break;
                }
            }
        }
    }
    Ok(status)
}

/// Forgets that services failed.
pub fn reset_failed(scripts: &Scripts, unit: Option<&str>) -> Result<(), CallError> {
    let names: Vec<String> = match unit {
        Some(unit) => match scripts.service(unit)? {
            Some(service) => vec![service.name],
            None => return Err(super::not_loaded(unit)),
        },
        None => {
            let services = scripts.manager.services().map_err(|error| failed(&error))?;
            let failed = services.into_iter().filter(|service| service.state.is_trouble());
            failed.map(|service| service.name).collect()
        }
    };
    if names.is_empty() || scripts.manager.ability(Verb::ResetFailed) != Ability::Can {
        return Ok(());
    }
    let request = Request::new(Verb::ResetFailed, &names);
    for outcome in scripts.manager.act(&request, &mut |_: &Event<'_>| {}) {
        if let Err(refusal) = outcome.result {
            let unit = unit_of(&outcome.name);
            let message = format!("{unit}: {}", refusal.message);
            return Err(CallError::of_systemd("Failed", message));
        }
    }
    Ok(())
}
