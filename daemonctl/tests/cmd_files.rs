//! `daemonctl files` on processes that the test starts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use std::process::Command;
use std::time::{Duration, Instant};

use cmd_support::{Folder, Running, assert_harmless, code, daemonctl, errors, json, text};
use serde_json::Value;

fn named<'a>(found: &'a Value, name: &str) -> Vec<&'a Value> {
    found["files"].as_array().unwrap().iter().filter(|file| file["name"] == name).collect()
}

#[test]
fn what_a_process_has_open() {
    let folder = Folder::new();
    let path = folder.path().join("log");
    let shell = Running::shell(&format!("exec 7>>{}; echo 12345 >&7", path.display()));
    let found = json(&["files", &shell.pid(), "--columns", "+flags"]);
    let log = named(&found, path.to_str().unwrap());
    assert_eq!(log.len(), 1, "{found}");
    assert_eq!((&log[0]["fd"], &log[0]["access"]), (&7.into(), &"w".into()));
    assert_eq!((&log[0]["type"], &log[0]["size_bytes"]), (&"file".into(), &6.into()));
    assert!(log[0]["flags"].as_str().unwrap().contains("append"));
    let roles: Vec<_> =
        found["files"].as_array().unwrap().iter().map(|file| &file["role"]).collect();
    for role in ["cwd", "root", "exe", "descriptor"] {
        assert!(roles.iter().any(|found| *found == role), "{role}");
    }
}

#[test]
fn a_deleted_file_is_flagged_with_its_space() {
    let folder = Folder::new();
    let path = folder.path().join("big");
    let script = format!("exec 7>{0}; head -c 100000 /dev/zero >&7; rm {0}", path.display());
    let shell = Running::shell(&script);
    let found = json(&["files", &shell.pid(), "--deleted"]);
    let big = named(&found, path.to_str().unwrap());
    assert_eq!(
        (big.len(), &big[0]["deleted"], &big[0]["size_bytes"]),
        (1, &true.into(), &100_000.into())
    );
    let output = daemonctl(&["files", &shell.pid()]);
    assert!(
        text(&output).contains("big (deleted)") && text(&output).contains("hold "),
        "{}",
        text(&output)
    );
}

#[test]
fn who_has_a_path_open() {
    let folder = Folder::new();
    let path = folder.path().join("x");
    let shell = Running::shell(&format!("exec 7>{}", path.display()));
    let found = json(&["files", path.to_str().unwrap()]);
    assert_eq!(found["files"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["files"][0]["pid"].to_string(), shell.pid());
    assert_eq!(found["files"][0]["match"], "same_file");
    let below = json(&["files", "--below", folder.path().to_str().unwrap()]);
    assert_eq!(below["files"].as_array().unwrap().len(), 1);
    let missing = daemonctl(&["files", "/no/such/file"]);
    assert_eq!(code(&missing), 4);
    assert!(errors(&missing).contains("no such file"), "{}", errors(&missing));
}

#[test]
fn names_with_escapes_newlines_and_invalid_utf8_do_no_harm() {
    let folder = Folder::new();
    let file = std::fs::File::create(folder.file(b"a\x1b[2J\nb\xff")).unwrap();
    let own = std::process::id().to_string();
    let output = daemonctl(&["files", &own]);
    assert_harmless(&text(&output));
    let found = json(&["files", &own]);
    let strange =
        found["files"].as_array().unwrap().iter().find(|file| file["name_hex"].is_string());
    assert!(strange.unwrap()["name"].as_str().unwrap().ends_with("b\u{fffd}"), "{found}");
    drop(file);
}

#[test]
fn sockets_show_their_ends() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let found = json(&["files", &std::process::id().to_string()]);
    let is_ours = |file: &&Value| file["socket"]["local"]["port"] == port;
    let socket = found["files"].as_array().unwrap().iter().find(is_ours).unwrap();
    assert_eq!((&socket["type"], &socket["socket"]["state"]), (&"socket".into(), &"LISTEN".into()));
    let table = text(&daemonctl(&["files", &std::process::id().to_string()]));
    assert!(table.contains(&format!("tcp 127.0.0.1:{port} LISTEN")), "{table}");
}

#[test]
fn a_fifo_that_nobody_writes_does_not_block() {
    let folder = Folder::new();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let shell = Running::shell(&format!("exec 7<>{}", fifo.display()));
    let found = json(&["files", fifo.to_str().unwrap()]);
    assert_eq!(
        (&found["files"][0]["type"], found["files"][0]["pid"].to_string()),
        (&"fifo".into(), shell.pid())
    );
}

/// Raising the limit that high takes CAP_SYS_RESOURCE; without it, as many as are allowed.
#[test]
fn a_hundred_thousand_descriptors() {
    const SCRIPT: &str = "
import resource, os, sys
want = 100000
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (want + 100, want + 100))
except (ValueError, OSError):
    want = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100
    resource.setrlimit(resource.RLIMIT_NOFILE, (want + 100, want + 100))
held = [os.open('/dev/null', os.O_RDONLY) for _ in range(want)]
sys.stdout.write('ready\\n%d\\n' % want); sys.stdout.flush()
sys.stdin.readline()
";
    let mut holder = Running::start(Command::new("python3").args(["-c", SCRIPT]));
    let mut count = String::new();
    let mut digits = std::io::BufReader::new(holder.0.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut digits, &mut count).unwrap();
    let count: usize = count.trim().parse().unwrap();
    let begin = Instant::now();
    let output = daemonctl(&["files", &holder.pid(), "--no-header"]);
    let lines = text(&output).lines().filter(|line| line.ends_with("/dev/null")).count();
    assert!(lines >= count, "{lines} of {count}");
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

#[test]
fn wrong_columns_and_filters_are_usage_errors() {
    let own = std::process::id().to_string();
    assert_eq!(code(&daemonctl(&["files", &own, "--columns", "nope"])), 2);
    assert_eq!(code(&daemonctl(&["files", &own, "--filter", "fd >"])), 2);
    assert_eq!(code(&daemonctl(&["files"])), 2);
}
