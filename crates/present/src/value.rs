//! What one cell of a table, or one key of a JSON object, holds.

use crate::units;
use crate::{style::Theme, text};
use std::borrow::Cow;

/// Why there is no value. Zero is a value; these are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The kernel refused to show it to this user.
    NotPermitted,
    /// Nobody looked, or one look is not enough yet (a rate needs two).
    NotMeasured,
    /// The question makes no sense here (the command line of a kernel thread).
    NotApplicable,
    /// The thing went away while it was being looked at.
    Vanished,
    /// It was looked at and could not be told.
    Unknown,
}

impl Why {
    /// Every reason, in the order of declaration.
    pub const ALL: [Self; 5] =
        [Self::NotPermitted, Self::NotMeasured, Self::NotApplicable, Self::Vanished, Self::Unknown];

    /// The word used in JSON, and after `is` in filters.
    #[must_use]
    pub const fn json(self) -> &'static str {
        match self {
            Self::NotPermitted => "not_permitted",
            Self::NotMeasured => "not_measured",
            Self::NotApplicable => "not_applicable",
            Self::Vanished => "vanished",
            Self::Unknown => "unknown",
        }
    }

    /// The mark that stands in a table's cell: at most six columns, never `0` and never blank.
    #[must_use]
    pub const fn mark(self, unicode: bool) -> &'static str {
        match (self, unicode) {
            (Self::NotPermitted, _) => "denied",
            (Self::NotMeasured, true) => "–",
            (Self::NotMeasured, false) => "-",
            (Self::NotApplicable, true) => "·",
            (Self::NotApplicable, false) => ".",
            (Self::Vanished, _) => "gone",
            (Self::Unknown, _) => "?",
        }
    }
}

/// A point in time: the caller chooses how tables show it, JSON always has RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq)]
pub struct Timestamp<'a> {
    /// Seconds since 1970-01-01T00:00:00Z. Sorting and filters use this.
    pub unix_seconds: f64,
    /// What a table shows, usually a short form in local time.
    pub text: Cow<'a, str>,
}

/// One value, borrowed from the row where possible.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value, and the reason.
    Missing(Why),
    /// `yes` or `no` in tables.
    Bool(bool),
    /// A signed number without unit.
    Int(i64),
    /// A number without unit.
    Uint(u64),
    /// A fraction without unit. Make it with [`Value::float`] when it may be NaN.
    Float(f64),
    /// Hundredths: 100.0 is all of it (of one core, for CPU).
    Percent(f64),
    /// A size in bytes, shown in powers of 1024.
    Bytes(u64),
    /// A length of time in seconds.
    Seconds(f64),
    /// A point in time.
    Timestamp(Timestamp<'a>),
    /// Text known to be UTF-8; still cleaned before it reaches a terminal.
    Text(Cow<'a, str>),
    /// Bytes that somebody else wrote: perhaps UTF-8, perhaps not.
    Raw(Cow<'a, [u8]>),
    /// Several values, comma separated in tables.
    List(Vec<Value<'a>>),
}

impl<'a> Value<'a> {
    /// Text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Foreign bytes.
    pub fn raw(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self::Raw(bytes.into())
    }

    /// A fraction; NaN and infinities become [`Why::NotMeasured`].
    #[must_use]
    pub fn float(number: f64) -> Self {
        finite(number, Self::Float)
    }

    /// A percentage; NaN and infinities become [`Why::NotMeasured`].
    #[must_use]
    pub fn percent(number: f64) -> Self {
        finite(number, Self::Percent)
    }

    /// A length of time in seconds; NaN and infinities become [`Why::NotMeasured`].
    #[must_use]
    pub fn seconds(number: f64) -> Self {
        finite(number, Self::Seconds)
    }

    /// The value, or the reason for which there is none.
    pub fn or_missing<T: Into<Self>>(value: Option<T>, why: Why) -> Self {
        value.map_or(Self::Missing(why), Into::into)
    }

    /// Whether this is [`Value::Missing`] (or a number that is not one).
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.why().is_some()
    }

    /// Why there is no value, if there is none.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        match self {
            Self::Missing(why) => Some(*why),
            Self::Float(n) | Self::Percent(n) | Self::Seconds(n) if !n.is_finite() => {
                Some(Why::NotMeasured)
            }
            Self::Timestamp(time) if !time.unix_seconds.is_finite() => Some(Why::NotMeasured),
            _ => None,
        }
    }

    /// What a filter's bare column name asks: present, and neither zero nor empty nor `false`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            _ if self.is_missing() => false,
            Self::Missing(_) => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => *number != 0,
            Self::Uint(number) | Self::Bytes(number) => *number != 0,
            Self::Float(number) | Self::Percent(number) | Self::Seconds(number) => *number != 0.0,
            Self::Timestamp(_) => true,
            Self::Text(text) => !text.is_empty(),
            Self::Raw(bytes) => !bytes.is_empty(),
            Self::List(items) => !items.is_empty(),
        }
    }

    /// Appends what a table shows and returns its width in terminal columns.
    ///
    /// Nothing raw gets through: see [`text::clean`]. Of long texts no more than about `limit`
    /// columns are written (more may be; the table cuts exactly).
    pub fn show_into(&self, theme: &Theme, limit: usize, out: &mut String) -> usize {
        if let Some(why) = self.why() {
            let mark = why.mark(theme.unicode);
            out.push_str(mark);
            return text::width(mark);
        }
        match self {
            Self::Text(text) => return text::clean_limited(text.as_bytes(), limit, out),
            Self::Raw(bytes) => return text::clean_limited(bytes, limit, out),
            Self::Timestamp(time) => return text::clean_limited(time.text.as_bytes(), limit, out),
            Self::List(items) => return show_list(items, theme, limit, out),
            _ => {}
        }
        // Everything that is left is written in ASCII.
        let before = out.len();
        match self {
            Self::Bool(truth) => out.push_str(if *truth { "yes" } else { "no" }),
            Self::Int(number) => units::push_int(*number, out),
            Self::Uint(number) => units::push_uint(*number, out),
            Self::Float(number) => units::push_fixed(*number, 2, out),
            Self::Percent(number) => units::push_percent(*number, out),
            Self::Bytes(number) => units::push_bytes(*number, out),
            Self::Seconds(number) => units::push_duration(*number, out),
            _ => {}
        }
        out.len() - before
    }
}

fn show_list(items: &[Value<'_>], theme: &Theme, limit: usize, out: &mut String) -> usize {
    let mut width = 0;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
            width += 1;
        }
        if width > limit {
            break;
        }
        width += item.show_into(theme, limit, out);
    }
    width
}

fn finite<'a>(number: f64, make: fn(f64) -> Value<'a>) -> Value<'a> {
    if number.is_finite() { make(number) } else { Value::Missing(Why::NotMeasured) }
}

macro_rules! from {
    ($($source:ty => |$name:ident| $make:expr;)*) => {$(
        impl<'a> From<$source> for Value<'a> {
            fn from($name: $source) -> Self {
                $make
            }
        }
    )*};
}

from! {
    bool => |v| Self::Bool(v);
    i32 => |v| Self::Int(v.into());
    i64 => |v| Self::Int(v);
    u8 => |v| Self::Uint(v.into());
    u16 => |v| Self::Uint(v.into());
    u32 => |v| Self::Uint(v.into());
    u64 => |v| Self::Uint(v);
    f64 => |v| Self::float(v);
    &'a str => |v| Self::text(v);
    String => |v| Self::text(v);
    Cow<'a, str> => |v| Self::Text(v);
    &'a [u8] => |v| Self::raw(v);
    Vec<u8> => |v| Self::raw(v);
    Vec<Value<'a>> => |v| Self::List(v);
    Timestamp<'a> => |v| Self::Timestamp(v);
    Why => |v| Self::Missing(v);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Value<'_>) -> String {
        let mut out = String::new();
        let width = value.show_into(&Theme::plain(), usize::MAX, &mut out);
        assert_eq!(width, text::width(&out), "{value:?}");
        out
    }

    #[test]
    fn zero_and_every_reason_for_no_value_look_different() {
        let mut seen: Vec<String> =
            Why::ALL.iter().map(|why| shown(&Value::Missing(*why))).collect();
        seen.push(shown(&Value::Uint(0)));
        seen.push(shown(&Value::Bytes(0)));
        seen.push(shown(&Value::Text("".into())));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7, "{seen:?}");
    }

    #[test]
    fn cells() {
        let list = Value::List(vec![80_u16.into(), "a\nb".into(), Why::Unknown.into()]);
        assert_eq!(shown(&list), "80,a\\nb,?");
        assert_eq!(shown(&Value::Int(i64::MIN)), "-9223372036854775808");
        assert_eq!(shown(&Value::Uint(u64::MAX)), "18446744073709551615");
        assert_eq!(shown(&Value::Float(f64::NAN)), "-");
        assert_eq!(shown(&Value::Float(-1.5)), "-1.50");
        assert_eq!(shown(&Value::or_missing(None::<u32>, Why::Vanished)), "gone");
        assert_eq!(shown(&Value::raw(&b"\xff\x1b[2J"[..])), "\\xff\\e[2J");
    }
}
