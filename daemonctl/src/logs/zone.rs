//! The machine's time zone, as the renderers want to know it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use present::log::{LocalOffset, LocalTime};

/// A time zone.
pub struct LocalZone {
    zone: TimeZone,
}

impl LocalZone {
    /// That one.
    pub fn new(zone: TimeZone) -> LocalZone {
        LocalZone { zone }
    }
}

impl LocalTime for LocalZone {
    fn at(&self, unix_seconds: i64) -> LocalOffset {
        let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let at = Timestamp::from_second(unix_seconds.clamp(least, most)).unwrap_or_default();
        let info = self.zone.to_offset_info(at);
        // The change itself belongs to the span that it begins; what precedes is before the asked instant.
        let behind = at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap_or(at);
        let from = match self.zone.preceding(behind).next() {
            Some(change) => change.timestamp().as_second(),
            None => i64::MIN,
        };
        let until = match self.zone.following(at).next() {
            Some(change) => change.timestamp().as_second() - 1,
            None => i64::MAX,
        };
        LocalOffset {
            east_seconds: info.offset().seconds(),
            name: info.abbreviation().to_owned(),
            from: from.min(unix_seconds),
            until: until.max(unix_seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_end_where_clocks_are_changed() {
        let zone = LocalZone::new(TimeZone::get("Europe/Berlin").unwrap());
        // 2026-03-29 01:00 UTC: clocks go forward.
        let change = 1_774_746_000;
        let winter = zone.at(change - 1);
        assert_eq!(
            (winter.east_seconds, winter.name.as_str(), winter.until),
            (3600, "CET", change - 1)
        );
        for second in [change, change + 1] {
            let summer = zone.at(second);
            assert_eq!((summer.east_seconds, summer.name.as_str()), (7200, "CEST"));
            assert!(summer.from <= second && summer.from >= change - 1, "{summer:?}");
            assert!(summer.until > change + 86_400);
        }
    }

    #[test]
    fn utc_never_changes() {
        let offset = LocalZone::new(TimeZone::UTC).at(0);
        assert_eq!((offset.east_seconds, offset.name.as_str()), (0, "UTC"));
        assert!(offset.from <= 0 && offset.until >= i64::from(u32::MAX));
    }
}
