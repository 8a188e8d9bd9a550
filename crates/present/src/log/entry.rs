//! What is rendered.

use super::bytes::{push_hex, push_id};

/// A field of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its place in the list of [`super::Renderer::wants`] (which the reader may have made
    /// longer), or [`Field::UNLISTED`]: then it is known by its name.
    pub index: u16,
    /// What stands before the first `=`.
    pub name: &'a [u8],
    /// What stands behind it.
    pub value: &'a [u8],
    /// Fields of one id are the same bytes, as long as the renderer lives: what was rendered of
    /// them may be kept. 0 if nothing is known of it.
    pub id: u64,
}

impl Field<'_> {
    /// [`Field::index`] of a field that is not in the list, or if there is none.
    pub const UNLISTED: u16 = u16::MAX;
}

/// One entry of a log.
///
/// Of a source that is no journal, what a journal's entry would have besides is 0, and the
/// monotonic time [`u64::MAX`].
pub trait Entry {
    /// Microseconds since 1970 when it was received.
    fn realtime_usec(&self) -> u64;
    /// Microseconds since that boot; [`u64::MAX`] if it is not known.
    fn monotonic_usec(&self) -> u64;
    /// Of the boot that it is from.
    fn boot_id(&self) -> [u8; 16];
    /// Its number in the sequence of [`Entry::seqnum_id`].
    fn seqnum(&self) -> u64;
    /// The writer's.
    fn seqnum_id(&self) -> [u8; 16];
    /// Of its fields.
    fn xor_hash(&self) -> u64;
    /// In the order of the entry. Must give the same fields each time.
    fn fields(&self) -> impl Iterator<Item = Field<'_>>;

    /// Whether it knows when in a boot it was, and in which one: exports and JSON have that then.
    fn knows_boot(&self) -> bool {
        self.monotonic_usec() != u64::MAX || self.boot_id() != [0; 16]
    }

    /// Appends what finds this entry again: as `__CURSOR` has it.
    fn write_cursor(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"s=");
        push_id(self.seqnum_id(), out);
        out.extend_from_slice(b";i=");
        push_hex(self.seqnum(), out);
        out.extend_from_slice(b";b=");
        push_id(self.boot_id(), out);
        out.extend_from_slice(b";m=");
        push_hex(self.monotonic_usec(), out);
        out.extend_from_slice(b";t=");
        push_hex(self.realtime_usec(), out);
        out.extend_from_slice(b";x=");
        push_hex(self.xor_hash(), out);
    }
}
