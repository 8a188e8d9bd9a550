//! Names and numbers of users and groups.

use super::{expand_word, refused, try_expand};
use crate::{
    diagnostic::Problem,
    values::{
        Context, Value,
        scalar::number,
        words::{Rules, Words, shown},
    },
};

/// Numbers that mean "no user" to system calls, in 32 and in 16 bits.
const NOBODY_AT_ALL: [u64; 2] = [0xffff_ffff, 0xffff];

/// Whether systemd takes it for a user or group: a number, or a name that is not outright harmful.
pub fn is_user_name(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(name) {
        let has_zero = name.len() > 1 && name.starts_with('0');
        let number = number::digits(name, 10).ok().filter(|id| u32::try_from(*id).is_ok());
        return !has_zero && number.is_some_and(|id| !NOBODY_AT_ALL.contains(&id));
    }
    let is_negative = name.strip_prefix('-').is_some_and(|rest| rest.is_empty() || is_number(rest));
    !name.is_empty()
        && !name.starts_with(' ')
        && !name.ends_with(' ')
        && !name.bytes().any(|byte| byte.is_ascii_control() || matches!(byte, b':' | b'/'))
        && !is_negative
        && !matches!(name, "." | "..")
}

fn not_a_user(name: &str, at: std::ops::Range<usize>) -> Problem {
    let message = format!("{} can't be the name of a user or a group", shown(name));
    refused(Problem::value(at, message).with_help("write a name, or a number below 4294967295"))
}

pub(super) fn one(text: &str, context: &Context<'_>, problems: &mut Vec<Problem>) -> Option<Value> {
    let at = 0..text.len();
    let checked = try_expand(text, at.clone(), context).map_err(refused);
    let checked = checked.and_then(|name| match is_user_name(&name) {
        true => Ok(name),
        false => Err(not_a_user(&name, at.clone())),
    });
    let name = checked.map_err(|problem| problems.push(problem)).ok()?;
    if name == "nobody" && context.directive.name.contains("User") {
        let problem = Problem::value(at, "the user nobody is shared: it is no safe user to run as");
        problems.push(problem.with_help("give the unit a user of its own, or set DynamicUser=yes"));
    }
    Some(Value::Text(name.into()))
}

pub(super) fn several(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let mut names: Vec<Box<str>> = Vec::new();
    for word in Words::new(text, Rules::PLAIN) {
        let checked = word
            .map_err(|error| refused(error.problem()))
            .and_then(|word| expand_word(word, context).map_err(refused))
            .and_then(|(name, at)| match is_user_name(&name) {
                true => Ok(name.into()),
                false => Err(not_a_user(&name, at)),
            });
        names.push(checked.map_err(|problem| problems.push(problem)).ok()?);
    }
    (!names.is_empty()).then(|| Value::List(names.into()))
}
