//! Physical lines into logical ones: comments left out, continued lines joined.

use std::borrow::Cow;

/// The longest line that systemd reads, in bytes; a file with a longer one is refused.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// A physical line's part in a logical one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it begins in the logical line.
    pub at: usize,
    /// Where it begins in the file.
    pub start: usize,
    /// How long it is, in bytes: without the line's end, with the backslash that became a space.
    pub len: usize,
    /// The physical line, from 1.
    pub line: u32,
}

/// A logical line.
pub(crate) struct Line<'t> {
    /// Its text; `None` where it is longer than [`MAX_LINE_BYTES`].
    pub text: Option<Cow<'t, [u8]>>,
    /// Its physical lines, where there is more than one.
    pub pieces: Vec<Piece>,
    /// Where the first physical line begins in the file.
    pub start: usize,
    /// The first physical line, from 1.
    pub first: u32,
    /// The last one.
    pub last: u32,
}

/// Goes through a file's logical lines.
pub(crate) struct Lines<'t> {
    file: &'t [u8],
    at: usize,
    /// The physical line that was read last, from 1.
    pub(super) line: u32,
    /// A byte order mark is skipped once, at the start of whichever line has it first.
    has_mark: bool,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(file: &'t [u8]) -> Lines<'t> {
        Lines { file, at: 0, line: 0, has_mark: false }
    }

    /// Goes on at a physical line that begins at a byte.
    pub(crate) fn resume(file: &'t [u8], start: usize, line: u32) -> Lines<'t> {
        Lines { file, at: start, line: line.saturating_sub(1), has_mark: true }
    }

    pub(crate) fn file(&self) -> &'t [u8] {
        self.file
    }

    /// The next physical line without its end, and where it begins.
    pub(super) fn physical(&mut self) -> Option<(usize, &'t [u8])> {
        let start = self.at;
        let rest = self.file.get(start..)?;
        if rest.is_empty() {
            return None;
        }
        let length = memchr::memchr3(b'\n', b'\r', 0, rest).unwrap_or(rest.len());
        let mut ends = rest.get(length..).unwrap_or_default().iter();
        // "\r\n" is one end, "\n\n" are two, and a NUL ends whatever came before it.
        let mut seen = 0_u8;
        let mut width = 0;
        for end in ends.by_ref() {
            let bit = match end {
                b'\n' => 1,
                b'\r' => 2,
                0 => 4,
                _ => break,
            };
            // After a NUL there is nothing that could belong to it.
            if seen & (bit | 4) != 0 {
                break;
            }
            seen |= bit;
            width += 1;
        }
        self.at = start + length + width;
        self.line = self.line.saturating_add(1);
        let text = rest.get(..length).unwrap_or_default();
        if !self.has_mark && text.starts_with(b"\xef\xbb\xbf") {
            self.has_mark = true;
            return Some((start + 3, text.get(3..).unwrap_or_default()));
        }
        Some((start, text))
    }
}

pub(super) fn is_comment(line: &[u8]) -> bool {
    let first = line.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    matches!(first, Some(b'#' | b';'))
}

/// Whether a backslash at the line's end is not itself behind a backslash.
fn is_continued(line: &[u8]) -> bool {
    line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let (start, text) = loop {
            let (start, text) = self.physical()?;
            // systemd looks for the comment before it looks for a byte order mark.
            if !is_comment(text) || (self.line == 1 && start == 3) {
                break (start, text);
            }
        };
        let first = self.line;
        let whole = |text| Line { text, pieces: Vec::new(), start, first, last: first };
        if text.len() >= MAX_LINE_BYTES {
            return Some(whole(None));
        }
        if !is_continued(text) {
            return Some(whole(Some(Cow::Borrowed(text))));
        }
        let mut joined = text.to_vec();
        let mut pieces = vec![Piece { at: 0, start, len: text.len(), line: first }];
        loop {
            if let Some(backslash) = joined.last_mut() {
                *backslash = b' ';
            }
            let Some((from, text)) = self.physical() else { break };
            if is_comment(text) {
                continue;
            }
            pieces.push(Piece { at: joined.len(), start: from, len: text.len(), line: self.line });
            joined.extend_from_slice(text);
            if joined.len() > MAX_LINE_BYTES {
                return Some(Line { text: None, pieces, start, first, last: self.line });
            }
            if !is_continued(text) {
                break;
            }
        }
        let last = self.line;
        Some(Line { text: Some(Cow::Owned(joined)), pieces, start, first, last })
    }
}
