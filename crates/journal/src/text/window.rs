//! The part of a file that is being looked at.

use std::path::Path;

use super::store::Store;
use super::{RECORD_BYTES_MAX, Trouble};

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// And at once from an archive against its order, which starts anew each time.
const STREAM_CHUNK_BYTES: usize = 8 << 20;

/// What was read behind a border stays up to that much when reading goes on in front of it.
const KEPT_BYTES: usize = 64 << 10;

/// And for a look at one line.
pub const PROBE_BYTES: usize = 8 << 10;

/// Reads a file through a buffer that slides both ways.
#[derive(Debug)]
pub struct Window {
    store: Store,
    base: u64,
    /// What was read, and behind `filled` what is left of before: never cleared, for that would cost as
    /// much as reading.
    bytes: Vec<u8>,
    filled: usize,
    /// Whether the last read met the end. It holds until [`Window::refresh`].
    has_end: bool,
    /// What must stay while reading on, at most [`RECORD_BYTES_MAX`] bytes.
    pin: Option<u64>,
    /// The pinned bytes, once the buffer slid on.
    pinned: Vec<u8>,
    chunk: usize,
}

impl Window {
    /// At no place yet.
    pub fn new(store: Store) -> Window {
        let (bytes, pinned) = (Vec::new(), Vec::new());
        Window {
            store,
            base: 0,
            bytes,
            filled: 0,
            has_end: false,
            pin: None,
            pinned,
            chunk: CHUNK_BYTES,
        }
    }

    /// The file.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What was found damaged since the last call.
    pub fn take_damage(&mut self, path: &Path) -> Option<Trouble> {
        self.store.take_damage(path)
    }

    /// Reads little at once: for looks here and there. Returns whether it did before.
    pub fn set_probing(&mut self, is_probing: bool) -> bool {
        let was = self.chunk == PROBE_BYTES;
        self.chunk = if is_probing { PROBE_BYTES } else { CHUNK_BYTES };
        was
    }

    /// Whether the buffer reaches to the end of the file.
    pub fn has_end(&self) -> bool {
        self.has_end
    }

    /// Forgets what was read: the file may have changed.
    pub fn refresh(&mut self) {
        self.has_end = false;
        self.filled = 0;
        self.pin = None;
    }

    /// What the buffer holds.
    fn held(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Where the buffer ends.
    fn end(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Makes room for so many bytes in all.
    fn reserve(&mut self, bytes: usize) {
        if self.bytes.len() < bytes {
            self.bytes.resize(bytes, 0);
        }
    }

    /// Lets go of so many bytes at the start.
    fn drop_start(&mut self, bytes: usize) {
        let bytes = bytes.min(self.filled);
        self.bytes.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
        self.base += bytes as u64;
    }

    /// Bytes from `offset` on: at least `least` of them, or up to the end.
    pub fn from(&mut self, offset: u64, least: usize) -> &[u8] {
        let end = self.end();
        let is_inside = self.base <= offset && offset <= end;
        if !is_inside || (!self.has_end && end - offset < least as u64) {
            self.slide(offset, least, is_inside);
        }
        let from = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.held().get(from..).unwrap_or_default()
    }

    /// Makes `offset` and what follows part of the buffer, and keeps what is pinned.
    fn slide(&mut self, offset: u64, least: usize, is_inside: bool) {
        let pin = self.pin.filter(|pin| is_inside && *pin >= self.base);
        let keep = pin.unwrap_or(offset).min(offset);
        if is_inside {
            self.drop_start(usize::try_from(keep - self.base).unwrap_or(usize::MAX));
        } else {
            (self.base, self.filled, self.has_end, self.pin) = (offset, 0, false, None);
        }
        if self.filled > RECORD_BYTES_MAX && self.pin == Some(keep) {
            let mut pinned = std::mem::take(&mut self.pinned);
            pinned.clear();
            pinned.extend_from_slice(self.held().get(..RECORD_BYTES_MAX).unwrap_or_default());
            self.pinned = pinned;
            self.drop_start(usize::try_from(offset - keep).unwrap_or(usize::MAX));
        }
        let wanted = self.chunk.max(least);
        self.reserve(self.filled + wanted);
        let (at, held) = (self.end(), self.filled);
        let target = self.bytes.get_mut(held..held + wanted).unwrap_or_default();
        let length = self.store.read_at(target, at);
        self.has_end = length < wanted;
        self.filled = held + length;
    }

    /// Bytes in front of `end`, at least one if there is one; where they start is [`Window::base`].
    pub fn before(&mut self, end: u64) -> &[u8] {
        if self.base < end && end <= self.end() {
            let length = usize::try_from(end - self.base).unwrap_or(usize::MAX);
            return self.held().get(..length).unwrap_or_default();
        }
        let chunk = if self.store.is_random() { self.chunk } else { STREAM_CHUNK_BYTES };
        let start = end.saturating_sub(chunk as u64);
        let length = usize::try_from(end - start).unwrap_or(0);
        // The line that crosses the border has its end in what was there before.
        let kept = if self.base == end { self.filled.min(KEPT_BYTES) } else { 0 };
        self.reserve(length + kept);
        self.bytes.copy_within(..kept, length);
        (self.base, self.pin, self.has_end) = (start, None, false);
        let read = self.store.read_at(self.bytes.get_mut(..length).unwrap_or_default(), start);
        // Less if it was cut meanwhile.
        self.filled = if read < length { read } else { length + kept };
        self.bytes.get(..read).unwrap_or_default()
    }

    /// Forgets the buffer, so that [`Window::before`] reads a whole one.
    pub fn let_go(&mut self) {
        self.filled = 0;
        self.has_end = false;
    }

    /// Where the buffer starts.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// Keeps what follows `offset` until another pin is set: as long as reading only goes on.
    pub fn pin(&mut self, offset: u64) {
        self.pin = Some(offset);
        self.pinned.clear();
    }

    /// Bytes of one record, wherever they are: in the buffer, pinned or only in the file.
    pub fn record(&mut self, start: u64, length: usize) -> &[u8] {
        let is_inside =
            |window: &Window| window.base <= start && start + length as u64 <= window.end();
        if !is_inside(self) {
            if self.pin != Some(start) || self.pinned.len() < length {
                self.pin = Some(start);
                self.pinned.resize(length, 0);
                let read = self.store.read_at(&mut self.pinned, start);
                self.pinned.truncate(read);
            }
            return self.pinned.get(..length.min(self.pinned.len())).unwrap_or_default();
        }
        let from = usize::try_from(start - self.base).unwrap_or(usize::MAX);
        self.held().get(from..).and_then(|bytes| bytes.get(..length)).unwrap_or_default()
    }
}
