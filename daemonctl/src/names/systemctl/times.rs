//! Points in time as systemd prints them (systemd.time(7)).

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::options::TimeStyle;

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
const MONTH: u64 = 2_629_800 * SECOND;
const YEAR: u64 = 31_557_600 * SECOND;

/// Whether a time was set at all.
pub fn is_set(usec: u64) -> bool {
    usec != 0 && usec != u64::MAX
}

/// `Sun 2026-11-22 22:30:04 UTC`; nothing for what was not set.
pub fn absolute(usec: u64, style: TimeStyle) -> Option<String> {
    if !is_set(usec) {
        return None;
    }
    if style == TimeStyle::Unix {
        return Some(format!("@{}", usec / SECOND));
    }
    let at = Timestamp::from_microsecond(i64::try_from(usec).ok()?).ok()?;
    let (zone, is_utc) = match style {
        TimeStyle::Utc | TimeStyle::UsUtc => (TimeZone::UTC, true),
        _ => (TimeZone::system(), false),
    };
    let at = at.to_zoned(zone);
    let day = at.strftime("%a %Y-%m-%d %H:%M:%S");
    let fraction = match style {
        TimeStyle::Us | TimeStyle::UsUtc => format!(".{:06}", usec % SECOND),
        _ => String::new(),
    };
    let zone = if is_utc { "UTC".to_owned() } else { at.strftime("%Z").to_string() };
    Some(format!("{day}{fraction} {zone}"))
}

/// Microseconds since 1970, now.
pub fn now_usec() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds of the monotonic clock, now.
pub fn monotonic_usec() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds
        .saturating_mul(SECOND)
        .saturating_add(u64::try_from(time.tv_nsec).unwrap_or_default() / 1000)
}

/// `33s ago`, `14min left`; nothing for what was not set.
pub fn relative(usec: u64, now: u64) -> Option<String> {
    if !is_set(usec) {
        return None;
    }
    let distance = now.abs_diff(usec);
    let side = if now > usec { "ago" } else { "left" };
    let word = |count: u64, unit: &str| match count {
        1 => format!("{count} {unit}"),
        _ => format!("{count} {unit}s"),
    };
    let pair = |large: u64, name: &str, small: u64, other: &str| {
        let (whole, rest) = (distance / large, distance % large / small);
        format!("{} {} {side}", word(whole, name), word(rest, other))
    };
    Some(match distance {
        d if d >= YEAR => pair(YEAR, "year", MONTH, "month"),
        d if d >= MONTH => pair(MONTH, "month", DAY, "day"),
        d if d >= WEEK => pair(WEEK, "week", DAY, "day"),
        d if d >= 2 * DAY => format!("{} days {side}", d / DAY),
        d if d >= 25 * HOUR => format!("1 day {}h {side}", (d - DAY) / HOUR),
        d if d >= 6 * HOUR => format!("{}h {side}", d / HOUR),
        d if d >= HOUR => format!("{}h {}min {side}", d / HOUR, d % HOUR / MINUTE),
        d if d >= 5 * MINUTE => format!("{}min {side}", d / MINUTE),
        d if d >= MINUTE => format!("{}min {}s {side}", d / MINUTE, d % MINUTE / SECOND),
        d if d >= SECOND => format!("{}s {side}", d / SECOND),
        d if d >= 1000 => format!("{}ms {side}", d / 1000),
        0 => "now".to_owned(),
        d => format!("{d}us {side}"),
    })
}

/// When a timer elapses next, on the clock of the day: the sooner of its two times. Zero or the
/// largest number for never.
pub fn next_elapse(realtime: u64, monotonic: u64, now: u64, now_monotonic: u64) -> u64 {
    if !is_set(monotonic) {
        return realtime;
    }
    let converted = match monotonic > now_monotonic {
        true => now.saturating_add(monotonic - now_monotonic),
        false => now.saturating_sub(now_monotonic - monotonic),
    };
    if is_set(realtime) { converted.min(realtime) } else { converted }
}

#[cfg(test)]
mod tests {
    use super::{absolute, next_elapse, relative};
    use crate::names::systemctl::options::TimeStyle;

    #[test]
    fn points_in_time() {
        let usec = 1_795_386_604_012_345;
        let utc = |style| absolute(usec, style).unwrap();
        assert_eq!(utc(TimeStyle::Utc), "Sun 2026-11-22 22:30:04 UTC");
        assert_eq!(utc(TimeStyle::UsUtc), "Sun 2026-11-22 22:30:04.012345 UTC");
        assert_eq!(utc(TimeStyle::Unix), "@1795386604");
        assert_eq!(absolute(0, TimeStyle::Pretty), None);
        assert_eq!(absolute(u64::MAX, TimeStyle::Unix), None);
    }

    #[test]
    fn distances() {
        const SECOND: u64 = 1_000_000;
        let now = 100_000_000 * SECOND;
        for (seconds, text) in [
            (1, "1s ago"),
            (61, "1min 1s ago"),
            (301, "5min ago"),
            (3_700, "1h 1min ago"),
            (22_000, "6h ago"),
            (90_000, "1 day 1h ago"),
            (172_800, "2 days ago"),
            (700_000, "1 week 1 day ago"),
            (2_800_000, "1 month 1 day ago"),
            (64_000_000, "2 years 0 months ago"),
        ] {
            assert_eq!(relative(now - seconds * SECOND, now).as_deref(), Some(text));
        }
        assert_eq!(relative(now + 5, now).as_deref(), Some("5us left"));
        assert_eq!(relative(now, now).as_deref(), Some("now"));
    }

    #[test]
    fn the_sooner_of_two_times_counts() {
        assert_eq!(next_elapse(0, 150, 1000, 100), 1050);
        assert_eq!(next_elapse(1020, 150, 1000, 100), 1020);
        assert_eq!(next_elapse(1020, 0, 1000, 100), 1020);
        assert_eq!(next_elapse(u64::MAX, u64::MAX, 1000, 100), u64::MAX);
    }
}
