//! How far a walk has come in one file.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::file::{Entry, File};
use crate::filter::Filter;
use crate::id::Id128;

use super::Direction;
use super::damage::DamageLog;
use super::list::List;
use super::order::{Location, Numbered, Target, compare};
use super::recent::{LATE_USEC, Recent};
use super::source::Source;

/// What a track needs to go on.
pub(super) struct Look<'a> {
    pub file: &'a File,
    pub filter: &'a Filter,
    pub direction: Direction,
    /// Files may come and grow meanwhile, and all that they get is wanted.
    pub is_followed: bool,
    pub damage: &'a mut DamageLog,
    /// Room for offsets, kept to be used again.
    pub offsets: &'a mut Vec<u64>,
}

/// What a track's entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing: the file has not been looked at.
    Fresh,
    /// The one that this file would give next.
    Candidate,
    /// The last one that it gave.
    Taken,
    /// As Taken, and there is none beyond it.
    End,
}

/// How far a walk has come in one file.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub place: Place,
    /// Its offset is 0 where there is none.
    pub at: Numbered,
    /// Which way the walk went here last.
    direction: Option<Direction>,
    /// How many entries the file had when `source` was made.
    pub(super) n_entries: u64,
    pub(super) source: Option<Source>,
    /// Entries beyond `at`, in the walk's direction.
    pub(super) ahead: VecDeque<Entry>,
    /// The last offset that was read, damaged or not.
    pub(super) beyond: u64,
    pub(super) batch: usize,
    /// The file has got entries since the walk came to its end: they are given even where they lie
    /// before the walk's place.
    is_late: bool,
    /// The file is new since the walk began, and has not been looked at.
    pub is_new: bool,
}

impl Track {
    pub fn new(seqnum_id: Id128) -> Track {
        let entry = Entry {
            offset: 0,
            seqnum: 0,
            realtime_usec: 0,
            monotonic_usec: 0,
            boot_id: Id128::default(),
            xor_hash: 0,
        };
        Track {
            place: Place::Fresh,
            at: Numbered { entry, seqnum_id },
            direction: None,
            n_entries: 0,
            source: None,
            ahead: VecDeque::new(),
            beyond: 0,
            batch: 1,
            is_late: false,
            is_new: false,
        }
    }

    /// The file may have got entries.
    pub fn look_again(&mut self) {
        self.n_entries = u64::MAX;
    }

    /// Forgets where it is; `filter_too` if the filter is another one from now on.
    pub fn reset(&mut self, filter_too: bool) {
        let source = self.source.take().filter(|_| !filter_too);
        *self = Track { source, n_entries: self.n_entries, ..Track::new(self.at.seqnum_id) };
    }

    /// Goes to the first entry that lies beyond the walk's location; whether there is one, and whether
    /// it is another than before. (`next_beyond_location` of sd-journal.)
    pub fn settle(&mut self, look: &mut Look<'_>, location: &Location, recent: &Recent) -> Settled {
        let keeps_direction = self.direction == Some(look.direction);
        if keeps_direction && self.place == Place::End {
            if look.file.n_entries() == self.n_entries {
                return Settled { is_candidate: false, has_moved: false };
            }
            self.is_late |= look.is_followed && look.direction == Direction::Forward;
        }
        let mut has_moved = false;
        let is_candidate = if keeps_direction && self.at.entry.offset != 0 {
            self.place == Place::Candidate || {
                has_moved = true;
                self.advance(look)
            }
        } else {
            has_moved = true;
            let is_found = self.find(look, location);
            // A file that has nothing of a boot can't tell where a time of that boot would be: it is
            // asked again once another file has given an entry.
            let is_final = is_found || !location.is_of_boot_only();
            self.direction = is_final.then_some(look.direction);
            is_found
        };
        let mut settled = Settled { is_candidate, has_moved };
        // Past entries that other files have given already.
        while settled.is_candidate
            && !self.is_beyond(location, look.direction)
            && !self.is_given_late(location, look.direction, recent)
        {
            settled = Settled { is_candidate: self.advance(look), has_moved: true };
        }
        settled
    }

    fn is_beyond(&self, location: &Location, direction: Direction) -> bool {
        match location {
            Location::At(there) => compare(&self.at, there) == direction.onwards(),
            _ => true,
        }
    }

    fn is_given_late(&self, location: &Location, direction: Direction, recent: &Recent) -> bool {
        match location {
            Location::At(there) if self.is_late && direction == Direction::Forward => {
                compare(&self.at, there) == Ordering::Less && recent.is_late(&self.at.entry, there)
            }
            _ => false,
        }
    }

    /// Goes where the walk's location is in this file.
    fn find(&mut self, look: &mut Look<'_>, location: &Location) -> bool {
        self.ahead.clear();
        self.batch = 1;
        let is_new = std::mem::take(&mut self.is_new);
        let location = &match location {
            Location::Tail if look.direction == Direction::Forward => {
                if !self.is_late && !is_new {
                    return self.wait_at_end(look);
                }
                Location::Head
            }
            Location::At(at) if look.direction == Direction::Forward && is_new => {
                self.is_late = true;
                let usec = at.entry.realtime_usec.saturating_sub(LATE_USEC);
                Location::Near(Target { realtime_usec: Some(usec), ..Target::default() })
            }
            other => *other,
        };
        let seqnum_id = self.at.seqnum_id;
        let direction = look.direction;
        let found = self
            .source(look)
            .and_then(|source| source.locate(look.file, seqnum_id, location, direction));
        let Some(offset) = found else {
            self.place = Place::End;
            if look.is_followed
                && matches!((location, direction), (Location::At(_), Direction::Forward))
            {
                // Whatever comes now is new, wherever it lies.
                self.wait(look.file);
            }
            return false;
        };
        self.beyond = offset;
        match look.file.entry(offset) {
            Ok(entry) => {
                self.at.entry = entry;
                self.place = Place::Candidate;
                true
            }
            Err(damage) => {
                look.damage.add(look.file, damage);
                self.advance(look)
            }
        }
    }

    /// Behind the last entry that there is now, for those that are to come.
    fn wait_at_end(&mut self, look: &mut Look<'_>) -> bool {
        self.n_entries = look.file.n_entries();
        self.wait(look.file);
        false
    }

    /// Behind the last entry that there was when the file was looked at last.
    pub fn wait(&mut self, file: &File) {
        let mut all = List::new(file.entries().detach());
        self.beyond = all.last_of(file, self.n_entries).unwrap_or_default();
        self.at.entry.offset = self.beyond;
        self.ahead.clear();
        self.place = Place::End;
        self.direction = Some(Direction::Forward);
        self.is_late = true;
    }
}

/// What [`Track::settle`] came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    /// The track's entry is the one that its file gives next.
    pub is_candidate: bool,
    /// The track's entry is another than before, or none now.
    pub has_moved: bool,
}
