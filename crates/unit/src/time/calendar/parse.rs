//! The grammar of calendar events.

use super::{
    Calendar, Chain, EVERY_DAY, EVERY_SECOND, MICROS, Named, Part,
    field::{DAY, DAY_FROM_END, Field, HOUR, MINUTE, MONTH, SECOND, YEAR},
    list::{List, Parser},
    next::LAST_YEAR,
};
use crate::{
    diagnostic::Problem,
    time::{
        Zones,
        civil::date_and_time,
        span::{is_space, shorten},
        zone::{half_of, is_name},
    },
};

/// Names of weekdays, any case; the place divided by two is the number.
const WEEKDAY_NAMES: [&str; 14] = [
    "Monday",
    "Mon",
    "Tuesday",
    "Tue",
    "Wednesday",
    "Wed",
    "Thursday",
    "Thu",
    "Friday",
    "Fri",
    "Saturday",
    "Sat",
    "Sunday",
    "Sun",
];

/// Shorthands and what they stand for.
const SHORTHANDS: &[(&str, &str)] = &[
    ("minutely", "*-*-* *:*:00"),
    ("hourly", "*-*-* *:00:00"),
    ("daily", "*-*-* 00:00:00"),
    ("weekly", "Mon *-*-* 00:00:00"),
    ("monthly", "*-*-01 00:00:00"),
    ("quarterly", "*-01,04,07,10-01 00:00:00"),
    ("semiannually", "*-01,07-01 00:00:00"),
    ("semi-annually", "*-01,07-01 00:00:00"),
    ("biannually", "*-01,07-01 00:00:00"),
    ("bi-annually", "*-01,07-01 00:00:00"),
    ("yearly", "*-01-01 00:00:00"),
    ("annually", "*-01-01 00:00:00"),
    ("anually", "*-01-01 00:00:00"), // an old misspelling that systemd goes on reading
];

pub(super) fn calendar(text: &str, zones: Option<&dyn Zones>) -> Result<Calendar, Problem> {
    let (expression, zone) = split_zone(text, zones)?;
    if expression.is_empty() {
        let problem = Problem::value(0..text.len(), "a calendar expression is missing");
        return Err(problem.with_help("write one as in daily, Mon 12:00 or *-*-01 04:30"));
    }
    let meant = SHORTHANDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(expression));
    let text = meant.map_or(expression, |(_, meaning)| meaning);
    let mut calendar = Parser { text, at: 0 }.expression()?;
    // Seconds since 1970 are UTC whatever zone stands behind them.
    if calendar.zone == Named::Local {
        calendar.zone = zone;
    }
    Ok(calendar)
}

/// Cuts the zone off the end.
fn split_zone<'t>(text: &'t str, zones: Option<&dyn Zones>) -> Result<(&'t str, Named), Problem> {
    let Some((expression, word)) = text.rsplit_once(' ') else { return Ok((text, Named::Local)) };
    if word.eq_ignore_ascii_case("UTC") {
        return Ok((expression, Named::Utc));
    }
    if let Some(zones) = zones {
        let local = zones.local();
        let half = half_of(local, word);
        if let Some(name) = half.and_then(|half| local.abbreviation(half)) {
            return Ok((expression, Named::Name(name.into())));
        }
        if is_name(word) && zones.find(word).is_some() {
            return Ok((expression, Named::Name(word.into())));
        }
    }
    let letter = word.starts_with(|first: char| first.is_ascii_alphabetic());
    if !letter || !is_name(word) || weekday(word).is_some_and(|(_, rest)| rest.is_empty()) {
        return Ok((text, Named::Local));
    }
    if zones.is_some() {
        let at = text.len() - word.len()..text.len();
        let message = format!("\"{}\" is no time zone of this machine", shorten(word));
        return Err(Problem::value(at, message)
            .with_help("write UTC, a name as in Europe/Berlin, or nothing for local time"));
    }
    Ok((expression, Named::Name(word.into())))
}

/// The weekday that a text begins with, from Monday, which is 0, and the rest.
fn weekday(text: &str) -> Option<(usize, &str)> {
    WEEKDAY_NAMES.iter().enumerate().find_map(|(at, name)| {
        let (head, rest) = text.split_at_checked(name.len())?;
        head.eq_ignore_ascii_case(name).then_some((at / 2, rest))
    })
}

impl Parser<'_> {
    fn expression(mut self) -> Result<Calendar, Problem> {
        let any = || Chain::default();
        let mut calendar = Calendar {
            weekdays: self.weekdays()?,
            years: any(),
            months: any(),
            days: any(),
            from_month_end: false,
            hours: any(),
            minutes: any(),
            seconds: any(),
            zone: Named::Local,
        };
        if self.eat('@') {
            self.unix_time(&mut calendar)?;
        } else {
            self.date(&mut calendar)?;
            self.time_of_day(&mut calendar)?;
        }
        if self.at < self.text.len() {
            return Err(self.unexpected("the end"));
        }
        Ok(calendar)
    }

    /// Weekdays, ranges of them and lists; the bits of the days, 0 for any.
    fn weekdays(&mut self) -> Result<u8, Problem> {
        let mut days = 0_u8;
        // The start of a range whose end is to come.
        let mut from: Option<(usize, usize)> = None;
        let mut first = true;
        loop {
            let start = self.at;
            let Some((day, rest)) = weekday(self.rest()) else {
                return if first { Ok(0) } else { Err(self.unexpected("a weekday")) };
            };
            let end = self.text.len() - rest.len();
            if !rest.is_empty() && !rest.starts_with(['-', '.', ',', ' ']) {
                let word = self.word(start);
                let message = format!("\"{}\" is no weekday", self.quoted(&word));
                return Err(Problem::value(word, message)
                    .with_help("weekdays are Mon, Tue, Wed, Thu, Fri, Sat and Sun"));
            }
            self.at = end;
            let range = from.take();
            if let Some((begin, at)) = range.filter(|(begin, _)| *begin > day) {
                let names = super::WEEKDAYS;
                let name = |day: usize| names.get(day).copied().unwrap_or_default();
                return Err(Problem::value(at..end, "a range of weekdays can't go beyond Sunday")
                    .with_help(format!("write {}..Sun,Mon..{}", name(begin), name(day))));
            }
            for day in range.map_or(day, |(begin, _)| begin)..=day {
                days |= 1 << day;
            }
            if rest.starts_with("..") || rest.starts_with('-') {
                if range.is_some() {
                    return Err(self.unexpected("a comma, a space or the end"));
                }
                from = Some((day, start));
                self.at += if rest.starts_with('-') { 1 } else { 2 };
            } else if rest.starts_with('.') {
                return Err(self.unexpected(".. or a comma"));
            } else {
                self.eat(',');
            }
            if self.rest().is_empty() || self.rest().starts_with(' ') {
                if from.is_some() {
                    return Err(Problem::value(start..self.at, "a range has no end"));
                }
                self.skip_spaces();
                return Ok(if days == EVERY_DAY { 0 } else { days });
            }
            first = false;
        }
    }

    /// `@1395716396`: one instant, in seconds since 1970.
    fn unix_time(&mut self, calendar: &mut Calendar) -> Result<(), Problem> {
        let start = self.at - 1;
        self.at += self.rest().len() - self.rest().trim_start_matches(is_space).len();
        self.eat('+');
        let digits = self.digits();
        if digits.is_empty() {
            return Err(self.unexpected("a number of seconds"));
        }
        let seconds = self.text.get(digits).and_then(|digits| digits.parse::<i64>().ok());
        let fields = seconds.and_then(|seconds| {
            let fields = date_and_time(seconds);
            fields.filter(|[year, ..]| *year <= LAST_YEAR)
        });
        let Some([year, month, day, hour, minute, second]) = fields else {
            return Err(Problem::value(start..self.at, "nothing elapses after the year 2199"));
        };
        let one = |value| Chain::from([Part::value(value)]);
        calendar.years = one(year);
        calendar.months = one(month);
        calendar.days = one(day);
        calendar.hours = one(hour);
        calendar.minutes = one(minute);
        calendar.seconds = one(second * MICROS);
        calendar.zone = Named::Utc;
        Ok(())
    }

    /// A date, if one stands here: year, month and day, or month and day.
    fn date(&mut self, calendar: &mut Calendar) -> Result<(), Problem> {
        let start = self.at;
        if self.rest().is_empty() {
            return Ok(());
        }
        let first = self.list(false)?;
        if self.rest().is_empty() || self.rest().starts_with(':') {
            self.at = start; // an hour
            return Ok(());
        }
        let mut from_end = self.date_separator("-, ~ or :")?;
        let second = self.list(false)?;
        let has_year = !from_end && !self.rest().is_empty() && !self.rest().starts_with(' ');
        let (years, months, days) = if has_year {
            from_end = self.date_separator("-, ~, a space or the end")?;
            (first, second, self.list(false)?)
        } else {
            (List::new(), first, second)
        };
        if !self.rest().is_empty() && !self.rest().starts_with(' ') {
            return Err(self.unexpected("a space or the end"));
        }
        self.skip_spaces();
        calendar.years = self.chain(years, YEAR)?;
        calendar.months = self.chain(months, MONTH)?;
        calendar.days = self.chain(days, if from_end { DAY_FROM_END } else { DAY })?;
        calendar.from_month_end = from_end && !calendar.days.is_empty();
        Ok(())
    }

    /// Whether the day behind it counts from the month's end.
    fn date_separator(&mut self, expected: &str) -> Result<bool, Problem> {
        if self.eat('~') {
            return Ok(true);
        }
        if self.eat('-') { Ok(false) } else { Err(self.unexpected(expected)) }
    }

    /// Hours, minutes and perhaps seconds; midnight where nothing stands.
    fn time_of_day(&mut self, calendar: &mut Calendar) -> Result<(), Problem> {
        let zero = || Chain::from([Part::value(0)]);
        if self.rest().is_empty() {
            (calendar.hours, calendar.minutes, calendar.seconds) = (zero(), zero(), zero());
            return Ok(());
        }
        let hours = self.list(false)?;
        calendar.hours = self.chain(hours, HOUR)?;
        if !self.eat(':') {
            return Err(self.unexpected("a colon"));
        }
        let minutes = self.list(false)?;
        calendar.minutes = self.chain(minutes, MINUTE)?;
        if self.rest().is_empty() {
            calendar.seconds = zero();
            return Ok(());
        }
        if !self.eat(':') {
            return Err(self.unexpected("a colon or the end"));
        }
        let seconds = self.list(true)?;
        calendar.seconds = self.chain(seconds, SECOND)?;
        Ok(())
    }

    /// Puts a list into order and checks that each part of it can come about.
    fn chain(&self, list: List, field: Field) -> Result<Chain, Problem> {
        let mut chain = Vec::with_capacity(list.len());
        for written in list {
            chain.push(field.check(written.part, self.text, &written.at)?);
        }
        if chain.contains(&EVERY_SECOND) {
            chain = vec![EVERY_SECOND];
        }
        chain.sort_unstable();
        chain.dedup();
        Ok(chain.into())
    }
}
