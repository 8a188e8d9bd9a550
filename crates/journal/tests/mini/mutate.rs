//! Damage of many kinds to a journal's bytes, the same for the same seed.

use journal::format::layout::{header, kind, object, u64_at};
use testkit::journal::Random;

/// A file's bytes and where its objects begin.
pub struct Mutator {
    base: Vec<u8>,
    starts: Vec<usize>,
    random: Random,
}

impl Mutator {
    pub fn new(base: Vec<u8>, seed: u64) -> Mutator {
        let tail = u64_at(&base, header::TAIL_OBJECT_OFFSET) as usize;
        let mut starts = Vec::new();
        let mut at = u64_at(&base, header::HEADER_SIZE) as usize;
        while at <= tail {
            starts.push(at);
            at += (u64_at(&base, at + object::SIZE) as usize).next_multiple_of(8);
        }
        Mutator { base, starts, random: Random::new(seed) }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit as u64) as usize
    }

    fn any_start(&mut self) -> usize {
        let at = self.below(self.starts.len());
        self.starts[at]
    }

    /// A place of eight bytes in an object, more often near its begin.
    fn slot(&mut self, start: usize) -> usize {
        let slots = (u64_at(&self.base, start + object::SIZE) as usize / 8).max(1);
        let near = slots.min(if self.below(2) == 0 { 16 } else { 512 });
        start + 8 * self.below(near)
    }

    /// The file with one or two places changed, perhaps cut, and what was done.
    pub fn next(&mut self) -> (Vec<u8>, String) {
        let mut bytes = self.base.clone();
        let mut said = String::new();
        for _ in 0..1 + usize::from(self.below(4) == 0) {
            let change = self.change(&mut bytes);
            said.push_str(&change);
        }
        if self.below(30) == 0 {
            let length = self.below(bytes.len());
            bytes.truncate(length);
            said.push_str(&format!("cut at {length:#x}; "));
        }
        (bytes, said)
    }

    fn change(&mut self, bytes: &mut [u8]) -> String {
        let start = self.any_start();
        let kind = self.base[start];
        let slot = self.slot(start);
        let old = u64_at(bytes, slot);
        let (at, new) = match self.below(10) {
            0 => {
                let at = self.below(self.base.len() / 8) * 8;
                (at, u64_at(bytes, at) ^ 1 << self.below(64))
            }
            1 => {
                let at = self.below(34) * 8;
                (at, u64_at(bytes, at) ^ 1 << self.below(64))
            }
            2 | 3 => (slot, old ^ 1 << self.below(64)),
            4 | 5 => (slot, self.any_start() as u64),
            6 => (slot, 0),
            7 => {
                let other = self.slot(start);
                let new = u64_at(bytes, other);
                put(bytes, other, old);
                (slot, new)
            }
            8 => {
                let step = [1, u64::MAX, 8, 8_u64.wrapping_neg()][self.below(4)];
                (slot, old.wrapping_add(step))
            }
            _ => {
                let numbers = (header::DATA_HASH_TABLE_OFFSET / 8, header::N_ENTRY_ARRAYS / 8);
                let at = 8 * (numbers.0 + self.below(numbers.1 - numbers.0 + 1));
                let old = u64_at(bytes, at);
                let any = self.any_start() as u64;
                (at, [old.wrapping_add(1), old.wrapping_sub(1), 0, any][self.below(4)])
            }
        };
        put(bytes, at, new);
        let of = if kind == kind::UNUSED { "?" } else { "object" };
        format!("{at:#x} = {new:#x} ({of} of kind {kind} at {start:#x}); ")
    }
}

fn put(bytes: &mut [u8], at: usize, number: u64) {
    if let Some(place) = bytes.get_mut(at..at + 8) {
        place.copy_from_slice(&number.to_le_bytes());
    }
}
