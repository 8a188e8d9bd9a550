//! Real processes that nobody expects: evil names and arguments, none at all, zombies, stopped
//! ones, ones that come and go. Every subcommand says what they are, and none lets through what
//! they would do to a terminal.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use std::fs;
use std::process::{Command, Stdio};

use bad_input::odd::{EVIL, named, perl, with_arguments, without_arguments};
use bad_input::{Folder, Kept, Run, daemonctl, in_ps, keep, look_by_all, shell, until};
use serde_json::Value;

/// The bytes of a string in JSON: its hex where it was no UTF-8.
fn bytes(object: &Value, key: &str) -> Vec<u8> {
    match object[format!("{key}_hex")].as_str() {
        Some(hex) => (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect(),
        None => {
            object[key].as_str().unwrap_or_else(|| panic!("no {key}: {object}")).as_bytes().to_vec()
        }
    }
}

/// The process that was asked for was there; that it has no ports is said with status 4.
#[track_caller]
fn was_there(run: &Run) {
    let ports = run.what.contains("\"ports\"");
    assert!(run.code == Some(0) || ports && run.code == Some(4), "{}: {}", run.what, run.err());
}

#[test]
fn names_and_arguments_that_are_something_else() {
    let folder = Folder::new();
    let named: Vec<(Kept, &[u8])> = EVIL.iter().map(|name| (named(&folder, name), *name)).collect();
    let document = daemonctl(&["ps", "--json"]).good().json();
    for (process, name) in &named {
        let list = document["processes"].as_array().unwrap();
        let found = list.iter().find(|one| one["pid"] == process.pid()).unwrap();
        let cut = &name[..name.len().min(15)];
        assert_eq!(bytes(found, "comm"), cut, "{found}");
        assert_eq!(found["verdict"]["posing_as_kernel"], name.starts_with(b"[kthreadd"), "{found}");
        assert_ne!(found["verdict"]["kind"], "kernel");
    }
    let pids: Vec<u32> = named.iter().map(|(process, _)| process.pid()).collect();
    for run in look_by_all(&pids) {
        was_there(&run);
    }
    // One row for each process, whatever is in its name.
    let pids = daemonctl(&["ps", "--no-header", "--columns", "pid,comm,args"]);
    for line in pids.good().out().lines() {
        let first = line.split_whitespace().next().unwrap_or_default();
        assert!(first.parse::<u32>().is_ok(), "a line of no process: {line:?}");
    }
    daemonctl(&["ps", "--csv", "--columns", "pid,comm,args,cwd,exe,cgroup"]).good();
    daemonctl(&["tree", "--columns", "pid,comm,args"]).good();
    look_by_all::<u32>(&[]);
}

#[test]
fn names_on_the_command_line_find_evil_ones_too() {
    let folder = Folder::new();
    for name in EVIL.iter().filter_map(|name| std::str::from_utf8(name).ok()) {
        if name.starts_with(['-', '/', ':']) || name.trim().is_empty() || name.len() > 15 {
            continue;
        }
        let process = named(&folder, name.as_bytes());
        let run = daemonctl(&["ps", "--json", "--", name]);
        let found = run.good().json();
        let pids: Vec<&Value> =
            found["processes"].as_array().unwrap().iter().map(|one| &one["pid"]).collect();
        assert!(pids.contains(&&Value::from(process.pid())), "{name:?} names {pids:?}");
        // Misspelt: suggestions quote such names harmlessly, on one line.
        let run = daemonctl(&["ps", "--", &format!("{name}x")]);
        run.check();
        if run.code == Some(4) {
            assert!(
                run.err().lines().count() <= 2,
                "{name:?} makes lines of its own: {}",
                run.err()
            );
        }
    }
}

#[test]
fn arguments_long_many_empty_and_none() {
    let long = with_arguments(&[vec![b'x'; 128 * 1024 - 1]]);
    let evil = with_arguments(&EVIL.iter().map(|one| one.to_vec()).collect::<Vec<_>>());
    let empties = with_arguments(&vec![Vec::new(); 3000]);
    let many = with_arguments(&vec![b"\x1b[2J\n".to_vec(); 20_000]);
    let none = without_arguments();
    for run in look_by_all(&[&long, &evil, &empties, &many, &none].map(|kept| kept.pid())) {
        was_there(&run);
        assert!(run.out.len() < 4 << 20, "{}: {} bytes", run.what, run.out.len());
    }
    let arguments = |process: &Kept| in_ps(process.pid())["args"].clone();
    assert_eq!(arguments(&long)[4].as_str().unwrap().len(), 128 * 1024 - 1);
    assert_eq!(arguments(&evil).as_array().unwrap().len(), 4 + EVIL.len());
    assert_eq!(arguments(&many).as_array().unwrap().len(), 4 + 20_000);
    // In the table each is a line.
    let pid = evil.pid().to_string();
    assert_eq!(daemonctl(&["ps", "--no-header", &pid]).good().out().lines().count(), 1);
    let none = in_ps(none.pid());
    assert!(none["args"].as_array().unwrap().iter().all(|one| one == ""), "{none}");
}

/// What setproctitle(3) and malware do: the arguments overwritten, the name set.
#[test]
fn titles_written_over() {
    let overwritten = perl(r#"$0 = "kworker/u8:3\n\e[2J) S 1 1""#);
    let bracketed = perl(r#"$0 = "[rcu_sched]""#);
    let emptied = perl(r#"$0 = """#);
    for run in look_by_all(&[&overwritten, &bracketed, &emptied].map(|kept| kept.pid())) {
        was_there(&run);
    }
    for posing in [&overwritten, &bracketed] {
        let found = in_ps(posing.pid());
        assert_eq!(found["verdict"]["posing_as_kernel"], true, "{found}");
        assert_ne!(found["verdict"]["kind"], "kernel", "{found}");
    }
    assert_eq!(in_ps(emptied.pid())["verdict"]["posing_as_kernel"], false);
}

#[test]
fn zombies_and_stopped_ones() {
    let mut zombie = Command::new("/bin/true").stdin(Stdio::null()).spawn().unwrap();
    let pid = zombie.id();
    let state = |pid: u32| {
        fs::read_to_string(format!("/proc/{pid}/stat"))
            .unwrap()
            .rsplit(") ")
            .next()
            .unwrap()
            .chars()
            .next()
    };
    until("it is a zombie", || state(pid) == Some('Z'));
    for run in look_by_all(&[pid]) {
        was_there(&run);
    }
    let dead = in_ps(pid);
    assert_eq!(dead["state"], "Z");
    assert_eq!(dead["args"], Value::Array(Vec::new()));
    zombie.wait().unwrap();
    daemonctl(&["explain", &pid.to_string()]).refused(4);

    let stopped = keep(&mut Command::new("/bin/cat"));
    let id = rustix::process::Pid::from_raw(stopped.pid().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::STOP).unwrap();
    until("it is stopped", || state(stopped.pid()) == Some('T'));
    for run in look_by_all(&[stopped.pid()]) {
        was_there(&run);
    }
    assert_eq!(in_ps(stopped.pid())["state"], "T");
}

/// Folders and files with evil names, open, current and deleted.
#[test]
fn paths_that_are_something_else() {
    let folder = Folder::new();
    let evil = "a\n\u{1b}[2J\u{9b}31m\u{7f} (deleted)";
    let inner = folder.path().join(evil);
    fs::create_dir(&inner).unwrap();
    let file = inner.join(evil);
    fs::write(&file, "x").unwrap();
    let program = inner.join("cat\n");
    fs::copy("/bin/cat", &program).unwrap();
    let out = fs::OpenOptions::new().append(true).open(&file).unwrap();
    let process = Command::new(&program)
        .current_dir(&inner)
        .env("X\n\u{1b}[2J", "\u{1b}[2J\n")
        .stdin(Stdio::piped())
        .stdout(out)
        .spawn();
    let process = Kept(process.unwrap());
    look_by_all(&[file.to_str().unwrap(), inner.to_str().unwrap(), program.to_str().unwrap()]);
    fs::remove_file(&file).unwrap();
    fs::remove_file(&program).unwrap();
    for run in look_by_all(&[process.pid()]) {
        was_there(&run);
    }
    daemonctl(&["ps", "--columns", "exe,cwd", &process.pid().to_string()]).good();
    daemonctl(&["ps", "--json", "--columns", "exe,cwd", &process.pid().to_string()]).good().json();
}

/// Processes that end between two looks: nothing to complain of, no half ones.
#[test]
fn a_storm_of_short_lives() {
    let script = "while :; do /bin/true & /bin/true; (exec /bin/true); done";
    let _storms = [
        keep(Command::new("/bin/sh").args(["-c", script])),
        keep(Command::new("/bin/sh").args(["-c", script])),
    ];
    for round in 0..40 {
        let args: &[&str] = match round % 4 {
            0 => &["ps", "--json"],
            1 => &["ps", "--columns", "pid,user,sub,args,exe,cwd,fds,swap,io-read,pss"],
            2 => &["tree"],
            _ => &["ps", "--json", "--columns", "+exe,caps,oom"],
        };
        let run = daemonctl(args);
        run.good();
        assert!(run.err.is_empty(), "{}", run.err());
        if args.contains(&"--json") {
            let document = run.json();
            assert_eq!(document["notes"], Value::Array(Vec::new()), "{}", document["notes"]);
            for process in document["processes"].as_array().unwrap() {
                assert!(
                    process["user"].is_string() && process["cgroup"].is_string()
                        || process["verdict"]["kind"] == "kernel",
                    "{process}"
                );
                assert!(
                    process["comm"] != "true" || process["verdict"]["kind"] != "unknown",
                    "{process}"
                );
                assert!(process["threads"].as_u64() > Some(0), "{process}");
            }
        }
    }
    // By name, where all of them may be gone before they are looked at again.
    for command in bad_input::commands() {
        if command == "kill" {
            continue;
        }
        for _ in 0..4 {
            let run = daemonctl(&[command.as_str(), "true"]);
            run.check();
            assert!(matches!(run.code, Some(0 | 4)), "{}: {}", run.what, run.err());
        }
    }
}

/// In pid, network, mount and user namespaces of their own.
#[test]
fn processes_in_other_namespaces() {
    if !bad_input::root("processes in other namespaces") {
        return;
    }
    let script = "unshare --pid --net --mount --uts --ipc --fork --kill-child=KILL sh -c 'read x' sh contained";
    let outer = keep(Command::new("/bin/sh").args(["-c", &format!("exec {script}")]));
    let inner = || {
        // All processes: while it starts no shell may be there, and a name would find nothing.
        let all = daemonctl(&["ps", "--json"]).good().json();
        let list = all["processes"].as_array().unwrap().clone();
        list.into_iter().find(|one| one["args"][4] == "contained" && one["ppid"] == outer.pid())
    };
    let mut seen = None;
    until("the contained shell runs", || {
        seen = inner();
        seen.is_some()
    });
    let contained = seen.unwrap();
    assert_eq!(contained["verdict"]["sub_kind"], "container_init", "{contained}");
    for run in look_by_all(&[&contained["pid"]]) {
        was_there(&run);
    }
    // From inside, with the /proc of the outside: pids there are not ours.
    for command in ["ps", "tree", "explain 1", "ps --json", "ps :1", ""] {
        shell(&format!("unshare --pid --fork --net $DAEMONCTL {command}")).check();
    }
    // And with its own.
    let inside = shell("unshare --pid --fork --mount-proc --net $DAEMONCTL ps --json");
    let document = inside.good().json();
    assert_eq!(document["processes"].as_array().unwrap().len(), 1);
    assert_eq!(document["processes"][0]["pid"], 1);
    // As a user who is root only there.
    shell("setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user $DAEMONCTL ps --json").check();
}
