//! Which file of a family comes next: by time, and when files are rotated while they are read.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Entry, Files};
use crate::text::family::Member;
use crate::text::reader::Reader;
use crate::text::store::{Access, Store};
use crate::text::{Direction, Options};

/// Files whose last change is that much earlier than a time hold nothing of it: clocks of a file server
/// may differ, and buffers may be written late.
const CHANGE_SLACK_USEC: u64 = 7_200_000_000;

impl Files {
    /// The first file behind the current one that was not read. A new file may have the number of one
    /// that is gone: the live one is passed only if it is the current one.
    pub(super) fn first_ahead(&self) -> Option<usize> {
        let current = self.reader.as_ref().map(|reader| reader.store().identity());
        let position = match current {
            Some(identity) => self.position_of(identity),
            None => Some(self.current),
        };
        self.members.iter().enumerate().position(|(index, member)| {
            let is_passed = self.passed.contains(&member.identity) && !member.is_live();
            // If the current one is gone, an archive is what was made of one that was read.
            let is_behind = position.map_or(!member.is_archive(), |position| index > position);
            is_behind && !is_passed && current != Some(member.identity)
        })
    }

    /// The file in which records of that time are, and where to begin in it.
    pub(super) fn seek_time(&mut self, usec: u64) {
        let is_before =
            |member: &Member| member.changed_usec.saturating_add(CHANGE_SLACK_USEC) < usec;
        let last = self.members.len().saturating_sub(1);
        // Forward: the first file that may hold it. What it does not hold is in later ones.
        let first = self.members.iter().position(|member| !is_before(member));
        match self.direction {
            Direction::Forward => self.go_to(first.unwrap_or(last), Entry::Time(usec)),
            // Backward: the first file behind all that are too late to begin with; a file whose
            // predecessor was changed later than that begins later still.
            Direction::Backward => {
                let index = (0..=last).rev().find(|index| self.begins_before(*index, usec));
                self.go_to(index.unwrap_or(0), Entry::Time(usec));
            }
        }
    }

    fn begins_before(&mut self, index: usize, usec: u64) -> bool {
        let Some(member) = self.members.get(index) else { return true };
        if index == 0 {
            return true;
        }
        let Ok(store) = Store::open(&member.path, Access::Ascending) else { return false };
        let options = Arc::new(Options { needles: Vec::new(), ..(*self.options).clone() });
        let changed = member.changed_usec;
        let mut reader = Reader::new(&member.path, store, self.origin.kind, options, changed);
        reader.peek(Direction::Forward).is_some_and(|first| first <= usec)
    }

    /// The live file is another one now.
    pub(super) fn follow_rotation(&mut self, now_usec: u64) -> bool {
        let Some(identity) = self.reader.as_ref().map(|reader| reader.store().identity()) else {
            return false;
        };
        self.list();
        let position = self.position_of(identity);
        let path =
            position.and_then(|index| self.members.get(index)).map(|member| member.path.clone());
        self.current = position.unwrap_or(self.current);
        let next = self.first_ahead().and_then(|next| self.members.get(next));
        // Whoever writes may go on with the old file until he is told: the new one is still empty then.
        let is_written = next.is_some_and(|next| next.size > 0);
        let Some(reader) = &mut self.reader else { return false };
        if let Some(path) = path {
            reader.set_path(&path);
        }
        if is_written {
            // What came into the old file last, and its last line even without newline.
            reader.refresh(now_usec);
            reader.give_partial();
            self.holds = false;
        }
        is_written
    }

    /// The live file was cut: its text was copied before (logrotate's copytruncate), or is gone.
    pub(super) fn follow_cut(&mut self, now_usec: u64) {
        let (offset, fingerprint) = match &self.reader {
            Some(reader) => (reader.place().offset, std::mem::take(&mut self.fingerprint)),
            None => return,
        };
        self.list();
        let copy = self.members.iter().rposition(|member| {
            !member.is_live()
                && !member.is_archive()
                && member.size > offset
                && holds(member, offset, &fingerprint)
        });
        if let Some(copy) = copy {
            let before = self.members.get(..copy).unwrap_or_default();
            self.passed.extend(before.iter().map(|member| member.identity));
            self.go_to(copy, Entry::At(offset));
            return;
        }
        self.current = self.members.len().saturating_sub(1);
        if let Some(reader) = &mut self.reader {
            reader.restart(now_usec);
        }
    }
}

/// Whether that file has these bytes in front of that offset.
fn holds(member: &Member, offset: u64, fingerprint: &[u8]) -> bool {
    let Ok(mut store) = Store::open(&member.path, Access::Ascending) else { return false };
    let mut bytes = vec![0; fingerprint.len()];
    let Some(from) = offset.checked_sub(fingerprint.len() as u64) else { return false };
    store.read_at(&mut bytes, from) == bytes.len() && bytes == fingerprint
}

/// The time now, in microseconds.
pub fn now_usec() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
