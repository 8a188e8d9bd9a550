//! Expressions on the command line that are wrong: what, where, and what to write in their place.

use std::process::ExitCode;

use present::text;
use unit::diagnostic::Problem;

use crate::failure::Failure;

/// The longest piece of an expression that is shown, in bytes before and behind the bad part.
const AROUND: usize = 60;

/// The message, the expression, and a caret line below its bad part. Control characters are shown
/// as escapes, so carets are placed by what is shown.
pub fn message(expression: &str, problem: &Problem) -> String {
    let at = |wanted: usize, forward: bool| {
        let mut at = wanted.min(expression.len());
        while !expression.is_char_boundary(at) {
            at = if forward { at + 1 } else { at - 1 };
        }
        at
    };
    let (start, end) = (at(problem.at.start, false), at(problem.at.end, true));
    let from = at(start.saturating_sub(AROUND), true);
    let to = at(end.min(start + AROUND) + AROUND, false).max(from);
    let piece = |from: usize, to: usize| {
        text::clean(expression.get(from..to).unwrap_or_default().as_bytes()).into_owned()
    };
    let (before, bad) = (piece(from, start), piece(start, end.min(to)));
    let cut = if from > 0 { "…" } else { "" };
    let shown = format!("{cut}{before}{bad}{}", piece(end.min(to), to));
    let left = text::width(cut) + text::width(&before);
    let carets = "^".repeat(text::width(&bad).max(1));
    format!("{}\n  {shown}\n  {}{carets}", problem.message, " ".repeat(left))
}

/// A failure with the message.
pub fn failure(expression: &str, problem: &Problem) -> Failure {
    hinted(Failure::failed(message(expression, problem)), problem)
}

/// The same for an option's value: wrong usage.
pub fn usage(option: &str, value: &str, problem: &Problem) -> Failure {
    let message = format!("{option}: {}", message(value, problem));
    hinted(Failure::usage(message), problem)
}

fn hinted(failure: Failure, problem: &Problem) -> Failure {
    match &problem.help {
        Some(help) => failure.hint(help),
        None => failure,
    }
}

/// Reads all expressions; where some are wrong, each is reported and nothing else is done.
pub fn all<'t, T>(
    expressions: &'t [String],
    parse: impl Fn(&'t str) -> Result<T, Problem>,
) -> Result<Vec<T>, ExitCode> {
    let mut read = Vec::with_capacity(expressions.len());
    let mut failed = None;
    for expression in expressions {
        match parse(expression) {
            Ok(value) => read.push(value),
            Err(problem) => failed = Some(failure(expression, &problem).report()),
        }
    }
    failed.map_or(Ok(read), Err)
}
