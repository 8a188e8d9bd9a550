//! The units of the box, and what is asked of them.

#![allow(dead_code, reason = "each test uses a part")]

use serde_json::Value;
use testkit::boxes::{Kind, Machine, Plan};

/// Units by name; `|` parts lines.
pub const UNITS: &[(&str, &str)] = &[
    (
        "good.service",
        "[Service]|ExecStart=/bin/sleep 1000|ExecReload=/bin/true|[Install]|WantedBy=multi-user.target",
    ),
    ("slow.service", "[Service]|Type=oneshot|ExecStartPre=/bin/sleep 0.3|ExecStart=/bin/sleep 0.3"),
    ("failpre.service", "[Service]|ExecStartPre=/bin/false|ExecStart=/bin/sleep 1000"),
    ("noexec.service", "[Service]|Type=exec|ExecStart=/nonexistent/program"),
    ("notify.service", "[Service]|Type=notify|TimeoutStartSec=1s|ExecStart=/bin/sleep 1000"),
    ("signal.service", "[Service]|Type=oneshot|ExecStart=/bin/sh -c 'kill -SEGV $$$$'"),
    ("cond.service", "[Unit]|ConditionPathExists=/nonexistent|[Service]|ExecStart=/bin/sleep 1000"),
    ("assert.service", "[Unit]|AssertPathExists=!/etc|[Service]|ExecStart=/bin/sleep 1000"),
    (
        "dep.service",
        "[Unit]|Requires=mid.service|After=mid.service|[Service]|ExecStart=/bin/sleep 1000",
    ),
    (
        "mid.service",
        "[Unit]|Requires=failpre.service|After=failpre.service|[Service]|ExecStart=/bin/sleep 1000",
    ),
    ("needsghost.service", "[Unit]|Requires=ghost.service|[Service]|ExecStart=/bin/sleep 1000"),
    ("bad.service", "[Service]|Type=simple"),
    (
        "limit.service",
        "[Unit]|StartLimitIntervalSec=1min|StartLimitBurst=2|[Service]|ExecStart=/bin/sleep 1000",
    ),
    ("manual.service", "[Unit]|RefuseManualStart=yes|[Service]|ExecStart=/bin/sleep 1000"),
    (
        "tpl@.service",
        "[Service]|ExecStart=/bin/sleep 1000|[Install]|WantedBy=multi-user.target|DefaultInstance=zero",
    ),
    (
        "al.service",
        "[Service]|ExecStart=/bin/sleep 1000|[Install]|WantedBy=multi-user.target|Alias=other.service|Also=good.service",
    ),
    ("once.timer", "[Timer]|OnCalendar=Mon 03:00|[Install]|WantedBy=timers.target"),
    ("once.service", "[Service]|ExecStart=/bin/sleep 1000"),
    ("talk.socket", "[Socket]|ListenStream=/run/talk.sock|[Install]|WantedBy=sockets.target"),
    ("talk.service", "[Service]|ExecStart=/bin/sleep 1000"),
    ("group.target", "[Unit]|Wants=good.service once.timer"),
    ("watched.path", "[Path]|PathExists=/run/watched|Unit=once.service"),
    ("slow3.service", "[Service]|Type=oneshot|RemainAfterExit=yes|ExecStart=/bin/sleep 3"),
    ("slowbad.service", "[Service]|Type=oneshot|ExecStart=/bin/sleep 3|ExecStart=/bin/false"),
    ("masked.service", ""),
];

pub fn boot(kind: Kind) -> Machine {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    let mut plan = Plan::new(kind).put(program, "/usr/bin/daemonctl").unwrap();
    for (name, text) in UNITS {
        if !text.is_empty() {
            let text = text.replace('|', "\n") + "\n";
            plan = plan.file(format!("/etc/systemd/system/{name}"), 0o644, text);
        }
    }
    let machine = plan.boot().unwrap_or_else(|error| panic!("{error}"));
    shell(&machine, "systemctl mask masked.service 2>&1; systemctl daemon-reload");
    machine
}

pub fn shell(machine: &Machine, script: &str) -> String {
    // Steps may fail: what is looked at is what comes of them.
    machine.shell(&format!("set +e\n{script}\ntrue")).unwrap_or_else(|error| panic!("{error}"))
}

/// Exit status and output of a command line, both streams.
pub fn status(machine: &Machine, command: &str) -> (i32, String) {
    let script = format!("{command} > /run/out 2>&1; echo $?; cat /run/out");
    let text = shell(machine, &script);
    let (code, rest) = text.split_once('\n').unwrap_or((&text, ""));
    (code.trim().parse().unwrap(), rest.to_owned())
}

/// What daemonctl did with one unit: the exit status, and its object.
pub fn act(machine: &Machine, words: &str) -> (i32, Value) {
    let script = format!("daemonctl {words} --json > /run/out 2> /run/err; echo $?; cat /run/out");
    let text = shell(machine, &script);
    let (code, document) = text.split_once('\n').unwrap();
    let document: Value = serde_json::from_str(document).unwrap_or_else(|error| {
        panic!("{words}: {error}: {document}{}", shell(machine, "cat /run/err"))
    });
    (code.trim().parse().unwrap(), document["services"][0].clone())
}

pub fn message(service: &Value) -> &str {
    service["refusal"]["message"].as_str().unwrap_or_else(|| panic!("{service:#}"))
}

/// What systemd keeps of a unit and its files, to compare before and after.
pub fn links(machine: &Machine) -> String {
    shell(machine, "cd /etc/systemd/system && find . -type l -printf '%p %l\\n' | sort")
}
