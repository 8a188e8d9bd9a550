//! Entries of one file, read ahead of the walk.

use super::source::Source;
use super::track::{Look, Place, Track};

/// Entries are read ahead in batches, which grow up to this: reading many at once hides how long
/// memory takes.
const BATCH_MAX: usize = 64;

impl Track {
    /// Goes one entry on; whether there is one.
    pub fn advance(&mut self, look: &mut Look<'_>) -> bool {
        if self.ahead.is_empty() {
            self.read_ahead(look);
        }
        match self.ahead.pop_front() {
            Some(entry) => {
                self.at.entry = entry;
                self.place = Place::Candidate;
                true
            }
            None => {
                self.place = Place::End;
                false
            }
        }
    }

    /// Goes on by up to `max` entries without reading them; hands their offsets to `give` and says how
    /// many there were. Where it stands then is read.
    pub fn drain(&mut self, look: &mut Look<'_>, max: usize, mut give: impl FnMut(u64)) -> usize {
        let mut count = 0;
        while count < max
            && let Some(entry) = self.ahead.pop_front()
        {
            give(entry.offset);
            self.at.entry = entry;
            count += 1;
        }
        let mut offsets = std::mem::take(look.offsets);
        offsets.clear();
        let (file, beyond, direction) = (look.file, self.beyond, look.direction);
        if count < max
            && let Some(source) = self.source(look)
        {
            let damage = &mut *look.damage;
            let mut damaged = |found| damage.add(file, found);
            source.gather(file, beyond, direction, max - count, &mut offsets, &mut damaged);
        }
        count += offsets.len();
        offsets.iter().for_each(|offset| give(*offset));
        if let Some(last) = offsets.last() {
            self.beyond = *last;
        }
        if let Some(entry) = offsets.iter().rev().find_map(|offset| file.entry(*offset).ok()) {
            self.at.entry = entry;
        }
        self.place = if count == max { Place::Taken } else { Place::End };
        *look.offsets = offsets;
        count
    }

    pub(super) fn read_ahead(&mut self, look: &mut Look<'_>) {
        let (batch, beyond, direction) = (self.batch, self.beyond, look.direction);
        self.batch = (batch * 2).min(BATCH_MAX);
        let mut beyond = beyond;
        while self.ahead.is_empty() {
            let mut offsets = std::mem::take(look.offsets);
            offsets.clear();
            let file = look.file;
            if let Some(source) = self.source(look) {
                source.gather(file, beyond, direction, batch, &mut offsets, &mut |damage| {
                    look.damage.add(file, damage);
                });
            }
            let last = offsets.last().copied();
            for offset in &offsets {
                match look.file.entry(*offset) {
                    Ok(entry) => self.ahead.push_back(entry),
                    Err(damage) => look.damage.add(look.file, damage),
                }
            }
            *look.offsets = offsets;
            match last {
                Some(last) => beyond = last,
                None => break,
            }
        }
        self.beyond = beyond;
    }

    /// The filter's lists, made anew once the file has grown.
    pub(super) fn source(&mut self, look: &mut Look<'_>) -> Option<&mut Source> {
        let n_entries = look.file.n_entries();
        if self.source.is_none() || n_entries != self.n_entries {
            self.n_entries = n_entries;
            // All that the lists name must be in reach. A file that can't be asked stays as it is.
            let _ = look.file.refresh();
            let mut damaged = |damage| look.damage.add(look.file, damage);
            self.source = Some(Source::new(look.file, look.filter, &mut damaged));
        }
        self.source.as_mut()
    }
}
