//! What is gathered for specifiers, of this machine and of a tree.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;

use files::{Disk, Whose, facts};
use support::Folder;
use unit::Facts;
use unit::specifier::Account;

#[test]
fn this_machine() {
    let facts = facts(&Disk::machine(), Whose::System);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert_eq!(facts.kernel_release.as_deref(), Some(kernel.trim()));
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(facts.host_name.as_deref(), Some(host.trim()));
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert_eq!(facts.boot_id.as_deref().map(str::to_owned), Some(boot.trim().replace('-', "")));
    assert!(facts.architecture.is_some());
    assert_eq!(facts.account, Some(Account::root()));
    assert_eq!(facts.directories.state.as_deref(), Some("/var/lib"));
}

#[test]
fn a_tree_that_does_not_run() {
    let folder = Folder::new();
    let nothing = facts(&Disk::below(folder.text()).unwrap(), Whose::System);
    assert_eq!(nothing, Facts::default());
    fs::create_dir_all(folder.path("usr/lib")).unwrap();
    fs::create_dir_all(folder.path("etc")).unwrap();
    fs::write(folder.path("usr/lib/os-release"), "ID=other\nVERSION_ID=\"9 and more\"\n").unwrap();
    std::os::unix::fs::symlink("/usr/lib/os-release", folder.path("etc/os-release")).unwrap();
    fs::write(folder.path("etc/hostname"), "# its name\n\n box.example \n").unwrap();
    fs::write(folder.path("etc/machine-id"), "0123456789abcdef0123456789abcdef\n").unwrap();
    fs::write(folder.path("etc/machine-info"), "PRETTY_HOSTNAME='My box'\nICON=x\n").unwrap();
    let found = facts(&Disk::below(folder.text()).unwrap(), Whose::System);
    let os = found.os.as_ref().unwrap();
    assert_eq!((&*os.id, &*os.version_id, &*os.build_id), ("other", "9 and more", ""));
    assert_eq!(found.host_name.as_deref(), Some("box.example"));
    assert_eq!(found.short_host_name(), Some("box"));
    assert_eq!(found.pretty_host_name.as_deref(), Some("My box"));
    assert_eq!(found.machine_id.as_deref(), Some("0123456789abcdef0123456789abcdef"));
    // Nothing of this machine.
    assert_eq!(found.boot_id, None);
    assert_eq!(found.kernel_release, None);
    assert_eq!(found.architecture, None);
}

#[test]
fn a_users() {
    let account = Account {
        user: "me".into(),
        uid: 7,
        group: "us".into(),
        gid: 8,
        home: "/home/me".into(),
        shell: "/bin/sh".into(),
    };
    let found = facts(&Disk::machine(), Whose::User(account.clone()));
    assert!(found.is_user);
    assert_eq!(found.account, Some(account));
    assert_ne!(found.directories.configuration.as_deref(), Some("/etc"));
}
