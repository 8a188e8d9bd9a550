//! `daemonctl audit`: how exposed services are, and what would make them less so.

mod columns;
mod drop_in_file;
mod exposure;
pub mod fix;
mod gathered;
pub mod json;
pub mod observe;
mod show;
pub mod subject;

use std::process::ExitCode;
use std::time::Duration;

use insight::finding::{Report, Severity};
use insight::proposal::Proposed;
use insight::snapshot::Snapshot;
use present::table;

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, ManagerOptions, Managers};
use crate::options::{TableOptions, render_notes};
use columns::COLUMNS;
use fix::Consent;
use gathered::Gathered;
use observe::Wish;

const AFTER_HELP: &str = "\
Judges what processes can do now: users, capabilities, namespaces, filters, sockets, and who may change or
read their files; and what units declare, with the figure of systemd-analyze security. What a service is
known to need is no finding. Without WHAT: every daemon, a line each. Nothing is changed without --fix.

Examples:
  daemonctl audit
  daemonctl audit --filter 'errors > 0' --columns +processes
  daemonctl audit nginx
  daemonctl audit nginx --exposure          the checks behind the figure
  daemonctl audit --fix nginx               a drop-in, tried and taken back if it disturbs
  daemonctl audit --observe 30s --restart nginx
  daemonctl audit --observe 5m --fix --dry-run postgresql@15-main

`daemonctl audit --columns help` lists the columns of the table.

Exit status: 0 nothing that is an error, 1 errors were found, 2 wrong usage, 4 no such service.
docs/findings.md explains what can be found.";

/// Options of `audit`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Services: names, 'patterns*', pids, :ports, /paths; every daemon without one.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Show the checks behind the figure of exposure.
    #[arg(long)]
    exposure: bool,
    /// Put a drop-in in place that takes from the service what it does not need, restart it, look whether it still
    /// answers, and take back what disturbs it.
    #[arg(long)]
    fix: bool,
    /// Watch for so long what the service uses, and propose the tightest drop-in for that.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    observe: Option<Duration>,
    /// With --observe: restart the service first, so that its start is seen.
    #[arg(long, requires = "observe")]
    restart: bool,
    /// With --fix: only show what would be done.
    #[arg(long, short = 'n', requires = "fix")]
    dry_run: bool,
    /// With --fix: do not ask.
    #[arg(long, short, requires = "fix")]
    yes: bool,
    /// Show also what needs no attention.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    managers: ManagerOptions,
}

/// Longest time of watching.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

fn duration(text: &str) -> Result<Duration, String> {
    let seconds = present::units::parse_duration(text)
        .filter(|seconds| seconds.is_finite() && *seconds > 0.0)
        .ok_or_else(|| format!("\"{text}\" is no duration: write 30s, 5m or 1h"))?;
    let found = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    match found <= LONGEST {
        true => Ok(found),
        false => Err("longer than a day".to_owned()),
    }
}

/// What came out.
pub struct Outcome {
    /// What was looked at.
    pub snapshot: Snapshot,
    /// A report for each service.
    pub reports: Vec<Report>,
}

/// Says how exposed services are.
///
/// # Errors
/// No manager could be asked, no word means a service, or nothing may be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let view = args.table.view(COLUMNS, "", None)?;
    let managers = Managers::open_any(context, &args.managers)?.unwrap_or_else(Managers::nobody);
    let gathered = match args.what.is_empty() {
        true => gathered::everything(context, &managers)?,
        false => gathered::named(context, &managers, &args.what)?,
    };
    if args.fix || args.observe.is_some() {
        return act(context, &managers, args, gathered);
    }
    let Gathered { snapshot, unresolved, .. } = gathered;
    let reports = insight::audit(&snapshot);
    let outcome = Outcome { snapshot, reports };
    let is_bad = outcome
        .reports
        .iter()
        .flat_map(|report| &report.findings)
        .any(|f| f.severity == Severity::Error);
    let is_table = args.what.is_empty();
    let mut out = String::new();
    if !is_table && outcome.reports.is_empty() {
        // Every word failed, and that is said below.
    } else if context.common.json {
        out = json::document(&outcome)?;
    } else if is_table {
        let rows = columns::rows(&outcome);
        let order = view.select(&rows);
        let layout = context.layout();
        table::render(&view, &rows, &order, &layout, &mut out);
        render_notes(&json::notes(&outcome), &layout.theme, &mut out);
    } else if args.exposure {
        out = exposure::page(context, &outcome);
    } else {
        out = show::page(context, &outcome, args.all);
    }
    context.print(&out)?;
    let refused: Vec<ExitCode> =
        unresolved.iter().map(|unresolved| unresolved.failure.report()).collect();
    Ok(match (is_bad, refused.into_iter().next()) {
        (true, _) => ExitCode::FAILURE,
        (false, Some(status)) => status,
        (false, None) => ExitCode::SUCCESS,
    })
}

fn consent(args: &Args) -> Option<Consent> {
    match (args.fix, args.dry_run, args.yes) {
        (false, ..) => None,
        (true, true, _) => Some(Consent::DryRun),
        (true, false, true) => Some(Consent::Yes),
        (true, false, false) => Some(Consent::Ask),
    }
}

/// Watches or changes one service.
fn act(
    context: &Context,
    managers: &Managers,
    args: &Args,
    gathered: Gathered,
) -> Result<ExitCode, Failure> {
    if let Some(unresolved) = gathered.unresolved.into_iter().next() {
        return Err(unresolved.failure);
    }
    let option = if args.fix { "--fix" } else { "--observe" };
    let chosen = match gathered.chosen.as_slice() {
        [chosen] if gathered.loose.is_empty() && !args.what.is_empty() => chosen.clone(),
        _ => {
            return Err(Failure::usage(format_args!("{option} is for one service at a time"))
                .hint(format_args!("name it: daemonctl audit {option} … nginx")));
        }
    };
    if let Some(duration) = args.observe {
        let wish = Wish { duration, restart: args.restart, fix: consent(args) };
        return observe::run(context, managers, &chosen, &wish);
    }
    let reports = insight::audit(&gathered.snapshot);
    let settings = reports.first().map(proposed).unwrap_or_default();
    fix_one(context, managers, &chosen, &settings, consent(args).unwrap_or(Consent::DryRun))
}

fn fix_one(
    context: &Context,
    managers: &Managers,
    chosen: &Chosen,
    settings: &[Proposed],
    consent: Consent,
) -> Result<ExitCode, Failure> {
    if settings.is_empty() && context.common.json {
        return fix::run(context, managers, chosen, settings, Consent::DryRun);
    }
    if settings.is_empty() {
        let shown = present::text::clean(chosen.name.as_bytes()).into_owned();
        context.print(&format!(
            "{shown}: there is no setting to propose; --observe finds tighter ones\n"
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    fix::run(context, managers, chosen, settings, consent)
}

/// The settings that a report proposes, each with the finding that it is from.
pub fn proposed(report: &Report) -> Vec<Proposed> {
    let of_service = insight::exposure::proposed(report);
    let service = of_service.into_iter().filter(|(section, _)| section == "Service");
    service
        .filter_map(|(_, assignment)| {
            let (key, value) = assignment.split_once('=')?;
            let has = |finding: &&insight::finding::Finding| {
                finding
                    .remedies
                    .iter()
                    .any(|remedy| remedy.settings.iter().any(|(_, known)| *known == assignment))
            };
            let why = report.findings.iter().find(has).map_or("", |finding| finding.title.as_str());
            Some(Proposed { key: key.to_owned(), value: value.to_owned(), why: why.to_owned() })
        })
        .collect()
}
