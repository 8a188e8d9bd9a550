//! What a service said last before it ended, where nothing else tells why.

use super::told::{NEAR_USEC, end_usec, is_in_trouble, told};
use crate::clues::{Grade, Kind};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Exit, Level, Line, Manager, State};

pub(super) const RULES: &[Rule] = &[Rule {
    name: "last-words",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "What the service said last before it ended: a line that says that it gives up, or the last error.",
    needs: &[Need::Log],
    about: "Less sure than any other cause: no rule knows what the line means. It is quoted as it stands.",
    read_more: &[],
    check: last_words,
}];

fn last_words(case: &Case<'_>, findings: &mut Vec<Finding>) {
    // A start that merely takes its time has no last words.
    if !is_in_trouble(case) || case.service.state == State::Starting && !case.is_broken() {
        return;
    }
    let gave_up = told(case, &[Kind::GaveUp]);
    let best = gave_up.iter().max_by_key(|told| (told.clue.grade, told.sure));
    if let Some(best) = best {
        let said = best.clue.message().trim();
        let sure =
            if best.clue.grade == Grade::Fatal { Confidence::Likely } else { Confidence::Possible };
        let finding = said_last(case, said, best.clue.evidence()).sure(sure);
        // Of a service that merely does not run, what only sounds bad is no error.
        let is_hint = best.clue.grade == Grade::Hint;
        let finding = if is_hint { finding.role(Role::Mechanism) } else { finding };
        let is_weak = is_hint && case.service.state == State::Stopped;
        findings.push(if is_weak { finding.severity(Severity::Info) } else { finding });
        return;
    }
    // Any error of the service's own, by its level; without levels, its very last line.
    let end = end_usec(case);
    let is_near =
        |line: &Line| end.zip(line.time_usec).is_none_or(|(end, time)| time + NEAR_USEC >= end);
    let is_error =
        |line: &&Line| is_near(line) && line.level.is_some_and(|level| level <= Level::Error);
    let last = case.own_lines().rfind(is_error);
    if let Some(line) = last {
        let finding = said_last(case, line.message.trim(), Evidence::log(line));
        findings.push(finding.sure(Confidence::Possible).role(Role::Mechanism));
        return;
    }
    let is_told = case.clues.iter().any(|clue| clue.is_current() && clue.grade > Grade::Hint);
    if let Some(line) =
        case.own_lines().rfind(|line| !line.message.trim().is_empty() && is_near(line))
        && !is_told
    {
        let finding = said_last(case, line.message.trim(), Evidence::log(line));
        findings.push(
            finding.sure(Confidence::Possible).role(Role::Mechanism).severity(Severity::Info),
        );
    }
}

/// Whether it was ended from outside or by a fault, so that what it said before has nothing to do with it. SIGABRT
/// it sends itself, after it has said why.
fn is_killed(case: &Case<'_>) -> bool {
    matches!(case.service.last_exit, Some(Exit::Signal { number, .. }) if number != SIGABRT)
}

const SIGABRT: i32 = 6;

fn said_last(case: &Case<'_>, said: &str, evidence: Evidence) -> Finding {
    let short: String = said.chars().take(160).collect();
    let role = if is_killed(case) { Role::Mechanism } else { Role::Cause };
    // Managers of scripts keep no record of starts and stops: what merely does not run may have said that long ago.
    let is_recorded = matches!(case.service.manager, Manager::Systemd | Manager::SystemdUser);
    let severity = match case.service.state == State::Stopped && !is_recorded {
        true => Severity::Warning.min(case.severity()),
        false => case.severity(),
    };
    case.finding("last-words", "")
        .role(role)
        .severity(severity)
        .says(
            format!("its last words: {short}"),
            format!("{} ended; before that it said: {short}", case.service.name),
        )
        .proof(evidence)
}
