//! Objects: the parts of a file, found by their offsets and checked before anything believes them.

use super::{Damage, Entry, File};
use crate::format::flags::OBJECT_COMPRESSED;
use crate::format::layout::{
    self, TIME_END_USEC, data as data_at, entry as entry_at, id_at, kind, object as at, u64_at,
};

/// An object that lies in its file as a whole and is of the kind that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Object<'f> {
    /// Where.
    pub offset: u64,
    /// One of [`kind`].
    pub kind: u8,
    /// `OBJECT_*` of [`crate::format::flags`].
    pub flags: u8,
    /// All of it, the head among it.
    pub bytes: &'f [u8],
}

impl<'f> Object<'f> {
    /// The number at that place of the object; 0 where it is shorter.
    pub fn u64_at(&self, at: usize) -> u64 {
        u64_at(self.bytes, at)
    }

    /// Whether the payload of this data object is compressed.
    pub fn is_compressed(&self) -> bool {
        self.flags & OBJECT_COMPRESSED != 0
    }

    /// Whether more entries than one have this data object.
    pub(crate) fn is_shared(&self) -> bool {
        self.u64_at(data_at::N_ENTRIES) > 1
    }

    /// What follows that place.
    pub fn rest(&self, at: usize) -> &'f [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }
}

impl File {
    /// The object there, of that kind ([`kind::UNUSED`] for any).
    ///
    /// # Errors
    /// No such object can lie there: it is misplaced, too short for its kind, reaches beyond the file's
    /// end, or is of another kind.
    #[inline]
    pub fn object(&self, offset: u64, wanted: u8) -> Result<Object<'_>, Damage> {
        self.object_in(offset, wanted, |offset, length| self.bytes(offset, length))
    }

    /// [`object`](File::object) of bytes of this file that may lie elsewhere: in a copy.
    #[inline(always)]
    pub(crate) fn object_in<'b>(
        &self,
        offset: u64,
        wanted: u8,
        bytes: impl Fn(u64, u64) -> Option<&'b [u8]>,
    ) -> Result<Object<'b>, Damage> {
        let damage = |what| Err(Damage { offset, what });
        if !offset.is_multiple_of(8) {
            return damage("an object can't begin there");
        }
        if offset < self.header_size {
            return damage("an object can't lie in the header");
        }
        let Some(head) = bytes(offset, at::HEAD as u64) else {
            return damage("the object would lie behind the file's end");
        };
        let [found, flags, ..] = *head else { return damage("the object has no head") };
        let size = u64_at(head, at::SIZE);
        if size == 0 {
            return damage("the object has not been written");
        }
        if size < at::HEAD as u64 {
            return damage("the object is too short");
        }
        if found == kind::UNUSED {
            return damage("the object is of no kind");
        }
        if wanted != kind::UNUSED && found != wanted {
            return damage("the object is of another kind");
        }
        if size < layout::size_min(found, self.is_compact()) {
            return damage("the object is too short for its kind");
        }
        match bytes(offset, size) {
            Some(bytes) => Ok(Object { offset, kind: found, flags, bytes }),
            None => damage("the object reaches beyond the file's end"),
        }
    }

    /// The data object there.
    ///
    /// # Errors
    /// There is none that holds together.
    #[inline]
    pub fn data(&self, offset: u64) -> Result<Object<'_>, Damage> {
        self.data_in(offset, |offset, length| self.bytes(offset, length))
    }

    /// [`data`](File::data) of bytes of this file that may lie elsewhere.
    #[inline(always)]
    pub(crate) fn data_in<'b>(
        &self,
        offset: u64,
        bytes: impl Fn(u64, u64) -> Option<&'b [u8]>,
    ) -> Result<Object<'b>, Damage> {
        let object = self.object_in(offset, kind::DATA, bytes)?;
        let damage = |what| Err(Damage { offset, what });
        let Some(fixed) = object.bytes.first_chunk::<{ data_at::PAYLOAD }>() else {
            return damage("the data object is too short");
        };
        if object.bytes.len() <= self.payload_at() {
            return damage("the data object is empty");
        }
        let number = |at| u64_at(fixed, at);
        if (number(data_at::ENTRY_OFFSET) == 0) != (number(data_at::N_ENTRIES) == 0) {
            return damage("the data object's count does not fit its first entry");
        }
        let offsets = number(data_at::NEXT_HASH_OFFSET)
            | number(data_at::NEXT_FIELD_OFFSET)
            | number(data_at::ENTRY_OFFSET)
            | number(data_at::ENTRY_ARRAY_OFFSET);
        if offsets % 8 != 0 {
            return damage("the data object has offsets that no object can have");
        }
        Ok(object)
    }

    /// An entry's fixed part.
    ///
    /// # Errors
    /// There is no entry that holds together.
    #[inline]
    pub fn entry(&self, offset: u64) -> Result<Entry, Damage> {
        self.entry_of(&self.object(offset, kind::ENTRY)?)
    }

    #[inline]
    pub(crate) fn entry_of(&self, object: &Object<'_>) -> Result<Entry, Damage> {
        let damage = |what| Err(Damage { offset: object.offset, what });
        let Some(fixed) = object.bytes.first_chunk::<{ entry_at::ITEMS }>() else {
            return damage("the entry is too short");
        };
        let items = object.bytes.len() - entry_at::ITEMS;
        let is_whole = if self.is_compact() {
            items.is_multiple_of(entry_at::COMPACT_ITEM)
        } else {
            items.is_multiple_of(entry_at::ITEM)
        };
        if items == 0 || !is_whole {
            return damage("the entry's size is none that an entry can have");
        }
        let entry = Entry {
            offset: object.offset,
            seqnum: u64_at(fixed, entry_at::SEQNUM),
            realtime_usec: u64_at(fixed, entry_at::REALTIME),
            monotonic_usec: u64_at(fixed, entry_at::MONOTONIC),
            boot_id: id_at(fixed, entry_at::BOOT_ID),
            xor_hash: u64_at(fixed, entry_at::XOR_HASH),
        };
        if entry.seqnum == 0 {
            return damage("the entry's number is 0");
        }
        if entry.realtime_usec == 0 || entry.realtime_usec >= TIME_END_USEC {
            return damage("the entry's time is none that a clock can have");
        }
        if entry.monotonic_usec >= TIME_END_USEC {
            return damage("the entry's monotonic time is none that a clock can have");
        }
        Ok(entry)
    }

    /// The offsets of an entry's data objects, in the entry's order.
    ///
    /// # Errors
    /// There is no entry that holds together.
    pub fn items(&self, entry_offset: u64) -> Result<Items<'_>, Damage> {
        let object = self.object(entry_offset, kind::ENTRY)?;
        self.entry_of(&object)?;
        Ok(self.items_of(&object))
    }

    /// How many bytes an item of an entry's list has.
    pub(crate) fn entry_item_size(&self) -> usize {
        if self.is_compact() { entry_at::COMPACT_ITEM } else { entry_at::ITEM }
    }

    pub(crate) fn items_of<'f>(&self, entry: &Object<'f>) -> Items<'f> {
        self.items_in(entry.rest(entry_at::ITEMS))
    }

    /// The data objects of a part of an entry's list.
    #[inline]
    pub(crate) fn items_in<'f>(&self, list: &'f [u8]) -> Items<'f> {
        if self.is_compact() {
            Items(Shape::Compact(list.as_chunks().0.iter()))
        } else {
            Items(Shape::Regular(list.as_chunks().0.iter()))
        }
    }
}

/// The data objects of an entry: their offsets, unchecked.
#[derive(Clone, Debug)]
pub struct Items<'f>(Shape<'f>);

#[derive(Clone, Debug)]
enum Shape<'f> {
    Regular(std::slice::Iter<'f, [u8; entry_at::ITEM]>),
    Compact(std::slice::Iter<'f, [u8; entry_at::COMPACT_ITEM]>),
}

impl Iterator for Items<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        match &mut self.0 {
            Shape::Regular(items) => items.next().map(|item| u64_at(item, 0)),
            Shape::Compact(items) => items.next().map(|item| u64::from(u32::from_le_bytes(*item))),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Shape::Regular(items) => items.size_hint(),
            Shape::Compact(items) => items.size_hint(),
        }
    }
}

impl ExactSizeIterator for Items<'_> {}
