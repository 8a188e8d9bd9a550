//! `cargo xtask bench`: measurements against other programs, side by side, in one run.
//!
//! Contestants run in turns (A B C A B C …), so that a change of the machine's mood meets all of
//! them; one turn to warm up is not counted, and of the others none is dropped. Times are given
//! as medians with their spread. What can be counted is counted too, in runs of its own: system
//! calls under strace, instructions under callgrind (which sees user mode only, not the kernel).
//!
//! A bench reports; it fails if it can't measure, and those of logs and of diagnose if a
//! target is missed too.

pub mod counts;
mod diagnose;
mod host;
mod insight;
mod logs;
mod machine;
mod measure;
mod peers;
pub mod population;
mod process;
mod reload;
mod report;
mod services;
pub mod targets;
pub mod unit;
mod units;

use std::{path::PathBuf, process::Command};

use crate::{
    error::{Error, Result, write_whole},
    workspace::Workspace,
};

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub struct Args {
    /// What to measure; everything without one
    #[arg(value_enum)]
    subjects: Vec<Subject>,
    /// Write the figures as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Few turns and no population of 10,000: to see that the bench works
    #[arg(long)]
    quick: bool,
    /// In a pid namespace of its own: exact populations, but no kernel threads (needs root)
    #[arg(long)]
    isolated: bool,
    /// What the floor reads of each process that is no kernel thread
    #[arg(long, value_name = "LIST", default_value = process::FLOOR_READS)]
    floor_reads: String,
    /// How many threads the floor reads with
    #[arg(long, value_name = "N", default_value = process::FLOOR_THREADS)]
    floor_threads: String,
}

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    /// Listing processes: daemonctl ps, ps aux, procs, and the floor of what must be read
    Process,
    /// Loading and checking units: daemonctl verify, systemd-analyze verify, systemctl daemon-reload
    Unit,
    /// Services on each init: daemonctl list and status, systemctl, rc-status, service --status-all
    Host,
    /// Reading logs: a million journal entries against journalctl, 1 GB of syslog against grep
    Logs,
    /// Finding faults and judging exposure: daemonctl diagnose and audit, and the native commands
    Insight,
    /// Faults in real daemons, and daemons without: what daemonctl diagnose says first
    Diagnose,
}

/// Measures, and prints the figures.
pub fn run(workspace: &Workspace, args: &Args) -> Result<bool> {
    if args.isolated {
        return again_isolated();
    }
    let all = &[
        Subject::Process,
        Subject::Unit,
        Subject::Host,
        Subject::Logs,
        Subject::Insight,
        Subject::Diagnose,
    ][..];
    let subjects = if args.subjects.is_empty() { all } else { &args.subjects };
    let mut is_kept = true;
    for subject in subjects {
        let reports = match subject {
            Subject::Logs => {
                is_kept &= logs(workspace, args, subjects.len() == 1)?;
                continue;
            }
            Subject::Diagnose => {
                is_kept &= diagnose(workspace, args, subjects.len() == 1)?;
                continue;
            }
            Subject::Process => vec![process::run(workspace, args)?],
            Subject::Unit => vec![unit::run(workspace, args)?],
            Subject::Host => host::run(workspace, args)?,
            Subject::Insight => vec![insight::run(workspace, args)?],
        };
        let is_alone = subjects.len() == 1 && reports.len() == 1;
        for report in reports {
            print!("\n{report}");
            let Some(file) = &args.json else { continue };
            // Of several reports each has a file of its own.
            let many = report.subject.many.replace(' ', "-");
            let file = match is_alone {
                true => file.clone(),
                false => file.with_extension(format!("{many}.json")),
            };
            write_whole(&file, format!("{:#}\n", report.json()).as_bytes())?;
            println!("\nwritten: {}", file.display());
        }
    }
    Ok(is_kept)
}

/// The table of faults.
fn diagnose(workspace: &Workspace, args: &Args, is_alone: bool) -> Result<bool> {
    let report = diagnose::run(workspace, args.quick)?;
    print!("\n{report}");
    if let Some(file) = &args.json {
        let file = if is_alone { file.clone() } else { file.with_extension("diagnose.json") };
        write_whole(&file, format!("{:#}\n", report.json()).as_bytes())?;
        println!("\nwritten: {}", file.display());
    }
    Ok(report.is_kept())
}

/// Reading logs has tables of its own.
fn logs(workspace: &Workspace, args: &Args, is_alone: bool) -> Result<bool> {
    let report = logs::run(workspace, args)?;
    print!("\n{report}");
    if let Some(file) = &args.json {
        let file = if is_alone { file.clone() } else { file.with_extension("logs.json") };
        write_whole(&file, format!("{:#}\n", report.json()).as_bytes())?;
        println!("\nwritten: {}", file.display());
    }
    Ok(report.is_kept())
}

/// This program once more with the same arguments, as the init of a pid namespace with a /proc of
/// its own. It ends when this ends.
fn again_isolated() -> Result<bool> {
    let doing = "run the bench in a pid namespace of its own";
    let own = std::env::current_exe().map_err(Error::io(doing))?;
    let status = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "--kill-child=KILL"])
        .arg(own)
        .args(std::env::args_os().skip(1).filter(|arg| arg != "--isolated"))
        .status()
        .map_err(Error::io(doing))?;
    Ok(status.success())
}
