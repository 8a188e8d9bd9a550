//! Finding data objects: by their hashes, and by their fields.

use super::{Damage, File, Scratch};
use crate::format::layout::{data, field, hash_table, header, kind};

impl File {
    /// Where the data object `FIELD=value` lies, if there is one.
    ///
    /// # Errors
    /// The chain that it would be in is damaged.
    pub fn find_data(&self, payload: &[u8]) -> Result<Option<u64>, Damage> {
        let hash = self.hash(payload);
        let table = (header::DATA_HASH_TABLE_OFFSET, header::DATA_HASH_TABLE_SIZE);
        let mut scratch = Scratch::default();
        let mut at = self.bucket(table, hash)?;
        while at != 0 {
            let object = self.data(at)?;
            if object.u64_at(data::HASH) == hash
                && self.payload_of(&object, &mut scratch)? == payload
            {
                return Ok(Some(at));
            }
            at = forward(at, object.u64_at(data::NEXT_HASH_OFFSET))?;
        }
        Ok(None)
    }

    /// The newest data object of that field, from which the others are chained.
    pub(super) fn find_field(&self, name: &[u8]) -> Result<u64, Damage> {
        let table = (header::FIELD_HASH_TABLE_OFFSET, header::FIELD_HASH_TABLE_SIZE);
        let hash = self.hash(name);
        let mut at = self.bucket(table, hash)?;
        while at != 0 {
            let object = self.object(at, kind::FIELD)?;
            if object.u64_at(field::HASH) == hash && object.rest(field::PAYLOAD) == name {
                return Ok(object.u64_at(field::HEAD_DATA_OFFSET));
            }
            at = forward(at, object.u64_at(field::NEXT_HASH_OFFSET))?;
        }
        Ok(0)
    }

    /// The first object of that hash's bucket; 0 for none.
    fn bucket(&self, table: (usize, usize), hash: u64) -> Result<u64, Damage> {
        let (offset, count) = self.table(table)?;
        match hash.checked_rem(count) {
            Some(row) => self.bucket_at(offset, row),
            None => Ok(0),
        }
    }

    /// A table's place, and how many buckets it has.
    fn table(&self, (offset, size): (usize, usize)) -> Result<(u64, u64), Damage> {
        let (offset, size) = (self.header_u64(offset), self.header_u64(size));
        if size != 0 && self.bytes(offset, size).is_none() {
            return Err(Damage { offset, what: "the hash table would lie behind the file's end" });
        }
        Ok((offset, size / hash_table::ITEM as u64))
    }

    fn bucket_at(&self, table: u64, row: u64) -> Result<u64, Damage> {
        let offset = table + row * hash_table::ITEM as u64;
        self.u64_at(offset).ok_or(Damage { offset, what: "the hash table is cut off" })
    }

    /// The data objects of that field, the newest first: all its values in this file, each once.
    pub fn values_of(&self, name: &[u8]) -> Values<'_> {
        Values { file: self, next: self.find_field(name) }
    }

    /// The names of all fields, in the order of the file's table of them.
    pub fn field_names(&self) -> FieldNames<'_> {
        let table = self.table((header::FIELD_HASH_TABLE_OFFSET, header::FIELD_HASH_TABLE_SIZE));
        let (table, rows, failed) = match table {
            Ok((table, rows)) => (table, 0..rows, None),
            Err(damage) => (0, 0..0, Some(damage)),
        };
        let left = self.size_bytes() / field::PAYLOAD as u64;
        FieldNames { file: self, table, rows, next: 0, left, failed }
    }
}

/// Chains of a bucket are appended to: they lead forward, or they would never end.
fn forward(from: u64, to: u64) -> Result<u64, Damage> {
    if to != 0 && to <= from {
        return Err(Damage { offset: from, what: "the chain of a hash leads back" });
    }
    Ok(to)
}

/// The values of a field: offsets of data objects. Ends at the first damage.
#[derive(Clone, Debug)]
pub struct Values<'f> {
    file: &'f File,
    next: Result<u64, Damage>,
}

impl Iterator for Values<'_> {
    type Item = Result<u64, Damage>;

    fn next(&mut self) -> Option<Result<u64, Damage>> {
        let at = match std::mem::replace(&mut self.next, Ok(0)) {
            Ok(0) => return None,
            Ok(at) => at,
            Err(damage) => return Some(Err(damage)),
        };
        let object = match self.file.data(at) {
            Ok(object) => object,
            Err(damage) => return Some(Err(damage)),
        };
        let next = object.u64_at(data::NEXT_FIELD_OFFSET);
        // A new one is put before the others: the chain leads back all the way.
        self.next = if next >= at {
            Err(Damage { offset: at, what: "the chain of a field leads forward" })
        } else {
            Ok(next)
        };
        Some(Ok(at))
    }
}

/// The names of a file's fields. What is damaged is reported once and left out.
#[derive(Clone, Debug)]
pub struct FieldNames<'f> {
    file: &'f File,
    table: u64,
    rows: std::ops::Range<u64>,
    next: u64,
    /// No more objects have room in the file: buckets that share a chain would take for ever.
    left: u64,
    failed: Option<Damage>,
}

impl<'f> FieldNames<'f> {
    fn step(&mut self) -> Result<Option<&'f [u8]>, Damage> {
        while self.next == 0 {
            let Some(row) = self.rows.next() else { return Ok(None) };
            self.next = self.file.bucket_at(self.table, row)?;
        }
        let at = std::mem::take(&mut self.next);
        let Some(left) = self.left.checked_sub(1) else {
            self.rows = 0..0;
            return Err(Damage { offset: at, what: "the chains of fields share objects" });
        };
        self.left = left;
        let object = self.file.object(at, kind::FIELD)?;
        match forward(at, object.u64_at(field::NEXT_HASH_OFFSET)) {
            Ok(next) => self.next = next,
            Err(damage) => self.failed = Some(damage),
        }
        Ok(Some(object.rest(field::PAYLOAD)))
    }
}

impl<'f> Iterator for FieldNames<'f> {
    type Item = Result<&'f [u8], Damage>;

    fn next(&mut self) -> Option<Result<&'f [u8], Damage>> {
        match self.failed.take() {
            Some(damage) => Some(Err(damage)),
            None => self.step().transpose(),
        }
    }
}
