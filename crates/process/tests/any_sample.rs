//! Verdicts on samples that no machine ever gave: any parents, sessions, groups, terminals, flags,
//! names and control groups, in circles and twice. There is one verdict for each process, kernel
//! threads and nothing else are the kernel's, and the order of reading changes nothing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::time::{Duration, Instant};

use process::chain::{self, Origin, Scene};
use process::evidence::{self, Serving};
use process::fact::Fact;
use process::machine::Machine;
use process::needs::Needs;
use process::process::Process;
use process::procfs::ProcFs;
use process::sample::{self, Sample};
use process::tree::Tree;
use process::verdict::{self, Judgement, Kind, KnownService, KnownServices, ServiceRef, classify};
use proptest::prelude::*;
use testkit::fakeproc::FakeProc;

mod common;
#[path = "any_sample/samples.rs"]
mod samples;
use common::Random;
use samples::{GROUPS, LINKS, Moulds, NAMES, build, group, specs};

fn any_machine() -> Machine {
    let fake = FakeProc::new().unwrap();
    Machine::look(&ProcFs::open(fake.path()).unwrap(), fake.path(), true)
}

fn known() -> KnownServices {
    let mut known = KnownServices::default();
    known.add_main_pid(7, KnownService { manager: "sysv", name: "seven".into() });
    known.add_program(b"/run/service/web", KnownService { manager: "openrc", name: "web".into() });
    known
}

fn judge(sample: &Sample, machine: &Machine) -> (Tree, Judgement) {
    let tree = Tree::new(sample);
    let judgement = classify(sample, &tree, machine, &known());
    (tree, judgement)
}

/// What must hold of the verdicts on any sample.
fn check(sample: &Sample, tree: &Tree, judgement: &Judgement) -> Result<(), TestCaseError> {
    let count = sample.processes.len();
    prop_assert_eq!(judgement.verdicts.len(), count);
    for (process, verdict) in sample.processes.iter().zip(&judgement.verdicts) {
        let kernel = process.stat.is_kernel_thread();
        prop_assert_eq!(kernel, verdict.kind() == Kind::Kernel, "{:?}: {:?}", process, verdict);
        prop_assert!(!(kernel && verdict.posing_as_kernel), "{:?}", process);
        prop_assert!(!verdict.because.is_empty());
        if let Some(service) = verdict.service {
            prop_assert!((service as usize) < judgement.services.len());
        }
    }
    let mut seen = vec![false; count];
    for index in tree.parents_first() {
        prop_assert!(!std::mem::replace(&mut seen[index], true), "{} comes twice", index);
        let above: Vec<usize> = tree.ancestors(index).collect();
        prop_assert!(above.len() < count, "a circle above {}", index);
        prop_assert!(above.iter().all(|&parent| seen[parent]), "{} comes before its parent", index);
        for &child in tree.children(index) {
            prop_assert_eq!(tree.parent(child as usize), Some(index));
        }
    }
    prop_assert!(seen.iter().all(|seen| *seen), "not all are in the tree");
    Ok(())
}

/// A verdict and its service, without indices.
fn readable(judgement: &Judgement) -> Vec<String> {
    let one = |index: usize| {
        let verdict = &judgement.verdicts[index];
        let service =
            judgement.service(index).map(|service| (service.manager, &service.name, service.how));
        format!(
            "{:?} {:?} {} {} {service:?}",
            verdict.sub_kind, verdict.confidence, verdict.because, verdict.posing_as_kernel
        )
    };
    (0..judgement.verdicts.len()).map(one).collect()
}

fn explain_all(sample: &Sample, tree: &Tree, judgement: &Judgement, machine: &Machine) {
    let origin = |_: &ServiceRef| Origin::default();
    let root = Path::new("/nonexistent");
    let scene = Scene { sample, tree, judgement, machine, root, origin: &origin };
    let serving = Serving { listens_on: vec!["*:80".into()], seen: true };
    for index in 0..sample.processes.len() {
        let links = chain::explain(&scene, index);
        assert!(links.len() <= 4 * sample.processes.len() + 20, "a chain of {} links", links.len());
        let _ = evidence::gather(sample, tree, judgement, machine, index, &serving);
    }
}

#[test]
fn verdicts_on_any_sample() {
    let (moulds, machine) = (Moulds::new(), any_machine());
    let mut contained = machine.clone();
    contained.container = Some("docker".into());
    proptest!(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() }, |(specs in specs(24))| {
        for machine in [&machine, &contained] {
            let sample = build(&moulds.forwards, &specs, false);
            let (tree, judgement) = judge(&sample, machine);
            check(&sample, &tree, &judgement)?;
            // Said again, it is the same; read in another order, too.
            prop_assert_eq!(&judge(&sample, machine).1.verdicts, &judgement.verdicts);
            let other = build(&moulds.backwards, &specs, false);
            prop_assert_eq!(readable(&judge(&other, machine).1), readable(&judgement));
            explain_all(&sample, &tree, &judgement, machine);
        }
    });
}

#[test]
fn verdicts_on_samples_with_everything_twice() {
    let (moulds, machine) = (Moulds::new(), any_machine());
    proptest!(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() }, |(specs in specs(40))| {
        let sample = build(&moulds.forwards, &specs, true);
        let (tree, judgement) = judge(&sample, &machine);
        check(&sample, &tree, &judgement)?;
        explain_all(&sample, &tree, &judgement, &machine);
    });
}

/// Reading on several threads and in any order gives the same sample and the same verdicts; what
/// [`verdict::judge`] says after reading more is what [`classify`] says of all that was read.
#[test]
fn the_order_of_reading_changes_nothing() {
    for seed in 1..=4 {
        let mut random = Random::new(seed);
        let fake = FakeProc::new().unwrap();
        let mut pids: Vec<u32> = (1..=150).collect();
        for &pid in &pids {
            let group = random.pick(GROUPS);
            let (ppid, session) =
                (random.below(pid as usize) as u32, random.below(pid as usize + 1) as i32);
            let name = *random.pick(NAMES);
            let stdin = *random.pick(&LINKS[..9]);
            let make = random.below(8);
            fake.process(pid, |p| {
                let p = p
                    .comm(name)
                    .cmdline(&[name])
                    .cgroup(&format!("0::{group}"))
                    .ppid(ppid)
                    .session(session)
                    .fd(0, stdin);
                match make {
                    0 => p.kernel_thread(name),
                    1 => p.zombie(),
                    2 | 3 => p.pts(1, session),
                    _ => p,
                }
            })
            .unwrap();
        }
        let proc = ProcFs::open(fake.path()).unwrap();
        let machine = Machine::look(&proc, fake.path(), true);
        let mut first: Option<Vec<String>> = None;
        for _ in 0..3 {
            let mut sample = sample::of_pids(&proc, &pids, Needs::VERDICT);
            assert_eq!(sample.processes.len(), 150);
            let (tree, judgement) = verdict::judge(&proc, &mut sample, &machine, &known());
            check(&sample, &tree, &judgement).unwrap();
            assert_eq!(
                classify(&sample, &Tree::new(&sample), &machine, &known()).verdicts,
                judgement.verdicts
            );
            assert!(
                readable(&judgement) == *first.get_or_insert_with(|| readable(&judgement)),
                "seed {seed}"
            );
            for at in (1..pids.len()).rev() {
                pids.swap(at, random.below(at + 1));
            }
        }
    }
}

/// Shapes in which every process is related to every other: a fork bomb must be looked at with the
/// machine's last strength.
#[test]
fn verdicts_take_linear_time() {
    type Shape = fn(u32, &mut Process);
    let shapes: &[(&str, Shape)] = &[
        ("children of one", |_, p| p.stat.ppid = 1),
        ("each the next one's parent", |pid, p| p.stat.ppid = pid - 1),
        ("one group", |_, p| (p.stat.ppid, p.stat.pgrp, p.stat.session) = (2, 2, 2)),
        ("one terminal", |_, p| {
            (p.stat.ppid, p.stat.pgrp, p.stat.session, p.stat.tty_nr) = (2, 2, 2, 34817)
        }),
        ("a circle", |pid, p| p.stat.ppid = if pid == 3 { 9_000 } else { pid - 1 }),
        ("groups of pairs", |pid, p| {
            (p.stat.ppid, p.stat.pgrp, p.stat.tty_nr) = (2, (pid / 2) as i32, 34817)
        }),
        ("all leaders", |pid, p| (p.stat.ppid, p.stat.session) = (1, pid as i32)),
        ("namespaces", |pid, p| (p.stat.ppid, p.pid_namespace) = (1, Fact::Known(u64::from(pid)))),
    ];
    let (moulds, machine) = (Moulds::new(), any_machine());
    let mut blank = moulds.forwards.processes[0].clone();
    blank.comm = Box::from(&b"bash"[..]);
    for (name, shape) in shapes {
        let took = |count: u32| {
            let mut sample = moulds.forwards.clone();
            sample.processes = (1..=count)
                .map(|pid| {
                    let mut process = blank.clone();
                    process.key.pid = pid;
                    (process.stat.session, process.stat.pgrp) = (2, pid as i32);
                    process.cgroup = group(&moulds.forwards, pid as usize % GROUPS.len());
                    if pid > 2 {
                        shape(pid, &mut process);
                    }
                    process
                })
                .collect();
            let time = |_| {
                let begun = Instant::now();
                let (_, judgement) = judge(&sample, &machine);
                assert_eq!(judgement.verdicts.len(), count as usize);
                begun.elapsed()
            };
            (0..3).map(time).min().unwrap_or(Duration::ZERO)
        };
        let (few, many) = (took(2_500), took(20_000));
        // Eight times as many: eight times as long, or a little more for the caches; a quadratic
        // rule would need sixty-four times as long.
        let bound = few.max(Duration::from_millis(2)) * 30;
        assert!(many < bound, "{name}: {few:?} for 2,500 and {many:?} for 20,000");
    }
}
