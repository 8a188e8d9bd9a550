//! From a byte of a logical line back to its place in the file.

use std::ops::Range;

use super::{
    Spot,
    lines::{Lines, Piece},
};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<'t> {
    /// The physical line, from 1.
    pub line: u32,
    /// Bytes of that line, from 0. What goes on in a further line is cut off.
    pub columns: Range<usize>,
    /// The line without its end; bytes as they are.
    pub text: &'t [u8],
}

impl Spot {
    /// The place of a part of the value: `range` counts bytes of the joined, trimmed value. `file`
    /// is the text from which the assignment was read.
    pub fn in_value<'t>(&self, file: &'t [u8], range: Range<usize>) -> Located<'t> {
        self.locate(file, self.value + range.start..self.value + range.end)
    }

    /// The place of the key or of a section's name that is `len` bytes long.
    pub fn in_key<'t>(&self, file: &'t [u8], len: usize) -> Located<'t> {
        self.locate(file, self.key..self.key + len)
    }

    /// The whole first physical line.
    pub fn whole<'t>(&self, file: &'t [u8]) -> Located<'t> {
        let mut lines = Lines::resume(file, self.start, self.line);
        let text = lines.physical().map_or(&[][..], |(_, text)| text);
        Located { line: self.line, columns: 0..text.len(), text }
    }

    fn locate<'t>(&self, file: &'t [u8], range: Range<usize>) -> Located<'t> {
        let mut at = 0;
        let mut lines = Lines::resume(file, self.start, self.line);
        let mut found = self.whole(file);
        found.columns = 0..0;
        let mut is_first = true;
        // Comments stand between continued lines and are no part of the logical line.
        while let Some((_, text)) = lines.physical() {
            if !is_first && super::lines::is_comment(text) {
                continue;
            }
            is_first = false;
            let end = at + text.len();
            let is_last = lines.line >= self.last_line;
            if range.start < end || is_last {
                let start = range.start.saturating_sub(at).min(text.len());
                let columns = start..range.end.saturating_sub(at).clamp(start, text.len());
                return Located { line: lines.line, columns, text };
            }
            at = end;
        }
        found
    }
}

/// The bytes of the file that are a part of a logical line, if that part is on one physical line.
pub(super) fn in_file(pieces: &[Piece], range: Range<usize>) -> Option<Range<usize>> {
    let piece = pieces.iter().rev().find(|piece| piece.at <= range.start)?;
    let (start, end) = (range.start - piece.at, range.end.checked_sub(piece.at)?);
    (end <= piece.len).then_some(piece.start + start..piece.start + end)
}
