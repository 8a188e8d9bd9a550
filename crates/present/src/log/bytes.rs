//! What bytes are: printable, a number, a size.

use std::io::Write as _;

/// Whether every byte is in `' '..='~'`: the usual case, found out eight bytes at a time.
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<8>();
    chunks.iter().all(|chunk| is_plain_word(u64::from_le_bytes(*chunk)))
        && rest.iter().all(|byte| (0x20..0x7f).contains(byte))
}

const fn is_plain_word(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The high bit of a byte of the first term is set where it is 0x7f or more; of the second
    // where it is below 0x20 (or something below it was, which is as bad).
    let high = word | word.wrapping_add(ONES);
    let low = word.wrapping_sub(ONES * 0x20) & !word;
    (high | low) & (ONES << 7) == 0
}

/// Whether journalctl takes `bytes` for text: UTF-8 without control characters, but for tabs and,
/// if `newline`, for newlines; and without what Unicode says is no character.
pub(super) fn is_printable(bytes: &[u8], newline: bool) -> bool {
    is_plain(bytes) || is_printable_slowly(bytes, newline)
}

fn is_printable_slowly(bytes: &[u8], newline: bool) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars().all(|symbol| match symbol {
            '\n' => newline,
            '\t' => true,
            '\0'..'\x20' | '\x7f'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => false,
            _ => u32::from(symbol) & 0xfffe != 0xfffe,
        })
    })
}

/// Whether a field of that name can stand in a journal.
pub(super) fn is_name(name: &[u8]) -> bool {
    (1..=64).contains(&name.len())
        && !name.first().is_some_and(u8::is_ascii_digit)
        && name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// `bytes` up to the first NUL: what C prints of them as text.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).and_then(|nul| bytes.get(..nul)).unwrap_or(bytes)
}

/// `17B`, `1.5K`: a size with one place behind the point, which is cut and not rounded.
pub(super) fn push_size(size: u64, out: &mut Vec<u8>) {
    const UNITS: [(char, u32); 6] =
        [('E', 60), ('P', 50), ('T', 40), ('G', 30), ('M', 20), ('K', 10)];
    let unit = UNITS.iter().find(|(_, shift)| size >> shift > 0);
    let _ = match unit {
        Some((letter, shift)) => {
            let tenth = (size >> (shift - 10)) * 10 / 1024 % 10;
            write!(out, "{}.{tenth}{letter}", size >> shift)
        }
        None => write!(out, "{size}B"),
    };
}

/// The last two digits of `number`.
pub(super) const fn pair(number: u64) -> [u8; 2] {
    let number = (number % 100) as u8;
    [b'0' + number / 10, b'0' + number % 10]
}

/// Appends `number`.
pub(super) fn push_number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    for place in digits.as_chunks_mut::<2>().0.iter_mut().rev() {
        *place = pair(number);
        // A number of an odd count of digits has no zero before it.
        start -= if number < 10 { 1 } else { 2 };
        number /= 100;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Appends `number`, with blanks before it so that it takes `width` columns.
pub(super) fn push_padded(number: u64, width: usize, out: &mut Vec<u8>) {
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    out.resize(out.len() + width.saturating_sub(digits), b' ');
    push_number(number, out);
}

/// Appends the last six digits of `micros`.
pub(super) fn push_micros(micros: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 6];
    let parts = [micros / 10_000, micros / 100, micros];
    for (place, part) in digits.as_chunks_mut::<2>().0.iter_mut().zip(parts) {
        *place = pair(part);
    }
    out.extend_from_slice(&digits);
}

/// The eight hexadecimal digits of `number`, found all at once.
const fn hex(number: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Each of the eight nibbles into a byte of its own,
    let mut nibbles = number as u64;
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // and 39, which lies between the digits and the letters, to those of ten and more.
    let letters = ((nibbles + 6 * ONES) >> 4) & ONES;
    (nibbles + b'0' as u64 * ONES + letters * (b'a' - b'0' - 10) as u64).to_be_bytes()
}

/// Appends `id` as 32 hexadecimal digits.
pub(super) fn push_id(id: [u8; 16], out: &mut Vec<u8>) {
    let mut text = [0_u8; 32];
    for (digits, part) in text.as_chunks_mut::<8>().0.iter_mut().zip(id.as_chunks::<4>().0) {
        *digits = hex(u32::from_be_bytes(*part));
    }
    out.extend_from_slice(&text);
}

/// Appends `number` in hexadecimal.
pub(super) fn push_hex(number: u64, out: &mut Vec<u8>) {
    let mut text = [0_u8; 16];
    let parts = [(number >> 32) as u32, number as u32];
    for (digits, part) in text.as_chunks_mut::<8>().0.iter_mut().zip(parts) {
        *digits = hex(part);
    }
    let zeros = (number.leading_zeros() / 4).min(15) as usize;
    out.extend_from_slice(text.get(zeros..).unwrap_or_default());
}

/// A number as systemd reads it: decimal, or with `0x`, `0b`, `0o` or `0` before it.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let plain = text.first().is_some_and(|byte| (b'1'..=b'9').contains(byte)) && text.len() < 20;
    if !plain {
        return number_slowly(until_nul(text));
    }
    let mut sum = 0_u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return number_slowly(until_nul(text));
        }
        sum = sum * 10 + u64::from(digit);
    }
    Some(sum)
}

fn number_slowly(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.trim_start_matches([' ', '\t', '\n', '\r']);
    // The prefixes 0b and 0o are stripped before strtoull() sees what follows, so that blanks and
    // a sign may stand between; the others are its own.
    let (base, text) = if let Some(rest) = strip(text, "0b", "0B") {
        (Some(2), rest)
    } else if let Some(rest) = strip(text, "0o", "0O") {
        (Some(8), rest)
    } else {
        (None, text)
    };
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (base, digits) = match (base, strip(digits, "0x", "0X")) {
        (Some(base), _) => (base, digits),
        (None, Some(hex)) => (16, hex),
        (None, None) if digits.len() > 1 && digits.starts_with('0') => (8, digits),
        (None, None) => (10, digits),
    };
    // from_str_radix() takes a sign of its own.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, base).ok().filter(|number| !minus || *number == 0)
}

fn strip<'t>(text: &'t str, lower: &str, upper: &str) -> Option<&'t str> {
    text.strip_prefix(lower).or_else(|| text.strip_prefix(upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn printable_is_what_journalctl_prints() {
        for good in ["", "a", "\t", "tschüß", "日本語", "😀", "\u{a0}", "\u{e000}", "\u{fdcf}"]
        {
            assert!(is_printable(good.as_bytes(), false), "{good:?}");
        }
        for bad in
            ["\0", "\x1b[m", "\r", "\x7f", "\u{80}", "\u{9f}", "\u{fdd0}", "\u{ffff}", "\u{1fffe}"]
        {
            assert!(!is_printable(bad.as_bytes(), true), "{bad:?}");
        }
        assert!(is_printable(b"a\nb", true) && !is_printable(b"a\nb", false));
        assert!(!is_printable(b"abcdefgh\xff", true) && !is_printable(b"\xc0\x80", true));
    }

    #[test]
    fn sizes() {
        for (size, text) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1.0K"),
            (1535, "1.4K"),
            (1536, "1.5K"),
            (1_048_575, "1023.9K"),
            (67_108_864, "64.0M"),
            (1 << 60, "1.0E"),
        ] {
            assert_eq!(said(|out| push_size(size, out)), text);
        }
    }

    #[test]
    fn numbers_as_systemd_reads_them() {
        for (text, value) in [
            ("1700000000123456", Some(1_700_000_000_123_456)),
            (" \t12", Some(12)),
            ("0", Some(0)),
            ("-0", Some(0)),
            ("+5", Some(5)),
            ("0x1f", Some(31)),
            ("010", Some(8)),
            ("0b101", Some(5)),
            ("0o17", Some(15)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-1", None),
            ("12 ", None),
            ("", None),
            ("1e5", None),
            ("++1", None),
            ("09", None),
            ("12\0garbage", Some(12)),
        ] {
            assert_eq!(number(text.as_bytes()), value, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn plain_is_plain(bytes in proptest::collection::vec(any::<u8>(), 0..40),
                          near in proptest::collection::vec(0x1e_u8..0x82, 0..40)) {
            for bytes in [bytes, near] {
                let plain = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
                prop_assert_eq!(is_plain(&bytes), plain);
            }
        }

        #[test]
        fn digits(number in any::<u64>(), shift in 0..64_u32, width in 0_usize..30) {
            let number = number >> shift;
            prop_assert_eq!(said(|out| push_number(number, out)), number.to_string());
            prop_assert_eq!(said(|out| push_padded(number, width, out)), format!("{number:width$}"));
            prop_assert_eq!(said(|out| push_hex(number, out)), format!("{number:x}"));
            prop_assert_eq!(said(|out| push_micros(number, out)), format!("{:06}", number % 1_000_000));
        }
    }
}
