//! A `/proc` that no kernel would show: each file of a process replaced by garbage, cut anywhere,
//! emptied, missing, a directory, a FIFO, a device, megabytes long. A sample of it is taken in
//! time, others' processes are untouched by it, and what is shown of the broken one is whole.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs;
use std::path::Path;

use process::chain::{self, Origin, Scene};
use process::evidence::{self, Serving};
use process::fact::Fact;
use process::machine::Machine;
use process::needs::Needs;
use process::procfs::ProcFs;
use process::sample::{self, Sample};
use process::verdict::{self, Kind, KnownServices};
use process::{descriptors, maps, nearby};
use testkit::fakeproc::FakeProc;

mod common;
use common::{Random, in_time};

/// The one whose files are broken.
const BROKEN: u32 = 500;
const SERVICE: &str = "0::/system.slice/web.service";
const EVERYTHING: Needs = Needs(u64::MAX);

/// A small machine: init, a kernel thread, a service with a worker, a shell with a job, a zombie.
fn machine() -> FakeProc {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("systemd").cmdline(&["/sbin/init"]).cgroup("0::/init.scope"))
        .unwrap();
    fake.process(2, |p| p.kernel_thread("kthreadd")).unwrap();
    mend(&fake);
    fake.process(501, |p| p.comm("web").ppid(BROKEN).pgrp(500).session(500).cgroup(SERVICE))
        .unwrap();
    fake.process(600, |p| p.comm("bash").cmdline(&["-bash"]).pts(1, 601).cgroup("0::/user.slice"))
        .unwrap();
    fake.process(601, |p| p.comm("vi").ppid(600).pgrp(601).session(600).pts(1, 601)).unwrap();
    fake.process(602, |p| p.comm("gone").ppid(600).zombie()).unwrap();
    fake
}

/// Makes the broken one whole.
fn mend(fake: &FakeProc) {
    let web = |p: testkit::fakeproc::Process| {
        p.comm("web").cmdline(&["/usr/bin/web", "-d"]).cgroup(SERVICE).start_ticks(500)
    };
    fake.process(BROKEN, web).unwrap();
}

/// Everything that this room can say of a tree; it must neither panic nor hang.
fn look(root: &Path) -> Sample {
    let proc = ProcFs::open(root).unwrap();
    let mut sample = sample::take(&proc, EVERYTHING).unwrap();
    let machine = Machine::look(&proc, root, true);
    let known = KnownServices::default();
    let (tree, judgement) = verdict::judge(&proc, &mut sample, &machine, &known);
    assert_eq!(judgement.verdicts.len(), sample.processes.len());
    let origin = |_: &verdict::ServiceRef| Origin::default();
    let scene = Scene {
        sample: &sample,
        tree: &tree,
        judgement: &judgement,
        machine: &machine,
        root,
        origin: &origin,
    };
    for index in 0..sample.processes.len() {
        assert!(!chain::explain(&scene, index).is_empty());
        assert!(
            !evidence::gather(&sample, &tree, &judgement, &machine, index, &Serving::default())
                .is_empty()
        );
    }
    if let Ok(dir) = proc.process(BROKEN) {
        let _ = descriptors::count(&dir);
        let _ = maps::summarize(&dir);
    }
    let near = nearby::sample(&proc, &root.join("sys"), &[BROKEN], EVERYTHING);
    assert!(near.processes.len() <= sample.processes.len() + 1);
    sample
}

fn look_in_time(what: &str, fake: &FakeProc) -> Sample {
    let root = fake.path().to_owned();
    in_time(what, 20, move || look(&root))
}

/// What holds whatever is done to the files of [`BROKEN`].
fn check(what: &str, sample: &Sample) {
    for pid in [1, 2, 501, 600, 601, 602] {
        assert!(sample.by_pid(pid).is_some(), "{what}: process {pid} is missing");
    }
    for process in &sample.processes {
        assert_eq!(process.stat.start_ticks, process.key.start_ticks, "{what}");
        assert!(process.stat.threads > 0, "{what}");
    }
    // It is there, or it is said that it can't be made out, or it looks like one that ended.
    let here = sample.by_pid(BROKEN).is_some();
    let noted = sample.unreadable.iter().any(|(pid, _)| *pid == BROKEN);
    assert!(!(here && noted), "{what}: half there");
    assert!(
        sample.unreadable.iter().all(|(pid, _)| *pid == BROKEN),
        "{what}: {:?}",
        sample.unreadable
    );
}

/// Files of one process that are read by this room.
const FILES: &[&str] = &[
    "stat",
    "status",
    "cmdline",
    "cgroup",
    "environ",
    "io",
    "oom_score",
    "maps",
    "limits",
    "smaps_rollup",
    "smaps",
];
/// Links.
const LINKS: &[&str] =
    &["exe", "cwd", "root", "fd/0", "fd/1", "fd/2", "ns/pid", "ns/net", "ns/mnt"];
/// Files of the machine.
const MACHINE_FILES: &[&str] = &["stat", "meminfo", "loadavg", "uptime", "version"];

type Breakage = (&'static str, fn(&FakeProc, &str));

const BREAKAGES: &[Breakage] = &[
    ("missing", |fake, path| {
        fake.remove(path).unwrap();
    }),
    ("empty", |fake, path| {
        fake.raw(path, b"").unwrap();
    }),
    ("NULs", |fake, path| {
        fake.raw(path, [0; 5000]).unwrap();
    }),
    ("newlines", |fake, path| {
        fake.raw(path, b"\n".repeat(5000)).unwrap();
    }),
    ("parentheses", |fake, path| {
        fake.raw(path, b")(".repeat(5000)).unwrap();
    }),
    ("0xff", |fake, path| {
        fake.raw(path, [0xff; 5000]).unwrap();
    }),
    ("megabytes", |fake, path| {
        fake.raw(path, b"1 (x) S 1 1 1 1 1 0 0 0 \n".repeat(80_000)).unwrap();
    }),
    ("directory", |fake, path| {
        fake.remove(path).unwrap();
        fs::create_dir_all(fake.path().join(path)).unwrap();
    }),
    ("FIFO", |fake, path| {
        fake.remove(path).unwrap();
        fs::create_dir_all(fake.path().join(path).parent().unwrap()).unwrap();
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600));
        rustix::fs::mknodat(rustix::fs::CWD, fake.path().join(path), kind, mode, 0).unwrap();
    }),
    ("socket", |fake, path| {
        fake.remove(path).unwrap();
        drop(std::os::unix::net::UnixListener::bind(fake.path().join(path)).unwrap());
    }),
    ("link to itself", |fake, path| {
        fake.link(path, path.rsplit('/').next().unwrap()).unwrap();
    }),
    ("link to nothing", |fake, path| {
        fake.link(path, "/nonexistent/\u{1b}[2J").unwrap();
    }),
    ("link to zeros without end", |fake, path| {
        fake.link(path, "/dev/zero").unwrap();
    }),
    ("odd link", |fake, path| {
        fake.link(path, "pid:[18446744073709551616]").unwrap();
    }),
    ("long link", |fake, path| {
        fake.link(path, "x/".repeat(2000)).unwrap();
    }),
    ("no permission", |fake, path| {
        fake.raw(path, b"secret").unwrap().mode(path, 0).unwrap();
    }),
];

#[test]
fn any_file_of_a_process_may_be_anything() {
    let fake = machine();
    for (how, breakage) in BREAKAGES {
        for file in FILES.iter().chain(LINKS) {
            let what = format!("{file}: {how}");
            if file.contains("maps") && how.ends_with("end") {
                continue; // a map is as long as it is, and read to its end
            }
            mend(&fake);
            breakage(&fake, &format!("{BROKEN}/{file}"));
            let sample = look_in_time(&what, &fake);
            check(&what, &sample);
            if *file == "stat" {
                assert!(sample.by_pid(BROKEN).is_none(), "{what}: nothing is known without it");
            } else if !["missing", "link to nothing", "odd link", "long link"].contains(how) {
                // Others' absence means that the process ended; garbage in them does not.
                assert!(sample.by_pid(BROKEN).is_some(), "{what}: it is left out");
            }
        }
    }
}

#[test]
fn any_file_of_the_machine_may_be_anything() {
    for (how, breakage) in BREAKAGES {
        for file in MACHINE_FILES {
            if *file == "stat" && (*how == "missing" || how.contains("link")) {
                continue; // then it is no /proc
            }
            let what = format!("/proc/{file}: {how}");
            let fake = machine();
            breakage(&fake, file);
            check(&what, &look_in_time(&what, &fake));
        }
    }
}

#[test]
fn a_process_folder_may_be_anything() {
    for (how, breakage) in BREAKAGES {
        let what = format!("/proc/{BROKEN}: {how}");
        let fake = machine();
        breakage(&fake, &BROKEN.to_string());
        let sample = look_in_time(&what, &fake);
        check(&what, &sample);
        assert!(sample.by_pid(BROKEN).is_none(), "{what}");
    }
}

/// A text may end anywhere: what is made of it is what the whole one says, or nothing.
#[test]
fn a_text_may_be_cut_anywhere() {
    let fake = machine();
    let proc = ProcFs::open(fake.path()).unwrap();
    let whole = look(fake.path());
    let whole = whole.by_pid(BROKEN).unwrap();
    for file in ["stat", "status", "cgroup", "cmdline", "io", "oom_score"] {
        let path = format!("{BROKEN}/{file}");
        let text = fs::read(fake.path().join(&path)).unwrap();
        for length in 0..text.len() {
            fake.raw(&path, &text[..length]).unwrap();
            let sample = sample::of_pids(&proc, &[BROKEN], EVERYTHING);
            let Some(process) = sample.by_pid(BROKEN) else {
                assert_eq!(file, "stat", "cut at {length}");
                continue;
            };
            assert_eq!(
                (process.key, &process.stat),
                (whole.key, &whole.stat),
                "{file} cut at {length}"
            );
            assert_ne!(file, "stat", "a cut stat was believed: {length} of {}", text.len());
        }
        fake.raw(&path, &text).unwrap();
    }
}

/// Random bytes in all files at once.
#[test]
fn garbage_everywhere() {
    for seed in 1..=60 {
        let mut random = Random::new(seed);
        let fake = machine();
        for file in FILES {
            if random.below(3) > 0 {
                let length = random.below(600);
                let garbage: Vec<u8> = (0..length)
                    .map(|_| *random.pick(b"0123456789 \n\t:()/-\0\xff\x1babcS"))
                    .collect();
                fake.raw(format!("{BROKEN}/{file}"), garbage).unwrap();
            }
        }
        check(&format!("seed {seed}"), &look_in_time(&format!("seed {seed}"), &fake));
    }
}

/// Entries that only look like processes.
#[test]
fn only_numbers_are_processes() {
    let fake = machine();
    for name in ["0", "00500", "99999999999", "4294967295", "-5", "5x", " 7", "\u{1b}[2J", "٣"] {
        fs::create_dir_all(fake.path().join(name)).unwrap();
    }
    check("odd names", &look_in_time("odd names", &fake));
}

/// Zombies, and those that another user owns, are there with what is known of them.
#[test]
fn what_a_process_has_not_is_told_from_what_was_not_asked() {
    let fake = machine();
    let sample = look(fake.path());
    let zombie = sample.by_pid(602).unwrap();
    assert!(zombie.stat.is_zombie() && zombie.args().next().is_none());
    let thread = sample.by_pid(2).unwrap();
    assert_eq!(
        (&thread.cmdline, thread.pid_namespace),
        (&Fact::NotApplicable, Fact::NotApplicable)
    );
}

/// Parents in circles, a parent of itself, a session of nobody: verdicts come, and soon.
#[test]
fn circles_of_parents() {
    let fake = FakeProc::new().unwrap();
    for pid in 10..14 {
        fake.process(pid, |p| p.ppid(10 + (pid - 9) % 4).session(77).pgrp(-1)).unwrap();
    }
    fake.process(20, |p| p.ppid(20)).unwrap();
    fake.process(21, |p| {
        p.ppid(u32::MAX).session(i32::MIN).pgrp(i32::MIN).tty(0xfff, 0xf_ffff, i32::MIN)
    })
    .unwrap();
    fake.process(22, |p| {
        p.ppid(20).start_ticks(u64::MAX).cpu_ticks(u64::MAX, u64::MAX).nice(i32::MIN / 2).threads(9)
    })
    .unwrap();
    let sample = look_in_time("circles", &fake);
    assert_eq!(sample.processes.len(), 7);
    assert!(sample.unreadable.is_empty(), "{:?}", sample.unreadable);
}

/// A process may end between any two reads: here, as files that go one after the other.
#[test]
fn a_process_that_ends_while_it_is_read_is_left_out_whole() {
    let fake = machine();
    let order = ["ns/pid", "fd/0", "exe", "environ", "cgroup", "cmdline", "stat"];
    for gone in 1..=order.len() {
        mend(&fake);
        for file in &order[..gone] {
            fake.remove(format!("{BROKEN}/{file}")).unwrap();
        }
        let sample = look(fake.path());
        let here = sample.by_pid(BROKEN).is_some();
        assert_eq!(here, gone < 5, "without {:?}", &order[..gone]);
        assert!(sample.unreadable.is_empty());
    }
    mend(&fake);
    assert!(look(fake.path()).by_pid(BROKEN).is_some());
}

/// The same pid is another process by the time of the second look.
#[test]
fn a_pid_that_was_given_to_another_process_is_not_mixed_with_the_first() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("init")).unwrap();
    fake.process(50, |p| p.comm("first").start_ticks(100)).unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    // Not for a verdict, so that no directory is kept open.
    let mut sample = sample::take(&proc, Needs::CMDLINE).unwrap();
    fake.process(50, |p| p.comm("second").start_ticks(200).link("cwd", "/second")).unwrap();
    sample::deepen(&proc, &mut sample, &[0, 1], Needs::DETACHMENT);
    assert!(sample.by_pid(1).is_some_and(|init| init.extra.is_some()));
    assert!(sample.by_pid(50).is_none(), "the second process's folder under the first one's name");
    // With its directory open, what is gone is gone, whoever has its pid now.
    let mut sample = sample::take(&proc, Needs::VERDICT).unwrap();
    fake.process(50, |p| p.comm("third").start_ticks(300).link("cwd", "/third")).unwrap();
    sample::deepen(&proc, &mut sample, &[0, 1], Needs::DETACHMENT);
    assert!(sample.by_pid(50).is_none());
}

/// Rules ask for some processes twice; one that has ended is left out, and no other one with it.
#[test]
fn a_process_that_was_asked_for_twice_is_left_out_once() {
    let fake = machine();
    let proc = ProcFs::open(fake.path()).unwrap();
    let mut sample = sample::take(&proc, Needs::VERDICT).unwrap();
    let count = sample.processes.len();
    for pid in [BROKEN, 601] {
        fake.remove(pid.to_string()).unwrap();
    }
    let (one, other) = (sample.index_of(BROKEN).unwrap(), sample.index_of(601).unwrap());
    sample::deepen(&proc, &mut sample, &[other, one, other, one, 99, one], Needs::DETACHMENT);
    assert_eq!(sample.processes.len(), count - 2);
    assert!(
        sample.by_pid(BROKEN).is_none()
            && sample.by_pid(601).is_none()
            && sample.by_pid(602).is_some()
    );
}

/// No `/proc` at all.
#[test]
fn what_is_no_proc_is_said_to_be_none() {
    let dir = std::env::temp_dir().join(format!("no-proc-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let empty = ProcFs::open(&dir).unwrap_err().to_string();
    fs::write(dir.join("file"), "").unwrap();
    let file = ProcFs::open(&dir.join("file")).unwrap_err().to_string();
    let absent = ProcFs::open(&dir.join("absent")).unwrap_err().to_string();
    fs::remove_dir_all(&dir).unwrap();
    assert!(empty.contains("mount -t proc"), "{empty}");
    assert!(file.contains("Not a directory") && absent.contains("No such file"), "{file} {absent}");
}

/// A machine with nothing at all running is a machine.
#[test]
fn no_processes() {
    let fake = FakeProc::new().unwrap();
    let proc = ProcFs::open(fake.path()).unwrap();
    let mut sample = sample::take(&proc, EVERYTHING).unwrap();
    let machine = Machine::look(&proc, fake.path(), true);
    let (_, judgement) = verdict::judge(&proc, &mut sample, &machine, &KnownServices::default());
    assert!(judgement.verdicts.iter().all(|verdict| verdict.kind() != Kind::Daemon));
    assert!(judgement.verdicts.is_empty());
}
