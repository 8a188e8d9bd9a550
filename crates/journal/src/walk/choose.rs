//! Which file gives the next entry.

use crate::set::{Position, Set};

use super::order::{Location, compare};
use super::run::{Bounds, Flip, Standings};
use super::track::{Look, Place};
use super::{Direction, Walk};

/// From this many files on it pays to keep standings.
const MANY: usize = 12;

/// Plans of that many entries are made without reading them, where that is sure to give the same.
const SURE_MIN: usize = 32;

impl Walk {
    /// Gives entries of the run's track, while they come before all others; how many.
    pub(super) fn run_on(
        &mut self,
        set: &Set,
        direction: Direction,
        plan: &mut Vec<Position>,
        max: usize,
    ) -> usize {
        let Some((index, bounds)) = self.run.take() else { return 0 };
        let Location::At(mut last) = self.location else { return 0 };
        let (Some(file), Some(track)) = (set.file(index), self.tracks.get_mut(index as usize))
        else {
            return 0;
        };
        let flip = Flip::from(direction);
        let mut look = Look {
            file,
            filter: &self.filter,
            direction,
            is_followed: set.is_watched(),
            damage: &mut self.damage,
            offsets: &mut self.offsets,
        };
        let mut count = 0;
        if max >= SURE_MIN && !set.is_watched() && bounds.allow_all_of(file, direction) {
            count = track.drain(&mut look, max, |offset| {
                plan.push(Position { file: index, offset });
            });
            last = track.at;
        }
        let goes_on = loop {
            if count == max {
                break true;
            }
            if !track.advance(&mut look) {
                break false;
            }
            let at = track.at;
            if compare(&at, &last) != direction.onwards() {
                continue;
            }
            if !bounds.are_for(&at.entry) || !bounds.allow(&at.entry, flip) {
                break false;
            }
            track.place = Place::Taken;
            last = at;
            if set.is_watched() {
                self.recent.add(&at.entry);
            }
            plan.push(Position { file: index, offset: at.entry.offset });
            count += 1;
        };
        if count > 0 {
            self.location = Location::At(last);
            self.position = plan.last().copied();
        }
        if goes_on {
            self.run = Some((index, bounds));
        } else {
            self.is_ready = true;
            if let Some(standings) = &mut self.standings {
                standings.update(index, track);
            }
        }
        count
    }

    /// The first of all files' next entries.
    pub(super) fn choose(&mut self, set: &Set, direction: Direction) -> Option<Position> {
        if std::mem::take(&mut self.is_ready)
            && let Some(standings) = &self.standings
            && let Some((index, bounds)) = standings.first(&self.tracks)
        {
            self.run = Some((index, bounds));
            return self.take(set, index);
        }
        self.choose_among_all(set, direction)
    }

    fn choose_among_all(&mut self, set: &Set, direction: Direction) -> Option<Position> {
        let mut first: Option<u32> = None;
        for index in 0..self.tracks.len() as u32 {
            let Some(track) = self.tracks.get_mut(index as usize) else { continue };
            let Some(file) = set.file(index) else {
                track.place = Place::End;
                continue;
            };
            let mut look = Look {
                file,
                filter: &self.filter,
                direction,
                is_followed: set.is_watched(),
                damage: &mut self.damage,
                offsets: &mut self.offsets,
            };
            let settled = track.settle(&mut look, &self.location, &self.recent);
            if settled.has_moved
                && let Some(standings) = &mut self.standings
            {
                standings.update(index, track);
            }
            if !settled.is_candidate {
                continue;
            }
            let at = track.at;
            let is_first = first
                .and_then(|first| self.tracks.get(first as usize))
                .is_none_or(|first| compare(&first.at, &at) == direction.onwards());
            if is_first {
                first = Some(index);
            }
        }
        self.settled = Some(direction);
        let Some(index) = first else {
            self.wait_at_tail(set);
            return None;
        };
        if self.standings.is_none() && self.tracks.len() >= MANY {
            self.standings = Some(Standings::new(&self.tracks, direction));
        }
        let at = self.tracks.get(index as usize)?.at;
        let bounds = Bounds::of(&self.tracks, index, &at, direction.into());
        // In doubt the others are asked again next time: sd-journal passes over entries that compare as
        // before the one that was given.
        let is_certain =
            bounds.allow(&at.entry, direction.into()) && !self.location.is_of_boot_only();
        self.run = is_certain.then_some((index, bounds));
        self.take(set, index)
    }

    /// Nothing lies before the tail. What comes from now on lies behind it.
    fn wait_at_tail(&mut self, set: &Set) {
        if !matches!(self.location, Location::Tail) || self.settled == Some(Direction::Forward) {
            return;
        }
        for (index, track) in (0..).zip(&mut self.tracks) {
            if let Some(file) = set.file(index) {
                track.wait(file);
            }
        }
    }

    /// Gives the candidate of that track.
    fn take(&mut self, set: &Set, index: u32) -> Option<Position> {
        let track = self.tracks.get_mut(index as usize)?;
        track.place = Place::Taken;
        let at = track.at;
        let is_late = match &self.location {
            Location::At(there) => compare(&at, there) != self.settled?.onwards(),
            _ => false,
        };
        if is_late {
            // The place stays where it is: behind all that was given.
            self.run = None;
        } else {
            self.location = Location::At(at);
        }
        if set.is_watched() {
            self.recent.add(&at.entry);
        }
        self.position = Some(Position { file: index, offset: at.entry.offset });
        self.position
    }
}
