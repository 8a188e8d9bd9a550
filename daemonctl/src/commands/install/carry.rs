//! Writing it, enabling it, starting it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use host::{Refusal, RefusalKind, ServiceManager, Verb};

use super::plan::Plan;
use super::record::{Record, Written};
use super::{Args, files, record, report};
use crate::commands::act::carry_out::{self, Asked, Report};
use crate::commands::act::options::DoOptions;
use crate::commands::act::report as said;
use crate::commands::uninstall::remove;
use crate::context::Context;
use crate::failure::{Failure, of_refusal};
use crate::managers::{Chosen, Managers};
use crate::progress::Manner;

/// What became of it.
pub struct Outcome {
    /// What its manager did, in order.
    pub reports: Vec<Report>,
    /// Why its manager did not read its definitions again.
    pub not_reloaded: Option<Refusal>,
    /// It does not run as it should: it was refused, or has ended since.
    pub has_failed: bool,
    /// It was taken away again.
    pub is_gone: bool,
}

/// As `start` and `enable` have them where nothing is said.
pub fn usual_options() -> DoOptions {
    DoOptions {
        dry_run: false,
        no_wait: false,
        timeout: None,
        job_mode: "replace".to_owned(),
        no_ask_password: false,
        quiet: false,
        verbose: false,
    }
}

/// Does it, and says what came of it.
///
/// # Errors
/// A file could not be written: then none is.
pub fn out(
    context: &Context,
    managers: &Managers,
    args: &Args,
    plan: &Plan,
) -> Result<ExitCode, Failure> {
    let record = write(context, plan)?;
    let mut outcome =
        Outcome { reports: Vec::new(), not_reloaded: None, has_failed: false, is_gone: false };
    bring_up(context, managers, args, plan, &mut outcome);
    let refusal = outcome
        .not_reloaded
        .clone()
        .or_else(|| outcome.reports.iter().find_map(|r| r.outcome.result.clone().err()))
        .or_else(|| outcome.reports.iter().find_map(ended));
    outcome.has_failed = refusal.is_some();
    if outcome.has_failed && args.rollback {
        remove::all(context, managers, &record)?;
        outcome.is_gone = true;
    }
    report::outcome(context, plan, &outcome)?;
    Ok(match refusal {
        None => ExitCode::SUCCESS,
        Some(refusal) => ExitCode::from(of_refusal(&refusal)),
    })
}

/// A service that came up and is gone already.
fn ended(report: &Report) -> Option<Refusal> {
    let done = report.outcome.result.as_ref().ok()?;
    let why = said::ended_since(report, done)?;
    Some(Refusal::new(RefusalKind::Failed, why))
}

/// Writes all files and the record of them, or none.
fn write(context: &Context, plan: &Plan) -> Result<Record, Failure> {
    let mut record = Record {
        name: plan.name.clone(),
        manager: plan.kind.name().to_owned(),
        unit: plan.unit.clone(),
        files: Vec::new(),
        folders: Vec::new(),
    };
    for file in &plan.files {
        let path = PathBuf::from(&file.path);
        match files::create(&path, file.text.as_bytes(), file.mode) {
            Ok(folders) => {
                record.folders.splice(0..0, folders);
                record.files.push(Written { path, text: file.text.clone() });
            }
            Err(error) => {
                undo(&record);
                return Err(Failure::failed(format_args!("{}: {error}", path.display()))
                    .hint("nothing was installed"));
            }
        }
    }
    let folder = record::folder(context, plan.kind)?;
    let missing = folder.ancestors().take_while(|part| !part.exists());
    record.folders.extend(missing.map(std::path::Path::to_owned));
    if let Err(error) = record::keep(&folder, &record) {
        undo(&record);
        return Err(Failure::failed(format_args!("{}: {error}", folder.display()))
            .hint("what was installed could not be remembered, so nothing was"));
    }
    Ok(record)
}

/// Takes away what was just written.
fn undo(record: &Record) {
    for file in &record.files {
        // The failure that led here is what is told.
        let _ = std::fs::remove_file(&file.path);
    }
    for folder in &record.folders {
        let _ = std::fs::remove_dir(folder);
    }
}

fn bring_up(
    context: &Context,
    managers: &Managers,
    args: &Args,
    plan: &Plan,
    outcome: &mut Outcome,
) {
    let (Some(manager), Some(unit)) = (managers.get(plan.manager), &plan.unit) else { return };
    if let Err(refusal) = manager.reload_definitions() {
        outcome.not_reloaded = Some(refusal);
        return;
    }
    let chosen = [Chosen { manager: plan.manager, name: unit.clone() }];
    let wanted = [(Verb::Enable, !args.no_enable), (Verb::Start, !args.no_start)];
    let manner = Manner::on_stderr(context.layout().theme, false);
    for (verb, _) in wanted.into_iter().filter(|(_, is_wanted)| *is_wanted) {
        let options = usual_options();
        let reports =
            carry_out::carry_out(&managers.all, &chosen, &Asked::verb(verb), &options, manner);
        let is_started = verb == Verb::Start && reports.iter().all(|r| r.outcome.result.is_ok());
        let reports = if is_started { look_again(manager, reports) } else { reports };
        let is_over = reports.iter().any(|report| report.outcome.result.is_err());
        outcome.reports.extend(reports);
        if is_over {
            return;
        }
    }
}

/// How long a program that was started has to show that it stays.
const PATIENCE: Duration = Duration::from_millis(500);

/// A program that ends at once was started all the same, to most managers.
fn look_again(manager: &dyn ServiceManager, mut reports: Vec<Report>) -> Vec<Report> {
    std::thread::sleep(PATIENCE);
    for report in &mut reports {
        report.now = manager.service(&report.outcome.name).ok().or(report.now.take());
    }
    reports
}
