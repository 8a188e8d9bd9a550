//! `daemonctl calendar` and `daemonctl timespan`: the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;
mod time_support;

use std::process::{Command, Output};

use cmd_support::{assert_harmless, code, errors, text};
use serde_json::Value;
use time_support::{Answer, Choices, ask_calendar, expressions};

/// Runs daemonctl with a local time zone.
fn run(zone: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daemonctl"))
        .args(args)
        .envs([("LC_ALL", "C"), ("TZ", zone)])
        .output()
        .unwrap()
}

fn json(zone: &str, args: &[&str]) -> Value {
    let output = run(zone, &[args, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", errors(&output)))
}

#[test]
fn a_calendar_page() {
    let output = run(
        ":Europe/Berlin",
        &["calendar", "fri *-*~7/1 18:0", "--iterations=2", "--base-time=2026-10-24 12:00"],
    );
    assert_eq!(
        text(&output),
        "\
fri *-*~7/1 18:0
  normalized   Fri *-*~07/1 18:00:00
  next elapse  Fri 2026-10-30 18:00:00 CET (in 6d 7h)
  in UTC       Fri 2026-10-30 17:00:00 UTC
  then         Fri 2026-11-27 18:00:00 CET (in 1month 3d 20h)
  in UTC       Fri 2026-11-27 17:00:00 UTC
"
    );
    assert_eq!((code(&output), errors(&output)), (0, String::new()));
    let output = run("UTC", &["calendar", "2025-1-1", "--base-time=@1800000000"]);
    let never = "2025-1-1\n  normalized   2025-01-01 00:00:00\n  next elapse  never\n";
    assert_eq!((text(&output).as_str(), code(&output)), (never, 0));
}

#[test]
fn calendar_json() {
    let found = json(
        "America/New_York",
        &["calendar", "*:*:0/0.5", "daily UTC", "1999-1-1", "--base-time=@1800000000"],
    );
    assert_eq!(found["base_time"], "2027-01-15T08:00:00Z");
    let [half, daily, never] = found["calendars"].as_array().unwrap().as_slice() else {
        panic!("{found}");
    };
    assert_eq!(half["elapses"][0]["usec"], 1_800_000_000_500_000_u64);
    assert_eq!(half["elapses"][0]["in_seconds"], 0.5);
    assert_eq!(half["elapses"][0]["local"], "Fri 2027-01-15 03:00:00.5 EST");
    assert_eq!((&half["zone"], &daily["zone"]), (&Value::Null, &"UTC".into()));
    assert_eq!(daily["elapses"][0]["time"], "2027-01-16T00:00:00Z");
    assert_eq!(never["elapses"].as_array().unwrap().len(), 0);
}

#[test]
fn what_is_wrong_has_carets() {
    let output = run("UTC", &["calendar", "daily", "Mon 25:00", "*:\u{1b}[31m"]);
    assert_eq!((code(&output), text(&output)), (1, String::new()));
    assert_harmless(&errors(&output));
    assert!(
        errors(&output).starts_with(
            "daemonctl: \"25\" is no hour\n  Mon 25:00\n      ^^\n  hint: hours go from 0 to 23\n"
        ),
        "{}",
        errors(&output)
    );
    let output = run("UTC", &["timespan", "1h", "5 fortnights", "--json"]);
    assert_eq!((code(&output), text(&output)), (1, String::new()));
    assert!(errors(&output).contains("  5 fortnights\n    ^^^^^^^^^^\n"), "{}", errors(&output));
    let output = run("UTC", &["calendar", "daily", "--base-time=2h agp"]);
    assert_eq!((code(&output), text(&output)), (2, String::new()));
    assert!(errors(&output).starts_with("daemonctl: --base-time: "), "{}", errors(&output));
    let long = "1,".repeat(50_000);
    let output = run("UTC", &["calendar", &long]);
    assert!(code(&output) == 1 && errors(&output).len() < 1_000);
}

#[test]
fn time_spans() {
    let output = run("UTC", &["timespan", "1h 30", "infinity"]);
    assert_eq!(
        text(&output),
        "1h 30\n  microseconds  3630000000\n  in words      1h 30s\n\n\
         infinity\n  microseconds  without end\n  in words      infinity\n"
    );
    let found = json("UTC", &["timespan", "1y 12month", "infinity"]);
    assert_eq!(found["spans"][0]["usec"], 63_115_200_000_000_u64);
    assert_eq!(found["spans"][0]["text"], "2y");
    assert_eq!(found["spans"][1]["usec"], Value::Null);
}

/// The program finds zones and the present as the library's tests do: a few hundred expressions,
/// by `$TZ`, against `systemd-analyze`.
#[test]
fn the_program_agrees_with_systemd() {
    const BASE: u64 = 1_792_843_200; // 2026-10-24 12:00:00 UTC
    let mut choices = Choices::new(11);
    for zone in ["Europe/Berlin", "Asia/Kolkata"] {
        let texts: Vec<String> = (0..300).map(|_| expressions::calendar(&mut choices)).collect();
        let theirs = ask_calendar(zone, BASE, 2, &texts);
        let good = texts.iter().zip(&theirs).filter_map(|(text, answer)| match answer {
            Answer::Read(normal, Some(elapses)) => Some((text.as_str(), normal, elapses)),
            _ => None,
        });
        let good: Vec<_> = good.collect();
        assert!(good.len() > 150);
        let base = format!("--base-time=@{BASE}");
        let mut args = vec!["calendar", "--iterations=2", &base, "--"];
        args.splice(1..1, ["--json"]);
        args.extend(good.iter().map(|(text, ..)| *text));
        let output = run(&format!(":{zone}"), &args);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        for ((text, normal, elapses), ours) in
            good.iter().zip(found["calendars"].as_array().unwrap())
        {
            assert_eq!(ours["normalized"], **normal, "{text}");
            let local = |elapse: &Value| {
                // Fractions of a second are not printed by systemd.
                let (date, zone) = elapse["local"].as_str().unwrap().rsplit_once(' ').unwrap();
                format!("{} {zone}", date.split('.').next().unwrap())
            };
            let ours: Vec<String> = ours["elapses"].as_array().unwrap().iter().map(local).collect();
            assert_eq!(ours, **elapses, "{text} in {zone}");
        }
    }
}
