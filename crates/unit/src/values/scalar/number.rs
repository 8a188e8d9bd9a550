//! Whole numbers, as the C library reads them with base 0: `0x` hexadecimal, `0b` binary, `0o` or a
//! leading 0 octal, else decimal.

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// It doesn't look like one.
    Syntax,
    /// It is too large or too small.
    Range,
}

/// Reads a number that may be negative.
///
/// # Errors
/// It is none, or too large or small.
pub fn signed(text: &str) -> Result<i64, NumberError> {
    let (is_negative, magnitude) = number(text, None)?;
    let value = i128::from(magnitude);
    i64::try_from(if is_negative { -value } else { value }).map_err(|_| NumberError::Range)
}

/// Reads a number that may not.
///
/// # Errors
/// It is none, or too large or negative.
pub fn unsigned(text: &str) -> Result<u64, NumberError> {
    match number(text, None)? {
        (true, 1..) => Err(NumberError::Range),
        (_, magnitude) => Ok(magnitude),
    }
}

/// Octal digits without a sign.
pub fn octal(text: &str) -> Result<u64, NumberError> {
    digits(text, 8)
}

/// Hexadecimal digits, `0x` in front allowed.
pub fn hexadecimal(text: &str) -> Result<u64, NumberError> {
    match number(text, Some(16))? {
        (true, 1..) => Err(NumberError::Range),
        (_, magnitude) => Ok(magnitude),
    }
}

/// Whether it is negative, and its magnitude.
fn number(text: &str, base: Option<u32>) -> Result<(bool, u64), NumberError> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r']);
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefixed = |upper: char, lower: char| {
        let rest = rest.strip_prefix('0')?;
        rest.strip_prefix([upper, lower])
    };
    let has_sign = rest.len() != text.len();
    let magnitude =
        if let Some(rest) = prefixed('X', 'x').filter(|_| base.is_none_or(|base| base == 16)) {
            digits(rest, 16)?
        } else if let Some(base) = base {
            digits(rest, base)?
        } else if let Some(rest) = prefixed('B', 'b').filter(|_| !has_sign) {
            digits(rest, 2)?
        } else if let Some(rest) = prefixed('O', 'o').filter(|_| !has_sign) {
            digits(rest, 8)?
        } else if rest.len() > 1 && rest.starts_with('0') {
            digits(rest, 8)?
        } else {
            digits(rest, 10)?
        };
    Ok((is_negative, magnitude))
}

/// Digits and nothing else, at least one.
pub fn digits(text: &str, radix: u32) -> Result<u64, NumberError> {
    if text.is_empty() || !text.chars().all(|char| char.is_digit(radix)) {
        return Err(NumberError::Syntax);
    }
    u64::from_str_radix(text, radix).map_err(|_| NumberError::Range)
}
