//! Values that are texts: taken as they are, lists of words, paths, names.
//!
//! What a directive does with its words is systemd's, case by case: whether specifiers are replaced
//! before or after splitting, whether one bad word costs the line, the rest of it or only itself,
//! and whether it costs the unit.

mod checks;
mod fields;
mod path;
#[cfg(test)]
mod tests;
mod units;
mod users;

use std::{borrow::Cow, ops::Range};

use super::{
    Context, Parsed, Value,
    words::{Rules, Word, Words, shown},
};
use crate::{
    diagnostic::{Code, Problem, Severity},
    table::{
        Kind,
        kind::{self, canonical},
    },
};

pub(super) use checks::is_descriptor_name;
pub(super) use fields::assignment;
pub(crate) use path::absolute_path;
pub(super) use path::{WITH_COLONS, with_dash};
pub use path::{is_file_name, simplify, without_var_run};
pub use users::is_user_name;

pub(super) fn knows(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Raw
            | Kind::Text
            | Kind::List
            | Kind::RawList
            | Kind::ListOf(_)
            | Kind::Documentation
            | Kind::Path(_)
            | Kind::Paths
            | Kind::ColonPaths
            | Kind::PathOr(_)
            | Kind::User
            | Kind::Users
            | Kind::Units
            | Kind::UnitsOf(_)
            | Kind::OneUnit(_)
            | Kind::DescriptorName
            | Kind::BusName
            | Kind::LogNamespace
            | Kind::LogFields
            | Kind::LogPattern
            | Kind::Xattr
    )
}

pub(super) fn parse(
    kind: Kind,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Parsed {
    // A bus name or a single unit has no default to go back to.
    if text.is_empty() && !matches!(kind, Kind::BusName | Kind::OneUnit(_)) {
        return Parsed::Reset;
    }
    let value = match kind {
        Kind::Raw => Some(Value::Text(text.into())),
        Kind::Text => return plain(text, context, problems),
        Kind::List => list(text, true, |_| true, context, problems),
        Kind::RawList => list(text, false, |_| true, context, problems),
        Kind::Documentation => list(text, true, checks::is_documentation, context, problems),
        Kind::ListOf(words) => list_of(words, text, problems),
        Kind::Path(rule) => path::one(rule, text, context, problems),
        Kind::PathOr(words) => path::or_word(words, text, context, problems),
        Kind::Paths => path::several(text, context, problems),
        Kind::ColonPaths => path::with_colons(text, context, problems),
        Kind::User => users::one(text, context, problems),
        Kind::Users => users::several(text, context, problems),
        Kind::Units => units::several("", text, context, problems),
        Kind::UnitsOf(suffix) => units::several(suffix, text, context, problems),
        Kind::OneUnit(suffix) => units::one(suffix, text, context, problems),
        Kind::LogFields => fields::log_fields(text, context, problems),
        Kind::Xattr => fields::attribute(text, context, problems),
        Kind::LogPattern => fields::pattern(text, problems),
        _ => checks::named(kind, text, context, problems),
    };
    value.map_or(Parsed::Ignored, Parsed::Value)
}

/// The same finding where systemd doesn't load the unit.
pub(super) fn refused(problem: Problem) -> Problem {
    Problem { severity: Severity::Error, code: Code::BadSetting, ..problem }
}

/// Replaces the specifiers in a text that stands at `at` in the value.
pub(crate) fn expand<'t>(
    text: &'t str,
    at: Range<usize>,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Cow<'t, str>> {
    let expanded = try_expand(text, at, context);
    expanded.map_err(|problem| problems.push(problem)).ok()
}

/// As [`expand`], for who decides himself what a failure costs.
pub(super) fn try_expand<'t>(
    text: &'t str,
    at: Range<usize>,
    context: &Context<'_>,
) -> Result<Cow<'t, str>, Problem> {
    if memchr::memchr(b'%', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    context.expander.expand(text).map_err(|problem| moved(problem, text, at))
}

/// As [`try_expand`], for a text that names a unit.
pub(super) fn expand_name<'t>(
    text: &'t str,
    at: Range<usize>,
    context: &Context<'_>,
) -> Result<Cow<'t, str>, Problem> {
    if memchr::memchr(b'%', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    context.expander.expand_name(text).map_err(|problem| moved(problem, text, at))
}

/// A problem of a text, at its place in the value. Where quotes or escapes are gone the place
/// within the word is no longer known.
fn moved(problem: Problem, text: &str, at: Range<usize>) -> Problem {
    let at = match text.len() == at.len() {
        true => {
            let moved = |offset: usize| at.start.saturating_add(offset).min(at.end);
            moved(problem.at.start)..moved(problem.at.end)
        }
        false => at,
    };
    Problem { at, ..problem }
}

/// Replaces the specifiers in a word.
pub(super) fn expand_word<'t>(
    word: Word<'t>,
    context: &Context<'_>,
) -> Result<(Cow<'t, str>, Range<usize>), Problem> {
    let at = word.at.clone();
    let text = match word.text {
        Cow::Borrowed(text) => try_expand(text, at.clone(), context)?,
        Cow::Owned(text) => match try_expand(&text, at.clone(), context)? {
            Cow::Borrowed(_) => Cow::Owned(text),
            Cow::Owned(expanded) => Cow::Owned(expanded),
        },
    };
    Ok((text, at))
}

fn plain(text: &str, context: &Context<'_>, problems: &mut Vec<Problem>) -> Parsed {
    let Some(expanded) = expand(text, 0..text.len(), context, problems) else {
        return Parsed::Ignored;
    };
    if expanded.is_empty() {
        return Parsed::Reset;
    }
    let is_argument =
        matches!(context.directive.name, "RebootArgument" | "JobTimeoutRebootArgument");
    if is_argument && !checks::is_reboot_argument(&expanded) {
        let message = format!("{} can't be handed to reboot", shown(&expanded));
        let help = "write at most 255 ASCII characters";
        problems.push(Problem::value(0..text.len(), message).with_help(help));
        return Parsed::Ignored;
    }
    Parsed::Value(Value::Text(expanded.into()))
}

/// Words between blanks; specifiers are replaced before they are split.
fn list(
    text: &str,
    knows_specifiers: bool,
    is_valid: fn(&str) -> bool,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let all = 0..text.len();
    let expanded = match knows_specifiers {
        true => expand(text, all.clone(), context, problems)?,
        false => text.into(),
    };
    let has_places = matches!(expanded, Cow::Borrowed(_));
    let mut list = Vec::new();
    for word in Words::new(&expanded, Rules::TEXTS) {
        match word {
            // One quote that isn't closed costs the line.
            Err(error) => {
                let problem = error.problem();
                let at = if has_places { problem.at.clone() } else { all };
                problems.push(Problem { at, ..problem });
                return None;
            }
            Ok(word) if is_valid(&word.text) => list.push(word.text.into_owned().into()),
            Ok(word) => {
                let at = if has_places { word.at } else { all.clone() };
                problems.push(checks::not_documentation(&word.text, at));
            }
        }
    }
    (!list.is_empty()).then(|| Value::List(list.into()))
}

/// Words of a list, in its spelling.
fn list_of(words: kind::Words, text: &str, problems: &mut Vec<Problem>) -> Option<Value> {
    let mut list: Vec<Box<str>> = Vec::new();
    for word in Words::new(text, Rules::PLAIN) {
        let word = word.map_err(|error| problems.push(error.problem())).ok()?;
        match kind::word(words, &word.text) {
            Some(known) => list.push(known.into()),
            None => {
                let allowed = canonical(words).collect::<Vec<_>>().join(", ");
                let message = format!("{} is not one of the words known here", shown(&word.text));
                let help = format!("write words out of {allowed}");
                problems.push(Problem::value(word.at, message).with_help(help));
            }
        }
    }
    (!list.is_empty()).then(|| Value::List(list.into()))
}
