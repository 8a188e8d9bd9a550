//! The names of formats.

use std::fmt;
use std::str::FromStr;

/// How an entry is written: `--output` of journalctl(1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// `Nov 23 01:22:13 host name[pid]: message`, as syslog files have it.
    #[default]
    Short,
    /// The time with weekday, date and zone.
    ShortFull,
    /// The time by ISO 8601.
    ShortIso,
    /// The time by ISO 8601 with microseconds.
    ShortIsoPrecise,
    /// The time with microseconds.
    ShortPrecise,
    /// The time since boot.
    ShortMonotonic,
    /// The time since boot, and since the entry before.
    ShortDelta,
    /// The time in seconds since 1970.
    ShortUnix,
    /// All fields, a line each.
    Verbose,
    /// For reading by machines: the journal export format.
    Export,
    /// An object on a line.
    Json,
    /// An object on several lines.
    JsonPretty,
    /// As events that a server sends.
    JsonSse,
    /// JSON text sequences (RFC 7464).
    JsonSeq,
    /// The message alone.
    Cat,
    /// As [`Format::ShortFull`], with the unit's name.
    WithUnit,
}

/// Names and formats in the order in which journalctl lists them.
const NAMES: &[(&str, Format)] = &[
    ("short", Format::Short),
    ("short-full", Format::ShortFull),
    ("short-iso", Format::ShortIso),
    ("short-iso-precise", Format::ShortIsoPrecise),
    ("short-precise", Format::ShortPrecise),
    ("short-monotonic", Format::ShortMonotonic),
    ("short-delta", Format::ShortDelta),
    ("short-unix", Format::ShortUnix),
    ("verbose", Format::Verbose),
    ("export", Format::Export),
    ("json", Format::Json),
    ("json-pretty", Format::JsonPretty),
    ("json-sse", Format::JsonSse),
    ("json-seq", Format::JsonSeq),
    ("cat", Format::Cat),
    ("with-unit", Format::WithUnit),
];

impl Format {
    /// All, in the order in which `-o help` lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(_, format)| *format)
    }

    /// As `-o` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Whether it is one of the JSON formats.
    #[must_use]
    pub const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonPretty | Self::JsonSse | Self::JsonSeq)
    }

    /// Whether what is written of an entry depends on the entry before: one renderer must see
    /// all entries in their order.
    #[must_use]
    pub const fn needs_order(self) -> bool {
        matches!(self, Self::ShortDelta)
    }

    /// Whether lines of text for people may stand between entries (`-- Boot … --`), as
    /// journalctl has it: not where a program reads.
    #[must_use]
    pub const fn is_quiet(self) -> bool {
        matches!(self, Self::Export | Self::Cat) || self.is_json()
    }
}

/// There is no format of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no output format is called {:?}; there are", self.0)?;
        for (at, (name, _)) in NAMES.iter().enumerate() {
            write!(f, "{}{name}", if at == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, format)| *format)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name() {
        assert_eq!(Format::all().count(), 16);
        for format in Format::all() {
            assert_eq!(format.name().parse(), Ok(format));
        }
        let unknown = "shor\t".parse::<Format>().unwrap_err().to_string();
        assert!(unknown.starts_with("no output format is called \"shor\\t\"; there are short, "));
    }
}
