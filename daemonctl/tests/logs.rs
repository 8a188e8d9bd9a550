//! `daemonctl logs` over journals that were made for it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use cmd_support::{Folder, code, daemonctl, errors, json, text};
use testkit::journal::{Entry, Form, Remote};

/// 2026-11-20 12:00:00 UTC.
const NOON: u64 = 1_795_176_000_000_000;

/// A journal of two boots: services a and b, an error in each boot, and one that is new in the second.
fn journal() -> Folder {
    let folder = Folder::new();
    Remote::find()
        .unwrap()
        .write(&folder.path().join("system.journal"), Form::default(), &entries())
        .unwrap();
    folder
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for boot in [1_u8, 2] {
        for number in 0_u64..10 {
            let (unit, pid) =
                if number % 2 == 0 { ("a.service", "10") } else { ("b.service", "20") };
            let usec = NOON + u64::from(boot) * 3_600_000_000 + number * 1_000_000;
            let (level, message) = match (number, boot) {
                (4, _) => ("3", format!("cannot open /var/lib/x{boot}")),
                (7, 2) => ("3", "disk is full".to_owned()),
                _ => ("6", format!("Line {number} of boot {boot}")),
            };
            entries.push(
                Entry::new([boot; 16], usec, 1_000_000 + number * 1_000_000)
                    .with("MESSAGE", message)
                    .with("PRIORITY", level)
                    .with("SYSLOG_IDENTIFIER", unit.strip_suffix(".service").unwrap())
                    .with("_PID", pid)
                    .with("_HOSTNAME", "web1")
                    .with("_SYSTEMD_UNIT", unit),
            );
        }
    }
    entries
}

/// What `logs` prints of that journal with these arguments.
fn logs(folder: &Folder, args: &[&str]) -> String {
    let folder = folder.path().to_str().unwrap();
    let output = daemonctl(&[&["logs", "-D", folder, "--utc"], args].concat());
    assert_eq!(errors(&output), "", "{args:?}");
    text(&output)
}

fn messages(folder: &Folder, args: &[&str]) -> Vec<String> {
    let printed = logs(folder, &[args, &["-o", "cat"]].concat());
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn which_entries() {
    let folder = journal();
    let of = |args: &[&str]| messages(&folder, args);
    assert_eq!(of(&[]).len(), 20);
    assert_eq!(of(&["-n", "2"]), ["Line 8 of boot 2", "Line 9 of boot 2"]);
    assert_eq!(of(&["-n", "2", "-r"]), ["Line 9 of boot 2", "Line 8 of boot 2"]);
    assert_eq!(of(&["-p", "err"]).len(), 3);
    assert_eq!(of(&["-b", "1"]).len(), 10);
    assert_eq!(of(&["-b", "-1", "-p", "err"]), ["cannot open /var/lib/x1"]);
    assert_eq!(of(&["-b", "-p", "err"]), ["cannot open /var/lib/x2", "disk is full"]);
    assert_eq!(of(&["a"]).len(), 10);
    assert_eq!(of(&["a.service", "b"]).len(), 20);
    assert_eq!(of(&["20"]).len(), 10);
    assert_eq!(of(&["-u", "b", "-n", "1"]), ["Line 9 of boot 2"]);
    assert_eq!(of(&["-u", "?.service"]).len(), 20);
    assert_eq!(of(&["-t", "a", "-n", "1"]), ["Line 8 of boot 2"]);
    assert_eq!(of(&["-T", "a"]).len(), 10);
    assert_eq!(of(&["-T", "a", "-n", "1"]), ["Line 9 of boot 2"]);
    assert_eq!(of(&["_PID=10", "PRIORITY=3"]).len(), 2);
    assert_eq!(of(&["_PID=10", "PRIORITY=3", "+", "_PID=20"]).len(), 12);
    assert_eq!(of(&["--since", "2026-11-20 14:00:05 UTC"]).len(), 5);
    assert_eq!(of(&["--until", "2026-11-20 13:00:01 UTC"]).len(), 2);
    // The last within the times.
    let until = ["--until", "2026-11-20 14:00:03 UTC"];
    let last = ["Line 2 of boot 2", "Line 3 of boot 2"];
    assert_eq!(of(&[&until[..], &["-n", "2"]].concat()), last);
    let since = ["--since", "2026-11-20 14:00:02 UTC"];
    assert_eq!(of(&[&since[..], &until, &["-n", "5"]].concat()), last);
    assert_eq!(of(&[&since[..], &["-n", "1"]].concat()), ["Line 9 of boot 2"]);
    assert_eq!(of(&["-g", "line [12]"]).len(), 4);
    assert_eq!(of(&["-g", "LINE [12]", "--case-sensitive=false"]).len(), 4);
    // The last that match, not those of the last that match.
    assert_eq!(of(&["-g", "cannot", "-n", "1"]), ["cannot open /var/lib/x2"]);
    assert_eq!(of(&["-g", "cannot", "-n", "1", "-r"]), ["cannot open /var/lib/x2"]);
    // What is no number of lines and no boot is the next WHAT.
    assert_eq!(of(&["-n", "a"]).len(), 10);
    assert_eq!(of(&["-b", "a"]).len(), 5);
}

#[test]
fn how_they_look() {
    let folder = journal();
    let of = |args: &[&str]| logs(&folder, args);
    assert_eq!(of(&["-n", "1"]), "Nov 20 14:00:09 web1 b[20]: Line 9 of boot 2\n");
    assert_eq!(of(&["-n", "1", "--no-hostname"]), "Nov 20 14:00:09 b[20]: Line 9 of boot 2\n");
    let second = "02".repeat(16);
    let boots = of(&["-g", "Line [09]"]);
    assert_eq!(boots.lines().nth(2), Some(format!("-- Boot {second} --").as_str()), "{boots}");
    assert!(!of(&["-q"]).contains("-- Boot"));
    let fields = of(&["-n", "1", "-o", "export", "--output-fields", "MESSAGE"]);
    assert!(
        fields.contains("\nMESSAGE=Line 9 of boot 2\n") && !fields.contains("_PID"),
        "{fields}"
    );
    let folded = of(&["a", "--fold"]);
    assert!(folded.contains(" 1 more like this"), "{folded}");
    let chart = of(&["--histogram"]);
    assert!(chart.contains("a.service") && chart.contains("errors"), "{chart}");
    let table = of(&["--errors"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    // What is new comes first, though the other is more frequent.
    assert!(lines[1].contains("yes") && lines[1].ends_with("disk is full"), "{table}");
    assert!(lines[2].trim_start().starts_with('2') && lines[2].contains("cannot open"), "{table}");
    assert_eq!(of(&["-F", "_SYSTEMD_UNIT"]).lines().count(), 2);
    assert_eq!(of(&["--list-boots"]).lines().count(), 3);
}

#[test]
fn cursors_lead_on() {
    let folder = journal();
    let printed = logs(&folder, &["-n", "3", "-o", "cat", "--show-cursor", "-r"]);
    let (_, cursor) = printed.rsplit_once("-- cursor: ").unwrap();
    let cursor = cursor.trim_end();
    assert_eq!(messages(&folder, &["--cursor", cursor]).len(), 3);
    assert_eq!(messages(&folder, &["--after-cursor", cursor]).len(), 2);
    let file = folder.path().join("cursor");
    let file = file.to_str().unwrap();
    assert_eq!(messages(&folder, &["--cursor-file", file, "-b", "1"]).len(), 10);
    assert_eq!(messages(&folder, &["--cursor-file", file]).len(), 10);
    assert_eq!(messages(&folder, &["--cursor-file", file]), ["-- No entries --"; 0]);
}

#[test]
fn a_document_has_everything() {
    let folder = journal();
    let path = folder.path().to_str().unwrap();
    let document = json(&["logs", "-D", path, "-n", "2"]);
    let entries = document["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    let last = &entries[1];
    assert_eq!(last["message"], "Line 9 of boot 2");
    assert_eq!(last["time"], "2026-11-20T14:00:09Z");
    assert_eq!(last["level"], "info");
    assert_eq!(last["service"], "b.service");
    assert_eq!(last["pid"], 20);
    assert_eq!(last["source"]["kind"], "journal");
    let field = |name: &str| {
        let fields = last["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).unwrap()["value"].clone()
    };
    assert_eq!(field("_HOSTNAME"), "web1");
    let counted = json(&["logs", "-D", path, "--histogram"]);
    let buckets = counted["buckets"].as_array().unwrap();
    let total: u64 = buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
    assert_eq!(total, 20);
    let errors = json(&["logs", "-D", path, "--errors"]);
    assert_eq!(errors["errors"][0]["example"], "disk is full");
    assert_eq!(errors["errors"][0]["new"], true);
}

#[test]
fn what_makes_no_sense_is_said() {
    let folder = journal();
    let path = folder.path().to_str().unwrap();
    for (args, status, said) in [
        (&["-p", "loud"][..], 2, "\"loud\" is no level"),
        (&["--since", "nonsense"], 2, "is no point in time"),
        (&["--since", "now", "--until", "yesterday"], 2, "--since is later than --until"),
        (&["-g", "("], 2, "--grep (: unclosed group"),
        (&["-g", "(?=x)"], 2, "look-around"),
        (&["-b", "77"], 1, "the journal knows no boot +77"),
        (&["--cursor", "zz"], 2, "\"zz\" is no cursor"),
        (&["-u", "gone*"], 4, "no unit that is called gone*"),
        (&["gone"], 4, "nothing here that is called gone"),
        (&["/gone"], 4, "/gone: No such file"),
        (&["+", "A=1"], 2, "\"+\" can only be used between terms"),
        (&["-f", "-r"], 2, "cannot be used with"),
        (&["-f", "--errors"], 2, "cannot be used with"),
        (&["-f", "--histogram"], 2, "cannot be used with"),
        (&["-F", "pid"], 2, "pid is no name of a field"),
        (&["-o", "json", "--fold"], 2, "cannot be used with"),
        (&["-o", "json", "--errors"], 2, "cannot be used with"),
        (&["-o", "odd"], 2, "no output format is called \"odd\""),
        (&["\x1b]2Jx"], 4, "called \\e]2Jx"),
    ] {
        let output = daemonctl(&[&["logs", "-D", path], args].concat());
        assert_eq!(code(&output), status, "{args:?}: {}", errors(&output));
        assert!(errors(&output).contains(said), "{args:?}: {}", errors(&output));
        assert_eq!(text(&output), "", "{args:?}");
    }
    let output = daemonctl(&["logs", "-D", path, "-b", "1", "-g", "nowhere"]);
    assert_eq!((code(&output), text(&output)), (1, "-- No entries --\n".to_owned()));
    for chart in ["--histogram", "--errors"] {
        let output = daemonctl(&["logs", "-D", path, chart, "-g", "nowhere"]);
        assert_eq!(code(&output), 1, "{chart}");
        let output = daemonctl(&["logs", "-D", "/nonexistent", chart]);
        assert_eq!((code(&output), text(&output)), (1, String::new()), "{chart}");
        assert!(errors(&output).contains("/nonexistent"), "{}", errors(&output));
    }
    let output = daemonctl(&["logs", "-D", "/nonexistent"]);
    assert_eq!(code(&output), 1, "{}", errors(&output));
    assert!(errors(&output).contains("/nonexistent"), "{}", errors(&output));
}

/// Runs `logs -f` and gives its lines.
fn following(args: &[&str]) -> (std::process::Child, std::sync::mpsc::Receiver<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(args)
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        lines
            .lines()
            .map_while(Result::ok)
            .take_while(|line| sender.send(line.clone()).is_ok())
            .count()
    });
    (child, receiver)
}

#[test]
fn following_shows_what_comes_and_sleeps_until_then() {
    let folder = journal();
    let path = folder.path().to_str().unwrap();
    let (mut child, lines) = following(&["logs", "-D", path, "-f", "-n", "1", "-o", "cat"]);
    let next = || lines.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(next(), "Line 9 of boot 2");
    // Asleep: not a single switch of context in half a second.
    std::thread::sleep(Duration::from_millis(300));
    let before = switches(child.id());
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(switches(child.id()), before);
    let more = |number: u64| {
        Entry::new([2; 16], NOON + 9_000_000_000 + number, 90_000_000 + number)
            .with("MESSAGE", format!("more {number}"))
    };
    let remote = Remote::find().unwrap();
    let file = folder.path().join("system.journal");
    remote.write(&file, Form::default(), &[more(1), more(2)]).unwrap();
    assert_eq!((next(), next()), ("more 1".to_owned(), "more 2".to_owned()));
    // A file that is new.
    remote.write(&folder.path().join("other.journal"), Form::default(), &[more(3)]).unwrap();
    assert_eq!(next(), "more 3");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How often a process was switched away from.
fn switches(pid: u32) -> String {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"));
    let status = status.unwrap();
    status.lines().filter(|line| line.contains("ctxt_switches")).collect()
}

#[test]
fn who_waits_in_vain_is_told() {
    let folder = Folder::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(["logs", "-f", "-D"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    let is_waiting = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("there is no journal"), "{said}");
    assert!(is_waiting);
}

#[test]
fn who_has_seen_enough_ends_it_quietly() {
    let folder = journal();
    let mut child = Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(["logs", "-D", folder.path().to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said, "");
}
