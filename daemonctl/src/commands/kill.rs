//! `daemonctl kill`: sends a signal, after it has said what that will do.
//!
//! A pid may be another process's by the time that a signal is sent. So the process is held by a
//! pidfd, and only then proved by its start time to be the one that was looked at ([`send`]).

mod plan;
pub(crate) mod send;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use present::json::{Document, Note};
use process::signals::Signal;

use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::targets::Targets;
use crate::what::What;
use plan::{Plan, Victim};
use send::{Fate, Wire};

const AFTER_HELP: &str = "\
The last argument is a signal if it is one and something stands before it; otherwise TERM is sent.
What stands behind `--` is never a signal. Before anything is sent, each process is held by a
pidfd and checked to be still the one that was found.

Asks first, on a terminal, where WHAT means more than one process, process 1, or the main process
of a service whose manager may start it again; elsewhere it refuses more than one without --yes.

Examples:
  daemonctl kill 1234
  daemonctl kill nginx HUP
  daemonctl kill -s RTMIN+3 1
  daemonctl kill :8080 --wait
  daemonctl kill nginx --dry-run
  daemonctl kill -s KILL -- term          a program that is called as a signal is

A name, a port or a path means the processes of this pid namespace; --containers means those in
containers too.

Exit status: 0 all were signalled; 1 something failed, or still runs after --wait; 2 wrong usage,
or not confirmed; 4 there is no such process (any more).";

/// How long `--wait` waits.
const PATIENCE: &str = "10";

/// Options of `kill`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Pids, names, services, :ports, /paths; then a signal: TERM, SIGHUP, 9, RTMIN+3.
    #[arg(value_name = "WHAT", required_unless_present = "exact", allow_negative_numbers = true)]
    what: Vec<String>,
    /// Behind `--`: more of WHAT, whatever it looks like.
    #[arg(value_name = "NAME", last = true, hide = true)]
    exact: Vec<String>,
    /// Which signal, by name or number.
    #[arg(long, short, value_name = "SIGNAL")]
    signal: Option<String>,
    /// Don't ask.
    #[arg(long, short)]
    yes: bool,
    /// Only say what would happen.
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Also those in containers and other pid namespaces, where a name, port or path means them.
    #[arg(long)]
    containers: bool,
    /// Wait until the processes have ended, at most so many seconds (`--wait=60`).
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = PATIENCE, value_parser = seconds)]
    wait: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    let seconds = seconds.ok_or("give seconds from 0 to 86400")?;
    Ok(Duration::from_secs_f64(seconds))
}

/// Runs `kill`.
///
/// # Errors
/// WHAT names nothing, the signal does not exist, or it is not confirmed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let (what, signal) = order(args)?;
    let mut targets = Targets::find(context, &what, crate::receiver::NEEDS)?;
    if !args.containers {
        spare_containers(&mut targets, &what)?;
    }
    let wire = Wire::open(context)?;
    let plan = Plan::new(context, &targets, signal, names_only(&what))?;
    let json = context.common.json;
    if args.dry_run {
        if !json {
            context.print(&plan.announce(true))?;
        }
        return finish(context, args, &plan, &[]);
    }
    confirm(args, &plan, json)?;
    let mut fates: Vec<Fate> =
        plan.victims.iter().map(|victim| wire.signal(victim, signal)).collect();
    if let Some(patience) = args.wait {
        send::wait_for(&plan.victims, &mut fates, patience);
    }
    finish(context, args, &plan, &fates)
}

/// What is to be signalled, and with what.
fn order(args: &Args) -> Result<(Vec<String>, Signal), Failure> {
    let parse = |text: &str| text.parse::<Signal>().map_err(Failure::usage);
    let mut what = args.what.clone();
    let mut signal = args.signal.as_deref().map(parse).transpose()?;
    // As kill(1) has it: -9.
    if let Some(number) = what.first().and_then(|first| first.strip_prefix('-')).map(str::to_owned)
    {
        if signal.is_some() {
            return Err(Failure::usage(format_args!("two signals: -{number} and --signal")));
        }
        signal = Some(parse(&number)?);
        what.remove(0);
    }
    if signal.is_none() && what.len() + args.exact.len() > 1 {
        signal = what.last().and_then(|last| last.parse().ok());
        if signal.is_some() {
            what.pop();
        }
    }
    what.extend(args.exact.iter().cloned());
    if what.is_empty() {
        return Err(Failure::usage("no process is named").hint("daemonctl kill WHAT… [SIGNAL]"));
    }
    if let Some(negative) = what.iter().find(|text| text.starts_with('-')) {
        return Err(Failure::usage(format_args!("`{negative}` is no WHAT"))
            .hint("process groups are not signalled; name the service or the program instead"));
    }
    Ok((what, signal.unwrap_or(Signal::TERM)))
}

/// Leaves out what is in another pid namespace and was not named by its pid: `kill nginx` on a host
/// of containers means the host's own.
fn spare_containers(targets: &mut Targets, what: &[String]) -> Result<(), Failure> {
    let own = targets.snapshot.machine.own_pid_namespace;
    let named = |pid: u32| {
        what.iter().any(|text| matches!(What::parse(text), Ok(What::Pid(named)) if named == pid))
    };
    let before = targets.chosen.len();
    let snapshot = &targets.snapshot;
    targets.chosen.retain(|&index| {
        let Some(process) = snapshot.sample.processes.get(index) else { return false };
        let theirs = process.pid_namespace.known();
        theirs.is_none() || theirs.copied() == own || named(process.pid())
    });
    if targets.chosen.is_empty() && before > 0 {
        return Err(Failure::not_found(format_args!(
            "all {before} that match are in containers or other pid namespaces"
        ))
        .hint("--containers means those too; or name them by their pids"));
    }
    Ok(())
}

/// Whether no pid was given, so that this very program was hardly meant.
fn names_only(what: &[String]) -> bool {
    !what.iter().any(|text| matches!(What::parse(text), Ok(What::Pid(_))))
}

/// Says what will happen, and asks where that is called for.
fn confirm(args: &Args, plan: &Plan<'_>, json: bool) -> Result<(), Failure> {
    let reason = plan.reason_to_ask();
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let mut announcement = plan.announce(false);
    if args.yes || reason.is_none() || !terminal && !plan.must_be_confirmed() {
        if !json && !announcement.is_empty() {
            std::io::stdout().write_all(announcement.as_bytes())?;
        }
        return Ok(());
    }
    if !terminal {
        let refusal = format!("nothing was signalled: {}", reason.unwrap_or_default());
        // Who did not see what was meant can't confirm it.
        std::io::stderr().write_all(announcement.as_bytes())?;
        return Err(Failure::usage(refusal)
            .hint("--yes signals without asking, --dry-run shows what it would do"));
    }
    announcement.push_str(&format!("{}. Send {}? [y/N] ", reason.unwrap_or_default(), plan.signal));
    let mut stderr = std::io::stderr().lock();
    stderr.write_all(announcement.as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::usage("nothing was signalled")),
    }
}

/// Reports, and gives the exit status.
fn finish(
    context: &Context,
    args: &Args,
    plan: &Plan<'_>,
    fates: &[Fate],
) -> Result<ExitCode, Failure> {
    if context.common.json {
        write_json(args, plan, fates)?;
    } else {
        let mut report = String::new();
        for (victim, fate) in plan.victims.iter().zip(fates) {
            let line = format!("{}: {fate}", victim.name());
            report.push_str(&present::text::clean(line.as_bytes()));
            report.push('\n');
        }
        context.print(&report)?;
    }
    let all = |test: fn(&Fate) -> bool| !fates.is_empty() && fates.iter().all(test);
    Ok(match () {
        () if all(|fate| matches!(fate, Fate::Gone)) => ExitCode::from(exit::NOT_FOUND),
        () if fates.iter().all(Fate::is_success) => ExitCode::SUCCESS,
        () => ExitCode::from(exit::FAILED),
    })
}

fn write_json(args: &Args, plan: &Plan<'_>, fates: &[Fate]) -> Result<(), Failure> {
    let mut out = Vec::new();
    let mut document = Document::begin(&mut out, "kill")?;
    document.put_json("signal", &plan.signal.to_string().into())?;
    document.put_json("signal_number", &plan.signal.number().into())?;
    document.put_json("dry_run", &args.dry_run.into())?;
    document.array("processes")?;
    for (at, victim) in plan.victims.iter().enumerate() {
        document.item(json_of(victim, fates.get(at)))?;
    }
    document.end_array()?;
    let notes: &[Note] = &[];
    document.finish(notes)?;
    std::io::stdout().write_all(&out)?;
    Ok(())
}

fn json_of(victim: &Victim<'_>, fate: Option<&Fate>) -> present::json::Object {
    let mut object = victim.json();
    match fate {
        Some(fate) => {
            object.put("result", fate.word()).put("detail", fate.to_string());
        }
        None => {
            object.put("result", "not_sent").put("detail", "dry run");
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(what: &[&str], exact: &[&str], signal: Option<&str>) -> Args {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Args {
            what: owned(what),
            exact: owned(exact),
            signal: signal.map(str::to_owned),
            yes: false,
            dry_run: false,
            containers: false,
            wait: None,
        }
    }

    fn understood(what: &[&str], exact: &[&str], signal: Option<&str>) -> (Vec<String>, String) {
        let (what, signal) = order(&args(what, exact, signal)).unwrap();
        (what, signal.to_string())
    }

    #[test]
    fn the_last_argument_is_a_signal_only_behind_something() {
        let two = |what: &[&str], signal: &str| {
            (what.iter().map(|&text| text.to_owned()).collect::<Vec<_>>(), signal.to_owned())
        };
        assert_eq!(understood(&["nginx"], &[], None), two(&["nginx"], "TERM"));
        assert_eq!(understood(&["nginx", "HUP"], &[], None), two(&["nginx"], "HUP"));
        assert_eq!(understood(&["1", "2", "sigkill"], &[], None), two(&["1", "2"], "KILL"));
        assert_eq!(understood(&["term"], &[], None), two(&["term"], "TERM"));
        assert_eq!(understood(&["HUP"], &["TERM"], None), two(&["TERM"], "HUP"));
        assert_eq!(understood(&[], &["HUP", "TERM"], None), two(&["HUP", "TERM"], "TERM"));
        assert_eq!(understood(&["x", "HUP"], &[], Some("9")), two(&["x", "HUP"], "KILL"));
        assert_eq!(understood(&["-9", "x"], &[], None), two(&["x"], "KILL"));
    }

    #[test]
    fn nonsense_is_refused() {
        for (what, signal) in [
            (&["x"][..], Some("NOPE")),
            (&["-9"], None),
            (&["-9", "x"], Some("9")),
            (&["x", "-5"], None),
        ] {
            assert!(order(&args(what, &[], signal)).is_err(), "{what:?} {signal:?}");
        }
    }
}
