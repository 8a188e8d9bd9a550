//! Our `systemctl` against the machine's own, in a box with systemd: some two hundred questions must
//! be answered alike to the byte, and after each of some hundred requests the same must be said
//! and the machine be in the same state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod systemctl_support;

use std::fmt::Write as _;

use systemctl_support::{OURS, Said, alike, boot, lines, say, steady, theirs};
use testkit::boxes::{Kind, Machine};

const UNITS: &str = include_str!("systemctl_support/units.sh");
const READS: &str = include_str!("systemctl_support/reads.txt");
const ACTS: &str = include_str!("systemctl_support/acts.txt");

/// What a user without privileges may and may not.
const AS_ALICE: &[&str] = &[
    "is-active cron",
    "start cron",
    "status cron -n0",
    "show cron -p Id,ActiveState",
    "enable cron",
    "daemon-reload",
    "kill cron",
    "list-timers --all",
    "set-property cron CPUWeight=1",
    "--no-ask-password stop cron",
    "mask cron",
];

fn differences(line: &str, theirs: &Said, ours: &Said) -> String {
    let mut out = format!("systemctl {line}\n  status {} | {}\n", theirs.code, ours.code);
    for (theirs, ours) in [(&theirs.out, &ours.out), (&theirs.err, &ours.err)] {
        let (theirs, ours) = (steady(theirs), steady(ours));
        let (mut a, mut b) = (theirs.lines(), ours.lines());
        let mut shown = 0;
        loop {
            match (a.next(), b.next()) {
                (None, None) => break,
                (a, b) if a != b && shown < 5 => {
                    shown += 1;
                    let _ = writeln!(out, "  - {}\n  + {}", a.unwrap_or("∅"), b.unwrap_or("∅"));
                }
                _ => {}
            }
        }
    }
    out
}

/// Asks both; a second time where they differ, since a machine goes on meanwhile.
fn compare(line: &str, ask: impl Fn(&str) -> Said) -> Option<String> {
    let mut last = None;
    for _ in 0..2 {
        let (theirs, ours) = (ask("/usr/bin"), ask(OURS));
        if alike(&theirs, &ours) {
            return None;
        }
        last = Some(differences(line, &theirs, &ours));
    }
    last
}

#[test]
fn ours_says_and_does_what_systemds_own_does() {
    let machine = boot(Kind::Systemd);
    machine.shell(UNITS).unwrap();
    theirs(&machine, "daemon-reload");
    for unit in ["odd.service", "wants-cond", "odd.timer", "changed", "bad", "exit2", "sigkill"] {
        theirs(&machine, &format!("start {unit}"));
    }
    machine.shell("echo '# more' >> /etc/systemd/system/changed.service").unwrap();

    let mut wrong = String::new();
    let mut count = 0;
    for line in lines(READS) {
        count += 1;
        wrong.extend(compare(line, |folder| say(&machine, folder, line)));
    }
    for line in AS_ALICE {
        count += 1;
        wrong.extend(compare(line, |folder| as_alice(&machine, folder, line)));
    }
    assert!(wrong.is_empty(), "of {count}:\n{wrong}");
    assert!(count > 180, "only {count} questions");

    let expected = act(&machine, "/usr/bin");
    let done = act(&machine, OURS);
    assert!(expected.len() > 90, "only {} requests", expected.len());
    for ((line, theirs, their_state), (_, ours, our_state)) in expected.iter().zip(&done) {
        if !alike(theirs, ours) {
            wrong.push_str(&differences(line, theirs, ours));
        }
        if their_state != our_state {
            let _ = writeln!(wrong, "after {line}\n  - {their_state}\n  + {our_state}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn as_alice(machine: &Machine, folder: &str, line: &str) -> Said {
    let output = machine
        .exec(&[
            "runuser",
            "-u",
            "alice",
            "--",
            "/usr/bin/env",
            "-i",
            &format!("PATH={folder}:/usr/bin:/bin"),
            "LANG=C.UTF-8",
            "/bin/sh",
            "-c",
            &format!("systemctl {line} </dev/null"),
        ])
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// Back to where the requests start from.
const RESET: &str = "
    set +e
    systemctl unmask cron; systemctl unmask --runtime cron
    systemctl stop linked 'tpl@*' slow once dep; systemctl reset-failed
    rm -f /etc/systemd/system/linked.service
    rm -rf /etc/systemd/system/multi-user.target.wants/bad.service
    systemctl daemon-reload
    systemctl start cron ssh nginx rsyslog dbus; systemctl enable nginx
    systemctl set-default graphical
    true";

/// Carries out the requests, one after another: what was said, and the state after each.
fn act(machine: &Machine, folder: &str) -> Vec<(String, Said, String)> {
    let reset = format!("({RESET}) >/dev/null 2>&1");
    machine.shell(&reset).unwrap();
    let one = |line: &str| {
        let said = say(machine, folder, line);
        let said = Said { out: without_pids(&said.out), err: without_pids(&said.err), ..said };
        (line.to_owned(), said, state(machine))
    };
    lines(ACTS).map(one).collect()
}

/// What the requests change: states of units, links, properties.
fn state(machine: &Machine) -> String {
    let units =
        "cron ssh nginx bad bad2 dep slow once exit2 nosuchbin lim linked tpl@a tpl@b rsyslog";
    let script = format!(
        "sleep 0.05
         systemctl show {units} -p Id,ActiveState,SubState,UnitFileState,Result,LoadState --value |
             paste -s -d' '
         systemctl show cron -p CPUWeight,TasksMax,FreezerState --value | paste -s -d' '
         systemctl show -p LogLevel,ServiceWatchdogs,Environment --value | paste -s -d' '
         find /etc/systemd/system /run/systemd/system -type l -printf '%p %l\\n' | sort | md5sum"
    );
    machine.shell(&script).unwrap()
}

/// Numbers of processes and jobs are others each time; points in time too.
fn without_pids(text: &str) -> String {
    let line = |line: &str| {
        let line = line.split(" since ").next().unwrap_or(line);
        let line = line.split(" failed at ").next().unwrap_or(line);
        let head = line.split("Duration:").next().unwrap_or(line);
        let word = |word: &str| {
            let digits = word.trim_start_matches(['├', '─', '└', '│']);
            match !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                true => word.replace(digits, "N"),
                false => word.to_owned(),
            }
        };
        head.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn what_is_steady_is_kept() {
    let said = |out: &str| Said { code: 0, out: out.to_owned(), err: String::new() };
    let same = [
        ("   Active: active since X; 3s ago\n", "   Active: active since X; 1min 4s ago\n"),
        ("CPUUsageNSec=1\n", "CPUUsageNSec=2\n"),
        ("    CPU: 1ms\n", "    CPU: 2ms\n"),
    ];
    for (a, b) in same {
        assert!(alike(&said(a), &said(b)), "{a}{b}");
    }
    assert!(!alike(&said("MainPID=1\n"), &said("MainPID=2\n")));
    assert!(!alike(&said("   Loaded: a\n"), &said("  Loaded: a\n")));
    assert_eq!(without_pids("   Main PID: 77 (x)\n  ├─12 y\n"), "   Main PID: N (x)\n  ├─N y\n");
}
