//! `daemonctl explain`: what a process is, and why it runs.

use std::process::ExitCode;

use present::Why;
use present::json::{Document, Note};
use process::needs::Needs;

use crate::context::Context;
use crate::explain::{Explanation, text};
use crate::failure::Failure;
use crate::json;
use crate::snapshot::Snapshot;
use crate::what::{self, What};

const AFTER_HELP: &str = "\
The verdict (daemon, normal process or thread of the kernel) comes with its evidence, aspect by
aspect, and with the chain of causes from the kernel down to the process.

Where WHAT is a service or a port with several processes, the first is explained and the others are
listed; --all explains each.

Examples:
  daemonctl explain 1234
  daemonctl explain nginx
  daemonctl explain :22
  daemonctl explain /var/log/syslog --all";

/// Everything that the evidence and the description of one process are made from.
const NEEDS: Needs = Needs(
    Needs::VERDICT.0
        | Needs::DETACHMENT.0
        | Needs::STATUS.0
        | Needs::IO.0
        | Needs::OOM_SCORE.0
        | Needs::OOM_ADJUSTMENT.0
        | Needs::DESCRIPTORS.0
        | Needs::ROOT.0
        | Needs::LIMITS.0
        | Needs::NAMESPACES.0,
);

/// Options of `explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Pids, names, services, :ports, /paths.
    #[arg(value_name = "WHAT", required = true)]
    pub what: Vec<String>,
    /// Explain every process that WHAT names.
    #[arg(long)]
    pub all: bool,
}

/// Runs `explain`.
///
/// # Errors
/// `/proc` can't be read, or WHAT names nothing.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let targets = targets(context, &args.what)?;
    if context.common.json {
        return write_json(context, &targets);
    }
    let full = if args.all { targets.len() } else { 1 };
    let (chosen, rest) = targets.split_at_checked(full).unwrap_or((&targets, &[]));
    let (explained, gone) = explanations(context, chosen)?;
    let layout = context.layout();
    let mut out = String::new();
    for (place, explanation) in explained.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        text::render(explanation, &layout, &mut out);
    }
    if !rest.is_empty() {
        text::others(context, rest, &layout, &mut out)?;
    }
    context.print(&out)?;
    for note in &gone {
        eprintln!("daemonctl: {}: {}", note.what, note.detail);
    }
    Ok(ExitCode::SUCCESS)
}

/// Pids to explain: parents before their children, so that a service's main process comes first.
/// Pids alone are taken as they are, without a look at all other processes.
fn targets(context: &Context, texts: &[String]) -> Result<Vec<u32>, Failure> {
    let parsed: Vec<What> = texts.iter().map(|text| What::parse(text)).collect::<Result<_, _>>()?;
    let pids: Option<Vec<u32>> = parsed
        .iter()
        .map(|what| if let What::Pid(pid) = what { Some(*pid) } else { None })
        .collect();
    if let Some(pids) = pids {
        return Ok(pids);
    }
    let snapshot = Snapshot::take(context, Needs::NOTHING)?;
    let found = what::find(context, &snapshot, texts)?;
    let first = snapshot.tree.parents_first().filter(|index| found.contains(index));
    Ok(first.filter_map(|index| Some(snapshot.sample.processes.get(index)?.pid())).collect())
}

fn explanation(context: &Context, pid: u32) -> Result<Explanation, Failure> {
    let snapshot = Snapshot::near(context, &[pid], context.needs(NEEDS.0))?;
    Explanation::of(context, snapshot, pid).ok_or_else(|| {
        Failure::not_found(format_args!("no process {pid}")).hint(
            "the process has ended, or it was never there (hidepid can hide others' processes)",
        )
    })
}

/// Explains each that is still there, and notes the others; one that was asked for alone must be.
fn explanations(context: &Context, pids: &[u32]) -> Result<(Vec<Explanation>, Vec<Note>), Failure> {
    let (mut found, mut gone, mut first) = (Vec::new(), Vec::new(), None);
    for &pid in pids {
        match explanation(context, pid) {
            Ok(explained) => found.push(explained),
            Err(failure) => {
                first = first.or(Some(failure));
                let detail = "it ended before it was looked at".to_owned();
                gone.push(Note { what: format!("process {pid}"), reason: Why::Vanished, detail });
            }
        }
    }
    match first {
        Some(failure) if found.is_empty() => Err(failure),
        _ => Ok((found, gone)),
    }
}

fn write_json(context: &Context, targets: &[u32]) -> Result<ExitCode, Failure> {
    let (explained, mut notes) = explanations(context, targets)?;
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "explain")?;
    if let Some(first) = explained.first() {
        document.put_json("machine", &json::machine(&first.snapshot.machine))?;
    }
    document.array("processes")?;
    for each in explained {
        if let Some(object) = each.to_json() {
            document.item(object)?;
        }
        notes.extend(each.notes);
    }
    document.end_array()?;
    document.finish(&notes)?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(ExitCode::SUCCESS)
}
