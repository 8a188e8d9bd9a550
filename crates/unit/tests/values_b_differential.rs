//! The same lines put to `systemd-analyze verify` and to us: which of them are complained about?

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use unit::{
    UnitType,
    diagnostic::Severity,
    table::Status,
    values::sandbox::{names, system_calls},
};

mod values_b;

const SERVICE: &str = include_str!("values_b/service.lines");
const SOCKET: &str = include_str!("values_b/socket.lines");
/// Lines about which we and systemd 252 differ on purpose.
const DIFFERENCES: &str = include_str!("values_b/differences.lines");

/// The version of systemd on this machine, where there is one.
fn version() -> Option<u32> {
    let output = Command::new("systemd-analyze").arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok()?.split_whitespace().nth(1)?.parse().ok()
}

/// The numbers of the lines that systemd complains about.
fn theirs(folder: &Path, suffix: &str, head: &str, lines: &[&str]) -> BTreeSet<usize> {
    let path = folder.join(format!("a@b.{suffix}"));
    fs::write(&path, format!("{head}\n{}\n", lines.join("\n"))).expect("the unit is written");
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(&path)
        .env("SYSTEMD_LOG_COLOR", "0")
        .output()
        .expect("systemd-analyze runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let prefix = format!("{}:", path.display());
    let skip = head.lines().count() + 1;
    text.lines()
        .filter_map(|line| line.strip_prefix(&prefix)?.split(':').next()?.parse::<usize>().ok())
        .filter_map(|line| line.checked_sub(skip))
        .collect()
}

fn ours(unit: UnitType, line: &str) -> bool {
    let (key, value) = line.split_once('=').expect("an assignment");
    let (_, problems) = values_b::parse(unit, key, value.trim());
    // That a directive is deprecated says the table, not its value.
    let is_current = values_b::directive(unit, key).status == Status::Current;
    !is_current || problems.iter().any(|problem| problem.severity > Severity::Hint)
}

/// System calls that are newer than the library that systemd 252 asks.
const NEW_CALLS: &[&str] = &[
    "getxattrat",
    "listmount",
    "listxattrat",
    "lsm_get_self_attr",
    "lsm_list_modules",
    "lsm_set_self_attr",
    "mseal",
    "removexattrat",
    "riscv_hwprobe",
    "setxattrat",
    "statmount",
    "uretprobe",
];

#[test]
fn the_same_names_are_known() {
    if version() != Some(252) {
        eprintln!("skipped: there is no systemd 252 here");
        return;
    }
    let folder = std::env::temp_dir().join(format!("values-b-names-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let mut lines: Vec<String> = vec!["SystemCallFilter=no_such_call".into()];
    lines.extend(system_calls::all().map(|name| format!("SystemCallFilter={name}")));
    let groups = system_calls::GROUPS.iter().map(|group| group.name);
    lines.extend(groups.map(|name| format!("SystemCallFilter=~{name}:EPERM")));
    lines.extend(names::errors().map(|name| format!("SystemCallErrorNumber={name}")));
    lines.extend(names::families().map(|name| format!("RestrictAddressFamilies={name}")));
    lines.extend(names::file_system_groups().map(|name| format!("RestrictFileSystems={name}")));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let bad = theirs(&folder, "service", "[Service]\nExecStart=/bin/true", &lines);
    let _ = fs::remove_dir_all(&folder);
    let bad: Vec<&str> = bad.iter().filter_map(|line| lines.get(*line).copied()).collect();
    let mut expected: Vec<String> = vec!["SystemCallFilter=no_such_call".into()];
    expected.extend(NEW_CALLS.iter().map(|name| format!("SystemCallFilter={name}")));
    // A newer group.
    expected.push("SystemCallFilter=~@sandbox:EPERM".into());
    assert_eq!(bad, expected);
}

#[test]
fn the_same_lines_are_complained_about() {
    if version() != Some(252) {
        eprintln!("skipped: there is no systemd 252 here");
        return;
    }
    let folder = std::env::temp_dir().join(format!("values-b-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let known: BTreeSet<&str> = DIFFERENCES.lines().filter(|line| !line.starts_with('#')).collect();
    let mut found = Vec::new();
    for (unit, head, lines) in [
        (UnitType::Service, "[Service]\nExecStart=/bin/true", SERVICE),
        (UnitType::Socket, "[Socket]", SOCKET),
    ] {
        let lines: Vec<&str> = lines.lines().collect();
        let theirs = theirs(&folder, unit.suffix(), head, &lines);
        assert!(theirs.len() > 50, "systemd says next to nothing: {}", theirs.len());
        for (index, line) in lines.iter().enumerate() {
            if ours(unit, line) != theirs.contains(&index) {
                found.push((*line, theirs.contains(&index)));
            }
        }
    }
    let _ = fs::remove_dir_all(&folder);
    let new: Vec<_> = found.iter().filter(|(line, _)| !known.contains(line)).collect();
    assert!(new.is_empty(), "differences (true: systemd complains): {new:#?}");
    let gone: Vec<_> =
        known.iter().filter(|line| !found.iter().any(|(other, _)| other == *line)).collect();
    assert!(gone.is_empty(), "these are no differences any more: {gone:#?}");
}
