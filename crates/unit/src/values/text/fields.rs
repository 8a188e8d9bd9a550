//! What belongs to a log line or a socket: fields, attributes, patterns.

use std::ops::Range;

use super::{checks::is_field_name, expand, expand_word};
use crate::{
    diagnostic::Problem,
    values::{
        Context, Value,
        words::{Rules, Words, shown},
    },
};

/// Splits `NAME=value`.
pub(in crate::values) fn assignment(
    text: &str,
    at: &Range<usize>,
    is_name: fn(&str) -> bool,
    what: &str,
) -> Result<(Box<str>, Box<str>), Problem> {
    let wrong =
        |message: String, help: &str| Err(Problem::value(at.clone(), message).with_help(help));
    match text.split_once('=') {
        None => wrong(format!("{} has no =", shown(text)), "write NAME=value"),
        Some((name, _)) if !is_name(name) => {
            let message = format!("{} can't be the name of {what}", shown(name));
            wrong(message, "write letters, digits and _, and no digit first")
        }
        Some((name, value)) => Ok((name.into(), value.into())),
    }
}

pub(super) fn log_fields(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let mut fields = Vec::new();
    for word in Words::new(text, Rules::SHELL) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                problems.push(error.problem());
                break;
            }
        };
        let field = expand_word(word, context)
            .and_then(|(text, at)| assignment(&text, &at, is_field_name, "a log field"));
        match field {
            Ok(field) => fields.push(field),
            Err(problem) => problems.push(problem),
        }
    }
    (!fields.is_empty()).then(|| Value::Pairs(fields.into()))
}

pub(super) fn attribute(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    /// The longest name of an attribute, in bytes (xattr(7)).
    const MAX_NAME_BYTES: usize = 255;
    let at = 0..text.len();
    let expanded = expand(text, at.clone(), context, problems)?;
    let is_name = |name: &str| {
        name.len() <= MAX_NAME_BYTES
            && name.strip_prefix("user.").is_some_and(|rest| !rest.is_empty())
    };
    match expanded.split_once('=') {
        Some((name, value)) if is_name(name) => {
            Some(Value::Pairs(Box::new([(name.into(), value.into())])))
        }
        _ => {
            let message =
                format!("{} is not an extended attribute with its value", shown(&expanded));
            problems.push(Problem::value(at, message).with_help("write user.NAME=value"));
            None
        }
    }
}

pub(super) fn pattern(text: &str, problems: &mut Vec<Problem>) -> Option<Value> {
    if text == "~" {
        let problem = Problem::value(0..text.len(), "there is no pattern behind ~");
        problems.push(problem.with_help("write a regular expression behind it"));
        return None;
    }
    Some(Value::Text(text.into()))
}
