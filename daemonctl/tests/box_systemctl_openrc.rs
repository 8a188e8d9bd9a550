//! `systemctl` in a box with OpenRC: what it does is seen by OpenRC's own tools.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "systemctl_support/scripts.rs"]
mod scripts;
mod systemctl_support;

use systemctl_support::{boot, ours};
use testkit::boxes::Kind;

#[test]
fn services_of_openrc_are_managed_by_systemctls_words() {
    let machine = boot(Kind::OpenRc);
    scripts::check(&machine);

    // OpenRC's own tools see the same.
    let status = |name: &str| machine.exec(&["rc-service", name, "status"]).unwrap().status;
    assert_eq!(ours(&machine, "stop cron").code, 0);
    assert!(!status("cron").success());
    assert_eq!(ours(&machine, "start cron").code, 0);
    assert!(status("cron").success());
    let enabled = || machine.shell("rc-update show default").unwrap().contains("nginx");
    assert_eq!(ours(&machine, "disable nginx").code, 0);
    assert!(!enabled());
    assert_eq!(ours(&machine, "enable nginx").code, 0);
    assert!(enabled());
    let said = ours(&machine, "show nginx -p WantedBy --value");
    assert_eq!(said.out, "default.target\n");
    let said = ours(&machine, "isolate rescue.target");
    assert!(said.code == 1 && said.err.contains("OpenRC runs this machine"), "{said:?}");
}
