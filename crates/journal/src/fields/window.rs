//! Parts of files, copied: whoever reads most entries of a file reads it in large pieces, which takes
//! less than half the time that the kernel needs to map as much page by page.
//!
//! Only what is read next is copied, and nothing behind the last entry that is: what a writer may still be at
//! stays out of it.

use crate::file::{Damage, File, Object};
use crate::set::Position;

/// The longest part: with what is made of it, it fits into a core's own cache.
const LENGTH_MAX: u64 = 256 << 10;
/// Before an entry lie the fields that are its own.
const BEFORE: u64 = 512;
/// An entry is seldom longer.
const AFTER: u64 = 512;
/// What lies between two entries is copied too, as it takes less time than another system call.
const GAP_MAX: u64 = 6 << 10;

/// What is read next, and a copy of some of it.
#[derive(Debug, Default)]
pub(super) struct Window {
    buffer: Vec<u8>,
    /// How much of the buffer is filled.
    len: usize,
    /// Where in its file it begins.
    start: u64,
    /// Which file's; 0 is none's.
    serial: u64,
    expected: Vec<Position>,
    /// How many of these have been read.
    read: usize,
    /// How many of these the copy is for.
    copied: usize,
}

impl Window {
    /// These will be read next.
    pub fn expect(&mut self, positions: &[Position]) {
        self.expected.clear();
        self.expected.extend_from_slice(positions);
        (self.read, self.copied, self.serial) = (0, 0, 0);
    }

    /// That one is read now: whether it was expected, so that a copy may be used for it.
    #[inline]
    pub fn is_ready_for(&mut self, file: &File, at: Position) -> bool {
        let is_expected = self.expected.get(self.read) == Some(&at);
        if is_expected {
            self.read += 1;
            if self.read > self.copied {
                self.copy(file, at);
            }
        }
        is_expected
    }

    /// Copies what the next entries need: as many as lie close together.
    fn copy(&mut self, file: &File, at: Position) {
        self.serial = 0;
        let (mut start, mut end) =
            (at.offset.saturating_sub(BEFORE), at.offset.saturating_add(AFTER));
        let mut copied = self.read;
        for next in self.expected.get(self.read..).unwrap_or_default() {
            let from = start.min(next.offset.saturating_sub(BEFORE));
            let to = end.max(next.offset.saturating_add(AFTER));
            let is_near = to - from <= (end - start) + GAP_MAX;
            if next.file != at.file || !is_near || to - from > LENGTH_MAX {
                break;
            }
            (start, end) = (from, to);
            copied += 1;
        }
        self.copied = copied;
        if !file.can_copy() {
            return;
        }
        let len = (end - start) as usize;
        if self.buffer.len() < len {
            self.buffer.resize(LENGTH_MAX as usize, 0);
        }
        let Some(into) = self.buffer.get_mut(..len) else { return };
        self.len = file.copy(start, into);
        (self.start, self.serial) = (start, file.serial());
    }

    /// How that file is read: from the copy, where it has what is asked for.
    #[inline]
    pub fn view<'a>(&'a self, file: &'a File) -> View<'a> {
        let copy = match self.serial == file.serial() {
            true => self.buffer.get(..self.len).unwrap_or_default(),
            false => &[],
        };
        View { file, copy, start: self.start }
    }
}

/// A file, and a copy of a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub file: &'a File,
    copy: &'a [u8],
    start: u64,
}

impl<'a> View<'a> {
    /// Without a copy.
    pub fn plain(file: &'a File) -> View<'a> {
        View { file, copy: &[], start: 0 }
    }

    #[inline(always)]
    pub fn bytes(&self, offset: u64, length: u64) -> Option<&'a [u8]> {
        // Beyond the copy's end where it lies before its start.
        let from = usize::try_from(offset.wrapping_sub(self.start)).unwrap_or(usize::MAX);
        let length_here = usize::try_from(length).unwrap_or(usize::MAX);
        match self.copy.get(from..).and_then(|rest| rest.get(..length_here)) {
            Some(bytes) => Some(bytes),
            None => self.file.bytes(offset, length),
        }
    }

    #[inline(always)]
    pub fn object(&self, offset: u64, kind: u8) -> Result<Object<'a>, Damage> {
        self.file.object_in(offset, kind, |offset, length| self.bytes(offset, length))
    }

    #[inline(always)]
    pub fn data(&self, offset: u64) -> Result<Object<'a>, Damage> {
        self.file.data_in(offset, |offset, length| self.bytes(offset, length))
    }
}
