//! All that a field says in a file, one after the other.

use std::ops::ControlFlow;

use super::{Damage, File, Scratch};
use crate::format::layout::data;

/// The chain of a field leads back through the file. Once so many of its objects in a row lay
/// close together, the file is copied piece by piece, which is quicker than to have its pages mapped.
const CLOSE_MIN: u32 = 32;
/// How near that is, in bytes.
const CLOSE: u64 = 8 << 10;
/// As long as that is a piece.
const PIECE: u64 = 256 << 10;
/// So much of it lies behind the object that it was read for.
const BEHIND: u64 = 4 << 10;

/// A copied piece of a file.
#[derive(Debug, Default)]
struct Piece {
    buffer: Vec<u8>,
    start: u64,
    len: usize,
}

impl Piece {
    fn load(&mut self, file: &File, at: u64) {
        let end = at.saturating_add(BEHIND);
        self.start = end.saturating_sub(PIECE);
        self.buffer.resize(PIECE as usize, 0);
        let wanted = (end - self.start) as usize;
        self.len = self.buffer.get_mut(..wanted).map_or(0, |into| file.copy(self.start, into));
    }

    #[inline]
    fn bytes(&self, offset: u64, length: u64) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        let to = from.checked_add(usize::try_from(length).ok()?)?;
        self.buffer.get(..self.len)?.get(from..to)
    }
}

impl File {
    /// Hands `tell` each data object of that field and what it says (`FIELD=value`), the newest first,
    /// until it has heard enough.
    ///
    /// # Errors
    /// The chain is damaged, or what it holds.
    pub fn each_text_of(
        &self,
        name: &[u8],
        tell: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Damage> {
        let (mut piece, mut scratch) = (Piece::default(), Scratch::default());
        let mut at = self.find_field(name)?;
        let mut close = 0;
        while at != 0 {
            if close >= CLOSE_MIN && piece.bytes(at, data::PAYLOAD as u64).is_none() {
                piece.load(self, at);
            }
            let bytes =
                |offset, length| piece.bytes(offset, length).or_else(|| self.bytes(offset, length));
            let object = self.data_in(at, bytes)?;
            let next = object.u64_at(data::NEXT_FIELD_OFFSET);
            if next >= at {
                return Err(Damage { offset: at, what: "the chain of a field leads forward" });
            }
            if tell(at, self.payload_of(&object, &mut scratch)?).is_break() {
                return Ok(());
            }
            close = if at - next < CLOSE { close + 1 } else { 0 };
            at = next;
        }
        Ok(())
    }
}
