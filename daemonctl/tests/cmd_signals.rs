//! `daemonctl signals` on processes that the test starts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::process::Command;

use cmd_support::{Running, code, daemonctl, json, text};
use serde_json::Value;

fn of<'a>(found: &'a Value, signal: &str) -> &'a Value {
    let all = found["signals"].as_array().unwrap();
    all.iter().find(|row| row["signal"] == signal).unwrap_or_else(|| panic!("{signal}: {found}"))
}

#[test]
fn caught_ignored_and_default() {
    let shell = Running::shell("trap '' HUP; trap 'exit 1' USR1");
    let found = json(&["signals", &shell.pid()]);
    assert_eq!(
        (&of(&found, "HUP")["disposition"], &of(&found, "HUP")["effect"]["outcome"]),
        (&"ignored".into(), &"ignored".into())
    );
    assert_eq!(of(&found, "USR1")["effect"]["outcome"], "handled");
    assert_eq!(of(&found, "TERM")["effect"]["outcome"], "ends");
    assert_eq!(of(&found, "KILL")["effect"]["outcome"], "ends");
    let all = json(&["signals", &shell.pid(), "--all"]);
    assert_eq!(all["signals"].as_array().unwrap().len(), 64);
}

#[test]
fn blocked_and_pending() {
    const SCRIPT: &str = "
import signal, os, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.kill(os.getpid(), signal.SIGTERM)
print('ready', flush=True)
sys.stdin.readline()
";
    let python = Running::start(Command::new("python3").args(["-c", SCRIPT]));
    let found = json(&["signals", &python.pid()]);
    let term = of(&found, "TERM");
    assert_eq!((&term["blocked"], &term["pending"]), (&true.into(), &true.into()));
    assert_eq!(
        (&term["effect"]["outcome"], &term["effect"]["waits"]),
        (&"ends".into(), &"blocked".into())
    );
    assert!(text(&daemonctl(&["signals", &python.pid()])).contains("blocked now"));
}

#[test]
fn a_stopped_process_waits_for_cont() {
    let shell = Running::shell(":");
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&shell.0),
        rustix::process::Signal::STOP,
    )
    .unwrap();
    while !std::fs::read_to_string(format!("/proc/{}/stat", shell.pid())).unwrap().contains(") T ")
    {
        std::thread::yield_now();
    }
    let found = json(&["signals", &shell.pid()]);
    assert_eq!(of(&found, "TERM")["effect"]["waits"], "stopped");
    assert_eq!(of(&found, "KILL")["effect"]["waits"], Value::Null);
}

#[test]
fn nobody_is_not_found() {
    assert_eq!(code(&daemonctl(&["signals", "4194999"])), 4);
}
