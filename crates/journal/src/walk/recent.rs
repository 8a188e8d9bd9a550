//! What was given lately, so that nothing is given twice when files are written late.

use crate::file::Entry;

use super::order::Numbered;

/// The identities of the last entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    ring: Vec<u64>,
    next: usize,
}

/// How many entries are remembered.
const REMEMBERED: usize = 1 << 14;

/// How much older than the newest given entry a late one may be: five minutes. When journald moves what
/// it wrote in /run to /var, old entries come up in another file and must not be told again.
pub(super) const LATE_USEC: u64 = 5 * 60 * 1_000_000;

impl Recent {
    pub fn add(&mut self, entry: &Entry) {
        let identity = identity(entry);
        match self.ring.get_mut(self.next) {
            Some(slot) => *slot = identity,
            None => self.ring.push(identity),
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    /// Whether an entry that lies before the walk's place has not been given yet, but was written
    /// since: another program, or journald itself in another file, was a little slower.
    pub fn is_late(&self, entry: &Entry, place: &Numbered) -> bool {
        entry.realtime_usec.saturating_add(LATE_USEC) >= place.entry.realtime_usec
            && !self.ring.contains(&identity(entry))
    }
}

/// The same for copies of an entry in other files, where its number may differ.
fn identity(entry: &Entry) -> u64 {
    let boot = entry.boot_id.0.first_chunk().map_or(0, |half| u64::from_le_bytes(*half));
    entry.xor_hash
        ^ entry.realtime_usec.rotate_left(13)
        ^ entry.monotonic_usec.rotate_left(37)
        ^ boot.rotate_left(5)
}
