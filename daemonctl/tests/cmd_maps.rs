//! `daemonctl maps` on processes that the test starts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::process::Command;

use cmd_support::{Folder, Running, assert_harmless, code, daemonctl, json, text};
use serde_json::Value;

fn sum(list: &Value, key: &str) -> u64 {
    list.as_array().unwrap().iter().map(|item| item[key].as_u64().unwrap()).sum()
}

#[test]
fn sums_agree_and_the_program_is_there() {
    let shell = Running::shell(":");
    let found = json(&["maps", &shell.pid()]);
    let process = &found["processes"][0];
    let rss = process["total"]["rss_bytes"].as_u64().unwrap();
    assert!(rss > 0);
    assert_eq!(
        (sum(&process["kinds"], "rss_bytes"), sum(&process["regions"], "rss_bytes")),
        (rss, rss)
    );
    let exe = std::fs::read_link(format!("/proc/{}/exe", shell.pid())).unwrap();
    let regions = process["regions"].as_array().unwrap();
    assert!(
        regions
            .iter()
            .any(|region| region["name"] == exe.to_str().unwrap() && region["kind"] == "code")
    );
    let full = json(&["maps", &shell.pid(), "--full"]);
    let mappings = &full["processes"][0]["mappings"];
    assert_eq!(
        mappings.as_array().unwrap().len() as u64,
        process["total"]["mappings"].as_u64().unwrap()
    );
}

#[test]
fn a_deleted_program_with_a_strange_name_is_flagged() {
    let folder = Folder::new();
    let program = folder.file(b"p\x1b[2J\nq");
    std::fs::copy("/bin/sh", &program).unwrap();
    let shell = Running::start(Command::new(&program).args(["-c", "echo ready; read line"]));
    std::fs::remove_file(&program).unwrap();
    let found = json(&["maps", &shell.pid(), "--filter", "deleted"]);
    let region = &found["processes"][0]["regions"][0];
    assert_eq!(
        (&region["name"], &region["deleted"]),
        (&program.to_str().unwrap().into(), &true.into())
    );
    let output = daemonctl(&["maps", &shell.pid()]);
    assert!(text(&output).contains("(deleted)"));
    assert_harmless(&text(&output));
}

#[test]
fn a_zombie_has_no_memory_and_nobody_is_not_found() {
    let mut shell = Running::shell(":");
    shell.0.kill().unwrap();
    while !std::fs::read_to_string(format!("/proc/{}/stat", shell.pid())).unwrap().contains(") Z ")
    {
        std::thread::yield_now();
    }
    let output = daemonctl(&["maps", &shell.pid()]);
    assert!(text(&output).contains("no memory"), "{}", text(&output));
    assert_eq!(code(&daemonctl(&["maps", "4194999"])), 4);
}
