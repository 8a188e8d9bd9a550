//! The verbs that do something with services: `start`, `stop`, `restart` and their kin.
//!
//! [`resolve`] finds the services, [`carry_out`] asks their managers, [`report`] and [`json`] say
//! what came of it; `enable`, `mask`, `command` and others share them.

pub mod boot;
pub mod carry_out;
mod confirm;
pub mod dry_run;
mod dry_run_plan;
#[cfg(test)]
mod fake;
mod journal;
pub mod json;
pub mod options;
pub mod report;

use std::io::Write as _;
use std::process::ExitCode;

use host::Verb;

use crate::context::Context;
use crate::failure::{Failure, of_refusal};
use crate::managers::{Chosen, ManagerOptions, Managers};
use crate::progress::Manner;
use crate::resolve;
use carry_out::{Asked, Report};
use options::{DoOptions, EXIT_STATUS};

const EXAMPLES: &str = "\
WHAT is a service, a pattern ('php*'), a pid, `:port` or a /path; a word that means no service
stops all before anything is done. The verbs mean the same on systemd, OpenRC and SysV init: start
and stop of what is so already do nothing and succeed, restart starts what does not run,
try-restart does not.

Examples:
  daemonctl restart nginx redis ':8080'
  daemonctl restart --state failed             everything that failed
  daemonctl stop 'php*' --dry-run
  daemonctl start postgresql --timeout 5min --verbose
  daemonctl reload-or-restart nginx --no-wait
  daemonctl reset-failed                       of every service that failed
";

/// Options of the verbs.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Services.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Only those in this state (running, failed, stopped …); without a WHAT, all of them.
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    state: Vec<String>,
    /// Don't ask before several services are stopped that were not named one by one.
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    options: DoOptions,
    #[command(flatten)]
    manager: ManagerOptions,
}

/// Runs one of the verbs.
///
/// # Errors
/// No service is named, one is not there, or what was asked for is not confirmed. What a manager
/// refuses is printed, and is in the exit status.
pub fn run(context: &Context, verb: Verb, args: &Args) -> Result<ExitCode, Failure> {
    let mut states = args.state.clone();
    if args.what.is_empty() && states.is_empty() {
        if verb != Verb::ResetFailed {
            return Err(Failure::usage(format_args!("{} what?", verb.name()))
                .hint("name services, or give --state: daemonctl list --all lists what there is"));
        }
        states.push("failed".to_owned());
    }
    let managers = Managers::open(context, &args.manager)?;
    let wanted = resolve::Options { states: &states, verb: verb.name(), ..Default::default() };
    let chosen =
        resolve::resolve(context, &managers, &args.what, &wanted).map_err(Failure::of_action)?;
    let asked = Asked::verb(verb);
    if chosen.is_empty() {
        return nothing(context, &asked, &states, &args.options);
    }
    if !args.options.dry_run && !args.yes {
        let by_name = states.is_empty() && args.what.iter().all(|word| is_name(word));
        confirm::confirm(verb, by_name, &chosen)?;
    }
    act(context, &managers, &chosen, &asked, &args.options)
}

/// Whether a word names one service.
fn is_name(word: &str) -> bool {
    !resolve::is_pattern(word) && !word.starts_with([':', '/', '.'])
}

/// No service is in the state that was asked for.
fn nothing(
    context: &Context,
    asked: &Asked<'_>,
    states: &[String],
    options: &DoOptions,
) -> Result<ExitCode, Failure> {
    if context.common.json {
        json::print(context, asked.verb.name(), None, &[])?;
    } else if !options.quiet {
        let line = format!("nothing to do: no service is {}", states.join(" or "));
        context.print(&format!("{}\n", present::text::clean(line.as_bytes())))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Does one thing with services, or says what it would do; prints what came of it, and gives the
/// exit status.
///
/// # Errors
/// Standard output is closed or full.
pub fn act(
    context: &Context,
    managers: &Managers,
    chosen: &[Chosen],
    asked: &Asked<'_>,
    options: &DoOptions,
) -> Result<ExitCode, Failure> {
    if options.dry_run {
        return dry_run::run(context, managers, chosen, asked);
    }
    let manner = manner(context, asked, options);
    let reports = carry_out::carry_out(&managers.all, chosen, asked, options, manner);
    say_all(context, managers, asked, options, &reports)?;
    Ok(status(&reports))
}

/// How progress is shown.
pub fn manner(context: &Context, asked: &Asked<'_>, options: &DoOptions) -> Manner {
    let mut manner = Manner::on_stderr(context.layout().theme, options.verbose);
    manner.is_answer = asked.verb == Verb::Custom && !context.common.json;
    if options.quiet {
        manner.screen = None;
    }
    manner
}

/// The exit status: that of the first service that was refused.
pub fn status(reports: &[Report]) -> ExitCode {
    let refused = reports.iter().find_map(|report| report.outcome.result.as_ref().err());
    refused.map_or(ExitCode::SUCCESS, |refusal| ExitCode::from(of_refusal(refusal)))
}

/// Says what came of it.
///
/// # Errors
/// Standard output is closed or full.
pub fn say_all(
    context: &Context,
    managers: &Managers,
    asked: &Asked<'_>,
    options: &DoOptions,
    reports: &[Report],
) -> Result<(), Failure> {
    if context.common.json {
        return json::print(context, asked.verb.name(), asked.command, reports);
    }
    let saying = report::Saying {
        theme: context.layout().theme,
        names_managers: managers.all.len() > 1,
        was_shown: options.verbose || asked.verb == Verb::Custom,
        command: asked.command,
    };
    // What a script's own command wrote is the answer.
    let is_silent = options.quiet || asked.verb == Verb::Custom && !options.verbose;
    for report in reports {
        if !is_silent {
            context.print(&report::done(report, &saying))?;
        }
        let mut text = report::refusal(report, &saying).unwrap_or_default();
        if !options.quiet {
            text.push_str(&report::notes(report, &saying));
        }
        // Nothing is left to do when standard error itself is closed.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
