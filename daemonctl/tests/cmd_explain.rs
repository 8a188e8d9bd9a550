//! What `explain` says of a process's surroundings, on processes that the test makes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{Folder, Running, daemonctl, json, text};
use serde_json::Value;
use std::process::Command;

fn explained(pid: &str) -> Value {
    json(&["explain", pid])["processes"][0].clone()
}

/// A line of the text, without its label.
fn line(pid: &str, label: &str) -> Option<String> {
    let text = text(&daemonctl(&["explain", pid]));
    let found = text.lines().find_map(|line| line.trim_start().strip_prefix(label));
    found.map(|rest| rest.trim().to_owned())
}

#[test]
fn limits_with_what_is_used_of_them() {
    let child = Running::shell("ulimit -Sn 77; ulimit -Hn 99; ulimit -c 0");
    let files = line(&child.pid(), "limits").unwrap();
    assert!(files.contains(" of 77 (hard 99), "), "{files}");
    let limits = &explained(&child.pid())["limits"];
    assert_eq!((&limits["nofile"]["soft"], &limits["nofile"]["hard"]), (&77.into(), &99.into()));
    assert_eq!(limits["core"]["hard"], 0);
    assert_eq!(limits["cpu"]["unavailable"]["soft"], "not_applicable", "{limits}");
}

#[test]
fn another_root_has_a_line_and_the_usual_one_has_none() {
    let folder = Folder::new();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    let busybox = Command::new("perl")
        .args([
            "-e",
            "chroot($ARGV[0]) or die; chdir '/'; $| = 1; print \"ready\\n\"; <STDIN>",
            tree.to_str().unwrap(),
        ])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Running(busybox);
    std::io::Read::read_exact(child.0.stdout.as_mut().unwrap(), &mut [0; 6]).unwrap();
    let root = line(&child.pid(), "root ").unwrap();
    assert!(root.starts_with(tree.to_str().unwrap()), "{root}");
    assert_eq!(explained(&child.pid())["root"], tree.to_str().unwrap());
    let plain = Running::shell(":");
    assert_eq!(line(&plain.pid(), "root "), None);
    assert_eq!(explained(&plain.pid())["root"], "/");
}

#[test]
fn a_replaced_program_is_told_from_a_deleted_one() {
    let folder = Folder::new();
    let program = folder.path().join("program");
    std::fs::copy("/bin/sh", &program).unwrap();
    // By way of a shell, which waits: right after the copy it may still be busy.
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "sleep 0.2; exec \"$0\" -c 'echo ready; read line'",
        program.to_str().unwrap(),
    ]);
    let child = Running::start(&mut command);
    let path = program.to_str().unwrap();
    assert_eq!(line(&child.pid(), "executable").unwrap(), path);
    assert_eq!(explained(&child.pid())["exe_file"], "in_place");
    std::fs::remove_file(&program).unwrap();
    assert_eq!(
        line(&child.pid(), "executable").unwrap(),
        format!("{path}, deleted since it started")
    );
    assert_eq!(explained(&child.pid())["exe_file"], "deleted");
    std::fs::write(&program, "newer").unwrap();
    let shown = line(&child.pid(), "executable").unwrap();
    assert!(shown.starts_with(&format!("{path}, replaced since it started")), "{shown}");
    assert_eq!(explained(&child.pid())["exe_file"], "replaced");
}

#[test]
fn namespaces_and_capabilities_by_name() {
    let mut command = Command::new("unshare");
    command.args([
        "--uts",
        "--ipc",
        "setpriv",
        "--bounding-set=-all,+kill,+chown",
        "--inh-caps=-all",
    ]);
    command.args(["sh", "-c", "echo ready; read line"]);
    let child = Running::start(&mut command);
    let namespaces = line(&child.pid(), "namespaces").unwrap();
    assert!(namespaces.starts_with("host name, ipc apart from "), "{namespaces}");
    let object = explained(&child.pid());
    assert_eq!(object["namespaces"]["ipc"]["as_here"], false);
    assert_eq!(object["namespaces"]["net"]["as_here"], true);
    assert_eq!(object["capabilities"]["effective"], serde_json::json!(["chown", "kill"]));
    let confinement = line(&child.pid(), "confinement").unwrap();
    assert!(confinement.starts_with("2 capabilities (chown kill), "), "{confinement}");
}

#[test]
fn how_the_kernel_chooses_when_memory_is_short() {
    let child = Running::shell("echo 321 > /proc/$$/oom_score_adj");
    let object = explained(&child.pid());
    assert_eq!(object["oom_score_adj"], 321);
    assert!(object["oom_score"].is_u64(), "{object}");
    assert!(line(&child.pid(), "out of memory").unwrap().contains("of which 321"), "{object}");
}
