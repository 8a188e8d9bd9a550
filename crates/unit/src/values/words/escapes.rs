//! C escapes.

use std::{borrow::Cow, ops::Range};

use super::{Escapes, Fault, Rules, WordError};

/// What an escape stands for.
enum Escaped {
    /// A byte, perhaps one of several of a character.
    Byte(u8),
    /// A character.
    Char(char),
}

impl Escaped {
    fn push_to(&self, out: &mut Vec<u8>) {
        match *self {
            Escaped::Byte(byte) => out.push(byte),
            Escaped::Char(char) => {
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

/// Reads what stands behind a backslash: its meaning and its length in bytes. `None` where it is no
/// escape, or stands for NUL.
fn c_escape(behind: &[u8]) -> Option<(Escaped, usize)> {
    let simple = |byte| Some((Escaped::Byte(byte), 1));
    match behind.first()? {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0c),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0b),
        b's' => simple(b' '),
        byte @ (b'\\' | b'"' | b'\'') => simple(*byte),
        b'x' => {
            let value = digits(behind.get(1..3)?, 16)?;
            Some((Escaped::Byte(non_zero(value)?.try_into().ok()?), 3))
        }
        b'u' => {
            let value = digits(behind.get(1..5)?, 16)?;
            Some((Escaped::Char(character(value)?), 5))
        }
        b'U' => {
            let value = digits(behind.get(1..9)?, 16)?;
            Some((Escaped::Char(character(value)?), 9))
        }
        b'0'..=b'7' => {
            let value = digits(behind.get(..3)?, 8)?;
            // \400 and above are no bytes.
            Some((Escaped::Byte(non_zero(value)?.try_into().ok()?), 3))
        }
        _ => None,
    }
}

/// A character by its number: not NUL, and none of the numbers that stand for no character, which
/// a unit file can't hold either.
fn character(number: u32) -> Option<char> {
    let stands_for_none = matches!(number, 0xfdd0..=0xfdef) || number & 0xfffe == 0xfffe;
    char::from_u32(non_zero(number)?).filter(|_| !stands_for_none)
}

fn non_zero(value: u32) -> Option<u32> {
    (value != 0).then_some(value)
}

/// A number of at most 8 digits.
fn digits(text: &[u8], radix: u32) -> Option<u32> {
    text.iter().try_fold(0_u32, |value, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}

/// Replaces the escape at `at`, as the rules say; gives the place behind it.
pub(super) fn step(
    text: &str,
    at: usize,
    rules: &Rules,
    in_quotes: bool,
    out: &mut Vec<u8>,
) -> Result<usize, WordError> {
    let start = at.saturating_add(1);
    let behind = text.as_bytes().get(start..).unwrap_or_default();
    let Some(next) = behind.first().copied() else {
        if rules.lenient && !in_quotes {
            out.push(b'\\');
            return Ok(start);
        }
        if rules.unclosed {
            return Ok(start);
        }
        return Err(WordError { at: at..start, fault: Fault::Escape });
    };
    if rules.escapes == Escapes::Dropped {
        out.push(next);
        return Ok(start.saturating_add(1));
    }
    if rules.escapes.knows_c()
        && let Some((escaped, length)) = c_escape(behind)
    {
        escaped.push_to(out);
        return Ok(start.saturating_add(length));
    }
    if rules.escapes.knows_separators() && (rules.parts(next) || next == b'\\') {
        out.push(next);
    } else if rules.lenient {
        out.extend_from_slice(&[b'\\', next]);
    } else {
        return Err(WordError { at: bad_escape(text, at), fault: Fault::Escape });
    }
    Ok(start.saturating_add(1))
}

/// The backslash and the character behind it.
fn bad_escape(text: &str, at: usize) -> Range<usize> {
    let start = at.saturating_add(1);
    let next = text.get(start..).and_then(|rest| rest.chars().next());
    at..start.saturating_add(next.map_or(0, char::len_utf8))
}

/// Replaces the C escapes in a text that is not split into words.
pub fn unescape(text: &str) -> Result<Cow<'_, str>, WordError> {
    let bytes = text.as_bytes();
    let Some(first) = memchr::memchr(b'\\', bytes) else { return Ok(Cow::Borrowed(text)) };
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    let mut backslash = Some(first);
    while let Some(at) = backslash {
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        let start = at.saturating_add(1);
        let behind = bytes.get(start..).unwrap_or_default();
        let (escaped, length) = c_escape(behind)
            .ok_or_else(|| WordError { at: bad_escape(text, at), fault: Fault::Escape })?;
        escaped.push_to(&mut out);
        from = start.saturating_add(length);
        let rest = bytes.get(from..).unwrap_or_default();
        backslash = memchr::memchr(b'\\', rest).map(|found| from.saturating_add(found));
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    String::from_utf8(out)
        .map(Cow::Owned)
        .map_err(|_| WordError { at: 0..text.len(), fault: Fault::Encoding })
}
