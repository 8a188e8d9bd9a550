//! Units in which every directive has the same odd value: what is taken and what is not.

use std::fmt::Write as _;

use unit::UnitType;
use unit::table::{Group, Kind};

/// Values that some directives take and others don't.
pub const ODD: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "0x10",
    "0755",
    "010",
    "99999999999999999999",
    "-0",
    "+5",
    "1.5",
    "yes",
    "FALSE",
    "on",
    "none",
    "infinity",
    "inf",
    "auto",
    "bogus",
    "50%",
    "150%",
    "0%",
    "33.333%",
    "1K",
    "1.5G",
    "10 M",
    "1E",
    "5min",
    "1h 30",
    "2us",
    "1y",
    "a b c",
    "\"quoted one\" two",
    "'a",
    "\\x41",
    "a\\ b",
    "%n",
    "%%",
    "%p-%i",
    "%q",
    "~",
    "~a",
    "-/path",
    "/path",
    "/path/../other",
    "/a//b/./",
    "relative/path",
    "/with space",
    "\"/quoted path\"",
    "/a:/b",
    "/a:/b:norbind",
    "SIGKILL",
    "KILL",
    "TERM",
    "9",
    "255",
    "256",
    "A=1",
    "A=1 B=2 =x",
    "1A=x",
    "eth0",
    "1-3",
    "0-1,4",
    "3-1",
    "AF_UNIX",
    "ipv4:tcp:80",
    "10.0.0.0/8",
    "any",
    "::1",
    "user@host",
    "root",
    "a.service",
    "a.service b.target",
    "x.slice",
    "kill",
    "full",
    "strict",
    "read-only",
    "keep-caps noroot",
    "CAP_KILL cap_chown",
    "@clock",
    "read:EPERM",
    "x86 native",
    "/dev/sda 5",
    "/dev/sda 5M",
    "/dev/sda rw",
    "char-pts",
    "default",
    "system",
    "fifo",
    "rr",
    "idle",
    "batch",
    "realtime",
    "best-effort",
    "local3",
    "crit",
    "3",
    "daily",
    "*:0/5",
    "journal",
    "file:/x",
    "tty",
    "fd:x",
    "a:b",
    "a:b:c",
    "cpu memory",
    "egress:/sys/fs/bpf/x",
    ",",
    ";",
    "a;b",
    "=",
    "a=",
    "on-failure",
    "always",
];

/// Units in which every directive has the same odd value.
pub fn odd() -> Vec<(String, String)> {
    let types = [
        (UnitType::Service, "ExecStart=/bin/true"),
        (UnitType::Socket, "ListenStream=/run/o"),
        (UnitType::Timer, "OnBootSec=1"),
        (UnitType::Path, "PathExists=/srv/o"),
        (UnitType::Mount, "What=x"),
        (UnitType::Automount, ""),
        (UnitType::Swap, ""),
    ];
    let mut units = Vec::new();
    for (number, value) in ODD.iter().enumerate() {
        for (unit_type, own) in types {
            let section = unit_type.section().unwrap();
            // What all types share two of them have whole.
            let groups = match unit_type {
                UnitType::Service | UnitType::Socket => Group::of_section(section, unit_type),
                _ => &Group::of_section(section, unit_type)[..1],
            };
            let mut text = format!("[Unit]\nDefaultDependencies=no\n[{section}]\n{own}\n");
            for row in groups.iter().flat_map(|group| group.rows()) {
                if row.fatal
                    || row.since > 252
                    || SKIPPED.contains(&row.name)
                    || ["What", "Where"].contains(&row.name)
                {
                    continue;
                }
                writeln!(text, "{}={value}", row.name).unwrap();
            }
            units.push((format!("o-{number}.{}", unit_type.suffix()), text + &unit_section(value)));
        }
    }
    units
}

fn unit_section(value: &str) -> String {
    let mut text = String::from("[Unit]\n");
    for row in Group::Unit.rows() {
        let is_other = matches!(
            row.kind,
            Kind::Units | Kind::PathCondition | Kind::TextCondition | Kind::Paths
        );
        if is_other || row.fatal || row.since > 252 || SKIPPED.contains(&row.name) {
            continue;
        }
        writeln!(text, "{}={value}", row.name).unwrap();
    }
    text
}

/// Directives whose odd values change what the unit is.
const SKIPPED: &[&str] = &[
    "Slice",
    "Service",
    "Unit",
    "Sockets",
    "Type",
    "Restart",
    "Accept",
    "BusName",
    "PAMName",
    "Symlinks",
    "RootImage",
    "DefaultDependencies",
    "ExitType",
];

/// Where we differ from version 252: why, the values, the properties (none: any).
pub const DIFFERENCES: &[(&str, &[&str], &[&str])] = &[
    (
        "the third field of a directory has a meaning since 258, and is checked",
        &["a:b:c", "ipv4:tcp:80", "::1"],
        &[
            "RuntimeDirectory",
            "StateDirectory",
            "CacheDirectory",
            "LogsDirectory",
            "ConfigurationDirectory",
            "RuntimeDirectorySymlink",
            "StateDirectorySymlink",
            "CacheDirectorySymlink",
            "LogsDirectorySymlink",
            "CanClean",
            "RequiresMountsFor",
            "After",
            "Before",
        ],
    ),
    (
        "later versions take no image, queue or USB function from /dev",
        &["/dev/sda 5", "/dev/sda 5M", "/dev/sda rw"],
        &["Listen", "ExtensionImages"],
    ),
    (
        "version 1 of control groups",
        &["1h 30", "/dev/sda 5", "/dev/sda 5M"],
        &["BlockIODeviceWeight", "BlockIOReadBandwidth", "BlockIOWriteBandwidth"],
    ),
    (
        "numbers that stand for no policy or class",
        &["0x10", "0755", "9", "255", "256", "010", "+5", "7"],
        &["CPUSchedulingPolicy", "CPUSchedulingPriority", "IOSchedulingClass"],
    ),
    ("a queue of -1 messages", &["-1"], &["MessageQueueMaxMessages", "MessageQueueMessageSize"]),
    ("words of later versions", &["full", "strict"], &["PrivateUsers", "ProtectControlGroups"]),
    ("port 0 is one since later versions", &["0"], &["SocketBindAllow", "SocketBindDeny"]),
    ("a path with .. to listen on fails the load of the whole unit", &["/path/../other"], &[]),
];
