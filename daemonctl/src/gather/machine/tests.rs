use std::path::Path;

use insight::snapshot::Init;
use testkit::fakeproc::FakeProc;

use super::*;
use crate::gather::testing::{Root, context, here};

fn fake() -> FakeProc {
    let fake = FakeProc::new().unwrap();
    for (path, text) in [
        (
            "sys/kernel/core_pattern",
            "|/usr/lib/systemd/systemd-coredump %P %u %g %s %t 9223372036854775808 %h\n",
        ),
        ("sys/kernel/core_uses_pid", "1\n"),
        ("sys/fs/suid_dumpable", "2\n"),
        ("sys/fs/file-nr", "9000\t0\t1000000\n"),
        ("sys/net/ipv4/ip_unprivileged_port_start", "1024\n"),
        ("sys/net/ipv4/ip_nonlocal_bind", "0\n"),
        ("sys/vm/overcommit_memory", "2\n"),
        (
            "pressure/io",
            "some avg10=12.00 avg60=5.00 avg300=1.00 total=100\nfull avg10=1.00 avg60=0.50 avg300=0.10 total=50\n",
        ),
    ] {
        fake.raw(path, text).unwrap();
    }
    fake
}

#[test]
fn figures_and_settings() {
    let (fake, root) = (fake(), Root::new());
    root.write("run/systemd/system/x", "");
    root.write("usr/lib/systemd/systemd-coredump", "");
    root.write("etc/systemd/coredump.conf", "[Coredump]\n#Storage=external\nProcessSizeMax=1G\n");
    root.write("etc/systemd/coredump.conf.d/10-none.conf", "[Coredump]\nStorage=none\n");
    let machine = gather(&context(fake.path(), root.path()));
    assert_eq!(machine.init, Init::Systemd);
    assert_eq!(machine.cpus, 2);
    assert_eq!(machine.memory_bytes, 16_000_000 << 10);
    assert_eq!(machine.memory_available_bytes, 12_000_000 << 10);
    assert_eq!(machine.load, [0.10, 0.20, 0.30]);
    assert_eq!(machine.files, Some((9000, 1_000_000)));
    assert_eq!(machine.tasks, Some((100, 125_000)));
    assert_eq!((machine.suid_dumpable, machine.overcommit), (Some(2), Some(2)));
    assert_eq!(machine.unprivileged_port_start, Some(1024));
    assert!(!machine.nonlocal_bind);
    let stall = machine.pressure.io_full.unwrap();
    assert_eq!((stall.avg10, stall.total_usec), (1.0, 50));
    assert_eq!(machine.pressure.cpu_some, None);
    let setup = machine.core_setup;
    assert_eq!(setup.handler, Some(("/usr/lib/systemd/systemd-coredump".to_owned(), true)));
    assert_eq!(setup.storage.as_deref(), Some("none"));
    assert_eq!(setup.process_size_max_bytes, Some(1 << 30));
    let place = ("/etc/systemd/coredump.conf.d/10-none.conf".to_owned(), 2);
    assert_eq!(setup.configured_at, Some(place));
}

#[test]
fn a_handler_that_is_not_there() {
    let (fake, root) = (fake(), Root::new());
    let machine = gather(&context(fake.path(), root.path()));
    assert_eq!(
        machine.core_setup.handler,
        Some(("/usr/lib/systemd/systemd-coredump".to_owned(), false))
    );
    assert_eq!(machine.core_setup.storage, None);
}

#[test]
fn this_machine() {
    let machine = gather(&here());
    assert!(machine.cpus > 0 && machine.memory_bytes > 0);
    assert!(machine.addresses.iter().any(std::net::IpAddr::is_loopback), "{:?}", machine.addresses);
    assert!(machine.boot_usec > 0 && machine.boot_usec < now_usec());
}

#[test]
fn garbage_is_nothing() {
    let fake = FakeProc::new().unwrap();
    for path in
        ["meminfo", "loadavg", "stat", "sys/fs/file-nr", "pressure/cpu", "sys/kernel/threads-max"]
    {
        fake.raw(path, b"\xff\xfe garbage 99999999999999999999999\n").unwrap();
    }
    let machine = gather(&context(fake.path(), Path::new("/nonexistent")));
    assert_eq!((machine.memory_bytes, machine.files), (0, None));
    assert_eq!(machine.pressure, Default::default());
}
