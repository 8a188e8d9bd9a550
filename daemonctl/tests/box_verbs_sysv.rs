//! Every verb on a real SysV init: nginx, sshd, redis, rsyslog and cron, held against service, the links
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

#[test]
fn every_verb_on_sysv() {
    let bed = Bed::boot(Kind::Sysv, scripts::put);
    for probe in &ALL {
        verbs_support::every_verb(&bed, probe);
    }
    verbs_support::in_bulk(&bed);
    verbs_support::a_failure_is_told(&bed);
    scripts::misbehave(&bed);
    verbs_support::others_may_not(&bed);
    let reload = bed.ctl("daemon-reload");
    assert_eq!((reload.code, reload.out.as_str()), (0, "sysv has nothing to read again\n"));
    runlevels(&bed);
    verbs_support::waiting_shows_progress(&bed, "slow");
    bed.works(&NGINX, true);
}

/// Links of single runlevels, as update-rc.d makes them.
fn runlevels(bed: &Bed) {
    bed.done("disable nginx");
    bed.done("enable nginx --runlevel 3,4");
    let links = bed.shell("ls -d /etc/rc?.d/S??nginx");
    assert_eq!(links.lines().count(), 2, "{links}");
    assert!(links.contains("/etc/rc3.d/") && links.contains("/etc/rc4.d/"), "{links}");
    bed.done("disable nginx --runlevel 4");
    assert!(bed.shell("ls -d /etc/rc?.d/S??nginx").starts_with("/etc/rc3.d/"));
    bed.done("enable nginx");
    assert!(bed.is_enabled("nginx"));
}
