//! How rows are written down: a constructor, what it may be followed by, and the words that many
//! rows need.

use crate::table::{Default, Directive, Kind, Merge, Status};

/// The D-Bus property has the directive's name.
pub(super) const SAME: &str = "=";
/// There is no D-Bus property.
pub(super) const NO_BUS: &str = "";
/// No, unless it is set.
pub(super) const NO: Default = Default::Is("no");
/// Yes, unless it is set.
pub(super) const YES: Default = Default::Is("yes");
/// Nothing, unless it is set.
pub(super) const NONE: Default = Default::None;

/// No limit, unless it is set.
pub(super) const INFINITY: Default = Default::Is("infinity");
/// What a number may be where the man pages name no bounds: what 32 bits without a sign hold.
pub(super) const UNSIGNED: Kind = Kind::Integer(0, u32::MAX as i64);
/// The same with a sign.
pub(super) const SIGNED: Kind = Kind::Integer(i32::MIN as i64, i32::MAX as i64);

pub(super) use Default::{Computed, Is, Manager};

/// A row of a directive in use, of which the last assignment holds: name, value, default, version,
/// D-Bus property, documentation.
pub(super) const fn row(
    name: &'static str,
    kind: Kind,
    default: Default,
    since: u16,
    bus: &'static str,
    doc: &'static str,
) -> Directive {
    let bus = if matches!(bus.as_bytes(), b"=") { name } else { bus };
    Directive {
        name,
        kind,
        merge: Merge::Last,
        default,
        since,
        status: Status::Current,
        fatal: false,
        bus,
        doc,
    }
}

/// A boolean that is off unless it is set, with a D-Bus property of the same name.
pub(super) const fn off(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, Kind::Bool, NO, since, SAME, doc)
}

/// The same, on unless it is set to no.
pub(super) const fn on(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, Kind::Bool, YES, since, SAME, doc)
}

/// Another name of `target`, a row of the same shape.
pub(super) const fn alias(name: &'static str, target: &Directive) -> Directive {
    Directive { name, status: Status::AliasOf(target.name), ..*target }
}

/// A directive that is read and ignored; what to use in its place.
pub(super) const fn obsolete(
    name: &'static str,
    instead: &'static str,
    doc: &'static str,
) -> Directive {
    row(name, Kind::Anything, Default::None, 0, NO_BUS, doc).status(Status::Obsolete(instead))
}

impl Directive {
    /// Assignments add up.
    pub(super) const fn append(mut self) -> Directive {
        self.merge = Merge::Append;
        self
    }

    /// Assignments add up, together with those of all directives of this list.
    pub(super) const fn list(mut self, name: &'static str) -> Directive {
        self.merge = Merge::AppendTo(name);
        self
    }

    /// Assignments add up, and an empty one does nothing.
    pub(super) const fn keep(mut self) -> Directive {
        self.merge = Merge::Keep;
        self
    }

    /// A value that is wrong is not merely ignored: the unit is refused.
    pub(super) const fn fatal(mut self) -> Directive {
        self.fatal = true;
        self
    }

    /// What became of it.
    pub(super) const fn status(mut self, status: Status) -> Directive {
        self.status = status;
        self
    }
}

/// The rows of several slices in one array.
pub(super) const fn join<const N: usize>(parts: &[&[Directive]]) -> [Directive; N] {
    let mut rows = [row("", Kind::Anything, Default::None, 0, "", ""); N];
    let (mut to, mut part) = (0, 0);
    #[allow(clippy::indexing_slicing)] // at compile time: out of bounds does not compile
    while part < parts.len() {
        let mut from = 0;
        while from < parts[part].len() {
            rows[to] = parts[part][from];
            to += 1;
            from += 1;
        }
        part += 1;
    }
    rows
}

/// Finds rows by name: a hash table, filled at compile time. Every line of every unit file asks
/// several groups, so a miss has to be as cheap as a hit.
pub(super) struct Index {
    slots: [u8; Index::SLOTS],
}

impl Index {
    /// Twice as many as the largest group needs, so that searches are short.
    const SLOTS: usize = 512;
    const FREE: u8 = u8::MAX;

    /// The index of these rows; at compile time only.
    #[allow(clippy::indexing_slicing)] // at compile time: out of bounds does not compile
    pub(super) const fn of(rows: &[Directive]) -> Index {
        assert!(rows.len() < Index::FREE as usize, "a row's number is a u8");
        let mut slots = [Index::FREE; Index::SLOTS];
        let mut row = 0;
        while row < rows.len() {
            let mut slot = Index::slot(rows[row].name.as_bytes());
            while slots[slot] != Index::FREE {
                slot = (slot + 1) % Index::SLOTS;
            }
            slots[slot] = row as u8;
            row += 1;
        }
        Index { slots }
    }

    /// The number of the row of that name.
    pub(super) fn find(&self, rows: &[Directive], name: &str) -> Option<u8> {
        let mut slot = Index::slot(name.as_bytes());
        loop {
            let row = *self.slots.get(slot)?;
            // A free slot's number is beyond all rows.
            if rows.get(usize::from(row))?.name == name {
                return Some(row);
            }
            slot = (slot + 1) % Index::SLOTS;
        }
    }

    /// Where the search for a name begins: length, start, middle and end tell directives apart well
    /// enough, however long a foreign name is.
    const fn slot(name: &[u8]) -> usize {
        let length = name.len();
        if length < 4 {
            return length;
        }
        #[allow(clippy::indexing_slicing)] // there are four bytes at least
        let bytes = [
            name[0],
            name[length / 4],
            name[length / 2],
            name[length / 2 + 1],
            name[length * 3 / 4],
            name[length - 2],
            name[length - 1],
        ];
        let mut hash = length as u32;
        let mut at = 0;
        #[allow(clippy::indexing_slicing)] // at < bytes.len()
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
            at += 1;
        }
        (hash ^ (hash >> 15)) as usize % Index::SLOTS
    }
}
