//! Lines of a file, and which of them start records.

use super::Kind;
use super::shape::{Dialect, HEAD_BYTES, Head};
use super::window::Window;

/// The first lines of a file are tried for shapes.
const SAMPLE_BYTES: usize = 64 << 10;

/// So many of them.
const SAMPLE_LINES: usize = 256;

/// Walks over lines both ways.
#[derive(Debug)]
pub struct Lines {
    /// The bytes.
    pub window: Window,
    dialect: Dialect,
    kind: Kind,
}

/// A line that starts a record.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Where the line starts.
    pub offset: u64,
    /// Its time.
    pub head: Head,
}

impl Lines {
    /// Looks at the first lines to know their shape.
    pub fn new(window: Window, kind: Kind) -> Lines {
        let mut lines = Lines { window, dialect: Dialect::default(), kind };
        lines.learn();
        lines
    }

    /// Whether no line has a time.
    pub fn is_timeless(&self) -> bool {
        self.dialect.is_timeless()
    }

    /// Looks at the first lines once more.
    pub fn learn(&mut self) {
        let sample = self.window.from(0, SAMPLE_BYTES);
        let sample = sample.get(..sample.len().min(SAMPLE_BYTES)).unwrap_or_default();
        let lines = sample.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let heads = lines.map(|line| line.get(..line.len().min(HEAD_BYTES)).unwrap_or_default());
        self.dialect = Dialect::of(self.kind, heads.take(SAMPLE_LINES));
    }

    /// Where the line at `start` ends, behind its newline, and whether it has one. `None` at the end.
    pub fn line_end(&mut self, start: u64) -> Option<(u64, bool)> {
        let mut at = start;
        loop {
            let bytes = self.window.from(at, 1);
            if bytes.is_empty() {
                return (at > start).then_some((at, false));
            }
            if let Some(length) = memchr::memchr(b'\n', bytes) {
                return Some((at + length as u64 + 1, true));
            }
            at += bytes.len() as u64;
        }
    }

    /// Where the line starts that ends at `end`: behind its newline, or at the end of the file.
    pub fn line_before(&mut self, end: u64) -> Option<u64> {
        let mut at = end;
        let last = *self.window.before(at).last()?;
        if last == b'\n' {
            at -= 1;
        }
        while at > 0 {
            let bytes = self.window.before(at);
            if bytes.is_empty() {
                return None;
            }
            let found = memchr::memrchr(b'\n', bytes);
            at = self.window.base();
            if let Some(found) = found {
                return Some(at + found as u64 + 1);
            }
        }
        Some(0)
    }

    /// Where the line starts that holds the byte at `offset`.
    pub fn line_around(&mut self, offset: u64) -> Option<u64> {
        match self.window.from(offset, 1).first()? {
            b'\n' => self.line_before(offset + 1),
            _ if offset == 0 => Some(0),
            _ => match self.window.before(offset).last()? {
                b'\n' => Some(offset),
                _ => self.line_before(offset),
            },
        }
    }

    /// The time of the line that starts there, if it starts a record.
    pub fn head(&mut self, start: u64) -> Option<Head> {
        // What the buffer holds is mostly enough. To have it slide for more would cost those dear who
        // read backward.
        let mut line = first_line(self.window.from(start, 1));
        if line.is_none() {
            let bytes = self.window.from(start, HEAD_BYTES);
            line = first_line(bytes).or(bytes.get(..bytes.len().min(HEAD_BYTES)));
        }
        self.dialect.head(line?)
    }

    /// The first start of a record at `from` (where a line starts) or behind it, below `limit`.
    pub fn start_from(&mut self, from: u64, limit: u64) -> Option<Start> {
        let mut offset = from;
        while offset < limit {
            if let Some(head) = self.head(offset) {
                return Some(Start { offset, head });
            }
            (offset, _) = self.line_end(offset)?;
        }
        None
    }

    /// The last start of a record in front of `end` (where a line starts or the file ends), at
    /// `limit` or behind it.
    pub fn start_before(&mut self, end: u64, limit: u64) -> Option<Start> {
        let mut offset = end;
        while offset > limit {
            offset = self.line_before(offset).filter(|start| *start >= limit)?;
            if let Some(head) = self.head(offset) {
                return Some(Start { offset, head });
            }
        }
        None
    }

    /// The first line that starts at `offset` or behind it, if it starts below `limit`: no further is
    /// it looked for, for lines may be long.
    pub fn line_from(&mut self, offset: u64, limit: u64) -> Option<u64> {
        if offset == 0 {
            return Some(0);
        }
        let mut at = offset - 1;
        while at < limit {
            let bytes = self.window.from(at, 1);
            if let Some(length) = memchr::memchr(b'\n', bytes) {
                return Some(at + length as u64 + 1).filter(|start| *start < limit);
            }
            if bytes.is_empty() {
                return None;
            }
            at += bytes.len() as u64;
        }
        None
    }
}

/// The line at the start, up to the bound of heads; `None` if neither its end nor the bound is there.
fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.get(..bytes.len().min(HEAD_BYTES))?;
    match memchr::memchr(b'\n', bytes) {
        Some(length) => bytes.get(..length),
        None => (bytes.len() == HEAD_BYTES).then_some(bytes),
    }
}
