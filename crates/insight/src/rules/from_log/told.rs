//! Which lines of a log tell a cause, and how sure they are.
//!
//! Only what is of the last run counts, and only for a service that is in trouble: a working service writes errors
//! too. A line for which a service ends outweighs one that it may survive; what was said for a moment outweighs
//! neither.

use crate::clues::{Clue, Grade, Kind};
use crate::finding::Confidence;
use crate::rules::Case;
use crate::snapshot::State;

/// A clue that may be the cause, and how sure that is by the log alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'s> {
    /// The clue.
    pub(super) clue: &'s Clue<'s>,
    /// How sure.
    pub(super) sure: Confidence,
}

impl<'s> Told<'s> {
    /// What the line names under a word.
    pub(super) fn get(&self, word: &str) -> Option<&'s str> {
        self.clue.get(word)
    }

    /// How sure it is once a look at the machine has confirmed it.
    pub(super) fn confirmed(&self) -> Confidence {
        if self.sure == Confidence::Possible { Confidence::Likely } else { Confidence::Certain }
    }

    /// How sure it is where a look at the machine speaks against it: it may have been so then.
    pub(super) fn contradicted(&self) -> Confidence {
        if self.sure == Confidence::Certain { Confidence::Likely } else { Confidence::Possible }
    }
}

/// Kinds that only say that binding failed, or how: one confirms the other.
const BINDING: [Kind; 4] =
    [Kind::PortTaken, Kind::AddressUnavailable, Kind::BindDenied, Kind::BindFailed];

/// Kinds of a manager's words that explain nothing by themselves.
const HOW_IT_ENDED: [Kind; 8] = [
    Kind::ProcessEnded,
    Kind::StartLimit,
    Kind::StartTimeout,
    Kind::StopTimeout,
    Kind::Watchdog,
    Kind::Protocol,
    Kind::ConditionFailed,
    Kind::DependencyFailed,
];

/// Whether what the service's log says may be the cause of its trouble.
pub(super) fn is_in_trouble(case: &Case<'_>) -> bool {
    case.is_broken() || matches!(case.service.state, State::Starting)
}

/// What was said that long before the end did not cause it: a minute, in microseconds.
pub(super) const NEAR_USEC: u64 = 60_000_000;

/// When the last run ended, in microseconds since 1970, if it has.
pub(super) fn end_usec(case: &Case<'_>) -> Option<u64> {
    let service = case.service;
    service.unit.main_exit_usec.or_else(|| service.runs.last().and_then(|run| run.end_usec))
}

/// Clues of these kinds that may be the cause, the last one first.
pub(super) fn told<'s>(case: &Case<'s>, kinds: &[Kind]) -> Vec<Told<'s>> {
    let in_trouble = is_in_trouble(case);
    let causes = || {
        let is_cause = |clue: &&Clue<'_>| {
            // Of a working service only the test of its configuration tells what would go wrong.
            clue.is_current()
                && !HOW_IT_ENDED.contains(&clue.kind)
                && (in_trouble || clue.is_of_test())
        };
        case.clues.iter().filter(is_cause)
    };
    let bind_failed = causes().any(|c| c.kind == Kind::BindFailed && c.grade == Grade::Fatal);
    let grade = |clue: &Clue<'_>| match clue.grade {
        Grade::Failure if bind_failed && BINDING.contains(&clue.kind) => Grade::Fatal,
        grade => grade,
    };
    let worst = causes().map(grade).max().unwrap_or(Grade::Nothing);
    let last = causes().filter(|clue| grade(clue) == worst).last();
    let sure = |clue: &Clue<'_>| match grade(clue) {
        Grade::Fatal => Some(Confidence::Certain),
        Grade::Failure if worst == Grade::Fatal => Some(Confidence::Possible),
        Grade::Failure if last.is_some_and(|last| last.kind == clue.kind) => {
            Some(Confidence::Likely)
        }
        Grade::Failure => Some(Confidence::Possible),
        Grade::Hint if worst == Grade::Hint || clue.is_of_test() => Some(Confidence::Possible),
        Grade::Hint | Grade::Nothing => None,
    };
    let end = end_usec(case);
    let sure = |clue: &Clue<'_>| {
        let is_old = end.zip(clue.time_usec()).is_some_and(|(end, time)| time + NEAR_USEC < end);
        let sure = sure(clue)?;
        match is_old {
            false => Some(sure),
            // It went on for a while after that line: it survived it.
            true if clue.grade == Grade::Fatal => Some(sure.min(Confidence::Likely)),
            true if clue.grade == Grade::Failure => Some(Confidence::Possible),
            true => None,
        }
    };
    let mut told: Vec<Told<'s>> = causes()
        .filter(|clue| kinds.contains(&clue.kind))
        .filter_map(|clue| Some(Told { clue, sure: sure(clue)? }))
        .collect();
    told.reverse();
    told
}
