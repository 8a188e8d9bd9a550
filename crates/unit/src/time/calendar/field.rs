//! The fields of a date and a time of day, and what may stand in each.

use std::ops::Range;

use super::{MICROS, Part, next::LAST_YEAR};
use crate::{diagnostic::Problem, time::span::shorten};

/// A field, with what may stand in it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    /// Parts of one of its units.
    scale: u32,
    /// Whether two digits are short for four.
    is_year: bool,
    /// Whether 1 is the last one.
    counts_down: bool,
}

pub(super) const YEAR: Field = Field { is_year: true, ..Field::new("year", 1970, LAST_YEAR) };
pub(super) const MONTH: Field = Field::new("month", 1, 12);
pub(super) const DAY: Field = Field::new("day", 1, 31);
/// Every month has a 28th last day.
pub(super) const DAY_FROM_END: Field = Field { counts_down: true, ..Field::new("last day", 1, 28) };
pub(super) const HOUR: Field = Field::new("hour", 0, 23);
pub(super) const MINUTE: Field = Field::new("minute", 0, 59);
pub(super) const SECOND: Field =
    Field { scale: MICROS, ..Field::new("second", 0, 60 * MICROS - 1) };

impl Field {
    const fn new(name: &'static str, first: u32, last: u32) -> Field {
        Field { name, first, last, scale: 1, is_year: false, counts_down: false }
    }

    /// The part in its normal form, if it can come about at all. It stands at `at` of `text`.
    pub fn check(self, part: Part, text: &str, at: &Range<usize>) -> Result<Part, Problem> {
        let Part { mut start, mut stop, mut step } = part;
        if self.is_year {
            (start, stop) = (full_year(start), stop.map(full_year));
        }
        if let Some(end) = stop.filter(|end| *end >= start) {
            // The end is a value that is reached; a range of one value is that value.
            let reached = end - (end - start).checked_rem(step).unwrap_or(0);
            stop = Some(reached).filter(|reached| *reached != start);
            step = if stop.is_some() { step } else { 0 };
        }
        let quoted = || shorten(text.get(at.clone()).unwrap_or_default());
        let inside = |value: u32| (self.first..=self.last).contains(&value);
        if !inside(start) || !stop.is_none_or(inside) {
            return self.problem(at, format!("\"{}\" is no {}", quoted(), self.name));
        }
        let room = match stop {
            Some(stop) if stop < start => {
                return self.problem(at, format!("\"{}\" ends before it starts", quoted()));
            }
            Some(stop) => stop - start,
            None if self.counts_down => start - self.first,
            None => self.last - start,
        };
        if step > room {
            let message = format!("the repetition in \"{}\" never comes about", quoted());
            return self.problem(at, message);
        }
        Ok(Part { start, stop, step })
    }

    fn problem(self, at: &Range<usize>, message: String) -> Result<Part, Problem> {
        let last = if self.scale == MICROS { 59 } else { self.last };
        let help = format!("{}s go from {} to {last}", self.name, self.first);
        Err(Problem::value(at.clone(), message).with_help(help))
    }
}

/// 12 is 2012, 89 is 1989.
fn full_year(year: u32) -> u32 {
    match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    }
}
