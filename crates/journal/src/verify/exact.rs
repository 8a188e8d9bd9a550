//! Following every reference of a file, one by one, to say which is the first that is wrong: the slow
//! way, in journalctl's order. It is only gone where [`links`](super::links) are not even.

use super::bisect::Memory;
use super::object::{Bytes, Object};
use super::problem::{Cause, Wrong, bad};
use super::starts::Starts;
use crate::file::Header;
use crate::format::layout::{data, entry_array, hash_table, kind, u64_at};

/// A list of entries: of all, or of those that have one field.
#[derive(Clone, Copy, Debug)]
pub struct List {
    array: u64,
    entries: u64,
}

impl List {
    /// Of all.
    pub fn main(header: &Header) -> List {
        List { array: header.entry_array_offset, entries: header.n_entries }
    }

    /// The last of them.
    pub fn last(self, bytes: &Bytes<'_>) -> Option<u64> {
        let mut left = self.entries.checked_sub(1)?;
        let mut place = self.array;
        loop {
            let array = bytes.object(kind::ENTRY_ARRAY, place).ok()?;
            let length = array.array().len() as u64;
            if left < length {
                return array.array().get(usize::try_from(left).ok()?);
            }
            left -= length;
            place = array.u64(entry_array::NEXT_ENTRY_ARRAY_OFFSET);
        }
    }
}

/// Someone who follows references.
#[derive(Debug)]
pub struct Follower<'b> {
    bytes: Bytes<'b>,
    table_offset: u64,
    table_size: u64,
    /// No chain of data objects is longer.
    objects: u64,
    /// Steps that may still be made. A file can be made that takes years: no writer makes one.
    budget: u64,
    memory: Memory,
}

impl<'b> Follower<'b> {
    pub fn new(bytes: Bytes<'b>, header: &Header) -> Follower<'b> {
        Follower {
            bytes,
            table_offset: header.data_hash_table_offset,
            table_size: header.data_hash_table_size,
            objects: header.n_objects,
            budget: bytes.size().saturating_mul(4).saturating_add(1 << 22),
            memory: Memory::default(),
        }
    }

    fn step(&mut self, place: u64) -> Result<(), Wrong> {
        match self.budget.checked_sub(1) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => bad(place, "Too many references in so small a file"),
        }
    }

    fn object(&self, kind: u8, place: u64) -> Result<Object<'b>, Wrong> {
        self.bytes.object(kind, place).map_err(Wrong::from)
    }

    fn buckets(&self) -> u64 {
        self.table_size / hash_table::ITEM as u64
    }

    /// The first and last object of a bucket.
    fn bucket(&self, number: u64) -> Result<(u64, u64), Wrong> {
        let table = self.bytes.part(self.table_offset, self.table_size);
        let table = table.map_err(|cause: Cause| {
            Wrong::new(cause, None, format!("Failed to map data hash table: {}", cause.words()))
        })?;
        let at = usize::try_from(number).unwrap_or_default().saturating_mul(hash_table::ITEM);
        Ok((u64_at(table, at), u64_at(table, at.saturating_add(8))))
    }

    /// Whether the chain of that hash leads to that object.
    pub fn is_in_table(&mut self, hash: u64, object: u64) -> Result<bool, Wrong> {
        let Some(bucket) = hash.checked_rem(self.buckets()) else { return Ok(false) };
        let (mut place, _) = self.bucket(bucket)?;
        for _ in 0..=self.objects {
            if place == 0 || place == object {
                return Ok(place == object);
            }
            self.step(place)?;
            place = self.object(kind::DATA, place)?.u64(data::NEXT_HASH_OFFSET);
        }
        // It goes round in circles, where journalctl would for ever.
        Ok(false)
    }

    /// Whether a data object lists an entry at that place or a later one: all that journalctl asks.
    fn reaches(&mut self, object: &Object<'b>, entry: u64) -> Result<bool, Wrong> {
        let entries = object.u64(data::N_ENTRIES);
        if entries == 0 || object.u64(data::ENTRY_OFFSET) >= entry {
            return Ok(entries != 0);
        }
        let list = (object.u64(data::ENTRY_ARRAY_OFFSET), entries - 1);
        let bytes = self.bytes;
        let mut memory = std::mem::take(&mut self.memory);
        let found = memory.reaches(&bytes, list, entry, |place| self.step(place));
        self.memory = memory;
        found
    }
}

/// All references: those from the list of all entries, then those from the table of data objects.
pub fn follow(bytes: Bytes<'_>, header: &Header) -> Result<(), Wrong> {
    let starts = Starts::new(bytes, header);
    let mut follower = Follower::new(bytes, header);
    let last = all_entries(&mut follower, &starts, header)?;
    all_data(&mut follower, &starts, last)
}

/// The list of all entries, and what each names; returns the last.
fn all_entries(
    follower: &mut Follower<'_>,
    starts: &Starts<'_>,
    header: &Header,
) -> Result<u64, Wrong> {
    let count = header.n_entries;
    let (mut at, mut last, mut place) = (0, 0, header.entry_array_offset);
    while at < count {
        if place == 0 {
            return bad(place, format!("Array chain too short at {at} of {count}"));
        }
        if !starts.has(kind::ENTRY_ARRAY, place) {
            return bad(place, format!("Invalid array {at} of {count}"));
        }
        let array = follower.object(kind::ENTRY_ARRAY, place)?;
        for entry in array.array() {
            if at >= count {
                break;
            }
            if entry <= last {
                return bad(place, format!("Entry array not sorted at {at} of {count}"));
            }
            last = entry;
            if !starts.has(kind::ENTRY, entry) {
                return bad(place, format!("Invalid array entry at {at} of {count}"));
            }
            at += 1;
            an_entry(follower, starts, entry, at == count)?;
        }
        place = array.u64(entry_array::NEXT_ENTRY_ARRAY_OFFSET);
    }
    Ok(last)
}

/// Whether an entry and its data objects know of each other.
fn an_entry(
    follower: &mut Follower<'_>,
    starts: &Starts<'_>,
    entry: u64,
    is_last: bool,
) -> Result<(), Wrong> {
    for item in follower.object(kind::ENTRY, entry)?.items() {
        if !starts.has(kind::DATA, item) {
            return bad(entry, "Invalid data object of entry");
        }
        let object = follower.object(kind::DATA, item)?;
        if !follower.is_in_table(object.u64(data::HASH), item)? {
            return bad(entry, "Data object missing from hash table");
        }
        // journald may die while it links the last one.
        if !follower.reaches(&object, entry)? && !is_last {
            return bad(
                entry,
                format!("Entry object not referenced by linked data object at {item:06x}"),
            );
        }
    }
    Ok(())
}

/// The table of data objects, and the entries that each lists.
fn all_data(
    follower: &mut Follower<'_>,
    starts: &Starts<'_>,
    last_entry: u64,
) -> Result<(), Wrong> {
    let buckets = follower.buckets();
    for bucket in 0..buckets {
        let of = format_args!("in hash entry {bucket} of {buckets}");
        let (mut place, tail) = follower.bucket(bucket)?;
        let mut last = 0;
        while place != 0 {
            if !starts.has(kind::DATA, place) {
                return bad(
                    place,
                    format!("Invalid data object at hash entry {bucket} of {buckets}"),
                );
            }
            let object = follower.object(kind::DATA, place)?;
            let next = object.u64(data::NEXT_HASH_OFFSET);
            if next != 0 && next <= place {
                return bad(place, format!("Hash chain has a cycle {of}"));
            }
            if object.u64(data::HASH) % buckets != bucket {
                return bad(place, format!("Hash value mismatch {of}"));
            }
            a_data_object(follower, starts, place, &object, last_entry)?;
            last = place;
            place = next;
        }
        if last != tail {
            return bad(
                place,
                format!("Tail hash pointer mismatch in hash table ({last} != {tail})"),
            );
        }
    }
    Ok(())
}

/// The entries that a data object lists.
fn a_data_object(
    follower: &mut Follower<'_>,
    starts: &Starts<'_>,
    place: u64,
    object: &Object<'_>,
    last_entry: u64,
) -> Result<(), Wrong> {
    let count = object.u64(data::N_ENTRIES);
    let mut array_place = object.u64(data::ENTRY_ARRAY_OFFSET);
    if array_place != 0 && count < 2 {
        let text = format!(
            "Entry array present (entry_array_offset={array_place:06x}, but n_entries={count})"
        );
        return bad(place, text);
    }
    if count == 0 {
        return Ok(());
    }
    let an_entry = |entry: u64| {
        if !starts.has(kind::ENTRY, entry) {
            return bad(place, format!("Data object references invalid entry at {entry:06x}"));
        }
        if entry > last_entry {
            return bad(entry, "Entry object doesn't exist in the main entry array");
        }
        Ok(())
    };
    let mut last = object.u64(data::ENTRY_OFFSET);
    an_entry(last)?;
    let mut at = 1;
    while at < count {
        if array_place == 0 {
            return bad(place, "Array chain too short");
        }
        if !starts.has(kind::ENTRY_ARRAY, array_place) {
            return bad(place, format!("Invalid array offset {array_place:06x}"));
        }
        let array = follower.object(kind::ENTRY_ARRAY, array_place)?;
        for entry in array.array() {
            if at >= count {
                break;
            }
            follower.step(place)?;
            if entry <= last {
                let text = format!("Data object's entry array not sorted ({entry} <= {last})");
                return bad(place, text);
            }
            last = entry;
            an_entry(entry)?;
            at += 1;
        }
        array_place = array.u64(entry_array::NEXT_ENTRY_ARRAY_OFFSET);
    }
    Ok(())
}
