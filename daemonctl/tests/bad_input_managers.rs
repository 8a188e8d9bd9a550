//! Names, trees, scripts, pid files and sockets that nobody should meet, put to every command on
//! services and to every other tool's name. Whatever it is: no panic, no hang, no control character
//! that reaches a terminal, and a status that stands in docs/exit-statuses.md.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use bad_input::tree::{SCRIPT, Tree, VERBS, check, fifo};
use bad_input::{PROGRAM, plain, run};

fn words() -> Vec<OsString> {
    let long = "x".repeat(10_000);
    let texts = [
        "",
        " ",
        "-",
        "--",
        "--nonsense",
        "-1",
        "0",
        "4294967296",
        "99999999999999999999",
        ":",
        ":0",
        ":99999",
        "/",
        ".",
        "..",
        "../../etc/passwd",
        "/nowhere",
        "[",
        "{",
        "@",
        "@.service",
        ".service",
        "a@b@c.service",
        "\\x2d",
        "%n",
        "a b",
        "a\nb",
        "\u{1b}[31mred",
        "\u{9b}1m",
        "\u{202e}txt",
        "\r",
        "日本語",
    ];
    let mut words: Vec<OsString> = texts.iter().map(OsString::from).collect();
    words.push(OsString::from(&long));
    words.push(OsString::from(format!("{long}*")));
    words.push(OsStr::from_bytes(b"\xff\xfe\x80").to_owned());
    words
}

#[test]
fn words_that_are_no_names() {
    let tree = Tree::sysv();
    for word in words() {
        for verb in VERBS {
            check(&tree.run("sysv", &[OsStr::new(verb), &word]));
        }
        for verb in ["status", "restart", "enable"] {
            check(&tree.run("sysv", &[OsStr::new(verb), OsStr::new("--json"), &word]));
        }
        for line in [&["install", "--dry-run", "--name"][..], &["install", "--dry-run", "--after"]]
        {
            let mut args: Vec<OsString> = line.iter().map(OsString::from).collect();
            args.extend([
                word.clone(),
                "--manager".into(),
                "sysv".into(),
                "--".into(),
                "true".into(),
            ]);
            check(&tree.run("", &args));
        }
    }
    assert!(tree.path("etc/init.d/demo").exists());
}

#[test]
fn words_that_are_no_options() {
    let tree = Tree::sysv();
    for line in [
        "start demo --manager nonsense",
        "list --manager",
        "list --type \u{1b}[31m",
        "start demo --timeout nonsense",
        "start demo --timeout -1",
        "start demo --timeout 99999999999999999999y",
        "command demo \u{1b}[2J",
        "detach",
        "detach --umask 999 -- true",
        "detach --user \u{1b}[31mx -- true",
        "detach --user 99999999999 -- true",
        "detach --chdir /nowhere -- true",
        "detach --pidfile / -- true",
        "detach --log / -- true",
        "detach --env =x -- true",
        "detach -- /nowhere/\u{1b}[31m",
        "detach -- /etc/passwd",
        "detach -- /",
        "run -- true",
        "install -- \u{1b}[31m",
        "install --manager sysv --schedule nonsense -- true",
        "install --manager sysv --user \u{1b}[31m -- true",
        "install --manager sysv --env \u{1b}=\u{1b} --dry-run -- true",
        "uninstall ../../x",
        "convert /nowhere/\u{1b}[31m --to systemd",
        "convert / --to systemd",
        "convert /dev/null --to systemd",
        "convert /bin/sh --to openrc",
        "links install /dev/null/\u{1b}[31m",
        "links install /etc/passwd",
        "links install . --tools \u{1b}[31m",
    ] {
        let run = tree.run("", &line.split(' ').collect::<Vec<_>>());
        check(&run);
        assert_ne!(run.code, Some(0).filter(|_| !line.contains("--dry-run")), "{line}: {run:?}");
    }
}

#[test]
fn other_tools_names_with_words_that_are_none() {
    let long = "x".repeat(10_000);
    let words: [&OsStr; 6] = [
        "".as_ref(),
        long.as_ref(),
        "no-such\nthing".as_ref(),
        "\u{1b}[31mno-such".as_ref(),
        "\u{202e}no-such".as_ref(),
        OsStr::from_bytes(b"no-such\xff"),
    ];
    let lines: [(&str, &[&str], &[&str]); 13] = [
        ("systemctl", &["status"], &[]),
        ("systemctl", &["is-active"], &[]),
        ("systemctl", &[], &[]),
        ("service", &[], &["status"]),
        ("rc-service", &[], &["status"]),
        ("rc-update", &["show"], &[]),
        ("rc-status", &[], &[]),
        ("chkconfig", &["--list"], &[]),
        ("update-rc.d", &["-n"], &[]),
        ("invoke-rc.d", &["--query"], &["start"]),
        ("start-stop-daemon", &["--start", "--test", "--exec"], &[]),
        ("pidof", &[], &[]),
        ("killall", &["-0"], &[]),
    ];
    for (tool, before, after) in lines {
        for word in words {
            let mut command = Command::new(PROGRAM);
            plain(&mut command).arg0(tool).args(before).arg(word).args(after);
            let run = run(&mut command);
            assert!(!run.err().contains("panicked at"), "{tool}: {run:?}");
            // As systemctl has it: into a pipe names go as they are.
            for text in [&run.out, &run.err].iter().filter(|_| tool != "systemctl") {
                let text = String::from_utf8_lossy(text).replace('\t', " ");
                bad_input::harmless(text.as_bytes())
                    .unwrap_or_else(|e| panic!("{tool}: {e}: {run:?}"));
            }
        }
    }
}

#[test]
fn trees_without_anything() {
    let tree = Tree::empty();
    for manager in ["", "systemd", "systemd-user", "openrc", "sysv"] {
        for run in tree.every(manager, "demo") {
            assert!(run.took < Duration::from_secs(10), "{run:?}");
        }
    }
    fs::create_dir_all(tree.path("etc")).unwrap();
    fs::write(tree.path("etc/init.d"), "no folder").unwrap();
    tree.every("sysv", "demo");
    tree.every("openrc", "demo");
    let nowhere = Tree::empty();
    fs::remove_dir_all(nowhere.folder.path()).unwrap();
    nowhere.every("sysv", "demo");
}

#[test]
fn scripts_that_are_none() {
    let tree = Tree::sysv();
    let init_d = tree.path("etc/init.d");
    tree.script("empty", b"");
    tree.script("binary", &(0..200_000_u32).map(|n| (n * 7 % 256) as u8).collect::<Vec<_>>());
    tree.script("elf", &fs::read("/bin/true").unwrap());
    tree.script("line", &[b"#!/bin/sh\n".to_vec(), vec![b'x'; 3_000_000]].concat());
    tree.script("open", b"#!/bin/sh\nx='\ny=\"\ncase $1 in\n\t((\n$(((\n<<EOF\n");
    tree.script("crlf", SCRIPT.replace('\n', "\r\n").as_bytes());
    tree.script(
        "escapes",
        b"#!/bin/sh\necho '\x1b[31m\xff\x9b'; printf '\x1b]0;x\x07\\n' >&2; exit 1\n",
    );
    tree.script("header", b"#!/bin/sh\n### BEGIN INIT INFO\n# Provides: \x1b[31m\n# Required-Start: header \xff\n# Short-Description: \x1b]0;x\x07\xe2\x80\xae\n### END INIT INFO\n");
    tree.script("\u{1b}[31mred", SCRIPT.as_bytes());
    fs::create_dir(init_d.join("folder")).unwrap();
    fifo(&init_d.join("pipe"));
    symlink("loop", init_d.join("loop")).unwrap();
    symlink("/nowhere", init_d.join("dangling")).unwrap();
    symlink("/dev/zero", init_d.join("zero")).unwrap();
    fs::File::create(init_d.join("huge")).unwrap().set_len(100 << 20).unwrap();
    fs::set_permissions(init_d.join("huge"), fs::Permissions::from_mode(0o755)).unwrap();
    for manager in ["sysv", "openrc"] {
        if manager == "openrc" {
            fs::create_dir_all(tree.path("run/openrc/started")).unwrap();
            fs::write(tree.path("run/openrc/softlevel"), "default").unwrap();
        }
        let runs = tree.every(manager, "demo");
        assert!(runs.iter().all(|run| run.took < Duration::from_secs(20)), "{runs:?}");
        for entry in fs::read_dir(&init_d).unwrap().flatten() {
            let name = entry.file_name();
            for verb in VERBS.iter().filter(|verb| !["uninstall"].contains(verb)) {
                check(&tree.run(manager, &[OsStr::new(verb), &name]));
            }
        }
    }
}

#[test]
fn thousands_of_scripts() {
    let tree = Tree::sysv();
    for number in 0..5_000 {
        tree.script(
            &format!("s{number}"),
            SCRIPT.replace("demo", &format!("s{number}")).as_bytes(),
        );
    }
    for line in
        [&["list", "--all"][..], &["status", "s17"], &["is-active", "s1", "s4999"], &["deps", "s3"]]
    {
        let run = tree.run("sysv", line);
        check(&run);
        assert!(run.cpu < Duration::from_secs(20), "{:?}: {:?}", run.what, run.cpu);
    }
}
