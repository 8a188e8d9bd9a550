//! One object, with the checks that journalctl makes whenever it goes to one.

use super::problem::Cause;
use crate::file::Header;
use crate::format::layout::{
    TIME_END_USEC, data as data_at, entry as entry_at, entry_array as array_at, field as field_at,
    hash_table as table_at, kind, object as head_at, size_min, tag as tag_at, u32_at, u64_at,
};

/// A file's bytes, and what its header says of the shape of its objects.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'b> {
    all: &'b [u8],
    header_size: u64,
    is_compact: bool,
}

/// An object that lies in the file as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Object<'b> {
    pub kind: u8,
    pub flags: u8,
    pub bytes: &'b [u8],
    is_compact: bool,
}

impl<'b> Bytes<'b> {
    pub fn new(all: &'b [u8], header: &Header) -> Bytes<'b> {
        Bytes { all, header_size: header.header_size, is_compact: header.is_compact() }
    }

    /// That part, if it lies in the file.
    pub fn part(&self, offset: u64, length: u64) -> Result<&'b [u8], Cause> {
        let end = offset.checked_add(length).ok_or(Cause::BadMessage)?;
        let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
        range.and_then(|(start, end)| self.all.get(start..end)).ok_or(Cause::BeyondTheEnd)
    }

    pub fn size(&self) -> u64 {
        self.all.len() as u64
    }

    /// The object there, if it is of that kind ([`kind::UNUSED`]: of any).
    #[inline]
    pub fn object(&self, wanted: u8, offset: u64) -> Result<Object<'b>, Cause> {
        if !offset.is_multiple_of(8) || offset < self.header_size {
            return Err(Cause::BadMessage);
        }
        let head = self.part(offset, head_at::HEAD as u64)?;
        let [kind, flags, ..] = *head else { return Err(Cause::BadMessage) };
        let size = u64_at(head, head_at::SIZE);
        let is_wanted = kind != kind::UNUSED && (wanted == kind::UNUSED || wanted == kind);
        if !is_wanted || size < size_min(kind, self.is_compact) {
            return Err(Cause::BadMessage);
        }
        let object =
            Object { kind, flags, bytes: self.part(offset, size)?, is_compact: self.is_compact };
        if object.is_sound(offset) { Ok(object) } else { Err(Cause::BadMessage) }
    }
}

impl<'b> Object<'b> {
    #[inline]
    pub fn u64(&self, at: usize) -> u64 {
        u64_at(self.bytes, at)
    }

    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Where the next object begins, if this one begins there.
    pub fn end(&self, offset: u64) -> u64 {
        offset.saturating_add(self.size()).saturating_add(7) & !7
    }

    fn rest(&self, at: usize) -> &'b [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// What a data or field object holds, perhaps compressed.
    pub fn payload(&self) -> &'b [u8] {
        self.rest(match self.kind {
            kind::FIELD => field_at::PAYLOAD,
            _ if self.is_compact => data_at::COMPACT_PAYLOAD,
            _ => data_at::PAYLOAD,
        })
    }

    /// The items of an entry: data objects' offsets.
    #[inline]
    pub fn items(&self) -> Offsets<'b> {
        let step = if self.is_compact { entry_at::COMPACT_ITEM } else { entry_at::ITEM };
        Offsets { rest: self.rest(entry_at::ITEMS), step, is_short: self.is_compact }
    }

    /// The items of an array: entries' offsets.
    #[inline]
    pub fn array(&self) -> Offsets<'b> {
        let step = if self.is_compact { array_at::COMPACT_ITEM } else { array_at::ITEM };
        Offsets { rest: self.rest(array_at::ITEMS), step, is_short: self.is_compact }
    }

    /// The buckets of a hash table: offsets of their first and their last object.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + 'b {
        let buckets = self.rest(table_at::ITEMS).chunks_exact(table_at::ITEM);
        buckets.map(|bucket| (u64_at(bucket, 0), u64_at(bucket, 8)))
    }

    /// Whether sizes, offsets and times can be right.
    #[inline]
    fn is_sound(&self, offset: u64) -> bool {
        let aligned = |places: &[usize]| places.iter().all(|at| self.u64(*at).is_multiple_of(8));
        let holds = |items: usize, item: usize| {
            let bytes = self.bytes.len().saturating_sub(items);
            bytes >= item && bytes.is_multiple_of(item)
        };
        match self.kind {
            kind::DATA => {
                (self.u64(data_at::ENTRY_OFFSET) == 0) == (self.u64(data_at::N_ENTRIES) == 0)
                    && !self.payload().is_empty()
                    && aligned(&[
                        data_at::NEXT_HASH_OFFSET,
                        data_at::NEXT_FIELD_OFFSET,
                        data_at::ENTRY_OFFSET,
                        data_at::ENTRY_ARRAY_OFFSET,
                    ])
            }
            kind::FIELD => {
                !self.payload().is_empty()
                    && aligned(&[field_at::NEXT_HASH_OFFSET, field_at::HEAD_DATA_OFFSET])
            }
            kind::ENTRY => {
                holds(entry_at::ITEMS, self.items().step)
                    && self.u64(entry_at::SEQNUM) > 0
                    && (1..TIME_END_USEC).contains(&self.u64(entry_at::REALTIME))
                    && self.u64(entry_at::MONOTONIC) < TIME_END_USEC
            }
            kind::DATA_HASH_TABLE | kind::FIELD_HASH_TABLE => {
                holds(table_at::ITEMS, table_at::ITEM)
            }
            kind::ENTRY_ARRAY => {
                let next = self.u64(array_at::NEXT_ENTRY_ARRAY_OFFSET);
                holds(array_at::ITEMS, self.array().step)
                    && next.is_multiple_of(8)
                    && (next == 0 || next > offset)
            }
            kind::TAG => {
                self.bytes.len() == tag_at::SIZE && self.u64(tag_at::EPOCH) < TIME_END_USEC
            }
            _ => true,
        }
    }
}

/// Offsets that lie in an object at equal steps.
#[derive(Clone, Copy, Debug)]
pub struct Offsets<'b> {
    rest: &'b [u8],
    step: usize,
    is_short: bool,
}

impl Offsets<'_> {
    pub fn get(&self, index: usize) -> Option<u64> {
        let item = self.rest.get(index.checked_mul(self.step)?..)?;
        if item.len() < self.step {
            return None;
        }
        Some(if self.is_short { u64::from(u32_at(item, 0)) } else { u64_at(item, 0) })
    }
}

impl Iterator for Offsets<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (item, rest) = self.rest.split_at_checked(self.step)?;
        self.rest = rest;
        Some(if self.is_short { u64::from(u32_at(item, 0)) } else { u64_at(item, 0) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = self.rest.len().checked_div(self.step).unwrap_or(0);
        (length, Some(length))
    }
}

impl ExactSizeIterator for Offsets<'_> {}
