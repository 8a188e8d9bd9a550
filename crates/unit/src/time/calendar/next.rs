//! When a calendar event elapses next.
//!
//! From the year down to the second each field is moved to the next value that matches; whenever one
//! moves, those below it start again. A field that has no further match moves the one above it. After
//! each move the time is put into the zone's calendar: the 31st of February is the 3rd of March, a
//! time of day that clocks skip is another one, and the search goes on from there.

use super::{Calendar, EVERY_DAY, MICROS, Part};
use crate::time::{
    Zone,
    civil::{Clock, Fields},
};

/// The last year in which anything elapses.
pub(super) const LAST_YEAR: u32 = 2199;

/// The last instant for which systemd computes a next one: 9999-12-30 23:59:59 UTC.
const LAST_USEC: u64 = 253_402_214_399_000_000;

/// A search takes a few steps for each month at most (for a day that few months have), times the
/// weekdays to be passed over; this is more than 230 years have.
const STEPS_MAX: u32 = 100_000;

/// The fields, the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Level {
    const ALL: [Level; 6] =
        [Level::Year, Level::Month, Level::Day, Level::Hour, Level::Minute, Level::Second];

    fn below(self) -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().skip_while(move |other| *other != self).skip(1)
    }

    /// Where it starts.
    fn least(self) -> i64 {
        i64::from(matches!(self, Level::Month | Level::Day))
    }
}

/// What came of putting a time into the zone's calendar.
enum Kept {
    /// It is the same.
    Yes,
    /// It was moved forward.
    Moved,
    /// It lies before itself, or beyond all years.
    No,
}

/// What came of a step.
enum Step {
    Found,
    Again,
    Never,
}

/// The first elapse after an instant; `half` says which half of the year its times of day mean.
pub(super) fn after(
    calendar: &Calendar,
    after_usec: u64,
    zone: &dyn Zone,
    half: Option<bool>,
) -> Option<u64> {
    if after_usec > LAST_USEC {
        return None;
    }
    let from = after_usec + 1;
    let seconds = i64::try_from(from / u64::from(MICROS)).ok()?;
    let clock = Clock::new(zone);
    let time = clock.show(seconds);
    let micros = i64::try_from(from % u64::from(MICROS)).ok()?;
    Search { calendar, clock, from, time, micros, half }.run()
}

struct Search<'a> {
    calendar: &'a Calendar,
    clock: Clock<'a>,
    /// The first instant that counts.
    from: u64,
    time: Fields,
    micros: i64,
    half: Option<bool>,
}

impl Search<'_> {
    fn run(mut self) -> Option<u64> {
        for _ in 0..STEPS_MAX {
            // Carries over what the step before has moved beyond its field's end.
            let _ = self.clock.resolve(&mut self.time);
            self.time.is_daylight = self.half;
            match self.step() {
                Step::Found => return self.found(),
                Step::Again => {}
                Step::Never => return None,
            }
        }
        None
    }

    /// The instant of the time that was found. Where it comes twice it must be the one to come.
    fn found(mut self) -> Option<u64> {
        let found = self.instant()?;
        if found >= self.from {
            return Some(found);
        }
        self.clock.assume(i64::try_from(self.from / u64::from(MICROS)).ok()?);
        self.instant().filter(|found| *found >= self.from)
    }

    fn instant(&mut self) -> Option<u64> {
        let seconds = u64::try_from(self.clock.resolve(&mut { self.time })?).ok()?;
        let micros = u64::try_from(self.micros).ok()?;
        seconds.checked_mul(u64::from(MICROS))?.checked_add(micros)
    }

    /// Goes down the fields until one had to be moved beyond its end.
    fn step(&mut self) -> Step {
        let mut above = None;
        for level in Level::ALL {
            let kept = if self.advance(level) { self.keep() } else { Kept::No };
            match (kept, above) {
                (Kept::Yes, _) => {}
                (_, None) => return Step::Never,
                (Kept::Moved, Some(_)) => {
                    // No field above the second may keep a fraction from before.
                    self.micros = 0;
                    return Step::Again;
                }
                (Kept::No, Some(above)) => return self.carry(above),
            }
            if level == Level::Day && !self.is_weekday() {
                return self.carry(Level::Day);
            }
            above = Some(level);
        }
        Step::Found
    }

    /// Moves a field to the first value that matches, from its own on.
    fn advance(&mut self, level: Level) -> bool {
        let now = match level {
            Level::Second => *self.field(level) * i64::from(MICROS) + self.micros,
            _ => *self.field(level),
        };
        let Some(next) = self.earliest(level, now) else { return false };
        if level == Level::Second {
            self.micros = next % i64::from(MICROS);
            self.time.second = next / i64::from(MICROS);
        } else if next != now {
            *self.field(level) = next;
            self.restart_below(level);
        }
        true
    }

    /// Moves a field by one, since nothing below it matches any more.
    fn carry(&mut self, level: Level) -> Step {
        *self.field(level) += 1;
        self.restart_below(level);
        Step::Again
    }

    fn restart_below(&mut self, level: Level) {
        self.micros = 0;
        for below in level.below() {
            *self.field(below) = below.least();
        }
    }

    fn field(&mut self, level: Level) -> &mut i64 {
        field(&mut self.time, level)
    }

    /// Puts the time into the zone's calendar. Where that moves a field, those below start again:
    /// the 33rd of March is the 2nd of April, and the 1st must not be missed.
    fn keep(&mut self) -> Kept {
        if self.time.year > i64::from(LAST_YEAR) {
            return Kept::No;
        }
        let mut real = self.time;
        if self.clock.resolve(&mut real).is_none() {
            return Kept::No;
        }
        let differs =
            |level: &Level| *field(&mut { real }, *level) != *field(&mut { self.time }, *level);
        let Some(level) = Level::ALL.into_iter().find(differs) else { return Kept::Yes };
        if *field(&mut real, level) < *self.field(level) {
            return Kept::No;
        }
        if let Some(below) = level.below().next() {
            *field(&mut real, below) = below.least();
        }
        self.time = real;
        Kept::Moved
    }

    fn is_weekday(&mut self) -> bool {
        if self.calendar.weekdays & EVERY_DAY == 0 {
            return true;
        }
        let mut real = self.time;
        self.clock.resolve(&mut real).is_some()
            && self.calendar.weekdays & (1 << real.weekday()) != 0
    }

    /// The first value from `now` on that a field may have.
    fn earliest(&self, level: Level, now: i64) -> Option<i64> {
        let calendar = self.calendar;
        let chain = match level {
            Level::Year => &calendar.years,
            Level::Month => &calendar.months,
            Level::Day => &calendar.days,
            Level::Hour => &calendar.hours,
            Level::Minute => &calendar.minutes,
            Level::Second => &calendar.seconds,
        };
        if chain.is_empty() {
            return Some(now);
        }
        let from_end = level == Level::Day && calendar.from_month_end;
        let mut earliest = None;
        for part in chain {
            let (start, stop) = if from_end { self.days(part) } else { plain(part) };
            let next = start.and_then(|start| match () {
                () if start >= now => Some(start),
                () if part.step > 0 => {
                    let step = i64::from(part.step);
                    let next = start + (now - start + step - 1) / step * step;
                    stop.is_none_or(|stop| next <= stop).then_some(next)
                }
                () => None,
            });
            earliest = match (earliest, next) {
                (Some(one), Some(other)) => Some(i64::min(one, other)),
                (one, other) => one.or(other),
            };
        }
        earliest
    }

    /// The days of this month that a part means when it counts from the end.
    fn days(&self, part: &Part) -> (Option<i64>, Option<i64>) {
        let day = |from_end: u32| {
            let time = self.time;
            let mut last = Fields { month: time.month + 1, day: 1 - i64::from(from_end), ..time };
            // The offset at the month's end says nothing of this day: a clock of its own.
            self.clock.clone().resolve(&mut last)?;
            (last.month == time.month).then_some(last.day)
        };
        let start = day(part.start);
        match part.stop.and_then(day) {
            // Further from the end is earlier.
            Some(stop) => (Some(stop), start),
            None => (start, None),
        }
    }
}

fn plain(part: &Part) -> (Option<i64>, Option<i64>) {
    (Some(i64::from(part.start)), part.stop.map(i64::from))
}

fn field(time: &mut Fields, level: Level) -> &mut i64 {
    match level {
        Level::Year => &mut time.year,
        Level::Month => &mut time.month,
        Level::Day => &mut time.day,
        Level::Hour => &mut time.hour,
        Level::Minute => &mut time.minute,
        Level::Second => &mut time.second,
    }
}
