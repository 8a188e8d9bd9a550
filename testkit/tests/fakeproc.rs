//! That what is made up has the shape of what this machine's kernel writes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs;
use testkit::fakeproc::FakeProc;

#[test]
fn stat_has_the_kernels_fields() {
    let fake = FakeProc::new().unwrap();
    fake.process(77, |p| p.comm("a) (b").ppid(5).session(70).pts(300, 71).threads(3)).unwrap();
    let stat = fs::read_to_string(fake.path().join("77/stat")).unwrap();
    let real = fs::read_to_string("/proc/self/stat").unwrap();
    let fields = |stat: &str| stat.rsplit_once(')').unwrap().1.split_whitespace().count();
    assert_eq!(fields(&stat), fields(&real));
    assert!(stat.starts_with("77 (a) (b) S 5 77 70 "), "{stat}");
    let tty: u32 =
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(4).unwrap().parse().unwrap();
    let (major, minor) = ((tty >> 8) & 0xfff, (tty & 0xff) | ((tty >> 12) & 0xf_ff00));
    assert_eq!((major, minor), (137, 300 - 256));
    assert_eq!(fs::read_dir(fake.path().join("77/task")).unwrap().count(), 3);
}

#[test]
fn status_lines_are_lines_of_the_kernel_in_its_order() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("evil\n\\name").catches(&[1]).ignores(&[2]).uid(33)).unwrap();
    let status = fs::read_to_string(fake.path().join("1/status")).unwrap();
    let real = fs::read_to_string("/proc/self/status").unwrap();
    let keys = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| Some(line.split_once(":\t")?.0.to_owned())).collect()
    };
    let real = keys(&real);
    let mut at = 0;
    for key in keys(&status) {
        let found = real[at..].iter().position(|line| *line == key);
        at += found.unwrap_or_else(|| panic!("{key} is missing or out of order"));
    }
    assert!(status.starts_with("Name:\tevil\\n\\\\name\n"), "{status}");
    assert!(status.contains("SigIgn:\t0000000000000002\nSigCgt:\t0000000000000001\n"));
    assert!(status.contains("Uid:\t33\t33\t33\t33\n"));
}

#[test]
fn processes_come_change_and_go() {
    let fake = FakeProc::new().unwrap();
    fake.process(2, |p| p.kernel_thread("kthreadd")).unwrap();
    fake.process(9, |p| p.cmdline(&["a", "b"]).fd(2, "/var/log/x").cgroup("0::/x.service"))
        .unwrap();
    let at = |path: &str| fake.path().join(path);
    assert!(fs::read_link(at("2/exe")).is_err());
    assert_eq!(fs::read(at("9/cmdline")).unwrap(), b"a\0b\0");
    assert_eq!(fs::read(at("9/cgroup")).unwrap(), b"0::/x.service\n");
    assert_eq!(fs::read_link(at("9/fd/2")).unwrap().to_str(), Some("/var/log/x"));
    assert_eq!(fs::read_link(at("9/ns/pid")).unwrap().to_str(), Some("pid:[4026531836]"));
    fake.raw("9/stat", b"\xff\0garbage").unwrap().remove("2").unwrap();
    assert_eq!(fs::read(at("9/stat")).unwrap(), b"\xff\0garbage");
    assert!(!at("2").exists());
    let dir = fake.path().to_owned();
    drop(fake);
    assert!(!dir.exists());
}
