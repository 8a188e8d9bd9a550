//! Sizes: `4K`, `1.5G`, `1G 512M`.

use super::{NumberError, Value, invalid, number};
use crate::{diagnostic::Problem, values::words::BLANKS};

/// The suffixes and which power of the base they are, the largest first: they may follow each other
/// in this order only.
const SUFFIXES: [(&str, u32); 8] =
    [("E", 6), ("P", 5), ("T", 4), ("G", 3), ("M", 2), ("K", 1), ("B", 0), ("", 0)];

/// Reads a size: numbers with suffixes, a fraction allowed, added up. `base` is 1024 or 1000.
pub fn parse_size(text: &str, base: u64) -> Result<u64, NumberError> {
    let mut total = 0_u64;
    let mut suffixes = SUFFIXES.iter();
    let mut rest = text;
    loop {
        let (whole, fraction, behind) = decimal(skip_blanks(rest))?;
        let behind = skip_blanks(behind);
        // A search that goes on where the one before ended: 1K 1G is refused.
        let (suffix, power) =
            suffixes.find(|(suffix, _)| behind.starts_with(suffix)).ok_or(NumberError::Syntax)?;
        let factor = base.checked_pow(*power).ok_or(NumberError::Range)?;
        let rounded_up = whole.checked_add(u64::from(fraction > 0.0)).ok_or(NumberError::Range)?;
        rounded_up.checked_mul(factor).ok_or(NumberError::Range)?;
        // Rounded as systemd rounds; the fraction is below 1, so that the product fits.
        let part = (fraction * factor as f64) as u64;
        let sum = whole.checked_mul(factor).and_then(|whole| whole.checked_add(part));
        total = sum.and_then(|sum| total.checked_add(sum)).ok_or(NumberError::Range)?;
        rest = behind.get(suffix.len()..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(total);
        }
    }
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches(|char| u8::try_from(char).is_ok_and(|byte| BLANKS.contains(&byte)))
}

/// The number before the point, the fraction, and what stands behind.
fn decimal(text: &str) -> Result<(u64, f64, &str), NumberError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, rest) = leading_digits(unsigned);
    let whole = number::digits(digits, 10)?;
    if text.starts_with('-') {
        return Err(NumberError::Range);
    }
    let Some(rest) = rest.strip_prefix('.') else { return Ok((whole, 0.0, rest)) };
    let (digits, rest) = leading_digits(rest);
    if digits.is_empty() {
        return Ok((whole, 0.0, rest));
    }
    let mut fraction = number::digits(digits, 10)? as f64;
    for _ in 0..digits.len() {
        fraction /= 10.0;
    }
    Ok((whole, fraction, rest))
}

fn leading_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (text.get(..end).unwrap_or_default(), text.get(end..).unwrap_or_default())
}

pub(super) fn value(text: &str) -> Result<Value, Problem> {
    parse_size(text, 1024).map(Value::Bytes).map_err(|error| problem(text, error))
}

/// What is wrong with a size.
pub(super) fn problem(text: &str, error: NumberError) -> Problem {
    let what = match error {
        NumberError::Syntax => "is not a size",
        NumberError::Range => "is out of range",
    };
    invalid(text, what).with_help("write bytes, or a number with K, M, G, T, P or E such as 512M")
}
