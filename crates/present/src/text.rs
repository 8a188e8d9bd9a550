//! Foreign text made safe, measured, cut and wrapped.
//!
//! Names and arguments come from processes, which may put anything into them: escape sequences
//! that rewrite the screen, newlines that forge rows, marks that reverse what follows.

use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `bytes` as text that a terminal shows as it stands: printable, on one line.
///
/// Control characters, DEL, C1 controls, bidirectional overrides and invisible characters become
/// visible escapes (`\n`, `\e`, `\x9b`, `\u{202e}`), bytes that are not UTF-8 become `\xNN`.
/// A backslash stands for itself, so the result is for reading, not for turning back: JSON has the
/// exact form. Printable ASCII is returned without copying.
#[must_use]
pub fn clean(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_printable_ascii(bytes) || !text.chars().any(is_unsafe) => {
            Cow::Borrowed(text)
        }
        _ => {
            let mut out = String::with_capacity(bytes.len() + 16);
            push_escaped(bytes, &mut out);
            Cow::Owned(out)
        }
    }
}

/// Appends [`clean`]ed `bytes` and returns their width in terminal columns.
pub fn clean_into(bytes: &[u8], out: &mut String) -> usize {
    if is_printable_ascii(bytes)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        out.push_str(text);
        return bytes.len();
    }
    let before = out.len();
    push_escaped(bytes, out);
    out.get(before..).map_or(0, width)
}

/// [`clean_into`] for a cell of which at most `limit` columns will be seen: of a command line of
/// 128 KiB it reads as much as fits the terminal. What it leaves is never narrower than the text
/// up to `limit`, and wider than `limit` where the text is.
pub(crate) fn clean_limited(bytes: &[u8], limit: usize, out: &mut String) -> usize {
    // One more than the limit, so that the table sees that something must be cut.
    let Some(head) = bytes.get(..limit.saturating_add(1)) else {
        return clean_into(bytes, out);
    };
    if is_printable_ascii(head) {
        return clean_into(head, out);
    }
    // Four bytes a character, and room for a few marks that have no width.
    clean_into(bytes.get(..limit.saturating_mul(8)).unwrap_or(bytes), out)
}

/// `bytes` decoded for JSON: what is not UTF-8 becomes U+FFFD.
#[must_use]
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Two lower-case hexadecimal digits for each byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        push_hex(*byte, &mut out);
    }
    out
}

fn push_hex(byte: u8, out: &mut String) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
    }
}

/// The number of terminal columns that `text` takes, if it is [`clean`].
#[must_use]
pub fn width(text: &str) -> usize {
    if is_printable_ascii(text.as_bytes()) { text.len() } else { text.width() }
}

/// The longest start of `text` that takes at most `max` columns (in bytes).
///
/// Terminals disagree about joined characters; where they do, this assumes the widest.
pub(crate) fn fit(text: &str, max: usize) -> usize {
    let head = text.as_bytes().get(..max).unwrap_or(text.as_bytes());
    if is_printable_ascii(head) {
        return head.len();
    }
    let mut used = 0;
    for (at, symbol) in text.char_indices() {
        // U+FE0F widens the character before it to two columns.
        used += if symbol == '\u{fe0f}' { 1 } else { symbol.width().unwrap_or(0) };
        if used > max {
            return at;
        }
    }
    text.len()
}

/// `text` cut to at most `max` terminal columns, ending in `…` if something was cut.
#[must_use]
pub fn truncate(text: &str, max: usize) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut out = text.get(..fit(text, room)).unwrap_or("").to_owned();
    out.push('…');
    Cow::Owned(out)
}

/// `text` in lines of at most `max` columns, broken at spaces where possible. Never empty.
#[must_use]
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for mut word in text.split_whitespace() {
        let mut wide = width(word);
        if used > 0 && used + 1 + wide > max {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        while wide > max {
            // A character wider than the line still has to go somewhere.
            let cut = fit(word, max).max(word.chars().next().map_or(0, char::len_utf8));
            let Some((head, tail)) = word.split_at_checked(cut) else { break };
            lines.push(head.to_owned());
            word = tail;
            wide = width(word);
        }
        if word.is_empty() {
            continue;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += wide;
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Whether every byte is in `' '..='~'`. Written without an early exit so that it vectorises.
fn is_printable_ascii(bytes: &[u8]) -> bool {
    bytes
        .chunks(64)
        .all(|chunk| chunk.iter().fold(true, |ok, byte| ok & (0x20..0x7f).contains(byte)))
}

/// Characters that a terminal acts on or does not show.
pub(crate) fn is_unsafe(symbol: char) -> bool {
    if symbol < '\u{a0}' {
        return symbol.is_control();
    }
    matches!(symbol,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn push_escaped(bytes: &[u8], out: &mut String) {
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        let mut from = 0;
        for (at, symbol) in valid.char_indices().filter(|(_, symbol)| is_unsafe(*symbol)) {
            out.push_str(valid.get(from..at).unwrap_or(""));
            push_escape(symbol, out);
            from = at + symbol.len_utf8();
        }
        out.push_str(valid.get(from..).unwrap_or(""));
        for byte in chunk.invalid() {
            out.push_str("\\x");
            push_hex(*byte, out);
        }
    }
}

fn push_escape(symbol: char, out: &mut String) {
    match symbol {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x1b' => out.push_str("\\e"),
        _ => match u8::try_from(u32::from(symbol)) {
            Ok(byte) => {
                out.push_str("\\x");
                push_hex(byte, out);
            }
            Err(_) => out.extend(symbol.escape_unicode()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn foreign_bytes_become_visible() {
        assert!(matches!(clean(b"nginx: master"), Cow::Borrowed("nginx: master")));
        assert!(matches!(clean("größe 漢字".as_bytes()), Cow::Borrowed(_)));
        assert_eq!(clean(b"a\nb\t\x1b[31m\x7f\0"), "a\\nb\\t\\e[31m\\x7f\\x00");
        assert_eq!(clean("\u{9b}2J\u{202e}gpj".as_bytes()), "\\x9b2J\\u{202e}gpj");
        assert_eq!(clean(b"\xff\xc3ok\xe2\x82"), "\\xff\\xc3ok\\xe2\\x82");
        assert_eq!(clean("zero\u{200b}width\u{feff}".as_bytes()), "zero\\u{200b}width\\u{feff}");
    }

    #[test]
    fn widths_of_wide_and_combining_characters() {
        assert_eq!(width("漢字"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(truncate("漢字漢字", 4), "漢…");
        assert_eq!(truncate("abcdef", 4), "abc…");
        assert_eq!(truncate("abcd", 4), "abcd");
        assert_eq!(truncate("abcd", 0), "");
    }

    #[test]
    fn wraps_at_spaces_and_breaks_long_words() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("漢字", 1), ["漢", "字"]);
    }

    #[test]
    fn a_long_text_is_read_only_as_far_as_it_is_seen() {
        let mut out = String::new();
        assert_eq!(clean_limited(&[b'x'; 100_000], 80, &mut out), 81);
        assert_eq!(out.len(), 81);
    }

    proptest! {
        #[test]
        fn clean_never_lets_a_control_through(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = clean(&bytes);
            prop_assert!(!text.chars().any(|c| c.is_control() || is_unsafe(c)), "{text:?}");
            let mut out = String::new();
            prop_assert_eq!(clean_into(&bytes, &mut out), width(&text));
            prop_assert_eq!(out, text);
        }

        #[test]
        fn clean_never_lets_a_unicode_control_through(text in any::<String>()) {
            prop_assert!(!clean(text.as_bytes()).chars().any(|c| c.is_control() || is_unsafe(c)));
        }

        #[test]
        fn truncate_never_exceeds_the_width(text in any::<String>(), emoji in "[❤☁👩🏽👨️‍🦰e\u{301}\u{fe0f}]{0,20}", max in 0..40_usize) {
            for text in [clean(text.as_bytes()), Cow::Owned(emoji)] {
                let cut = truncate(&text, max);
                prop_assert!(width(&cut) <= max, "{cut:?}");
            }
        }

        #[test]
        fn wrap_keeps_every_word_and_the_width(text in "[a-z 漢]{0,80}", max in 2..30_usize) {
            let lines = wrap(&text, max);
            prop_assert!(lines.iter().all(|line| width(line) <= max));
            let squeeze = |s: &str| s.split_whitespace().collect::<String>();
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}
