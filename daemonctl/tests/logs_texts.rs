//! `daemonctl logs` over files of text: syslog's, and those of services.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use cmd_support::{Folder, code, daemonctl, errors, json, text};
use testkit::journal::{Entry, Form, Remote};

/// 2026-11-20 12:00:00 UTC.
const NOON: u64 = 1_795_176_000_000_000;

const SYSLOG: &str = "\
2026-11-20T11:00:00.000000+00:00 web1 sshd[7]: Accepted publickey for alice
2026-11-20T11:30:00.000000+00:00 web1 cron[8]: (root) CMD (true)
2026-11-20T11:30:00.000000+00:00 web1 cron[8]: (root) CMD (true)
2026-11-20T12:30:00.000000+00:00 web1 sshd[9]: Connection closed
";
const AUTH: &str = "\
2026-11-20T11:00:00.000000+00:00 web1 sshd[7]: Accepted publickey for alice
2026-11-20T12:30:00.000000+00:00 web1 sshd[9]: Connection closed
";

/// A root with syslog files, and a service's file beside it.
fn root() -> Folder {
    let folder = Folder::new();
    let logs = folder.path().join("var/log");
    fs::create_dir_all(&logs).unwrap();
    fs::write(logs.join("syslog"), SYSLOG).unwrap();
    fs::write(logs.join("auth.log"), AUTH).unwrap();
    fs::write(
        folder.path().join("app.log"),
        "2026-11-20 11:15:00,123 ERROR cannot connect\n  at main.py line 3\n\
         2026-11-20 12:45:00,000 INFO connected\n",
    )
    .unwrap();
    folder
}

fn cat(args: &[&str]) -> Vec<String> {
    let output = daemonctl(&[&["logs", "--utc", "-o", "cat"], args].concat());
    assert_eq!(errors(&output), "", "{args:?}");
    text(&output).lines().map(str::to_owned).collect()
}

#[test]
fn syslog_files_are_one_stream_in_which_each_line_comes_once() {
    let folder = root();
    let root = folder.path().to_str().unwrap();
    let of = |args: &[&str]| cat(&[&["--root", root], args].concat());
    let all = [
        "Accepted publickey for alice",
        "(root) CMD (true)",
        "(root) CMD (true)",
        "Connection closed",
    ];
    assert_eq!(of(&[]), all);
    let mut reversed = all;
    reversed.reverse();
    assert_eq!(of(&["-r"]), reversed);
    assert_eq!(of(&["-n", "2"]), all[2..]);
    assert_eq!(of(&["sshd"]), [all[0], all[3]]);
    assert_eq!(of(&["-t", "cron"]), [all[1], all[2]]);
    assert_eq!(of(&["9"]), [all[3]]);
    assert_eq!(of(&["-g", "CMD"]), [all[1], all[2]]);
    assert_eq!(
        of(&["--since", "2026-11-20 11:10 UTC", "--until", "2026-11-20 12:00 UTC"]).len(),
        2
    );
    let output = daemonctl(&["logs", "--root", root, "--source", "journal"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("there is no journal"), "{}", errors(&output));
    let output = daemonctl(&["logs", "--root", root, "gone"]);
    assert_eq!(code(&output), 4, "{}", errors(&output));
}

#[test]
fn each_line_is_marked_with_its_source() {
    let folder = root();
    let root = folder.path().to_str().unwrap();
    let output = daemonctl(&["logs", "--utc", "--root", root, "-n", "2"]);
    let lines = text(&output);
    let last = lines.lines().last().unwrap();
    assert!(last.starts_with("syslog ") || last.starts_with("auth.log "), "{lines}");
    assert!(last.ends_with("Nov 20 12:30:00 web1 sshd[9]: Connection closed"), "{lines}");
    let document = json(&["logs", "--root", root, "-n", "1"]);
    let entry = &document["entries"][0];
    assert_eq!(entry["source"]["kind"], "syslog");
    assert!(entry["source"]["path"].as_str().unwrap().starts_with(root), "{entry}");
    assert_eq!((&entry["identifier"], &entry["pid"]), (&"sshd".into(), &9.into()));
}

#[test]
fn the_journal_has_it_from_where_it_begins() {
    let folder = root();
    let root = folder.path().to_str().unwrap();
    let machine = folder.path().join("var/log/journal/c0ffee00c0ffee00c0ffee00c0ffee01");
    fs::create_dir_all(&machine).unwrap();
    let entry = Entry::new([1; 16], NOON, 5)
        .with("MESSAGE", "the journal begins")
        .with("_MACHINE_ID", "c0ffee00c0ffee00c0ffee00c0ffee01");
    Remote::find()
        .unwrap()
        .write(&machine.join("system.journal"), Form::default(), &[entry])
        .unwrap();
    let all = cat(&["--root", root]);
    assert_eq!(all.len(), 4, "{all:?}");
    assert_eq!(all[3], "the journal begins");
    let both = cat(&["--root", root, "--source", "journal,syslog"]);
    assert_eq!(both.last().unwrap(), "Connection closed");
    assert_eq!(both.len(), 5);
}

#[test]
fn a_file_of_any_program() {
    let folder = root();
    let file = folder.path().join("app.log");
    let file = file.to_str().unwrap();
    let document = json(&["logs", file]);
    let entries = document["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{document}");
    assert_eq!(entries[0]["source"]["kind"], "files");
    let message = entries[0]["message"].as_str().unwrap();
    assert!(message.ends_with("\n  at main.py line 3"), "{message}");
    assert_eq!(cat(&[file, "-g", "connect", "-n", "1"]).len(), 1);
    let output = daemonctl(&["logs", folder.path().to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("--directory"), "{}", errors(&output));
}

#[test]
fn a_rotated_file_is_followed() {
    let folder = root();
    let file = folder.path().join("app.log");
    let mut child = Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(["logs", "-f", "-n", "1", "-o", "cat", file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, lines) = std::sync::mpsc::channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        output.lines().map_while(Result::ok).take_while(|l| sender.send(l.clone()).is_ok()).count()
    });
    let next = || lines.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(next().ends_with("connected"));
    for round in 0..5 {
        // All at once, so that it is told of once.
        let line = |name: &str| format!("2026-11-20 13:0{round}:00,000 INFO {name} {round}\n");
        let mut old = fs::OpenOptions::new().append(true).open(&file).unwrap();
        fs::rename(&file, folder.path().join("app.log.1")).unwrap();
        old.write_all(line("late").as_bytes()).unwrap();
        fs::write(&file, line("new")).unwrap();
        assert!(next().ends_with(&format!("late {round}")));
        assert!(next().ends_with(&format!("new {round}")));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn garbage_is_shown_harmlessly() {
    let folder = Folder::new();
    let file = folder.path().join("odd.log");
    let mut bytes = vec![0_u8, 255, 27, b'[', b'2', b'J', b'\n'];
    bytes.extend(vec![b'x'; 3 << 20]);
    fs::write(&file, &bytes).unwrap();
    let output = daemonctl(&["logs", file.to_str().unwrap(), "--fold"]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(!output.stdout.contains(&27), "raw");
    assert!(output.stdout.len() < 4 << 20);
}
