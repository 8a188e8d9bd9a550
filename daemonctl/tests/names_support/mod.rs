//! What the tests of other tools' names share: a box in which this program has those names.

#![allow(dead_code, reason = "each test uses a part")]

use std::path::Path;

use testkit::boxes::{Kind, Machine, Output, Plan};

/// Where the names are: before everything else in the search path, or not in it.
pub const NAMES: &str = "/opt/names";

pub const TOOLS: [&str; 11] = [
    "chkconfig",
    "invoke-rc.d",
    "journalctl",
    "killall",
    "pidof",
    "rc-service",
    "rc-status",
    "rc-update",
    "service",
    "systemctl",
    "update-rc.d",
];

/// A box of that kind with the names in it.
pub fn boot(kind: Kind, prepare: impl FnOnce(Plan) -> Plan) -> Machine {
    let program = Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    let plan = Plan::new(kind).put(program, "/usr/bin/daemonctl").unwrap();
    let machine = prepare(plan).boot().unwrap();
    machine.shell(&format!("mkdir {NAMES}; daemonctl links install {NAMES}")).unwrap();
    machine
}

/// Runs a line of shell with the names of this program first.
pub fn ours(machine: &Machine, line: &str) -> Output {
    let line = format!("PATH={NAMES}:$PATH; {line}");
    machine.exec(&["sh", "-c", &line]).unwrap()
}

/// Runs it with the machine's own tools.
pub fn theirs(machine: &Machine, line: &str) -> Output {
    machine.exec(&["sh", "-c", line]).unwrap()
}

/// Standard output and the exit status.
pub fn said(machine: &Machine, line: &str) -> (String, i32) {
    let output = ours(machine, line);
    (output.text(), output.status.code().unwrap_or(-1))
}

/// What it prints has to have these parts, and its exit status to be that.
pub fn says(machine: &Machine, line: &str, status: i32, parts: &[&str]) {
    let output = ours(machine, line);
    let text = format!("{}{}", output.text(), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{line}: {}", output.describe());
    for part in parts {
        assert!(text.contains(part), "{line}: no {part:?} in {text}");
    }
}

/// Runs each line with the real tools and with ours, each time after `reset`; both streams and
/// the exit status have to be the same. A line that begins with `!` only prepares what follows.
pub fn compare(machine: &Machine, reset: &str, lines: &str) -> usize {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(preparation) = line.strip_prefix('!') {
            theirs(machine, preparation);
            continue;
        }
        theirs(machine, reset);
        let real = theirs(machine, line);
        theirs(machine, reset);
        let own = ours(machine, line);
        compared += 1;
        if shape(&real) != shape(&own) {
            wrong.push(format!("{line}\n  real: {}\n  ours: {}", real.describe(), own.describe()));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    compared
}

/// What is compared: seconds since a start are not.
fn shape(output: &Output) -> (Option<i32>, String, String) {
    let plain = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let words = text.split("started 00:00:").map(|part| part.get(..).unwrap_or_default());
        let mut out = String::new();
        for (at, part) in words.enumerate() {
            out.push_str(if at == 0 { part } else { part.get(2..).unwrap_or_default() });
        }
        out
    };
    (output.status.code(), plain(&output.stdout), plain(&output.stderr))
}
