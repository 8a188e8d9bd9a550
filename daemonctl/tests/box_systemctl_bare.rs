//! `systemctl` where no manager runs, as while an image is built: unit files can be enabled all the
//! same, and what needs a manager says that there is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod systemctl_support;

use systemctl_support::{boot, ours};
use testkit::boxes::Kind;

#[test]
fn unit_files_are_enabled_without_a_manager() {
    let machine = boot(Kind::Bare);
    let unit = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";
    machine.shell("mkdir -p /etc/systemd/system").unwrap();
    machine.write("/etc/systemd/system/own.service", unit.as_bytes()).unwrap();
    let said = ours(&machine, "enable own");
    let link = "/etc/systemd/system/multi-user.target.wants/own.service";
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.starts_with(&format!("Created symlink {link} → ")), "{said:?}");
    machine.shell(&format!("test -L {link}")).unwrap();
    let said = ours(&machine, "is-enabled own");
    assert_eq!((said.code, &*said.out), (0, "enabled\n"));
    assert_eq!(ours(&machine, "disable own").code, 0);
    let said = ours(&machine, "is-system-running");
    assert_eq!((said.code, &*said.out), (1, "offline\n"));
    let said = ours(&machine, "start own");
    assert!(said.code == 1 && said.err.contains("No service manager runs here"), "{said:?}");
}
