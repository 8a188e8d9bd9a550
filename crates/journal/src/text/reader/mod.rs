//! Records of one file, either way.

mod growth;
mod seek;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::Clock;
use super::lines::{Lines, Start};
use super::message;
use super::needles::Needles;
use super::shape::{Build, Head};
use super::store::{Identity, Store};
use super::window::Window;
use super::{Direction, Kind, Options, Place, RECORD_BYTES_MAX, Record, Trouble};

/// Lines in front of the first one with a time take its time; it is looked for so far.
const FIRST_TIME_BYTES: u64 = 1 << 20;

/// Where a record is, and when it was.
#[derive(Debug, Clone, Copy)]
struct Extent {
    start: u64,
    end: u64,
    head: Option<Head>,
    usec: u64,
}

/// Reads one file.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    options: Arc<Options>,
    lines: Lines,
    clock: Clock,
    needles: Needles,
    /// Between the records that were passed and the next.
    at: u64,
    next: Option<Extent>,
    /// The line behind the last record, as far as it was looked at already.
    ahead: Option<Start>,
    build: Build,
    /// The record that `build` holds, by its start.
    built: Option<u64>,
    holds_partial: bool,
}

impl Reader {
    /// At the start of a file that was changed last at that time.
    pub fn new(
        path: &Path,
        store: Store,
        kind: Kind,
        options: Arc<Options>,
        changed_usec: u64,
    ) -> Reader {
        let is_random = store.is_random();
        let holds_partial = options.follow && store.is_plain();
        Reader {
            path: path.to_owned(),
            lines: Lines::new(Window::new(store), kind),
            clock: Clock::new(options.zone.clone(), changed_usec, is_random),
            // An archive is read through anyway, and its lines' years follow from each other.
            needles: if is_random { Needles::new(&options.needles) } else { Needles::default() },
            at: 0,
            next: None,
            ahead: None,
            build: Build::default(),
            built: None,
            options,
            holds_partial,
        }
    }

    /// The open file.
    pub fn store(&self) -> &Store {
        self.lines.window.store()
    }

    /// The spot in front of the next record.
    pub fn place(&self) -> Place {
        let Identity { device, inode } = self.store().identity();
        Place { device, inode, offset: self.at }
    }

    /// The name of the file has changed.
    pub fn set_path(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    /// Nothing is written any more: a last line without newline is complete.
    pub fn give_partial(&mut self) {
        self.holds_partial = false;
    }

    /// What was found damaged since the last call.
    pub fn take_damage(&mut self) -> Option<Trouble> {
        self.lines.window.take_damage(&self.path)
    }

    fn time_of(&mut self, start: &Start) -> u64 {
        self.clock.realtime_usec(&mut self.lines, start.offset, &start.head.stamp)
    }

    /// The time of the next record.
    pub fn peek(&mut self, direction: Direction) -> Option<u64> {
        if self.next.is_none() {
            let extent = match direction {
                Direction::Forward => self.load_forward(),
                Direction::Backward => self.load_backward(),
            }?;
            self.next = Some(extent);
        }
        self.next.map(|next| next.usec)
    }

    /// Passes the next record.
    pub fn advance(&mut self, direction: Direction) {
        if self.peek(direction).is_some()
            && let Some(next) = self.next.take()
        {
            self.built = None;
            self.at = match direction {
                Direction::Forward => next.end,
                Direction::Backward => next.start,
            };
        }
    }

    fn load_forward(&mut self) -> Option<Extent> {
        let (mut start, mut head) = (self.at, None);
        if !self.needles.is_empty() {
            let hit = self.needles.next(&mut self.lines, self.at)?;
            (start, head) = self.record_around(hit, self.at)?;
        }
        if let Some(ahead) = self.ahead.filter(|ahead| ahead.offset == start) {
            head = Some(ahead.head);
        }
        if head.is_none() && !self.lines.is_timeless() {
            head = self.lines.head(start);
        }
        self.lines.window.pin(start);
        let end = self.end_of(start, u64::MAX)?;
        let usec = self.usec(start, head);
        Some(Extent { start, end, head, usec })
    }

    fn load_backward(&mut self) -> Option<Extent> {
        if !self.needles.is_empty() {
            let hit = self.needles.previous(&mut self.lines, self.at)?;
            let (start, head) = self.record_around(hit, 0)?;
            let end = self.end_of(start, self.at)?.min(self.at);
            return Some(Extent { start, end, head, usec: self.usec(start, head) });
        }
        let limit = self.at;
        if limit == 0 {
            return None;
        }
        let (start, head) = if self.lines.is_timeless() {
            (self.lines.line_before(limit)?, None)
        } else {
            match self.lines.start_before(limit, 0) {
                Some(start) => (start.offset, Some(start.head)),
                None => (0, None),
            }
        };
        let usec = self.usec(start, head);
        (start < limit).then_some(Extent { start, end: limit, head, usec })
    }

    /// The record that holds the byte at `hit`, and that starts at `limit` or behind it.
    fn record_around(&mut self, hit: u64, limit: u64) -> Option<(u64, Option<Head>)> {
        let line = self.lines.line_around(hit)?.max(limit);
        if self.lines.is_timeless() {
            return Some((line, None));
        }
        if let Some(ahead) = self.ahead.filter(|ahead| ahead.offset == line) {
            return Some((line, Some(ahead.head)));
        }
        if let Some(head) = self.lines.head(line) {
            return Some((line, Some(head)));
        }
        let start = self.lines.start_before(line, limit);
        Some(start.map_or((limit, None), |start| (start.offset, Some(start.head))))
    }

    /// Where the record ends that starts there: in front of the next line with a time, which is not
    /// looked for behind `limit`.
    fn end_of(&mut self, start: u64, limit: u64) -> Option<u64> {
        self.ahead = None;
        let (mut end, is_complete) = self.lines.line_end(start)?;
        if !is_complete && self.holds_partial {
            return None;
        }
        while !self.lines.is_timeless() && end < limit {
            if let Some(head) = self.lines.head(end) {
                self.ahead = Some(Start { offset: end, head });
                break;
            }
            match self.lines.line_end(end) {
                Some((_, false)) if self.holds_partial => break,
                Some((next, _)) => end = next,
                None => break,
            }
        }
        Some(end)
    }

    /// The time of a record; without one of its own, that of a neighbour, else of the file.
    fn usec(&mut self, start: u64, head: Option<Head>) -> u64 {
        if let Some(head) = head {
            return self.time_of(&Start { offset: start, head });
        }
        if self.lines.is_timeless() {
            return self.clock.latest_usec();
        }
        if let Some(ahead) = self.ahead.filter(|_| start == 0) {
            return self.time_of(&ahead);
        }
        if !self.store().is_random() {
            return self.clock.latest_usec();
        }
        let limit = start.saturating_add(FIRST_TIME_BYTES);
        let neighbour = match self.lines.start_before(start, start.saturating_sub(FIRST_TIME_BYTES))
        {
            Some(before) => Some(before),
            None => self.lines.start_from(start, limit),
        };
        match neighbour {
            Some(neighbour) => self.time_of(&neighbour),
            None => self.clock.latest_usec(),
        }
    }

    /// The next record.
    pub fn record(&mut self, direction: Direction) -> Option<Record<'_>> {
        self.peek(direction)?;
        let next = self.next?;
        let length = usize::try_from(next.end - next.start).unwrap_or(usize::MAX);
        let kept = length.min(RECORD_BYTES_MAX);
        let place = Place { offset: next.start, ..self.place() };
        let text = self.lines.window.record(next.start, kept);
        let cut_bytes = (length - kept) as u64;
        let text = match cut_bytes {
            0 => message::without_newlines(text),
            _ => text,
        };
        // Whoever merges looks at a record several times.
        if self.built != Some(next.start) {
            self.built = Some(next.start);
            self.build.start(text.len());
            if let Some(head) = next.head {
                head.body(text, &mut self.build);
            }
            let is_syslog = next.head.is_some_and(|head| head.is_syslog());
            message::finish(text, is_syslog, &self.options, cut_bytes, &mut self.build);
        }
        let (spans, scratch) = self.build.parts();
        Some(Record {
            realtime_usec: next.usec,
            monotonic_usec: None,
            boot_id: None,
            place,
            path: &self.path,
            cut_bytes,
            text,
            scratch,
            spans,
        })
    }
}
