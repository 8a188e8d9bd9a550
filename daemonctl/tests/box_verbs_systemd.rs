//! Every verb on a real systemd: nginx, sshd, redis, rsyslog and cron, held against systemctl and the
//! services' own protocols; then units that misbehave, as a person reads of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod verbs_support;

use testkit::boxes::Kind;
use verbs_support::{ALL, Bed, NGINX};

const HANGS: &str = "[Service]\nType=oneshot\nExecStart=/bin/sleep 300\n";
const SLOW: &str =
    "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 2\nTimeoutStartSec=20\n";
const DIES: &str =
    "[Unit]\nDescription=dies \u{1b}[31mred\n[Service]\nExecStart=/bin/sh -c 'exit 3'\n";
const MISSING: &str = "[Service]\nType=oneshot\nExecStart=/usr/sbin/missing\n";
const NEEDS: &str = "[Unit]\nRequires=missing.service\nAfter=missing.service\n[Service]\nExecStart=/bin/sleep 999\n";
const STUBBORN: &str =
    "[Service]\nExecStart=/bin/sh -c 'trap : TERM; while :; do sleep 1; done'\nTimeoutStopSec=1\n";
const LOOP_A: &str =
    "[Unit]\nRequires=loop-b.service\nAfter=loop-b.service\n[Service]\nExecStart=/bin/sleep 999\n";
const LOOP_B: &str =
    "[Unit]\nRequires=loop-a.service\nAfter=loop-a.service\n[Service]\nExecStart=/bin/sleep 999\n";
const WRONG: &str = "[Service]\nExecStart=not/absolute\n";
/// As Debian's, but for its socket, which starts it again at the next word that anybody says.
const RSYSLOG: &str = "[Service]\nType=notify\nExecStart=/usr/sbin/rsyslogd -n -iNONE\n\
    [Install]\nWantedBy=multi-user.target\n";
const ONLY: &str = "[Unit]\nRefuseManualStart=yes\n[Service]\nExecStart=/bin/sleep 999\n";

#[test]
fn every_verb_on_systemd() {
    let unit = |name: &str| format!("/etc/systemd/system/{name}.service");
    let bed = Bed::boot(Kind::Systemd, |plan| {
        [
            ("hangs", HANGS),
            ("slow", SLOW),
            ("dies", DIES),
            ("missing", MISSING),
            ("needs", NEEDS),
            ("stubborn", STUBBORN),
            ("loop-a", LOOP_A),
            ("loop-b", LOOP_B),
            ("wrong", WRONG),
            ("only", ONLY),
            ("rsyslog", RSYSLOG),
        ]
        .into_iter()
        .fold(plan.link("/etc/systemd/system/syslog.socket", "/dev/null"), |plan, (name, text)| {
            plan.file(unit(name), 0o644, text)
        })
    });
    for probe in &ALL {
        verbs_support::every_verb(&bed, probe);
    }
    verbs_support::in_bulk(&bed);
    verbs_support::a_failure_is_told(&bed);
    failed_ones(&bed);
    masks(&bed);
    misbehaving(&bed);
    verbs_support::others_may_not(&bed);
    definitions(&bed);
    verbs_support::waiting_shows_progress(&bed, "slow");
    interrupted(&bed);
    asked_before(&bed);
    bed.works(&NGINX, true);
}

fn failed_ones(bed: &Bed) {
    bed.ctl("start missing");
    assert!(bed.succeeds("systemctl is-failed -q missing"));
    let tried = bed.ctl("restart --state failed");
    assert_eq!(tried.code, 1, "{tried:#?}");
    assert!(tried.err.starts_with("daemonctl: cannot restart missing.service: "), "{tried:#?}");
    assert_eq!(bed.done("reset-failed"), "reset missing.service\n");
    assert!(!bed.succeeds("systemctl is-failed -q missing"));
    assert_eq!(bed.done("reset-failed"), "nothing to do: no service is failed\n");
    assert_eq!(bed.done("reset-failed nginx"), "nothing to do: nginx.service did not fail\n");
}

fn masks(bed: &Bed) {
    let masked = bed.done("mask --now nginx");
    assert!(masked.contains("→ /dev/null"), "{masked}");
    assert!(masked.contains("stopped nginx.service"), "{masked}");
    assert_eq!(bed.shell("systemctl is-enabled nginx || true"), "masked");
    bed.works(&NGINX, false);
    assert_eq!(bed.done("mask nginx"), "nothing to do: nginx.service is masked already\n");
    let refused = bed.ctl("start nginx");
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(refused.err.contains("is masked"), "{refused:#?}");
    assert!(refused.err.contains("hint: daemonctl unmask nginx.service"), "{refused:#?}");
    bed.done("unmask nginx");
    assert_eq!(bed.done("unmask nginx"), "nothing to do: nginx.service is not masked\n");
    bed.done("start nginx");
    bed.works(&NGINX, true);
    bed.done("mask --runtime nginx");
    assert_eq!(bed.shell("readlink /run/systemd/system/nginx.service"), "/dev/null");
    bed.done("unmask --runtime nginx");
    let early = bed.ctl("mask not-there-yet");
    assert_eq!(early.code, 0, "{early:#?}");
    assert!(early.err.contains("note: "), "{early:#?}");
    bed.done("unmask not-there-yet");
}

/// What the person reads, and the exit status.
fn misbehaving(bed: &Bed) {
    for (line, code, words) in [
        ("start hangs --timeout 1s", 1, &["activating", "after 1s", "systemd goes on"][..]),
        ("stop hangs", 0, &[]),
        ("start missing", 1, &["203", "missing"]),
        ("start needs", 1, &["missing.service, which it requires, failed"]),
        ("start only", 4, &["by hand"]),
        ("start wrong", 1, &["wrong.service"]),
        ("start loop-a", 1, &["loop-a.service", "cycl"]),
        ("start nosuch", 5, &["nosuch"]),
        ("enable nosuch", 5, &["nosuch"]),
        ("enable nginx --runlevel 3", 3, &["no runlevels"]),
        ("start /etc/systemd/system/nosuch.service", 5, &[]),
        ("command nginx rotate", 3, &["no commands of their own"]),
        ("reload cron", 3, &["hint: daemonctl restart cron.service"]),
        ("start nginx --timeout never", 2, &["timeout"]),
        ("start nginx --job-mode wild", 2, &["wild", "ignore-dependencies"]),
    ] {
        let said = bed.ctl(line);
        assert_eq!(said.code, code, "{line}: {said:#?}");
        for word in words {
            assert!(said.err.contains(word), "{line}: {word}: {said:#?}");
        }
        assert!(!said.err.contains('\u{1b}'), "{line}: {said:#?}");
    }
    let dry = bed.done("start needs --dry-run");
    assert!(dry.starts_with("would start needs.service of systemd; it is "), "{dry}");
    assert!(
        dry.contains("\n  and start missing.service: needs.service: Requires=missing.service in "),
        "{dry}"
    );
    assert!(!bed.is_active("needs"));
    bed.shell("systemctl start dies; sleep 0.3");
    let dies = bed.ctl("restart dies");
    assert_eq!(dies.code, 0, "systemd has started it: {dies:#?}");
    bed.done("start stubborn");
    bed.shell("sleep 0.3");
    let stopped = bed.ctl("stop stubborn");
    assert_eq!(stopped.code, 0, "systemd kills it in the end: {stopped:#?}");
    assert!(!bed.is_active("stubborn"));
    bed.ctl("reset-failed");
}

fn definitions(bed: &Bed) {
    bed.shell("printf '[Service]\\nExecStart=/bin/sleep 998\\n' > /etc/systemd/system/new.service");
    bed.shell("sed -i 's/999/997/' /etc/systemd/system/only.service");
    assert_eq!(bed.done("daemon-reload"), "systemd has read its definitions again\n");
    assert!(bed.shell("systemctl show -p ExecStart only").contains("997"));
    bed.done("start new");
    assert!(bed.is_active("new"));
    bed.shell("mkdir -p /opt/app && mv /etc/systemd/system/new.service /opt/app/app.service");
    bed.shell("printf '[Install]\\nWantedBy=multi-user.target\\n' >> /opt/app/app.service");
    let linked = bed.done("enable --now /opt/app/app.service");
    assert!(linked.contains("/etc/systemd/system/app.service"), "{linked}");
    assert!(bed.is_active("app") && bed.is_enabled("app"));
    bed.done("disable --now app");
    assert!(!bed.is_active("app"));
}

/// An interrupt ends the waiting, not the job.
fn interrupted(bed: &Bed) {
    bed.done("stop slow");
    let mut terminal = bed.machine.pty(&["env", "LC_ALL=C", "TERM=xterm", "bash"]).unwrap();
    terminal.run("true").unwrap();
    terminal.send("daemonctl start slow; echo ended with $?\n").unwrap();
    terminal.wait_for("starting slow.service").unwrap();
    terminal.send("\u{3}").unwrap();
    let shown = terminal.run("echo alive").unwrap();
    assert!(shown.contains("alive"), "{shown:?}");
    assert_eq!(bed.shell("systemctl is-active slow || true"), "activating");
    let done = std::time::Duration::from_secs(10);
    bed.machine.wait_for("systemctl is-active -q slow", done).unwrap();
}

/// More than was named is stopped only after a yes, on a terminal.
fn asked_before(bed: &Bed) {
    let mut terminal = bed.machine.pty(&["env", "LC_ALL=C", "TERM=xterm", "bash"]).unwrap();
    terminal.run("true").unwrap();
    terminal.send("daemonctl stop 'ngin*' 'cron*'; echo ended with $?\n").unwrap();
    terminal.wait_for("stop 2: nginx.service, cron.service? [y/N]").unwrap();
    terminal.send("\n").unwrap();
    let shown = terminal.wait_for("ended with 2").unwrap();
    assert!(shown.contains("nothing was done"), "{shown:?}");
    assert!(bed.is_active("nginx") && bed.is_active("cron"));
    let shown = terminal.run("daemonctl restart 'ngin*' 'cron*' --yes; echo and $?").unwrap();
    assert!(!shown.contains("[y/N]") && shown.contains("and 0"), "{shown:?}");
}
