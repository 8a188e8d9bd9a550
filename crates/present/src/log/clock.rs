//! Times as text. What entries of one second, or of one day, have in common is made once.

use super::bytes::{pair, push_micros, push_number, push_padded};
use super::zone::{LocalOffset, LocalTime};

/// How a time looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `Nov 23 01:22:13`
    Syslog,
    /// `Nov 23 01:22:13.123456`
    SyslogMicros,
    /// `2026-11-23T01:22:13+0100`
    Iso,
    /// `2026-11-23T01:22:13.123456+0100`
    IsoMicros,
    /// `Mon 2026-11-23 01:22:13 CET`
    Full,
    /// `Mon 2026-11-23 01:22:13.123456 CET`
    FullMicros,
    /// `1795392133.123456`
    Unix,
}

/// Writes times in one style and zone.
pub(super) struct Clock {
    style: Style,
    zone: Box<dyn LocalTime + Send>,
    /// What the zone last said.
    offset: LocalOffset,
    /// The local day that `date` is.
    day: i64,
    /// The second that `text` is.
    second: u64,
    /// What stands before the time of day.
    date: Vec<u8>,
    /// All but microseconds and zone.
    text: Vec<u8>,
    /// What stands behind the seconds or microseconds.
    zone_text: Vec<u8>,
}

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Clock {
    pub(super) fn new(style: Style, zone: Box<dyn LocalTime + Send>) -> Self {
        Self {
            style,
            zone,
            // A span that no time lies in.
            offset: LocalOffset { east_seconds: 0, name: String::new(), from: 1, until: 0 },
            day: i64::MIN,
            second: u64::MAX,
            date: Vec::new(),
            text: Vec::new(),
            zone_text: Vec::new(),
        }
    }

    /// Appends the time in microseconds since 1970 to `out`.
    pub(super) fn write(&mut self, realtime_usec: u64, out: &mut Vec<u8>) {
        let second = realtime_usec / 1_000_000;
        if self.style == Style::Unix {
            push_padded(second, 10, out);
            out.push(b'.');
            push_micros(realtime_usec, out);
            return;
        }
        if second != self.second {
            self.turn_to(second);
        }
        out.extend_from_slice(&self.text);
        if matches!(self.style, Style::SyslogMicros | Style::IsoMicros | Style::FullMicros) {
            out.push(b'.');
            push_micros(realtime_usec, out);
        }
        out.extend_from_slice(&self.zone_text);
    }

    fn turn_to(&mut self, second: u64) {
        // At most 2^64 microseconds: far from the end of i64 in seconds.
        let unix = second as i64;
        if !(self.offset.from..=self.offset.until).contains(&unix) {
            self.offset = self.zone.at(unix);
            self.turn_zone();
        }
        let local = unix.saturating_add(self.offset.east_seconds.into());
        let day = local.div_euclid(86_400);
        if day != self.day {
            self.day = day;
            self.turn_day();
        }
        let time = local.rem_euclid(86_400);
        self.second = second;
        self.text.clear();
        self.text.extend_from_slice(&self.date);
        push_two(time / 3600, &mut self.text);
        self.text.push(b':');
        push_two(time / 60 % 60, &mut self.text);
        self.text.push(b':');
        push_two(time % 60, &mut self.text);
    }

    fn turn_zone(&mut self) {
        let text = &mut self.zone_text;
        text.clear();
        match self.style {
            Style::Iso | Style::IsoMicros => {
                let minutes = self.offset.east_seconds / 60;
                text.push(if self.offset.east_seconds < 0 { b'-' } else { b'+' });
                push_two((minutes.abs() / 60).into(), text);
                push_two((minutes.abs() % 60).into(), text);
            }
            Style::Full | Style::FullMicros if !self.offset.name.is_empty() => {
                text.push(b' ');
                text.extend_from_slice(self.offset.name.as_bytes());
            }
            _ => {}
        }
    }

    fn turn_day(&mut self) {
        let (year, month, day) = crate::time::civil(self.day);
        let date = &mut self.date;
        date.clear();
        match self.style {
            Style::Syslog | Style::SyslogMicros => {
                let name = MONTHS.get((month - 1) as usize).copied().unwrap_or_default();
                date.extend_from_slice(name.as_bytes());
                date.push(b' ');
                push_two(day, date);
                date.push(b' ');
            }
            Style::Iso | Style::IsoMicros => {
                push_date(year, month, day, date);
                date.push(b'T');
            }
            Style::Full | Style::FullMicros => {
                let weekday = self.day.rem_euclid(7) as usize;
                date.extend_from_slice(
                    WEEKDAYS.get(weekday).copied().unwrap_or_default().as_bytes(),
                );
                date.push(b' ');
                push_date(year, month, day, date);
                date.push(b' ');
            }
            Style::Unix => {}
        }
    }
}

fn push_date(year: i64, month: i64, day: i64, out: &mut Vec<u8>) {
    if year < 0 {
        out.push(b'-');
    }
    push_number(year.unsigned_abs(), out);
    for part in [month, day] {
        out.push(b'-');
        push_two(part, out);
    }
}

fn push_two(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(&pair(number.unsigned_abs()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Utc;

    /// Central European time around the end of summer time of 2026, asked for hour by hour.
    struct Berlin;
    impl LocalTime for Berlin {
        fn at(&self, unix_seconds: i64) -> LocalOffset {
            let summer = unix_seconds < 1_792_890_000;
            LocalOffset {
                east_seconds: if summer { 7200 } else { 3600 },
                name: if summer { "CEST" } else { "CET" }.to_owned(),
                from: unix_seconds,
                until: unix_seconds,
            }
        }
    }

    fn text(style: Style, local: bool, usec: u64) -> String {
        let zone: Box<dyn LocalTime + Send> = if local { Box::new(Berlin) } else { Box::new(Utc) };
        let mut clock = Clock::new(style, zone);
        let mut out = Vec::new();
        for _ in 0..2 {
            out.clear();
            clock.write(usec, &mut out);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_style() {
        let usec = 1_792_889_999_000_042;
        for (style, utc, local) in [
            (Style::Syslog, "Oct 25 00:59:59", "Oct 25 02:59:59"),
            (Style::SyslogMicros, "Oct 25 00:59:59.000042", "Oct 25 02:59:59.000042"),
            (Style::Iso, "2026-10-25T00:59:59+0000", "2026-10-25T02:59:59+0200"),
            (
                Style::IsoMicros,
                "2026-10-25T00:59:59.000042+0000",
                "2026-10-25T02:59:59.000042+0200",
            ),
            (Style::Full, "Sun 2026-10-25 00:59:59 UTC", "Sun 2026-10-25 02:59:59 CEST"),
            (
                Style::FullMicros,
                "Sun 2026-10-25 00:59:59.000042 UTC",
                "Sun 2026-10-25 02:59:59.000042 CEST",
            ),
            (Style::Unix, "1792889999.000042", "1792889999.000042"),
        ] {
            assert_eq!(text(style, false, usec), utc);
            assert_eq!(text(style, true, usec), local);
        }
        assert_eq!(text(Style::Full, true, usec + 1_000_000), "Sun 2026-10-25 02:00:00 CET");
        assert_eq!(text(Style::Full, false, 1), "Thu 1970-01-01 00:00:00 UTC");
        assert_eq!(text(Style::Unix, false, 1_500_000), "         1.500000");
        assert_eq!(text(Style::Iso, false, (1 << 55) - 1), "3111-09-16T23:10:18+0000");
    }

    #[test]
    fn any_time_has_a_text() {
        for usec in [0, 1 << 55, 1 << 60, u64::MAX - 1, u64::MAX] {
            assert!(!text(Style::Full, true, usec).is_empty());
        }
    }
}
