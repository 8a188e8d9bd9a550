//! `--dry-run`: what would be done with which services, and nothing done.

use std::process::ExitCode;

use host::{ManagerKind, Refusal, Service, ServiceManager, ServiceState, Verb};
use present::json::{Document, Object};
use present::text::clean;
use present::{Style, Value, Why, style};

use super::carry_out::{Asked, Report, inability};
use super::dry_run_plan::{self, Step};
use super::report::{self, Saying};
use crate::context::Context;
use crate::failure::{Failure, of_refusal};
use crate::managers::{Chosen, Managers};

/// What would be done with one service.
struct Would {
    name: String,
    manager: ManagerKind,
    /// How it is now, where that is known.
    now: Option<Service>,
    /// It is so already.
    nothing: bool,
    /// It can't be done, whatever the service.
    refusal: Option<Refusal>,
}

/// Says what would be done.
///
/// # Errors
/// Standard output is closed or full.
pub fn run(
    context: &Context,
    managers: &Managers,
    chosen: &[Chosen],
    asked: &Asked<'_>,
) -> Result<ExitCode, Failure> {
    let would: Vec<Would> = chosen
        .iter()
        .filter_map(|chosen| Some(look(managers.of(chosen)?, &chosen.name, asked.verb)))
        .collect();
    let steps = steps(managers, &would, asked.verb);
    match context.common.json {
        true => json(context, asked, &would, &steps)?,
        false => text(context, managers, asked, &would, &steps)?,
    }
    let refused = would.iter().find_map(|would| would.refusal.as_ref());
    Ok(refused.map_or(ExitCode::SUCCESS, |refusal| ExitCode::from(of_refusal(refusal))))
}

fn look(manager: &dyn ServiceManager, name: &str, verb: Verb) -> Would {
    let now = manager.service(name).ok();
    let nothing = now.as_ref().is_some_and(|now| is_so(verb, now));
    let refusal = inability(manager, verb, name);
    Would { name: name.to_owned(), manager: manager.kind(), now, nothing, refusal }
}

/// Whether a verb has nothing to do with a service that is so.
fn is_so(verb: Verb, now: &Service) -> bool {
    let runs = matches!(now.state, ServiceState::Running | ServiceState::Exited);
    let rests = matches!(now.state, ServiceState::Stopped | ServiceState::Failed);
    match verb {
        Verb::Start => runs,
        Verb::Stop | Verb::TryRestart | Verb::TryReloadOrRestart => rests,
        Verb::ResetFailed => now.state != ServiceState::Unknown && !now.state.is_trouble(),
        _ => false,
    }
}

/// What the services' dependencies would bring with them: systemd's alone are known beforehand.
fn steps(managers: &Managers, would: &[Would], verb: Verb) -> Vec<Step> {
    let names = |kind| -> Vec<String> {
        let of_it = would.iter().filter(|would| would.manager == kind && !would.nothing);
        of_it.map(|would| would.name.clone()).collect()
    };
    let kinds = [ManagerKind::Systemd, ManagerKind::SystemdUser];
    let mut steps = Vec::new();
    for kind in kinds {
        let manager = managers.all.iter().find(|manager| manager.kind() == kind);
        let names = names(kind);
        if let Some(manager) = manager.filter(|_| !names.is_empty()) {
            steps.extend(dry_run_plan::steps(manager.as_ref(), verb, &names));
        }
    }
    steps
}

fn text(
    context: &Context,
    managers: &Managers,
    asked: &Asked<'_>,
    would: &[Would],
    steps: &[Step],
) -> Result<(), Failure> {
    let theme = context.layout().theme;
    let mut out = String::new();
    for would in would {
        let name = clean(would.name.as_bytes());
        let what = match asked.command {
            Some(command) => format!("run {} of", clean(command.as_bytes())),
            None => asked.verb.name().to_owned(),
        };
        if let Some(refusal) = &would.refusal {
            let report = Report::refused(asked.verb, &would.name, would.manager, refusal.clone());
            let saying = Saying {
                theme,
                names_managers: managers.all.len() > 1,
                was_shown: false,
                command: asked.command,
            };
            let text = report::refusal(&report, &saying).unwrap_or_default();
            // Nothing is left to do when standard error itself is closed.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
            continue;
        }
        let now = match &would.now {
            Some(now) => {
                let pid = now.main_pid.map(|pid| format!(", main pid {pid}")).unwrap_or_default();
                format!("; it is {}{pid}", now.state.word())
            }
            None => String::new(),
        };
        let line = match would.nothing {
            true => format!("nothing to do: {name} of {}{now}", would.manager.name()),
            false => format!("would {what} {name} of {}{now}", would.manager.name()),
        };
        style::paint(
            &line,
            if would.nothing { Style::Dim } else { Style::Plain },
            &theme,
            &mut out,
        );
        out.push('\n');
    }
    for step in steps {
        let line = format!("  and {} {}: {}", step.action, step.unit, step.because);
        out.push_str(&clean(line.as_bytes()));
        out.push('\n');
    }
    context.print(&out)?;
    Ok(())
}

fn json(
    context: &Context,
    asked: &Asked<'_>,
    would: &[Would],
    steps: &[Step],
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, asked.verb.name())?;
    document.put_json("dry_run", &true.into())?;
    document.array("services")?;
    for would in would {
        let mut object = Object::new();
        object.put("name", &*would.name).put("manager", would.manager.name());
        object.put("verb", asked.verb.name());
        object.put(
            "result",
            match &would.refusal {
                Some(refusal) => refusal.kind.word(),
                None if would.nothing => "nothing_to_do",
                None => "would_do",
            },
        );
        let state = would.now.as_ref().map(|now| now.state.word());
        object.put("state", Value::or_missing(state, Why::Unknown));
        let pid = would.now.as_ref().and_then(|now| now.main_pid);
        let no_pid = if would.now.is_some() { Why::NotApplicable } else { Why::Unknown };
        object.put("main_pid", Value::or_missing(pid, no_pid));
        document.item(object)?;
    }
    document.end_array()?;
    document.array("also")?;
    for step in steps {
        let mut object = Object::new();
        object.put("unit", &*step.unit).put("action", &*step.action);
        object.put("because", &*step.because);
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}
