//! Running the machine's systemctl and ours in one box, and comparing what they say.

#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;

use testkit::boxes::{Kind, Machine, Plan};

/// Where ours is put.
pub const OURS: &str = "/opt/names";

/// A box with our systemctl in it, by that name, beside the machine's own.
pub fn boot(kind: Kind) -> Machine {
    let program = Path::new(env!("CARGO_BIN_EXE_daemonctl"));
    let plan = Plan::new(kind).put(program, format!("{OURS}/systemctl")).unwrap();
    plan.boot().unwrap()
}

/// What an invocation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs a line of a shell with the `systemctl` of a folder.
pub fn say(machine: &Machine, folder: &str, line: &str) -> Said {
    let path = format!("PATH={folder}:/usr/sbin:/usr/bin:/sbin:/bin");
    let env = ["/usr/bin/env", "-i", &path, "LANG=C.UTF-8", "HOME=/root"];
    let script = format!("systemctl {line} </dev/null");
    let command = [&env[..], &["/bin/sh", "-c", &script]].concat();
    let output = machine.exec(&command).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// The machine's own systemctl.
pub fn theirs(machine: &Machine, line: &str) -> Said {
    say(machine, "/usr/bin", line)
}

/// Ours.
pub fn ours(machine: &Machine, line: &str) -> Said {
    say(machine, OURS, line)
}

/// Whether nothing but what goes on meanwhile tells them apart.
pub fn alike(a: &Said, b: &Said) -> bool {
    a.code == b.code && steady(&a.out) == steady(&b.out) && steady(&a.err) == steady(&b.err)
}

/// Properties that count, or that the next look changes.
const VOLATILE: &[&str] = &[
    "CPUUsageNSec",
    "ControlGroupId",
    "MemoryCurrent",
    "NInstalledJobs",
    "NJobs",
    "NextElapseUSecMonotonic",
    "NextElapseUSecRealtime",
    "Progress",
    "TasksCurrent",
    "UnitsLoadTimestamp",
    "UnitsLoadTimestampMonotonic",
];

/// A text without what differs from one second to the next.
pub fn steady(text: &str) -> String {
    text.lines().map(|line| steady_line(line) + "\n").collect()
}

fn steady_line(line: &str) -> String {
    if let Some((name, _)) = line.split_once('=')
        && VOLATILE.contains(&name)
    {
        return format!("{name}=…");
    }
    let head = line.trim_start();
    for name in ["CPU:", "Memory:", "Tasks:"] {
        if head.starts_with(name) {
            return name.to_owned();
        }
    }
    if !(line.contains(" ago") || line.contains(" left")) {
        return line.to_owned();
    }
    // Distances in time, and with them the widths of columns.
    let is_distance = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_digit())
            && ["us", "ms", "s", "min", "h"].iter().any(|unit| {
                word.strip_suffix(unit).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
            })
    };
    line.split_whitespace().filter(|word| !is_distance(word)).collect::<Vec<_>>().join(" ")
}

/// Lines that are compared; `#` begins a remark.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
