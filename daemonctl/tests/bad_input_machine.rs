//! Machines that hide, lack or limit things: `hidepid`, no `/proc`, another user, no descriptors,
//! no threads, little memory, outputs that are closed, full or broken.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use bad_input::{
    Folder, Run, commands, daemonctl, daemonctl_at, in_ps, keep, plain, public, root, run, shell,
};
use std::fs;
use std::process::{Command, Stdio};
use testkit::fakeproc::FakeProc;

/// As a user without any right.
const NOBODY: &str = "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs";

/// Every subcommand that looks, on processes that are always there: init, and a kernel thread if
/// there is one.
fn lines() -> Vec<String> {
    let mut lines: Vec<String> = commands()
        .into_iter()
        .filter(|command| command != "kill")
        .map(|command| match command.as_str() {
            "explain" | "files" | "maps" | "signals" => format!("{command} 1"),
            _ => command,
        })
        .collect();
    lines.extend([
        "".to_owned(),
        "explain 2".to_owned(),
        "ps --columns +exe,cwd,fds,io-read,swap,pss,caps".to_owned(),
    ]);
    let json = lines.iter().map(|line| format!("{line} --json")).collect::<Vec<_>>();
    lines.extend(json);
    lines
}

fn check_json(run: &Run) {
    run.check();
    if run.what.contains("--json") && run.code == Some(0) {
        run.json();
    }
}

#[test]
fn as_a_user_without_rights() {
    if !root("what others may see") {
        return;
    }
    for line in lines() {
        let seen = shell(&format!("exec {NOBODY} $DAEMONCTL {line}"));
        check_json(&seen);
        // What it can't see it says so, and does the rest.
        if ["ps", "tree", "explain 1"].iter().any(|easy| line.starts_with(easy)) {
            seen.good();
        }
    }
    let all = shell(&format!("exec {NOBODY} $DAEMONCTL ps --json --columns +exe,cwd,io-read"));
    let document = all.good().json();
    let processes = document["processes"].as_array().unwrap();
    let init = processes.iter().find(|one| one["pid"] == 1).unwrap();
    assert_eq!(init["exe"], serde_json::Value::Null);
    assert_eq!(init["unavailable"]["exe"], "not_permitted", "{init}");
    assert_eq!(init["unavailable"]["io_read_bytes"], "not_permitted", "{init}");
    let own = processes.iter().find(|one| one["uid"] == 65534).unwrap();
    assert!(own["exe"].as_str().unwrap().ends_with("daemonctl"), "{own}");
}

/// A `/proc` in which others' processes are hidden, in a mount namespace of its own.
#[test]
fn hidden_processes() {
    if !root("hidepid") {
        return;
    }
    for hide in ["1", "2", "ptraceable"] {
        let there =
            format!("mount -t proc -o hidepid={hide} proc /proc && exec {NOBODY} $DAEMONCTL");
        for line in lines() {
            let seen = shell(&format!("unshare --mount sh -c '{there} {line}'"));
            check_json(&seen);
            if line.starts_with("ps") || line.starts_with("tree") {
                seen.good();
            }
            if line.starts_with("explain 1") {
                seen.refused(if hide == "ptraceable" || hide == "2" {
                    4
                } else {
                    seen.code.unwrap()
                });
            }
        }
        let all = shell(&format!("unshare --mount sh -c '{there} ps --json'"));
        let document = all.good().json();
        let own = document["processes"].as_array().unwrap();
        assert!(
            !own.is_empty() && own.iter().all(|one| one["uid"] == 65534),
            "hidepid={hide}: {}",
            own.len()
        );
    }
}

#[test]
fn no_proc() {
    let empty = Folder::new();
    let root_option = ["--proc-root", empty.path().to_str().unwrap()];
    for line in lines() {
        let mut args: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        args.extend(root_option);
        let seen = daemonctl(&args);
        seen.refused(1);
        assert!(seen.err().contains("mount -t proc"), "{line}: {}", seen.err());
    }
    for place in ["/nonexistent", "/etc/passwd", "/dev/null", "", "\u{1b}[2J"] {
        daemonctl(&["ps", "--proc-root", place]).refused(if place.is_empty() { 2 } else { 1 });
    }
    if !root("an unmounted /proc") {
        return;
    }
    for hide in ["mount -t tmpfs none /proc", "umount --lazy /proc"] {
        for line in lines() {
            let seen = shell(&format!("unshare --mount sh -c '{hide} && exec $DAEMONCTL {line}'"));
            seen.refused(1);
            assert!(seen.err().contains("/proc"), "{hide}: {line}: {}", seen.err());
        }
    }
}

/// Nothing else than `/proc` is there: no users, no `/run`, no `/sys`, no libraries' files.
#[test]
fn nothing_but_proc() {
    if !root("a root folder without anything") {
        return;
    }
    let fake = Folder::new();
    for line in lines() {
        let mut command = Command::new(bad_input::PROGRAM);
        let words = line.split(' ').filter(|word| !word.is_empty());
        check_json(&run(plain(&mut command).arg("--system-root").arg(fake.path()).args(words)));
    }
    for folder in ["/sys", "/run", "/etc", "/dev", "/tmp"] {
        let hide = if folder == "/tmp" {
            "true".to_owned()
        } else {
            format!("mount -t tmpfs none {folder}")
        };
        for line in ["ps", "explain 1", "", "ps --json --columns +started"] {
            check_json(&shell(&format!("unshare --mount sh -c '{hide}; exec $DAEMONCTL {line}'")));
        }
    }
}

/// What cannot be written is an error, but for a pipe that nobody reads any more.
#[test]
fn outputs_that_take_nothing() {
    for line in lines() {
        let full = shell(&format!("exec $DAEMONCTL {line} >/dev/full"));
        full.check();
        if full.code != Some(4) && !full.err().contains("not permitted") {
            assert_eq!(full.code, Some(1), "{line}: {}", full.err());
            assert!(full.err().contains("No space left"), "{line}: {}", full.err());
        }
        for closed in [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"] {
            let seen = shell(&format!("$DAEMONCTL {line} {closed}; echo $? >&9"));
            assert!(!seen.err().contains("panicked"), "{line} {closed}: {}", seen.err());
        }
        let broken =
            shell(&format!("$DAEMONCTL {line} | true; $DAEMONCTL {line} | head -c 1 >/dev/null"));
        assert!(
            broken.err.is_empty()
                || broken.err().contains("nothing listens")
                || broken.err().contains("not permitted"),
            "{line}: {}",
            broken.err()
        );
    }
    // An error that can't be told is still an error.
    assert_eq!(shell("$DAEMONCTL nosuch 2>/dev/full").code, Some(2));
    assert_eq!(shell("$DAEMONCTL explain no-such-process 2>&-").code, Some(4));
    assert_eq!(shell("$DAEMONCTL --help >/dev/full 2>/dev/full; true").code, Some(0));
}

/// Few descriptors: everything is still there, since nothing is kept open that need not be.
#[test]
fn few_descriptors() {
    let fake = FakeProc::new().unwrap();
    for pid in 1..=300 {
        fake.process(pid, |p| p.comm("daemon").cgroup("0::/")).unwrap();
    }
    let all = daemonctl_at(fake.path(), &["ps", "--json"]).good().json();
    for limit in [12, 16, 20, 70, 100] {
        let script = format!(
            "ulimit -n {limit}; exec $DAEMONCTL ps --json --proc-root {0} --system-root {0}",
            fake.path().display()
        );
        let few = shell(&script);
        let document = few.good().json();
        assert_eq!(document["notes"], serde_json::json!([]), "with {limit} descriptors");
        let verdicts = |document: &serde_json::Value| {
            let list = document["processes"].as_array().unwrap();
            list.iter().map(|one| (one["pid"].clone(), one["verdict"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&document), verdicts(&all), "with {limit} descriptors");
        for line in lines() {
            check_json(&shell(&format!("ulimit -n {limit}; exec $DAEMONCTL {line}")));
        }
    }
    // With none at all it can't be done, and that is said.
    for limit in [3, 4, 5] {
        let none = shell(&format!("ulimit -n {limit}; exec $DAEMONCTL ps --json"));
        if none.code == Some(0) {
            assert!(
                !none.json()["processes"].as_array().unwrap().is_empty(),
                "an empty list with {limit} descriptors"
            );
        } else {
            assert!(!none.err().contains("panicked"), "{}", none.err());
        }
    }
}

/// No threads may be started.
#[test]
fn no_threads() {
    if !root("RLIMIT_NPROC of another user") {
        return;
    }
    // The limit is the user's: one that has no other processes.
    let user = "setpriv --reuid 64321 --regid 64321 --clear-groups";
    let fake = FakeProc::new().unwrap();
    for pid in 1..=300 {
        fake.process(pid, |p| p.comm("daemon")).unwrap();
    }
    let script = format!(
        "exec {user} prlimit --nproc=1 $DAEMONCTL ps --json --proc-root {0} --system-root {0}",
        fake.path().display()
    );
    let alone = shell(&script);
    assert_eq!(alone.good().json()["processes"].as_array().unwrap().len(), 300);
    for line in lines() {
        check_json(&shell(&format!("exec {user} prlimit --nproc=1 $DAEMONCTL {line}")));
    }
}

/// Little memory: done, or ended in an orderly way.
#[test]
fn little_memory() {
    let program = public().display();
    // The program as it is built for tests takes some forty of them for its code.
    for megabytes in [80, 120, 300] {
        let limit = format!("ulimit -v {}", megabytes * 1024);
        let seen = shell(&format!("{limit}; {program} ps >/dev/null"));
        seen.good();
    }
    let small = shell(&format!("ulimit -s 256; {program} ps >/dev/null"));
    small.good();
}

/// The machine's own clock and figures may be anything.
#[test]
fn absurd_figures() {
    let fake = FakeProc::new().unwrap();
    let max = u64::MAX;
    fake.process(1, |p| p.comm("init")).unwrap();
    fake.process(2, |p| {
        p.start_ticks(max).cpu_ticks(max, max).uid(u32::MAX).nice(-2_000_000_000).threads(1)
    })
    .unwrap();
    let stat = fs::read_to_string(fake.path().join("2/stat")).unwrap();
    let huge = stat
        .replace(" 8388608 ", " 18446744073709551615 ")
        .replace(" 256 ", " 18446744073709551615 ");
    assert_ne!(stat, huge);
    fake.raw("2/stat", huge).unwrap();
    fake.raw("meminfo", format!("MemTotal: {max} kB\nMemAvailable: {max} kB\n")).unwrap();
    fake.raw("loadavg", "1e308 inf nan 1/1 1\n").unwrap();
    fake.raw("2/io", format!("read_bytes: {max}\nwrite_bytes: {max}\n")).unwrap();
    for line in [
        &["ps"][..],
        &["ps", "--json"],
        &["ps", "--csv", "--columns", "pid,rss,virtual,cpu,time,age,started,io-read,nice"],
        &["ps", "--columns", "+started,time,cpu,virtual,io-read"],
        &["tree"],
        &["explain", "2"],
        &["explain", "2", "--json"],
        &["--json"],
        &[],
    ] {
        let seen = daemonctl_at(fake.path(), line);
        seen.good();
        if line.contains(&"--json") {
            seen.json();
        }
    }
}

/// Every file of a process broken in turn, as the program sees it.
#[test]
fn broken_files() {
    let fake = FakeProc::new().unwrap();
    fake.process(1, |p| p.comm("init")).unwrap();
    let web = |p: testkit::fakeproc::Process| p.comm("web").cgroup("0::/system.slice/web.service");
    for file in
        ["stat", "status", "cmdline", "cgroup", "environ", "io", "limits", "maps", "oom_score"]
    {
        for garbage in [&b"\xff\x1b[2J\n\0"[..], b"", b"(((", b"1:\x1b]0;x\x07:/\x1b[2J\n"] {
            fake.process(7, web).unwrap();
            fake.raw(format!("7/{file}"), garbage).unwrap();
            for line in [
                &["ps"][..],
                &["ps", "--json", "--columns", "+swap,io-read,oom"],
                &["explain", "7"],
                &["explain", "7", "--json"],
            ] {
                let seen = daemonctl_at(fake.path(), line);
                check_json(&seen);
                let gone = line[0] == "explain" && file == "stat";
                assert_eq!(
                    seen.code,
                    Some(if gone { 4 } else { 0 }),
                    "{file}: {}: {}",
                    seen.what,
                    seen.err()
                );
            }
        }
    }
    // What can't be made out is said, in the table too.
    fake.process(7, web).unwrap().raw("7/stat", "garbage").unwrap();
    let notes = daemonctl_at(fake.path(), &["ps", "--json"]).good().json()["notes"].clone();
    assert_eq!(notes[0]["what"], "process 7", "{notes}");
    let table = daemonctl_at(fake.path(), &["ps"]);
    assert!(format!("{}{}", table.out(), table.err()).contains("/proc/7/stat"), "{}", table.err());
}

/// Standard input is nobody's business but for questions.
#[test]
fn any_standard_input() {
    let own = keep(&mut Command::new("/bin/cat"));
    assert_eq!(in_ps(own.pid())["comm"], "cat");
    for input in ["/dev/null", "/dev/zero", "/", "/dev/full"] {
        let mut command = Command::new("sh");
        plain(&mut command)
            .args(["-c", &format!("exec {} ps < {input}", bad_input::PROGRAM)])
            .stderr(Stdio::null());
        run(&mut command).good();
    }
}
