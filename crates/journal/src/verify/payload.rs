//! The hash of a payload, and what the three compressions say to data that is broken.
//!
//! Unlike the reading of a payload ([`crate::file::File::payload`]), hashing one does not need all of
//! it in memory: where the hash can be computed piecewise, it is.

use std::hash::Hasher as _;
use std::io::Read;

use siphasher::sip::SipHasher24;
use zstd::zstd_safe::{DCtx, ResetDirective, get_frame_content_size};

use super::problem::Cause;
use crate::file::{Header, PAYLOAD_MAX, XZ_MEMORY_KIB};
use crate::format::flags;
use crate::format::hash;
use crate::id::Id128;

/// Bytes of a payload that are hashed at once.
const PIECE: usize = 1 << 20;

/// How a file's payloads are hashed, with room to decompress them.
pub struct Hasher {
    key: Option<Id128>,
    room: Vec<u8>,
    zstd: Option<DCtx<'static>>,
}

impl Hasher {
    pub fn new(header: &Header) -> Hasher {
        let key = header.is_keyed_hash().then_some(header.file_id);
        Hasher { key, room: Vec::new(), zstd: None }
    }

    /// The hash of what is in there; on failure the name of the compression, if it is one.
    #[inline]
    pub fn hash(
        &mut self,
        payload: &[u8],
        object_flags: u8,
    ) -> Result<u64, (Cause, Option<&'static str>)> {
        match object_flags & flags::OBJECT_COMPRESSED {
            0 => Ok(plain(self.key, payload)),
            flags::OBJECT_COMPRESSED_XZ => self.xz(payload).map_err(|cause| (cause, Some("XZ"))),
            flags::OBJECT_COMPRESSED_LZ4 => self.lz4(payload).map_err(|cause| (cause, Some("LZ4"))),
            flags::OBJECT_COMPRESSED_ZSTD => {
                self.zstd(payload).map_err(|cause| (cause, Some("ZSTD")))
            }
            _ => Err((Cause::BadMessage, None)),
        }
    }

    fn xz(&mut self, payload: &[u8]) -> Result<u64, Cause> {
        let reader = lzma_rust2::XzReader::new_mem_limit(payload, false, XZ_MEMORY_KIB);
        pieces(self.key, &mut self.room, reader, Cause::NoMemory).map(|(hash, _)| hash)
    }

    fn lz4(&mut self, payload: &[u8]) -> Result<u64, Cause> {
        let (size, block) = payload.split_first_chunk::<8>().ok_or(Cause::BadMessage)?;
        if block.is_empty() {
            return Err(Cause::BadMessage);
        }
        let size = u64::from_le_bytes(*size);
        let size = i32::try_from(size).ok().and_then(|size| usize::try_from(size).ok());
        let size = size.ok_or(Cause::TooLarge)?;
        // A byte of a block makes no more than 255: what is claimed beyond that is not allocated.
        if size > block.len().saturating_mul(255) || size > PAYLOAD_MAX {
            return Err(Cause::BadMessage);
        }
        self.room.clear();
        self.room.try_reserve_exact(size).map_err(|_| Cause::NoMemory)?;
        self.room.resize(size, 0);
        let done = lz4_flex::block::decompress_into(block, &mut self.room);
        let hash = plain(self.key, &self.room);
        forget(&mut self.room);
        if done.is_ok_and(|length| length == size) { Ok(hash) } else { Err(Cause::BadMessage) }
    }

    fn zstd(&mut self, payload: &[u8]) -> Result<u64, Cause> {
        let claimed = get_frame_content_size(payload).ok().flatten().ok_or(Cause::BadMessage)?;
        let context = self.zstd.get_or_insert_with(DCtx::create);
        context.reset(ResetDirective::SessionOnly).map_err(|_| Cause::BadMessage)?;
        let reader = zstd::stream::read::Decoder::with_context(payload, context).single_frame();
        let (hash, length) = pieces(self.key, &mut self.room, reader, Cause::BadMessage)?;
        if length == claimed { Ok(hash) } else { Err(Cause::BadMessage) }
    }
}

fn plain(key: Option<Id128>, payload: &[u8]) -> u64 {
    match key {
        Some(key) => hash::keyed(key, payload),
        None => hash::jenkins(payload),
    }
}

/// The hash of all that comes out there, and how much it was. `broken` is the cause if it breaks off.
fn pieces(
    key: Option<Id128>,
    room: &mut Vec<u8>,
    mut reader: impl Read,
    broken: Cause,
) -> Result<(u64, u64), Cause> {
    let mut hasher = key.map(|key| SipHasher24::new_with_key(&key.0));
    let mut length = 0_u64;
    room.clear();
    loop {
        let limit = (room.len() + PIECE) as u64;
        let got = reader.by_ref().take(limit).read_to_end(room).map_err(|_| broken)?;
        length += got as u64;
        if length > PAYLOAD_MAX as u64 {
            return Err(broken);
        }
        let ends = (got as u64) < limit;
        if let Some(hasher) = &mut hasher {
            hasher.write(room);
            room.clear();
        }
        if ends {
            break;
        }
    }
    // The unkeyed hash begins with the length: only what is there as a whole can be hashed.
    let hash = hasher.map_or_else(|| hash::jenkins(room), |hasher| hasher.finish());
    forget(room);
    Ok((hash, length))
}

/// One large payload shall not keep its memory to the end.
fn forget(room: &mut Vec<u8>) {
    room.clear();
    room.shrink_to(2 * PIECE);
}
