//! The same assignments put to `systemd-analyze verify` and to us: a line that one of them finds
//! fault with, the other must too. Where we differ on purpose the line stands in [`ON_PURPOSE`], and
//! the test fails when it stops differing.
//!
//! The cases are those of `values_a_cases.txt`. Without systemd-analyze there is nothing to compare
//! with, and the test says so.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
};

use unit::{
    Facts, Name, Severity, UnitType,
    specifier::{Account, Directories, Expander},
    table::Id,
    values::{self, Context, Parsed},
};

const CASES: &str = include_str!("values_a_cases.txt");

/// Lines on which systemd 252 says something and we don't, or the other way round: newer versions
/// are as we are.
const ON_PURPOSE: &[(&str, &str)] = &[
    // Newer versions know that this is a folder.
    ("ExecStartPost", "/bin/x/.."),
    // 252 has no third state for it yet.
    ("PrivateMounts", ""),
    // There are the classes 0 to 3; systemd takes one more and gives it to the kernel, which refuses.
    ("IOSchedulingClass", "4"),
    // Taken, and then without effect.
    ("MessageQueueMaxMessages", "-5"),
];

/// What a case is about: `[Service] Nice=5` of a service.
#[derive(Clone, Debug)]
struct Case {
    unit: UnitType,
    section: &'static str,
    key: &'static str,
    value: &'static str,
}

impl Case {
    fn line(&self) -> String {
        format!("{}={}", self.key, self.value)
    }
}

/// Headers are `# service [Unit] Key`, the lines below values. A `#` in front of a value that begins
/// with one is written `\#`.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut head = None;
    for line in CASES.lines() {
        if let Some(header) = line.strip_prefix("# ") {
            let mut words = header.split(' ');
            let unit = UnitType::of_suffix(words.next().unwrap()).unwrap();
            let section = words.next().unwrap().trim_matches(['[', ']']);
            head = Some((unit, section, words.collect::<Vec<_>>()));
        } else if let Some((unit, section, keys)) = &head {
            let value =
                line.strip_prefix('\\').filter(|rest| rest.starts_with('#')).unwrap_or(line);
            for key in keys {
                cases.push(Case { unit: *unit, section, key, value: value.trim() });
            }
        }
    }
    cases
}

/// The worst that we say of a case.
fn ours(case: &Case, name: &Name, facts: &Facts) -> Option<Severity> {
    let Some((id, _)) = Id::in_section(case.section, case.unit, case.key) else {
        panic!("no directive [{}] {}", case.section, case.key)
    };
    let expander = Expander::new(facts, name);
    let context = Context { directive: id.directive(), unit: case.unit, expander: &expander };
    let mut problems = Vec::new();
    let parsed = values::parse(case.value, &context, &mut problems);
    if parsed == Parsed::Ignored {
        assert!(!problems.is_empty(), "ignored without a word: {}", case.line());
    }
    for problem in &problems {
        assert!(case.value.get(problem.at.clone()).is_some(), "{}: {problem:?}", case.line());
    }
    problems.iter().map(|problem| problem.severity).max().filter(|worst| *worst > Severity::Hint)
}

/// What a unit of the type needs besides, so that it is looked at to the end.
fn rest_of(unit: UnitType, case: Option<&Case>) -> &'static str {
    let sets = |key| case.is_some_and(|case| case.key == key);
    match unit {
        UnitType::Service if sets("ExecStart") => "[Service]\nType=oneshot\n",
        UnitType::Service => "[Service]\nType=oneshot\nExecStart=/bin/true\n",
        UnitType::Socket => "[Socket]\nListenStream=/run/values-a\n",
        UnitType::Timer => "[Timer]\nOnBootSec=1\n",
        UnitType::Path => "[Path]\nPathExists=/run/values-a\n",
        UnitType::Mount => "[Mount]\nWhat=/dev/null\nWhere=/values/a\n",
        UnitType::Swap => "[Swap]\nWhat=/dev/null\n",
        _ => "",
    }
}

/// The lines of a file that systemd finds fault with, by file name.
fn theirs(folder: &Path, files: &[String]) -> BTreeMap<String, BTreeSet<usize>> {
    let mut command = Command::new("systemd-analyze");
    command.args(["verify", "--man=no"]).current_dir(folder);
    let output = command.args(files.iter().map(|file| folder.join(file))).output().unwrap();
    let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        let Some((file, rest)) = line.split_once(':') else { continue };
        let number = rest.split(':').next().and_then(|number| number.parse::<usize>().ok());
        if let (Some(file), Some(number)) = (Path::new(file).file_name(), number) {
            found.entry(file.to_string_lossy().into_owned()).or_default().insert(number);
        }
    }
    found
}

/// What is so for a system manager on this machine.
fn facts() -> Facts {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x86-64",
        "aarch64" => "arm64",
        other => other,
    };
    let root = Account {
        user: "root".into(),
        uid: 0,
        group: "root".into(),
        gid: 0,
        home: "/root".into(),
        shell: "/bin/sh".into(),
    };
    Facts {
        architecture: Some(architecture.into()),
        account: Some(root),
        directories: Directories::of_system(),
        ..Facts::default()
    }
}

fn folder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("unit-values-a-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_same_lines_are_found_fault_with() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("systemd-analyze is not here: nothing to compare with");
        return;
    }
    let folder = folder();
    let facts = facts();
    let cases = cases();
    assert!(cases.len() > 500, "{}", cases.len());
    let mut files: BTreeMap<String, (String, Vec<(usize, Case)>)> = BTreeMap::new();
    let mut alone = 0;
    for case in &cases {
        let suffix = case.unit.suffix();
        let name: Name = format!("values-a.{suffix}").parse().unwrap();
        // One that refuses the unit would hide those behind it.
        let is_alone = ours(case, &name, &facts) == Some(Severity::Error);
        let file = match (is_alone, case.unit) {
            (true, _) => {
                alone += 1;
                format!("values-a{alone}.{suffix}")
            }
            (_, UnitType::Mount) => "values-a.mount".to_owned(),
            _ => format!("values-a.{suffix}"),
        };
        let (text, lines) = files.entry(file).or_insert_with(|| {
            (rest_of(case.unit, is_alone.then_some(case)).to_owned(), Vec::new())
        });
        write!(text, "[{}]\n{}\n", case.section, case.line()).unwrap();
        lines.push((text.lines().count(), case.clone()));
    }
    for (file, (text, _)) in &files {
        fs::write(folder.join(file), text).unwrap();
    }
    let names: Vec<String> = files.keys().cloned().collect();
    let found = theirs(&folder, &names);
    let mut different = Vec::new();
    for (file, (_, lines)) in &files {
        let name: Name = file.parse().unwrap();
        for (number, case) in lines {
            let theirs = found.get(file).is_some_and(|found| found.contains(number));
            let ours = ours(case, &name, &facts).is_some();
            let on_purpose =
                ON_PURPOSE.iter().any(|(key, value)| case.key == *key && case.value == *value);
            if (theirs != ours) != on_purpose {
                different.push(format!("systemd {theirs}, we {ours}: {}", case.line()));
            }
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(
        different.is_empty(),
        "{} of {}:\n{}",
        different.len(),
        cases.len(),
        different.join("\n")
    );
}
