//! Local time, as the caller knows it.

/// What a time zone says of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalOffset {
    /// Seconds that local time is ahead of UTC.
    pub east_seconds: i32,
    /// The zone's abbreviation at that moment: `CEST`.
    pub name: String,
    /// The first second since 1970 of which all that is true. The asked second will do.
    pub from: i64,
    /// The last second of which all that is true. The asked second will do.
    pub until: i64,
}

/// A time zone.
pub trait LocalTime {
    /// What it says of that second since 1970. Asked once for each span from
    /// [`LocalOffset::from`] to [`LocalOffset::until`] that entries lie in.
    fn at(&self, unix_seconds: i64) -> LocalOffset;
}

/// Coordinated universal time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utc;

impl LocalTime for Utc {
    fn at(&self, _: i64) -> LocalOffset {
        LocalOffset { east_seconds: 0, name: "UTC".to_owned(), from: i64::MIN, until: i64::MAX }
    }
}
