//! Many: processes, descriptors, levels of a tree. The answer comes, and its cost grows no faster
//! than what is asked about.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use bad_input::{daemonctl, daemonctl_at, keep, looks, plain, run, until};
use testkit::fakeproc::FakeProc;

/// So many kinds of processes are repeated.
const KINDS: u32 = 48;

/// A machine with `count` processes. Each folder but the first few is a link to one of those: a
/// million files would take a minute to write.
fn crowd(count: u32) -> FakeProc {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("systemd").cgroup("0::/init.scope")).unwrap();
    for pid in 2..=KINDS {
        fake.process(pid, |p| {
            let group = format!("0::/system.slice/unit-{}.service", pid % 7);
            let p = p.comm(format!("kind-{pid}")).cgroup(&group).uid(pid % 5 * 1000);
            match pid % 6 {
                0 => p.kernel_thread("kworker/1:2-events"),
                1 => p.pts(pid, 0).session(5).pgrp(5).ppid(5).cgroup("0::/user.slice"),
                2 => p.cgroup("0::/").session(3).pgrp(3),
                3 => p.cgroup("0::/"),
                4 => p.ppid(4),
                _ => p.ppid(pid - 1).zombie(),
            }
        })
        .unwrap();
    }
    for pid in KINDS + 1..=count {
        symlink((pid % (KINDS - 1) + 2).to_string(), fake.path().join(pid.to_string())).unwrap();
    }
    fake
}

#[test]
fn time_grows_with_processes_and_not_faster() {
    let (few, many) = (crowd(1_000), crowd(10_000));
    for line in [
        &["ps", "--json"][..],
        &["ps", "--filter", "rss > 1 and not (user = root)", "--sort", "-cpu,pid"],
        &["tree"],
        &["tree", "--normal"],
        &["explain", "kind-9"],
        &[],
    ] {
        let short = daemonctl_at(few.path(), line);
        let long = daemonctl_at(many.path(), line);
        for run in [&short, &long] {
            run.check();
            assert_ne!(run.code, Some(2), "{}", run.err());
        }
        // Ten times as many: ten times as long; a quadratic step would take a hundred times.
        let bound = short.cpu.max(Duration::from_millis(50)) * 30;
        assert!(
            long.cpu < bound,
            "{line:?}: {:?} for 1,000 and {:?} for 10,000",
            short.cpu,
            long.cpu
        );
    }
}

#[test]
fn fifty_thousand_processes() {
    let many = crowd(50_000);
    let document = daemonctl_at(many.path(), &["ps", "--json"]).good().json();
    assert_eq!(document["processes"].as_array().unwrap().len(), 50_000);
    for line in [&["ps", "--no-header"][..], &["tree", "--no-header"]] {
        let table = daemonctl_at(many.path(), line);
        assert_eq!(table.good().out().lines().count(), 50_000);
        assert!(table.took < Duration::from_secs(30), "{line:?}: {:?}", table.took);
    }
}

/// System calls are counted, which no other load on the machine disturbs.
#[test]
fn system_calls_grow_with_processes_and_not_faster() {
    let strace = Command::new("strace").arg("-V").output();
    if !strace.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no strace here to count system calls with");
        return;
    }
    let calls = |count: u32| -> f64 {
        let fake = crowd(count);
        let file = fake.path().join("calls");
        let mut command = Command::new("strace");
        plain(&mut command)
            .args(["-f", "-qq", "-c", "-U", "calls,name", "-o"])
            .arg(&file)
            .arg(bad_input::PROGRAM);
        command
            .arg("--proc-root")
            .arg(fake.path())
            .arg("--system-root")
            .arg(fake.path())
            .args(["ps", "--no-header"]);
        run(&mut command).good();
        let text = fs::read_to_string(&file).unwrap();
        let total = text.lines().last().unwrap_or_default();
        total
            .split_whitespace()
            .next()
            .and_then(|calls| calls.parse().ok())
            .unwrap_or_else(|| panic!("{text}"))
    };
    let (few, many) = (calls(1_000), calls(10_000));
    assert!(many > 9_000.0, "{many} calls read no 10,000 processes");
    let each = (many - few) / 9_000.0;
    assert!(each < 40.0, "{each:.1} system calls for each further process");
    assert!(many < 11.0 * few, "{few} calls for 1,000 processes and {many} for 10,000");
}

/// What is asked of one process costs the same, however many others there are.
#[test]
fn one_process_among_many() {
    let fake = crowd(50_000);
    let seen = daemonctl_at(fake.path(), &["explain", "3", "--json"]);
    seen.good().json();
    assert!(seen.cpu < Duration::from_secs(1), "{:?}", seen.cpu);
}

/// Each the child of the one before: a tree is drawn, not as wide as it is deep.
#[test]
fn a_tree_ten_thousand_levels_deep() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("init").session(1)).unwrap();
    fake.process(2, |p| p.comm("sh").session(2)).unwrap();
    let stat = fs::read_to_string(fake.path().join("2/stat")).unwrap();
    let (before, after) = stat.split_once(") S 1 ").unwrap();
    for pid in 3..=10_000 {
        fake.raw(format!("{pid}/stat"), format!("{before}) S {} {after}", pid - 1)).unwrap();
        for file in ["cmdline", "cgroup", "ns", "fd", "exe", "cwd", "environ"] {
            symlink(format!("../2/{file}"), fake.path().join(format!("{pid}/{file}"))).unwrap();
        }
    }
    for line in [
        &["tree"][..],
        &["tree", "--json"],
        &["explain", "10000"],
        &["explain", "10000", "--json"],
        &["tree", "9000"],
        &["tree", "--kernel"],
    ] {
        let seen = daemonctl_at(fake.path(), line);
        seen.good();
        assert!(seen.took < Duration::from_secs(30), "{line:?}: {:?}", seen.took);
        assert!(seen.out.len() < 64 << 20, "{line:?} prints {} MiB", seen.out.len() >> 20);
    }
}

#[test]
fn a_hundred_thousand_descriptors() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("init")).unwrap();
    fake.process(7, |p| p.comm("hoarder")).unwrap();
    for number in 3..100_000 {
        let target =
            if number % 2 == 0 { "/dev/null".to_owned() } else { format!("socket:[{number}]") };
        symlink(target, fake.path().join(format!("7/fd/{number}"))).unwrap();
    }
    for line in ["files 7 --json", "files /dev/null", "explain 7", "ps --columns +fds", "ps :1"] {
        let words: Vec<&str> = line.split(' ').collect();
        let seen = daemonctl_at(fake.path(), &words);
        seen.check();
        assert!(seen.took < Duration::from_secs(30), "{line}: {:?}", seen.took);
    }
    let listed = daemonctl_at(fake.path(), &["files", "7", "--no-header"]);
    assert!(listed.good().out().lines().count() >= 100_000);
}

/// Real ones, as many as this machine lets a process have.
#[test]
fn as_many_descriptors_as_there_may_be() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let most = limit.maximum.unwrap_or(1 << 20).min(100_010);
    let script = format!(
        "ulimit -n {most}; exec perl -e 'use POSIX; open(F, \"</dev/null\"); 1 while POSIX::dup(3); <STDIN>'"
    );
    let process = keep(Command::new("sh").args(["-c", &script]));
    let pid = process.pid().to_string();
    let open = || fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
    until("they are open", || open() as u64 >= most);
    let counted = daemonctl(&["ps", "--json", "--columns", "+fds", &pid]);
    assert_eq!(counted.good().json()["processes"][0]["descriptors"].as_u64(), Some(most));
    for line in looks_at(&pid) {
        let seen = daemonctl(&line);
        seen.check();
        assert!(seen.took < Duration::from_secs(30), "{line:?}: {:?}", seen.took);
    }
    let listed = daemonctl(&["files", &pid, "--no-header"]);
    assert!(listed.good().out().lines().count() as u64 >= most);
    // It was only looked at.
    assert_eq!(open() as u64, most);
}

fn looks_at(pid: &str) -> Vec<Vec<String>> {
    let mut lines = looks(&[pid.to_owned()]);
    for line in
        ["files /dev/null", "ps :1", "files --columns +pos,+flags", "ports", "ps --columns +fds"]
    {
        let words = line.split(' ').map(str::to_owned);
        lines.push(words.chain((line.len() > 25).then(|| pid.to_owned())).collect());
    }
    lines
}

/// A thousand control groups, users and namespaces are found by their names, not one by one.
#[test]
fn everything_different() {
    let different = |count: u32| {
        let fake = FakeProc::new().unwrap();
        fake.process(1, |p| p.comm("init")).unwrap();
        let stat = fs::read_to_string(fake.path().join("1/stat")).unwrap();
        for pid in 2..=count {
            fake.raw(
                format!("{pid}/stat"),
                stat.replacen("(init) S 0 1 1 ", &format!("(d{pid}) S 1 {pid} {pid} "), 1),
            )
            .unwrap();
            fake.raw(format!("{pid}/cgroup"), format!("0::/system.slice/unit-{pid}.service\n"))
                .unwrap();
            fake.raw(format!("{pid}/cmdline"), format!("/usr/bin/d{pid}\0")).unwrap();
            fake.link(
                format!("{pid}/ns/pid"),
                format!("pid:[{}]", 4_026_532_000_u64 + u64::from(pid)),
            )
            .unwrap();
            fake.link(format!("{pid}/exe"), format!("/usr/bin/d{pid}")).unwrap();
        }
        fake
    };
    let (few, many) = (different(500), different(5_000));
    for line in [
        &["ps", "--json"][..],
        &["ps"],
        &["tree"],
        &[],
        &["explain", "d400", "--all"],
        &["ps", "d400", "d401", "d402"],
    ] {
        let (short, long) = (daemonctl_at(few.path(), line), daemonctl_at(many.path(), line));
        short.good();
        long.good();
        let bound = short.cpu.max(Duration::from_millis(50)) * 30;
        assert!(long.cpu < bound, "{line:?}: {:?} for 500 and {:?} for 5,000", short.cpu, long.cpu);
    }
}
