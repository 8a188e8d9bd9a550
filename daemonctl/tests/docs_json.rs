//! docs/json.md is the schema: its tables are read here and held against what every command
//! prints, key by key, type by type, word by word.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;
mod docs_json_support;
mod host_read_support;
mod install_support;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixListener;
use std::process::Command;

use cmd_support::{Folder, Running, daemonctl, json, text};
use docs_json_support::schema::{Check, Schema};
use process::verdict::{Confidence, Kind, SubKind};
use serde_json::Value;

/// `+` and every column that the command's help lists.
fn all_columns(command: &[&str]) -> String {
    let listed = text(&daemonctl(&[command, &["--columns", "help"]].concat()));
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<String> =
        names.filter(|name| !name.is_empty()).map(|n| format!("+{n}")).collect();
    assert!(names.len() > 5, "{listed}");
    names.join(",")
}

#[test]
fn what_is_printed_is_what_is_documented() {
    let schema = Schema::read();
    let mut check = Check { schema: &schema, wrong: BTreeSet::new(), seen: BTreeSet::new() };
    // Something of everything: sockets of both families, a path, bytes that are not UTF-8.
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _other_end = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _unix = UnixListener::bind(folder.path().join("socket")).unwrap();
    let _open = std::fs::File::create(folder.path().join("open")).unwrap();
    let odd = Running::start(Command::new("sh").args([
        OsStr::new("-c"),
        OsStr::new("echo ready; read line"),
        OsStr::from_bytes(b"\xff"),
    ]));
    let (odd, own) = (odd.pid(), std::process::id().to_string());
    let (all, files, lines) = (all_columns(&["ps"]), all_columns(&["files"]), all_columns(&[]));
    let units = dependent_units();
    let root = units.path().to_str().unwrap();
    let installed = install_support::small_tree();
    let image = installed.path().to_str().unwrap();
    of_services(&mut check);
    docs_json_support::documents().iter().for_each(|document| check.document(document));
    of_logs(&mut check);
    let commands: &[&[&str]] = &[
        &["ps"],
        &["ps", "--columns", &all],
        &["tree"],
        &["tree", "--normal", "--columns", &all],
        &["explain", "1", &own, &odd],
        &["files", &own, "1"],
        &["files", &own, "--all", "--columns", &files],
        &["files", folder.path().to_str().unwrap(), "--below"],
        &["ports"],
        &["audit"],
        &["audit", &own],
        &["ports", "--connected", "--unix"],
        &["maps", &own],
        &["maps", &own, &odd, "--full"],
        &["signals", &own, "1"],
        &["signals", &odd, "--all"],
        &["kill", &own, "TERM", "--dry-run"],
        &["enable", "a", "b", "d", "--root", image, "--dry-run"],
        &["enable", "a", "b", "d", "--force", "--root", image],
        &["enable", "gone", "--root", image],
        &["disable", "a", "gone", "--root", image],
        &["mask", "c", "b", "--root", image],
        &["unmask", "c", "--root", image],
        &["preset", "--all", "--root", image],
        &["directives"],
        &["findings"],
        &["escape", "a b", "/c"],
        &[],
        &["--columns", &lines],
        &["calendar", "daily", "Mon 12:00 UTC", "2001-1-1"],
        &["timespan", "1h 30min", "infinity"],
        &["verify", "--root", root, "--all", "--hints"],
        &["cat", "--root", root, "a", "bad"],
        &["deps", "--root", root, "a"],
        &["deps", "--root", root, "b", "--before"],
        &["plan", "--root", root, "start", "a"],
        &["plan", "--root", root, "stop", "b"],
    ];
    for command in commands {
        check.document(&json(command));
    }
    let wrong: Vec<String> = check.wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    unseen(&schema, &check.seen);
}

/// What `logs` prints of a file.
fn of_logs(check: &mut Check<'_>) {
    let folder = Folder::new();
    let log = folder.path().join("a.log");
    std::fs::write(&log, "2026-11-20 11:15:00 ERROR no\n2026-11-20 11:16:00 INFO yes\n").unwrap();
    let log = log.to_str().unwrap();
    for command in [&["logs", log][..], &["logs", log, "--histogram"], &["logs", log, "--errors"]] {
        check.document(&json(command));
    }
}

/// What commands on services print, of a machine that SysV init runs.
fn of_services(check: &mut Check<'_>) {
    let machine = host_read_support::Machine::busy();
    let proc = machine.root().join("proc").display().to_string();
    let root_of = machine.root().display().to_string();
    let on = |args: &[&str]| -> Value {
        json(&[&["--system-root", &root_of, "--proc-root", &proc], args].concat())
    };
    let services = all_columns(&["list"]);
    for command in [
        &["list"][..],
        &["list", "--all", "--columns", &services],
        &["status"],
        &["status", "nginx", "redis", "cron"],
        &["show", "nginx"],
        &["is-active", "nginx", "mysql"],
        &["is-enabled", "nginx"],
        &["is-failed", "cron"],
        &["jobs"],
        &["cat", "nginx"],
        &["deps", "nginx"],
        &["diagnose", "nginx", "cron", "squid"],
        &["diagnose"],
    ] {
        check.document(&on(command));
    }
}

/// Units whose plans have something of everything: wants of what does not exist, or needs what does
/// not, a contradiction, a trigger that stays.
fn dependent_units() -> Folder {
    let folder = Folder::new();
    let units = folder.path().join("etc/systemd/system");
    std::fs::create_dir_all(&units).unwrap();
    let start = "[Service]\nExecStart=/bin/true\n";
    for (name, lines) in [
        ("a.service", "Wants=c.service gone.service lost.service\nRequires=b.service"),
        ("b.service", ""),
        ("c.service", "Conflicts=b.service"),
        ("lost.service", "Requires=gone.service"),
    ] {
        let text = format!("[Unit]\nDefaultDependencies=no\n{lines}\n{start}");
        std::fs::write(units.join(name), text).unwrap();
    }
    let bad = "[Service]\nType=oneshot\nExecStart=/bin/true\nNonsense=1\n";
    std::fs::write(units.join("bad.service"), bad).unwrap();
    std::fs::write(units.join("b.timer"), "[Timer]\nOnBootSec=1\n").unwrap();
    folder
}

/// A key that is documented and that nothing prints is a promise that nobody keeps. Left out is
/// what a machine need not have.
fn unseen(schema: &Schema, seen: &BTreeSet<String>) {
    const RARE: [&str; 36] = [
        // What only root sees of a service that runs.
        "Proposed setting.",
        "audit.observed",
        "audit.observation",
        "audit.proposal",
        "audit.fix",
        "Observed ",
        "Observation.",
        "Failed calls.",
        "Use.",
        "Proposal.",
        "Reasoned setting.",
        "Setting left out.",
        "Fix.",
        "Setting of a drop-in.",
        "Trouble.",
        "Port.",
        "Service.",
        "Container.",
        "Note.",
        "Line.",
        "Endpoint.",
        "File.match",
        // What systemd and scripts of some services have.
        "show.native",
        "Native properties.",
        "Script command.",
        "Script's status.",
        "Relation of services.",
        "Holder of a relation.",
        "Queued job.",
        "Holder of a job.",
        // What systemd alone does.
        "Job besides.",
        "run.",
        "Transient service.",
        // What only some faults show.
        "Source of a proof.",
        "Setting of a remedy.",
        "Unchecked rule.",
    ];
    let every = schema
        .objects
        .iter()
        .flat_map(|(heading, keys)| keys.keys().map(move |key| format!("{heading}.{key}")));
    let missing: Vec<String> = every
        .filter(|name| !seen.contains(name) && !RARE.iter().any(|rare| name.starts_with(rare)))
        .collect();
    assert!(missing.is_empty(), "documented and printed by nothing: {missing:?}");
}

#[test]
fn every_word_of_a_verdict_is_documented() {
    let schema = Schema::read();
    let found: Vec<_> = SubKind::ALL
        .iter()
        .map(|sub| {
            let kind = format!("`{}`", sub.kind().word());
            (sub.word().to_owned(), vec![kind, sub.sentence().to_owned()])
        })
        .collect();
    let documented = &schema.words["Sub-kinds"];
    for (word, cells) in &found {
        assert_eq!(documented.get(word), Some(cells), "`{word}` in docs/json.md");
        let rules = include_str!("../../docs/verdicts.md");
        assert!(
            rules.contains(&format!("`{word}`")),
            "`{word}` does not stand in docs/verdicts.md"
        );
    }
    assert_eq!(documented.len(), found.len(), "docs/json.md has sub-kinds that the code has not");
    for confidence in [Confidence::Certain, Confidence::High, Confidence::Medium, Confidence::Low] {
        assert!(schema.words["Confidence"].contains_key(confidence.word()));
    }
    for kind in [Kind::Kernel, Kind::Daemon, Kind::Normal, Kind::Unknown] {
        assert!(schema.words["Kinds"].contains_key(kind.word()));
    }
}

#[test]
fn every_kind_of_finding_is_documented() {
    let schema = Schema::read();
    let documented: Vec<&String> = schema.words["Kinds of findings"].keys().collect();
    let mut codes: Vec<&str> = unit::Code::ALL.iter().map(|code| code.name()).collect();
    codes.sort_unstable();
    assert_eq!(documented, codes);
}

#[test]
fn a_difference_is_found() {
    let schema = Schema::read();
    let mut check = Check { schema: &schema, wrong: BTreeSet::new(), seen: BTreeSet::new() };
    let document = r#"{"schema": "daemonctl/1", "command": "signals", "notes": [{"what": "x",
        "reason": "tired", "detail": 1, "more": 2}], "signals": {}}"#;
    check.document(&serde_json::from_str(document).unwrap());
    let found: Vec<&str> =
        check.wrong.iter().filter_map(|wrong| wrong.split([':', ' ']).next()).collect();
    assert_eq!(
        found,
        ["signals.notes.detail", "signals.notes.more", "signals.notes.reason", "signals.signals"]
    );
}
