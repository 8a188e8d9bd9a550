//! `daemonctl detach` on machines with a syslog, and our `start-stop-daemon` in the place of the
//! machine's own, below the init scripts of packages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod verbs_support;

use std::time::{Duration, Instant};

use testkit::boxes::Kind;
use verbs_support::{ALL, Bed};

/// A daemon that prints what stands in a file as soon as something does.
const TALKER: &str = "#!/bin/bash\necho $$ > /run/talker.pid\n\
    while :; do if [[ -s /run/say ]]; then cat /run/say; : > /run/say; fi; sleep 0.05; done\n";

/// Says that it is ready after a while, as sd_notify(3) has it.
const NOTIFIER: &str = "#!/usr/bin/python3
import os, socket, sys, time
time.sleep(0.5)
to = os.environ['NOTIFY_SOCKET']
to = '\\0' + to[1:] if to.startswith('@') else to
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1\\nSTATUS=as it should be', to)
open('/run/was-ready', 'w').close()
time.sleep(600)
";

fn put(bed: &Bed, path: &str, text: &str) {
    bed.machine.write(path, text.as_bytes()).unwrap();
    bed.shell(&format!("chmod 755 {path}"));
}

/// Waits until a line of shell succeeds, and gives what it prints.
fn until(bed: &Bed, script: &str) -> String {
    let end = Instant::now() + Duration::from_secs(15);
    loop {
        let output = bed.machine.exec(&["bash", "-c", script]).unwrap();
        if output.status.success() {
            return output.text();
        }
        assert!(Instant::now() < end, "{script}: {}", output.describe());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Lines arrive with tag and pid, before and after the syslog is started anew.
fn lines_arrive(bed: &Bed, seen: &str, restart: &str) {
    put(bed, "/usr/local/bin/talker", TALKER);
    let pid = bed.done("detach --syslog --name tagged -- /usr/local/bin/talker");
    let pid = pid.trim();
    assert_eq!(until(bed, "cat /run/talker.pid").trim(), pid);
    for word in ["before", "after"] {
        let line = format!("line-{word}-the-restart");
        bed.shell(&format!("echo {line} > /run/say"));
        until(bed, &seen.replace("WORD", &line).replace("NUMBER", pid));
        bed.shell(restart);
    }
    bed.shell(&format!("kill {pid}"));
    until(bed, &format!("! kill -0 {pid} 2>/dev/null"));
    // Whoever carried its lines ends with it.
    until(bed, "! pgrep -f '[d]etach --syslog'");
}

fn readiness(bed: &Bed) {
    put(bed, "/usr/local/bin/notifier", NOTIFIER);
    let said =
        bed.ctl("detach --json --wait-ready --pidfile /run/n.pid -- /usr/local/bin/notifier");
    assert_eq!(said.code, 0, "{said:#?}");
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["daemon"]["status_text"], "as it should be", "{document:#}");
    assert!(bed.succeeds("test -e /run/was-ready && kill -0 $(cat /run/n.pid)"));
    let second = bed.ctl("detach --pidfile /run/n.pid -- /usr/local/bin/notifier");
    assert_eq!(second.code, 8, "{second:#?}");
    let never = bed.ctl("detach --wait-ready --timeout 1s -- sleep 600");
    assert_eq!(never.code, 7, "{never:#?}");
    bed.shell("kill $(cat /run/n.pid)");
    // Another's daemon that speaks the protocol.
    bed.shell("systemctl stop redis-server 2>/dev/null || service redis-server stop; true");
    let redis = "detach --wait-ready --user redis --pidfile /run/r.pid -- redis-server --supervised systemd --port 6399";
    let started = bed.ctl(redis);
    assert_eq!(started.code, 0, "{started:#?}");
    assert!(bed.succeeds("bash -c 'exec 3<>/dev/tcp/127.0.0.1/6399; echo PING >&3; read -r l <&3; [[ $l == +PONG* ]]'"));
    bed.shell("kill $(cat /run/r.pid)");
}

#[test]
fn the_journal_gets_the_lines_and_readiness_is_waited_for() {
    let bed = Bed::boot(Kind::Systemd, |plan| plan);
    let seen = "journalctl -t tagged SYSLOG_PID=NUMBER -o cat --no-pager | grep -x WORD";
    lines_arrive(&bed, seen, "systemctl restart systemd-journald");
    readiness(&bed);
}

#[test]
fn rsyslog_gets_the_lines_and_readiness_is_waited_for() {
    let bed = Bed::boot(Kind::Sysv, |plan| plan);
    lines_arrive(
        &bed,
        "grep 'tagged\\[NUMBER\\]: WORD$' /var/log/syslog",
        "service rsyslog restart",
    );
    readiness(&bed);
}

/// Every script of a package calls start-stop-daemon by its own path or by name.
#[test]
fn scripts_of_packages_run_with_our_start_stop_daemon() {
    let bed = Bed::boot(Kind::Sysv, |plan| plan);
    bed.shell(
        "for path in /sbin/start-stop-daemon /usr/sbin/start-stop-daemon; do \
         rm -f $path; ln -s /usr/bin/daemonctl $path; done",
    );
    assert!(bed.shell("start-stop-daemon --help").contains("--start"));
    for probe in &ALL {
        let name = probe.name;
        let service = |verb: &str, status: i32| {
            let output = bed.machine.exec(&["service", name, verb]).unwrap();
            assert_eq!(output.status.code(), Some(status), "{name} {verb}: {}", output.describe());
        };
        bed.machine.exec(&["service", name, "stop"]).unwrap();
        bed.works(probe, false);
        service("status", 3);
        service("start", 0);
        bed.works(probe, true);
        service("status", 0);
        service("start", 0);
        let pid = main_pid(&bed, name);
        service("restart", 0);
        bed.works(probe, true);
        assert_ne!(main_pid(&bed, name), pid, "{name} was not restarted");
        service("status", 0);
        service("stop", 0);
        bed.works(probe, false);
        service("status", 3);
        service("stop", 0);
        service("start", 0);
        bed.works(probe, true);
    }
}

fn main_pid(bed: &Bed, name: &str) -> String {
    let services = bed.json(&format!("status {name}"));
    services[0]["main_pid"].as_u64().unwrap_or_else(|| panic!("{services:#}")).to_string()
}
