//! What has to be known of time zones.

/// What a zone's clocks show at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Seconds that are added to UTC.
    pub seconds_east: i32,
    /// Whether it is daylight saving time.
    pub is_daylight: bool,
}

/// A time zone.
pub trait Zone {
    /// What its clocks show at an instant, in seconds since 1970-01-01 00:00:00 UTC.
    fn at(&self, unix_seconds: i64) -> Offset;

    /// What it is called without and with daylight saving time (`CET`, `CEST`): `tzname` of
    /// tzset(3). `None` where it never has the one or the other.
    fn abbreviation(&self, is_daylight: bool) -> Option<&str>;
}

/// The time zones of a machine.
pub trait Zones {
    /// The one that holds where none is named.
    fn local(&self) -> &dyn Zone;

    /// The zone of that name (`Europe/Berlin`) in the machine's database. Names are case-sensitive:
    /// they are those of files.
    fn find(&self, name: &str) -> Option<Box<dyn Zone + '_>>;
}

/// Coordinated universal time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utc;

impl Zone for Utc {
    fn at(&self, _unix_seconds: i64) -> Offset {
        Offset { seconds_east: 0, is_daylight: false }
    }

    fn abbreviation(&self, is_daylight: bool) -> Option<&str> {
        (!is_daylight).then_some("UTC")
    }
}

/// A machine that has no zones: its local time is UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnlyUtc;

impl Zones for OnlyUtc {
    fn local(&self) -> &dyn Zone {
        &Utc
    }

    fn find(&self, _name: &str) -> Option<Box<dyn Zone + '_>> {
        None
    }
}

/// Whether a word could be the name of a zone in a database of files.
pub(super) fn is_name(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/');
    !word.is_empty()
        && word.bytes().all(fits)
        && !word.starts_with('/')
        && !word.ends_with('/')
        && !word.contains("//")
}

/// Which half of the year a zone's own abbreviation means, whatever its case.
pub(super) fn half_of(zone: &dyn Zone, word: &str) -> Option<bool> {
    let is = |half| zone.abbreviation(half).is_some_and(|name| name.eq_ignore_ascii_case(word));
    [false, true].into_iter().find(|half| is(*half))
}
