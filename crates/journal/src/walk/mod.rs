//! Entries of many files in one order.
//!
//! The order is sd-journal's, in every detail that can be seen from outside, for files whose clock was
//! set back, whose boots are out of order, or which share entries. It is kept without
//! asking every file for every entry: see `run`.

mod ahead;
mod choose;
mod damage;
mod list;
mod order;
mod recent;
mod run;
mod seek;
mod source;
mod tournament;
mod track;

use crate::filter::Filter;
use crate::set::{Position, Set};

use order::{Location, Target};
use recent::Recent;
use run::{Bounds, Standings};
use track::Track;

pub(crate) use damage::DamageLog;
pub use damage::FileDamage;
pub use seek::{Direction, Seek};

/// Goes through the entries of a [`Set`] that a [`Filter`] lets through, in the order of sd-journal:
/// by sequence number among files of the same sequence, else by the time since boot within the same
/// boot, else by the clock. An entry that several files have comes once.
///
/// It borrows no set: between two calls the set may change. After the last entry `next` gives None; once
/// there are new entries it goes on with these.
#[derive(Clone, Debug)]
pub struct Walk {
    filter: Filter,
    direction: Direction,
    location: Location,
    /// The last entry that was given.
    position: Option<Position>,
    /// One for each index of the set.
    tracks: Vec<Track>,
    /// The set's counters when the tracks were last brought up to date.
    epoch: u64,
    /// The track that gave the last entry, while it is certain that others don't matter.
    run: Option<(u32, Bounds)>,
    /// Kept where there are many tracks.
    standings: Option<Standings>,
    /// Which way all tracks are settled.
    settled: Option<Direction>,
    /// Each track has a candidate beyond the location, or has come to its end.
    is_ready: bool,
    recent: Recent,
    damage: DamageLog,
    /// Room for offsets and positions, kept to be used again.
    offsets: Vec<u64>,
    one: Vec<Position>,
}

impl Walk {
    /// Begins at the end that lies behind: forward at the head, backward at the tail.
    pub fn new(filter: Filter, direction: Direction) -> Walk {
        Walk {
            filter,
            direction,
            location: match direction {
                Direction::Forward => Location::Head,
                Direction::Backward => Location::Tail,
            },
            position: None,
            tracks: Vec::new(),
            epoch: 0,
            run: None,
            standings: None,
            settled: None,
            is_ready: false,
            recent: Recent::default(),
            damage: DamageLog::default(),
            offsets: Vec::new(),
            one: Vec::new(),
        }
    }

    /// Goes there. Nothing is read yet.
    pub fn seek(&mut self, to: Seek) {
        self.location = match to {
            Seek::Head => Location::Head,
            Seek::Tail => Location::Tail,
            Seek::Realtime(usec) => {
                Location::Near(Target { realtime_usec: Some(usec), ..Target::default() })
            }
            Seek::Monotonic { boot_id, usec } => {
                Location::Near(Target { monotonic: Some((boot_id, usec)), ..Target::default() })
            }
            Seek::Cursor(cursor) => Location::Near(cursor.into()),
        };
        self.recent = Recent::default();
        self.detach(false);
    }

    /// Goes on with another filter, from where it is.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.detach(true);
    }

    /// Which entries it lets through.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Which way `next` goes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    fn detach(&mut self, filter_too: bool) {
        self.position = None;
        for track in &mut self.tracks {
            track.reset(filter_too);
        }
        self.unsettle();
    }

    fn unsettle(&mut self) {
        self.run = None;
        self.standings = None;
        self.settled = None;
        self.is_ready = false;
    }

    /// The next entry in the walk's direction.
    pub fn next(&mut self, set: &Set) -> Option<Position> {
        self.step(set, self.direction)
    }

    /// The next entry in that direction; whichever the walk took until now.
    pub fn step(&mut self, set: &Set, direction: Direction) -> Option<Position> {
        self.bring_up_to_date(set, direction);
        let mut one = std::mem::take(&mut self.one);
        let is_run = self.run_on(set, direction, &mut one, 1) > 0;
        let next = one.pop();
        self.one = one;
        if is_run { next } else { self.choose(set, direction) }
    }

    /// Goes `count` entries in that direction; says how many there were and where it is now
    /// (None: no entry was there). With a count of 0 it only finds the entry that it stands at or
    /// before, as sd_journal_next_skip(3) does.
    pub fn skip(&mut self, set: &Set, direction: Direction, count: u64) -> (u64, Option<Position>) {
        if count == 0 {
            if self.position.is_none() {
                self.step(set, direction);
            }
            return (0, self.position);
        }
        let mut gone = 0;
        while gone < count && self.step(set, direction).is_some() {
            gone += 1;
        }
        (gone, self.position)
    }

    /// Puts up to `max` next entries at the end of `plan`; fewer only when there are no more.
    /// Same as calling `next`, but quicker: where one file alone goes on its entries are not even read,
    /// so a position may turn out to be damaged; it is to be passed over.
    pub fn plan(&mut self, set: &Set, plan: &mut Vec<Position>, max: usize) -> usize {
        let direction = self.direction;
        self.bring_up_to_date(set, direction);
        let begin = plan.len();
        loop {
            let missing = max - (plan.len() - begin);
            if missing == 0 {
                return max;
            }
            if self.run_on(set, direction, plan, missing) == 0 {
                match self.choose(set, direction) {
                    Some(position) => plan.push(position),
                    None => return plan.len() - begin,
                }
            }
        }
    }

    /// Where it is, if on an entry.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The damage met since the last call. At most one for each file and kind.
    pub fn take_damage(&mut self) -> Vec<FileDamage> {
        std::mem::take(&mut self.damage.found)
    }

    /// Follows the set: new files, files that are gone, files that have grown.
    fn bring_up_to_date(&mut self, set: &Set, direction: Direction) {
        if self.settled.is_some_and(|settled| settled != direction) {
            self.unsettle();
        }
        if self.epoch == set.epoch() && self.tracks.len() == set.slots() {
            return;
        }
        self.epoch = set.epoch();
        self.unsettle();
        for track in &mut self.tracks {
            track.look_again();
        }
        let is_first = self.tracks.is_empty();
        while self.tracks.len() < set.slots() {
            let index = self.tracks.len() as u32;
            let mut track = Track::new(set.seqnum_id(index));
            track.is_new = !is_first;
            self.tracks.push(track);
        }
    }
}
