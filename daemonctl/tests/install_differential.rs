//! The same operation on the same tree by `systemctl --root` and by daemonctl: the same links, the
//! same exit status.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;
#[path = "install_support/generate.rs"]
mod generate;
mod install_support;
#[path = "install_support/run.rs"]
mod run;

use std::path::Path;
use std::process::Output;

use cmd_support::{Folder, errors, text};
use generate::{Operation, operation, settle, tree};
use install_support::{Dice, Spec, difference, snapshot};
use run::{ours, systemctl};

fn show(spec: &Spec) -> String {
    let lines = spec.0.iter().map(|(path, node)| format!("    {path}: {node:?}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether systemctl failed. It says that something did and ends with 0 where (252 only) a later
/// part of an [Install] section failed. `None`: a unit to disable does not exist, which it says and
/// does not count.
fn failed(operation: &Operation, output: &Output) -> Option<bool> {
    let said = errors(output);
    let mut failures = said.lines().filter(|line| {
        let is_skipped = operation.verb == "preset-all" && line.ends_with("is masked.");
        line.starts_with("Failed to ") && !line.ends_with("ignoring.") && !is_skipped
    });
    match output.status.code() {
        Some(0) if operation.verb == "disable" && failures.clone().next().is_some() => None,
        Some(0) => Some(failures.next().is_some()),
        _ => Some(true),
    }
}

/// Compares one operation; what differs.
fn compare(spec: &Spec, operation: &Operation) -> Option<String> {
    let (theirs, mine) = (Folder::new(), Folder::new());
    spec.write(theirs.path());
    spec.write(mine.path());
    let differs = compare_on(theirs.path(), mine.path(), operation)?;
    Some(format!("{operation:?}\n  {differs}\n  of\n{}", show(spec)))
}

/// The same on two trees that are alike.
fn compare_on(theirs: &Path, mine: &Path, operation: &Operation) -> Option<String> {
    let before = snapshot(mine);
    let (a, b) = (systemctl(theirs, operation), ours(mine, operation));
    let mut differ = difference(&snapshot(theirs), &snapshot(mine));
    if failed(operation, &a).is_some_and(|failed| failed == b.status.success()) {
        differ.push(format!("exit status: {:?} | {:?}", a.status.code(), b.status.code()));
    }
    // What can't be enabled again is not disabled either, nor anything else that was named.
    let kept = operation.verb == "reenable"
        && !a.status.success()
        && !b.status.success()
        && snapshot(mine) == before;
    if differ.is_empty() || kept {
        return None;
    }
    Some(format!(
        "{}\n  systemctl: {}\n  daemonctl: {}{}",
        differ.join("\n  "),
        errors(&a).replace(&theirs.display().to_string(), ""),
        text(&b),
        errors(&b),
    ))
}

fn case(seed: u64) -> Option<String> {
    let mut dice = Dice::new(seed);
    let (mut spec, operation) = (tree(&mut dice), operation(&mut dice));
    settle(&mut spec, &operation);
    compare(&spec, &operation).map(|differs| format!("seed {seed}: {differs}"))
}

#[test]
fn made_up_trees() {
    // DAEMOND_SEEDS=1000..9000 looks at others.
    let range = std::env::var("DAEMOND_SEEDS").unwrap_or_else(|_| "0..320".to_owned());
    let (first, last) = range.split_once("..").unwrap();
    let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
    let half = |rest: u64| -> Vec<String> {
        (first..last).filter(|seed| seed % 2 == rest).filter_map(case).collect()
    };
    let wrong = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        [half(0), other.join().unwrap()].concat()
    });
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n\n"));
}

/// This machine's own units, one after the other on the same tree.
#[test]
fn units_of_packages() {
    let (theirs, mine) = (Folder::new(), Folder::new());
    let mut units = Vec::new();
    for root in [theirs.path(), mine.path()] {
        units = install_support::copy_of_this_machine(root);
    }
    let all = |verb| Operation { verb, flags: Vec::new(), units: Vec::new() };
    let mut operations = vec![all("preset-all")];
    for verb in ["enable", "disable", "reenable", "mask", "unmask", "preset"] {
        let chosen = units.iter().filter(|unit| unit.len() % 6 == verb.len() % 6).take(14);
        operations.extend(chosen.map(|unit| Operation { units: vec![unit.clone()], ..all(verb) }));
    }
    let wrong: Vec<String> = operations
        .iter()
        .filter_map(|operation| {
            let differs = compare_on(theirs.path(), mine.path(), operation)?;
            Some(format!("{operation:?}\n  {differs}"))
        })
        .collect();
    assert!(operations.len() > 30, "too few units on this machine to say anything");
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n\n"));
}
