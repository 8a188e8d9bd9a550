//! The verbs where two managers are: the machine's systemd, and that of a user who has logged in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod verbs_support;

use testkit::boxes::Kind;
use verbs_support::{Bed, NGINX};

const MINE: &str = "[Service]\nExecStart=/bin/sleep 999\n[Install]\nWantedBy=default.target\n";

#[test]
fn a_users_own_services_are_driven_beside_the_machines() {
    let units = "/home/alice/.config/systemd/user";
    let bed = Bed::boot(Kind::SystemdLogind, |plan| plan);
    bed.shell(&format!(
        "mkdir -p {units}; printf '{MINE}' > {units}/mine.service; \
         printf '{MINE}' > {units}/nginx.service; chown -R alice: /home/alice/.config",
        MINE = MINE.replace('\n', "\\n")
    ));
    let mut alice = bed.machine.login("alice").unwrap();
    alice.run("export NO_COLOR=1").unwrap();
    let mut run = |line: &str| alice.run(&format!("daemonctl {line}; echo status $?")).unwrap();

    let started = run("start mine");
    assert!(started.contains("started mine.service (systemd-user) (main pid "), "{started:?}");
    assert!(run("start mine").contains("nothing to do: mine.service (systemd-user) runs already"));
    assert!(run("restart mine").contains("status 0"));
    let enabled = run("enable mine");
    assert!(enabled.contains("default.target.wants/mine.service"), "{enabled:?}");
    assert!(run("stop mine --user").contains("stopped mine.service"));

    // Both have one of that name: neither is touched until it is said which.
    let both = run("restart nginx");
    assert!(both.contains("--user") && both.contains("status 1"), "{both:?}");
    assert!(run("start nginx --user").contains("started nginx.service"));
    let not_mine = run("restart nginx --manager systemd");
    assert!(not_mine.contains("status 4") && not_mine.contains("sudo"), "{not_mine:?}");
    let reload = run("daemon-reload --user");
    assert!(reload.contains("systemd-user has read its definitions again"), "{reload:?}");
    let disabled = run("disable --now mine nginx --user");
    assert!(disabled.contains("Removed "), "{disabled:?}");
    bed.works(&NGINX, true);
}
