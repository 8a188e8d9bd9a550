//! Samples taken again and again (`--watch`), for which what seldom changes is taken over: never
//! from another process, and never for ever.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use process::needs::Needs;
use process::process::Process;
use process::procfs::ProcFs;
use process::sample::{self, Sample};
use testkit::fakeproc::FakeProc;

mod common;
use common::Random;

fn again(proc: &ProcFs, before: &Sample, round: u32) -> Sample {
    sample::take_again(proc, Needs::VERDICT, before, round).unwrap()
}

fn arguments(process: &Process) -> Vec<String> {
    process.args().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect()
}

/// What a sample says of a process, in words.
fn words(sample: &Sample, pid: u32) -> Option<String> {
    let process = sample.by_pid(pid)?;
    let group =
        sample.cgroup(process).map(|group| String::from_utf8_lossy(&group.path).into_owned());
    let comm = String::from_utf8_lossy(&process.comm);
    Some(format!(
        "{comm} {:?} {group:?} {:?} {:?}",
        arguments(process),
        process.euid,
        process.pid_namespace
    ))
}

#[test]
fn another_process_with_the_same_pid_takes_nothing_over() {
    let fake = FakeProc::new().unwrap();
    let old = |p: testkit::fakeproc::Process| {
        p.comm("same").cmdline(&["old"]).cgroup("0::/old").start_ticks(100)
    };
    let new = |p: testkit::fakeproc::Process| {
        p.comm("same").cmdline(&["new"]).cgroup("0::/new").start_ticks(101).namespace("pid", 7)
    };
    fake.process(50, old).unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    for round in 0..40 {
        fake.process(50, old).unwrap();
        let before = sample::take(&proc, Needs::VERDICT).unwrap();
        fake.process(50, new).unwrap();
        let after = words(&again(&proc, &before, round), 50).unwrap();
        assert!(
            after.contains("new") && !after.contains("old") && after.contains("Known(7)"),
            "round {round}: {after}"
        );
    }
}

#[test]
fn another_program_in_the_same_process_is_seen_at_once() {
    let fake = FakeProc::new().unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    for round in 0..40 {
        fake.process(50, |p| p.comm("sh").cmdline(&["sh", "-c", "x"])).unwrap();
        let before = sample::take(&proc, Needs::VERDICT).unwrap();
        fake.process(50, |p| p.comm("daemon").cmdline(&["daemon"])).unwrap();
        assert_eq!(
            arguments(again(&proc, &before, round).by_pid(50).unwrap()),
            ["daemon"],
            "round {round}"
        );
        fake.process(50, |p| p.comm("daemon").zombie()).unwrap();
        assert!(again(&proc, &before, round).by_pid(50).unwrap().stat.is_zombie());
        fake.remove("50").unwrap();
        assert!(again(&proc, &before, round).by_pid(50).is_none());
    }
}

/// A title, a control group or an owner that changes is seen after some rounds.
#[test]
fn nothing_stays_for_ever() {
    let fake = FakeProc::new().unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    let pids = 1..120;
    for pid in pids.clone() {
        fake.process(pid, |p| p.cmdline(&["old"]).cgroup("0::/old")).unwrap();
    }
    let mut sample = sample::take(&proc, Needs::VERDICT).unwrap();
    for pid in pids.clone() {
        fake.process(pid, |p| p.cmdline(&["new"]).cgroup("0::/new")).unwrap();
    }
    for round in 1..=100 {
        sample = again(&proc, &sample, round);
    }
    for pid in pids {
        let words = words(&sample, pid).unwrap();
        assert!(words.contains("new") && !words.contains("old"), "{pid}: {words}");
    }
}

/// Processes and groups come and go; where nothing changed in secret, a sample taken again is what
/// a new one would be.
#[test]
fn a_sample_taken_again_is_a_sample() {
    let mut random = Random::new(11);
    let fake = FakeProc::new().unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    let mut sample = Sample::default();
    for round in 0..60 {
        for _ in 0..10 {
            let pid = 1 + random.below(150) as u32;
            let group = format!("0::/group-{}", random.below(9));
            if random.below(3) == 0 {
                fake.remove(pid.to_string()).unwrap();
            } else {
                // A new process: a start time that no other had.
                let start = u64::from(round) * 1000 + u64::from(pid);
                fake.process(pid, |p| p.cmdline(&[&group]).cgroup(&group).start_ticks(start))
                    .unwrap();
            }
        }
        sample = again(&proc, &sample, round);
        let fresh = sample::take(&proc, Needs::VERDICT).unwrap();
        let all =
            |sample: &Sample| (0..200).filter_map(|pid| words(sample, pid)).collect::<Vec<_>>();
        assert_eq!(all(&sample), all(&fresh), "round {round}");
        assert!(
            sample.cgroups.len() <= 9,
            "groups that nobody is in any more: {}",
            sample.cgroups.len()
        );
    }
}
