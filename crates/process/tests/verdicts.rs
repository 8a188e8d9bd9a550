//! The rules, case by case, on made-up machines. What real systems look like is tested in boxes; here
//! stand the cases that no box has, and those on which a rule once was wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use process::machine::Machine;
use process::needs::Needs;
use process::procfs::ProcFs;
use process::sample;
use process::verdict::{self, KnownService, KnownServices, SubKind, Verdict};
use testkit::fakeproc::FakeProc;

/// Judges a made-up machine whose pid 1 is systemd.
fn judged(fake: &FakeProc, pid: u32) -> Verdict {
    judged_with(fake, pid, &KnownServices::default())
}

fn judged_with(fake: &FakeProc, pid: u32, known: &KnownServices) -> Verdict {
    let proc = ProcFs::open(fake.path()).unwrap();
    let machine = Machine::look(&proc, fake.path(), false);
    let mut sample = sample::take(&proc, Needs::VERDICT).unwrap();
    let (_, judgement) = verdict::judge(&proc, &mut sample, &machine, known);
    judgement.verdicts[sample.index_of(pid).unwrap()]
}

fn machine() -> FakeProc {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| {
        p.comm("systemd").session(1).pgrp(1).cgroup("0::/init.scope").namespace("pid", 7)
    })
    .unwrap();
    fake
}

const SSH: &str = "0::/system.slice/ssh.service";

/// An sshd that listens (10), one of a login (20, 21), and the login's shell (30) on a terminal,
/// all in the group of ssh.service, as where no logind is.
fn machine_with_login() -> FakeProc {
    let fake = machine();
    let ssh = |pid: u32, ppid: u32, session: i32| {
        fake.process(pid, |p| {
            p.comm("sshd").ppid(ppid).session(session).pgrp(session).cgroup(SSH).namespace("pid", 7)
        })
        .unwrap();
    };
    ssh(10, 1, 10);
    ssh(20, 10, 20);
    ssh(21, 20, 20);
    fake.process(30, |p| {
        p.comm("bash")
            .cmdline(&["-bash"])
            .ppid(21)
            .session(30)
            .pgrp(30)
            .tty(136, 1, 30)
            .cgroup(SSH)
            .namespace("pid", 7)
    })
    .unwrap();
    fake
}

#[test]
fn a_login_inside_the_group_of_a_service_is_not_the_service() {
    let fake = machine_with_login();
    assert_eq!(judged(&fake, 10).sub_kind, SubKind::Managed);
    assert_eq!(judged(&fake, 21).sub_kind, SubKind::Worker);
    assert_eq!(judged(&fake, 30).sub_kind, SubKind::InteractiveShell);
}

#[test]
fn what_a_login_left_behind_in_the_group_is_not_the_service_either() {
    let fake = machine_with_login();
    let orphan = |pid: u32, environ: &[&str]| {
        fake.process(pid, |p| {
            p.comm("sleep")
                .ppid(1)
                .session(99)
                .pgrp(pid as i32)
                .cgroup(SSH)
                .environ(environ)
                .link("cwd", "/home/a")
                .namespace("pid", 7)
        })
        .unwrap();
    };
    orphan(40, &["SSH_CONNECTION=::1 1 ::1 22"]);
    orphan(41, &["HOME=/root"]);
    orphan(42, &["INVOCATION_ID=00"]);
    assert_eq!(judged(&fake, 40).sub_kind, SubKind::OrphanedJob);
    assert_eq!(judged(&fake, 41).sub_kind, SubKind::OrphanedJob);
    assert_eq!(judged(&fake, 42).sub_kind, SubKind::Managed);
}

#[test]
fn a_command_without_terminal_below_sshd_is_remote() {
    let fake = machine_with_login();
    fake.process(50, |p| {
        p.comm("rsync").ppid(21).session(50).pgrp(50).cgroup(SSH).namespace("pid", 7)
    })
    .unwrap();
    fake.process(51, |p| {
        p.comm("sh").ppid(50).session(50).pgrp(50).cgroup(SSH).namespace("pid", 7)
    })
    .unwrap();
    assert_eq!(judged(&fake, 50).sub_kind, SubKind::RemoteCommand);
    assert_eq!(judged(&fake, 51).sub_kind, SubKind::RemoteCommand);
}

#[test]
fn a_name_alone_makes_no_kernel_thread() {
    let fake = machine();
    fake.process(2, |p| p.kernel_thread("kthreadd")).unwrap();
    fake.process(60, |p| {
        p.comm("kworker/0:1")
            .cmdline(&["[kworker/0:1]"])
            .ppid(2)
            .session(60)
            .pgrp(60)
            .namespace("pid", 7)
    })
    .unwrap();
    assert_eq!(judged(&fake, 2).sub_kind, SubKind::KernelThread);
    let impostor = judged(&fake, 60);
    assert!(impostor.posing_as_kernel);
    assert_eq!(impostor.sub_kind, SubKind::Worker, "the kernel started it as a helper program");
}

#[test]
fn daemons_and_jobs_without_a_starter_are_told_apart() {
    let null = |p: testkit::fakeproc::Process| {
        p.fd(0, "/dev/null").fd(1, "/dev/null").fd(2, "/dev/null").namespace("pid", 7)
    };
    let pts = |p: testkit::fakeproc::Process| {
        p.fd(0, "/dev/pts/1").fd(1, "/dev/pts/1").fd(2, "/dev/pts/1").namespace("pid", 7)
    };
    let fake = machine();
    // daemon(3): a session of its own, at the root, off the terminal.
    fake.process(70, |p| null(p.comm("a").ppid(1).session(70).pgrp(70)).link("cwd", "/")).unwrap();
    // Forked twice: the session's leader is gone, and it stays in its process group.
    fake.process(71, |p| null(p.comm("b").ppid(1).session(68).pgrp(68)).link("cwd", "/")).unwrap();
    // setsid sleep &
    fake.process(72, |p| pts(p.comm("sleep").ppid(1).session(72).pgrp(72)).link("cwd", "/root"))
        .unwrap();
    // nohup sleep &, and then the end of the login: a job has a process group of its own.
    fake.process(73, |p| {
        null(p.comm("sleep").ppid(1).session(67).pgrp(73)).ignores(&[1]).link("cwd", "/")
    })
    .unwrap();
    // (sleep &) in a remote command, all in one process group.
    fake.process(74, |p| null(p.comm("sleep").ppid(1).session(66).pgrp(66)).link("cwd", "/root"))
        .unwrap();
    // redis-server --daemonize yes: does not leave the folder, but handles signals.
    fake.process(75, |p| {
        null(p.comm("redis").ppid(1).session(75).pgrp(75))
            .catches(&[15])
            .ignores(&[1])
            .link("cwd", "/root")
    })
    .unwrap();
    fake.process(76, |p| null(p.comm("SCREEN").ppid(1).session(76).pgrp(76)).link("cwd", "/root"))
        .unwrap();
    // The same as 70 and 71, with a pipe of whoever started them: jobs of a script run in the root.
    let pipe = |p: testkit::fakeproc::Process| {
        p.fd(0, "/dev/null")
            .fd(1, "pipe:[9]")
            .fd(2, "pipe:[9]")
            .link("cwd", "/")
            .namespace("pid", 7)
    };
    fake.process(77, |p| pipe(p.comm("sleep").ppid(1).session(77).pgrp(77))).unwrap();
    fake.process(78, |p| pipe(p.comm("sleep").ppid(1).session(65).pgrp(65))).unwrap();
    for (pid, expected) in [
        (70, SubKind::SelfDetached),
        (71, SubKind::SelfDetached),
        (72, SubKind::DetachedJob),
        (73, SubKind::NohupJob),
        (74, SubKind::OrphanedJob),
        (75, SubKind::SelfDetached),
        (76, SubKind::SelfDetached),
        (77, SubKind::DetachedJob),
        (78, SubKind::OrphanedJob),
    ] {
        let verdict = judged(&fake, pid);
        assert_eq!(verdict.sub_kind, expected, "{pid}: {verdict:?}");
    }
}

#[test]
fn a_display_managers_session_is_the_users() {
    let fake = machine();
    let session = "0::/user.slice/user-1000.slice/session-2.scope";
    let display = "0::/system.slice/lightdm.service";
    fake.process(80, |p| {
        p.comm("lightdm").ppid(1).session(80).pgrp(80).cgroup(display).namespace("pid", 7)
    })
    .unwrap();
    fake.process(81, |p| {
        p.comm("lightdm").ppid(80).session(81).pgrp(81).cgroup(session).namespace("pid", 7)
    })
    .unwrap();
    assert_eq!(judged(&fake, 80).sub_kind, SubKind::Managed);
    assert_eq!(judged(&fake, 81).sub_kind, SubKind::Worker);
}

#[test]
fn supervisors_and_what_they_supervise() {
    let fake = machine();
    fake.process(90, |p| p.comm("runsvdir").ppid(1).session(90).pgrp(90).namespace("pid", 7))
        .unwrap();
    fake.process(91, |p| {
        p.comm("runsv").cmdline(&["runsv", "web"]).ppid(90).session(91).pgrp(91).namespace("pid", 7)
    })
    .unwrap();
    fake.process(92, |p| p.comm("httpd").ppid(91).session(91).pgrp(91).namespace("pid", 7))
        .unwrap();
    // As the child of another daemon, too.
    fake.process(93, |p| p.comm("nginx").ppid(1).session(93).pgrp(93).namespace("pid", 7)).unwrap();
    fake.process(94, |p| p.comm("runsvdir").ppid(93).session(93).pgrp(93).namespace("pid", 7))
        .unwrap();
    assert_eq!(judged(&fake, 94).sub_kind, SubKind::ServiceManager);
    assert_eq!(judged(&fake, 90).sub_kind, SubKind::ServiceManager);
    assert_eq!(judged(&fake, 91).sub_kind, SubKind::ServiceManager);
    let supervised = judged(&fake, 92);
    assert_eq!(supervised.sub_kind, SubKind::Managed);
    assert!(supervised.service.is_some());
}

#[test]
fn a_pid_file_outranks_what_the_process_shows_of_itself() {
    let fake = machine();
    fake.process(95, |p| {
        p.comm("odd")
            .ppid(1)
            .session(95)
            .pgrp(95)
            .fd(0, "/dev/pts/1")
            .link("cwd", "/root")
            .namespace("pid", 7)
    })
    .unwrap();
    let mut known = KnownServices::default();
    assert_eq!(judged_with(&fake, 95, &known).sub_kind, SubKind::DetachedJob);
    known.add_main_pid(95, KnownService { manager: "sysv", name: "odd".to_owned() });
    assert_eq!(judged_with(&fake, 95, &known).sub_kind, SubKind::Managed);
}

#[test]
fn a_zombie_leader_leads_nothing() {
    let fake = machine();
    fake.process(100, |p| p.comm("sh").ppid(1).session(100).pgrp(100).zombie()).unwrap();
    fake.process(101, |p| {
        p.comm("d")
            .ppid(1)
            .session(100)
            .pgrp(100)
            .fd(0, "/dev/null")
            .fd(1, "/dev/null")
            .fd(2, "/dev/null")
            .link("cwd", "/")
            .namespace("pid", 7)
    })
    .unwrap();
    assert_eq!(judged(&fake, 101).sub_kind, SubKind::SelfDetached);
}
