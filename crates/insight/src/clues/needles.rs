//! Which rows' needles a line holds, found in one pass over the line.

use std::collections::HashMap;

/// How many bytes of a needle are looked up.
const START: usize = 3;

/// Needles by their first bytes.
#[derive(Debug)]
pub(super) struct Needles {
    /// Whether a needle begins with these two bytes (the first one's value times 256 plus the second's).
    begins: Vec<bool>,
    /// Needles by their first three bytes, with their numbers.
    by_start: HashMap<[u8; START], Vec<(usize, Vec<u8>)>>,
    /// Needles that are shorter than that.
    short: Vec<(usize, Vec<u8>)>,
}

impl Needles {
    /// Of these needles, numbered from 0; case does not count.
    pub(super) fn new<'n>(needles: impl Iterator<Item = &'n str>) -> Self {
        let mut all =
            Needles { begins: vec![false; 1 << 16], by_start: HashMap::new(), short: Vec::new() };
        for (number, needle) in needles.enumerate() {
            let needle = needle.to_ascii_lowercase().into_bytes();
            let Some(start) = needle.first_chunk::<START>().copied() else {
                all.short.push((number, needle));
                continue;
            };
            if let Some(begins) = all.begins.get_mut(pair(start[0], start[1])) {
                *begins = true;
            }
            all.by_start.entry(start).or_default().push((number, needle));
        }
        all
    }

    /// The numbers of the needles that a text holds, in order.
    pub(super) fn of(&self, text: &str) -> Vec<usize> {
        let text = text.to_ascii_lowercase().into_bytes();
        let mut found = Vec::new();
        let mut rest = text.as_slice();
        while let Some(start) = rest.first_chunk::<START>() {
            if self.begins.get(pair(start[0], start[1])).is_some_and(|begins| *begins)
                && let Some(needles) = self.by_start.get(start)
            {
                let held = needles.iter().filter(|(_, needle)| rest.starts_with(needle));
                found.extend(held.map(|(number, _)| *number));
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        for (number, needle) in &self.short {
            if text.windows(needle.len().max(1)).any(|window| window == needle) {
                found.push(*number);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}
