//! Samples that no machine ever gave.

use process::fact::Fact;
use process::needs::Needs;
use process::process::{CgroupId, Extra, Process, ProcessKey};
use process::procfs::ProcFs;
use process::sample::{self, Sample};
use proptest::prelude::*;
use testkit::fakeproc::FakeProc;

const PF_KTHREAD: u32 = 0x0020_0000;

/// Control groups that mean different things.
pub const GROUPS: &[&str] = &[
    "/",
    "/init.scope",
    "/system.slice/web.service",
    "/system.slice/ssh.service",
    "/system.slice/cron.service/sub",
    "/user.slice/user-1000.slice/session-3.scope",
    "/user.slice/user-1000.slice/user@1000.service/init.scope",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/app-editor-7.scope",
    "/openrc/nginx",
    "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "/lxc.payload.a/system.slice/b.service",
    "/../../x.service",
    "/\u{1b}[2J/ \u{7}.service",
];

/// Names that rules know, and some that they don't.
pub const NAMES: &[&str] = &[
    "systemd",
    "init",
    "sshd",
    "cron",
    "bash",
    "-bash",
    "sh",
    "tmux: server",
    "screen",
    "nginx",
    "agetty",
    "login",
    "runsv",
    "supervise-daemo",
    "containerd-shim",
    "docker-init",
    "kworker/0:1",
    "[kthreadd]",
    "sudo",
    "su",
    "",
    "\u{1b}[2J",
    "a) S 1 1",
    "java",
];

pub const LINKS: &[&str] = &[
    "/dev/null",
    "/dev/pts/1",
    "/dev/pts/9 (deleted)",
    "pipe:[7]",
    "pipe:[8]",
    "socket:[9]",
    "/home/a/nohup.out",
    "/var/log/x",
    "/",
    "",
    "/run/service/web",
];

const ENVIRONMENTS: &[&str] = &[
    "",
    "INVOCATION_ID=1\0",
    "RC_SVCNAME=x\0",
    "SSH_CONNECTION=1 2 3 4\0",
    "TMUX=\0STY=1\0",
    "=\0==",
];

/// A process to be: indices into the lists above.
#[derive(Debug, Clone)]
pub struct Spec {
    ids: [i32; 5],
    start: u64,
    kernel: bool,
    state: u8,
    tty: u32,
    name: usize,
    group: Option<usize>,
    signals: [u32; 2],
    facts: [usize; 4],
    args: Option<Vec<usize>>,
    links: [usize; 3],
    environ: Option<usize>,
}

pub fn specs(count: usize) -> impl Strategy<Value = Vec<Spec>> {
    let id = || prop_oneof![6 => 0..12i32, 1 => Just(-1), 1 => any::<i32>()];
    let spec = (
        ([1..14i32, 0..14], [id(), id(), id()]),
        (
            0..20u64,
            prop::bool::weighted(0.15),
            prop::sample::select(&b"RSDTtZXI?"[..]),
            prop_oneof![Just(0u32), Just(34817), any::<u32>()],
        ),
        (0..NAMES.len(), prop::option::weighted(0.8, 0..GROUPS.len()), [0..4u32, 0..4]),
        (
            [0..5usize, 0..5, 0..5, 0..5],
            prop::option::of(prop::collection::vec(0..NAMES.len(), 0..4)),
        ),
        ([0..LINKS.len(), 0..LINKS.len(), 0..LINKS.len()], prop::option::of(0..ENVIRONMENTS.len())),
    )
        .prop_map(
            |(
                (low, high),
                (start, kernel, state, tty),
                (name, group, signals),
                (facts, args),
                (links, environ),
            )| Spec {
                ids: [low[0], low[1], high[0], high[1], high[2]],
                start,
                kernel,
                state,
                tty,
                name,
                group,
                signals,
                facts,
                args,
                links,
                environ,
            },
        );
    prop::collection::vec(spec, 0..count)
}

/// Samples with one process in each control group, from which others are made: once as they are
/// read from the first to the last, once from the last to the first.
pub struct Moulds {
    pub forwards: Sample,
    pub backwards: Sample,
}

impl Moulds {
    pub fn new() -> Moulds {
        let fake = FakeProc::new().unwrap();
        let pids: Vec<u32> = (1..=GROUPS.len() as u32).collect();
        for (pid, group) in pids.iter().zip(GROUPS) {
            fake.process(*pid, |p| p.cgroup(&format!("0::{group}"))).unwrap();
        }
        let proc = ProcFs::open(fake.path()).unwrap();
        let forwards = sample::of_pids(&proc, &pids, Needs::VERDICT);
        let reversed: Vec<u32> = pids.iter().rev().copied().collect();
        let backwards = sample::of_pids(&proc, &reversed, Needs::VERDICT);
        assert_ne!(forwards.cgroups[0], backwards.cgroups[0]);
        Moulds { forwards, backwards }
    }
}

/// The control group of this number in the list.
pub fn group(mould: &Sample, index: usize) -> Fact<CgroupId> {
    mould.by_pid(index as u32 + 1).unwrap().cgroup
}

/// One of the reasons for not knowing, or what is known.
fn unknown<T>(how: usize, known: T) -> Fact<T> {
    match how {
        0 => Fact::NotPermitted,
        1 => Fact::NotApplicable,
        2 => Fact::Unknown,
        _ => Fact::Known(known),
    }
}

/// The sample that these processes would be.
pub fn build(mould: &Sample, specs: &[Spec], duplicates: bool) -> Sample {
    let mut sample = mould.clone();
    let blank = mould.processes[0].clone();
    let link = |index: usize| Fact::Known(Box::from(LINKS[index].as_bytes()));
    sample.processes = specs
        .iter()
        .map(|spec| {
            let mut process: Process = blank.clone();
            process.key = ProcessKey { pid: spec.ids[0].unsigned_abs(), start_ticks: spec.start };
            process.comm = Box::from(NAMES[spec.name].as_bytes());
            let stat = &mut process.stat;
            (stat.state, stat.start_ticks, stat.tty_nr) = (spec.state, spec.start, spec.tty);
            (stat.ppid, stat.session, stat.pgrp, stat.tpgid) =
                (spec.ids[1].unsigned_abs(), spec.ids[2], spec.ids[3], spec.ids[4]);
            (stat.ignored, stat.caught) = (spec.signals[0], spec.signals[1]);
            stat.flags = if spec.kernel { PF_KTHREAD } else { 0 };
            process.euid = unknown(spec.facts[0], spec.start as u32 * 100);
            process.pid_namespace =
                unknown(spec.facts[1], 4_026_531_836 + spec.facts[2] as u64 / 4);
            process.cgroup = spec.group.map_or(Fact::NotPermitted, |index| group(mould, index));
            process.cmdline = spec.args.as_ref().map_or(Fact::NotPermitted, |args| {
                let text: Vec<u8> =
                    args.iter().flat_map(|&arg| [NAMES[arg].as_bytes(), b"\0"].concat()).collect();
                Fact::Known(text.into_boxed_slice())
            });
            process.extra = spec.environ.map(|environ| {
                Box::new(Extra {
                    exe: unknown(spec.facts[3], Box::from(LINKS[spec.links[0]].as_bytes())),
                    cwd: link(spec.links[1]),
                    stdio: [link(spec.links[0]), link(spec.links[1]), link(spec.links[2])],
                    environ: unknown(spec.facts[2], Box::from(ENVIRONMENTS[environ].as_bytes())),
                    ..Extra::default()
                })
            });
            process
        })
        .collect();
    sample.processes.sort_by_key(|process| (process.key.pid, process.key.start_ticks));
    if !duplicates {
        sample.processes.dedup_by_key(|process| process.key.pid);
    }
    sample
}
