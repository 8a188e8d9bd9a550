//! Writing values as they stand in unit files.
//!
//! Most values are written in one way only. Lists and pairs are not: which characters part them and
//! whether quotes and escapes are known depends on the [`Kind`], and so does whether a `%` has to be
//! doubled. [`Value::written`] is told the kind, and what it writes is read back as the same value;
//! `Display` is not told, and writes for people.

use std::fmt::{self, Write};

use super::{
    Value, resource, sandbox,
    scalar::signal_name,
    text::WITH_COLONS,
    words::{Rules, quote},
};
use crate::{table::Kind, time::span};

impl Value {
    /// The value as it is written for a directive of this kind, so that it is read back the same.
    pub fn written(&self, kind: Kind) -> Written<'_> {
        Written { value: self, kind }
    }
}

/// A value to be written for a directive of a kind: see [`Value::written`].
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    value: &'a Value,
    kind: Kind,
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // These have a syntax of their own, case by case, and double `%` themselves.
        let special = sandbox::print(self.kind, self.value);
        if let Some(text) = special.or_else(|| resource::print(self.kind, self.value)) {
            return f.write_str(&text);
        }
        match knows_specifiers(self.kind) {
            true => write(self.value, Some(self.kind), &mut Doubled(f)),
            false => write(self.value, Some(self.kind), f),
        }
    }
}

impl fmt::Display for Value {
    /// The value in the syntax of unit files, `%` not doubled. What has to be read back exactly is
    /// written by [`Value::written`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, None, f)
    }
}

/// Doubles `%`.
struct Doubled<'a, W>(&'a mut W);

impl<W: Write> Write for Doubled<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut parts = text.split('%');
        self.0.write_str(parts.next().unwrap_or_default())?;
        parts.try_for_each(|part| {
            self.0.write_str("%%")?;
            self.0.write_str(part)
        })
    }
}

/// Whether specifiers are replaced in values of the kind.
pub fn knows_specifiers(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Raw
            | Kind::RawList
            | Kind::ListOf(_)
            | Kind::LogPattern
            | Kind::Amount
            | Kind::Tasks
            | Kind::Quota
            | Kind::CpuQuota
            | Kind::Percent
    )
}

fn write(value: &Value, kind: Option<Kind>, f: &mut impl Write) -> fmt::Result {
    match value {
        // A quota is not a boolean: it knows one of the words for no.
        Value::Flag(false) if kind == Some(Kind::Quota) => f.write_str("off"),
        Value::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
        Value::Integer(number) => write!(f, "{number}"),
        Value::Usec(usec) => f.write_str(&span::format_usec(*usec, 1)),
        Value::Nsec(nsec) => f.write_str(&span::format_nsec(*nsec)),
        Value::Bytes(bytes) => write!(f, "{bytes}"),
        Value::Amount(amount) => write!(f, "{amount}"),
        Value::Mode(mode) => write!(f, "{mode:04o}"),
        Value::Signal(signal) => f.write_str(&signal_name(*signal)),
        Value::Mask(mask) => write!(f, "{mask:#x}"),
        Value::Word(word) => f.write_str(word),
        Value::Text(text) => f.write_str(text),
        Value::List(list) => write_list(list, kind, f),
        Value::Pairs(pairs) => write_pairs(pairs, kind, f),
        Value::Names(names) => write_all(names, " ", f, |name, f| f.write_str(name.as_str())),
        Value::Limit(limit) => write!(f, "{limit}"),
        Value::Command(command) => write!(f, "{command}"),
        Value::Condition(condition) => write!(f, "{condition}"),
        Value::Statuses(statuses) => write!(f, "{statuses}"),
        Value::Calendar(calendar) => write!(f, "{calendar}"),
        Value::Selection(selection) => write!(f, "{selection}"),
        Value::Cpus(cpus) => write!(f, "{cpus}"),
        Value::Binds(binds) => write_all(binds, " ", f, |bind, f| write!(f, "{bind}")),
        Value::Directories(list) => write_all(list, " ", f, |folder, f| write!(f, "{folder}")),
        Value::Stream(stream) => write!(f, "{stream}"),
        Value::Listen(listen) => write!(f, "{listen}"),
    }
}

fn write_all<T, W: Write>(
    items: impl IntoIterator<Item = T>,
    gap: &str,
    f: &mut W,
    one: impl Fn(T, &mut W) -> fmt::Result,
) -> fmt::Result {
    items.into_iter().enumerate().try_for_each(|(at, item)| {
        if at > 0 {
            f.write_str(gap)?;
        }
        one(item, f)
    })
}

/// The rules by which a list of the kind is split.
fn rules(kind: Option<Kind>) -> Rules {
    match kind {
        Some(Kind::List | Kind::RawList | Kind::Documentation) => Rules::TEXTS,
        Some(Kind::Paths | Kind::VariableNames(false)) => Rules::PATHS,
        Some(Kind::Users | Kind::ListOf(_)) => Rules::PLAIN,
        Some(Kind::ColonPaths) => WITH_COLONS,
        _ => Rules::SHELL,
    }
}

fn write_list(list: &[Box<str>], kind: Option<Kind>, f: &mut impl Write) -> fmt::Result {
    let rules = rules(kind);
    let gap = if kind == Some(Kind::ColonPaths) { ":" } else { " " };
    write_all(list, gap, f, |word, f| rules.write(f, word))
}

fn write_pairs(
    pairs: &[(Box<str>, Box<str>)],
    kind: Option<Kind>,
    f: &mut impl Write,
) -> fmt::Result {
    write_all(pairs, " ", f, |(name, value), f| match kind {
        // The whole value is one pair: there is nothing to quote.
        Some(Kind::Xattr) => write!(f, "{name}={value}"),
        _ => f.write_str(&quote(&format!("{name}={value}"))),
    })
}
