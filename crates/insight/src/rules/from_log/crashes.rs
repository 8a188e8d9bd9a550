//! Panics, assertions and tracebacks that the service wrote itself.

use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::{Confidence, Finding};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

const fn row(
    name: &'static str,
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Crash);
    Rule { name, purpose, chapter, looks_for, needs: &[Need::Log], about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "panic",
        "A program in Go or Rust panicked: its message and the place.",
        "A fault of the program, or data that it did not expect.",
        &[],
        |case, findings| crash(case, findings, "panic", Kind::Panic, "panicked"),
    ),
    row(
        "assertion",
        "An assertion failed, or the C library found memory damaged, so that the program called abort(3).",
        "A fault of the program, or data that it did not expect.",
        &["assert(3)", "abort(3)", "mallopt(3)"],
        |case, findings| {
            crash(case, findings, "assertion", Kind::Assertion, "ended itself: an assertion failed")
        },
    ),
    row(
        "traceback",
        "An exception that nobody caught: Python, Java, Node, Ruby, Perl, PHP, C++.",
        "The message says what it was, the place where. A more telling cause that the message names stands before it.",
        &[],
        |case, findings| {
            crash(
                case,
                findings,
                "traceback",
                Kind::Traceback,
                "ended for an exception that nobody caught",
            )
        },
    ),
    row(
        "segfault",
        "A shell of the service says that a program ended with a segmentation fault.",
        "A fault of the program; a core dump has its stack.",
        &["signal(7)", "core(5)"],
        segfault,
    ),
];

fn crash(case: &Case<'_>, findings: &mut Vec<Finding>, rule: &'static str, kind: Kind, how: &str) {
    let told = told(case, &[kind]);
    // The one with a message and a place tells most.
    let score = |told: &&Told<'_>| (told.get("place").is_some(), told.sure);
    let Some(best) = told.iter().max_by_key(score) else { return };
    let message = best.get("message").or_else(|| told.iter().find_map(|t| t.get("message")));
    let message = message.unwrap_or_else(|| best.clue.message()).trim().trim_end_matches('.');
    let at = best.get("place").map_or(String::new(), |place| format!(" at {place}"));
    let mut finding = case
        .finding(rule, "")
        .says(
            format!("it {how}: {message}"),
            format!("{} {how}{at}: {message}.", case.service.name),
        )
        // What the exception is about is a better cause, where another rule knows it.
        .sure(if kind == Kind::Traceback { best.sure.min(Confidence::Likely) } else { best.sure });
    for told in told.iter().take(3) {
        finding = finding.proof(told.clue.evidence());
    }
    findings.push(finding);
}

fn segfault(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::Segfault]) {
        // The kernel's own line, with module and offset, has its own rule.
        if told.get("module").is_some() || told.get("address").is_some() {
            continue;
        }
        let program = told.get("program").unwrap_or("a program of it");
        let finding = case
            .finding("segfault", "")
            .says(
                format!("{program} ended with a segmentation fault"),
                format!("{program} of {} ended with a segmentation fault.", case.service.name),
            )
            .sure(told.sure)
            .proof(told.clue.evidence());
        findings.push(finding);
    }
}
