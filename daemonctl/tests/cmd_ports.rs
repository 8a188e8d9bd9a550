//! `daemonctl ports` on sockets that the test makes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;

use cmd_support::{Running, code, daemonctl, json, text};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;

#[test]
fn a_listener_with_its_process_and_queue() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _waiting = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let found = json(&["ports", &format!(":{port}")]);
    let sockets = found["sockets"].as_array().unwrap();
    assert_eq!(sockets.len(), 1, "{found}");
    assert_eq!(
        (&sockets[0]["state"], &sockets[0]["accept_waiting"]),
        (&"LISTEN".into(), &1.into())
    );
    assert!(sockets[0]["accept_limit"].as_u64().unwrap() >= 1);
    assert_eq!(sockets[0]["processes"][0]["pid"], std::process::id());
    assert_eq!(sockets[0]["processes"][0]["fd"], listener.as_raw_fd());
    assert_eq!(sockets[0]["network_namespace"]["own"], true);
}

#[test]
fn connected_sockets_only_when_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let _server = listener.accept().unwrap();
    let states = |args: &[&str]| {
        let found = json(args);
        let sockets = found["sockets"].as_array().unwrap().clone();
        sockets
            .iter()
            .map(|socket| socket["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&["ports", &format!(":{port}")]), ["LISTEN"]);
    let mut all = states(&["ports", &format!(":{port}"), "--connected"]);
    all.sort();
    assert_eq!(all, ["ESTAB", "LISTEN"]);
}

#[test]
fn a_shared_socket_names_all_who_hold_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Without close-on-exec a child inherits it.
    rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::empty()).unwrap();
    let child = Running::shell(":");
    rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::CLOEXEC).unwrap();
    let found = json(&["ports", &format!(":{port}")]);
    let holders: Vec<String> = found["sockets"][0]["processes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|process| process["pid"].to_string())
        .collect();
    // Other tests' children, forked meanwhile, may hold it too.
    assert_eq!(holders[0], std::process::id().to_string(), "the oldest first");
    assert!(holders.contains(&child.pid()), "{holders:?}");
    let table = text(&daemonctl(&["ports", &format!(":{port}")]));
    assert!(table.contains(&format!("127.0.0.1:{port}")), "{table}");
}

#[test]
fn a_unix_socket_by_its_path() {
    let folder = cmd_support::Folder::new();
    let path = folder.path().join("s\u{1b}x");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let found = json(&["ports", path.to_str().unwrap()]);
    assert_eq!(found["sockets"][0]["processes"][0]["pid"], std::process::id(), "{found}");
    cmd_support::assert_harmless(&text(&daemonctl(&["ports", path.to_str().unwrap()])));
    // `files` finds it by its path too.
    let held = json(&["files", path.to_str().unwrap()]);
    assert_eq!(held["files"][0]["pid"], std::process::id(), "{held}");
}

#[test]
fn a_port_that_nobody_has() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(code(&daemonctl(&["ports", &format!(":{port}")])), 4);
    assert_eq!(code(&daemonctl(&["ports", ":x"])), 2);
}
