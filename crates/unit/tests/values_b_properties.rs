//! What is printed parses to the same value, and nothing makes a parser panic.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use proptest::prelude::*;
use unit::{UnitType, table::Group, values::Parsed};

mod values_b;

const SERVICE: &str = include_str!("values_b/service.lines");
const SOCKET: &str = include_str!("values_b/socket.lines");

/// Whether a value's text comes back as the same value. Findings may come with it.
fn comes_back(unit: UnitType, key: &str, text: &str) {
    let (Parsed::Value(value), _) = values_b::parse(unit, key, text) else { return };
    let kind = values_b::directive(unit, key).kind;
    let printed = values_b::print(kind, &value);
    if printed.contains(['\n', '\r']) {
        // Only some kinds have a way to write these, and a file can't hold them in a line.
        return;
    }
    let (again, _) = values_b::parse(unit, key, &printed);
    assert_eq!(again, Parsed::Value(value), "{key}={text} was printed as {printed}");
}

/// The directives whose kinds are tested here.
fn keys() -> Vec<(UnitType, &'static str)> {
    let mut keys = Vec::new();
    for (unit, lines) in [(UnitType::Service, SERVICE), (UnitType::Socket, SOCKET)] {
        for line in lines.lines() {
            let (key, _) = line.split_once('=').expect("an assignment");
            if !keys.contains(&(unit, key)) {
                keys.push((unit, key));
            }
        }
    }
    let newer = [
        "OpenFile",
        "BindNetworkInterface",
        "ImportCredential",
        "NFTSet",
        "ProtectHostname",
        "RefreshOnReload",
        "RootImagePolicy",
    ];
    keys.extend(newer.map(|key| (UnitType::Service, key)));
    keys
}

#[test]
fn what_is_printed_parses_to_the_same_value() {
    let mut count = 0;
    for (unit, lines) in [(UnitType::Service, SERVICE), (UnitType::Socket, SOCKET)] {
        for line in lines.lines() {
            let (key, text) = line.split_once('=').expect("an assignment");
            comes_back(unit, key, text);
            count += 1;
        }
    }
    assert!(count > 1_000, "only {count} lines");
}

#[test]
fn every_directive_with_such_a_value_is_tested() {
    let keys = keys();
    let mut missing = Vec::new();
    for directive in [Group::Exec, Group::Resource].into_iter().flat_map(Group::rows) {
        let (parsed, _) = values_b::parse(UnitType::Service, directive.name, "\u{1}");
        let like = |key: &str| values_b::directive(UnitType::Service, key).kind == directive.kind;
        let has_kind = keys.iter().any(|(unit, key)| *unit == UnitType::Service && like(key));
        if parsed == Parsed::Ignored && !has_kind && is_ours(directive.kind) {
            missing.push(directive.name);
        }
    }
    assert!(missing.is_empty(), "no line for the kinds of {missing:?}");
}

/// Whether the kind prints values of its own way here.
fn is_ours(kind: unit::table::Kind) -> bool {
    let flag = unit::Value::Flag(true);
    unit::values::sandbox::print(kind, &flag).is_some()
        || unit::values::resource::print(kind, &flag).is_some()
}

/// Pieces that mean something to one kind or another.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            " ", "  ", ":", "~", "-", "+", "/", "//", "\\", "\"", "'", "%", "%%", "%i", "%n", "@",
            ",", ".", "..", "/a", "/b c", "a", "b", "ro", "norbind", "root", "rw", "0", "1", "9",
            "0-3", "7-5", "any", "ipv4", "tcp", "80", "10.0.0.0/8", "::1", "[::1]", "kill",
            "EPERM", "read", "@clock", "CAP_KILL", "AF_INET", "net", "none", "yes", "cpu", "eth0",
            "/dev/null", "char-pts", "5M", "infinity", "5ms", "file:", "fd:", "vsock:", "journal",
            "\\x20", "\\n", "\\u00e4", "\\:", "base64:", "YWI=", "=", "\t", "*", "egress", "cgroup",
            "inet", "private",
        ]).prop_map(str::to_owned),
        1 => "[^\\x00]{0,4}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(piece(), 0..10).prop_map(|parts| parts.concat()),
        1 => "[^\\x00]{0,40}",
    ]
    .prop_map(|text| text.trim_matches([' ', '\t', '\n', '\r']).to_owned())
}

proptest! {
    #[test]
    fn any_text_is_read_and_comes_back(text in text()) {
        for (unit, key) in keys() {
            comes_back(unit, key, &text);
        }
    }
}

#[test]
fn large_values_take_linear_time_and_few_findings() {
    let pieces =
        ["a ", "/a ", "/a:/b ", ":", "%%", "\\x20", "\"", "~", "read ", "0-3,", "a:b ", "7 "];
    for (unit, key) in keys() {
        for piece in pieces {
            let text = piece.repeat(40_000 / piece.len());
            let started = std::time::Instant::now();
            let (_, problems) = values_b::parse(unit, key, text.trim());
            // A quadratic parser needs minutes.
            assert!(started.elapsed().as_secs() < 10, "{key} with {piece:?}");
            assert!(problems.len() <= 64, "{key}: {} findings", problems.len());
        }
    }
}
