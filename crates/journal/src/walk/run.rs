//! Runs: many entries of one file that come before all others need no comparing file by file.

use std::collections::{BTreeSet, HashMap};

use crate::file::{Entry, File};
use crate::format::layout::header;
use crate::id::Id128;

use super::Direction;
use super::order::Numbered;
use super::tournament::Tournament;
use super::track::{Place, Track};

/// Turns keys around for a walk backward, so that the least always comes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flip(u64);

impl From<Direction> for Flip {
    fn from(direction: Direction) -> Flip {
        Flip(match direction {
            Direction::Forward => 0,
            Direction::Backward => u64::MAX,
        })
    }
}

/// What keeps an entry of one file before the candidates of all others, whichever way it is compared
/// with them: its number stays below theirs where the sequence is the same; elsewhere its time since
/// boot where the boot is the same, and its time where neither is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    seqnum: u64,
    /// For entries of this boot only.
    boot_id: Id128,
    monotonic: u64,
    realtime: u64,
    /// All other candidates are of the same sequence: nothing but the number decides.
    is_one_sequence: bool,
}

impl Bounds {
    fn none(boot_id: Id128) -> Bounds {
        Bounds {
            seqnum: u64::MAX,
            boot_id,
            monotonic: u64::MAX,
            realtime: u64::MAX,
            is_one_sequence: true,
        }
    }

    /// Those that the candidates of all tracks but `but` set.
    pub fn of(tracks: &[Track], but: u32, at: &Numbered, flip: Flip) -> Bounds {
        let mut bounds = Bounds::none(at.entry.boot_id);
        for (index, track) in (0..).zip(tracks) {
            if index == but || track.place != Place::Candidate {
                continue;
            }
            let entry = &track.at.entry;
            if track.at.seqnum_id == at.seqnum_id {
                bounds.seqnum = bounds.seqnum.min(entry.seqnum ^ flip.0);
                continue;
            }
            bounds.is_one_sequence = false;
            if entry.boot_id == at.entry.boot_id {
                bounds.monotonic = bounds.monotonic.min(entry.monotonic_usec ^ flip.0);
            } else {
                bounds.realtime = bounds.realtime.min(entry.realtime_usec ^ flip.0);
            }
        }
        bounds
    }

    /// Whether that file's entries all come before the others' candidates: its last number tells, where
    /// numbers are all that decides.
    pub fn allow_all_of(&self, file: &File, direction: Direction) -> bool {
        let end = match direction {
            Direction::Forward => file.header_u64(header::TAIL_ENTRY_SEQNUM),
            Direction::Backward => file.header_u64(header::HEAD_ENTRY_SEQNUM),
        };
        self.is_one_sequence && (end ^ Flip::from(direction).0) < self.seqnum
    }

    /// Whether the bounds tell anything about entries of that boot.
    #[inline]
    pub fn are_for(&self, entry: &Entry) -> bool {
        self.is_one_sequence || self.boot_id == entry.boot_id
    }

    /// Whether that entry comes before all the others' candidates, without any doubt.
    #[inline]
    pub fn allow(&self, entry: &Entry, flip: Flip) -> bool {
        (entry.seqnum ^ flip.0) < self.seqnum
            && (self.is_one_sequence
                || ((entry.monotonic_usec ^ flip.0) < self.monotonic
                    && (entry.realtime_usec ^ flip.0) < self.realtime))
    }
}

/// The candidates of many files, by each key that may decide: so that the first is found without
/// asking every file. Where the keys contradict each other it doesn't decide.
#[derive(Clone, Debug)]
pub(super) struct Standings {
    flip: Flip,
    /// By number, one for each sequence. Where there is a single sequence nothing else is needed.
    by_seqnum: Vec<Tournament>,
    /// By time since boot.
    by_boot: HashMap<Id128, BTreeSet<(u64, u32)>>,
    by_time: Tournament,
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    sequence: usize,
    /// In the sequence's tournament.
    slot: u32,
    /// Where it stands in `by_boot`.
    boot: Option<(Id128, u64)>,
}

impl Standings {
    pub fn new(tracks: &[Track], direction: Direction) -> Standings {
        let mut sequences: HashMap<Id128, (usize, u32)> = HashMap::new();
        let mut slots = Vec::with_capacity(tracks.len());
        for track in tracks {
            let new = sequences.len();
            let (sequence, count) = sequences.entry(track.at.seqnum_id).or_insert((new, 0));
            slots.push(Slot { sequence: *sequence, slot: *count, boot: None });
            *count += 1;
        }
        let mut by_seqnum = vec![Tournament::default(); sequences.len()];
        for (sequence, count) in sequences.into_values() {
            if let Some(tournament) = by_seqnum.get_mut(sequence) {
                *tournament = Tournament::new(count as usize);
            }
        }
        let mut standings = Standings {
            flip: direction.into(),
            by_seqnum,
            by_boot: HashMap::new(),
            by_time: Tournament::new(tracks.len()),
            slots,
        };
        for (index, track) in (0..).zip(tracks) {
            standings.update(index, track);
        }
        standings
    }

    fn is_one_sequence(&self) -> bool {
        self.by_seqnum.len() == 1
    }

    /// A track's candidate is another one, or there is none any more.
    pub fn update(&mut self, index: u32, track: &Track) {
        let is_one_sequence = self.is_one_sequence();
        let candidate = (track.place == Place::Candidate).then_some(&track.at.entry);
        let Some(slot) = self.slots.get_mut(index as usize) else { return };
        let Some(tournament) = self.by_seqnum.get_mut(slot.sequence) else { return };
        match candidate {
            Some(entry) => tournament.set(slot.slot, entry.seqnum ^ self.flip.0),
            None => tournament.clear(slot.slot),
        }
        if is_one_sequence {
            return;
        }
        if let Some((boot_id, key)) = slot.boot.take()
            && let Some(boot) = self.by_boot.get_mut(&boot_id)
        {
            boot.remove(&(key, index));
        }
        match candidate {
            Some(entry) => {
                let key = entry.monotonic_usec ^ self.flip.0;
                slot.boot = Some((entry.boot_id, key));
                self.by_boot.entry(entry.boot_id).or_default().insert((key, index));
                self.by_time.set(index, entry.realtime_usec ^ self.flip.0);
            }
            None => self.by_time.clear(index),
        }
    }

    /// The track whose candidate comes first, with what bounds it; None where it is in doubt.
    pub fn first(&self, tracks: &[Track]) -> Option<(u32, Bounds)> {
        let index = if self.is_one_sequence() {
            // A track's slot is its index here.
            self.by_seqnum.first()?.least()?
        } else {
            self.by_time.least()?
        };
        let entry = &tracks.get(index as usize)?.at.entry;
        let bounds = self.bounds(index, entry)?;
        bounds.allow(entry, self.flip).then_some((index, bounds))
    }

    /// As [`Bounds::of`], but somewhat tighter.
    fn bounds(&self, index: u32, entry: &Entry) -> Option<Bounds> {
        let slot = self.slots.get(index as usize)?;
        let mut bounds = Bounds::none(entry.boot_id);
        bounds.seqnum = self.by_seqnum.get(slot.sequence)?.least_but(slot.slot);
        bounds.is_one_sequence = self.is_one_sequence();
        if !bounds.is_one_sequence {
            let boot = self.by_boot.get(&entry.boot_id);
            let first = boot.and_then(|boot| boot.iter().find(|(_, other)| *other != index));
            bounds.monotonic = first.map_or(u64::MAX, |(key, _)| *key);
            bounds.realtime = self.by_time.least_but(index);
        }
        Some(bounds)
    }
}
