//! Signals reach who was meant, or nobody.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use std::fs;
use std::process::Command;

use bad_input::odd::{EVIL, named};
use bad_input::{Folder, Kept, daemonctl, keep, root, shell};

fn alive(process: &mut Kept) -> bool {
    process.0.try_wait().unwrap().is_none()
}

/// Everything about the line that makes no sense: nobody is signalled.
#[test]
fn mistakes_signal_nobody() {
    let mut victim = keep(&mut Command::new("/bin/cat"));
    let pid = victim.pid().to_string();
    let lines: &[(&[&str], i32)] = &[
        (&["kill"], 2),
        (&["kill", ""], 2),
        (&["kill", &pid, "-s", "NOSUCH"], 2),
        (&["kill", &pid, "-s", ""], 2),
        (&["kill", &pid, "-s", "65"], 2),
        (&["kill", &pid, "-s", "-9"], 2),
        (&["kill", &pid, "-s", "99999999999999999999"], 2),
        (&["kill", &pid, "-s", "RTMIN+99"], 2),
        (&["kill", &pid, "-s", "\u{1b}[2J\r"], 2),
        (&["kill", &pid, "NOSUCHSIGNAL"], 4),
        (&["kill", "no-such-process", "KILL"], 4),
        (&["kill", &pid, "no-such-process", "KILL"], 4),
        (&["kill", "4194305", "KILL"], 4),
        (&["kill", "0", "KILL"], 4),
        // As for kill(1), `-9` is a signal, and never the process group 9.
        (&["kill", "-9"], 2),
        (&["kill", "-1", "no-such-process"], 4),
        (&["kill", "--", "-1"], 2),
        (&["kill", ":99999", "KILL"], 2),
        (&["kill", &pid, "--wait=-1"], 2),
        (&["kill", &pid, "--wait=nan"], 2),
    ];
    for (line, code) in lines {
        let run = daemonctl(line);
        run.check();
        assert_eq!(run.code, Some(*code), "{line:?}: {}{}", run.out(), run.err());
        assert!(alive(&mut victim), "{line:?} signalled it");
    }
    daemonctl(&["kill", &pid, "--dry-run", "KILL"]).good();
    daemonctl(&["kill", &pid, "--dry-run", "KILL", "--json"]).good().json();
    assert!(alive(&mut victim), "a dry run signalled it");
    daemonctl(&["kill", &pid, "KILL", "--wait"]).check();
    assert!(!alive(&mut victim));
    daemonctl(&["kill", &pid, "KILL"]).check();
}

/// More than one, without a terminal to ask on and without `--yes`: nobody.
#[test]
fn more_than_one_is_not_signalled_unasked() {
    let folder = Folder::new();
    let name = "kill-me-twice";
    let mut victims = [named(&folder, name.as_bytes()), named(&folder, name.as_bytes())];
    daemonctl(&["kill", name, "KILL"]).refused(2);
    assert!(victims.iter_mut().all(alive));
    daemonctl(&["kill", name, "KILL", "--json"]).check();
    assert!(victims.iter_mut().all(alive));
    daemonctl(&["kill", name, "KILL", "--yes", "--wait"]).check();
    assert!(!victims.iter_mut().any(alive));
}

/// Evil names are announced harmlessly.
#[test]
fn evil_names_are_announced_harmlessly() {
    let folder = Folder::new();
    let victims: Vec<Kept> = EVIL.iter().map(|name| named(&folder, name)).collect();
    let pids: Vec<String> = victims.iter().map(|victim| victim.pid().to_string()).collect();
    let line = |more: &[&str]| {
        let mut line = vec!["kill"];
        line.extend(pids.iter().map(String::as_str));
        line.extend(more);
        daemonctl(&line)
    };
    line(&["--dry-run"]).good();
    line(&["--dry-run", "--json"]).good().json();
    line(&["--yes", "--wait", "TERM"]).good();
}

/// While the question waits for its answer, one of those meant ends and its pid is given to
/// another process: that one is left alone.
#[test]
fn a_pid_used_again_between_look_and_signal_is_left_alone() {
    if !root("giving a pid to another process") {
        return;
    }
    let folder = Folder::new();
    // In a pid namespace, where ns_last_pid (pid_namespaces(7)) says which pid comes next.
    let script = r#"
        cd "$1"; mkfifo answer
        tail -f /dev/null & first=$!
        tail -f /dev/null & second=$!
        script -qefc "$DAEMONCTL kill tail KILL; echo status \$?" /dev/null <answer >log 2>&1 & asking=$!
        exec 3>answer
        tries=0
        until grep -q "$first" log && grep -q '?' log; do
            sleep 0.05; tries=$((tries + 1)); [ $tries -lt 200 ] || { echo never asked; cat log; exit 1; }
        done
        kill -KILL $first; wait $first 2>/dev/null
        tries=0
        while :; do
            echo $((first - 1)) >/proc/sys/kernel/ns_last_pid
            sleep 1000 & other=$!
            [ $other = $first ] && break
            kill -KILL $other; tries=$((tries + 1)); [ $tries -lt 50 ] || { echo not reused; exit 1; }
        done
        echo y >&3
        wait $asking
        kill -0 $other && read state </proc/$other/stat && echo "other: $state"
        kill -0 $second 2>/dev/null && echo second alive || echo second gone
        cat log
    "#;
    fs::write(folder.path().join("script"), script).unwrap();
    let place = folder.path().display();
    let run = shell(&format!(
        "unshare --pid --fork --mount-proc --kill-child=KILL sh {place}/script {place}"
    ));
    let out = run.out();
    assert!(
        out.contains("other: ") && out.contains("(sleep) S"),
        "the new process was signalled: {out}{}",
        run.err()
    );
    assert!(out.contains("second gone"), "the other one meant was not signalled: {out}");
    assert!(
        out.contains("status 1") || out.contains("status 4"),
        "it is not said that one had ended: {out}"
    );
}
