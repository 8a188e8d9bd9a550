//! What an object holds, apart from what it refers to.

use super::object::Object;
use super::problem::{Wrong, bad};
use super::scan::Scan;
use crate::format::flags;
use crate::format::layout::{data, field, kind};

impl<'b> Scan<'b, '_> {
    /// Everything that can be wrong with it, but for its compression.
    #[inline]
    pub(super) fn contents(&mut self, object: &Object<'b>) -> Result<(), Wrong> {
        let place = self.place;
        if object.flags & flags::OBJECT_COMPRESSED != 0 && object.kind != kind::DATA {
            let name = kind_name(object.kind);
            return bad(
                place,
                format!(
                    "Found compressed object of type {name} that isn't of type data, which is not allowed."
                ),
            );
        }
        match object.kind {
            kind::DATA => self.hash(object, object.u64(data::HASH)),
            kind::FIELD => self.hash(object, object.u64(field::HASH)),
            kind::ENTRY => {
                let count = object.items().len();
                match object.items().enumerate().find(|(_, item)| *item == 0 || item % 8 != 0) {
                    Some((at, item)) => {
                        bad(place, format!("Invalid entry item ({at}/{count}) offset: {item:06x}"))
                    }
                    None => Ok(()),
                }
            }
            kind::DATA_HASH_TABLE | kind::FIELD_HASH_TABLE => buckets(object, place),
            kind::ENTRY_ARRAY => {
                let count = object.array().len();
                match object.array().enumerate().find(|(_, item)| item % 8 != 0) {
                    Some((at, item)) => bad(
                        place,
                        format!("Invalid object entry array item ({at}/{count}): {item:06x}"),
                    ),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn hash(&mut self, object: &Object<'b>, written: u64) -> Result<(), Wrong> {
        match self.hasher.hash(object.payload(), object.flags) {
            Ok(hash) if hash == written => Ok(()),
            Ok(hash) => bad(self.place, format!("Invalid hash ({written:08x} vs. {hash:08x})")),
            Err((cause, None)) => Err(cause.into()),
            Err((cause, Some(name))) => {
                let text = format!("{name} decompression failed: {}", cause.words());
                Err(Wrong::new(cause, Some(self.place), text))
            }
        }
    }

    /// Whether the header announces how it is compressed.
    pub(super) fn compression(&self, object: &Object<'b>) -> Result<(), Wrong> {
        let (name, flag) = match object.flags & flags::OBJECT_COMPRESSED {
            0 => return Ok(()),
            flags::OBJECT_COMPRESSED_XZ => ("XZ", flags::INCOMPATIBLE_COMPRESSED_XZ),
            flags::OBJECT_COMPRESSED_LZ4 => ("LZ4", flags::INCOMPATIBLE_COMPRESSED_LZ4),
            _ => ("ZSTD", flags::INCOMPATIBLE_COMPRESSED_ZSTD),
        };
        if self.header.incompatible_flags & flag == 0 {
            return bad(
                self.place,
                format!("{name} compressed object in file without {name} compression"),
            );
        }
        Ok(())
    }
}

/// The buckets of a hash table.
fn buckets(table: &Object<'_>, place: u64) -> Result<(), Wrong> {
    let is_bad =
        |(head, tail): (u64, u64)| head % 8 != 0 || tail % 8 != 0 || (head != 0) != (tail != 0);
    let count = table.buckets().count();
    let Some((at, (head, tail))) = table.buckets().enumerate().find(|(_, bucket)| is_bad(*bucket))
    else {
        return Ok(());
    };
    let name = kind_name(table.kind);
    let item = format!("Invalid {name} hash table item ({at}/{count})");
    bad(
        place,
        if head % 8 != 0 {
            format!("{item} head_hash_offset: {head:06x}")
        } else if tail % 8 != 0 {
            format!("{item} tail_hash_offset: {tail:06x}")
        } else {
            format!("{item}: head_hash_offset={head:06x} tail_hash_offset={tail:06x}")
        },
    )
}

/// What journalctl(1) calls it.
pub(super) fn kind_name(kind: u8) -> &'static str {
    match kind {
        kind::DATA => "data",
        kind::FIELD => "field",
        kind::ENTRY => "entry",
        kind::DATA_HASH_TABLE => "data hash table",
        kind::FIELD_HASH_TABLE => "field hash table",
        kind::ENTRY_ARRAY => "entry array",
        kind::TAG => "tag",
        _ => "(null)",
    }
}
