//! Which of two entries comes first, as sd-journal has it.
//!
//! Numbers of the same sequence decide; else the time since boot, within the same boot; else the clock;
//! and at last the contents. This order is not transitive once a clock was set back: then it
//! matters in which order files are asked, and [`super`] asks them as sd-journal does.

use std::cmp::Ordering;

use crate::cursor::Cursor;
use crate::file::Entry;
use crate::id::Id128;

/// An entry with the sequence that its number is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbered {
    pub entry: Entry,
    pub seqnum_id: Id128,
}

/// Which comes first; Equal for the same entry in two files.
pub(super) fn compare(a: &Numbered, b: &Numbered) -> Ordering {
    let is_same_sequence = a.seqnum_id == b.seqnum_id;
    let (a, b) = (&a.entry, &b.entry);
    let by_seqnum = if is_same_sequence { a.seqnum.cmp(&b.seqnum) } else { Ordering::Equal };
    let by_boot = || {
        if a.boot_id == b.boot_id {
            a.monotonic_usec.cmp(&b.monotonic_usec)
        } else {
            Ordering::Equal
        }
    };
    by_seqnum
        .then_with(by_boot)
        .then_with(|| a.realtime_usec.cmp(&b.realtime_usec))
        .then_with(|| a.xor_hash.cmp(&b.xor_hash))
}

/// Where a walk is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Location {
    /// Before all entries.
    Head,
    /// After all entries.
    Tail,
    /// Where these would be.
    Near(Target),
    /// On that entry.
    At(Numbered),
}

impl Location {
    /// Whether only files that have entries of a boot can tell where it is.
    pub fn is_of_boot_only(&self) -> bool {
        matches!(self, Location::Near(Target { monotonic: Some(_), realtime_usec: None, .. }))
    }
}

/// What is known of a place that is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Target {
    pub seqnum: Option<(Id128, u64)>,
    pub monotonic: Option<(Id128, u64)>,
    pub realtime_usec: Option<u64>,
}

impl From<Cursor> for Target {
    fn from(cursor: Cursor) -> Target {
        Target {
            seqnum: cursor.seqnum_id.zip(cursor.seqnum),
            monotonic: cursor.boot_id.zip(cursor.monotonic_usec),
            realtime_usec: cursor.realtime_usec,
        }
    }
}

impl From<&Numbered> for Target {
    fn from(at: &Numbered) -> Target {
        Cursor::of(&at.entry, at.seqnum_id).into()
    }
}
