//! Values that are one thing: booleans, words, numbers, sizes, times, signals.
//!
//! Whether an empty assignment goes back to the default or is a mistake is not a matter of the kind
//! alone: systemd decides it for each directive, and `scalar/empty.rs` is the list.

mod amount;
mod empty;
mod limit;
mod named;
pub(super) mod number;
mod share;
mod signal;
mod size;
mod statuses;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{Context, Parsed, Value, text, words::shown};
use crate::{
    diagnostic::{Code, Problem},
    name::UnitType,
    table::{
        Kind,
        kind::{Words, Zero, canonical, word},
    },
    time::{Calendar, span},
};

pub use amount::Amount;
pub use limit::Limit;
pub use number::{NumberError, signed as parse_signed, unsigned as parse_unsigned};
pub use share::{format_permyriad, parse_permyriad};
pub use signal::{parse_signal, signal_name};
pub use size::parse_size;
pub use statuses::{Statuses, exit_status_name, parse_exit_status};

const USEC_PER_SEC: u64 = 1_000_000;

/// Timers: the only time spans in which specifiers are replaced.
const TIMERS: [&str; 5] =
    ["OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"];

/// What is for systemd-oomd, which services, scopes and slices alone can be given to.
const OOMD: [&str; 4] = [
    "ManagedOOMSwap",
    "ManagedOOMMemoryPressure",
    "ManagedOOMMemoryPressureLimit",
    "ManagedOOMMemoryPressureDurationSec",
];

pub(super) fn knows(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::BoolOr(_)
            | Kind::Choice(_)
            | Kind::Integer(..)
            | Kind::Seconds(_)
            | Kind::Nanoseconds
            | Kind::Size
            | Kind::Amount
            | Kind::Tasks
            | Kind::Count
            | Kind::Quota
            | Kind::CpuQuota
            | Kind::Percent
            | Kind::Weight(_)
            | Kind::OldWeight(..)
            | Kind::Mode
            | Kind::Signal
            | Kind::ExitStatus
            | Kind::Limit(_)
            | Kind::NiceLevel
            | Kind::OomScore
            | Kind::LogLevel
            | Kind::LogFacility
            | Kind::IpTos
            | Kind::CoredumpFilter
            | Kind::Personality
            | Kind::Statuses
            | Kind::Calendar
    )
}

pub(super) fn parse(
    kind: Kind,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Parsed {
    if OOMD.contains(&context.directive.name)
        && !matches!(context.unit, UnitType::Service | UnitType::Scope | UnitType::Slice)
    {
        let problem = invalid(text, "is passed over: systemd-oomd looks after no such units");
        problems.push(problem.with_help("write it for a service, a scope or a slice"));
        return Parsed::Ignored;
    }
    if text.is_empty() && empty::resets(kind, context) {
        return Parsed::Reset;
    }
    let value = match kind {
        Kind::Statuses => return statuses::parse(text, problems),
        Kind::Calendar => calendar(text, context, problems),
        Kind::Seconds(zero) => seconds(zero, text, context, problems),
        _ => scalar(kind, text, context).map_err(|problem| problems.push(problem)).ok(),
    };
    if value == Some(Value::Word("none")) && context.directive.name == "KillMode" {
        problems.push(Problem {
            code: Code::Deprecated,
            ..invalid(text, "leaves processes behind that nobody looks after")
                .with_help("write control-group or mixed")
        });
    }
    value.map_or(Parsed::Ignored, Parsed::Value)
}

fn scalar(kind: Kind, text: &str, context: &Context<'_>) -> Result<Value, Problem> {
    let name = context.directive.name;
    match kind {
        Kind::Bool => flag(text, context.directive.fatal),
        Kind::BoolOr(words) => bool_or(words, text),
        Kind::Choice(words) => choice(words, text, name),
        Kind::Integer(min, max) => integer(text, min, max),
        Kind::OldWeight(min, max) => integer(text, min, max),
        Kind::Weight(words) => match word(words, text) {
            Some(word) => Ok(Value::Word(word)),
            None => integer(text, 1, 10_000),
        },
        Kind::NiceLevel => integer(text, -20, 19),
        Kind::OomScore => integer(text, -1000, 1000),
        Kind::ExitStatus => integer(text, 0, 255),
        Kind::Nanoseconds => span::parse_nsec(text).map(Value::Nsec),
        Kind::Size => size::value(text),
        Kind::Amount => amount::memory(text, name),
        Kind::Tasks => amount::tasks(text),
        Kind::Count => amount::count(text),
        Kind::Quota => amount::quota(text),
        Kind::CpuQuota => amount::cpu_quota(text),
        Kind::Percent => amount::percent(text),
        Kind::Mode => mode(text),
        Kind::Signal => signal::value(text),
        Kind::Limit(unit) => limit::parse(unit, text),
        Kind::LogLevel => named::log_level(text),
        Kind::LogFacility => named::log_facility(text),
        Kind::IpTos => named::ip_tos(text),
        Kind::CoredumpFilter => named::coredump_filter(text),
        Kind::Personality => named::personality(text, context),
        _ => Err(invalid(text, "is not a value of this directive")),
    }
}

/// A problem with the whole value.
fn invalid(text: &str, what: &str) -> Problem {
    Problem::value(0..text.len(), format!("{} {what}", shown(text)))
}

/// The words that mean yes and no, in any case.
pub fn parse_bool(text: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(&["1", "yes", "y", "true", "t", "on"]) {
        Some(true)
    } else if is_one_of(&["0", "no", "n", "false", "f", "off"]) {
        Some(false)
    } else {
        None
    }
}

fn flag(text: &str, is_fatal: bool) -> Result<Value, Problem> {
    parse_bool(text).map(Value::Flag).ok_or_else(|| {
        let problem = invalid(text, "is not a boolean").with_help("write yes or no");
        if is_fatal { text::refused(problem) } else { problem }
    })
}

fn bool_or(words: Words, text: &str) -> Result<Value, Problem> {
    if let Some(flag) = parse_bool(text) {
        return Ok(Value::Flag(flag));
    }
    word(words, text).map(Value::Word).ok_or_else(|| {
        let help = format!("write yes, no, or one of {}", list(words));
        invalid(text, "is neither a boolean nor one of the words known here").with_help(help)
    })
}

fn choice(words: Words, text: &str, name: &str) -> Result<Value, Problem> {
    let lower = match name {
        // The names of protocols are known in any case.
        "SocketProtocol" => Cow::Owned(text.to_ascii_lowercase()),
        // Words that mean yes and no too: in any case, as every boolean.
        "BindIPv6Only" if parse_bool(text).is_some() => Cow::Owned(text.to_ascii_lowercase()),
        "Timestamping" => match parse_bool(text) {
            Some(true) => Cow::Borrowed("ns"),
            Some(false) => Cow::Borrowed("off"),
            None => Cow::Borrowed(text),
        },
        _ => Cow::Borrowed(text),
    };
    word(words, &lower).map(Value::Word).ok_or_else(|| {
        invalid(text, "is not one of the words known here")
            .with_help(format!("write one of {}", list(words)))
    })
}

fn list(words: Words) -> String {
    canonical(words).collect::<Vec<_>>().join(", ")
}

fn integer(text: &str, min: i64, max: i64) -> Result<Value, Problem> {
    match number::signed(text) {
        Ok(number) if (min..=max).contains(&number) => Ok(Value::Integer(number)),
        result => {
            let what = match result {
                Err(NumberError::Syntax) => "is not a whole number",
                _ => "is out of range",
            };
            Err(invalid(text, what).with_help(format!("write a number from {min} to {max}")))
        }
    }
}

fn mode(text: &str) -> Result<Value, Problem> {
    let mode = number::octal(text).and_then(|mode| match u32::try_from(mode) {
        Ok(mode) if mode <= 0o7777 => Ok(mode),
        _ => Err(NumberError::Range),
    });
    mode.map(Value::Mode).map_err(|error| {
        let what = match error {
            NumberError::Syntax => "is not an access mode",
            NumberError::Range => "is more than an access mode can be",
        };
        invalid(text, what).with_help("write it in octal, such as 0755, at most 7777")
    })
}

fn seconds(
    zero: Zero,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let name = context.directive.name;
    let written = match TIMERS.contains(&name) {
        true => text::expand(text, 0..text.len(), context, problems)?,
        false => text.into(),
    };
    let usec = match span::parse_usec(&written, USEC_PER_SEC) {
        Ok(usec) => usec,
        Err(problem) => {
            let at = if *written == *text { problem.at.clone() } else { 0..text.len() };
            problems.push(Problem { at, ..problem });
            return None;
        }
    };
    let is_pressure = name == "ManagedOOMMemoryPressureDurationSec";
    if is_pressure && !(USEC_PER_SEC..u64::MAX).contains(&usec) {
        let help = "write a time from 1s up, and not infinity";
        problems.push(invalid(text, "is out of range").with_help(help));
        return None;
    }
    let usec = if usec == 0 && zero == Zero::IsInfinity { u64::MAX } else { usec };
    Some(Value::Usec(usec))
}

fn calendar(text: &str, context: &Context<'_>, problems: &mut Vec<Problem>) -> Option<Value> {
    let written = text::expand(text, 0..text.len(), context, problems)?;
    match Calendar::parse(&written) {
        Ok(event) => Some(Value::Calendar(Box::new(event))),
        Err(problem) => {
            let at = if *written == *text { problem.at.clone() } else { 0..text.len() };
            problems.push(Problem { at, ..problem });
            None
        }
    }
}
