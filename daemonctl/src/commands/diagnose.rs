//! `daemonctl diagnose`: why services are broken, with the proof, and what mends them.

pub mod json;
pub mod text;
mod whole;

use std::process::ExitCode;
use std::time::Duration;

use insight::finding::{Finding, Report, Severity};
use insight::snapshot::Snapshot;

use crate::context::Context;
use crate::failure::Failure;
use crate::gather;
use crate::managers::{ManagerOptions, Managers};
use crate::resolve::{self, Unresolved};

const AFTER_HELP: &str = "\
Of each service the cause comes first: what is wrong, the line that proves it, and the command that mends
it; what followed from it stands beneath. Nothing is changed. A daemon's own test of its configuration
is run read-only and with a limit in time, where it has one. Without WHAT: the services of every manager that
are in trouble, and the machine itself.

Examples:
  daemonctl diagnose nginx
  daemonctl diagnose :80 1234 'php*'
  daemonctl diagnose --sample 2s postgresql     what grows, what spins
  daemonctl diagnose
  daemonctl diagnose --json nginx

Exit status: 0 nothing that is an error, 1 errors were found, 2 wrong usage, 4 no such service.
docs/findings.md explains what can be found.";

/// Options of `diagnose`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Services: names, 'patterns*', pids, :ports, /paths; the whole machine without one.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Run no daemon's own test of its configuration.
    #[arg(long)]
    no_config_test: bool,
    /// Look twice at processes, that long apart: what grows, what spins.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    sample: Option<Duration>,
    /// Show also what needs no attention.
    #[arg(long)]
    all: bool,
    /// Print what was gathered instead of what was found: for whoever mends a rule.
    #[arg(long, hide = true)]
    gathered: bool,
    #[command(flatten)]
    managers: ManagerOptions,
}

/// Longest time between two looks.
const LONGEST_SAMPLE: Duration = Duration::from_secs(600);

fn duration(text: &str) -> Result<Duration, String> {
    let seconds = present::units::parse_duration(text)
        .filter(|seconds| seconds.is_finite() && *seconds > 0.0)
        .ok_or_else(|| format!("\"{text}\" is no duration: write 500ms, 2s or 1m"))?;
    let found = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    match found <= LONGEST_SAMPLE {
        true => Ok(found),
        false => Err("longer than ten minutes: look twice, with some time between".to_owned()),
    }
}

/// What came out.
pub struct Outcome {
    /// What was looked at.
    pub snapshot: Snapshot,
    /// A report for each service that was asked about.
    pub reports: Vec<Report>,
    /// What is wrong with the machine; `None`: nobody asked.
    pub machine: Option<Report>,
}

/// Says why services are broken.
///
/// # Errors
/// No manager could be asked, or no word means a service.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mut options = gather::Options::diagnose();
    options.config_tests = !args.no_config_test && !args.what.is_empty();
    options.growth = args.sample;
    let (outcome, unresolved) = match args.what.is_empty() {
        true => (whole::look(context, args, &options)?, Vec::new()),
        false => named(context, args, &options)?,
    };
    if args.gathered {
        let text = format!("{:#?}\n", outcome.snapshot);
        let lines = text.lines().map(|line| present::text::clean(line.as_bytes()).into_owned());
        context.print(&(lines.collect::<Vec<_>>().join("\n") + "\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    if !outcome.reports.is_empty() || outcome.machine.is_some() {
        match context.common.json {
            true => context.print(&json::document(&outcome)?)?,
            false => context.print(&text::page(context, &outcome, args.all))?,
        }
    }
    let refused: Vec<ExitCode> =
        unresolved.iter().map(|unresolved| unresolved.failure.report()).collect();
    let is_bad = outcome.findings().any(|finding| finding.severity == Severity::Error);
    Ok(match (is_bad, refused.into_iter().next()) {
        (true, _) => ExitCode::FAILURE,
        (false, Some(status)) => status,
        (false, None) => ExitCode::SUCCESS,
    })
}

impl Outcome {
    /// All findings that stand for themselves.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.reports.iter().chain(&self.machine).flat_map(|report| &report.findings)
    }
}

/// The services that words name.
fn named(
    context: &Context,
    args: &Args,
    options: &gather::Options,
) -> Result<(Outcome, Vec<Unresolved>), Failure> {
    let managers = Managers::open_any(context, &args.managers)?;
    let managers = managers.unwrap_or_else(Managers::nobody);
    let asked =
        resolve::Options { every_manager: true, verb: "diagnose", ..resolve::Options::default() };
    let resolution = resolve::resolve_each(context, &managers, &args.what, &asked)?;
    let (pids, unresolved): (Vec<_>, Vec<_>) = resolution
        .unresolved
        .into_iter()
        .map(|unresolved| gather::bare::pid_of(context, &unresolved.word).ok_or(unresolved))
        .partition(Result::is_ok);
    let pids: Vec<u32> = pids.into_iter().flatten().collect();
    let unresolved: Vec<Unresolved> = unresolved.into_iter().filter_map(Result::err).collect();
    let snapshot = gather::snapshot_with(context, &managers, &resolution.chosen, &pids, options)?;
    let reports = insight::diagnose(&snapshot);
    Ok((Outcome { snapshot, reports, machine: None }, unresolved))
}
