//! Time spans: `2h 30min` (systemd.time(7), PARSING TIME SPANS and DISPLAYING TIME SPANS).

mod print;

use std::ops::Range;

pub use print::{format_nsec, format_usec};

use crate::diagnostic::Problem;

/// Without end; written `infinity`.
pub const INFINITY: u64 = u64::MAX;

/// Microseconds of a second: the default unit of most settings.
pub const USEC_PER_SEC: u64 = 1_000_000;

const SECOND: u64 = USEC_PER_SEC;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
/// 30.4375 days: a twelfth of a year.
const MONTH: u64 = YEAR / 12;
/// 365.25 days.
const YEAR: u64 = 365 * DAY + DAY / 4;

/// How units are written, and their microseconds. The longest that fits is the one that is meant.
const UNITS: &[(&str, u64)] = &[
    ("usec", 1),
    ("us", 1),
    ("\u{3bc}s", 1), // Greek letter mu
    ("\u{b5}s", 1),  // micro sign
    ("msec", 1_000),
    ("ms", 1_000),
    ("seconds", SECOND),
    ("second", SECOND),
    ("sec", SECOND),
    ("s", SECOND),
    ("minutes", MINUTE),
    ("minute", MINUTE),
    ("min", MINUTE),
    ("m", MINUTE),
    ("hours", HOUR),
    ("hour", HOUR),
    ("hr", HOUR),
    ("h", HOUR),
    ("days", DAY),
    ("day", DAY),
    ("d", DAY),
    ("weeks", WEEK),
    ("week", WEEK),
    ("w", WEEK),
    ("months", MONTH),
    ("month", MONTH),
    ("M", MONTH),
    ("years", YEAR),
    ("year", YEAR),
    ("y", YEAR),
];

/// Units below a microsecond, in nanoseconds.
const FINE_UNITS: &[(&str, u64)] = &[("nsec", 1), ("ns", 1)];

/// The longest word that a message repeats, in bytes.
const WORD_MAX: usize = 40;

/// Reads a time span: microseconds, [`INFINITY`] for `infinity`. A number without a unit counts
/// `default_unit_usec`, which is [`USEC_PER_SEC`] almost everywhere.
///
/// # Errors
/// It is no time span, or one of more than 584,542 years.
pub fn parse_usec(text: &str, default_unit_usec: u64) -> Result<u64, Problem> {
    Reader { text, at: 0, default_unit: default_unit_usec, fine: false }.span()
}

/// Reads a time span in nanoseconds, [`INFINITY`] for `infinity`. A number without a unit counts
/// nanoseconds.
///
/// # Errors
/// It is no time span, or one of more than 584 years.
pub fn parse_nsec(text: &str) -> Result<u64, Problem> {
    Reader { text, at: 0, default_unit: 1, fine: true }.span()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    default_unit: u64,
    /// Whether it counts nanoseconds.
    fine: bool,
}

impl Reader<'_> {
    fn span(mut self) -> Result<u64, Problem> {
        self.skip_space();
        if self.rest().starts_with("infinity") {
            self.at += "infinity".len();
            self.skip_space();
            if self.at == self.text.len() {
                return Ok(INFINITY);
            }
            let behind = self.at..self.text.len();
            return Err(Problem::value(behind, "nothing may stand behind \"infinity\""));
        }
        if self.at == self.text.len() {
            return Err(Problem::value(0..self.text.len(), "a time span is missing")
                .with_help("write one as in 30s, 5min or 1h 30min"));
        }
        let mut sum = 0_u64;
        while self.at < self.text.len() {
            let start = self.at;
            let term = self.term()?;
            // The largest number means infinity; no sum may be taken for that.
            sum = sum
                .checked_add(term)
                .filter(|sum| *sum != INFINITY)
                .ok_or_else(|| self.too_large(start..self.at))?;
            self.skip_space();
        }
        Ok(sum)
    }

    /// A number with its unit.
    fn term(&mut self) -> Result<u64, Problem> {
        let start = self.at;
        if self.rest().starts_with('-') {
            let word = self.word(start);
            return Err(Problem::value(word, "a time span can't be negative"));
        }
        if self.rest().starts_with('+') {
            self.at += 1;
        }
        let whole = self.digits();
        let signed = whole.start != start;
        let point = self.rest().starts_with('.') && !(signed && whole.is_empty());
        if whole.is_empty() && !point {
            return Err(self.no_number(start));
        }
        let mut fraction = whole.end..whole.end;
        if point {
            self.at += 1;
            fraction = self.digits();
            if fraction.is_empty() {
                return Err(Problem::value(start..self.at, "digits are missing behind the point"));
            }
        }
        let number_end = self.at;
        self.skip_space();
        let unit = self.unit();
        if unit.is_none() && self.at == number_end && self.at < self.text.len() {
            return Err(self.no_unit());
        }
        let unit = unit.unwrap_or(self.default_unit);
        let value = self
            .amount(whole, unit)
            .and_then(|value| value.checked_add(self.parts(fraction, unit)))
            .filter(|value| *value != INFINITY);
        value.ok_or_else(|| self.too_large(start..self.at))
    }

    /// The whole part of a number in its unit. No more than 63 bits are read, as systemd does.
    fn amount(&self, digits: Range<usize>, unit: u64) -> Option<u64> {
        let digits = self.text.get(digits)?;
        let number = if digits.is_empty() { 0 } else { digits.parse::<i64>().ok()? };
        u64::try_from(number).ok()?.checked_mul(unit).filter(|value| *value != INFINITY)
    }

    /// What stands behind a point, in its unit; what is finer than one is lost.
    fn parts(&self, digits: Range<usize>, unit: u64) -> u64 {
        let mut weight = unit / 10;
        let mut sum = 0_u64;
        for digit in self.text.get(digits).unwrap_or_default().bytes() {
            if weight == 0 {
                break;
            }
            sum = sum.saturating_add(u64::from(digit.saturating_sub(b'0')).saturating_mul(weight));
            weight /= 10;
        }
        sum
    }

    /// The unit that stands here, if any.
    fn unit(&mut self) -> Option<u64> {
        let rest = self.rest();
        let longest = |units: &'static [(&'static str, u64)]| {
            let fitting = units.iter().filter(|(name, _)| rest.starts_with(name));
            fitting.max_by_key(|(name, _)| name.len())
        };
        let found = longest(UNITS)
            .map(|(name, unit)| (name, unit.saturating_mul(if self.fine { 1_000 } else { 1 })));
        let fine = if self.fine { longest(FINE_UNITS) } else { None };
        let (name, unit) = found.or(fine.map(|(name, unit)| (name, *unit)))?;
        self.at += name.len();
        Some(unit)
    }

    fn digits(&mut self) -> Range<usize> {
        let start = self.at;
        self.at += self.rest().bytes().take_while(u8::is_ascii_digit).count();
        start..self.at
    }

    fn skip_space(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| is_space(char::from(*byte))).count();
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The word at a place, at least one character.
    fn word(&self, start: usize) -> Range<usize> {
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.find(is_space).unwrap_or(rest.len());
        start..start + length.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    /// There is no number at `start`: mostly the end of a misspelt unit (`5mins`).
    fn no_number(&self, start: usize) -> Problem {
        let before = self.text.get(..start).unwrap_or_default();
        let letters = before.trim_end_matches(char::is_alphabetic).len();
        if letters < start && self.rest().starts_with(char::is_alphabetic) {
            return self.bad_unit(letters);
        }
        let at = self.word(start);
        let message = format!("\"{}\" is no time span", self.quoted(&at));
        if self.rest().starts_with(char::is_alphabetic) && start > 0 {
            return Problem::value(at, message).with_help(self.units_help());
        }
        Problem::value(at, message).with_help("write one as in 30s, 5min or 1h 30min")
    }

    /// There is something behind a number that is no unit.
    fn no_unit(&self) -> Problem {
        if self.rest().starts_with('.') {
            return Problem::value(self.word(self.at), "a number has one point at most");
        }
        self.bad_unit(self.at)
    }

    fn bad_unit(&self, start: usize) -> Problem {
        let rest = self.text.get(start..).unwrap_or_default();
        let letters = rest.find(|symbol: char| !symbol.is_alphabetic()).unwrap_or(rest.len());
        let at = if letters > 0 { start..start + letters } else { self.word(start) };
        let message = format!("\"{}\" is no unit of time", self.quoted(&at));
        Problem::value(at, message).with_help(self.units_help())
    }

    fn units_help(&self) -> &'static str {
        if self.fine {
            "units are ns, us, ms, s, min, h, d, w, month and y"
        } else {
            "units are us, ms, s, min, h, d, w, month and y"
        }
    }

    fn too_large(&self, at: Range<usize>) -> Problem {
        let message = format!("\"{}\" is too long a time", self.quoted(&at));
        Problem::value(at, message).with_help("write infinity where no limit is meant")
    }

    fn quoted(&self, at: &Range<usize>) -> String {
        shorten(self.text.get(at.clone()).unwrap_or_default())
    }
}

/// A word for a message: a value may have megabytes.
pub(super) fn shorten(word: &str) -> String {
    match word.char_indices().find(|(at, symbol)| at + symbol.len_utf8() > WORD_MAX) {
        Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}

/// What systemd takes for space between words.
pub(super) fn is_space(symbol: char) -> bool {
    matches!(symbol, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::{INFINITY, USEC_PER_SEC, format_nsec, format_usec, parse_nsec, parse_usec};

    fn usec(text: &str) -> Option<u64> {
        parse_usec(text, USEC_PER_SEC).ok()
    }

    #[test]
    fn spans_of_the_man_page() {
        assert_eq!(usec("2 h"), Some(7_200_000_000));
        assert_eq!(usec("2hours"), usec("2 h"));
        assert_eq!(usec("48hr"), Some(172_800_000_000));
        assert_eq!(usec("1y 12month"), Some(63_115_200_000_000));
        assert_eq!(usec("55s500ms"), Some(55_500_000));
        assert_eq!(usec("300ms20s 5day"), Some(432_020_300_000));
    }

    #[test]
    fn numbers_alone_fractions_and_ends() {
        assert_eq!(usec("5"), Some(5_000_000));
        assert_eq!(parse_usec("5", 1_000).ok(), Some(5_000));
        assert_eq!(usec(" 1.5h\t.5 "), Some(5_400_500_000));
        assert_eq!(usec("0.0000019"), Some(1));
        assert_eq!(usec("+5s"), Some(5_000_000));
        assert_eq!(usec("infinity "), Some(INFINITY));
        assert_eq!(usec("5\u{b5}s5\u{3bc}s"), Some(10));
        assert_eq!(parse_nsec("5us 3").ok(), Some(5_003));
        assert_eq!(parse_nsec("1.5us 3ns").ok(), Some(1_503));
        assert_eq!(usec("18446744073709551615us"), None);
        assert_eq!(usec("9223372036854775807us"), Some(9_223_372_036_854_775_807));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let wrong = |text: &str| {
            let problem = parse_usec(text, USEC_PER_SEC).unwrap_err();
            (text.get(problem.at.clone()).unwrap().to_owned(), problem.message)
        };
        assert_eq!(wrong("5mins").0, "mins");
        assert_eq!(wrong("5 fortnights").0, "fortnights");
        assert_eq!(wrong("1h 5x 3s").0, "x");
        assert_eq!(wrong("1h -5s").0, "-5s");
        assert_eq!(wrong("1.2.3").0, ".3");
        assert_eq!(wrong("3.sec").0, "3.");
        assert_eq!(wrong("infinity 3").0, "3");
        assert_eq!(wrong("").0, "");
        assert_eq!(wrong("1s 99999999999y").0, "99999999999y");
        assert_eq!(wrong("soon"), ("soon".to_owned(), "\"soon\" is no time span".to_owned()));
    }

    #[test]
    fn spans_are_printed() {
        let exact = |usec| format_usec(usec, 1);
        assert_eq!(exact(0), "0");
        assert_eq!(exact(INFINITY), "infinity");
        assert_eq!(exact(90_000_000), "1min 30s");
        assert_eq!(exact(63_115_200_000_000), "2y");
        assert_eq!(exact(1_500_000), "1.500000s");
        assert_eq!(format_usec(1_500_000, 1_000), "1.500s");
        assert_eq!(format_usec(1_500_000, 1_000_000), "1s");
        assert_eq!(format_usec(1_500, 1), "1.500ms");
        assert_eq!(format_usec(1, 1_000_000), "1us");
        assert_eq!(exact(3_661_000_001), "1h 1min 1.000001s");
        assert_eq!(format_nsec(1_500_003), "1.500ms 3ns");
        assert_eq!(format_nsec(7), "7ns");
    }
}
