//! Mapping files that others write, and surviving that they shrink meanwhile. The only unsafe code of
//! this room.
//!
//! A read behind a mapped file's end raises SIGBUS: somebody truncated the file, or the disk failed. The
//! signal's handler ([`sigbus`]) puts pages of zeroes there and marks the mapping; the reader then finds
//! an object that does not hold together, which is reported like any other damage.
//!
//! What is read may change at any moment: a writer fills in what it appends. A slice of the mapping is
//! therefore read as bytes only, each number once ([`crate::format::layout::u64_at`] copies it), and
//! nothing in this room concludes from one read what a second one will give.

#![allow(unsafe_code)]

mod sigbus;
#[cfg(test)]
mod tests;

use std::io;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::mm::{MapFlags, ProtFlags};

/// A file's bytes, shared with whoever writes them; to be read only.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<u8>,
    mapped: usize,
    /// How much may be read: never more than is mapped.
    readable: AtomicUsize,
    slot: sigbus::Slot,
}

// SAFETY: the pages stay where they are until drop, and nothing writes to them from here.
unsafe impl Send for Mapping {}
// SAFETY: as above; what changes is atomic.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `length` bytes of that file, which may be more than it has: they can be read once it has
    /// grown, see [`set_readable`](Mapping::set_readable). At first nothing is readable.
    pub fn new(file: BorrowedFd<'_>, length: u64) -> io::Result<Mapping> {
        let mapped =
            usize::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        let mapped = mapped.checked_next_multiple_of(rustix::param::page_size());
        let mapped = mapped.ok_or(io::ErrorKind::FileTooLarge)?;
        let slot = sigbus::Slot::claim()?;
        // SAFETY: a new mapping at a place of the kernel's choice, read only: it aliases nothing of ours.
        let start = unsafe {
            rustix::mm::mmap(
                std::ptr::null_mut(),
                mapped,
                ProtFlags::READ,
                MapFlags::SHARED,
                file,
                0,
            )
        }?;
        let Some(start) = NonNull::new(start.cast::<u8>()) else {
            return Err(io::ErrorKind::OutOfMemory.into());
        };
        slot.watch(start.as_ptr().addr(), mapped);
        Ok(Mapping { start, mapped, readable: AtomicUsize::new(0), slot })
    }

    /// Lets that many bytes be read; no more than are mapped.
    pub fn set_readable(&self, length: u64) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.readable.store(length.min(self.mapped), Ordering::Release);
    }

    /// How many bytes may be read.
    pub fn readable(&self) -> u64 {
        self.readable.load(Ordering::Relaxed) as u64
    }

    /// How many bytes are mapped.
    pub fn mapped(&self) -> u64 {
        self.mapped as u64
    }

    /// Those bytes, if all of them may be read.
    #[inline]
    pub fn bytes(&self, offset: u64, length: u64) -> Option<&[u8]> {
        let end = offset.checked_add(length)?;
        if end > self.readable() {
            return None;
        }
        // Both are at most what is mapped, which fits.
        let (offset, length) = (offset as usize, length as usize);
        // SAFETY: they lie in the mapping, which is as long as `self` lives (pages of zeroes that the
        // handler of SIGBUS puts there are mapped, too). Others may write to the file meanwhile: see the
        // module's head for how that is borne.
        Some(unsafe { std::slice::from_raw_parts(self.start.as_ptr().add(offset), length) })
    }

    /// Whether a read found no file behind it: the file has been truncated, or can't be read.
    pub fn was_truncated(&self) -> bool {
        self.slot.was_hit()
    }

    /// A number that no other mapping of this process ever had.
    pub fn serial(&self) -> u64 {
        self.slot.serial()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // Before it is unmapped: somebody else's mapping may come to lie at the same place at once.
        self.slot.release();
        // SAFETY: mapped by `new`, and nothing borrows from it any more.
        let _ = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.mapped) };
    }
}
