//! Which entries are shown, and in which order: positions in journals and records of text, merged by
//! time, in batches that are cheap to make.

mod fill;
mod start;

use std::os::fd::BorrowedFd;
use std::sync::atomic::AtomicU64;

use journal::Id128;
use journal::fields::Fields;
use journal::set::{Position, Set};
use journal::walk::{Direction, FileDamage, Walk};

use super::candidates::Adaptive;
use super::query::Query;
use super::record::TextEntry;
use super::texts::Texts;

/// How far is planned ahead where entries are looked at one by one.
const AHEAD: usize = 1024;

/// Something to show.
pub enum Item {
    /// An entry of a journal.
    Journal(Position),
    /// A record of text.
    Text(TextEntry),
    /// From here on entries are of that boot.
    Boot(Id128),
}

/// What is rendered together.
#[derive(Default)]
pub struct Batch {
    /// Its place in the order of batches.
    pub number: u64,
    /// Entries of journals, in a batch of nothing else.
    pub positions: Vec<Position>,
    /// Whether changes of boots among [`Batch::positions`] are to be told.
    pub tells_boots: bool,
    /// The boot of the entry before the first of them.
    pub boot_before: Option<Id128>,
    /// What to show; empty if there are positions.
    pub items: Vec<Item>,
    /// Records of text that were shown: their memory is used again.
    used: Vec<TextEntry>,
}

impl Batch {
    /// Empties it.
    fn clear(&mut self) {
        self.positions.clear();
        for item in self.items.drain(..) {
            match item {
                Item::Text(entry) if entry.is_small() => self.used.push(entry),
                _ => {}
            }
        }
    }

    /// How much there is to render.
    pub fn len(&self) -> usize {
        self.positions.len() + self.items.len()
    }

    /// Lets a reader know which entries it will be asked for.
    pub fn tell_positions(&self, fields: &mut Fields) {
        if self.items.is_empty() {
            return fields.expect(&self.positions);
        }
        let position = |item: &Item| match item {
            Item::Journal(at) => Some(*at),
            _ => None,
        };
        fields.expect(&self.items.iter().filter_map(position).collect::<Vec<_>>());
    }
}

/// What is shown next.
pub struct Plan {
    walk: Walk,
    direction: Direction,
    /// Positions that were planned and are not given out yet, the next one last.
    ahead: Vec<Position>,
    texts: Texts,
    since_usec: Option<u64>,
    until_usec: Option<u64>,
    /// How many more entries may be shown; where a pattern decides, they are counted later.
    left: Option<u64>,
    boot_lines: bool,
    boot_before: Option<Id128>,
    number: u64,
    adaptive: Option<Adaptive>,
    /// Nothing more comes in this round.
    pub is_done: bool,
    /// The entry of a journal that was looked at last.
    pub last: Option<Position>,
    /// Whether sources of text have anything that is shown in the first round.
    pub has_texts: bool,
}

impl Plan {
    /// Goes to where the query starts.
    pub fn new(query: &Query, set: &Set, texts: Texts) -> Plan {
        let direction = if query.reverse { Direction::Backward } else { Direction::Forward };
        let mut plan = Plan {
            walk: Walk::new(query.filter.clone(), direction),
            direction,
            ahead: Vec::new(),
            texts,
            since_usec: query.since_usec,
            until_usec: query.until_usec,
            left: query.lines.filter(|_| !query.has_tests()),
            boot_lines: query.boot_lines,
            boot_before: None,
            number: 0,
            adaptive: query.grep.clone().map(|grep| Adaptive::new(grep, query)),
            is_done: query.lines == Some(0),
            last: None,
            has_texts: false,
        };
        plan.start(query, set);
        plan.has_texts |= plan.texts.peek().is_some();
        if !plan.has_texts && !query.follow {
            // What has nothing to say need not be asked between any two entries.
            plan.texts.close();
        }
        plan
    }

    /// Goes on after waiting: what is there now is shown, however much it is. Says whether a text source has
    /// more.
    pub fn next_round(&mut self) -> bool {
        self.is_done = false;
        self.left = None;
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.forget();
        }
        self.texts.refresh()
    }

    /// The number of the batch that is filled next.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The text sources.
    pub fn texts(&mut self) -> &mut Texts {
        &mut self.texts
    }

    /// What becomes readable when a text source has more. Where there is an end of time, nobody reads what
    /// lies behind it, so that it would stay readable.
    pub fn texts_fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let sources = self.texts.sources().filter(|_| self.until_usec.is_none());
        sources.filter_map(|text| text.source.poll_fd())
    }

    /// The damage that was met since the last call.
    pub fn take_damage(&mut self) -> Vec<FileDamage> {
        self.walk.take_damage()
    }

    /// Fills a batch with up to `most` items; it is empty only if the plan is done. `matched` counts what
    /// the pattern has matched until now.
    pub fn fill(&mut self, set: &Set, batch: &mut Batch, most: usize, matched: &AtomicU64) {
        batch.clear();
        batch.number = self.number;
        self.number += 1;
        if self.is_done {
            return;
        }
        let rare = self.adaptive.as_mut().and_then(|adaptive| adaptive.candidates(set, matched));
        let looks_at_times = match self.direction {
            Direction::Forward => self.until_usec.is_some(),
            Direction::Backward => self.since_usec.is_some(),
        };
        match rare {
            Some(rare) if self.texts.is_empty() && !looks_at_times => {
                self.fill_rarely(set, batch, most, &rare);
            }
            None if self.texts.is_empty() && !looks_at_times => {
                self.fill_plainly(set, batch, most);
            }
            rare => self.fill_one_by_one(set, batch, most, rare.as_ref()),
        }
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.planned += batch.len() as u64;
        }
    }
}
