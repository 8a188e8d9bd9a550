//! What is said of specifiers that are wrong, or stay.

use std::ops::Range;

use super::MAX_EXPANDED_BYTES;
use crate::diagnostic::{Code, Problem, Severity};

fn problem(at: Range<usize>, message: String) -> Problem {
    Problem { code: Code::Specifier, ..Problem::value(at, message) }
}

pub fn too_long(text: &str) -> Problem {
    let message =
        format!("with its specifiers replaced that is longer than {MAX_EXPANDED_BYTES} bytes");
    problem(0..text.len(), message)
}

/// `is_text`: all specifiers could have been used.
pub fn unknown(at: Range<usize>, letter: char, is_text: bool) -> Problem {
    let is_known_elsewhere = !is_text && "IJPfyYCDELStTVdhs".contains(letter);
    let (message, help) = match is_known_elsewhere {
        true => (
            format!("%{letter} can't be used in the name of a unit"),
            "only specifiers that fit into a name can be used here: systemd.unit(5), SPECIFIERS",
        ),
        false => (
            format!("%{letter} is no specifier"),
            "write %% for a percent sign; systemd.unit(5), SPECIFIERS, lists what there is",
        ),
    };
    problem(at, message).with_help(help)
}

pub fn remark_on(at: usize, letter: char) -> Problem {
    let (code, severity, message, help) = match letter {
        'c' | 'r' | 'R' => (
            Code::Deprecated,
            Severity::Warning,
            format!("%{letter} stands for a control group, and no longer works as intended"),
            "take it out; a process finds its own control group in /proc/self/cgroup",
        ),
        _ => (
            Code::Specifier,
            Severity::Hint,
            format!("the value of %{letter} is not known here, so it stays as it is"),
            "it is replaced where the unit runs",
        ),
    };
    Problem { at: at..at + 2, code, severity, message, help: Some(help.to_owned()) }
}

pub fn no_value(at: Range<usize>, letter: char, why: &str) -> Problem {
    problem(at, format!("%{letter} has no value here: {why}"))
}

pub fn lone_percent(at: Range<usize>) -> Problem {
    Problem {
        at,
        code: Code::Specifier,
        severity: Severity::Hint,
        message: "a % that starts no specifier stays as it is".to_owned(),
        help: Some("write %% for a percent sign".to_owned()),
    }
}
