//! Lists of values in calendar events, and how the grammar moves through the text.

use std::ops::Range;

use super::{EVERY_SECOND, MICROS, Part};
use crate::{
    diagnostic::Problem,
    time::{civil::micros, span::shorten},
};

/// The most values that a list may have, as systemd has it.
const LIST_MAX: usize = 241;

/// Numbers are as large as an `int` at most.
const NUMBER_MAX: u64 = i32::MAX as u64;

/// A part as it was written, and where.
pub(super) struct Written {
    pub part: Part,
    pub at: Range<usize>,
}

/// A list as it was written; none: `*`.
pub(super) type List = Vec<Written>;

/// A place in the text of a calendar event.
pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Parser<'a> {
    /// `*`, or values, ranges and repetitions, separated by commas.
    pub fn list(&mut self, is_seconds: bool) -> Result<List, Problem> {
        let start = self.at;
        if self.eat('*') {
            let every = || vec![Written { part: EVERY_SECOND, at: start..self.at }];
            return Ok(if is_seconds { every() } else { List::new() });
        }
        let mut list = List::new();
        loop {
            if list.len() == LIST_MAX {
                let message = format!("a list has {LIST_MAX} values at most");
                return Err(Problem::value(start..self.at, message));
            }
            list.push(self.part(is_seconds)?);
            if !self.eat(',') {
                return Ok(list);
            }
        }
    }

    fn part(&mut self, is_seconds: bool) -> Result<Written, Problem> {
        let scale = if is_seconds { MICROS } else { 1 };
        let begin = self.at;
        let start = self.number(scale)?;
        let (mut stop, mut step) = (None, 0);
        if self.rest().starts_with("..") {
            self.at += 2;
            stop = Some(self.number(scale)?);
            step = scale;
        }
        if self.eat('/') {
            let at = self.at;
            step = self.number(scale)?;
            if step == 0 {
                return Err(Problem::value(at..self.at, "a repetition of 0 never gets on"));
            }
        } else if let Some(stop) = stop
            && is_seconds
            && start.saturating_add(scale) > stop
        {
            return Err(Problem::value(begin..self.at, "a range of seconds below 1s needs a step")
                .with_help("write it as in 1..1.5/0.25"));
        }
        if !self.rest().is_empty() && !self.rest().starts_with([' ', ',', '-', '~', ':']) {
            return Err(self.unexpected("a separator"));
        }
        Ok(Written { part: Part { start, stop, step }, at: begin..self.at })
    }

    /// A number in units of which each has `scale` parts; decimals are read where there are any.
    fn number(&mut self, scale: u32) -> Result<u32, Problem> {
        let start = self.at;
        let digits = self.digits();
        if digits.is_empty() {
            return Err(self.unexpected("a number"));
        }
        let whole = self.text.get(digits).and_then(|digits| digits.parse::<u64>().ok());
        let mut value = whole.and_then(|whole| whole.checked_mul(u64::from(scale)));
        let point = self.rest().starts_with('.') && !self.rest().starts_with("..");
        if scale == MICROS && point {
            self.at += 1;
            let decimals = self.digits();
            if decimals.is_empty() {
                return Err(self.unexpected("a digit"));
            }
            let micros = micros(self.text.get(decimals).unwrap_or_default());
            value = value.and_then(|value| value.checked_add(micros));
        }
        let value = value.filter(|value| *value <= NUMBER_MAX);
        value.and_then(|value| u32::try_from(value).ok()).ok_or_else(|| {
            Problem::value(
                start..self.at,
                "the number is too large for any field of a date or time",
            )
        })
    }

    pub fn digits(&mut self) -> Range<usize> {
        let start = self.at;
        self.at += self.rest().bytes().take_while(u8::is_ascii_digit).count();
        start..self.at
    }

    pub fn eat(&mut self, symbol: char) -> bool {
        let found = self.rest().starts_with(symbol);
        self.at += if found { symbol.len_utf8() } else { 0 };
        found
    }

    pub fn skip_spaces(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| *byte == b' ').count();
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Letters and digits from a place on; at least one character.
    pub fn word(&self, start: usize) -> Range<usize> {
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.find(|symbol: char| !symbol.is_alphanumeric()).unwrap_or(rest.len());
        start..start + length.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    pub fn quoted(&self, at: &Range<usize>) -> String {
        shorten(self.text.get(at.clone()).unwrap_or_default())
    }

    pub fn unexpected(&self, expected: &str) -> Problem {
        let at = self.word(self.at);
        if at.is_empty() {
            return Problem::value(at, format!("{expected} is missing"));
        }
        let message = format!("\"{}\" stands where {expected} should", self.quoted(&at));
        let before = self.text.get(..at.start).unwrap_or_default();
        if let Some(step) = self.rest().strip_prefix('/').filter(|_| before.ends_with('*')) {
            let step: String = step.chars().take_while(char::is_ascii_digit).take(9).collect();
            let help = format!("write 0/{step} in place of */{step}");
            return Problem::value(at, message).with_help(help);
        }
        if at.start == 0 {
            let help = "write weekdays, a date and a time: Mon..Fri *-*-* 12:00";
            return Problem::value(at, message).with_help(help);
        }
        Problem::value(at, message)
    }
}
