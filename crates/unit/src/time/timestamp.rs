//! Points in time: `2012-11-23 11:12:13`, `yesterday`, `2h ago` (systemd.time(7), PARSING
//! TIMESTAMPS).

mod offset;

use std::ops::Range;

use offset::{offset, welded_offset};

use super::{
    Zone, Zones,
    civil::{Clock, Fields},
    span::{USEC_PER_SEC, parse_usec, shorten},
    zone::{Utc, is_name},
};
use crate::diagnostic::Problem;

/// The last instant that is read, in microseconds: 9999-12-30 23:59:59 UTC.
pub const LAST_USEC: u64 = 253_402_214_399_000_000;

const HELP: &str = "write one as in 2026-11-22 14:05, 14:05, yesterday, 2h ago or @1395716396";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The days of the week, from Monday; the first three letters do as well.
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// In which zone a time is meant.
enum Meant<'z> {
    /// This many seconds east of UTC.
    Offset(i64),
    /// A zone, and which half of its year.
    Zone(&'z dyn Zone, Option<bool>),
}

/// Reads a point in time: microseconds since 1970, at most [`LAST_USEC`]. What it leaves out is
/// taken from `now_usec`.
///
/// # Errors
/// It is no point in time, before 1970, or on another weekday than it says.
pub fn parse(text: &str, now_usec: u64, zones: &dyn Zones) -> Result<u64, Problem> {
    if let Some(found) = relative(text, now_usec) {
        let usec = found?;
        return in_range(Some(usec).filter(|usec| *usec <= LAST_USEC), text);
    }
    if let Some((body, offset)) = welded_offset(text)
        && let Ok(found) = absolute(body, now_usec, &Meant::Offset(offset))
    {
        return Ok(found);
    }
    let local = || Meant::Zone(zones.local(), None);
    let Some((body, word)) = text.rsplit_once(' ').filter(|(body, _)| !body.is_empty()) else {
        return absolute(text, now_usec, &local());
    };
    let half_in = |zone: &dyn Zone| {
        [false, true].into_iter().find(|half| zone.abbreviation(*half) == Some(word))
    };
    if word == "UTC" {
        return absolute(body, now_usec, &Meant::Offset(0));
    }
    if let Some(offset) = offset(word) {
        return absolute(body, now_usec, &Meant::Offset(offset));
    }
    if is_name(word)
        && let Some(zone) = zones.find(word)
    {
        let half = half_in(zone.as_ref());
        return absolute(body, now_usec, &Meant::Zone(zone.as_ref(), half));
    }
    match half_in(zones.local()) {
        Some(half) => absolute(body, now_usec, &Meant::Zone(zones.local(), Some(half))),
        None => absolute(text, now_usec, &local()),
    }
}

/// `now`, or a span before or after it; `@` seconds since 1970.
fn relative(text: &str, now_usec: u64) -> Option<Result<u64, Problem>> {
    let span = |span: &str, shift: usize| {
        parse_usec(span, USEC_PER_SEC).map_err(|problem| Problem {
            at: problem.at.start + shift..problem.at.end + shift,
            ..problem
        })
    };
    let earlier = |span: u64| {
        let message = "the time is before 1970";
        now_usec.checked_sub(span).ok_or_else(|| Problem::value(0..text.len(), message))
    };
    let later = |span: u64| now_usec.saturating_add(span);
    if text == "now" {
        Some(Ok(now_usec))
    } else if let Some(rest) = text.strip_prefix('@') {
        Some(span(rest, 1))
    } else if let Some(rest) = text.strip_prefix('+') {
        Some(span(rest, 1).map(later))
    } else if let Some(rest) = text.strip_prefix('-') {
        Some(span(rest, 1).and_then(earlier))
    } else if let Some(rest) = text.strip_suffix(" ago") {
        Some(span(rest, 0).and_then(earlier))
    } else {
        text.strip_suffix(" left").map(|rest| span(rest, 0).map(later))
    }
}

/// A date and time of day, either of which may be missing.
fn absolute(text: &str, now_usec: u64, meant: &Meant<'_>) -> Result<u64, Problem> {
    let (zone, half, shift): (&dyn Zone, _, _) = match meant {
        Meant::Offset(offset) => (&Utc, None, *offset),
        Meant::Zone(zone, half) => (*zone, *half, 0),
    };
    let mut clock = Clock::new(zone);
    let now = i64::try_from(now_usec / USEC_PER_SEC).unwrap_or(i64::MAX / 2);
    let today = Fields { is_daylight: half, ..clock.show(now) };
    let mut reader = Reader { text, at: 0 };
    let (mut fields, micros) = reader.moment(today)?;
    let at = match meant {
        // The day may be the last before 1970 in UTC, and later where the time is meant.
        Meant::Offset(_) => Some(fields.seconds() - shift),
        Meant::Zone(..) => clock.resolve(&mut fields),
    };
    let usec = at
        .and_then(|at| u64::try_from(at).ok())
        .and_then(|at| at.checked_mul(USEC_PER_SEC)?.checked_add(micros))
        .filter(|usec| *usec <= LAST_USEC);
    in_range(usec, text)
}

fn in_range(usec: Option<u64>, text: &str) -> Result<u64, Problem> {
    usec.ok_or_else(|| {
        Problem::value(0..text.len(), "the time is not between the years 1970 and 9999")
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The fields, and microseconds besides.
    fn moment(&mut self, today: Fields) -> Result<(Fields, u64), Problem> {
        let midnight = Fields { hour: 0, minute: 0, second: 0, ..today };
        let day = |days: i64| Ok((Fields { day: midnight.day + days, ..midnight }, 0));
        match self.text {
            "today" => return day(0),
            "yesterday" => return day(-1),
            "tomorrow" => return day(1),
            _ => {}
        }
        let weekday = self.weekday();
        let start = self.at;
        let found = self.date_and_time(midnight).or_else(|| {
            self.at = start;
            self.month_day_and_time(midnight)
        });
        let found = found.or_else(|| {
            self.at = start;
            self.time(midnight)
        });
        let Some((fields, micros)) = found.filter(|_| self.rest().is_empty()) else {
            let message = format!("\"{}\" is no point in time", shorten(self.text));
            return Err(Problem::value(0..self.text.len(), message).with_help(HELP));
        };
        match weekday {
            Some((day, at)) if day != usize::from(fields.weekday()) => {
                let real = WEEKDAYS.get(usize::from(fields.weekday())).copied().unwrap_or_default();
                Err(Problem::value(at, format!("that day is a {real}"))
                    .with_help("leave the weekday out, or correct it"))
            }
            _ => Ok((fields, micros)),
        }
    }

    fn weekday(&mut self) -> Option<(usize, Range<usize>)> {
        let (word, _) = self.text.split_once(' ')?;
        let day = position(&WEEKDAYS, word)?;
        self.at = word.len() + 1;
        Some((day, 0..word.len()))
    }

    /// Year, month and day; then perhaps a time.
    fn date_and_time(&mut self, midnight: Fields) -> Option<(Fields, u64)> {
        let start = self.at;
        let short = self.number(0, 99, 2).filter(|_| self.eat('-'));
        let year = match short {
            Some(year) => {
                if year < 69 {
                    year + 2000
                } else {
                    year + 1900
                }
            }
            None => {
                self.at = start;
                self.number(0, 9999, 4).filter(|_| self.eat('-'))?
            }
        };
        let month = self.number(1, 12, 2)?;
        self.eat('-').then_some(())?;
        let day = self.number(1, 31, 2)?;
        let date = Fields { year, month, day, ..midnight };
        if self.rest().is_empty() {
            return Some((date, 0));
        }
        self.eat('T');
        self.time(date)
    }

    /// `Nov 23 11:12:13`, as syslog writes it.
    fn month_day_and_time(&mut self, midnight: Fields) -> Option<(Fields, u64)> {
        let letters = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
        let month = position(&MONTHS, self.rest().get(..letters)?)?;
        self.at += letters;
        let day = self.number(1, 31, 2)?;
        let month = i64::try_from(month).ok()? + 1;
        let time = self.time(Fields { month, day, ..midnight })?;
        // Seconds are a must here.
        (self.text.matches(':').count() == 2).then_some(time)
    }

    /// Hour and minute, perhaps seconds, perhaps with decimals.
    fn time(&mut self, date: Fields) -> Option<(Fields, u64)> {
        let hour = self.number(0, 23, 2)?;
        self.eat(':').then_some(())?;
        let minute = self.number(0, 59, 2)?;
        let mut fields = Fields { hour, minute, second: 0, ..date };
        if !self.eat(':') {
            return Some((fields, 0));
        }
        // A minute with leap seconds has up to 62 of them.
        fields.second = self.number(0, 61, 2)?;
        if !self.eat('.') {
            return Some((fields, 0));
        }
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let micros = super::civil::micros(self.rest().get(..digits)?);
        self.at += digits;
        (digits > 0).then_some((fields, micros))
    }

    /// A number of some digits; spaces may stand before it. As strptime(3) does, it stops where
    /// another digit would make it too large.
    fn number(&mut self, least: i64, most: i64, digits: usize) -> Option<i64> {
        self.at += self.rest().len() - self.rest().trim_ascii_start().len();
        let mut number = None;
        for digit in self.rest().bytes().take(digits).take_while(u8::is_ascii_digit) {
            let tens = number.unwrap_or(0) * 10;
            if tens > most {
                break;
            }
            number = Some(tens + i64::from(digit - b'0'));
            self.at += 1;
        }
        number.filter(|number| (least..=most).contains(number))
    }

    fn eat(&mut self, symbol: char) -> bool {
        let found = self.rest().starts_with(symbol);
        self.at += usize::from(found);
        found
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// Which of the names a word is, in whatever case, whole or its first three letters.
fn position(names: &[&str], word: &str) -> Option<usize> {
    names.iter().position(|name| {
        name.eq_ignore_ascii_case(word)
            || name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests;
