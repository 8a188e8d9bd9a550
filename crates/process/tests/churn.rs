//! Samples of this machine while processes come and go as fast as they can.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use process::fact::Fact;
use process::machine::Machine;
use process::needs::Needs;
use process::process::Process;
use process::procfs::ProcFs;
use process::sample;
use process::verdict::{self, KnownServices};

/// A shell that starts and forgets processes; ended when dropped.
struct Storm(Child);

impl Storm {
    fn new() -> Storm {
        // Half of them are forgotten, half are waited for; each lives for a millisecond or less.
        let script = "while :; do /bin/true & /bin/true; (exec /bin/true); done";
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Storm(command.spawn().unwrap())
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process that lives has, and one that ended has not.
fn half(process: &Process) -> Option<&'static str> {
    let stat = &process.stat;
    if stat.threads == 0 || stat.pgrp < 0 || stat.session < 0 {
        return Some("its `stat` is that of a buried one");
    }
    if stat.is_kernel_thread() || stat.is_zombie() {
        return None;
    }
    let gone = Fact::NotApplicable;
    if process.pid_namespace == gone {
        return Some("no pid namespace");
    }
    if process.cgroup == Fact::NotApplicable
        || process.euid == Fact::NotApplicable
        || process.cmdline == Fact::NotApplicable
    {
        return Some("no control group, owner or arguments");
    }
    // Without arguments, but with memory: in the middle of execve(2), where the kernel has none yet.
    let no_arguments = process.cmdline.is_known_and(|text| text.is_empty());
    if no_arguments && stat.virtual_bytes > 64 << 20 {
        return Some("much memory and no arguments: its arguments were read after its end");
    }
    let status = process.extra.as_ref().and_then(|extra| extra.status.known());
    if process.extra.is_some() && status.is_some_and(|status| status.uid.is_none()) {
        return Some("an empty status");
    }
    None
}

#[test]
fn two_hundred_samples_in_a_storm_of_forks() {
    let _storms = [Storm::new(), Storm::new()];
    let proc = ProcFs::open(Path::new("/proc")).unwrap();
    let machine = Machine::look(&proc, Path::new("/"), true);
    let own = std::process::id();
    let begun = Instant::now();
    let mut short_lived = 0;
    let mut newest = 0;
    for round in 0..200 {
        let needs = if round % 2 == 0 {
            Needs::VERDICT
        } else {
            Needs::VERDICT | Needs::STATUS | Needs::EXE | Needs::STDIO
        };
        let mut sample = sample::take(&proc, needs).unwrap();
        assert!(sample.unreadable.is_empty(), "{:?}", sample.unreadable);
        let (_, judgement) =
            verdict::judge(&proc, &mut sample, &machine, &KnownServices::default());
        assert_eq!(judgement.verdicts.len(), sample.processes.len());
        assert!(sample.by_pid(own).is_some());
        for process in &sample.processes {
            assert_eq!(half(process), None, "round {round}: {process:?}");
        }
        let last =
            sample.processes.iter().map(|process| process.key.start_ticks).max().unwrap_or(0);
        short_lived += usize::from(last > newest);
        newest = newest.max(last);
    }
    assert!(short_lived > 0, "nothing came or went");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
