use insight::snapshot::CoreSetup;

use super::*;
use crate::gather::testing::Root;

const BOOT: &str = "0123456789abcdef0123456789abcdef";

fn machine(pattern: &str) -> Machine {
    Machine {
        core_pattern: Some(pattern.to_owned()),
        core_setup: CoreSetup { uses_pid: true, ..CoreSetup::default() },
        ..Machine::default()
    }
}

fn found(root: &Root, pattern: &str, since: Option<u64>) -> Vec<CoreDump> {
    let programs = ["/usr/sbin/nginx".to_owned(), "/usr/bin/a-very-long-program".to_owned()];
    let directories = ["/var/lib/app".to_owned()];
    match of(&root.context(), &machine(pattern), &programs, &directories, since) {
        Seen::Known(dumps) => dumps,
        other => panic!("{other:?}"),
    }
}

#[test]
fn stored_by_systemd() {
    let root = Root::new();
    let folder = "var/lib/systemd/coredump";
    for name in [
        format!("core.nginx.33.{BOOT}.812.1700000000000000.zst"),
        format!("core.a-very-long-pro.0.{BOOT}.900.1700000001000000"),
        format!("core.other.0.{BOOT}.7.1700000002000000.lz4"),
        "core.nginx.garbage".to_owned(),
        ".#core.nginx.33".to_owned(),
    ] {
        root.write(format!("{folder}/{name}"), "");
    }
    let dumps = found(&root, "|/usr/lib/systemd/systemd-coredump %P", None);
    let pids: Vec<u32> = dumps.iter().filter_map(|dump| dump.pid).collect();
    assert_eq!(pids, [900, 812], "newest first");
    assert!(dumps[1].file.as_ref().unwrap().ends_with(".zst"));
    assert_eq!(dumps[1].time_usec, 1_700_000_000_000_000);
    assert_eq!(found(&root, "|x", Some(1_700_000_000_500_000)).len(), 1);
}

#[test]
fn names_with_dots_and_escapes() {
    let dump = stored::dump(&format!("core.a\\x2eb.c.0.{BOOT}.5.6.zst")).unwrap();
    assert_eq!((dump.program.as_str(), dump.pid, dump.time_usec), ("a.b.c", Some(5), 6));
    assert!(stored::dump("core.x").is_none() && stored::dump("").is_none());
    assert!(stored::dump(&format!("core.\\x.0.{BOOT}.5.6")).is_some());
}

#[test]
fn written_by_the_kernel() {
    let root = Root::new();
    root.write("var/lib/app/core.812", "");
    root.write("var/lib/app/core", "");
    root.write("var/lib/app/core.txt", "");
    let dumps = found(&root, "core", None);
    let mut pids: Vec<Option<u32>> = dumps.iter().map(|dump| dump.pid).collect();
    pids.sort();
    assert_eq!(pids, [None, Some(812)]);
    root.write("var/cores/nginx-812-11-1700000000", "");
    root.write("var/cores/other-1-11-1700000000", "");
    std::os::unix::fs::symlink("/etc/passwd", root.path().join("var/cores/nginx-9-11-1")).unwrap();
    let dumps = found(&root, "/var/cores/%e-%p-%s-%t", None);
    assert_eq!(dumps.len(), 1, "{dumps:?}");
    assert_eq!((dumps[0].pid, dumps[0].signal), (Some(812), Some(11)));
    assert_eq!(dumps[0].time_usec, 1_700_000_000_000_000);
    assert!(found(&root, "/var/cores/%t/x", None).is_empty());
}

#[test]
fn no_store_is_absent() {
    let root = Root::new();
    let none = of(&root.context(), &machine("|/bin/x"), &["nginx".to_owned()], &[], None);
    assert_eq!(none, Seen::Absent);
}
