//! The names on this very machine: links that are made and removed, processes that are found and
//! signalled.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod cmd_support;

use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use cmd_support::{Folder, Running, code, daemonctl, errors, json, text};

/// Runs this program under another name.
fn called(name: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daemonctl"));
    command.arg0(name).args(args).env("LC_ALL", "C").stdin(Stdio::null()).output().unwrap()
}

fn path(folder: &Folder) -> &str {
    folder.path().to_str().unwrap()
}

#[test]
fn links_are_made_shown_and_removed() {
    let folder = Folder::new();
    let made = daemonctl(&["links", "install", path(&folder)]);
    assert_eq!(code(&made), 0, "{}", errors(&made));
    let service = folder.path().join("service");
    assert_eq!(service.canonicalize().unwrap(), Path::new(env!("CARGO_BIN_EXE_daemonctl")));
    let output = Command::new(&service).output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(errors(&output).starts_with("Usage: service < option >"), "{}", errors(&output));
    assert_eq!(code(&daemonctl(&["links", "install", path(&folder)])), 0, "once more");
    let listed = json(&["links", "list", path(&folder)]);
    let tools = listed["tools"].as_array().unwrap();
    assert!(tools.len() >= 10 && tools.iter().all(|tool| tool["result"] == "ours"), "{listed}");
    assert_eq!(code(&daemonctl(&["links", "remove", path(&folder)])), 0);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn nothing_that_exists_is_overwritten_or_removed() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("service"), "somebody's").unwrap();
    symlink("nowhere", folder.path().join("pidof")).unwrap();
    let made = daemonctl(&["links", "install", path(&folder)]);
    assert_eq!(code(&made), 1);
    assert!(text(&made).contains("service            left alone"), "{}", text(&made));
    assert!(folder.path().join("systemctl").is_symlink());
    let removed = json(&["links", "remove", path(&folder)]);
    let result = |name: &str| {
        let tools = removed["tools"].as_array().unwrap();
        tools.iter().find(|tool| tool["name"] == name).unwrap()["result"].clone()
    };
    assert_eq!((result("service"), result("pidof")), ("other".into(), "other".into()));
    assert_eq!(result("systemctl"), "removed");
    assert_eq!(std::fs::read_to_string(folder.path().join("service")).unwrap(), "somebody's");
    assert!(folder.path().join("pidof").is_symlink());
}

#[test]
fn only_the_tools_that_are_named() {
    let folder = Folder::new();
    let made = daemonctl(&["links", "install", path(&folder), "--tools", "service,rc-status"]);
    assert_eq!(code(&made), 0);
    assert_eq!(folder.path().read_dir().unwrap().count(), 2);
    let unknown = daemonctl(&["links", "install", path(&folder), "--tools", "nope"]);
    assert_eq!(code(&unknown), 2);
    assert!(errors(&unknown).contains("does not stand for `nope`"), "{}", errors(&unknown));
    let below = folder.path().join("made/here");
    let made = daemonctl(&["links", "install", &below.display().to_string(), "--tools", "pidof"]);
    assert_eq!(code(&made), 0, "{}", errors(&made));
    assert!(below.join("pidof").is_symlink());
    let no_folder = daemonctl(&["links", "install", "/dev/null/folder"]);
    assert_eq!(code(&no_folder), 1);
    assert!(errors(&no_folder).contains("cannot make /dev/null/folder"), "{}", errors(&no_folder));
}

/// A program of a name that no other process on the machine can have, running.
fn sleeper(folder: &Folder, name: &str) -> (String, Running) {
    let name = format!("{name}{}", std::process::id());
    let program = folder.path().join(&name);
    std::fs::copy("/bin/sleep", &program).unwrap();
    let start = || Command::new(&program).arg("60").spawn();
    let child = (0..100).find_map(|_| {
        // Another test's child, forked while the copy was open, makes it busy for a moment.
        start().inspect_err(|_| std::thread::sleep(Duration::from_millis(10))).ok()
    });
    (name, Running(child.unwrap()))
}

#[test]
fn pidof_finds_by_name_and_by_file() {
    let folder = Folder::new();
    let (name, running) = sleeper(&folder, "zp");
    let pid = running.0.id().to_string();
    for given in [name.clone(), folder.path().join(&name).to_str().unwrap().to_owned()] {
        let found = called("pidof", &[&given]);
        assert_eq!((code(&found), text(&found).trim()), (0, pid.as_str()), "{given}");
    }
    assert_eq!(code(&called("pidof", &["-o", &pid, &name])), 1);
    let quiet = called("pidof", &["-q", &name]);
    assert_eq!((code(&quiet), text(&quiet).as_str()), (0, ""));
    assert_eq!(code(&called("pidof", &["no-such-program-anywhere"])), 1);
}

#[test]
fn killall_signals_and_waits() {
    let folder = Folder::new();
    let (name, mut running) = sleeper(&folder, "zk");
    let shown = called("killall", &["-0", "-v", &name]);
    assert_eq!(code(&shown), 0);
    assert_eq!(errors(&shown).trim(), format!("Killed {name}({}) with signal 0", running.0.id()));
    assert_eq!(code(&called("killall", &["-i", &name])), 1, "nobody said yes");
    assert!(running.0.try_wait().unwrap().is_none());
    // It is this test's own child: without its being collected it would stay a zombie.
    let pid = running.0.id();
    let waited = std::thread::spawn(move || running.0.wait().unwrap());
    let killed = called("killall", &["-w", "-r", &format!("^{name}$")]);
    assert_eq!(code(&killed), 0, "{}", errors(&killed));
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&waited.join().unwrap()), Some(15));
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    let none = called("killall", &[&name]);
    assert_eq!((code(&none), errors(&none)), (1, format!("{name}: no process found\n")));
}

#[test]
fn names_with_control_characters_do_not_reach_the_terminal() {
    for (tool, args) in [
        ("service", &["\u{1b}[31mx", "start"][..]),
        ("rc-service", &["\u{1b}[31mx", "start"]),
        ("rc-update", &["add", "\u{1b}[31mx"]),
        ("rc-status", &["\u{1b}[31mx"]),
        ("killall", &["\u{1b}[31mx"]),
        ("chkconfig", &["\u{1b}[31mx", "on"]),
        ("update-rc.d", &["\u{1b}[31mx", "enable"]),
        ("invoke-rc.d", &["\u{1b}[31mx", "start"]),
    ] {
        let output = called(tool, args);
        assert!(!output.stderr.contains(&0x1b), "{tool}: {}", errors(&output));
        assert!(!output.stdout.contains(&0x1b), "{tool}: {}", text(&output));
    }
}
