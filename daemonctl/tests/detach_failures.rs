//! `daemonctl detach`: PID files, and programs that do not come up.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod detach_support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use detach_support::{
    DAEMONCTL, Place, code, detach, errors, exists, is_alive, is_root, kill, pid, until,
};

#[test]
fn of_twenty_at_once_one_wins() {
    let place = Place::new();
    let pid_file = place.text("p");
    let launch = || {
        let mut command = Command::new(DAEMONCTL);
        command.args(["detach", "--pidfile", &pid_file, "--", &place.nap(), "60"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..20).map(|_| launch()).collect();
    let outputs: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
    assert_eq!(won.len(), 1);
    let winner = pid(won[0]);
    assert_eq!(place.read("p"), format!("{winner}\n"));
    assert_eq!(place.running(), [winner]);
    for output in lost {
        assert_eq!(code(output), 8, "{}", errors(output));
        assert!(errors(output).contains(&format!("with pid {winner} ")), "{}", errors(output));
    }
}

#[test]
fn after_kill_9_it_may_be_launched_again() {
    let place = Place::new();
    let pid_file = place.text("p");
    let launch = || detach(&["--pidfile", &pid_file, "--", &place.nap(), "60"]);
    let first = pid(&launch());
    assert_eq!(code(&launch()), 8);
    kill(first, "KILL");
    until(|| (!is_alive(first)).then_some(()));
    let second = pid(&launch());
    assert_ne!(first, second);
    assert_eq!(place.read("p"), format!("{second}\n"));
}

#[test]
fn a_stale_file_that_names_somebody_else_is_taken_over() {
    let place = Place::new();
    let pid_file = place.text("p");
    let mut other = Command::new(place.nap()).arg("61").spawn().unwrap();
    for stale in [format!("{}\n", other.id()), "4194999\n".into(), "1".into(), String::new()] {
        std::fs::write(&pid_file, &stale).unwrap();
        let pid = pid(&detach(&["--pidfile", &pid_file, "--", &place.nap(), "60"]));
        assert_eq!(place.read("p"), format!("{pid}\n"), "after {stale:?}");
        kill(pid, "KILL");
        until(|| (!is_alive(pid)).then_some(()));
    }
    assert!(other.try_wait().unwrap().is_none(), "the other one was ended");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn one_that_closes_the_lock_is_still_known() {
    let place = Place::new();
    let pid_file = place.text("p");
    let script = format!(
        "for fd in /proc/$$/fd/*; do n=${{fd##*/}}; [ $n -gt 2 ] && \
                          eval \"exec $n>&-\"; done; exec {} 60",
        place.nap()
    );
    let first = pid(&detach(&["--pidfile", &pid_file, "--", "bash", "-c", &script]));
    until(|| (detach_support::descriptors(first).len() == 3).then_some(()));
    let second = detach(&["--pidfile", &pid_file, "--", &place.nap(), "60"]);
    assert_eq!(code(&second), 8, "{}", errors(&second));
    assert!(errors(&second).contains(&format!("with pid {first} ")), "{}", errors(&second));
}

#[test]
fn a_file_with_other_things_in_it_is_left_alone() {
    let place = Place::new();
    std::fs::write(place.path("p"), "precious\n").unwrap();
    let output = detach(&["--pidfile", &place.text("p"), "--", &place.nap(), "60"]);
    assert_eq!(code(&output), 1);
    assert!(errors(&output).contains("is no PID file"), "{}", errors(&output));
    assert_eq!(place.read("p"), "precious\n");
    assert!(place.running().is_empty());
}

#[test]
fn a_full_disk_leaves_neither_file_nor_daemon() {
    if !is_root() {
        return;
    }
    let place = Place::new();
    let script = format!(
        "mkdir {0}/full && mount -t tmpfs -o size=4k none {0}/full && \
         head -c 4096 /dev/zero > {0}/full/fill; \
         {DAEMONCTL} detach --pidfile {0}/full/p -- {0}/nap 60; echo \"exit $?\"; ls {0}/full",
        place.path("").display().to_string().trim_end_matches('/')
    );
    // The mount is in a namespace of its own, and goes with it.
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(text, "exit 1\nfill\n", "{}", errors(&output));
    assert!(errors(&output).contains("No space left"), "{}", errors(&output));
    assert!(place.running().is_empty());
}

#[test]
fn what_can_not_be_executed_says_why_and_leaves_nothing() {
    let place = Place::new();
    let pid_file = place.text("p");
    let crlf = place.script("crlf", "#!/bin/sh\r\nexit\r\n");
    let missing = place.script("missing", "#!/no/such/interpreter\n");
    let plain = place.text("plain");
    std::fs::write(&plain, "#!/bin/sh\n").unwrap();
    let bare = place.script("bare", "echo\n");
    let cases: [(&[&str], i32, &str); 9] = [
        (&["/no/such/program"], 127, "there is no program /no/such/program"),
        (&["no-such-program"], 127, "there is no program no-such-program in "),
        (&[&crlf], 126, "bad interpreter: /bin/sh^M: the first line ends in CRLF"),
        (&[&missing], 126, "bad interpreter: /no/such/interpreter: No such file"),
        (&[&plain], 126, "it is not executable"),
        (&[&bare], 126, "its first line does not begin with #!"),
        (&["/etc"], 126, "it is a directory"),
        (&["--chdir", "/no/such/folder", "--", "sleep", "1"], 1, "\"/no/such/folder\": No such"),
        (&["--user", "no-such-user", "--", "sleep", "1"], 1, "no user \"no-such-user\""),
    ];
    for (args, status, text) in cases {
        let output = detach(&[&["--pidfile", &pid_file][..], args].concat());
        assert_eq!(code(&output), status, "{args:?}: {}", errors(&output));
        assert!(errors(&output).contains(text), "{args:?}: {}", errors(&output));
        assert!(!exists(&pid_file), "{args:?}");
    }
    if is_root() {
        let output = detach(&["--user", "nobody", "--chdir", "/root", "--", "sleep", "1"]);
        assert_eq!(code(&output), 1);
        assert!(errors(&output).contains("\"/root\" as nobody: Permission denied"));
    }
}

#[test]
fn an_early_end_is_told_with_its_status_and_last_words() {
    let place = Place::new();
    let log = place.text("log");
    std::fs::write(&log, "of before\n").unwrap();
    let script = "echo starting; echo 'no config' >&2; exit 3";
    let output = detach(&["--log", &log, "--", "sh", "-c", script]);
    assert_eq!(code(&output), 7);
    let text = errors(&output);
    assert!(text.contains("it ended with status 3 before it was up"), "{text}");
    assert!(text.contains("no config") && !text.contains("of before"), "{text}");
    let output = detach(&["--", "sh", "-c", "kill -9 $$"]);
    assert!(errors(&output).contains("signal 9 (SIGKILL)"), "{}", errors(&output));
    // What it has to do may be short.
    assert_eq!(code(&detach(&["--", "true"])), 0);
    // Later than the time of grace is not early.
    assert_eq!(code(&detach(&["--grace", "0", "--", "sh", "-c", "sleep 0.3; exit 3"])), 0);
}

/// A program that says what its first argument asks for.
fn speaker(place: &Place) -> String {
    place.script(
        "speaker",
        "#!/usr/bin/env python3\nimport os, socket, sys, time\n\
         def say(text):\n    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n    \
         s.sendto(text.encode(), os.environ['NOTIFY_SOCKET'])\n\
         exec(sys.argv[1])\ntime.sleep(60)\n",
    )
}

#[test]
fn readiness_is_waited_for_and_told() {
    let place = Place::new();
    let speaker = speaker(&place);
    let wait = |says: &str| {
        let start = Instant::now();
        let pid_file = place.text("p");
        let args =
            ["--wait-ready", "--timeout", "3s", "--pidfile", &pid_file, "--", &speaker, says];
        (detach(&args), start.elapsed())
    };
    let end = |daemon: u32| {
        kill(daemon, "KILL");
        until(|| (!is_alive(daemon)).then_some(()));
    };
    let (output, _) = wait("say('READY=1')");
    end(pid(&output));
    let (output, took) = wait("time.sleep(0.7); say('STATUS=up\\nREADY=1')");
    assert!(took > Duration::from_millis(700));
    end(pid(&output));
    // Each asks for more time than was left.
    let (output, took) = wait(
        "[(say('EXTEND_TIMEOUT_USEC=2000000'), time.sleep(0.9)) for i in range(4)]; \
              say('READY=1')",
    );
    assert!(took > Duration::from_secs(3));
    end(pid(&output));
    let (output, took) = wait("say('STATUS=still reading')");
    assert_eq!(code(&output), 7);
    assert!(errors(&output).contains("still reading"), "{}", errors(&output));
    assert!(took >= Duration::from_secs(3));
    assert!(place.running().is_empty() && !place.path("p").exists());
    let (output, took) = wait("say('STATUS=bad line\\nERRNO=13'); sys.exit(4)");
    assert_eq!(code(&output), 7);
    for text in ["status 4", "bad line", "Permission denied"] {
        assert!(errors(&output).contains(text), "{}", errors(&output));
    }
    assert!(took < Duration::from_secs(3));
    let (output, _) = wait("sys.exit(0)");
    assert_eq!(code(&output), 7);
    assert!(errors(&output).contains("foreground"), "{}", errors(&output));
}

#[test]
fn an_interrupted_launch_is_taken_back() {
    let place = Place::new();
    let speaker = speaker(&place);
    for signal in ["INT", "TERM", "HUP", "KILL"] {
        let mut launcher = Command::new(DAEMONCTL);
        launcher.args([
            "detach",
            "--wait-ready",
            "--timeout",
            "60s",
            "--pidfile",
            &place.text("p"),
        ]);
        let mut launcher = launcher.args(["--", &speaker, "pass"]).spawn().unwrap();
        until(|| Some(place.running().len()).filter(|count| *count > 0));
        let daemon: u32 = place.wait_for("p").trim().parse().unwrap();
        kill(launcher.id(), signal);
        let status = launcher.wait().unwrap();
        assert!(!status.success());
        until(|| (!is_alive(daemon)).then_some(()));
        until(|| (!place.path("p").exists()).then_some(()));
        let prefix = format!("daemonctl-notify-{}-", launcher.id());
        let is_ours = |entry: &std::fs::DirEntry| {
            entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix))
        };
        until(|| {
            let left = ["/run", "/tmp"].map(|at| std::fs::read_dir(at).unwrap().flatten());
            (!left.into_iter().flatten().any(|entry| is_ours(&entry))).then_some(())
        });
    }
}

#[test]
fn wrong_options_are_refused() {
    for args in [
        &["--"][..],
        &["--umask", "888", "--", "true"],
        &["--umask", "1000", "--", "true"],
        &["--timeout", "soon", "--", "true"],
        &["--log", "/x", "--syslog", "--", "true"],
        &["--env", "=x", "--", "true"],
        &["--env", "NO_SUCH_VARIABLE_HERE", "--", "true"],
        &["--", ""],
    ] {
        assert_eq!(code(&detach(args)), 2, "{args:?}");
    }
}
