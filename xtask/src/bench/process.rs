//! `cargo xtask bench process`: listing the processes of machines that have few and many.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::{
    Args, counts,
    machine::Machine,
    measure::{Contestant, Meter, Run},
    peers,
    population::Population,
    report::{Figures, Report, Row, Section},
    targets::{self, names},
};
use crate::{assets, error::Result, workspace::Workspace};

/// What `daemonctl ps` reads of a process that is no kernel thread, besides `stat`.
pub const FLOOR_READS: &str = "fstat,cmdline,cgroup,ns_pid";
/// How many threads it reads with.
pub const FLOOR_THREADS: &str = "2";
/// Below this many processes it reads with one (`PARALLEL_FROM` in process::sample::spread).
const PARALLEL_FROM: usize = 160;

/// What ps(1) of procps reads for `ps aux`.
const READS_OF_PS: &str = "fstat,status,cmdline";
/// How long `--watch` is watched: the first refresh and the end weigh little then.
const WATCH_MSEC: u64 = 10_500;
/// Above this many processes counting takes longer than it tells: strace stops each call.
const COUNTED_UP_TO: usize = 1_000;

/// A population and what is done with it.
struct Plan {
    wanted: usize,
    turns: usize,
    /// Whether all contestants run, or only the machine at a glance.
    is_full: bool,
}

const PLANS: &[Plan] = &[
    Plan { wanted: 100, turns: 21, is_full: true },
    Plan { wanted: 500, turns: 15, is_full: false },
    Plan { wanted: 1_000, turns: 15, is_full: true },
    Plan { wanted: 10_000, turns: 9, is_full: true },
];

/// Turns with --quick, and the highest population.
const QUICK: (usize, usize) = (3, 1_000);

/// The programs, as they are called.
struct Programs<'a> {
    workspace: &'a Workspace,
    floor: String,
    daemonctl: Option<String>,
    procs: Option<String>,
    floor_reads: &'a str,
    floor_threads: &'a str,
}

/// Measures everything.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Report> {
    peers::ps()?;
    let tools = peers::tools(workspace)?;
    let daemonctl = assets::build(workspace, true);
    let mut notes = vec![
        "times are of whole runs, output to /dev/null; medians, lowest and highest of all turns"
            .into(),
        "instructions are of user mode alone (callgrind); the kernel's are not in them".into(),
        format!(
            "the floor opens /proc/PID and reads stat, and of what is no kernel thread {}, \
             with {} thread(s)",
            args.floor_reads, args.floor_threads
        ),
    ];
    let procs = peers::procs(workspace);
    if let Err(error) = &procs {
        notes.push(format!("procs was not measured: {error}"));
    }
    if let Err(error) = &daemonctl {
        notes.push(format!("daemonctl was not measured: {error}"));
    }
    let programs = Programs {
        workspace,
        floor: tools.floor.display().to_string(),
        daemonctl: daemonctl.ok().map(|path| path.display().to_string()),
        procs: procs.ok().map(|path| path.display().to_string()),
        floor_reads: &args.floor_reads,
        floor_threads: &args.floor_threads,
    };
    let machine = Machine::look();
    let meter = Meter { program: &tools.measure };
    let mut figures = Figures::default();
    for plan in PLANS {
        if !args.quick || plan.wanted <= QUICK.1 {
            let turns = if args.quick { QUICK.0 } else { plan.turns };
            figures.sections.push(section(&programs, &meter, plan, turns, &mut notes)?);
        }
    }
    Ok(Report { subject: &targets::PROCESS, machine, figures, notes })
}

fn section(
    programs: &Programs,
    meter: &Meter,
    plan: &Plan,
    turns: usize,
    notes: &mut Vec<String>,
) -> Result<Section> {
    println!("filling the machine up to {} processes", plan.wanted);
    let population = Population::fill(plan.wanted)?;
    let processes = population.total;
    if processes > plan.wanted + plan.wanted / 10 {
        notes.push(format!("{} processes were wanted; {processes} are there", plan.wanted));
    }
    let mut contestants = if plan.is_full { programs.peers(processes) } else { Vec::new() };
    for (candidate, least_lines) in programs.candidates(plan, &population) {
        match objection(&candidate, least_lines) {
            None => contestants.push(candidate),
            Some(why) => notes.push(format!("{} was not measured: {why}", candidate.line())),
        }
    }
    println!("measuring {} programs in {turns} turns", contestants.len());
    let runs = meter.turns(&contestants, turns)?;
    let mut rows: Vec<Row> = Vec::new();
    for (contestant, runs) in contestants.into_iter().zip(runs) {
        let mut row =
            Row { line: contestant.line(), name: contestant.name.clone(), runs, ..Row::default() };
        if plan.is_full && processes <= COUNTED_UP_TO + COUNTED_UP_TO / 2 {
            count(programs, &contestant, &mut row, notes);
        }
        rows.push(row);
    }
    if plan.wanted == 1_000 && rows.iter().any(|row| row.name == names::PS) {
        rows.extend(watch(programs, meter, notes)?);
    }
    Ok(Section { wanted: plan.wanted, count: processes, rows })
}

impl Programs<'_> {
    /// The programs that are compared with. The reference comes first.
    fn peers(&self, processes: usize) -> Vec<Contestant> {
        let floor = |name: &str, user: &str, kernel: &str, threads: &str| {
            let argv = ["--threads", threads, "--reads", user, "--kernel-reads", kernel];
            Contestant::new(name, &[&[self.floor.as_str()], &argv[..]].concat())
        };
        let threads = if processes < PARALLEL_FROM { "1" } else { self.floor_threads };
        let mut peers = vec![
            Contestant::new(names::REFERENCE, &["ps", "aux"]),
            floor(names::FLOOR_OF_PS, READS_OF_PS, READS_OF_PS, "1"),
            floor(names::FLOOR, self.floor_reads, "", threads),
        ];
        if let Some(procs) = &self.procs {
            let argv = [procs.as_str(), "--pager", "disable", "--color", "disable"];
            peers.push(Contestant::new(names::PROCS, &argv));
        }
        peers
    }

    /// What is judged, with how many lines it has to print to be taken seriously.
    fn candidates(&self, plan: &Plan, population: &Population) -> Vec<(Contestant, usize)> {
        let Some(own) = self.daemonctl.as_deref() else { return Vec::new() };
        if !plan.is_full {
            return vec![(Contestant::new(names::GLANCE, &[own]), 2)];
        }
        let mut candidates =
            vec![(Contestant::new(names::PS, &[own, "ps"]), population.total * 9 / 10)];
        let someone = population.sample.unwrap_or_else(std::process::id).to_string();
        candidates.push((Contestant::new(names::EXPLAIN, &[own, "explain", &someone]), 2));
        candidates
    }
}

/// Why a program can't be measured: it fails, or it does not do what it is measured for.
fn objection(contestant: &Contestant, least_lines: usize) -> Option<String> {
    let (program, args) = contestant.argv.split_first()?;
    let output = match Command::new(program).args(args).stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return Some(error.to_string()),
    };
    if !output.status.success() {
        return Some(format!("it ends with {}", output.status));
    }
    let lines = output.stdout.iter().filter(|&&byte| byte == b'\n').count();
    (lines < least_lines).then(|| format!("it prints {lines} lines, not {least_lines} or more"))
}

fn count(programs: &Programs, contestant: &Contestant, row: &mut Row, notes: &mut Vec<String>) {
    let scratch = programs.workspace.target.join("bench.strace");
    let mut kept = |counted: Result<u64>| {
        counted.map_err(|error| notes.push(format!("not counted for {}: {error}", row.name))).ok()
    };
    let syscalls = kept(counts::count_syscalls(&contestant.argv, Path::new(&scratch)));
    let instructions = kept(counts::count_instructions(&contestant.argv));
    row.syscalls = syscalls;
    row.instructions = instructions;
}

/// `daemonctl ps --watch` for some seconds, in one run: its share of a core is what counts.
fn watch(programs: &Programs, meter: &Meter, notes: &mut Vec<String>) -> Result<Option<Row>> {
    let Some(own) = programs.daemonctl.as_deref() else { return Ok(None) };
    let argv = [own, "ps", "--watch"];
    let contestant = Contestant::new(names::WATCH, &argv);
    let run: Run = meter.run(&contestant.argv, Some(WATCH_MSEC))?;
    if run.wall_usec < WATCH_MSEC * 900 {
        notes.push(format!("{}: ended by itself with status {}", contestant.line(), run.status));
        return Ok(None);
    }
    let line = contestant.line();
    Ok(Some(Row { name: contestant.name, line, runs: vec![run], ..Row::default() }))
}
