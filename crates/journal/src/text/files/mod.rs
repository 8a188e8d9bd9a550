//! A log file with its rotated ones as one source.

mod follow;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::family::Member;
use super::reader::Reader;
use super::store::{Access, Identity, Store};
use super::{Direction, Family, Options, Origin, Place, Record, Seek, Source, Trouble, Why};

/// A copy is recognized by so many bytes in front of where reading was.
const FINGERPRINT_BYTES: usize = 256;

/// Where reading starts in a file once it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Start,
    End,
    At(u64),
    Time(u64),
}

/// A log file with its rotated ones, read as one. One file is open at a time.
#[derive(Debug)]
pub struct Files {
    origin: Origin,
    family: Family,
    options: Arc<Options>,
    direction: Direction,
    /// Oldest first.
    members: Vec<Member>,
    /// Which of them is read; `members.len()` behind the last.
    current: usize,
    entry: Entry,
    reader: Option<Reader>,
    /// Whether a record was found since the last seek.
    has_found: bool,
    /// The end of this file is not the end: more may be written. [`Source::refresh`] lets go of it.
    holds: bool,
    /// Files that come before the current one, or were read already, whatever they are called now.
    passed: HashSet<Identity>,
    /// In front of the next record when the live file was seen last, for a copy of it.
    fingerprint: Vec<u8>,
    troubles: Vec<Trouble>,
    told: HashSet<(PathBuf, Why)>,
    is_listed: bool,
}

impl Files {
    /// Opens nothing yet; starts before the oldest record.
    pub fn new(family: Family, options: Options) -> Files {
        Files {
            origin: Origin { kind: family.kind, path: family.path.clone() },
            family,
            options: Arc::new(options),
            direction: Direction::Forward,
            members: Vec::new(),
            current: 0,
            entry: Entry::Start,
            reader: None,
            has_found: false,
            holds: false,
            passed: HashSet::new(),
            fingerprint: Vec::new(),
            troubles: Vec::new(),
            told: HashSet::new(),
            is_listed: false,
        }
    }

    fn list(&mut self) {
        let (members, trouble) = self.family.members();
        self.passed.retain(|passed| members.iter().any(|member| member.identity == *passed));
        self.members = members;
        self.is_listed = true;
        if let Some(trouble) = trouble {
            self.tell(trouble);
        }
    }

    /// Says each thing once.
    fn tell(&mut self, trouble: Trouble) {
        if self.told.insert((trouble.path.clone(), trouble.why)) {
            self.troubles.push(trouble);
        }
    }

    fn tell_damage(&mut self) {
        if let Some(damage) = self.reader.as_mut().and_then(Reader::take_damage) {
            self.tell(damage);
        }
    }

    /// Goes to a file, which is opened when a record is wanted.
    fn go_to(&mut self, index: usize, entry: Entry) {
        self.tell_damage();
        self.current = index;
        self.entry = entry;
        self.reader = None;
        self.holds = false;
    }

    /// Opens the current file, or the next that can be.
    fn open(&mut self) -> Option<&mut Reader> {
        if !self.is_listed {
            self.list();
        }
        while self.reader.is_none() {
            match self.open_member() {
                Some(Ok(reader)) => self.reader = Some(reader),
                Some(Err(trouble)) => {
                    // Rotated away since it was listed: its text is in another file of the list.
                    if trouble.path.exists() || trouble.why == Why::NotPermitted {
                        self.tell(trouble);
                    }
                    self.step()?;
                }
                None => return None,
            }
        }
        self.reader.as_mut()
    }

    /// Opens the current file and goes where reading is to start.
    fn open_member(&mut self) -> Option<Result<Reader, Trouble>> {
        let access = match (self.direction, self.entry) {
            (Direction::Backward, _) | (_, Entry::End | Entry::At(_)) => Access::Anywhere,
            _ => Access::Ascending,
        };
        let mut member = self.members.get(self.current)?.clone();
        let mut store = Store::open(&member.path, access);
        // Rotated since it was listed: the file that was meant has another name.
        if store.as_ref().map_or(true, |store| store.identity() != member.identity) {
            self.list();
            if let Some(index) = self.position_of(member.identity) {
                self.current = index;
                member = self.members.get(index)?.clone();
                store = Store::open(&member.path, access);
            }
        }
        let store = match store {
            Ok(store) => store,
            Err(trouble) => return Some(Err(trouble)),
        };
        let options = Arc::clone(&self.options);
        let kind = self.origin.kind;
        let mut reader = Reader::new(&member.path, store, kind, options, member.changed_usec);
        match self.entry {
            Entry::Start => {}
            Entry::End => reader.go_to_end(),
            Entry::At(offset) => reader.go_to(offset),
            Entry::Time(usec) => reader.go_to_time(usec, self.direction),
        }
        self.holds = self.direction == Direction::Forward && self.current + 1 == self.members.len();
        if !self.holds {
            reader.give_partial();
        }
        Some(Ok(reader))
    }

    /// Goes on to the next file in the direction of reading.
    fn step(&mut self) -> Option<()> {
        // The file that was to hold a time may hold none; then the next ones are looked at for it, too.
        let wanted = match self.entry {
            entry @ Entry::Time(_) if !self.has_found => Some(entry),
            _ => None,
        };
        match self.direction {
            Direction::Forward => {
                let next = self.next_member()?;
                self.go_to(next, wanted.unwrap_or(Entry::Start));
            }
            Direction::Backward => {
                self.go_to(self.current.checked_sub(1)?, wanted.unwrap_or(Entry::End));
            }
        }
        Some(())
    }

    /// The first file behind the current one, which is passed for good.
    fn next_member(&mut self) -> Option<usize> {
        let current = match &self.reader {
            Some(reader) => Some(reader.store().identity()),
            None => self.members.get(self.current).map(|member| member.identity),
        };
        self.passed.extend(current);
        self.first_ahead()
    }

    fn position_of(&self, identity: Identity) -> Option<usize> {
        self.members.iter().position(|member| member.identity == identity)
    }
}

impl Source for Files {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn seek(&mut self, seek: Seek, direction: Direction) {
        self.direction = direction;
        self.has_found = false;
        self.list();
        let last = self.members.len().saturating_sub(1);
        match (seek, direction) {
            (Seek::Head, Direction::Forward) => self.go_to(0, Entry::Start),
            (Seek::Head, Direction::Backward) => self.go_to(0, Entry::At(0)),
            (Seek::Tail, _) => self.go_to(last, Entry::End),
            (Seek::Realtime(usec), _) => self.seek_time(usec),
            (Seek::Place(place), _) => {
                let identity = Identity { device: place.device, inode: place.inode };
                match self.position_of(identity) {
                    Some(index) => self.go_to(index, Entry::At(place.offset)),
                    // There was no file, or it is gone: what is there now came later.
                    None if direction == Direction::Forward => self.go_to(last, Entry::Start),
                    None => self.go_to(0, Entry::At(0)),
                }
            }
        }
        let before = self.members.get(..self.current).unwrap_or_default();
        self.passed = before.iter().map(|member| member.identity).collect();
    }

    fn place(&mut self) -> Place {
        self.open().map_or_else(Place::default, |reader| reader.place())
    }

    fn peek(&mut self) -> Option<u64> {
        loop {
            let direction = self.direction;
            let found = self.open()?.peek(direction);
            self.tell_damage();
            if found.is_some() {
                self.has_found = true;
                return found;
            }
            if self.holds {
                return None;
            }
            self.step()?;
        }
    }

    fn record(&mut self) -> Option<Record<'_>> {
        self.peek()?;
        let direction = self.direction;
        self.reader.as_mut()?.record(direction)
    }

    fn advance(&mut self) {
        if self.peek().is_some()
            && let Some(reader) = &mut self.reader
        {
            reader.advance(self.direction);
        }
    }

    fn refresh(&mut self) -> bool {
        let now_usec = follow::now_usec();
        if self.reader.is_none() && self.open().is_some() {
            return true;
        }
        let Some(reader) = &mut self.reader else {
            // Where nothing was so far, all is new, also what was rotated meanwhile.
            let was_empty = self.members.is_empty();
            self.list();
            let first = if was_empty { 0 } else { self.members.len().saturating_sub(1) };
            self.go_to(first, Entry::Start);
            return self.open().is_some();
        };
        if reader.is_cut() {
            self.follow_cut(now_usec);
            return true;
        }
        if reader.has_grown() {
            reader.refresh(now_usec);
            if reader.peek(Direction::Forward).is_some() {
                return true;
            }
        }
        self.fingerprint = reader.fingerprint(FINGERPRINT_BYTES);
        let identity = reader.store().identity();
        match std::fs::metadata(&self.family.path) {
            Ok(live) if Identity::of(&live) == identity => false,
            _ => self.follow_rotation(now_usec),
        }
    }

    fn take_troubles(&mut self) -> Vec<Trouble> {
        self.tell_damage();
        std::mem::take(&mut self.troubles)
    }
}
