//! Lines that are said over and over: of many that differ only in digits, the first and the last few are read.

use std::collections::HashMap;

/// So many of the first are read.
const FIRST: usize = 4;
/// So many of the last are read: what was said last before the end counts most.
const LAST: usize = 12;

/// How often lines are said, digits aside, and how often they were said so far.
#[derive(Debug)]
pub(super) struct Repeats {
    lines: HashMap<u64, Line>,
}

#[derive(Debug, Default)]
struct Line {
    all: usize,
    so_far: usize,
    /// How many clues there were before the last one that was read.
    clue: Option<usize>,
}

/// What is done with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is read.
    Read,
    /// It is passed over; the clue of one like it, if that was one, has this place.
    Passed(Option<usize>),
}

impl Repeats {
    /// Of these lines.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let mut all: HashMap<u64, Line> = HashMap::new();
        for line in lines {
            all.entry(gist(line)).or_default().all += 1;
        }
        Repeats { lines: all }
    }

    /// The next line, in the same order; `clues`: how many there are so far.
    pub(super) fn next(&mut self, line: &str, clues: usize) -> Turn {
        let Some(line) = self.lines.get_mut(&gist(line)) else { return Turn::Read };
        line.so_far += 1;
        if line.so_far <= FIRST || line.so_far + LAST > line.all {
            line.clue = Some(clues);
            return Turn::Read;
        }
        Turn::Passed(line.clue)
    }
}

/// Whether two lines differ only in digits.
pub(super) fn is_alike(one: &str, other: &str) -> bool {
    gist(one) == gist(other)
}

/// A number for what a line says besides its digits (FNV-1a).
fn gist(line: &str) -> u64 {
    let bytes = line.bytes().filter(|byte| !byte.is_ascii_digit());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{Repeats, Turn};

    #[test]
    fn the_first_and_the_last_are_read() {
        let lines: Vec<String> = (0..40).map(|n| format!("bind() failed {n}")).collect();
        let all = || lines.iter().map(String::as_str).chain(["the end"]);
        let mut repeats = Repeats::of(all());
        let turns: Vec<Turn> = all().map(|line| repeats.next(line, 7)).collect();
        assert_eq!(turns.iter().filter(|turn| **turn == Turn::Read).count(), 17);
        assert_eq!(turns[4], Turn::Passed(Some(7)));
        assert_eq!(turns[40], Turn::Read);
    }
}
