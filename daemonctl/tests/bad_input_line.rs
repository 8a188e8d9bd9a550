//! Command lines that make no sense: what is wrong is said, on standard error, with the status that
//! `--help` promises.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod bad_input;

use bad_input::{commands, daemonctl, harmless, in_ps, run};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

#[test]
fn usage_errors_end_with_2() {
    let lines: &[&[&str]] = &[
        &["nosuch"],
        &["--nosuch"],
        &["\u{7}\u{8}\u{8}x"],
        &["--\u{7}\r"],
        &["\u{1b}]0;title\u{7}"],
        &["\u{9b}31m"],
        &["ps", "--color", "\u{7}\r\u{8}"],
        &["ps", "--watch=\u{7}\u{9b}"],
        &["ps", "--count", "\u{7}"],
        &["ps", "--columns", "pid,\u{7}\n\u{9b}"],
        &["ps", "--nosuch"],
        &["ps", "--columns", "nosuch"],
        &["ps", "--columns", ""],
        &["ps", "--columns", ",,,"],
        &["ps", "--columns", "pid,,\u{1b}[2J"],
        &["ps", "--sort", "nosuch"],
        &["ps", "--sort", "--"],
        &["ps", "--filter", ""],
        &["ps", "--filter", "cpu >"],
        &["ps", "--filter", "(((((("],
        &["ps", "--filter", "pid = "],
        &["ps", "--filter", "nosuch = 1"],
        &["ps", "--filter", "pid = 1 and"],
        &["ps", "--filter", "pid == == 1"],
        &["ps", "--filter", "rss > 5 bananas"],
        &["ps", "--filter", "pid = 1)"],
        &["ps", "--filter", "'unfinished"],
        &["ps", "--filter", "pid = \u{1b}]0;x\u{7}"],
        &["ps", "--daemons", "--kernel"],
        &["ps", "--watch=0"],
        &["ps", "--watch=-1"],
        &["ps", "--watch=nan"],
        &["ps", "--watch=1e400"],
        &["ps", "--count", "3"],
        &["ps", "--watch=1", "--count", "0"],
        &["ps", "--csv", "--json"],
        &["ps", "--color", "sometimes"],
        &["ps", "--user"],
        &["ps", ""],
        &["ps", ":"],
        &["ps", ":x"],
        &["ps", ":99999"],
        &["ps", ":-1"],
        &["ps", ":80 "],
        &["ps", ":\u{1b}[2J"],
        &["explain"],
        &["explain", ""],
        &["explain", ":"],
        &["explain", "--nosuch"],
        &["explain", "-5"],
        &["tree", "--columns", "nosuch"],
        &["tree", ":99999"],
    ];
    for line in lines {
        let run = daemonctl(line);
        run.refused(2);
        assert!(!run.err().contains('\u{fffd}'), "{line:?}: {}", run.err());
    }
}

#[test]
fn what_names_nothing_ends_with_4() {
    let absent = "/nonexistent/\u{7}file";
    let lines: Vec<Vec<&str>> = ["ps", "tree", "explain", "files", "maps", "signals"]
        .into_iter()
        .filter(|command| commands().iter().any(|have| have == command))
        .flat_map(|command| {
            [
                "no-such-process",
                "4194305",
                "4294967295",
                "4294967296",
                "99999999999999999999",
                "0",
                "\u{1b}[31mred",
                "a\nb",
                " ",
                absent,
                "٣",
            ]
            .map(|what| vec![command, what])
        })
        .chain([
            vec!["ps", "1", "no-such-process"],
            vec!["explain", "no-such-process", "1"],
            vec!["ps", "--", "-5"],
            vec!["explain", "--", "--json"],
        ])
        .collect();
    for line in lines {
        let run = daemonctl(&line);
        run.refused(4);
        assert!(run.err().starts_with("daemonctl: "), "{line:?}: {}", run.err());
    }
}

#[test]
fn arguments_that_are_no_utf8_are_refused_in_words() {
    for command in commands() {
        let run = daemonctl(&[OsStr::new(&command), OsStr::from_bytes(b"\xff\x1b[2J\xfe")]);
        run.check();
        assert!(matches!(run.code, Some(2 | 4)), "{command}: {:?}", run.code);
        assert!(run.out.is_empty(), "{}", run.out());
    }
}

/// A user who is not there is a mistake, not an empty list: `ps -u nosuch` fails as well.
#[test]
fn a_user_or_service_that_is_not_there_is_said_to_be_none() {
    for line in
        [["ps", "--user", "nosuch"], ["ps", "--service", "nosuch"], ["tree", "--user", "nosuch"]]
    {
        let run = daemonctl(&line);
        run.check();
        assert_eq!(run.code, Some(4), "{line:?}: {}", run.err());
        assert!(run.err().contains("nosuch"), "{line:?}: {}", run.err());
    }
    // A user who is there and runs nothing is an empty list.
    daemonctl(&["ps", "--user", "games"]).good();
    daemonctl(&["ps", "--user", "4000000000"]).good();
}

/// Long, deep and many: an answer in time, whatever it is.
#[test]
fn enormous_arguments() {
    let deep = format!("{}pid = 1{}", "(".repeat(30_000), ")".repeat(30_000));
    let nots = format!("{}pid = 1", "not ".repeat(30_000));
    let ands = vec!["pid = 1"; 10_000].join(" and ");
    let list = format!("pid in ({})", vec!["1"; 30_000].join(", "));
    let pattern = format!("comm ~ '{}'", "*a".repeat(10_000));
    for filter in [&deep, &nots, &ands, &list, &pattern] {
        let run = daemonctl(&["ps", "--filter", filter.as_str()]);
        run.check();
        assert!(run.took.as_secs() < 20, "{:?} for {:.40}", run.took, filter);
        assert!(run.err.len() < 300_000, "{} bytes of complaint", run.err.len());
    }
    daemonctl(&["ps", &"x".repeat(100_000)]).refused(4);
    daemonctl(&["ps", &format!("/{}", "x/".repeat(50_000))]).refused(4);
    daemonctl(&["ps", &format!(":{}", "9".repeat(100_000))]).refused(2);
    daemonctl(&["ps", "--columns", &"pid,".repeat(20_000)]).check();
    daemonctl(&["ps", "--sort", &"pid,".repeat(20_000)]).check();
    daemonctl(&vec!["ps"; 20_000]).check();
}

/// Languages, terminals and times that are none.
#[test]
fn any_environment() {
    let environments: &[(&str, &str)] = &[
        ("LANG", "C"),
        ("LANG", "xx_invalid"),
        ("LC_ALL", "\u{1b}[2J"),
        ("TERM", ""),
        ("TERM", "no-such-terminal"),
        ("COLUMNS", "-5"),
        ("COLUMNS", "0"),
        ("TZ", "nowhere/at:all"),
        ("TZ", ":/etc/passwd"),
        ("TZ", "\u{1b}[2J"),
        ("HOME", ""),
        ("PATH", ""),
        ("NO_COLOR", "1"),
        ("RUST_LOG", "trace"),
    ];
    for (name, value) in environments {
        for args in
            [&["ps", "--columns", "+started"][..], &["explain", "1"], &["tree"], &["ps", "--json"]]
        {
            let mut command = Command::new(bad_input::PROGRAM);
            bad_input::plain(&mut command).env(name, value).args(args);
            let run = run(&mut command);
            run.good();
            let ascii = *name == "LANG";
            if ascii && args[0] == "tree" {
                // Of our own, nothing but ASCII; arguments of processes are theirs.
                let branches = ['├', '└', '│', '…'];
                assert!(!run.out().contains(branches), "{name}={value}: {}", run.out());
            }
        }
    }
    // None at all.
    run(Command::new(bad_input::PROGRAM).env_clear().args(["ps"])).good();
}

/// Through a terminal, as narrow as it gets.
#[test]
fn any_terminal() {
    for columns in [0, 1, 2, 20, 5000] {
        for command in ["ps", "tree", "explain 1", "ps --color=never --ascii", ""] {
            let script =
                format!("stty cols {columns} rows 3 2>/dev/null; {} {command}", bad_input::PROGRAM);
            let mut terminal = Command::new("script");
            bad_input::plain(&mut terminal).env("TERM", "xterm").args([
                "-qec",
                &script,
                "/dev/null",
            ]);
            let seen = run(&mut terminal);
            assert_eq!(seen.code, Some(0), "{command} in {columns} columns: {}", seen.out());
            assert!(
                !seen.out().contains("panicked at"),
                "{command} in {columns} columns: {}",
                seen.out()
            );
            // Colours come as SGR (`ESC [ … m`) and as nothing else.
            let bare = without_colours(&seen.out());
            harmless(bare.replace('\r', "").as_bytes())
                .unwrap_or_else(|what| panic!("{command} in {columns} columns: {what}"));
        }
    }
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
        out.push_str(match part[end..].strip_prefix('m') {
            Some(rest) => rest,
            None => "\u{1b}",
        });
    }
    out
}

/// `--watch` writes again, ends when it was told to, and when nobody reads any more.
#[test]
fn watching_ends() {
    let watched = daemonctl(&["ps", "1", "--watch=0.1", "--count", "3", "--no-header"]);
    assert_eq!(watched.good().out().lines().count(), 3);
    let own = in_ps(std::process::id());
    assert_eq!(own["pid"], std::process::id());
    let cut = bad_input::shell("$DAEMONCTL ps --watch=0.1 | head -n 1 >/dev/null; echo done");
    assert_eq!(cut.good().out(), "done\n");
}
