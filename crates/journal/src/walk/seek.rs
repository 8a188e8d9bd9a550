//! Which way to go, and where to begin.

use std::cmp::Ordering;

use crate::cursor::Cursor;
use crate::id::Id128;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards newer entries.
    Forward,
    /// Towards older entries.
    Backward,
}

impl Direction {
    /// The other one.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        }
    }

    /// The first offset beyond that one.
    pub(super) fn after(self, offset: u64) -> u64 {
        match self {
            Direction::Forward => offset.saturating_add(1),
            Direction::Backward => offset.saturating_sub(1),
        }
    }

    /// How an entry compares with one that the walk has left behind.
    pub(super) fn onwards(self) -> Ordering {
        match self {
            Direction::Forward => Ordering::Greater,
            Direction::Backward => Ordering::Less,
        }
    }
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// Before the first entry.
    Head,
    /// After the last entry.
    Tail,
    /// At that time in microseconds since 1970: the next entry is the first that is not older (backward:
    /// not newer). Each file is bisected for it, as sd-journal does: in a file whose clock was set back
    /// the place is one of those that fit.
    Realtime(u64),
    /// At that time since that boot.
    Monotonic {
        /// Which boot.
        boot_id: Id128,
        /// Microseconds since then.
        usec: u64,
    },
    /// At that entry, or where it would be: the next entry is that one itself.
    Cursor(Cursor),
}
