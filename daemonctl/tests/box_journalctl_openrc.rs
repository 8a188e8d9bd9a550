//! `journalctl` where nothing keeps a journal: what was logged is found where that machine keeps it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod names_support;

use std::time::Duration;

use names_support::{boot, said};
use testkit::boxes::Kind;

#[test]
fn journalctl_finds_what_syslog_has() {
    let machine = boot(Kind::OpenRc, |plan| plan);
    machine
        .shell("logger -t mine -p daemon.err one; logger -t other two; logger -t mine three")
        .unwrap();
    let timeout = Duration::from_secs(10);
    machine.wait_for("grep -q 'mine: three' /var/log/syslog", timeout).unwrap();
    let (text, status) = said(&machine, "journalctl -t mine -o cat");
    assert_eq!((text.as_str(), status), ("one\nthree\n", 0));
    let (text, _) = said(&machine, "journalctl -t mine -n1 --no-hostname");
    assert!(text.ends_with(" mine: three\n"), "{text}");
    let (text, status) = said(&machine, "journalctl -g 'no such thing' -q");
    assert_eq!((text.as_str(), status), ("", 1));
}
