//! The state of every unit of a tree, as `systemctl --root list-unit-files` says it.

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

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use cmd_support::{Folder, text};
use files::{Disk, Whose};
use install_support::{Dice, difference};
use unit::install::Install;
use unit::load::SearchPath;

fn systemctl(root: &Path) -> BTreeMap<String, String> {
    let output = Command::new("systemctl")
        .arg(format!("--root={}", root.display()))
        .args(["list-unit-files", "--no-legend", "--no-pager", "--full"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let state = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.next().unwrap())
    };
    text(&output).lines().map(state).collect()
}

fn ours(root: &Path, lib_first: bool) -> BTreeMap<String, String> {
    let disk = Disk::below(root.to_str().unwrap()).unwrap();
    let search = SearchPath::system(lib_first);
    let facts = files::facts(&disk, Whose::System);
    let states = Install::new(&disk, &search, &facts).states();
    states.into_iter().map(|(name, state)| (name.to_string(), state.word().to_owned())).collect()
}

#[test]
fn made_up_trees() {
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for seed in 0..150 {
        let root = Folder::new();
        let spec = generate::tree(&mut Dice::new(seed));
        spec.write(root.path());
        let states = ours(root.path(), false);
        let differ = difference(&systemctl(root.path()), &states);
        seen.extend(states.into_values());
        if !differ.is_empty() {
            let lines = spec.0.iter().map(|(path, node)| format!("    {path}: {node:?}"));
            let tree: Vec<String> = lines.collect();
            wrong.push(format!("seed {seed}:\n  {}\n{}", differ.join("\n  "), tree.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(seen.len() >= 9, "too few kinds of states to say anything: {seen:?}");
}

#[test]
fn units_of_packages() {
    let root = Folder::new();
    let units = install_support::copy_of_this_machine(root.path());
    assert!(units.len() > 30, "too few units on this machine to say anything");
    let lib_first = root.path().join("var/lib/dpkg/info/systemd.list").exists();
    for verb in ["preset-all", "list-unit-files"] {
        let differ = difference(&systemctl(root.path()), &ours(root.path(), lib_first));
        assert!(differ.is_empty(), "{}", differ.join("\n"));
        let root = format!("--root={}", root.path().display());
        Command::new("systemctl").args([&root, verb]).output().unwrap();
    }
}
