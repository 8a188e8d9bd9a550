//! What a line does not tell of its time: the year, and how far local time was from UTC.
//!
//! **The year.** The last line of a file was written when the file was changed last, and times go up from
//! line to line. So the year is found from the end backwards: it is the latest that does not put a
//! line behind the one that follows it ([`SET_BACK_SECONDS`] apart, for clocks that were set back).
//! In files of more than [`years::EXACT_BYTES_MAX`] only 256 lines are looked at, and all lines only where
//! two neighbours of these differ in the year. Archives that are read from their start alone are
//! taken to begin less than a year before their last change.
//!
//! **A clock that was not set yet** shows the first hour of 1970, `Jan  1 00:00:07`. Such lines
//! take the time of the first one after them whose clock was set.
//!
//! **The doubled hour** in autumn is told apart by order: the local time jumps back between
//! its two passes ([`folds`]).

mod folds;
mod years;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::lines::Lines;
use super::stamp::{Civil, Offset, Stamp};
use folds::{Fold, Folds};
use years::Years;

/// A line may be this much later than the one that follows it.
pub const SET_BACK_SECONDS: i64 = 7 * 86_400;

/// Lines of a clock that was not set are followed by so many of their kind at most.
const UNSET_LINES_MAX: usize = 10_000;

/// Offsets are looked up once for so many seconds: zones change at quarters of hours.
const BUCKET_SECONDS: i64 = 900;

/// Finds the time of lines of one file.
#[derive(Debug)]
pub struct Clock {
    zone: TimeZone,
    /// No line was written later, in seconds of the local clock on the wall.
    latest_wall: i64,
    latest_utc: i64,
    years: Option<Years>,
    folds: Folds,
    /// The last bucket that was looked up, and its offset.
    bucket: (i64, i64),
    /// The record before, in an archive that is read from its start: wall and UTC.
    order: Option<(i64, i64)>,
    /// Lines of a clock that was not set, and what they take for their time.
    unset: Option<(u64, u64, Option<u64>)>,
    is_random: bool,
}

impl Clock {
    /// For a file that was changed last at that time.
    pub fn new(zone: TimeZone, changed_usec: u64, is_random: bool) -> Clock {
        let mut clock = Clock {
            zone,
            latest_wall: 0,
            latest_utc: 0,
            years: None,
            folds: Folds::default(),
            bucket: (i64::MIN, 0),
            order: None,
            unset: None,
            is_random,
        };
        clock.set_latest(changed_usec);
        clock
    }

    /// The file was changed again.
    pub fn set_latest(&mut self, changed_usec: u64) {
        self.latest_utc = (changed_usec / 1_000_000) as i64;
        let at = jiff::Timestamp::from_second(self.latest_utc).unwrap_or_default();
        self.latest_wall = self.latest_utc + i64::from(self.zone.to_offset(at).seconds());
    }

    /// When the file was changed last, in microseconds.
    pub fn latest_usec(&self) -> u64 {
        u64::try_from(self.latest_utc).unwrap_or_default().saturating_mul(1_000_000)
    }

    /// The file is another one now, or was cut.
    pub fn forget(&mut self) {
        (self.years, self.order, self.unset) = (None, None, None);
        self.folds = Folds::default();
    }

    /// The time of the line at `offset`, in microseconds of UTC.
    pub fn realtime_usec(&mut self, lines: &mut Lines, offset: u64, stamp: &Stamp) -> u64 {
        let civil = match stamp {
            Stamp::Unix(usec) => return *usec,
            Stamp::Civil(civil) => civil,
        };
        if let Some(usec) = self.unset_clock(lines, offset, civil) {
            return usec;
        }
        self.plain_usec(lines, offset, civil)
    }

    fn plain_usec(&mut self, lines: &mut Lines, offset: u64, civil: &Civil) -> u64 {
        let year = civil.year.unwrap_or_else(|| self.year(lines, offset, civil));
        let wall = civil.wall_seconds(year);
        let seconds = self.utc_seconds(lines, offset, wall, civil.offset);
        if !self.is_random {
            self.order = Some((wall, seconds));
        }
        u64::try_from(seconds).unwrap_or_default() * 1_000_000 + u64::from(civil.micros)
    }

    fn year(&mut self, lines: &mut Lines, offset: u64, civil: &Civil) -> i16 {
        if !self.is_random {
            return match self.order {
                Some((wall, _)) => years::after(wall, civil),
                None => years::before(self.latest_wall, civil),
            };
        }
        let latest = self.latest_wall;
        self.years
            .get_or_insert_with(|| Years::of(lines, latest))
            .year(lines, offset, civil, latest)
    }

    /// What a line of a clock that was not set takes for its time; `None` for all others.
    fn unset_clock(&mut self, lines: &mut Lines, offset: u64, civil: &Civil) -> Option<u64> {
        if !self.is_random || civil.year.is_some() || !self.is_first_hour(civil) {
            return None;
        }
        if let Some((from, to, usec)) = self.unset
            && (from..to).contains(&offset)
        {
            return usec;
        }
        let mut at = offset;
        let mut next = None;
        for _ in 0..UNSET_LINES_MAX {
            let Some((end, _)) = lines.line_end(at) else { break };
            let Some(start) = lines.start_from(end, u64::MAX) else { break };
            at = start.offset;
            match start.head.stamp {
                Stamp::Civil(civil) if self.is_first_hour(&civil) => {}
                Stamp::Civil(civil) => {
                    next = Some(self.plain_usec(lines, at, &civil));
                    break;
                }
                Stamp::Unix(_) => break,
            }
        }
        let own = self.plain_usec(lines, offset, civil);
        let is_far = |next: &u64| next.abs_diff(own) > SET_BACK_SECONDS.unsigned_abs() * 1_000_000;
        let usec = next.filter(is_far);
        self.unset = Some((offset, at.max(offset + 1), usec));
        usec
    }

    /// Whether that is within the first hour of 1970 in this zone.
    fn is_first_hour(&self, civil: &Civil) -> bool {
        // Most lines are of another month: said without asking the zone.
        if !matches!((civil.month, civil.day), (1, 1) | (12, 31)) {
            return false;
        }
        let epoch = self.zone.to_datetime(jiff::Timestamp::UNIX_EPOCH);
        let start = i64::from(epoch.hour()) * 3600 + i64::from(epoch.minute()) * 60;
        let is_day = (epoch.month() as u8, epoch.day() as u8) == (civil.month, civil.day);
        is_day && (start..start + 3600).contains(&i64::from(civil.second))
    }

    /// Seconds of UTC when the clock on the wall showed `wall`.
    fn utc_seconds(&mut self, lines: &mut Lines, offset: u64, wall: i64, told: Offset) -> i64 {
        if let Offset::East(east) = told {
            return wall - i64::from(east);
        }
        let bucket = wall.div_euclid(BUCKET_SECONDS);
        if self.bucket.0 == bucket {
            return wall - self.bucket.1;
        }
        let first = lookup(&self.zone, bucket * BUCKET_SECONDS);
        let last = lookup(&self.zone, (bucket + 1) * BUCKET_SECONDS - 1);
        if let (Some(AmbiguousOffset::Unambiguous { offset: first }), Some(last)) = (first, last)
            && last == (AmbiguousOffset::Unambiguous { offset: first })
        {
            self.bucket = (bucket, i64::from(first.seconds()));
            return wall - self.bucket.1;
        }
        match lookup(&self.zone, wall) {
            Some(AmbiguousOffset::Unambiguous { offset }) => wall - i64::from(offset.seconds()),
            Some(AmbiguousOffset::Gap { before, .. }) => wall - i64::from(before.seconds()),
            Some(AmbiguousOffset::Fold { before, after }) => {
                let (early, late) = (i64::from(before.seconds()), i64::from(after.seconds()));
                let fold = Fold { day: wall.div_euclid(86_400), early, late };
                if self.is_late(lines, offset, wall, told, fold) {
                    wall - late
                } else {
                    wall - early
                }
            }
            None => wall,
        }
    }

    /// Whether a time that the clock on the wall showed twice was its second showing.
    fn is_late(&mut self, lines: &mut Lines, at: u64, wall: i64, told: Offset, fold: Fold) -> bool {
        if let Offset::Name(name) = told {
            let length = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
            let is_name = |east: i64| {
                let at = jiff::Timestamp::from_second(wall - east).unwrap_or_default();
                let shown = self.zone.to_offset_info(at);
                Some(shown.abbreviation().as_bytes()) == name.get(..length)
            };
            if is_name(fold.early) || is_name(fold.late) {
                return is_name(fold.late);
            }
        }
        if !self.is_random {
            let slack = folds::STEP_SECONDS;
            return self.order.is_some_and(|(_, last)| wall - fold.early < last - slack);
        }
        let zone = &self.zone;
        let fold_of = |wall: i64| match lookup(zone, wall) {
            Some(AmbiguousOffset::Fold { before, after }) => Some(Fold {
                day: wall.div_euclid(86_400),
                early: i64::from(before.seconds()),
                late: i64::from(after.seconds()),
            }),
            _ => None,
        };
        self.folds.second_pass(lines, at, fold, self.latest_utc, &fold_of) <= at
    }
}

/// What the zone says about a time on the wall.
fn lookup(zone: &TimeZone, wall: i64) -> Option<AmbiguousOffset> {
    let days = wall.div_euclid(86_400);
    let second = wall.rem_euclid(86_400);
    let date = jiff::civil::date(1970, 1, 1);
    let date = date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    let (hour, minute) = ((second / 3600) as i8, (second / 60 % 60) as i8);
    let time = DateTime::from_parts(
        date,
        jiff::civil::Time::new(hour, minute, (second % 60) as i8, 0).ok()?,
    );
    Some(zone.to_ambiguous_timestamp(time).offset())
}
