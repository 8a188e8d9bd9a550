//! Calendar events: `Mon *-*-1..7 12:00` (systemd.time(7), CALENDAR EVENTS).

mod field;
mod list;
mod next;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

use super::{
    Zones,
    zone::{Utc, half_of},
};
use crate::diagnostic::Problem;

/// Microseconds of a second, in which the seconds of a calendar event are counted.
const MICROS: u32 = 1_000_000;

/// The days of the week, as they are printed.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// All bits of [`Calendar::weekdays`].
const EVERY_DAY: u8 = 0x7f;

/// A calendar event: `Display` writes its normalized form, as `systemd-analyze calendar` does, which
/// parses to the same event.
///
/// A zone is known by name only: [`Calendar::parse`] takes any word for one that could be, and
/// [`Calendar::parse_in`] those that a machine has. What the name means is asked again when the next
/// elapse is computed, since `CET` is local time on one machine and a zone's name on another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// Bit 0 is Monday; 0 means any.
    weekdays: u8,
    years: Chain,
    months: Chain,
    days: Chain,
    /// Whether `days` count from the month's end, the last being 1.
    from_month_end: bool,
    hours: Chain,
    minutes: Chain,
    /// In microseconds.
    seconds: Chain,
    zone: Named,
}

/// Values that match, in order; none: all.
type Chain = Box<[Part]>;

/// A value, a range or a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Part {
    start: u32,
    /// The last value; without one a repetition goes on as far as the next field allows.
    stop: Option<u32>,
    /// 0: `start` alone.
    step: u32,
}

/// `*` in the seconds: not each microsecond. No other field reaches such a number.
const EVERY_SECOND: Part = Part { start: 0, stop: None, step: MICROS };

/// Whose time it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Named {
    Local,
    Utc,
    /// A zone of a database, or an abbreviation of the local one.
    Name(Box<str>),
}

/// The instants at which an event elapses, in microseconds, the earliest first.
pub struct Elapses<'a> {
    calendar: &'a Calendar,
    zones: &'a dyn Zones,
    after: Option<u64>,
}

impl Iterator for Elapses<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.after = self.calendar.next(self.after?, self.zones);
        self.after
    }
}

impl Calendar {
    /// Reads a calendar event. A word at its end that could be the name of a time zone is taken for
    /// one: [`Calendar::zone`] gives it, so that it can be looked up elsewhere.
    ///
    /// # Errors
    /// It is no calendar event; the problem points at the part that is wrong.
    pub fn parse(text: &str) -> Result<Calendar, Problem> {
        parse::calendar(text, None)
    }

    /// Reads a calendar event whose zone, if it names one, must be known on a machine.
    ///
    /// # Errors
    /// As [`Calendar::parse`], or the zone is unknown.
    pub fn parse_in(text: &str, zones: &dyn Zones) -> Result<Calendar, Problem> {
        parse::calendar(text, Some(zones))
    }

    /// The zone that is named in it, `UTC` too; `None`: local time.
    pub fn zone(&self) -> Option<&str> {
        match &self.zone {
            Named::Local => None,
            Named::Utc => Some("UTC"),
            Named::Name(name) => Some(name),
        }
    }

    /// The first time that it elapses after an instant, both in microseconds since 1970. `None`:
    /// never again until the end of 2199, or its zone is unknown to `zones`.
    ///
    /// A time of day that is skipped when clocks are put forward, or that comes twice, is treated as
    /// systemd treats it.
    pub fn next(&self, after_usec: u64, zones: &dyn Zones) -> Option<u64> {
        match &self.zone {
            Named::Utc => next::after(self, after_usec, &Utc, None),
            Named::Local => next::after(self, after_usec, zones.local(), None),
            Named::Name(name) => match half_of(zones.local(), name) {
                Some(half) => next::after(self, after_usec, zones.local(), Some(half)),
                None => next::after(self, after_usec, zones.find(name)?.as_ref(), None),
            },
        }
    }

    /// All times that it elapses after an instant.
    pub fn elapses<'a>(&'a self, after_usec: u64, zones: &'a dyn Zones) -> Elapses<'a> {
        Elapses { calendar: self, zones, after: Some(after_usec) }
    }
}

impl Part {
    const fn value(start: u32) -> Part {
        Part { start, stop: None, step: 0 }
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.weekdays != 0 {
            write_weekdays(f, self.weekdays)?;
            f.write_char(' ')?;
        }
        write_chain(f, &self.years, 4, 1)?;
        f.write_char('-')?;
        write_chain(f, &self.months, 2, 1)?;
        f.write_char(if self.from_month_end { '~' } else { '-' })?;
        write_chain(f, &self.days, 2, 1)?;
        f.write_char(' ')?;
        write_chain(f, &self.hours, 2, 1)?;
        f.write_char(':')?;
        write_chain(f, &self.minutes, 2, 1)?;
        f.write_char(':')?;
        write_chain(f, &self.seconds, 2, MICROS)?;
        match self.zone() {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}

/// Runs of three days and more as ranges, the others one by one.
fn write_weekdays(f: &mut fmt::Formatter<'_>, days: u8) -> fmt::Result {
    let has = |day: usize| days & (1 << day) != 0;
    let mut first = true;
    let mut day = 0;
    while day < WEEKDAYS.len() {
        let length = (day..WEEKDAYS.len()).take_while(|day| has(*day)).count();
        let run = WEEKDAYS.get(day..day + length).unwrap_or_default();
        if !run.is_empty() && !first {
            f.write_char(',')?;
        }
        match run {
            [] => {}
            [only] => f.write_str(only)?,
            [one, other] => write!(f, "{one},{other}")?,
            [from, .., to] => write!(f, "{from}..{to}")?,
        }
        first &= run.is_empty();
        day += length.max(1);
    }
    Ok(())
}

/// Values in units of which each has `scale` parts.
fn write_chain(
    f: &mut fmt::Formatter<'_>,
    chain: &[Part],
    width: usize,
    scale: u32,
) -> fmt::Result {
    if chain.is_empty() || chain.contains(&EVERY_SECOND) {
        return f.write_char('*');
    }
    let number = |f: &mut fmt::Formatter<'_>, value: u32, width: usize| {
        write!(f, "{:0width$}", value / scale)?;
        match value % scale {
            0 => Ok(()),
            rest => write!(f, ".{rest:06}"),
        }
    };
    for (at, part) in chain.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        number(f, part.start, width)?;
        if let Some(stop) = part.stop {
            f.write_str("..")?;
            number(f, stop, width)?;
        }
        if part.step > 0 && !(part.stop.is_some() && part.step == scale) {
            f.write_char('/')?;
            number(f, part.step, 1)?;
        }
    }
    Ok(())
}
