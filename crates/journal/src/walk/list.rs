//! One list of entries, walked through by offsets.

use crate::file::{Chain, Damage, Entry, File};

use super::Direction;

/// A list of a file's entries and a place in it.
#[derive(Clone, Debug)]
pub(super) struct List {
    chain: Chain,
    /// Forward: the index of the first entry that does not lie before `asked`. Backward: of the first
    /// that lies behind it.
    index: u64,
    /// The offset and direction that were asked for last: the next question is most likely for its
    /// neighbour.
    asked: Option<(u64, Direction)>,
}

/// How many unreadable places of a list are passed over, one after another, before the rest of it is
/// given up.
const GAPS_MAX: u64 = 4096;

impl List {
    pub fn new(chain: Chain) -> List {
        List { chain, index: 0, asked: None }
    }

    pub fn len(&self) -> u64 {
        self.chain.len()
    }

    /// The entry's offset that lies at that one or next to it in that direction.
    pub fn seek(&mut self, file: &File, offset: u64, direction: Direction) -> Option<u64> {
        self.find(file, offset, direction);
        let index = match direction {
            Direction::Forward => self.index,
            Direction::Backward => self.index.checked_sub(1)?,
        };
        self.chain.get(file, index).ok()
    }

    fn find(&mut self, file: &File, offset: u64, direction: Direction) {
        let near = match self.asked {
            Some((asked, Direction::Forward)) => direction == Direction::Forward && asked <= offset,
            Some((asked, Direction::Backward)) => {
                direction == Direction::Backward && asked >= offset
            }
            None => false,
        };
        self.asked = Some((offset, direction));
        // Forward: how many lie before the offset. Backward: how many lie at it or before.
        let end = match direction {
            Direction::Forward => offset,
            Direction::Backward => offset.saturating_add(1),
        };
        self.index = match direction {
            Direction::Forward if near => self.gallop_up(file, end),
            Direction::Backward if near => self.gallop_down(file, end),
            _ => self.chain.first_at_or_after(file, end).unwrap_or_default(),
        };
    }

    fn lies_before(&mut self, file: &File, index: u64, end: u64) -> bool {
        self.chain.get(file, index).is_ok_and(|offset| offset < end)
    }

    /// How many lie before `end`: no fewer than `self.index`, probably not many more.
    fn gallop_up(&mut self, file: &File, end: u64) -> u64 {
        let mut low = self.index;
        let mut step = 1;
        while self.lies_before(file, low, end) {
            let probe = low.saturating_add(step);
            if !self.lies_before(file, probe, end) {
                return self.bisect(file, low + 1, probe, end);
            }
            low = probe;
            step = step.saturating_mul(2);
        }
        low
    }

    /// How many lie before `end`: no more than `self.index`, probably not many fewer.
    fn gallop_down(&mut self, file: &File, end: u64) -> u64 {
        let mut high = self.index;
        let mut step = 1;
        while let Some(last) = high.checked_sub(1) {
            if self.lies_before(file, last, end) {
                return high;
            }
            let probe = high.saturating_sub(step);
            if self.lies_before(file, probe, end) {
                return self.bisect(file, probe + 1, last, end);
            }
            high = probe;
            step = step.saturating_mul(2);
        }
        0
    }

    fn bisect(&mut self, file: &File, mut low: u64, mut high: u64, end: u64) -> u64 {
        while low < high {
            let middle = low.midpoint(high);
            if self.lies_before(file, middle, end) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The first entry that is not before a place (backward: the last that is not behind it), by
    /// bisection as sd-journal does it; `key` tells what to compare with the place.
    pub fn bisect_by(
        &mut self,
        file: &File,
        place: u64,
        direction: Direction,
        key: impl Fn(&Entry) -> u64,
    ) -> Option<u64> {
        let is_before = |offset| {
            let key = key(&file.entry(offset)?);
            Ok(match direction {
                Direction::Forward => key < place,
                Direction::Backward => key <= place,
            })
        };
        let before = self.chain.partition_point(file, is_before).ok()?;
        let index = match direction {
            Direction::Forward => before,
            Direction::Backward => before.checked_sub(1)?,
        };
        self.chain.get(file, index).ok()
    }

    /// The first entry, or the last.
    pub fn end(&mut self, file: &File, direction: Direction) -> Option<u64> {
        match direction {
            Direction::Forward => self.seek(file, 0, direction),
            Direction::Backward => {
                self.repair_end(file);
                if self.asked != Some((u64::MAX - 1, direction)) {
                    (self.index, self.asked) = (self.chain.len(), Some((u64::MAX - 1, direction)));
                }
                self.chain.get(file, self.index.checked_sub(1)?).ok()
            }
        }
    }

    /// The last of its first so many entries.
    pub fn last_of(&mut self, file: &File, count: u64) -> Option<u64> {
        match self.chain.get(file, count.checked_sub(1)?) {
            Ok(offset) => Some(offset),
            Err(_) => self.end(file, Direction::Backward),
        }
    }

    /// A damaged list may claim more entries than can be reached: finds out how many can.
    fn repair_end(&mut self, file: &File) {
        let len = self.chain.len();
        if len == 0 || self.chain.get(file, len - 1).is_ok() {
            return;
        }
        let (mut low, mut high) = (0, len - 1);
        while low < high {
            let middle = low.midpoint(high);
            if self.chain.get(file, middle).is_ok() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (self.index, self.asked) = (low, Some((u64::MAX - 1, Direction::Backward)));
    }

    /// Appends offsets of up to `max` entries next to that offset in that direction. Places of the list
    /// that can't be read are passed over, and handed to `damaged`.
    pub fn gather(
        &mut self,
        file: &File,
        beyond: u64,
        direction: Direction,
        max: usize,
        into: &mut Vec<u64>,
        damaged: &mut dyn FnMut(Damage),
    ) {
        let begin = into.len();
        let is_in_order = |offset: u64, last: u64| match direction {
            Direction::Forward => offset > last,
            Direction::Backward => offset < last,
        };
        let mut gaps = 0;
        self.find(file, direction.after(beyond), direction);
        loop {
            let mut last = into.get(begin..).and_then(|new| new.last()).map_or(beyond, |at| *at);
            let next = self.next_index(direction).filter(|_| gaps < GAPS_MAX);
            let is_full = into.len() - begin >= max;
            if is_full || next.is_none() {
                // Where this batch ends is where the next one goes on: it must be an entry indeed.
                last = drop_wrong(file, begin, beyond, into, damaged);
                self.asked = Some((direction.after(last), direction));
                if next.is_none() || into.len() - begin >= max {
                    return;
                }
            }
            let Some(index) = next else { return };
            self.index = match direction {
                Direction::Forward => index + 1,
                Direction::Backward => index,
            };
            match self.chain.get(file, index) {
                Ok(offset) => {
                    if !is_in_order(offset, last) {
                        // Perhaps it is the one before that is out of place.
                        last = drop_wrong(file, begin, beyond, into, damaged);
                    }
                    if is_in_order(offset, last) {
                        into.push(offset);
                        gaps = 0;
                    } else {
                        damaged(Damage { offset, what: "the list of entries is not in order" });
                        gaps += 1;
                    }
                }
                Err(damage) => {
                    damaged(damage);
                    gaps += 1;
                }
            }
        }
    }

    /// The index that is next in that direction.
    fn next_index(&self, direction: Direction) -> Option<u64> {
        match direction {
            Direction::Forward => (self.index < self.chain.len()).then_some(self.index),
            Direction::Backward => self.index.checked_sub(1),
        }
    }
}

/// Takes offsets back, from the end, that are no entries' after all; where the rest ends.
fn drop_wrong(
    file: &File,
    begin: usize,
    beyond: u64,
    into: &mut Vec<u64>,
    damaged: &mut dyn FnMut(Damage),
) -> u64 {
    while let Some(last) = into.get(begin..).and_then(|new| new.last()).copied() {
        match file.entry(last) {
            Ok(_) => return last,
            Err(damage) => {
                damaged(damage);
                into.pop();
            }
        }
    }
    beyond
}
