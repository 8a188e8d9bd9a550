//! Lines cut to a width, as journalctl cuts them.

/// `text` with what doesn't fit into `width` columns left out. `percent` of what remains stands
/// before the gap. The mark is three points if both text and locale are ASCII.
pub(super) fn ellipsize(text: &str, width: usize, percent: usize, utf8: bool, out: &mut Vec<u8>) {
    if text.is_ascii() {
        ellipsize_ascii(text, width, percent, utf8, out);
    } else {
        ellipsize_wide(text, width, percent, out);
    }
}

fn ellipsize_ascii(text: &str, width: usize, percent: usize, utf8: bool, out: &mut Vec<u8>) {
    let mark = if utf8 { "…" } else { "..." };
    let Some(rest) = width.checked_sub(if utf8 { 1 } else { 3 }) else {
        // No room for more than the mark.
        let whole = text.len() <= width;
        out.extend_from_slice(
            if whole { text } else { "..".get(..width).unwrap_or("") }.as_bytes(),
        );
        return;
    };
    if text.len() <= width {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let head = (rest * percent + 50) / 100;
    let tail = text.len() - (rest - head);
    for part in [text.get(..head), Some(mark), text.get(tail..)] {
        out.extend_from_slice(part.unwrap_or_default().as_bytes());
    }
}

fn ellipsize_wide(text: &str, width: usize, percent: usize, out: &mut Vec<u8>) {
    let Some(room) = width.checked_sub(1) else { return };
    let room = room * percent / 100;
    let mut used = 0;
    let mut head = 0;
    for symbol in text.chars() {
        if used + columns(symbol) > room {
            break;
        }
        used += columns(symbol);
        head += symbol.len_utf8();
    }
    let mut tail = text.len();
    for (at, symbol) in text.char_indices().rev() {
        if tail <= head || used + columns(symbol) > width {
            break;
        }
        used += columns(symbol);
        tail = at;
    }
    if head >= tail {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    // Room for the mark: a character of the end goes, or one of the start; even if there is room,
    // because the next character was a wide one.
    if let Some(symbol) = text.get(tail..).and_then(|rest| rest.chars().next()) {
        tail += symbol.len_utf8();
    } else if let Some(symbol) = text.get(..head).and_then(|rest| rest.chars().next_back()) {
        head -= symbol.len_utf8();
    }
    for part in [text.get(..head), Some("…"), text.get(tail..)] {
        out.extend_from_slice(part.unwrap_or_default().as_bytes());
    }
}

/// What journalctl takes for two columns wide: the characters that Unicode 6.0 (annex 11) calls
/// wide or fullwidth. Newer ones, like most emoji, it takes for one column.
const WIDE: &[(char, char)] = &[
    ('\u{1100}', '\u{115f}'),
    ('\u{2329}', '\u{232a}'),
    ('\u{2e80}', '\u{2e99}'),
    ('\u{2e9b}', '\u{2ef3}'),
    ('\u{2f00}', '\u{2fd5}'),
    ('\u{2ff0}', '\u{2ffb}'),
    ('\u{3000}', '\u{303e}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{3099}', '\u{30ff}'),
    ('\u{3105}', '\u{312d}'),
    ('\u{3131}', '\u{318e}'),
    ('\u{3190}', '\u{31ba}'),
    ('\u{31c0}', '\u{31e3}'),
    ('\u{31f0}', '\u{321e}'),
    ('\u{3220}', '\u{3247}'),
    ('\u{3250}', '\u{32fe}'),
    ('\u{3300}', '\u{4dbf}'),
    ('\u{4e00}', '\u{a48c}'),
    ('\u{a490}', '\u{a4c6}'),
    ('\u{a960}', '\u{a97c}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe10}', '\u{fe19}'),
    ('\u{fe30}', '\u{fe52}'),
    ('\u{fe54}', '\u{fe66}'),
    ('\u{fe68}', '\u{fe6b}'),
    ('\u{ff01}', '\u{ff60}'),
    ('\u{ffe0}', '\u{ffe6}'),
    ('\u{1b000}', '\u{1b001}'),
    ('\u{1f200}', '\u{1f202}'),
    ('\u{1f210}', '\u{1f23a}'),
    ('\u{1f240}', '\u{1f248}'),
    ('\u{1f250}', '\u{1f251}'),
    ('\u{1f300}', '\u{1f567}'),
    ('\u{20000}', '\u{2fffd}'),
    ('\u{30000}', '\u{3fffd}'),
];

fn columns(symbol: char) -> usize {
    let wide = WIDE.partition_point(|(_, last)| *last < symbol);
    if WIDE.get(wide).is_some_and(|(first, _)| *first <= symbol) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, width: usize, percent: usize, utf8: bool) -> String {
        let mut out = Vec::new();
        ellipsize(text, width, percent, utf8, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cut_in_the_middle_or_at_the_end() {
        assert_eq!(cut("abcdefghijklmnop", 10, 90, false), "abcdef...p");
        assert_eq!(cut("abcdefghijklmnop", 10, 100, false), "abcdefg...");
        assert_eq!(cut("abcdefghijklmnop", 10, 90, true), "abcdefgh…p");
        assert_eq!(cut("abc", 3, 90, false), "abc");
        assert_eq!(cut("abcd", 2, 90, false), "..");
        assert_eq!(cut("日本語日本語日本語", 8, 90, false), "日本語…");
        assert_eq!(cut("größer als das", 8, 90, false), "größer…s");
    }

    proptest! {
        #[test]
        fn never_wider(text in "[a-zäß日本 ]{0,40}", width in 0_usize..50, percent in 0_usize..=100,
                       utf8 in any::<bool>()) {
            let short = cut(&text, width, percent, utf8);
            if text.is_ascii() {
                prop_assert!(short.chars().count() <= width.max(text.len().min(width)));
            }
            if text.chars().map(columns).sum::<usize>() <= width {
                prop_assert!(!text.is_ascii() || short == text);
            }
        }
    }
}
