//! Sources of text, merged by time: which record comes next.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use journal::filter::Filter;
use journal::text::{Direction, Kind, Record, Seek, Source, Trouble};

use super::record::TextEntry;

/// A source of text, and which of its records are wanted.
pub struct TextSource {
    /// The records.
    pub source: Box<dyn Source>,
    /// Which of them: matches are held against the fields that lines have.
    pub filter: Filter,
    /// What the mark of a line says: `error.log`.
    pub label: String,
    /// Records of that time and later are left out: another source has them, and says more.
    pub before_usec: Option<u64>,
}

/// The text sources of a query while they are read.
pub struct Texts {
    sources: Vec<Reading>,
    is_backward: bool,
    since_usec: Option<u64>,
    until_usec: Option<u64>,
    twins: Twins,
    /// Of sources that are not read any more.
    troubles: Vec<Trouble>,
}

struct Reading {
    text: TextSource,
    /// The time of the next record that is wanted, once it is known.
    next: Next,
    /// It is known that no other file had that record.
    is_checked: bool,
}

impl Reading {
    /// Goes to the next record that is wanted; its time.
    fn settle(&mut self, is_backward: bool, since: Option<u64>, until: Option<u64>) -> Option<u64> {
        while self.next == Next::Unknown {
            let Some(at) = self.text.source.peek() else {
                self.next = Next::End;
                break;
            };
            let is_late = until.is_some_and(|until| at > until)
                || self.text.before_usec.is_some_and(|before| at >= before);
            let is_early = since.is_some_and(|since| at < since);
            if if is_backward { is_early } else { is_late } {
                self.next = Next::End;
                break;
            }
            let is_wanted = !is_late && !is_early && self.is_wanted();
            match is_wanted {
                true => self.next = Next::At(at),
                false => self.text.source.advance(),
            }
        }
        match self.next {
            Next::At(at) => Some(at),
            _ => None,
        }
    }

    fn is_wanted(&mut self) -> bool {
        if self.text.filter == Filter::All {
            return true;
        }
        self.text.source.record().is_some_and(|record| passes(&self.text.filter, &record))
    }

    fn turn(&mut self, seek: Seek, direction: Direction) {
        self.text.source.seek(seek, direction);
        self.next = Next::Unknown;
        self.is_checked = false;
    }

    fn pass(&mut self) {
        self.text.source.advance();
        self.next = Next::Unknown;
        self.is_checked = false;
    }
}

/// Whether a filter lets a record of text through.
fn passes(filter: &Filter, record: &Record<'_>) -> bool {
    match filter {
        Filter::All => true,
        Filter::Field(text) => {
            let at = memchr::memchr(b'=', text);
            let parts = at.and_then(|at| text.split_at_checked(at));
            parts.is_some_and(|(name, value)| record.get(name) == value.get(1..))
        }
        Filter::AllOf(all) => all.iter().all(|filter| passes(filter, record)),
        Filter::AnyOf(any) => any.iter().any(|filter| passes(filter, record)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Unknown,
    At(u64),
    End,
}

/// The same lines in several syslog files: `auth.log` and `messages` may both have one. Each file's count of a
/// line within one moment is kept, and a line comes as often as the file has it that has it most often.
struct Twins {
    hasher: RandomState,
    at_usec: u64,
    seen: HashMap<u64, Seen>,
}

/// So many different lines of one moment are kept. Beyond that some may come twice.
const TWINS_MAX: usize = 1 << 16;

#[derive(Default)]
struct Seen {
    shown: u32,
    by_source: Vec<(usize, u32)>,
}

impl Twins {
    /// Whether that record was shown already, out of another file.
    fn is_one(&mut self, source: usize, record: &Record<'_>) -> bool {
        if self.at_usec != record.realtime_usec || self.seen.len() >= TWINS_MAX {
            self.at_usec = record.realtime_usec;
            self.seen.clear();
        }
        let key = ["SYSLOG_IDENTIFIER", "SYSLOG_PID", "MESSAGE"].map(|n| record.get(n.as_bytes()));
        let seen = self.seen.entry(self.hasher.hash_one(key)).or_default();
        let at = seen.by_source.iter().position(|(known, _)| *known == source);
        let at = at.unwrap_or_else(|| {
            seen.by_source.push((source, 0));
            seen.by_source.len() - 1
        });
        let Some((_, count)) = seen.by_source.get_mut(at) else { return false };
        *count += 1;
        let is_twin = *count <= seen.shown;
        seen.shown = seen.shown.max(*count);
        is_twin
    }
}

impl Texts {
    /// Stands at the beginning of the time that is asked for.
    pub fn new(
        sources: Vec<TextSource>,
        is_backward: bool,
        since_usec: Option<u64>,
        until_usec: Option<u64>,
    ) -> Texts {
        let sources = sources.into_iter().map(|text| Reading {
            text,
            next: Next::Unknown,
            is_checked: false,
        });
        let troubles = Vec::new();
        let twins = Twins { hasher: RandomState::new(), at_usec: 0, seen: HashMap::new() };
        let mut texts = Texts {
            sources: sources.collect(),
            is_backward,
            since_usec,
            until_usec,
            twins,
            troubles,
        };
        texts.turn(is_backward);
        texts
    }

    /// Whether there is nothing to read at all.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The sources.
    pub fn sources(&self) -> impl Iterator<Item = &TextSource> {
        self.sources.iter().map(|reading| &reading.text)
    }

    /// Reads from now on in that direction, from the edge of the time that is asked for.
    pub fn turn(&mut self, is_backward: bool) {
        self.is_backward = is_backward;
        let (since, until) = (self.since_usec, self.until_usec);
        for reading in &mut self.sources {
            let before = reading.text.before_usec.map(|before| before.saturating_sub(1));
            let last = [until, before].into_iter().flatten().min();
            let (edge, direction) = match is_backward {
                true => (last.map_or(Seek::Tail, Seek::Realtime), Direction::Backward),
                false => (since.map_or(Seek::Head, Seek::Realtime), Direction::Forward),
            };
            reading.turn(edge, direction);
        }
        self.twins.seen.clear();
    }

    /// Goes forward from where it is.
    pub fn turn_forward_here(&mut self) {
        self.is_backward = false;
        for reading in &mut self.sources {
            let place = reading.text.source.place();
            reading.turn(Seek::Place(place), Direction::Forward);
        }
        self.twins.seen.clear();
    }

    /// The time of the record that is next, and which source has it.
    pub fn peek(&mut self) -> Option<(u64, usize)> {
        let is_only = self.sources.len() == 1;
        loop {
            let mut best: Option<(u64, usize)> = None;
            for (index, reading) in self.sources.iter_mut().enumerate() {
                let next = reading.settle(self.is_backward, self.since_usec, self.until_usec);
                let Some(at) = next else { continue };
                // Of records of one time those of the first source come first, either way.
                let is_better = best.is_none_or(|(known, _)| match self.is_backward {
                    true => at >= known,
                    false => at < known,
                });
                if is_better {
                    best = Some((at, index));
                }
            }
            let (at, index) = best?;
            let reading = self.sources.get_mut(index)?;
            let is_syslog = reading.text.source.origin().kind == Kind::Syslog;
            if !is_syslog || reading.is_checked || is_only {
                return Some((at, index));
            }
            reading.is_checked = true;
            let record = reading.text.source.record()?;
            if !self.twins.is_one(index, &record) {
                return Some((at, index));
            }
            reading.pass();
        }
    }

    /// Takes the record that [`Texts::peek`] told of. `used` is one that is not needed any more.
    pub fn take(&mut self, source: usize, used: Option<TextEntry>) -> Option<TextEntry> {
        let reading = self.sources.get_mut(source)?;
        let record = reading.text.source.record();
        let entry = record.map(|record| TextEntry::of(&record, source, used));
        reading.pass();
        entry
    }

    /// Looks whether there is more now.
    pub fn refresh(&mut self) -> bool {
        let mut is_any = false;
        for reading in &mut self.sources {
            if reading.text.source.refresh() && reading.next == Next::End {
                reading.next = Next::Unknown;
                is_any = true;
            }
        }
        is_any
    }

    /// Reads nothing any more.
    pub fn close(&mut self) {
        self.troubles = self.take_troubles();
        self.sources.clear();
    }

    /// What could not be read since the last call.
    pub fn take_troubles(&mut self) -> Vec<Trouble> {
        let before = std::mem::take(&mut self.troubles);
        let sources =
            self.sources.iter_mut().flat_map(|reading| reading.text.source.take_troubles());
        before.into_iter().chain(sources).collect()
    }
}
