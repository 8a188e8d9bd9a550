//! One question about one column.

use super::lex::Operator;
use crate::column::{Kind, Rows};
use crate::order::{self, Number};
use crate::value::{Value, Why};
use crate::{time, units};
use std::cmp::Ordering;

/// A column, and what is asked of its value.
pub(super) struct Test<K: Rows> {
    pub value: for<'a> fn(&'a K::Row<'a>) -> Value<'a>,
    pub check: Check,
}

pub(super) enum Check {
    Truth,
    /// Missing for this reason, or for any.
    Missing {
        why: Option<Why>,
        negated: bool,
    },
    Compare {
        operator: Operator,
        literal: Literal,
    },
    AnyOf {
        literals: Vec<Literal>,
        negated: bool,
    },
}

/// The right-hand side, read as the column's kind wants it.
pub(super) struct Literal {
    text: String,
    number: Option<Number>,
    /// The text has `*` or `?` in it.
    pattern: bool,
}

impl Literal {
    /// `None` if such a column can't be compared with this.
    pub(super) fn read(text: &str, kind: Kind, ordered: bool) -> Option<Self> {
        let exact = || text.parse::<i128>().ok().map(Number::Int);
        let number = match kind {
            // An id may stand where the name isn't known, so a number may be meant after all.
            Kind::Text => exact(),
            Kind::List => exact().or_else(|| units::parse_count(text).map(Number::Float)),
            Kind::Number => exact().or_else(|| units::parse_count(text).map(Number::Float)),
            Kind::Bytes => exact().or_else(|| units::parse_bytes(text).map(Number::Float)),
            Kind::Seconds => units::parse_duration(text).map(Number::Float),
            Kind::Percent => units::parse_percent(text).map(Number::Float),
            Kind::Time => time::parse(text).map(Number::Float),
            Kind::Bool => truth(text).map(|truth| Number::Int(truth.into())),
        };
        let textual = matches!(kind, Kind::Text | Kind::List) && !ordered;
        (number.is_some() || textual).then(|| Self {
            text: text.to_owned(),
            number,
            pattern: text.contains(['*', '?']),
        })
    }

    fn equals(&self, value: &Value<'_>) -> bool {
        match (Number::of(value), self.number) {
            (Some(a), Some(b)) => a.compare(b).is_eq(),
            _ => order::bytes(value) == Some(self.text.as_bytes()),
        }
    }

    fn ordered(&self, value: &Value<'_>, fits: fn(Ordering) -> bool) -> bool {
        match (Number::of(value), self.number) {
            (Some(a), Some(b)) => fits(a.compare(b)),
            _ => false,
        }
    }

    fn is_like(&self, value: &Value<'_>) -> bool {
        if let Some(text) = order::bytes(value) {
            return self.is_like_bytes(text);
        }
        let mut digits = String::new();
        match value {
            Value::Uint(number) => units::push_uint(*number, &mut digits),
            Value::Int(number) => units::push_int(*number, &mut digits),
            _ => return false,
        }
        self.is_like_bytes(digits.as_bytes())
    }

    fn is_like_bytes(&self, text: &[u8]) -> bool {
        let pattern = self.text.as_bytes();
        match pattern {
            _ if self.pattern => glob(pattern, text),
            [] => true,
            _ => text.windows(pattern.len()).any(|part| part == pattern),
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Some(true),
        "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

impl<K: Rows> Test<K> {
    pub(super) fn holds<'a>(&self, row: &'a K::Row<'a>) -> bool {
        let value = (self.value)(row);
        match &self.check {
            Check::Truth => value.is_true(),
            Check::Missing { why, negated } => {
                let missing = value.why().is_some_and(|is| why.is_none_or(|why| why == is));
                missing != *negated
            }
            _ if value.is_missing() => false,
            Check::AnyOf { literals, negated } => {
                let found = |value: &Value<'_>| literals.iter().any(|one| one.equals(value));
                some(&value, found) != *negated
            }
            Check::Compare { operator, literal } => compare(&value, *operator, literal),
        }
    }
}

fn compare(value: &Value<'_>, operator: Operator, literal: &Literal) -> bool {
    let ordered = |fits| some(value, |value| literal.ordered(value, fits));
    match operator {
        Operator::Equal => some(value, |value| literal.equals(value)),
        Operator::Unequal => !some(value, |value| literal.equals(value)),
        Operator::Like => some(value, |value| literal.is_like(value)),
        Operator::Unlike => !some(value, |value| literal.is_like(value)),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::AtLeast => ordered(Ordering::is_ge),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::AtMost => ordered(Ordering::is_le),
    }
}

/// Whether it holds for the value, or for one item of the list that it is.
fn some(value: &Value<'_>, holds: impl Fn(&Value<'_>) -> bool) -> bool {
    match value {
        Value::List(items) => items.iter().any(holds),
        single => holds(single),
    }
}

/// Whether all of `text` has the form of `pattern`: `*` is any run of bytes, `?` one character.
///
/// Only the last `*` is ever tried again, so the cost is at most the product of the lengths.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, text) {
            ([b'*', rest @ ..], _) => {
                retry = Some((rest, text));
                pattern = rest;
                continue;
            }
            ([b'?', rest @ ..], [_, tail @ ..]) => {
                let more = tail.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
                pattern = rest;
                text = tail.get(more..).unwrap_or(&[]);
                continue;
            }
            ([wanted, rest @ ..], [found, tail @ ..]) if wanted == found => {
                pattern = rest;
                text = tail;
                continue;
            }
            ([], []) => return true,
            _ => {}
        }
        let Some((after, [_, shorter @ ..])) = retry else { return false };
        retry = Some((after, shorter));
        pattern = after;
        text = shorter;
    }
}

pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "numbers",
        Kind::Bytes => "sizes",
        Kind::Seconds => "lengths of time",
        Kind::Percent => "percentages",
        Kind::Bool => "yes or no",
        Kind::Time => "points in time",
        Kind::List => "lists",
    }
}

pub(super) const fn allowed(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "= != ~ !~ in is",
        Kind::Bool => "= != in is, or the name alone",
        Kind::List => "= != ~ !~ > >= < <= in is",
        _ => "= != > >= < <= in is",
    }
}

pub(super) const fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "root, \"two words\"",
        Kind::Number => "5, 1.5, 10k",
        Kind::Bytes => "512, 10M, 1.5G",
        Kind::Seconds => "45s, 2h, 1h30m, 3d",
        Kind::Percent => "5, 2.5%",
        Kind::Bool => "yes, no",
        Kind::Time => "2026-11-22, 2026-11-22T16:14Z, @1700000000",
        Kind::List => "80",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("*b*", "abc", true),
            ("?b?", "äbc", true),
            ("??", "ä", false),
            ("a**b*", "axxbx", true),
            ("*.d", "cron.d", true),
            ("*ab", "aab", true),
        ] {
            assert_eq!(glob(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_is_not_exponential() {
        let (pattern, text) = ("*a".repeat(200) + "b", "a".repeat(5_000));
        assert!(!glob(pattern.as_bytes(), text.as_bytes()));
    }

    /// The definition, by recursion.
    fn slow_glob(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], _) => text.is_empty(),
            ([b'*', rest @ ..], _) => (0..=text.len()).any(|at| slow_glob(rest, &text[at..])),
            ([b'?', rest @ ..], [_, tail @ ..]) => slow_glob(rest, tail),
            ([a, rest @ ..], [b, tail @ ..]) => a == b && slow_glob(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn glob_by_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
            prop_assert_eq!(glob(pattern, text), slow_glob(pattern, text));
        }
    }
}
