//! Messages of several lines, and long ones.

use super::ansi::Paint;
use super::bytes::until_nul;
use super::ellipsis::ellipsize;
use super::strip::Highlight;

/// A message that is cut has at most so many lines,
const LINES: usize = 3;
/// and so many bytes.
const BYTES: usize = 300;

/// How lines are laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Columns that stand before the message, by which the lines after the first are indented.
    pub(super) prefix: usize,
    /// The width that lines are cut to; none are if it is missing.
    pub(super) columns: Option<usize>,
    /// The mark of what was cut may be no ASCII.
    pub(super) utf8: bool,
    /// What lies around and in the message.
    pub(super) paint: Paint,
    /// What of the message is highlighted. Present where journalctl has it, even if it is
    /// nothing, because that shows in the escape sequences.
    pub(super) highlight: Option<Highlight>,
}

/// Appends `message`, each line with a newline, and says whether something was cut.
pub(super) fn push_lines(message: &[u8], layout: &Layout, out: &mut Vec<u8>) -> bool {
    if message.is_empty() {
        out.push(b'\n');
    }
    let mut cut = false;
    let mut at = 0;
    let mut line = 0;
    while let Some(rest) = message.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or(rest);
        let is_last = line + 1 == LINES || at + length + 1 >= BYTES;
        if line > 0 {
            out.resize(out.len() + layout.prefix, b' ');
        }
        let fits =
            layout.columns.is_none_or(|columns| layout.prefix + length + 1 < columns && !is_last);
        if fits {
            push_line(text, at, layout, out);
        } else {
            cut = true;
            push_cut(text, line > 0, is_last, layout, out);
            if is_last {
                break;
            }
        }
        at += length + 1;
        line += 1;
    }
    cut
}

/// A line that is `at` bytes in its message.
fn push_line(text: &[u8], at: usize, layout: &Layout, out: &mut Vec<u8>) {
    let Paint { on, off, highlight: found_on } = layout.paint;
    // Bytes of the message and bytes of the line are mixed up here, as journalctl does: only on
    // the first line is it sure that what was found is highlighted.
    let found = layout.highlight.filter(|found| at <= found.0 && found.0 < text.len());
    match found {
        Some((from, to)) if !on.is_empty() || !found_on.is_empty() || text.contains(&0) => {
            let (head, rest) = text.split_at_checked(from).unwrap_or((text, &[]));
            let length = to.min(text.len()).saturating_sub(from);
            let (middle, tail) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            push_all(out, &[on.as_bytes(), until_nul(head)]);
            push_all(out, &[found_on.as_bytes(), until_nul(middle)]);
            if text.len() > to {
                push_all(out, &[on.as_bytes(), until_nul(tail)]);
            }
            push_all(out, &[off.as_bytes(), b"\n"]);
        }
        _ => push_all(out, &[on.as_bytes(), until_nul(text), off.as_bytes(), b"\n"]),
    }
}

/// A line that doesn't fit, or behind which lines are left out.
fn push_cut(text: &[u8], indented: bool, is_last: bool, layout: &Layout, out: &mut Vec<u8>) {
    let Paint { on, off, .. } = layout.paint;
    let room = layout.columns.unwrap_or(0).saturating_sub(layout.prefix);
    if room < 3 {
        if indented {
            out.truncate(out.len().saturating_sub(layout.prefix));
        }
        out.extend_from_slice(b"...\n");
        return;
    }
    out.extend_from_slice(on.as_bytes());
    match std::str::from_utf8(text) {
        Ok(_) if room > text.len() + 3 => push_all(out, &[text, b"..."]),
        Ok(text) => ellipsize(text, room, if is_last { 100 } else { 90 }, layout.utf8, out),
        // Messages that are cut are printable, so this doesn't happen.
        Err(_) => out.extend_from_slice(text),
    }
    push_all(out, &[off.as_bytes(), b"\n"]);
}

/// Appends all `parts`.
pub(super) fn push_all(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}
