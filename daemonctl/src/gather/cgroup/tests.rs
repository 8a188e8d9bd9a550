use std::path::PathBuf;

use super::*;
use crate::gather::testing::Root;

fn unified(root: &Root, files: &[(&str, &str)]) {
    root.write("sys/fs/cgroup/cgroup.controllers", "cpu io memory pids\n");
    for (path, text) in files {
        root.write(PathBuf::from("sys/fs/cgroup").join(path), text);
    }
}

#[test]
fn version_2_with_its_own_limits() {
    let root = Root::new();
    unified(
        &root,
        &[
            ("system.slice/a.service/memory.current", "52428800\n"),
            ("system.slice/a.service/memory.peak", "104857600\n"),
            ("system.slice/a.service/memory.max", "104857600\n"),
            ("system.slice/a.service/memory.high", "max\n"),
            (
                "system.slice/a.service/memory.stat",
                "anon 5\nactive_file 7\ninactive_file 11\nslab_reclaimable 2\n",
            ),
            ("system.slice/a.service/memory.events", "low 0\noom 2\noom_kill 1\n"),
            ("system.slice/a.service/pids.current", "7\n"),
            ("system.slice/a.service/pids.max", "max\n"),
            ("system.slice/a.service/pids.events", "max 3\n"),
            ("system.slice/a.service/cpu.max", "50000 100000\n"),
            (
                "system.slice/a.service/cpu.stat",
                "usage_usec 10\nnr_periods 4\nnr_throttled 2\nthrottled_usec 9\n",
            ),
            ("system.slice/a.service/cgroup.events", "populated 1\nfrozen 1\n"),
            (
                "system.slice/a.service/io.stat",
                "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
            ),
            (
                "system.slice/a.service/memory.pressure",
                "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n",
            ),
        ],
    );
    let group = read(&root.context(), "/system.slice/a.service").unwrap();
    assert_eq!(group.memory_bytes, Seen::Known(50 << 20));
    assert_eq!(group.memory_max_bytes, Seen::Known(100 << 20));
    assert_eq!(group.memory_high_bytes, Seen::Absent);
    assert_eq!(group.memory_reclaimable_bytes, Seen::Known(20));
    assert!(group.memory_events.contains(&("oom_kill".to_owned(), 1)));
    assert_eq!((group.tasks, group.tasks_max), (Seen::Known(7), Seen::Absent));
    assert_eq!(group.tasks_refused, Some(3));
    assert_eq!(group.cpu_max, Seen::Known((50_000, 100_000)));
    assert_eq!(group.io_bytes, Seen::Known((11, 22)));
    assert!(group.frozen && group.limited_by.is_none());
    assert_eq!(group.pressure.memory_some.unwrap().total_usec, 77);
    assert_eq!(group.pressure.cpu_some, None);
    assert_eq!(group.swap_bytes, Seen::NotMeasured);
}

#[test]
fn the_limit_of_a_slice_above() {
    let root = Root::new();
    unified(
        &root,
        &[
            ("a.slice/memory.max", "1000\n"),
            ("a.slice/memory.current", "900\n"),
            ("a.slice/memory.events", "oom_kill 4\n"),
            ("a.slice/a.service/memory.max", "max\n"),
            ("a.slice/a.service/memory.current", "10\n"),
        ],
    );
    let group = read(&root.context(), "/a.slice/a.service").unwrap();
    assert_eq!(group.memory_max_bytes, Seen::Known(1000));
    assert_eq!(group.limited_by.as_deref(), Some("/a.slice"));
    assert_eq!(group.limiter_bytes, Seen::Known(900));
    assert_eq!(group.limiter_events, [("oom_kill".to_owned(), 4)]);
}

#[test]
fn controllers_that_are_off_are_not_measured_and_never_zero() {
    let root = Root::new();
    unified(&root, &[("a.service/cgroup.events", "populated 1\nfrozen 0\n")]);
    let group = read(&root.context(), "/a.service").unwrap();
    assert_eq!(group.memory_bytes, Seen::NotMeasured);
    assert_eq!(group.memory_max_bytes, Seen::NotMeasured);
    assert_eq!(group.memory_reclaimable_bytes, Seen::NotMeasured);
    assert_eq!(group.tasks, Seen::NotMeasured);
    assert_eq!(group.cpu_max, Seen::NotMeasured);
    assert!(!group.frozen && group.cpu_stat.is_empty());
}

#[test]
fn version_1_beside_an_empty_version_2() {
    let root = Root::new();
    root.write("sys/fs/cgroup/unified/cgroup.controllers", "\n");
    let files = [
        ("memory/a.service/memory.usage_in_bytes", "4096\n"),
        ("memory/a.service/memory.limit_in_bytes", "9223372036854771712\n"),
        ("memory/a.service/memory.max_usage_in_bytes", "8192\n"),
        ("memory/a.service/memory.memsw.usage_in_bytes", "5096\n"),
        ("memory/a.service/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 6\n"),
        ("cpu/a.service/cpu.cfs_quota_us", "-1\n"),
        ("cpu/a.service/cpu.cfs_period_us", "100000\n"),
        ("cpu/a.service/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 5000\n"),
        ("cpuacct/a.service/cpuacct.usage", "7000\n"),
        ("freezer/a.service/freezer.state", "FROZEN\n"),
    ];
    for (path, text) in files {
        root.write(PathBuf::from("sys/fs/cgroup").join(path), text);
    }
    let group = read(&root.context(), "/a.service").unwrap();
    assert_eq!((group.memory_bytes, group.memory_max_bytes), (Seen::Known(4096), Seen::Absent));
    assert_eq!(group.swap_bytes, Seen::Known(1000));
    assert_eq!(group.memory_events, [("oom_kill".to_owned(), 6)]);
    assert_eq!(group.cpu_max, Seen::Absent);
    assert!(group.cpu_stat.contains(&("throttled_usec".to_owned(), 5)));
    assert!(group.cpu_stat.contains(&("usage_usec".to_owned(), 7)));
    assert!(group.frozen);
}

#[test]
fn no_group_and_paths_that_lead_out() {
    let root = Root::new();
    unified(&root, &[]);
    root.write("etc/memory.current", "1\n");
    let context = root.context();
    for path in ["/gone.service", "/../../../etc", "", "a.service", "/.."] {
        assert!(read(&context, path).is_none(), "{path}");
    }
}
