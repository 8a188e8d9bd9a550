//! Whether all references of a file belong together, without looking any of them up.
//!
//! Each reference is met twice in one pass over the objects: where it starts and where it is answered.
//! An entry names its data objects, and each data object lists its entries; a data object hangs on
//! a bucket or on another one of the same bucket, and exists; an array is linked, and exists. Both ends
//! add the same keyed hash to their own sum. If the sums are equal in the end, every reference has its
//! answer (but for one case in 2^64: the keys are drawn anew each time, so that no file can be made
//! that has this case). If they are not, the file may still be good, since journald tolerates some
//! that are missing: then the slow way decides.

use std::hash::{BuildHasher, RandomState};

use super::exact;
use super::object::{Bytes, Object};
use crate::file::Header;
use crate::format::layout::{data, entry_array, kind};

/// The sums of one kind of reference.
#[derive(Clone, Copy, Debug, Default)]
struct Balance {
    named: u64,
    found: u64,
}

impl Balance {
    fn is_even(self) -> bool {
        self.named == self.found
    }
}

/// The sums over one file.
#[derive(Debug)]
pub struct Links<'b> {
    bytes: Bytes<'b>,
    keys: [u64; 4],
    buckets: u64,
    /// Entries and their data objects.
    uses: Balance,
    /// Data objects and what they hang on.
    chains: Balance,
    /// The last data object of each bucket.
    tails: Balance,
    /// Arrays and what they hang on.
    arrays: Balance,
    /// The list of all entries, followed while they are met.
    main: Cursor<'b>,
    /// The last entry of that list: journald may have died while it was linking it.
    last: u64,
    last_entry: Option<Object<'b>>,
    /// Items of arrays that may still be read: in a good file each array belongs to one list.
    budget: u64,
    /// In a file that is being written: what lies behind this was not there when it began.
    newest: Option<u64>,
    is_broken: bool,
}

/// Someone who reads a list of entries array by array.
#[derive(Clone, Copy, Debug)]
struct Cursor<'b> {
    array: Option<super::object::Offsets<'b>>,
    next: u64,
    left: u64,
}

impl<'b> Links<'b> {
    pub fn new(bytes: Bytes<'b>, header: &Header, is_busy: bool) -> Links<'b> {
        let random = RandomState::new();
        let keys = std::array::from_fn(|number| random.hash_one(number));
        let list = exact::List::main(header);
        Links {
            bytes,
            keys,
            buckets: header.data_hash_table_size / 16,
            uses: Balance::default(),
            chains: Balance::default(),
            tails: Balance::default(),
            arrays: Balance::default(),
            main: Cursor { array: None, next: header.entry_array_offset, left: header.n_entries },
            last: list.last(&bytes).unwrap_or(0),
            last_entry: None,
            budget: bytes.size() / 4,
            newest: is_busy.then_some(header.tail_object_offset),
            is_broken: false,
        }
    }

    /// Two numbers as one that nobody can foretell.
    #[inline]
    fn mix(&self, key: usize, a: u64, b: u64) -> u64 {
        let [first, second, third, fourth] = self.keys;
        let a = fold(a ^ first, second);
        let b = fold(b ^ third.wrapping_add(key as u64), fourth);
        fold(a, b)
    }

    /// Whether that was not there yet.
    #[inline]
    fn is_new(&self, offset: u64) -> bool {
        self.newest.is_some_and(|newest| offset > newest)
    }

    /// A data object was met.
    #[inline]
    pub fn data(&mut self, offset: u64, object: &Object<'b>) {
        let Some(bucket) = object.u64(data::HASH).checked_rem(self.buckets) else {
            self.is_broken = true;
            return;
        };
        self.chains.found = self.chains.found.wrapping_add(self.mix(1, offset, bucket));
        match object.u64(data::NEXT_HASH_OFFSET) {
            0 => self.tails.found = self.tails.found.wrapping_add(self.mix(1, offset, bucket)),
            next if next <= offset => self.is_broken = true,
            next if self.is_new(next) => {}
            next => self.chains.named = self.chains.named.wrapping_add(self.mix(1, next, bucket)),
        }
        let entries = object.u64(data::N_ENTRIES);
        let array = object.u64(data::ENTRY_ARRAY_OFFSET);
        if entries == 0 {
            return;
        }
        let first = object.u64(data::ENTRY_OFFSET);
        self.found(first, offset);
        if entries > 1 {
            self.list(offset, first, array, entries - 1);
        } else if array != 0 {
            self.is_broken = true;
        }
    }

    #[inline]
    fn found(&mut self, entry: u64, data: u64) {
        if entry != self.last && !self.is_new(entry) {
            self.uses.found = self.uses.found.wrapping_add(self.mix(2, entry, data));
        }
    }

    /// The entries of a data object after the first.
    fn list(&mut self, data: u64, first: u64, array: u64, entries: u64) {
        let mut cursor = Cursor { array: None, next: array, left: entries };
        let mut before = first;
        while cursor.left > 0 && !self.is_new(cursor.next) {
            let Some(mut offsets) = self.enter(&mut cursor) else {
                self.is_broken = true;
                return;
            };
            let length = cursor.left.min(offsets.len() as u64);
            cursor.left -= length;
            for entry in offsets.by_ref().take(length as usize) {
                if entry <= before {
                    self.is_broken = true;
                    return;
                }
                before = entry;
                self.found(entry, data);
            }
        }
    }

    /// The next array of a list.
    fn enter(&mut self, cursor: &mut Cursor<'b>) -> Option<super::object::Offsets<'b>> {
        let object = self.bytes.object(kind::ENTRY_ARRAY, cursor.next).ok()?;
        self.arrays.named = self.arrays.named.wrapping_add(self.mix(3, cursor.next, 0));
        let offsets = object.array();
        self.budget = self.budget.checked_sub(offsets.len() as u64)?;
        cursor.next = object.u64(entry_array::NEXT_ENTRY_ARRAY_OFFSET);
        Some(offsets)
    }

    /// The table of data objects was met.
    pub fn data_hash_table(&mut self, table: &Object<'b>) {
        for (bucket, (head, tail)) in (0..).zip(table.buckets()) {
            if head != 0 && !self.is_new(head) {
                self.chains.named = self.chains.named.wrapping_add(self.mix(1, head, bucket));
                self.tails.named = self.tails.named.wrapping_add(self.mix(1, tail, bucket));
            }
        }
    }

    /// An array was met.
    #[inline]
    pub fn entry_array(&mut self, offset: u64) {
        self.arrays.found = self.arrays.found.wrapping_add(self.mix(3, offset, 0));
    }

    /// An entry was met: is it the next of all?
    #[inline]
    pub fn entry(&mut self, offset: u64, object: &Object<'b>) {
        let mut main = self.main;
        if main.left == 0 || self.next_of_all(&mut main) != Some(offset) {
            self.is_broken = true;
            return;
        }
        self.main = main;
        if offset == self.last {
            self.last_entry = Some(*object);
            return;
        }
        let mut before = 0;
        let mut sum = 0_u64;
        for item in object.items() {
            // Old writers name one twice, and list the entry once.
            if item != before {
                sum = sum.wrapping_add(self.mix(2, offset, item));
            }
            before = item;
        }
        self.uses.named = self.uses.named.wrapping_add(sum);
    }

    #[inline]
    fn next_of_all(&mut self, main: &mut Cursor<'b>) -> Option<u64> {
        main.left -= 1;
        if let Some(entry) = main.array.as_mut().and_then(Iterator::next) {
            return Some(entry);
        }
        let mut offsets = self.enter(main)?;
        let entry = offsets.next();
        main.array = Some(offsets);
        entry
    }

    /// Whether all sums are even, now that all objects have been met.
    pub fn are_sound(&self, header: &Header) -> bool {
        let even =
            [self.uses, self.chains, self.tails, self.arrays].iter().all(|sum| sum.is_even());
        if self.is_broken || !even || self.main.left != 0 {
            return false;
        }
        let Some(last) = &self.last_entry else { return header.n_entries == 0 };
        // Of the last entry it is enough that its data objects are in the table.
        let mut exact = exact::Follower::new(self.bytes, header);
        last.items().all(|item| {
            let object = self.bytes.object(kind::DATA, item);
            object.is_ok_and(|data| exact.is_in_table(data.u64(data::HASH), item) == Ok(true))
        })
    }
}

/// The two halves of the product.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}
