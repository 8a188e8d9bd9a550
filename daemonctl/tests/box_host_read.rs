//! The verbs that read, in boxes with real inits: what they tell is what the inits' own tools tell, and
//! where these know less, what the processes show.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

fn boot(kind: Kind, prepare: impl FnOnce(Plan) -> Plan) -> Machine {
    let plan = Plan::new(kind)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap();
    let machine = prepare(plan).boot().unwrap_or_else(|error| panic!("{error}"));
    // Daemons need a moment after their start.
    let up =
        "daemonctl is-active -q nginx && daemonctl is-active -q ssh && daemonctl is-active -q cron";
    machine.wait_for(up, Duration::from_secs(30)).unwrap_or_else(|error| panic!("{error}"));
    machine
}

fn shell(machine: &Machine, script: &str) -> String {
    machine.shell(script).unwrap_or_else(|error| panic!("{error}"))
}

/// What a command prints, and the exit status that it ends with.
fn ends(machine: &Machine, command: &str) -> (String, i32) {
    let text = shell(machine, &format!("set +e; {{ {command}; }} 2>&1; echo \"status $?\""));
    let (out, status) = text.trim_end().rsplit_once("status ").unwrap();
    (out.to_owned(), status.parse().unwrap())
}

fn json(machine: &Machine, command: &str) -> Value {
    let text = shell(machine, &format!("daemonctl {command} --json || true"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command}: {error}: {text}"))
}

fn service(machine: &Machine, name: &str) -> Value {
    json(machine, &format!("status {name}"))["services"][0].clone()
}

/// What holds of nginx on every init.
fn nginx_is_known(machine: &Machine, name: &str) {
    let nginx = service(machine, "nginx");
    assert_eq!(nginx["name"], name);
    assert_eq!(nginx["state"], "running");
    assert_eq!(nginx["enablement"], "enabled");
    assert_eq!(nginx["main_pid"].to_string(), shell(machine, "cat /run/nginx.pid").trim());
    assert_eq!(nginx["listens"][0]["port"], 80);
    assert!(nginx["pids"].as_array().unwrap().len() > 1, "{nginx}");
    assert!(nginx["log_files"].to_string().contains("/var/log/nginx/error.log"), "{nginx}");
    assert!(nginx["since"].is_string(), "{nginx}");
    let pid = nginx["main_pid"].to_string();
    let definition = nginx["definition"].as_str().unwrap().to_owned();
    for word in ["nginx.service", ":80", &pid, "/run/nginx.pid", &definition, "ngin?"] {
        let found = ends(machine, &format!("daemonctl show --value -p name '{word}'"));
        assert_eq!(found, (format!("{name}\n"), 0), "{word}");
    }
    assert_eq!(ends(machine, "daemonctl is-enabled nginx redis-server").1, 0);
    let (text, status) = ends(machine, "daemonctl status ngixn");
    assert!(text.contains("did you mean") && text.contains("nginx") && status == 4, "{text}");
    assert_eq!(ends(machine, "daemonctl status redis-server").1, 3);
    assert_eq!(ends(machine, "daemonctl is-active redis-server"), ("inactive\n".into(), 3));
}

#[test]
fn systemd_is_told_as_systemctl_tells_it() {
    let bad = "[Unit]\nDescription=b\u{1b}[31mad\n[Service]\nExecStart=/bin/sh -c 'exit 78'\n\
               [Install]\nWantedBy=multi-user.target\n";
    let machine = boot(Kind::Systemd, |plan| {
        plan.file("etc/systemd/system/bad.service", 0o644, bad)
            .link("etc/systemd/system/multi-user.target.wants/bad.service", "../bad.service")
    });
    machine.wait_for("daemonctl is-failed -q bad", Duration::from_secs(10)).unwrap();
    nginx_is_known(&machine, "nginx.service");
    // Every service that systemctl lists, in systemctl's words.
    let theirs = shell(&machine, "systemctl list-units --type=service --all --plain --no-legend");
    let ours = json(&machine, "list --all");
    let ours = ours["services"].as_array().unwrap();
    let mut compared = 0;
    for line in theirs.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        // What others only refer to is no service.
        if words[1] == "not-found" {
            continue;
        }
        let found = ours.iter().find(|service| service["name"] == words[0]);
        let found = found.unwrap_or_else(|| panic!("{line}"));
        assert_eq!(
            [&found["load_state"], &found["active_state"], &found["sub_state"]],
            [words[1], words[2], words[3]],
            "{line}"
        );
        compared += 1;
    }
    assert!(compared > 20, "{theirs}");
    for name in ["nginx", "bad", "redis-server", "systemd-journald", "dbus.socket"] {
        for verb in ["is-active", "is-enabled", "is-failed"] {
            let theirs = ends(&machine, &format!("systemctl {verb} {name}"));
            assert_eq!(
                ends(&machine, &format!("daemonctl {verb} {name}")),
                theirs,
                "{verb} {name}"
            );
        }
    }
    let (text, status) = ends(&machine, "daemonctl status bad");
    assert!(text.contains("exit status 78 (by convention CONFIG") && status == 3, "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let failed = shell(&machine, "daemonctl list --state failed --no-header --columns service");
    assert_eq!(failed.trim(), "bad.service");
    let (text, _) = ends(&machine, "daemonctl status");
    assert!(text.contains("degraded") && text.contains("bad.service"), "{text}");
    let native = shell(&machine, "daemonctl show nginx --native -p MainPID");
    assert_eq!(native, shell(&machine, "systemctl show nginx -p MainPID"));
    a_manager_that_hangs_is_waited_for_once(&machine);
}

/// PID 1 does not run: it answers nothing.
fn a_manager_that_hangs_is_waited_for_once(machine: &Machine) {
    let init = Pid::from_raw(i32::try_from(machine.pid1()).unwrap()).unwrap();
    kill_process(init, Signal::STOP).unwrap();
    let begun = Instant::now();
    let (text, status) = ends(machine, "daemonctl status nginx cron ssh");
    let took = begun.elapsed();
    kill_process(init, Signal::CONT).unwrap();
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("systemd"), "{text}");
    assert!(took < Duration::from_secs(12), "{took:?}: {text}");
    machine.wait_for("daemonctl is-active -q nginx", Duration::from_secs(20)).unwrap();
}

/// A script without `status`, whose daemon is killed; one that hangs in it; loops; other people's line
/// ends and control characters.
fn odd_scripts(plan: Plan) -> Plan {
    let header = |name: &str, needs: &str| {
        format!(
            "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: {name}\n# Required-Start: {needs}\n\
             # Default-Start: 2 3\n# Short-Description: o\u{1b}[31mdd\n### END INIT INFO\n"
        )
    };
    let hangs =
        header("hangs", "loops") + "PIDFILE=/run/hangs.pid\ncase $1 in status) sleep 600;; esac\n";
    let loops = header("loops", "hangs") + "case $1 in status) printf '\\033[2J';; esac\n";
    let crlf = header("crlf", "").replace('\n', "\r\n") + "PIDFILE=/run/crlf.pid\r\n";
    let tells = header("tells", "") + "PIDFILE=/run/tells.pid\ntouch /root/was-run\n";
    plan.file("etc/init.d/tells", 0o755, tells)
        .file("etc/init.d/hangs", 0o755, hangs)
        .file("etc/init.d/loops", 0o755, loops)
        .file("etc/init.d/crlf", 0o755, crlf)
}

fn scripts_are_read(machine: &Machine) {
    nginx_is_known(machine, "nginx");
    // A pid file that names a process of somebody else.
    machine.write("/run/hangs.pid", b"1\n").unwrap();
    let begun = Instant::now();
    let (text, _) =
        ends(machine, "daemonctl list --all; daemonctl deps hangs; daemonctl deps --reverse loops");
    assert!(text.contains("crlf") && !text.contains('\u{1b}'), "{text:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{text}");
    let what = "is-enabled tells; daemonctl cat tells; daemonctl deps tells; daemonctl list tells";
    ends(machine, &format!("daemonctl {what}"));
    assert_eq!(ends(machine, "test -e /root/was-run").1, 1, "a script was run to read it");
    let (text, _) = ends(machine, "daemonctl status hangs loops crlf");
    assert!(begun.elapsed() < Duration::from_secs(60), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
    let (text, status) = ends(machine, "daemonctl cat cron");
    assert!(text.starts_with("# /etc/init.d/cron\n#!/bin/sh\n") && status == 0, "{text}");
    let (text, _) = ends(machine, "daemonctl deps nginx --reverse --order");
    assert!(text.starts_with("nginx"), "{text}");
    // The pid file is gone and the daemon is not.
    shell(machine, "rm /run/nginx.pid");
    assert_eq!(ends(machine, "daemonctl is-active nginx"), ("active\n".into(), 0));
    let nginx = service(machine, "nginx");
    assert!(nginx["trouble"][0].is_string(), "{nginx}");
    // The daemon is gone and its pid file is not.
    shell(machine, "kill -9 $(cat /run/crond.pid)");
    machine.wait_for("test ! -e /proc/$(cat /run/crond.pid)", Duration::from_secs(10)).unwrap();
    let cron = service(machine, "cron");
    assert_eq!(cron["state"], "crashed", "{cron}");
    assert_eq!(ends(machine, "daemonctl status cron").1, 1);
    assert_eq!(ends(machine, "daemonctl is-failed cron").1, 0);
    let failed = shell(machine, "daemonctl list --state crashed --no-header --columns service");
    assert!(failed.lines().any(|line| line.trim() == "cron"), "{failed}");
}

#[test]
fn sysv_is_told_without_running_a_script() {
    let machine = boot(Kind::Sysv, odd_scripts);
    // Everything in /etc/init.d but the machinery; those that start daemons as their scripts tell it.
    let (list, status) = ends(&machine, "daemonctl list --no-header --columns service,state");
    assert_eq!(status, 0, "{list}");
    for name in ["nginx", "ssh", "cron", "rsyslog"] {
        let line = list.lines().find(|line| line.split_whitespace().next() == Some(name));
        assert!(line.is_some_and(|line| line.contains("running")), "{name}: {list}");
        assert_eq!(ends(&machine, &format!("service {name} status")).1, 0, "{name}");
    }
    scripts_are_read(&machine);
}

#[test]
fn openrc_is_told_as_rc_status_tells_it() {
    let machine = boot(Kind::OpenRc, odd_scripts);
    let theirs = shell(&machine, "rc-status --all --format ini 2>/dev/null || rc-status --all");
    let ours = json(&machine, "list --all");
    for name in ["nginx", "ssh", "cron", "rsyslog"] {
        assert!(theirs.contains(name), "{theirs}");
        let found = ours["services"].as_array().unwrap().iter().find(|s| s["name"] == name);
        assert_eq!(found.unwrap()["native_state"], "started", "{name}");
    }
    // What a package leaves behind that was removed by half.
    shell(&machine, "ln -s /etc/init.d/phantom /etc/runlevels/default/phantom");
    let (text, status) = ends(&machine, "daemonctl status phantom");
    assert!(text.contains("its script is not in /etc/init.d") && status == 3, "{text}");
    scripts_are_read(&machine);
}

#[test]
fn without_a_manager_daemons_are_listed() {
    let plan = Plan::new(Kind::Bare)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap();
    let machine = plan.boot().unwrap_or_else(|error| panic!("{error}"));
    shell(&machine, "setsid nginx >/dev/null 2>&1 </dev/null; sleep 1");
    let list = json(&machine, "list --columns +ports");
    let services = list["services"].as_array().unwrap();
    let nginx = services.iter().find(|service| service["name"] == "nginx");
    let nginx = nginx.unwrap_or_else(|| panic!("{list:#}"));
    assert!(nginx["manager"].is_null() && nginx["state"] == "running", "{nginx}");
    assert_eq!(nginx["listens"][0]["port"], 80);
    let (text, status) = ends(&machine, "daemonctl status nginx");
    assert!(text.contains("no service manager runs here") && status == 1, "{text}");
}
