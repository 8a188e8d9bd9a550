//! `cargo xtask bench unit`: loading and checking the units of machines that have many.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::{
    Args, counts,
    machine::Machine,
    measure::{Contestant, Meter, Run},
    peers,
    reload::Reload,
    report::{Figures, Report, Row, Section},
    targets::{self, names},
    units::Tree,
};
use crate::{
    assets,
    command::is_installed,
    error::{Error, Result},
    workspace::Workspace,
};

/// Populations and turns.
const PLANS: &[(usize, usize)] = &[(1_000, 11), (10_000, 5)];

/// Turns with --quick, and the highest population.
const QUICK: (usize, usize) = (3, 1_000);

/// What takes longer than this is run once, and no more.
const PATIENCE_USEC: u64 = 20_000_000;

/// Above this many units counting takes longer than it tells.
const COUNTED_UP_TO: usize = 1_000;

/// Measures everything.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Report> {
    let tools = peers::tools(workspace)?;
    let own = assets::build(workspace, true);
    let mut notes = vec![
        "times are of whole runs, output to /dev/null; medians, lowest and highest of all turns"
            .into(),
        "units: six services, a socket, a timer, a path and an instance in ten, half with a drop-in"
            .into(),
        format!(
            "of {} the CPU is what process 1 of a systemd box used, the wall time that of systemctl",
            names::RELOAD
        ),
        "instructions are of user mode alone (callgrind); the kernel's are not in them".into(),
    ];
    if let Err(error) = &own {
        notes.push(format!("{} was not measured: {error}", names::VERIFY));
    }
    let own = own.ok().map(|path| path.display().to_string());
    let machine = Machine::look();
    let meter = Meter { program: &tools.measure };
    let mut figures = Figures::default();
    for &(wanted, turns) in PLANS {
        if !args.quick || wanted <= QUICK.1 {
            let turns = if args.quick { QUICK.0 } else { turns };
            let tree = Tree::make(workspace.target.join("bench-units"), wanted)?;
            figures.sections.push(section(
                workspace,
                own.as_deref(),
                &meter,
                &tree,
                turns,
                &mut notes,
            )?);
        }
    }
    Ok(Report { subject: &targets::UNIT, machine, figures, notes })
}

fn section(
    workspace: &Workspace,
    own: Option<&str>,
    meter: &Meter,
    tree: &Tree,
    turns: usize,
    notes: &mut Vec<String>,
) -> Result<Section> {
    let count = tree.names.len();
    let analyze = is_installed("systemd-analyze").then(|| analyze(tree));
    if analyze.is_none() {
        notes.push(format!("{} was not measured: it is not installed", names::ANALYZE));
    }
    let candidates = [analyze, own.map(|own| verify(own, tree))];
    let mut entries: Vec<(Contestant, Row)> = Vec::new();
    for candidate in candidates.into_iter().flatten() {
        let first = meter.run(&candidate.argv, None)?;
        if first.status != 0 {
            let why = objection(&candidate);
            notes.push(format!("{} was not measured: {why}", candidate.name));
            continue;
        }
        let mut row = row(&candidate);
        if first.wall_usec > PATIENCE_USEC {
            notes.push(format!("{} was run once with {count} units: it is slow", candidate.name));
            row.runs.push(first);
        }
        entries.push((candidate, row));
    }
    println!("booting a box with {count} units");
    let reload = Reload::of(tree)
        .map_err(|error| notes.push(format!("{} was not measured: {error}", names::RELOAD)))
        .ok();
    println!("measuring in {turns} turns");
    let mut reloads = Row {
        name: names::RELOAD.into(),
        line: "systemctl daemon-reload".into(),
        ..Row::default()
    };
    // What is slow has its only run by now; the others' first one was to warm up.
    let slow: Vec<bool> = entries.iter().map(|(_, row)| !row.runs.is_empty()).collect();
    for _ in 0..turns {
        for ((contestant, row), _) in entries.iter_mut().zip(&slow).filter(|(_, slow)| !**slow) {
            row.runs.push(succeed(meter, contestant)?);
        }
        if let Some(reload) = &reload {
            reloads.runs.push(reload.run()?);
        }
    }
    drop(reload);
    if count <= COUNTED_UP_TO {
        for (contestant, row) in &mut entries {
            count_calls(workspace, contestant, row, notes);
        }
    }
    let mut rows: Vec<Row> = entries.into_iter().map(|(_, row)| row).collect();
    if !reloads.runs.is_empty() {
        rows.push(reloads);
    }
    Ok(Section { wanted: count, count, rows })
}

fn count_calls(
    workspace: &Workspace,
    contestant: &Contestant,
    row: &mut Row,
    notes: &mut Vec<String>,
) {
    let scratch = workspace.target.join("bench.strace");
    let mut kept = |counted: Result<u64>| {
        let why = |error| notes.push(format!("not counted for {}: {error}", contestant.name));
        counted.map_err(why).ok()
    };
    row.syscalls = kept(counts::count_syscalls(&contestant.argv, &scratch));
    row.instructions = kept(counts::count_instructions(&contestant.argv));
}

fn row(contestant: &Contestant) -> Row {
    // Thousands of names tell nothing.
    let line = contestant.argv.iter().take_while(|word| !word.starts_with("bench-"));
    let line: Vec<&str> = line.map(String::as_str).collect();
    Row { name: contestant.name.clone(), line: line.join(" "), ..Row::default() }
}

fn succeed(meter: &Meter, contestant: &Contestant) -> Result<Run> {
    let run = meter.run(&contestant.argv, None)?;
    if run.status == 0 {
        return Ok(run);
    }
    let outcome = format!("ended with status {}", run.status);
    Err(Error::Command { line: contestant.name.clone(), outcome })
}

/// `daemonctl verify` of all units.
fn verify(own: &str, tree: &Tree) -> Contestant {
    let root = tree.root.display().to_string();
    with_names(names::VERIFY, &[own, "verify", "--root", &root], tree)
}

/// The reference, for the same. Manual pages are not looked for: we don't either.
fn analyze(tree: &Tree) -> Contestant {
    let root = format!("--root={}", tree.root.display());
    let words = ["systemd-analyze", "verify", "--man=no", &root];
    with_names(names::ANALYZE, &words, tree)
}

fn with_names(name: &str, words: &[&str], tree: &Tree) -> Contestant {
    let mut contestant = Contestant::new(name, words);
    contestant.argv.extend(tree.names.iter().cloned());
    contestant
}

/// How many system calls more `daemonctl verify` makes for each unit more. What it does once is not
/// in it.
pub fn calls_a_unit(workspace: &Workspace, own: &Path) -> Result<f64> {
    const FEW: usize = 200;
    const MANY: usize = 500;
    let (own, scratch) = (own.display().to_string(), workspace.target.join("counts.strace"));
    let calls = |count| {
        let tree = Tree::make(workspace.target.join("counts-units"), count)?;
        counts::count_syscalls(&verify(&own, &tree).argv, &scratch)
    };
    let (few, many) = (calls(FEW)?, calls(MANY)?);
    Ok(many.saturating_sub(few) as f64 / (MANY - FEW) as f64)
}

/// Why a program failed where nothing is wrong: its last words.
fn objection(contestant: &Contestant) -> String {
    let Some((program, args)) = contestant.argv.split_first() else { return String::new() };
    match Command::new(program).args(args).stdin(Stdio::null()).output() {
        Ok(output) => {
            let said =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            let first = said.lines().next().unwrap_or_default();
            format!("it ends with {}: {first}", output.status)
        }
        Err(error) => error.to_string(),
    }
}
