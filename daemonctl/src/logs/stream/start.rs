//! Where a query starts.

use std::sync::atomic::AtomicU64;

use journal::set::{Position, Set};
use journal::walk::{Direction, Seek};

use super::Plan;
use crate::logs::candidates::Tester;
use crate::logs::query::{Query, Start};

impl Plan {
    /// As journalctl: a cursor comes before times, times before the number of lines.
    pub(super) fn start(&mut self, query: &Query, set: &Set) {
        match (query.start, self.direction) {
            (Start::At(cursor), direction) => {
                self.walk.seek(Seek::Cursor(cursor));
                let (_, at) = self.walk.skip(set, direction, 1);
                self.last = at;
                self.ahead.extend(at);
            }
            (Start::After(cursor), direction) => {
                self.walk.seek(Seek::Cursor(cursor));
                match self.walk.skip(set, direction, 2) {
                    (2.., at) => {
                        self.last = at;
                        self.ahead.extend(at);
                    }
                    (_, at) => {
                        self.last = at;
                        self.is_done |= !query.follow;
                    }
                }
            }
            (Start::Edge, Direction::Forward) => match (self.since_usec, query.lines) {
                (Some(_), Some(lines)) if query.counts_matches => self.go_back(query, set, lines),
                (Some(since), Some(0)) => {
                    self.walk.seek(Seek::Realtime(since));
                    self.last = self.walk.step(set, Direction::Forward);
                    self.ahead.extend(self.last);
                }
                (Some(since), _) => self.walk.seek(Seek::Realtime(since)),
                (None, Some(lines)) => self.go_back(query, set, lines),
                (None, None) => self.walk.seek(Seek::Head),
            },
            (Start::Edge, Direction::Backward) => {
                self.walk.seek(self.until_usec.map_or(Seek::Tail, Seek::Realtime));
                if query.lines == Some(0) {
                    self.last = self.walk.step(set, Direction::Backward);
                }
            }
        }
    }

    /// Stands before the last so many entries.
    fn go_back(&mut self, query: &Query, set: &Set, lines: u64) {
        let is_plain = !query.counts_matches
            || query.grep.is_none() && query.since_usec.is_none() && query.until_usec.is_none();
        let last = query.until_usec.filter(|_| query.counts_matches);
        self.walk.seek(last.map_or(Seek::Tail, Seek::Realtime));
        if self.texts.is_empty() && is_plain {
            match lines {
                // New entries come behind the last of now.
                0 => self.last = self.walk.step(set, Direction::Backward),
                _ => {
                    let (_, at) = self.walk.skip(set, Direction::Backward, lines);
                    self.ahead.extend(at);
                }
            }
            return;
        }
        self.texts.turn(true);
        let before = self.count_back(query, set, lines);
        self.texts.turn_forward_here();
        // Otherwise the walk stands on the first entry that is not shown, and goes on behind it.
        if before.is_none() {
            self.walk.seek(Seek::Head);
        }
    }

    /// Goes back over so many entries; the entry of a journal that comes before them.
    fn count_back(&mut self, query: &Query, set: &Set, lines: u64) -> Option<Position> {
        let mut tester = query.grep.clone().filter(|_| query.counts_matches).map(Tester::new);
        let mut at = self.walk.step(set, Direction::Backward);
        let mut counted = 0;
        while counted < lines {
            let journals = at.map(|at| (at, set.entry(at).map_or(0, |entry| entry.realtime_usec)));
            counted += match (journals, self.texts.peek()) {
                (None, None) => break,
                (Some((position, time)), text) if text.is_none_or(|(other, _)| time >= other) => {
                    if query.counts_matches && query.since_usec.is_some_and(|since| time < since) {
                        break;
                    }
                    let is_match = match &mut tester {
                        None => true,
                        Some(tester) => {
                            self.may_match(set, position, counted) && tester.is_match(set, position)
                        }
                    };
                    at = self.walk.step(set, Direction::Backward);
                    u64::from(is_match)
                }
                (_, Some((_, source))) => {
                    let entry = self.texts.take(source, None);
                    self.has_texts = true;
                    let is_match = tester
                        .as_ref()
                        .is_none_or(|t| entry.is_some_and(|entry| t.is_text_match(&entry)));
                    u64::from(is_match)
                }
                (Some(_), None) => 0,
            };
        }
        at
    }

    /// Whether an entry may match the pattern: once it shows that hardly any does, the index tells.
    fn may_match(&mut self, set: &Set, at: Position, matched: u64) -> bool {
        let Some(adaptive) = &mut self.adaptive else { return true };
        adaptive.planned += 1;
        let candidates = adaptive.candidates(set, &AtomicU64::new(matched));
        candidates.is_none_or(|candidates| candidates.contains(at))
    }
}
