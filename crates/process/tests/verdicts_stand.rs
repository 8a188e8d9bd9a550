//! Verdicts stand on what processes are, not on what else was read of them, nor on where in the
//! tree those stand that they depend on.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use process::machine::Machine;
use process::needs::Needs;
use process::procfs::ProcFs;
use process::sample;
use process::verdict::{self, Judgement, Kind, KnownServices};
use testkit::fakeproc::FakeProc;

mod common;
use common::Random;

const GROUPS: &[&str] = &[
    "/",
    "/system.slice/web.service",
    "/system.slice/ssh.service",
    "/user.slice/user-1000.slice/session-3.scope",
    "/openrc/nginx",
];
const ENVIRONMENTS: &[&str] = &["A=b", "INVOCATION_ID=1", "RC_SVCNAME=x", "SSH_CONNECTION=1 2 3 4"];

/// Verdicts and services, without indices.
fn readable(judgement: &Judgement) -> Vec<String> {
    let service = |index| judgement.service(index).map(|one| (one.manager, &one.name, one.how));
    let verdicts = judgement.verdicts.iter().enumerate();
    let words = verdicts.map(|(index, one)| {
        format!("{:?} {:?} {} {:?}", one.sub_kind, one.confidence, one.because, service(index))
    });
    words.collect()
}

/// Columns that somebody asks for are read before the verdict: they must not change it.
#[test]
fn what_else_was_read_changes_no_verdict() {
    let fake = FakeProc::new().unwrap();
    let mut random = Random::new(7);
    fake.process(1, |p| p.comm("init")).unwrap();
    fake.process(2, |p| p.comm("sshd").cgroup("0::/system.slice/ssh.service")).unwrap();
    fake.process(3, |p| p.comm("bash").pts(1, 3)).unwrap();
    for pid in 10..80u32 {
        let (null, terminal) = (random.below(2) == 0, random.below(4) == 0);
        let (parent, session) =
            (random.below(4) as u32, *random.pick(&[0, 3, 9, pid.cast_signed()]));
        let (group, environ) = (*random.pick(GROUPS), *random.pick(ENVIRONMENTS));
        let output = if null { "/dev/null" } else { "pipe:[7]" };
        fake.process(pid, |p| {
            let p = p
                .ppid(parent)
                .session(session)
                .pgrp(3)
                .fd(0, output)
                .fd(1, output)
                .fd(2, output)
                .cgroup(&format!("0::{group}"));
            let p = p.environ(&[environ]).link("cwd", if null { "/" } else { "/home/a" });
            if terminal { p.pts(1, 3) } else { p }
        })
        .unwrap();
    }
    let proc = ProcFs::open(fake.path()).unwrap();
    let machine = Machine::look(&proc, fake.path(), true);
    let verdicts = |needs: Needs| {
        let mut sample = sample::take(&proc, Needs::VERDICT | needs).unwrap();
        let (_, judgement) =
            verdict::judge(&proc, &mut sample, &machine, &KnownServices::default());
        readable(&judgement)
    };
    let expected = verdicts(Needs::NOTHING);
    for needs in [
        Needs::EXE,
        Needs::STATUS,
        Needs::STDIO,
        Needs::ENVIRON,
        Needs::DESCRIPTORS,
        Needs::DETACHMENT,
        Needs::IO,
    ] {
        for (index, (one, other)) in expected.iter().zip(verdicts(needs)).enumerate() {
            assert_eq!(*one, other, "process {index} when {needs:?} was read too");
        }
    }
}

/// A daemon's helper whose own parent ended belongs to the session of the daemon, wherever in the
/// tree that is: a leader deeper in the tree is judged before those who were taken in by init.
#[test]
fn a_worker_taken_in_by_init_belongs_to_its_sessions_daemon() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("init").cmdline(&["/sbin/init"])).unwrap();
    fake.process(10, |p| p.comm("supervisord").cmdline(&["supervisord"])).unwrap();
    fake.process(20, |p| p.comm("web").ppid(10)).unwrap();
    // Started by a child of 20 that has ended.
    fake.process(30, |p| p.comm("helper").ppid(1).session(20).pgrp(20).link("cwd", "/srv"))
        .unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    let machine = Machine::look(&proc, fake.path(), true);
    let mut sample = sample::take(&proc, Needs::VERDICT).unwrap();
    let (_, judgement) = verdict::judge(&proc, &mut sample, &machine, &KnownServices::default());
    let of = |pid: u32| judgement.verdicts[sample.index_of(pid).unwrap()];
    assert_eq!(of(20).kind(), Kind::Daemon);
    assert_eq!(of(30).sub_kind, verdict::SubKind::Worker, "{:?}", of(30));
}
