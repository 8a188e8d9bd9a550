//! `systemctl` in a box with SysV init: what it does is seen by the scripts and the links.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "systemctl_support/scripts.rs"]
mod scripts;
mod systemctl_support;

use systemctl_support::{boot, ours};
use testkit::boxes::Kind;

#[test]
fn init_scripts_are_managed_by_systemctls_words() {
    let machine = boot(Kind::Sysv);
    scripts::check(&machine);

    // The scripts and the links say the same.
    let status = |name: &str| machine.exec(&["service", name, "status"]).unwrap().status;
    assert_eq!(ours(&machine, "stop cron").code, 0);
    assert!(!status("cron").success());
    assert_eq!(ours(&machine, "start cron").code, 0);
    assert!(status("cron").success());
    let links = || machine.shell("ls /etc/rc2.d").unwrap();
    assert_eq!(ours(&machine, "disable nginx").code, 0);
    assert!(!links().contains("S01nginx") && links().contains("K01nginx"), "{}", links());
    assert_eq!(ours(&machine, "enable nginx").code, 0);
    assert!(links().lines().any(|link| link.starts_with('S') && link.ends_with("nginx")));
    let said = ours(&machine, "show nginx -p WantedBy --value");
    assert!(said.out.contains("runlevel2.target"), "{said:?}");
    let said = ours(&machine, "mask nginx");
    assert!(said.code == 1 && said.err.contains("no masks"), "{said:?}");
}
