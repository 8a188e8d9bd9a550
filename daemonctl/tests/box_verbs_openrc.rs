//! Every verb on a real OpenRC: nginx, sshd, redis, rsyslog and cron, held against rc-service, rc-update
//! and the services' own protocols; then scripts that misbehave, as a person reads of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

#[path = "verbs_support/scripts.rs"]
mod scripts;
mod verbs_support;

use testkit::boxes::Kind;
use verbs_support::{ALL, Bed, NGINX};

const RICH: &str = "#!/sbin/openrc-run\ndescription=\"has commands\"\nextra_commands=\"check\"\n\
    extra_started_commands=\"rotate\"\ndescription_check=\"checks it\"\n\
    start() { ebegin \"Starting rich\"; eend 0; }\ncheck() { echo checked; }\n\
    rotate() { echo rotated; }\n";
const SUPERVISED: &str = "#!/sbin/openrc-run\nsupervisor=supervise-daemon\ncommand=/bin/sleep\n\
    command_args=1002\npidfile=/run/supervised.pid\n";
const BROKEN: &str =
    "#!/sbin/openrc-run\nstart() { ebegin \"Starting broken\"; eend 1 \"it broke\"; }\n";
const NEEDS: &str = "#!/sbin/openrc-run\ndepend() { need broken; }\n\
    start() { ebegin \"Starting needs\"; eend 0; }\n";
const LOOP_A: &str = "#!/sbin/openrc-run\ndepend() { need loop-b; }\nstart() { eend 0; }\n";
const LOOP_B: &str = "#!/sbin/openrc-run\ndepend() { need loop-a; }\nstart() { eend 0; }\n";

#[test]
fn every_verb_on_openrc() {
    let bed = Bed::boot(Kind::OpenRc, |plan| {
        [
            ("rich", RICH),
            ("supervised", SUPERVISED),
            ("broken", BROKEN),
            ("needs", NEEDS),
            ("loop-a", LOOP_A),
            ("loop-b", LOOP_B),
        ]
        .into_iter()
        .fold(scripts::put(plan), |plan, (name, text)| {
            plan.file(format!("/etc/init.d/{name}"), 0o755, text)
        })
    });
    for probe in &ALL {
        verbs_support::every_verb(&bed, probe);
    }
    verbs_support::in_bulk(&bed);
    verbs_support::a_failure_is_told(&bed);
    scripts::misbehave(&bed);
    own_scripts(&bed);
    verbs_support::others_may_not(&bed);
    assert_eq!(bed.done("daemon-reload"), "openrc has read its definitions again\n");
    runlevels(&bed);
    verbs_support::waiting_shows_progress(&bed, "slow");
    bed.works(&NGINX, true);
}

/// Scripts in OpenRC's own language: commands, supervision, dependencies that fail or loop.
fn own_scripts(bed: &Bed) {
    let list = bed.done("command rich");
    assert_eq!(list, "check   checks it\nrotate  (while it is started)\n");
    assert_eq!(bed.done("command rich check"), "checked\n");
    let early = bed.ctl("command rich rotate");
    assert_eq!(early.code, 1, "{early:#?}");
    assert!(early.err.contains("has not been started"), "{early:#?}");
    bed.done("start rich");
    assert!(bed.succeeds("rc-service rich status"));
    assert_eq!(bed.done("command rich rotate"), "rotated\n");

    let started = bed.json("start supervised");
    let pid = started[0]["main_pid"].as_u64().unwrap_or_else(|| panic!("{started:#}"));
    assert!(bed.succeeds("rc-service supervised status"));
    let restarted = bed.json("restart supervised");
    assert_ne!(restarted[0]["main_pid"].as_u64(), Some(pid), "{restarted:#}");
    bed.done("stop supervised");
    assert!(!bed.succeeds("rc-service supervised status"));

    for (line, code, words) in [
        ("start broken", 1, &["it broke"][..]),
        ("start needs", 1, &["broken"]),
        ("start loop-a", 1, &["loop-a"]),
    ] {
        let said = bed.ctl(line);
        assert_eq!(said.code, code, "{line}: {said:#?}");
        for word in words {
            assert!(said.err.contains(word), "{line}: {word}: {said:#?}");
        }
    }
}

/// Runlevels by name, as rc-update keeps them.
fn runlevels(bed: &Bed) {
    bed.done("enable nginx --runlevel boot");
    assert!(bed.succeeds("rc-update show boot | grep -q '^ *nginx |'"));
    assert!(bed.is_enabled("nginx"));
    bed.done("disable nginx --runlevel boot");
    assert!(!bed.succeeds("rc-update show boot | grep -q '^ *nginx |'"));
    assert!(bed.is_enabled("nginx"));
    let unknown = bed.ctl("enable nginx --runlevel nosuch");
    assert_eq!(unknown.code, 1, "{unknown:#?}");
    assert!(unknown.err.contains("default"), "{unknown:#?}");
}
