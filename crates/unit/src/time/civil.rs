//! Dates and times of day, and what they are as instants in a time zone.
//!
//! A time of day may not exist (clocks were put forward) or exist twice (put back). What systemd
//! does then is what mktime(3) of the GNU C library does: it assumes the offset that its last
//! result had, corrects that until it fits, and where nothing fits takes a time as far behind the
//! gap as the wanted one is in it. [`Clock`] keeps that last offset.

use super::Zone;

/// How often an offset is corrected before it is given up, as in the C library.
const PROBES: u32 = 6;

/// How far apart, in seconds, the other half of the year is looked for, and how far away at most:
/// no daylight saving time was shorter than the one, and none lasted twice the other.
const STRIDE: i64 = 601_200;
const REACH: i64 = 536_454_000 / 2 + STRIDE;

/// A date and a time of day; out-of-range values are carried over by [`Clock::resolve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub year: i64,
    /// From 1.
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// Whether daylight saving time is meant; `None` where that is not said.
    pub is_daylight: Option<bool>,
}

impl Fields {
    /// What clocks show that are ahead of UTC by nothing.
    fn of_seconds(local: i64) -> Fields {
        let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = date_of_days(days);
        Fields {
            year,
            month,
            day,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
            is_daylight: None,
        }
    }

    /// Seconds since 1970 if clocks were never ahead of UTC.
    pub fn seconds(&self) -> i64 {
        let months = self.month - 1;
        let year = self.year + months.div_euclid(12);
        let days = days_of_date(year, months.rem_euclid(12) + 1, 1) + self.day - 1;
        days * 86_400 + self.hour * 3_600 + self.minute * 60 + self.second
    }

    /// From Monday, which is 0.
    pub fn weekday(&self) -> u8 {
        // 1970-01-01 was a Thursday.
        let day = (self.seconds().div_euclid(86_400) + 3).rem_euclid(7);
        u8::try_from(day).unwrap_or(0)
    }
}

/// The calendar of a zone, with a memory.
#[derive(Clone)]
pub(super) struct Clock<'z> {
    zone: &'z dyn Zone,
    /// Seconds east of UTC of the last result.
    assumed: i64,
}

impl<'z> Clock<'z> {
    /// One that has not resolved anything yet.
    pub fn new(zone: &'z dyn Zone) -> Clock<'z> {
        Clock { zone, assumed: 0 }
    }

    /// As if this instant had been the last result.
    pub fn assume(&mut self, unix_seconds: i64) {
        (self.assumed, _) = self.offset(unix_seconds);
    }

    /// What clocks show at an instant.
    pub fn show(&self, unix_seconds: i64) -> Fields {
        let (east, is_daylight) = self.offset(unix_seconds);
        let is_daylight = Some(is_daylight);
        Fields { is_daylight, ..Fields::of_seconds(unix_seconds.saturating_add(east)) }
    }

    /// The instant that is meant, and the fields as clocks show them then. `None`: before 1970, or
    /// nothing fits.
    pub fn resolve(&mut self, fields: &mut Fields) -> Option<i64> {
        // The zone is asked for a second that exists; the rest is added to the result.
        let second = fields.second.clamp(0, 59);
        let beyond = fields.second - second;
        let local = Fields { second, ..*fields }.seconds();
        let at = self.search(local, fields.is_daylight)?;
        self.assumed = local - at;
        let at = at + beyond;
        *fields = self.show(at);
        (at >= 0).then_some(at)
    }

    fn search(&self, local: i64, wanted: Option<bool>) -> Option<i64> {
        let mut at = local - self.assumed;
        let (mut last, mut before_last, mut last_daylight) = (at, at, false);
        for _ in 0..PROBES {
            let (east, is_daylight) = self.offset(at);
            let error = local - (at + east);
            if error == 0 {
                return self.in_the_wanted_half(local, at, is_daylight, wanted);
            }
            // To and fro between two: the wanted time is in a gap.
            let settled = match wanted {
                None => last_daylight <= is_daylight,
                Some(wanted) => wanted != is_daylight,
            };
            if at == before_last && at != last && settled {
                return Some(at);
            }
            before_last = last;
            last = at;
            last_daylight = is_daylight;
            at += error;
        }
        None
    }

    /// The same local time by the offset of the nearest time that is, or is not, daylight saving.
    fn in_the_wanted_half(
        &self,
        local: i64,
        at: i64,
        found: bool,
        wanted: Option<bool>,
    ) -> Option<i64> {
        let Some(wanted) = wanted.filter(|wanted| *wanted != found) else { return Some(at) };
        let mut distance = STRIDE;
        while distance < REACH {
            for other in [at - distance, at + distance] {
                let (east, is_daylight) = self.offset(other);
                if is_daylight == wanted {
                    return Some(local - east);
                }
            }
            distance += STRIDE;
        }
        None
    }

    fn offset(&self, unix_seconds: i64) -> (i64, bool) {
        let offset = self.zone.at(unix_seconds);
        (i64::from(offset.seconds_east), offset.is_daylight)
    }
}

/// Digits behind a point as microseconds, rounded.
pub(super) fn micros(digits: &str) -> u64 {
    let value = |digit: u8| u64::from(digit.saturating_sub(b'0'));
    let digits = digits.as_bytes();
    let six = (0..6).fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |digit| value(*digit)));
    six + u64::from(digits.get(6).is_some_and(|digit| value(*digit) >= 5))
}

/// Year, month, day, hour, minute and second of an instant in UTC. `None` where a number doesn't fit.
pub(super) fn date_and_time(unix_seconds: i64) -> Option<[u32; 6]> {
    const YEAR_9999: i64 = 253_402_300_799;
    let time = Some(unix_seconds).filter(|seconds| (0..=YEAR_9999).contains(seconds))?;
    let time = Fields::of_seconds(time);
    let mut numbers = [0; 6];
    let fields = [time.year, time.month, time.day, time.hour, time.minute, time.second];
    for (number, field) in numbers.iter_mut().zip(fields) {
        *number = u32::try_from(field).ok()?;
    }
    Some(numbers)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years start in March here: leap days
/// are their last.
fn days_of_date(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01; months from March have 30.6 days.
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The date that many days after 1970-01-01.
fn date_of_days(days: i64) -> (i64, i64, i64) {
    // A first guess that is never too early, by the length of the mean year.
    let mut year = 1970 + (days * 400).div_euclid(146_097) + 1;
    while days_of_date(year, 1, 1) > days {
        year -= 1;
    }
    let mut month = 12;
    while month > 1 && days_of_date(year, month, 1) > days {
        month -= 1;
    }
    (year, month, days - days_of_date(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::{Clock, Fields, days_of_date};
    use crate::time::{Offset, Zone};

    /// An hour ahead, two from 1,000,000 s to 2,000,000 s.
    struct Summer;

    impl Zone for Summer {
        fn at(&self, unix_seconds: i64) -> Offset {
            let is_daylight = (1_000_000..2_000_000).contains(&unix_seconds);
            Offset { seconds_east: if is_daylight { 7_200 } else { 3_600 }, is_daylight }
        }

        fn abbreviation(&self, _is_daylight: bool) -> Option<&str> {
            None
        }
    }

    #[test]
    fn dates_and_days() {
        assert_eq!(days_of_date(1970, 1, 1), 0);
        assert_eq!(days_of_date(2000, 3, 1), 11_017);
        for days in (-800_000..3_000_000).step_by(37) {
            let fields = Fields::of_seconds(days * 86_400 + 3_661);
            assert_eq!(fields.seconds(), days * 86_400 + 3_661, "{fields:?}");
            assert!((1..=12).contains(&fields.month) && (1..=31).contains(&fields.day));
        }
        assert_eq!(Fields::of_seconds(951_782_400).day, 29);
        assert_eq!(Fields::of_seconds(951_782_400).weekday(), 1);
    }

    #[test]
    fn gaps_and_overlaps() {
        let mut clock = Clock::new(&Summer);
        let at = |clock: &mut Clock<'_>, seconds, is_daylight| {
            let mut fields = Fields { is_daylight, ..Fields::of_seconds(seconds) };
            clock.resolve(&mut fields)
        };
        // Local 1,004,000 is skipped: it is shown as 1,007,600.
        assert_eq!(at(&mut clock, 1_003_000, None), Some(999_400));
        assert_eq!(at(&mut clock, 1_004_000, None), Some(1_000_400));
        // Local 2,004,000 comes twice: the last offset decides.
        assert_eq!(at(&mut clock, 1_990_000, None), Some(1_982_800));
        assert_eq!(at(&mut clock, 2_004_000, None), Some(1_996_800));
        assert_eq!(at(&mut clock, 2_104_000, None), Some(2_100_400));
        assert_eq!(at(&mut clock, 2_004_000, None), Some(2_000_400));
        assert_eq!(at(&mut clock, 2_004_000, Some(true)), Some(1_996_800));
        assert_eq!(at(&mut clock, 3_000, None), None);
    }
}
