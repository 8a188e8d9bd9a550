//! Looks for texts that records must contain, so that others need not be taken apart.

use memchr::memmem::{Finder, FinderRev};

use super::lines::Lines;

/// More texts than this are not looked for: taking all records is quicker then.
const NEEDLES_MAX: usize = 8;

/// One text.
#[derive(Debug)]
struct Needle {
    forward: Finder<'static>,
    backward: FinderRev<'static>,
    length: usize,
    /// Up to there it was looked for, or there it was found.
    at: u64,
    is_found: bool,
}

/// Texts of which a record must contain one.
#[derive(Debug, Default)]
pub struct Needles {
    needles: Vec<Needle>,
    longest: usize,
}

impl Needles {
    /// For these texts; an empty one is in every record.
    pub fn new(texts: &[Vec<u8>]) -> Needles {
        if texts.len() > NEEDLES_MAX || texts.iter().any(Vec::is_empty) {
            return Needles::default();
        }
        let needles = texts.iter().map(|text| Needle {
            forward: Finder::new(text).into_owned(),
            backward: FinderRev::new(text).into_owned(),
            length: text.len(),
            at: 0,
            is_found: false,
        });
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        Needles { needles: needles.collect(), longest }
    }

    /// Whether every record will do.
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Forgets what was found where.
    pub fn forget(&mut self) {
        for needle in &mut self.needles {
            (needle.at, needle.is_found) = (0, false);
        }
    }

    /// Where one of them is found first, at `from` or behind it.
    pub fn next(&mut self, lines: &mut Lines, from: u64) -> Option<u64> {
        let mut at = from;
        loop {
            let bytes = lines.window.from(at, self.longest.max(1));
            let limit = at + bytes.len() as u64;
            let mut first = None;
            for needle in &mut self.needles {
                if !(needle.is_found && needle.at >= at) {
                    let start = needle.at.max(at).min(limit);
                    let rest = bytes.get((start - at) as usize..).unwrap_or_default();
                    let found = needle.forward.find(rest);
                    needle.is_found = found.is_some();
                    needle.at = match found {
                        Some(found) => start + found as u64,
                        None => start.max((limit + 1).saturating_sub(needle.length as u64)),
                    };
                }
                if needle.is_found && first.is_none_or(|first| needle.at < first) {
                    first = Some(needle.at);
                }
            }
            if first.is_some() || lines.window.has_end() {
                return first;
            }
            at = self.needles.iter().map(|needle| needle.at).min().unwrap_or(limit).max(at + 1);
        }
    }

    /// Where one of them is found last, wholly in front of `end`.
    pub fn previous(&self, lines: &mut Lines, end: u64) -> Option<u64> {
        let mut end = end;
        loop {
            let bytes = lines.window.before(end);
            let found = self.needles.iter().filter_map(|needle| needle.backward.rfind(bytes)).max();
            let length = bytes.len() as u64;
            let base = lines.window.base();
            if let Some(found) = found {
                return Some(base + found as u64);
            }
            if base == 0 || length == 0 {
                return None;
            }
            // One that crosses the start of the buffer is looked for once more.
            let overlap = (self.longest as u64).saturating_sub(1).min(length.saturating_sub(1));
            end = base + overlap;
            lines.window.let_go();
        }
    }
}
