//! What data objects say: `FIELD=value`, compressed or not.

use zstd::zstd_safe::DCtx;

use super::{Damage, File, Object, unpack};
use crate::format::flags::{
    OBJECT_COMPRESSED, OBJECT_COMPRESSED_LZ4, OBJECT_COMPRESSED_XZ, OBJECT_COMPRESSED_ZSTD,
};

/// The longest payload that is decompressed: what journald accepts at most.
pub const PAYLOAD_MAX: usize = 768 << 20;

/// Where payloads are decompressed; one for each thread, used again and again.
#[derive(Default)]
pub struct Scratch {
    buffer: Vec<u8>,
    begin: Vec<u8>,
    /// Bytes that were decompressed since the last [`begin`](Scratch::begin), in vain ones too.
    spent: usize,
    zstd: Option<DCtx<'static>>,
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").field("buffer", &self.buffer.len()).finish_non_exhaustive()
    }
}

impl Scratch {
    /// Memory that one long payload needed and the next will not.
    const KEPT: usize = 1 << 20;

    /// Forgets what was decompressed.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.buffer.clear();
        self.spent = 0;
        if self.buffer.capacity() > Self::KEPT {
            self.buffer.shrink_to(Self::KEPT);
        }
    }

    /// What was decompressed.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Forgets what was decompressed last.
    pub(crate) fn cut(&mut self, len: usize) {
        self.buffer.truncate(len);
    }

    /// The first `length` bytes of what a compressed data object says, where they can be had for much
    /// less than the whole; what was decompressed before stays.
    pub(crate) fn peek(
        &mut self,
        object: &Object<'_>,
        payload_at: usize,
        length: usize,
    ) -> Option<&[u8]> {
        let stored = object.rest(payload_at);
        self.begin.clear();
        self.begin.resize(length, 0);
        match object.flags & OBJECT_COMPRESSED {
            OBJECT_COMPRESSED_ZSTD => unpack::peek_zstd(stored, &mut self.zstd, &mut self.begin)?,
            OBJECT_COMPRESSED_LZ4 => unpack::peek_lz4(stored, &mut self.begin)?,
            OBJECT_COMPRESSED_XZ => unpack::peek_xz(stored, &mut self.begin)?,
            _ => return None,
        }
        Some(&self.begin)
    }

    /// Appends what a compressed data object says, whose payload begins at that place of it. All
    /// together is bounded: an entry may name the same long object a thousand times.
    pub(crate) fn append(&mut self, object: &Object<'_>, payload_at: usize) -> Result<(), Damage> {
        let (stored, before) = (object.rest(payload_at), self.buffer.len());
        let left = PAYLOAD_MAX.saturating_sub(self.spent);
        let done = match object.flags & OBJECT_COMPRESSED {
            OBJECT_COMPRESSED_ZSTD => unpack::zstd(stored, left, &mut self.zstd, &mut self.buffer),
            OBJECT_COMPRESSED_LZ4 => unpack::lz4(stored, left, &mut self.buffer),
            OBJECT_COMPRESSED_XZ => unpack::xz(stored, left, &mut self.buffer),
            _ => Err("the payload is compressed in more ways than one"),
        };
        self.spent = self.spent.saturating_add(self.buffer.len() - before);
        done.map_err(|what| {
            self.buffer.truncate(before);
            Damage { offset: object.offset, what }
        })
    }
}

impl File {
    /// What a data object says: `FIELD=value`, decompressed into `scratch` if need be.
    ///
    /// # Errors
    /// There is no data object that holds together, or it can't be decompressed.
    pub fn payload<'a>(
        &'a self,
        data_offset: u64,
        scratch: &'a mut Scratch,
    ) -> Result<&'a [u8], Damage> {
        let object = self.data(data_offset)?;
        self.payload_of(&object, scratch)
    }

    /// As [`payload`](File::payload), of an object that has been found already.
    ///
    /// # Errors
    /// It can't be decompressed.
    pub(crate) fn payload_of<'a>(
        &self,
        object: &Object<'a>,
        scratch: &'a mut Scratch,
    ) -> Result<&'a [u8], Damage> {
        if !object.is_compressed() {
            return Ok(object.rest(self.payload_at()));
        }
        scratch.begin();
        scratch.append(object, self.payload_at())?;
        Ok(scratch.bytes())
    }
}
