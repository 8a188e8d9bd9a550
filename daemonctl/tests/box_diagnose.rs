//! `daemonctl diagnose` where real daemons are broken. A few of each kind; `box_faults*` has all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::path::Path;

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

fn boot(kind: Kind) -> Machine {
    Plan::new(kind)
        .put(Path::new(env!("CARGO_BIN_EXE_daemonctl")), "/usr/bin/daemonctl")
        .unwrap()
        .boot()
        .unwrap()
}

fn shell(machine: &Machine, script: &str) -> String {
    let output = machine.exec(&["sh", "-c", script]).unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn diagnosed(machine: &Machine, name: &str) -> Value {
    let said = shell(machine, &format!("daemonctl diagnose --json {name}"));
    let document: Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{name}: {error}: {said}"));
    document["services"][0].clone()
}

fn errors(service: &Value) -> Vec<&Value> {
    let findings = service["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["severity"] == "error").collect()
}

/// What takes nginx's port away from it, and how nginx is started.
const TAKE_PORT: &str = "python3 -c 'import socket, time\n\
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
    s.bind((\"0.0.0.0\", 80)); s.listen(5); time.sleep(300)' >/dev/null 2>&1 & sleep 1; ";

fn healthy_then_broken(kind: Kind, name: &str, start: &str, stop: &str) {
    let machine = boot(kind);
    let healthy = diagnosed(&machine, "nginx");
    assert_eq!(errors(&healthy), Vec::<&Value>::new(), "{healthy}");
    assert_eq!(healthy["name"], name);
    shell(&machine, &format!("{stop}; {TAKE_PORT}{start}"));
    let taken = diagnosed(&machine, "nginx");
    let first = &taken["findings"][0];
    assert_eq!(first["rule"], "port-taken", "{taken}");
    assert!(first["title"].as_str().unwrap().contains("80"), "{first}");
    assert_eq!(taken["is_broken"], true);
    let said = shell(&machine, "daemonctl diagnose nginx; echo status $?");
    assert!(said.lines().next().unwrap().contains("80"), "{said}");
    assert!(said.ends_with("status 1\n"), "{said}");
}

#[test]
fn of_systemd() {
    healthy_then_broken(
        Kind::Systemd,
        "nginx.service",
        "systemctl start nginx",
        "systemctl stop nginx",
    );
}

#[test]
fn of_openrc() {
    healthy_then_broken(Kind::OpenRc, "nginx", "rc-service nginx start", "rc-service nginx stop");
}

#[test]
fn of_sysv() {
    healthy_then_broken(Kind::Sysv, "nginx", "service nginx start", "service nginx stop");
}

#[test]
fn what_was_stopped_by_hand_is_not_broken() {
    let machine = boot(Kind::Systemd);
    shell(&machine, "systemctl stop nginx");
    let stopped = diagnosed(&machine, "nginx");
    assert_eq!((&stopped["state"], &stopped["is_broken"]), (&"stopped".into(), &false.into()));
    assert_eq!(errors(&stopped), Vec::<&Value>::new(), "{stopped}");
    // The cause is in the dependency that failed.
    let units = "printf '[Service]\\nType=oneshot\\nExecStart=/no/such/program\\n' \
        > /etc/systemd/system/below.service; mkdir -p /etc/systemd/system/nginx.service.d; \
        printf '[Unit]\\nRequires=below.service\\nAfter=below.service\\n' \
        > /etc/systemd/system/nginx.service.d/a.conf; systemctl daemon-reload; systemctl start nginx";
    shell(&machine, units);
    let broken = diagnosed(&machine, "nginx");
    assert_eq!(broken["should_run"], true, "{broken}");
    assert_eq!(broken["findings"][0]["rule"], "program-missing", "{broken}");
    assert_eq!(broken["findings"][0]["service"], "below.service", "{broken}");
}
