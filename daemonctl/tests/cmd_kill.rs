//! `daemonctl kill` on processes that the test starts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use cmd_support::{Folder, Running, assert_harmless, code, daemonctl, errors, json, text};

#[test]
fn one_process_is_signalled_at_once_and_told_how() {
    let mut shell = Running::shell(":");
    let output = daemonctl(&["kill", &shell.pid()]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert!(text(&output).contains("default: ends"), "{}", text(&output));
    assert_eq!(shell.end().signal(), Some(15));
}

#[test]
fn the_last_argument_is_the_signal() {
    let mut shell = Running::shell("trap 'exit 7' HUP");
    let output = daemonctl(&["kill", &shell.pid(), "SIGHUP"]);
    assert!(text(&output).contains("by convention: reload"), "{}", text(&output));
    assert_eq!(shell.end().code(), Some(7));
}

#[test]
fn real_time_signals_are_sent() {
    let mut shell = Running::shell(":");
    assert_eq!(code(&daemonctl(&["kill", "-s", "RTMIN+3", &shell.pid()])), 0);
    assert_eq!(shell.end().signal(), Some(37));
}

#[test]
fn several_are_refused_without_yes_and_named() {
    let (mut one, mut other) = (Running::shell(":"), Running::shell(":"));
    let output = daemonctl(&["kill", &one.pid(), &other.pid(), "TERM"]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output).contains("2 processes get TERM"), "{}", errors(&output));
    assert!(errors(&output).contains("--yes"));
    assert!(one.is_running() && other.is_running());
    assert_eq!(code(&daemonctl(&["kill", &one.pid(), &other.pid(), "TERM", "--yes"])), 0);
    assert_eq!((one.end().signal(), other.end().signal()), (Some(15), Some(15)));
}

#[test]
fn a_name_means_all_that_are_called_so_and_no_other() {
    let folder = Folder::new();
    // No other process on the machine is called so.
    let name = format!("dk{}", std::process::id());
    let program = folder.path().join(&name);
    std::fs::copy("/bin/sh", &program).unwrap();
    let start = || Running::start(Command::new(&program).args(["-c", "echo ready; read line"]));
    let (mut one, mut other, mut stranger) = (start(), start(), Running::shell(":"));
    assert_eq!(code(&daemonctl(&["kill", &name])), 2);
    assert!(one.is_running() && other.is_running());
    let output = daemonctl(&["kill", &name, "--yes", "--wait=10"]);
    // Not collected by their parent, which is this test, they have ended all the same.
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert_eq!(text(&output).matches("has ended").count(), 2);
    assert_eq!((one.end().signal(), other.end().signal()), (Some(15), Some(15)));
    assert!(stranger.is_running());
}

#[test]
fn a_name_spares_containers_unless_they_are_meant() {
    let folder = Folder::new();
    let name = format!("dc{}", std::process::id());
    let program = folder.path().join(&name);
    std::fs::copy("/bin/sh", &program).unwrap();
    let mut command = Command::new("unshare");
    command
        .args(["--pid", "--fork", "--kill-child"])
        .arg(&program)
        .args(["-c", "echo ready; read line"]);
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root may make a pid namespace");
        return;
    }
    let mut contained = Running::start(&mut command);
    let spared = daemonctl(&["kill", &name]);
    assert_eq!(code(&spared), 4, "{}", text(&spared));
    assert!(errors(&spared).contains("--containers"), "{}", errors(&spared));
    assert!(contained.is_running());
    assert_eq!(code(&daemonctl(&["kill", &name, "KILL", "--containers"])), 0);
    contained.end();
}

#[test]
fn a_dry_run_sends_nothing() {
    let mut shell = Running::shell(":");
    let output = daemonctl(&["kill", &shell.pid(), "KILL", "--dry-run"]);
    assert_eq!(code(&output), 0);
    assert!(text(&output).contains("would get KILL"));
    assert!(shell.is_running());
}

#[test]
fn a_pid_that_is_another_process_by_now_is_not_signalled() {
    // The look goes to a folder in which the child has started at another time; the check before
    // the signal goes to the real /proc, as if the pid had been used again between the two.
    let mut shell = Running::shell(":");
    let folder = Folder::new();
    let pid = shell.pid();
    std::fs::create_dir(folder.path().join(&pid)).unwrap();
    std::fs::write(folder.path().join("stat"), "").unwrap();
    for file in ["status", "cmdline", "cgroup"] {
        let text = std::fs::read(format!("/proc/{pid}/{file}")).unwrap();
        std::fs::write(folder.path().join(&pid).join(file), text).unwrap();
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let mut fields: Vec<&str> = stat.split(' ').collect();
    fields[21] = "1";
    std::fs::write(folder.path().join(&pid).join("stat"), fields.join(" ")).unwrap();
    let root = folder.path().to_str().unwrap();
    let output = daemonctl(&["kill", &pid, "KILL", "--proc-root", root]);
    assert_eq!(code(&output), 4, "{}{}", text(&output), errors(&output));
    assert!(text(&output).contains("nothing was sent"), "{}", text(&output));
    assert!(shell.is_running());
}

#[test]
fn a_zombie_is_said_to_be_dead() {
    let mut shell = Running::shell(":");
    shell.0.kill().unwrap();
    while !std::fs::read_to_string(format!("/proc/{}/stat", shell.pid())).unwrap().contains(") Z ")
    {
        std::thread::yield_now();
    }
    let found = json(&["kill", &shell.pid(), "KILL"]);
    assert_eq!(found["processes"][0]["effect"]["outcome"], "already_dead", "{found}");
}

#[test]
fn what_still_runs_after_the_wait_is_a_failure() {
    let mut shell = Running::shell("trap '' TERM");
    let output = daemonctl(&["kill", &shell.pid(), "--wait=0.2"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output).contains("still runs after 0.2 s"), "{}", text(&output));
    assert!(text(&output).contains("ignored by the program"));
    assert!(shell.is_running());
}

#[test]
fn wrong_usage_and_nobody() {
    assert_eq!(code(&daemonctl(&["kill"])), 2);
    assert_eq!(code(&daemonctl(&["kill", "4194999"])), 4);
    let output = daemonctl(&["kill", "-s", "NO\u{1b}[2J", "4194999"]);
    assert_eq!(code(&output), 2);
    assert_harmless(&errors(&output));
}
