//! It ends and is started again, over and over.

use super::end::logs;
use super::words::{count, signal, span};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Exit, Run, RunEnd};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "crash-loop",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "Starts and bad ends in a row: how many, over which time, how each ended.",
        needs: &[Need::State],
        about: "A service that its manager starts again after each crash looks alive between two of them: `activating \
                (auto-restart)`, or even `active`. What counts is that it has ended badly several times in a row. What \
                each run died of is the cause, and stands above this.",
        read_more: &["systemd.service(5)", "supervise-daemon(8)"],
        check: crash_loop,
    },
    Rule {
        name: "restart-pending",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A service that has ended and waits to be started again.",
        needs: &[Need::State],
        about: "Between two starts the manager waits for `RestartSec=`. The service is down meanwhile.",
        read_more: &["systemd.service(5)"],
        check: pending,
    },
];

/// From so many restarts on a service that waits for its next start is in a loop.
const RESTARTS_MIN: u32 = 3;
/// So many ends are told one by one.
const ENDS_SHOWN: usize = 3;

fn is_bad(run: &Run) -> bool {
    match &run.end {
        RunEnd::Exit(Exit::Status(status)) => *status != 0,
        RunEnd::Exit(Exit::Signal { .. }) | RunEnd::NotStarted(_) => true,
        // What its manager ended for a timeout or its watchdog ended badly too.
        RunEnd::Ended(how) => how != "by request" && how != "success",
        RunEnd::Running => false,
    }
}

/// The bad ends in a row up to now.
fn bad_runs<'s>(case: &Case<'s>) -> Vec<&'s Run> {
    let done = case.service.runs.iter().rev().filter(|run| !matches!(run.end, RunEnd::Running));
    let mut runs: Vec<&Run> = done.take_while(|run| is_bad(run)).collect();
    runs.reverse();
    runs
}

fn crash_loop(case: &Case<'_>, found: &mut Vec<Finding>) {
    let service = case.service;
    let restarts = service.unit.restarts.unwrap_or(0);
    let waits = service.unit.sub == "auto-restart" && restarts >= RESTARTS_MIN;
    if !service.is_looping && !waits {
        return;
    }
    let runs = bad_runs(case);
    let ends = u64::try_from(runs.len()).unwrap_or(0).max(u64::from(restarts));
    let first = runs.first().and_then(|run| run.start_usec.or(run.end_usec));
    let last = runs.last().and_then(|run| run.end_usec.or(run.start_usec));
    let over = first.zip(last).map(|(first, last)| last.saturating_sub(first)).filter(|t| *t > 0);
    let starts: Vec<u64> = runs.iter().filter_map(|run| run.start_usec).collect();
    let period = match (starts.first(), starts.last(), starts.len()) {
        (Some(first), Some(last), 2..) if last > first => {
            Some((last - first) / (starts.len() as u64 - 1))
        }
        _ => None,
    };
    let seen = u64::try_from(runs.len()).unwrap_or(0);
    let in_time = over.filter(|_| seen >= ends).map(|time| format!(" in {}", span(time)));
    let every = period.map(|period| format!(", about every {}", span(period))).unwrap_or_default();
    let shown = in_time.unwrap_or_default();
    let how = ends_in_words(&runs);
    let mut finding = case
        .finding("crash-loop", "")
        .says(
            format!("it restarts in a loop: {}{shown}{every}", count(ends, "bad end")),
            format!("{} has ended badly {} in a row{shown}{every}, and is started again each time{how}.", service.name, super::words::times(ends)),
        )
        .role(Role::Consequence)
        .sure(Confidence::Certain);
    for run in runs.iter().rev().take(ENDS_SHOWN) {
        finding = finding.proof(of_run(run));
    }
    if let Some(restarts) = service.unit.restarts {
        finding = finding.proof(Evidence::manager("NRestarts", restarts.to_string()));
    }
    found.push(
        finding.fix(
            "until it is mended, stop it",
            [format!("daemonctl stop {}", shell(&service.name))],
        ),
    );
}

fn end_in_words(run: &Run) -> String {
    match &run.end {
        RunEnd::Exit(Exit::Status(status)) => format!("exit status {status}"),
        RunEnd::Exit(Exit::Signal { number, .. }) => signal(*number).0,
        RunEnd::Ended(why) | RunEnd::NotStarted(why) => why.clone(),
        RunEnd::Running => "it runs".to_owned(),
    }
}

fn ends_in_words(runs: &[&Run]) -> String {
    let Some(last) = runs.last().map(|run| end_in_words(run)) else { return String::new() };
    if runs.len() > 1 && runs.iter().all(|run| end_in_words(run) == last) {
        return format!("; each ended with {last}");
    }
    format!("; the last ended with {last}")
}

fn of_run(run: &Run) -> Evidence {
    let lasted = run.start_usec.zip(run.end_usec).map(|(start, end)| end.saturating_sub(start));
    let lasted = lasted.map(|time| format!(" after {}", span(time))).unwrap_or_default();
    let source = crate::finding::Source::Log {
        time_usec: run.end_usec.or(run.start_usec),
        origin: "its manager".to_owned(),
    };
    Evidence { source, text: format!("{}{lasted}", end_in_words(run)) }
}

fn pending(case: &Case<'_>, found: &mut Vec<Finding>) {
    let service = case.service;
    if service.unit.sub != "auto-restart" {
        return;
    }
    let wait = case.definition().and_then(|definition| definition.restart_usec);
    let after = wait.map(|usec| format!(" after {}", span(usec))).unwrap_or_default();
    let finding = case
        .finding("restart-pending", "")
        .says(
            format!("it is down, and is started again{after}"),
            format!("{} has ended; its manager starts it again{after} (Restart=).", service.name),
        )
        .severity(Severity::Info)
        .role(Role::Consequence)
        .sure(Confidence::Certain)
        .proof(Evidence::manager("SubState", "auto-restart"))
        .fix("see why it ended", [logs(case)]);
    found.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOW, SECOND, failed, none, one, running, service};
    use super::*;

    fn run(start: u64, end: u64, status: i32) -> Run {
        Run {
            start_usec: Some(NOW - start * SECOND),
            end_usec: Some(NOW - end * SECOND),
            end: RunEnd::Exit(Exit::Status(status)),
        }
    }

    #[test]
    fn a_loop_has_its_count_its_time_and_its_period() {
        let mut snapshot = failed();
        let one_ = service(&mut snapshot);
        one_.is_looping = true;
        one_.unit.sub = "auto-restart".into();
        one_.runs = vec![run(900, 800, 0), run(61, 60, 3), run(41, 40, 3), run(21, 20, 3)];
        let finding = one(&snapshot, "crash-loop");
        assert_eq!(finding.title, "it restarts in a loop: 3 bad ends in 41 s, about every 20 s");
        assert!(
            finding.sentence.ends_with("each ended with exit status 3."),
            "{}",
            finding.sentence
        );
        assert_eq!(finding.evidence[0].text, "exit status 3 after 1 s");
        assert_eq!((finding.role, finding.severity), (Role::Consequence, Severity::Error));
        assert_eq!(one(&snapshot, "restart-pending").severity, Severity::Info);
    }

    #[test]
    fn one_restart_long_ago_is_no_loop() {
        let mut snapshot = running();
        service(&mut snapshot).unit.restarts = Some(1);
        service(&mut snapshot).runs.insert(0, run(9000, 8000, 1));
        none(&snapshot, "crash-loop");
        none(&snapshot, "restart-pending");
    }

    #[test]
    fn restarts_that_nobody_logged_still_count() {
        let mut snapshot = failed();
        service(&mut snapshot).unit.sub = "auto-restart".into();
        service(&mut snapshot).unit.restarts = Some(12);
        service(&mut snapshot).runs.clear();
        let finding = one(&snapshot, "crash-loop");
        assert_eq!(finding.title, "it restarts in a loop: 12 bad ends");
    }
}
