//! State that managers leave behind and nobody should meet: pid files, state folders, sockets; and
//! outputs, descriptors and a /proc that are missing. What must hold is in `bad_input_managers.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, Instant};

use bad_input::tree::{STATUSES, Tree, VERBS, check, fifo};
use bad_input::{public, shell};

#[test]
fn pid_files_that_are_none() {
    let tree = Tree::sysv();
    let pid_file = tree.path("run/demo.pid");
    let texts: [&[u8]; 12] = [
        b"",
        b"\n",
        b"garbage",
        b"0\n",
        b"-1\n",
        b"1\n",
        b"99999999999999999999999\n",
        b"1 2\n3",
        b"\x1b[31m",
        b"\xff\xfe",
        b"4194305\n",
        b"\0\0\0\0",
    ];
    for text in texts {
        fs::write(&pid_file, text).unwrap();
        tree.every("sysv", "demo");
    }
    fs::File::create(&pid_file).unwrap().set_len(1 << 30).unwrap();
    tree.every("sysv", "demo");
    let odd: [fn(&Path); 4] = [
        fifo,
        |path| fs::create_dir(path).unwrap(),
        |path| symlink("/dev/zero", path).unwrap(),
        |path| symlink(path, path).unwrap(),
    ];
    for make in odd {
        let _ = fs::remove_file(&pid_file).or_else(|_| fs::remove_dir(&pid_file));
        make(&pid_file);
        for run in tree.every("sysv", "demo") {
            assert!(run.took < Duration::from_secs(10), "{run:?}");
        }
    }
}

#[test]
fn state_folders_of_openrc_that_are_none() {
    let tree = Tree::sysv();
    tree.script(
        "demo",
        b"#!/sbin/openrc-run\ncommand=/bin/true\ndepend() { need demo \x1b[31m; }\n",
    );
    let state = tree.path("run/openrc");
    for dir in ["started", "daemons", "options", "crashed", "failed"] {
        fs::create_dir_all(state.join(dir)).unwrap();
    }
    fs::write(state.join("softlevel"), b"\x1b[31m\xff").unwrap();
    fs::write(state.join("deptree"), vec![b'\xff'; 1_000_000]).unwrap();
    symlink("/nowhere", state.join("started/demo")).unwrap();
    symlink("/nowhere", state.join("started/\u{1b}[31mghost")).unwrap();
    fs::create_dir_all(state.join("daemons/demo")).unwrap();
    fs::write(state.join("daemons/demo/001"), b"exec=\npidfile=\x1b[31m\nargv_0=\xff\n").unwrap();
    fifo(&state.join("daemons/demo/002"));
    fs::create_dir_all(tree.path("etc/runlevels/default")).unwrap();
    symlink("loop", tree.path("etc/runlevels/default/loop")).unwrap();
    tree.every("openrc", "demo");
    for dir in ["started", "daemons"] {
        fs::remove_dir_all(state.join(dir)).unwrap();
        fs::write(state.join(dir), "no folder").unwrap();
    }
    tree.every("openrc", "demo");
}

/// A systemd that answers so, for every connection.
fn systemd(tree: &Tree, answer: fn(&mut std::os::unix::net::UnixStream)) {
    let path = tree.path("run/systemd/private");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(&mut stream));
        }
    });
}

#[test]
fn managers_that_say_nothing_or_nonsense() {
    let tree = Tree::empty();
    let answers: [fn(&mut std::os::unix::net::UnixStream); 4] = [
        |stream| {
            let _ = stream.read_to_end(&mut Vec::new());
        },
        |stream| {
            let _ = stream.write_all(&vec![b'\xff'; 100_000]);
        },
        |stream| {
            let _ = stream.write_all(b"OK 0123456789abcdef0123456789abcdef\r\n\x1b[31m\xff\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        },
        |_| {},
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        systemd(&tree, answer);
        for line in [
            &["list"][..],
            &["status", "demo"],
            &["start", "demo"],
            &["is-active", "demo"],
            &["daemon-reload"],
            &["enable", "demo"],
            &["run", "--", "true"],
        ] {
            let begun = Instant::now();
            let run = tree.run("systemd", line);
            check(&run);
            assert_ne!(run.code, Some(0), "{number}: {run:?}");
            assert!(begun.elapsed() < Duration::from_secs(45), "{number}: {run:?}");
        }
    }
}

#[test]
fn outputs_descriptors_and_proc_that_are_missing() {
    let tree = Tree::sysv();
    let root = tree.folder.path().display();
    let program = public().display();
    for verb in VERBS {
        let line = format!("{program} {verb} demo --system-root {root} --manager sysv");
        let line = if verb == "uninstall" {
            format!("{program} {verb} demo --system-root {root}")
        } else {
            line
        };
        for script in [
            format!("exec {line} >&-"),
            format!("exec {line} 2>&-"),
            format!("exec {line} >&- 2>&- <&-"),
            format!("exec {line} >/dev/full"),
            format!("{line} | true"),
            format!("ulimit -n 16; exec {line}"),
            format!("exec {line} --proc-root {root}/nowhere"),
            format!("exec {line} --proc-root /etc/passwd"),
        ] {
            let run = shell(&script);
            let is_silent = run.code.is_some_and(|code| code != 0) && run.err.is_empty();
            match is_silent && script.contains(">&-") || script.ends_with("| true") {
                true => assert!(run.code.is_some_and(|code| STATUSES.contains(&code)), "{run:?}"),
                false => check(&run),
            }
        }
    }
}
