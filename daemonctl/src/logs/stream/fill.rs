//! The next batch: in one of three ways, by what has to be looked at.

use std::sync::Arc;

use journal::Id128;
use journal::set::{Position, Set};
use journal::walk::Direction;

use super::{AHEAD, Batch, Item, Plan};
use crate::logs::candidates::Candidates;

impl Plan {
    pub(super) fn fill_plainly(&mut self, set: &Set, batch: &mut Batch, most: usize) {
        let most = self.left.map_or(most, |left| most.min(left.try_into().unwrap_or(most)));
        while let Some(at) = self.ahead.pop_if(|_| batch.positions.len() < most) {
            batch.positions.push(at);
        }
        let room = most.saturating_sub(batch.positions.len());
        self.is_done = self.walk.plan(set, &mut batch.positions, room) < room;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(batch.positions.len() as u64);
            self.is_done |= *left == 0;
        }
        batch.tells_boots = self.boot_lines;
        batch.boot_before = self.boot_before;
        let Some(last) = batch.positions.last() else { return };
        self.last = Some(*last);
        if self.boot_lines
            && let Ok(entry) = set.entry(*last)
        {
            self.boot_before = Some(entry.boot_id);
        }
    }

    /// Leaves out what can't match, without reading it.
    pub(super) fn fill_rarely(
        &mut self,
        set: &Set,
        batch: &mut Batch,
        most: usize,
        rare: &Candidates,
    ) {
        let mut planned = Vec::with_capacity(AHEAD);
        while batch.items.len() < most && !self.is_done {
            planned.clear();
            planned.extend(self.ahead.drain(..).rev());
            if planned.is_empty() {
                self.is_done = self.walk.plan(set, &mut planned, AHEAD) < AHEAD;
            }
            for run in planned.chunk_by(|one, next| one.file == next.file) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                self.last = Some(*last);
                // Most are: what a boot's first entry brings is told of the first of them.
                let is_dull = rare.is_dull(first.file, first.offset, last.offset);
                let told = if is_dull { run.get(..1).unwrap_or_default() } else { run };
                for at in told {
                    if self.boot_lines {
                        self.tell_boot(rare.boot(set, *at), batch);
                    }
                    if rare.contains(*at) {
                        batch.items.push(Item::Journal(*at));
                    }
                }
            }
        }
    }

    pub(super) fn fill_one_by_one(
        &mut self,
        set: &Set,
        batch: &mut Batch,
        most: usize,
        rare: Option<&Arc<Candidates>>,
    ) {
        while batch.items.len() < most && !self.is_done {
            let journals = self.peek_journal(set);
            let text = self.texts.peek();
            match (journals, text) {
                (Some((at, time)), text)
                    if text.is_none_or(|(other, _)| self.is_first(time, other)) =>
                {
                    self.ahead.pop();
                    self.last = Some(at);
                    if self.is_beyond(time) {
                        self.is_done = true;
                        return;
                    }
                    self.add_boot(set, at, batch);
                    if rare.is_none_or(|rare| rare.contains(at)) {
                        batch.items.push(Item::Journal(at));
                        self.count();
                    }
                }
                (_, Some((_, source))) => {
                    let used = batch.used.pop();
                    if let Some(entry) = self.texts.take(source, used) {
                        batch.items.push(Item::Text(entry));
                        self.count();
                    }
                }
                _ => self.is_done = true,
            }
        }
    }

    /// The next entry of a journal and its time.
    fn peek_journal(&mut self, set: &Set) -> Option<(Position, u64)> {
        loop {
            if self.ahead.is_empty() {
                self.walk.plan(set, &mut self.ahead, AHEAD);
                self.ahead.reverse();
            }
            let at = *self.ahead.last()?;
            match set.entry(at) {
                Ok(entry) => return Some((at, entry.realtime_usec)),
                Err(_) => drop(self.ahead.pop()),
            }
        }
    }

    /// Whether what is of the time `a` comes before what is of the time `b`; journals come before text.
    fn is_first(&self, a: u64, b: u64) -> bool {
        match self.direction {
            Direction::Forward => a <= b,
            Direction::Backward => a >= b,
        }
    }

    /// Whether nothing that is asked for comes after an entry of that time.
    fn is_beyond(&self, time: u64) -> bool {
        match self.direction {
            Direction::Forward => self.until_usec.is_some_and(|until| time > until),
            Direction::Backward => self.since_usec.is_some_and(|since| time < since),
        }
    }

    fn add_boot(&mut self, set: &Set, at: Position, batch: &mut Batch) {
        if !self.boot_lines {
            return;
        }
        self.tell_boot(set.entry(at).ok().map(|entry| entry.boot_id), batch);
    }

    fn tell_boot(&mut self, boot: Option<Id128>, batch: &mut Batch) {
        let Some(boot) = boot else { return };
        let before = self.boot_before.replace(boot);
        if before.is_some_and(|before| before != boot) {
            batch.items.push(Item::Boot(boot));
        }
    }

    fn count(&mut self) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
            self.is_done |= *left == 0;
        }
    }
}
