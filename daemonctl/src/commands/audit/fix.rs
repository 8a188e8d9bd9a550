//! `daemonctl audit --fix NAME`: puts a drop-in in place, and takes it away again where the service does not bear it.

mod blame;
mod health;
mod report;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use host::Verb;
use insight::proposal::{Proposed, drop_in};
use present::text::clean;

use super::drop_in_file::{self, DropInFile};
use super::subject::Subject;
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::managers::{Chosen, Managers};
use health::Health;
pub use report::Report;

/// The drop-in's file, the same at each fix.
pub const FILE_NAME: &str = "50-daemonctl-audit.conf";

/// How far it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Show only.
    DryRun,
    /// Ask on the terminal.
    Ask,
    /// Nothing is asked.
    Yes,
}

/// Shows the drop-in of these settings, writes it, restarts the service, checks, and takes it back if that failed.
///
/// # Errors
/// Not permitted, or the service did not come back.
pub fn run(
    context: &Context,
    managers: &Managers,
    chosen: &Chosen,
    settings: &[Proposed],
    consent: Consent,
) -> Result<ExitCode, Failure> {
    let subject = Subject::look(context, managers, chosen)?;
    run_on(context, &subject, settings, consent)
}

/// The same with a service that was looked at already.
///
/// # Errors
/// As [`run`].
pub fn run_on(
    context: &Context,
    subject: &Subject<'_>,
    settings: &[Proposed],
    consent: Consent,
) -> Result<ExitCode, Failure> {
    if !context.common.json {
        let settings = with_earlier(subject, settings);
        context.print(&preview(context, subject, &settings))?;
    }
    let report = carry_out(context, subject, settings, consent)?;
    match context.common.json {
        true => report.print_json()?,
        false => context.print(&report.text(context))?,
    }
    Ok(report.status())
}

/// Does it; says nothing but what it asks.
///
/// # Errors
/// As [`run`].
pub fn carry_out(
    context: &Context,
    subject: &Subject<'_>,
    settings: &[Proposed],
    consent: Consent,
) -> Result<Report, Failure> {
    if !subject.is_unit() {
        return Err(Failure::failed(format_args!(
            "{} is no unit of systemd, and only these have sandboxes that a file can set",
            subject.name
        ))
        .hint("daemonctl audit says which commands mend what was found"));
    }
    let settings = with_earlier(subject, settings);
    let path = drop_in_file::path(drop_in_file::PERMANENT, &subject.name, FILE_NAME);
    let mut report = Report::new(&subject.name, path);
    report.figures = subject.figures(&settings);
    report.drop_in = text_of(subject, &settings);
    if settings.is_empty() || consent == Consent::DryRun {
        return Ok(report);
    }
    let before = Health::of(context, subject)?;
    let name = clean(subject.name.as_bytes());
    let question = format!(
        "Write it to {}, and restart {name}?",
        clean(report.path.to_string_lossy().as_bytes())
    );
    if consent == Consent::Ask && !ask(&question)? {
        report.declined = true;
        return Ok(report);
    }
    // Half a change is worse than none: whoever wants an end gets it when the service is in order.
    let _held = observe::KeptBack::hold();
    let file =
        drop_in_file::write(drop_in_file::PERMANENT, &subject.name, FILE_NAME, &report.drop_in)?;
    match restarted(context, subject, &before) {
        Ok(()) => report.applied = settings,
        Err(complaints) => {
            report.complaints = complaints;
            undo(context, subject, &before, &file)?;
            let question = "Look for the setting that is to blame? That restarts it up to 6 times.";
            if consent == Consent::Yes || ask(question)? {
                blame::find(context, subject, &before, &file, &settings, &mut report)?;
            }
        }
    }
    Ok(report)
}

/// Settings of an earlier fix that are not set anew stay.
fn with_earlier(subject: &Subject<'_>, settings: &[Proposed]) -> Vec<Proposed> {
    let definition = subject.service.definition.iter().flat_map(|definition| &definition.settings);
    let mut all: Vec<Proposed> = definition
        .filter(|setting| setting.section == "Service" && setting.place.path.ends_with(FILE_NAME))
        .filter(|setting| !settings.iter().any(|new| new.key == setting.key))
        .map(|setting| Proposed {
            key: setting.key.clone(),
            value: setting.value.clone(),
            why: "kept from an earlier fix".to_owned(),
        })
        .collect();
    all.extend(settings.iter().cloned());
    all
}

fn text_of(subject: &Subject<'_>, settings: &[Proposed]) -> String {
    let heading = [
        // It stands there before it is checked, and stays if we are killed meanwhile: nothing is claimed.
        format!("Written by daemonctl audit --fix for {}.", subject.name),
        "Remove this file, daemon-reload and restart to take it back.".to_owned(),
    ];
    drop_in(&heading, settings)
}

fn preview(context: &Context, subject: &Subject<'_>, settings: &[Proposed]) -> String {
    let theme = context.layout().theme;
    let mut out = String::new();
    if settings.is_empty() {
        return format!(
            "{}: no setting would make it less exposed that can be set without knowing more\n",
            clean(subject.name.as_bytes())
        );
    }
    let path = drop_in_file::path(drop_in_file::PERMANENT, &subject.name, FILE_NAME);
    present::glance::heading(&clean(path.to_string_lossy().as_bytes()), &theme, &mut out);
    for line in text_of(subject, settings).lines() {
        out.push_str(&format!("  {}\n", clean(line.as_bytes())));
    }
    if let Some((before, after)) = subject.figures(settings) {
        let arrow = if theme.unicode { "→" } else { "->" };
        out.push_str(&format!("\nExposure (systemd-analyze security): {before} {arrow} {after}\n"));
    }
    out
}

/// Reads the definitions again, restarts, and checks; `Err`: what is not as it was.
fn restarted(context: &Context, subject: &Subject<'_>, before: &Health) -> Result<(), Vec<String>> {
    let since_usec = crate::gather::machine::now_usec();
    let done = subject.reload_definitions().and_then(|()| subject.act(Verb::Restart));
    done.map_err(|failure| vec![failure.message().to_owned()])?;
    let complaints = before.check(context, subject, since_usec);
    if complaints.is_empty() { Ok(()) } else { Err(complaints) }
}

/// Takes the drop-in back, and checks that the service is as it was.
fn undo(
    context: &Context,
    subject: &Subject<'_>,
    before: &Health,
    file: &DropInFile,
) -> Result<(), Failure> {
    let path = file.path();
    file.take_back().map_err(|error| {
        Failure::failed(format_args!("cannot take {} back: {error}", path.display()))
            .hint("remove it by hand, then: systemctl daemon-reload; systemctl restart the service")
    })?;
    // A service that failed often within a short time is not started any more until that is forgotten.
    let _ = subject.act(Verb::ResetFailed);
    restarted(context, subject, before).map_err(|complaints| {
        Failure::failed(format_args!(
            "{}: the drop-in was taken back, but it is not as it was before: {}",
            subject.name,
            complaints.join("; ")
        ))
        .hint(format_args!("daemonctl diagnose {}", subject.name))
    })
}

/// Asks on the terminal; without one, that is an error.
fn ask(question: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::failed("nothing was done: there is no terminal to ask on")
            .with_status(exit::USAGE)
            .hint("--yes does not ask, --dry-run only shows"));
    }
    let mut stderr = std::io::stderr().lock();
    stderr.write_all(format!("{question} [y/N] ").as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
