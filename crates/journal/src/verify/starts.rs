//! Where objects begin: what a reference must hit.

use super::object::Bytes;
use crate::file::Header;
use crate::format::layout::kind;

/// Bytes of a block, for each of which one byte is kept: 8 MiB for a file of 4 GiB.
const BLOCK: u64 = 512;
/// No object begins in that block.
const NONE: u8 = u8::MAX;

/// Where objects begin, from the first to the tail.
#[derive(Debug)]
pub struct Starts<'b> {
    bytes: Bytes<'b>,
    /// The first object of each block, in eights of bytes from the block's begin.
    first: Vec<u8>,
    tail: u64,
}

impl<'b> Starts<'b> {
    /// Of a file whose objects have all been found to be sound.
    pub fn new(bytes: Bytes<'b>, header: &Header) -> Starts<'b> {
        let tail = header.tail_object_offset;
        let blocks = usize::try_from(tail.min(bytes.size()) / BLOCK).unwrap_or_default();
        let mut first = vec![NONE; blocks + 1];
        let mut place = header.header_size;
        while place <= tail {
            let Ok(object) = bytes.object(kind::UNUSED, place) else { break };
            let block = usize::try_from(place / BLOCK).unwrap_or(usize::MAX);
            if let Some(first) = first.get_mut(block).filter(|first| **first == NONE) {
                *first = (place % BLOCK / 8) as u8;
            }
            place = object.end(place);
        }
        Starts { bytes, first, tail }
    }

    /// Whether an object of that kind begins there.
    pub fn has(&self, wanted: u8, place: u64) -> bool {
        let block = place / BLOCK;
        let first = usize::try_from(block).ok().and_then(|block| self.first.get(block));
        let Some(first) = first.filter(|first| **first != NONE) else { return false };
        let mut start = block * BLOCK + u64::from(*first) * 8;
        while start < place {
            match self.bytes.object(kind::UNUSED, start) {
                Ok(object) => start = object.end(start),
                Err(_) => return false,
            }
        }
        start == place && place <= self.tail && self.bytes.object(wanted, place).is_ok()
    }
}
