//! Lines that stand between entries, and behind them.

use super::ansi::{self, GREEN, NORMAL, if_on};
use super::bytes::push_id;
use super::multiline::push_all;
use super::options::{Colours, Options};

/// What stands where nothing was found.
pub const NO_ENTRIES: &str = "-- No entries --\n";

/// Appends the line that stands before the first entry of another boot.
pub fn push_boot(boot_id: [u8; 16], colours: Colours, out: &mut Vec<u8>) {
    push_all(out, &[if_on(ansi::BOLD, colours).as_bytes(), b"-- Boot "]);
    push_id(boot_id, out);
    push_all(out, &[b" --", if_on(NORMAL, colours).as_bytes(), b"\n"]);
}

/// Appends the line of `--show-cursor`.
pub fn push_cursor(entry: &impl super::Entry, out: &mut Vec<u8>) {
    out.extend_from_slice(b"-- cursor: ");
    entry.write_cursor(out);
    out.push(b'\n');
}

/// Appends the catalogue's text behind its entry.
pub(super) fn push_catalog(text: &[u8], options: &Options, out: &mut Vec<u8>) {
    let colours = options.colours;
    let mark = if options.utf8 { "░░" } else { "--" };
    let (off, green) = (if_on(NORMAL, colours), if_on(GREEN, colours));
    let mut before: [&str; 4] = [mark, " ", off, green];
    for line in trim(text).split(|byte| *byte == b'\n') {
        push_all(out, &[ansi::grey(colours).as_bytes()]);
        push_all(out, &before.map(str::as_bytes));
        push_all(out, &[line, off.as_bytes(), b"\n"]);
        // On the lines that follow the blank is not grey.
        before = [mark, off, " ", green];
    }
}

fn trim(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let start = text.iter().position(|byte| !blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}
