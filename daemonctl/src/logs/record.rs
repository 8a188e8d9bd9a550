//! Entries of all kinds of sources, as the renderers want to see them.

use journal::fields::Record;
use journal::set::{Position, Set};
use present::log::{Entry, Field};

/// Microseconds since boot of what does not tell them.
pub const NO_MONOTONIC: u64 = u64::MAX;

/// An entry of a journal file.
pub struct JournalEntry<'r> {
    /// What it says.
    pub record: &'r Record<'r>,
    /// Where it is from.
    pub set: &'r Set,
    /// Where it lies.
    pub at: Position,
}

impl JournalEntry<'_> {
    /// The value of a field: of several the first.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.record.fields().find(|field| field.name == name).map(|field| field.value)
    }
}

impl Entry for JournalEntry<'_> {
    fn realtime_usec(&self) -> u64 {
        self.record.entry.realtime_usec
    }
    fn monotonic_usec(&self) -> u64 {
        self.record.entry.monotonic_usec
    }
    fn boot_id(&self) -> [u8; 16] {
        self.record.entry.boot_id.0
    }
    fn seqnum(&self) -> u64 {
        self.record.entry.seqnum
    }
    fn seqnum_id(&self) -> [u8; 16] {
        self.set.seqnum_id(self.at.file).0
    }
    fn xor_hash(&self) -> u64 {
        self.record.entry.xor_hash
    }
    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.record.fields().map(|field| Field {
            index: field.index,
            name: field.name,
            value: field.value,
            id: field.id,
        })
    }
}

/// A record of a text source, which has moved on since.
#[derive(Debug, Clone)]
pub struct TextEntry {
    /// Microseconds since 1970.
    pub realtime_usec: u64,
    /// Microseconds since boot, or [`NO_MONOTONIC`].
    pub monotonic_usec: u64,
    /// Of the boot, where it is known.
    pub boot_id: Option<journal::Id128>,
    /// Which of the sources it is of.
    pub source: usize,
    /// Where it stands.
    pub place: journal::text::Place,
    /// Names and values, one after the other.
    bytes: Vec<u8>,
    /// Lengths of name and value of each field.
    lengths: Vec<(usize, usize)>,
}

impl TextEntry {
    /// A copy of what a source shows. `used` is one that is not needed any more.
    pub fn of(
        record: &journal::text::Record<'_>,
        source: usize,
        used: Option<TextEntry>,
    ) -> TextEntry {
        let used = used.map(|used| (used.bytes, used.lengths));
        let (mut bytes, mut lengths) =
            used.unwrap_or_else(|| (Vec::with_capacity(256), Vec::with_capacity(8)));
        bytes.clear();
        lengths.clear();
        for field in record.fields() {
            bytes.extend_from_slice(field.name);
            bytes.extend_from_slice(field.value);
            lengths.push((field.name.len(), field.value.len()));
        }
        TextEntry {
            realtime_usec: record.realtime_usec,
            monotonic_usec: record.monotonic_usec.unwrap_or(NO_MONOTONIC),
            boot_id: record.boot_id,
            source,
            place: record.place,
            bytes,
            lengths,
        }
    }

    /// Whether it is worth keeping for another: not after a line as long as a book.
    pub fn is_small(&self) -> bool {
        self.bytes.capacity() <= 4096
    }

    /// Its names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.lengths.iter().map(move |&(name, value)| {
            let (name, behind) = rest.split_at_checked(name).unwrap_or_default();
            let (value, behind) = behind.split_at_checked(value).unwrap_or_default();
            rest = behind;
            (name, value)
        })
    }

    /// The value of one field.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.pairs().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl Entry for TextEntry {
    fn realtime_usec(&self) -> u64 {
        self.realtime_usec
    }
    fn monotonic_usec(&self) -> u64 {
        self.monotonic_usec
    }
    fn boot_id(&self) -> [u8; 16] {
        self.boot_id.unwrap_or_default().0
    }
    fn seqnum(&self) -> u64 {
        0
    }
    fn seqnum_id(&self) -> [u8; 16] {
        [0; 16]
    }
    fn xor_hash(&self) -> u64 {
        0
    }
    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.pairs().map(|(name, value)| Field { index: Field::UNLISTED, name, value, id: 0 })
    }
    fn write_cursor(&self, out: &mut Vec<u8>) {
        use std::io::Write as _;
        let place = &self.place;
        let _ = write!(
            out,
            "d={:x};n={:x};o={:x};t={:x}",
            place.device, place.inode, place.offset, self.realtime_usec
        );
    }
}
