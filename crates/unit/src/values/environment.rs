//! Variables of processes: assignments, names, files of them (systemd.exec(5), ENVIRONMENT).

use std::{borrow::Cow, ops::Range};

use super::{
    Context, Parsed, Value,
    text::{assignment, expand_word, with_dash},
    words::{Rules, Words, shown},
};
use crate::{diagnostic::Problem, table::Kind};

/// The longest assignment, in bytes: what the kernel hands to a program in one string.
const MAX_ASSIGNMENT_BYTES: usize = 2_097_151;

/// Whether a variable can have that name: letters, digits and `_`, no digit first.
pub fn is_variable_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() < MAX_ASSIGNMENT_BYTES
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(super) fn knows(kind: Kind) -> bool {
    matches!(kind, Kind::Environment | Kind::EnvironmentFile | Kind::VariableNames(_))
}

pub(super) fn parse(
    kind: Kind,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let value = match kind {
        Kind::EnvironmentFile => with_dash(text, context, problems),
        Kind::VariableNames(may_assign) => {
            // Where only names are taken, a backslash begins no escape.
            let rules = if may_assign { Rules::SHELL } else { Rules::PATHS };
            let names: Box<[Box<str>]> = collect(text, rules, context, problems, |text, at| {
                name_or_assignment(text, at, may_assign)
            });
            (!names.is_empty()).then_some(Value::List(names))
        }
        _ => {
            let pairs = collect(text, Rules::SHELL, context, problems, pair);
            (!pairs.is_empty()).then_some(Value::Pairs(pairs))
        }
    };
    value.map_or(Parsed::Ignored, Parsed::Value)
}

/// What is right in a list: a bad word costs itself, a quote that isn't closed what stands behind.
fn collect<T>(
    text: &str,
    rules: Rules,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
    read: impl Fn(&str, &Range<usize>) -> Result<T, Problem>,
) -> Box<[T]> {
    let mut list = Vec::new();
    for word in Words::new(text, rules) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                problems.push(error.problem());
                break;
            }
        };
        match expand_word(word, context).and_then(|(text, at): (Cow<'_, str>, _)| read(&text, &at))
        {
            Ok(item) => list.push(item),
            Err(problem) => problems.push(problem),
        }
    }
    list.into()
}

fn pair(text: &str, at: &Range<usize>) -> Result<(Box<str>, Box<str>), Problem> {
    if text.len() > MAX_ASSIGNMENT_BYTES {
        return Err(Problem::value(at.clone(), "an assignment has more than 2,097,151 bytes")
            .with_help("no program can be given so much; write a file in its place"));
    }
    assignment(text, at, is_variable_name, "a variable")
}

fn name_or_assignment(
    text: &str,
    at: &Range<usize>,
    may_assign: bool,
) -> Result<Box<str>, Problem> {
    if is_variable_name(text) {
        return Ok(text.into());
    }
    if may_assign && text.contains('=') {
        return pair(text, at).map(|_| text.into());
    }
    let message = format!("{} can't be the name of a variable", shown(text));
    Err(Problem::value(at.clone(), message)
        .with_help("write letters, digits and _, and no digit first"))
}
