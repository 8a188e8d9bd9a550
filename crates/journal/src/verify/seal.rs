//! Tags: the seals of a file, each over all that was written since the last one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::fsprg::{Generator, State};
use super::key::Key;
use super::object::{Bytes, Object};
use super::problem::Cause;
use crate::format::layout::{data, entry, field, header, kind, object as head, tag};

/// What seals a file, while its tags are checked from the first to the last.
pub struct Sealing<'k> {
    generator: &'k Generator,
    state: Option<State>,
    start_usec: u64,
    pub interval_usec: u64,
    /// Where the next tag's part begins, if a tag has been seen.
    covered: Option<u64>,
}

impl<'k> Sealing<'k> {
    pub fn new(key: &'k Key) -> Sealing<'k> {
        Sealing {
            generator: key.generator(),
            state: None,
            start_usec: key.start_usec(),
            interval_usec: key.interval_usec(),
            covered: None,
        }
    }

    /// When an epoch begins and when the next does: microseconds since 1970.
    pub fn epoch(&self, number: u64) -> (u64, u64) {
        let begin = self.start_usec.wrapping_add(number.wrapping_mul(self.interval_usec));
        (begin, begin.saturating_add(self.interval_usec))
    }

    /// Whether the tag at that place is what everything since the last tag, and for the first one the
    /// header, gives with the key of its epoch.
    pub fn is_right(
        &mut self,
        bytes: &Bytes<'_>,
        tag_offset: u64,
        header_size: u64,
    ) -> Result<bool, Cause> {
        let object = bytes.object(kind::TAG, tag_offset)?;
        let state = self.generator.state(object.u64(tag::EPOCH), self.state.as_ref());
        let key = self.generator.key(&state);
        self.state = Some(state);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| Cause::Invalid)?;
        let mut place = match self.covered {
            Some(place) => place,
            None => {
                put_header(&mut mac, bytes)?;
                header_size
            }
        };
        while place <= tag_offset {
            let object = bytes.object(kind::UNUSED, place)?;
            put_object(&mut mac, &object)?;
            place = object.end(place);
        }
        self.covered = Some(place);
        Ok(mac.verify_slice(object.bytes.get(tag::TAG..).unwrap_or_default()).is_ok())
    }
}

/// What never changes in a header.
fn put_header(mac: &mut Hmac<Sha256>, bytes: &Bytes<'_>) -> Result<(), Cause> {
    for (from, to) in [
        (0, header::STATE),
        (header::FILE_ID, header::TAIL_ENTRY_BOOT_ID),
        (header::SEQNUM_ID, header::ARENA_SIZE),
        (header::DATA_HASH_TABLE_OFFSET, header::TAIL_OBJECT_OFFSET),
    ] {
        mac.update(bytes.part(from as u64, (to - from) as u64)?);
    }
    Ok(())
}

/// What never changes in an object once it is written.
fn put_object(mac: &mut Hmac<Sha256>, object: &Object<'_>) -> Result<(), Cause> {
    let part = |from: usize, to: usize| object.bytes.get(from..to).unwrap_or_default();
    mac.update(part(0, head::HEAD));
    match object.kind {
        kind::DATA => {
            mac.update(part(data::HASH, data::NEXT_HASH_OFFSET));
            mac.update(object.payload());
        }
        kind::FIELD => {
            mac.update(part(field::HASH, field::NEXT_HASH_OFFSET));
            mac.update(object.payload());
        }
        kind::ENTRY => mac.update(part(entry::SEQNUM, object.bytes.len())),
        kind::DATA_HASH_TABLE | kind::FIELD_HASH_TABLE | kind::ENTRY_ARRAY => {}
        kind::TAG => mac.update(part(tag::SEQNUM, tag::TAG)),
        _ => return Err(Cause::Invalid),
    }
    Ok(())
}
