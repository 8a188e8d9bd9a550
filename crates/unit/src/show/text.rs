//! Texts as `systemctl show` writes them.

use std::fmt::Write as _;

/// How a list that denies nothing is printed with `--all`.
pub const EMPTY_LIST: &str = "~";

/// What a shell reads as something else in double quotes.
const ESCAPED: &str = "\"\\`$";
/// What ends a word of a shell, or means something in it.
const QUOTED: &str = " \t\n\r*?['()<>|&;!";

/// A word of a list: in double quotes where a shell would need them.
pub fn quote(word: &str) -> String {
    quoted(word, "\"", ESCAPED, "\"")
}

/// A word as a POSIX shell reads it back: `$'…'` where it must be quoted.
pub fn posix_quote(word: &str) -> String {
    quoted(word, "$'", "\\'", "'")
}

fn quoted(word: &str, open: &str, escaped: &str, close: &str) -> String {
    let is_plain =
        |char: char| !(char.is_ascii_control() || ESCAPED.contains(char) || QUOTED.contains(char));
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len().saturating_add(3));
    out.push_str(open);
    for char in word.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            char if char.is_ascii_control() => {
                let _ = write!(out, "\\{:03o}", u32::from(char));
            }
            char => {
                if escaped.contains(char) {
                    out.push('\\');
                }
                out.push(char);
            }
        }
    }
    out.push_str(close);
    out
}

/// Words of a list, quoted, with spaces between.
pub(super) fn join<'t>(words: impl IntoIterator<Item = &'t str>) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&quote(word));
    }
    out
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648).
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3_usize.saturating_sub(chunk.len())));
        for place in 0..4_usize {
            let sextet = (bits >> (18 - 6 * place)) & 63;
            let digit = DIGITS.get(sextet as usize).copied().unwrap_or(b'=');
            out.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// The bytes of a Base64 text; blanks and padding are passed over.
pub(super) fn of_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in text.bytes() {
        let Some(sextet) = DIGITS.iter().position(|known| *known == digit) else { continue };
        bits = (bits << 6 | u32::try_from(sextet).unwrap_or(0)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{base64, of_base64, quote};

    #[test]
    fn base64_both_ways() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
            assert_eq!(of_base64(coded), plain.as_bytes());
        }
    }

    #[test]
    fn words_are_quoted_as_for_a_shell() {
        assert_eq!(quote("a=b"), "a=b");
        assert_eq!(quote("man:cron(8)"), "\"man:cron(8)\"");
        assert_eq!(quote("a b$c"), "\"a b\\$c\"");
    }
}
