//! Running tests: with nextest where it is installed, otherwise with cargo's own runner.

use std::{
    path::Path,
    process::{Command, ExitStatus},
};

use super::{Outcome, Tally, Verdict, ignored};
use crate::{
    command::{Cmd, Stream, is_installed},
    error::Result,
    workspace::Workspace,
};

/// Where property tests begin to draw their cases, unless the caller says otherwise. A change is
/// judged by cases that are the same for everyone; `PROPTEST_RNG_SEED` looks for others.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20261123");

/// Boxes at a time: each boots an init system with its daemons.
const BOXES_AT_ONCE: &str = "2";

/// All tests but the boxes and the examples in the documentation.
pub fn tests(workspace: &Workspace, filter: Option<&str>) -> Result<Outcome> {
    if has_nextest(workspace) {
        return nextest(workspace, &expression(workspace, false), &[], filter);
    }
    let plain = workspace.plain_tests();
    let mut selection = vec!["--lib", "--bins", "--examples"];
    selection.extend(plain.iter().flat_map(|name| ["--test", name]));
    libtest(workspace, &selection, &[], filter)
}

/// The examples in the documentation.
pub fn doctests(workspace: &Workspace, filter: Option<&str>) -> Result<Outcome> {
    libtest(workspace, &["--doc"], &[], filter)
}

/// The tests that boot boxes.
pub fn boxes(workspace: &Workspace, filter: Option<&str>) -> Result<Outcome> {
    let names = workspace.box_tests();
    if names.is_empty() {
        return Ok(Outcome::skipped("there is no test file named boxes or box_*"));
    }
    let selection: Vec<&str> = names.iter().flat_map(|name| ["--test", name]).collect();
    if let Some(reason) = no_boxes_because() {
        return skipped_boxes(workspace, &selection, filter, &reason);
    }
    let threads = ["--test-threads", BOXES_AT_ONCE];
    match has_nextest(workspace) {
        true => nextest(workspace, &expression(workspace, true), &threads, filter),
        false => libtest(workspace, &selection, &threads, filter),
    }
}

/// Why boxes can't be booted here, if so.
fn no_boxes_because() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("boxes need root (mounts, namespaces): run it as root".into());
    }
    let missing = testkit::requirements::missing_programs();
    (!missing.is_empty())
        .then(|| format!("boxes need programs that are missing: {}", missing.join(" ")))
}

fn skipped_boxes(
    workspace: &Workspace,
    selection: &[&str],
    filter: Option<&str>,
    reason: &str,
) -> Result<Outcome> {
    let listing = Cmd::cargo(workspace)
        .args(["test", "--workspace", "--quiet", "--locked"])
        .args(selection)
        .args(["--", "--list"])
        .args(filter)
        .read()?;
    let names = listing.lines().filter_map(|line| line.strip_suffix(": test"));
    let skipped = names.map(|name| (name.to_owned(), reason.to_owned())).collect();
    let tally = Tally { skipped, ..Tally::default() };
    Ok(Outcome { verdict: Verdict::Skipped(reason.into()), tally: Some(tally) })
}

fn has_nextest(workspace: &Workspace) -> bool {
    is_installed("cargo-nextest")
        && Cmd::cargo(workspace).args(["nextest", "--version"]).read().is_ok()
}

/// nextest's filter for the boxes, or for all others. It refuses names that match nothing.
fn expression(workspace: &Workspace, boxes: bool) -> String {
    match (boxes, workspace.box_tests().is_empty()) {
        (true, _) => "binary(/^box(es$|_)/)".into(),
        (false, true) => "all()".into(),
        (false, false) => "not binary(/^box(es$|_)/)".into(),
    }
}

fn nextest(
    workspace: &Workspace,
    expression: &str,
    more: &[&str],
    filter: Option<&str>,
) -> Result<Outcome> {
    let select = |verb: &str| {
        Cmd::cargo(workspace)
            .args(["nextest", verb, "--workspace", "--locked", "-E", expression])
            .args(filter)
    };
    let (status, text) = select("run")
        .args(["--no-fail-fast", "--color", "never", "--no-tests", "pass", "--retries", "0"])
        .env_unless_set(SEED.0, SEED.1)
        .args(more)
        .show_and_keep(Stream::Err)?;
    let mut tally = nextest_tally(&text);
    if !status.success() && tally == Tally::default() {
        // It did not come to running tests, so it can't list them either.
        return Ok(outcome(status, tally));
    }
    let listing = select("list").args(["--message-format", "json"]).read()?;
    for suite in ignored::suites(&listing, filter) {
        tally.skipped.extend(suite.reasons(&ask(&suite.binary, &suite.folder, &suite.names)));
    }
    Ok(outcome(status, tally))
}

/// A test program run with the names of its ignored tests: it runs none and says why of each.
fn ask(binary: &Path, folder: &Path, names: &[String]) -> String {
    let output = Command::new(binary).current_dir(folder).arg("--exact").args(names).output().ok();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// The totals of nextest's last summary line, and the names under it.
fn nextest_tally(text: &str) -> Tally {
    let mut tally = Tally::default();
    let mut lines = text.lines().map(str::trim);
    let Some(summary) = lines.by_ref().filter(|line| line.starts_with("Summary [")).last() else {
        return tally;
    };
    let counts = summary.split_once("run:").map_or("", |(_, counts)| counts);
    for part in counts.split([',', '(', ')']) {
        let mut words = part.split_whitespace();
        let number = words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
        match words.next() {
            Some("passed") => tally.passed += number,
            // "2 failed", "1 timed out", "1 exec failed".
            Some("failed" | "timed" | "exec") => tally.failed += number,
            _ => {}
        }
    }
    let after = text.rsplit_once("Summary [").map_or("", |(_, after)| after);
    let bad = ["FAIL", "TIMEOUT", "SIGNAL", "SIG", "ABORT", "EXECFAIL", "XFAIL", "LEAK-FAIL"];
    for line in after.lines().skip(1).map(str::trim) {
        let is_bad = bad.iter().any(|word| line.starts_with(word));
        if let Some((_, name)) = line.split_once("] ").filter(|_| is_bad) {
            let name = name.split_once(") ").map_or(name, |(_, name)| name);
            tally.failures.push(name.trim().to_owned());
        }
    }
    tally
}

fn libtest(
    workspace: &Workspace,
    selection: &[&str],
    more: &[&str],
    filter: Option<&str>,
) -> Result<Outcome> {
    let (status, text) = Cmd::cargo(workspace)
        .args(["test", "--workspace", "--no-fail-fast", "--locked"])
        .args(selection)
        .arg("--")
        .args(more)
        .args(filter)
        .env_unless_set(SEED.0, SEED.1)
        .show_and_keep(Stream::Out)?;
    Ok(outcome(status, libtest_tally(&text)))
}

/// The totals of the `test result:` lines, and the names above them.
fn libtest_tally(text: &str) -> Tally {
    let mut tally = Tally::default();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("test result: ") {
            let numbers = rest.split_once(". ").map_or("", |(_, numbers)| numbers);
            for part in numbers.split(';') {
                match part.trim().split_once(' ') {
                    Some((number, "passed")) => tally.passed += number.parse().unwrap_or(0),
                    Some((number, "failed")) => tally.failed += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        } else if let Some((name, result)) = ignored::test_line(line) {
            match result.strip_prefix("ignored") {
                Some(rest) => tally.skipped.push((name.into(), ignored::reason(rest))),
                None if result.starts_with("FAILED") => tally.failures.push(name.into()),
                None => {}
            }
        }
    }
    tally
}

/// A runner that failed without a failed test has a test program that did not start or that
/// broke off: that counts as one.
fn outcome(status: ExitStatus, mut tally: Tally) -> Outcome {
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
        tally.failures.push(format!("the test runner ended with {status}"));
    }
    let verdict = match tally.failed {
        0 => Verdict::Passed,
        1 => Verdict::Failed("1 test failed".into()),
        count => Verdict::Failed(format!("{count} tests failed")),
    };
    Outcome { verdict, tally: Some(tally) }
}

#[cfg(test)]
mod tests {
    use super::{libtest_tally, nextest_tally};

    #[test]
    fn totals_of_nextest() {
        let text = "        PASS [   0.008s] (1/2) nx::bin/nx a\n\
            ────────────\n     \
            Summary [   0.085s] 9 tests run: 5 passed (1 slow, 1 flaky), 2 failed, 1 exec failed, 1 timed out, 3 skipped\n        \
            FAIL [   0.084s] (2/9) nx::bin/nx d\n     TIMEOUT [   9.0s] (3/9) nx e::f\n\
            error: test run failed\n";
        let tally = nextest_tally(text);
        assert_eq!((tally.passed, tally.failed), (5, 4));
        assert_eq!(tally.failures, ["nx::bin/nx d", "nx e::f"]);
        assert_eq!(nextest_tally("error: could not compile").passed, 0);
    }

    #[test]
    fn totals_of_cargo() {
        let text = "test b ... ignored, why, not\ntest a ... ok\ntest c ... ignored\n\
            test d - should panic ... FAILED\n\
            test result: FAILED. 1 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.06s\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        let tally = libtest_tally(text);
        assert_eq!((tally.passed, tally.failed), (4, 1));
        assert_eq!(
            tally.skipped,
            [("b".into(), "why, not".into()), ("c".into(), "#[ignore] without a reason".into())]
        );
        assert_eq!(tally.failures, ["d"]);
    }
}
