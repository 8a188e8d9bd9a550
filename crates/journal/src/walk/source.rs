//! The entries of one file that a filter lets through, found by the file's indexes alone.

use crate::file::{Damage, Entry, File};
use crate::filter::Filter;
use crate::id::Id128;

use super::Direction;
use super::list::List;
use super::order::{Location, Target};

/// A filter's lists in one file.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// All entries, or those that have one field.
    List(List),
    /// Entries that are in all of these.
    All(Vec<Source>),
    /// Entries that are in any of these.
    Any(Vec<Source>),
    /// No entry.
    None,
}

impl Source {
    /// Looks the filter's fields up in that file.
    pub fn new(file: &File, filter: &Filter, damaged: &mut dyn FnMut(Damage)) -> Source {
        match filter {
            Filter::All => Source::List(List::new(file.entries().detach())),
            Filter::Field(text) => match file.find_data(text) {
                Ok(Some(data)) => Source::of_data(file, data, damaged),
                Ok(None) => Source::None,
                Err(damage) => {
                    damaged(damage);
                    Source::None
                }
            },
            Filter::AllOf(filters) => Source::all(file, filters, damaged),
            Filter::AnyOf(filters) => {
                let mut sources: Vec<Source> = filters
                    .iter()
                    .map(|filter| Source::new(file, filter, damaged))
                    .filter(|source| !matches!(source, Source::None))
                    .collect();
                match sources.pop() {
                    None => Source::None,
                    Some(only) if sources.is_empty() => only,
                    Some(last) => {
                        sources.push(last);
                        Source::Any(sources)
                    }
                }
            }
        }
    }

    fn of_data(file: &File, data: u64, damaged: &mut dyn FnMut(Damage)) -> Source {
        match file.entries_of(data) {
            Ok(list) => Source::List(List::new(list.detach())),
            Err(damage) => {
                damaged(damage);
                Source::None
            }
        }
    }

    fn all(file: &File, filters: &[Filter], damaged: &mut dyn FnMut(Damage)) -> Source {
        let mut sources = Vec::with_capacity(filters.len());
        for filter in filters {
            match Source::new(file, filter, damaged) {
                Source::None => return Source::None,
                source => sources.push(source),
            }
        }
        if sources.is_empty() {
            return Source::new(file, &Filter::All, damaged);
        }
        // The rarest leads: each of its entries is looked for in the others.
        sources.sort_by_key(Source::at_most);
        Source::All(sources)
    }

    /// No more entries than that.
    fn at_most(&self) -> u64 {
        match self {
            Source::List(list) => list.len(),
            Source::All(all) => all.iter().map(Source::at_most).min().unwrap_or_default(),
            Source::Any(any) => any.iter().map(Source::at_most).fold(0, u64::saturating_add),
            Source::None => 0,
        }
    }

    /// The entry's offset that lies at that one or next to it in that direction.
    pub fn seek(&mut self, file: &File, offset: u64, direction: Direction) -> Option<u64> {
        match self {
            Source::List(list) => list.seek(file, offset, direction),
            Source::Any(any) => {
                let found = any.iter_mut().filter_map(|one| one.seek(file, offset, direction));
                nearest(found, direction)
            }
            Source::All(all) => {
                // Leaps from one to the next until all agree. It only ever goes forth, so it ends.
                let mut at = offset;
                'leap: loop {
                    let mut is_first = true;
                    for one in all.iter_mut() {
                        let found = one.seek(file, at, direction)?;
                        let has_moved = found != at;
                        at = found;
                        if has_moved && !is_first {
                            continue 'leap;
                        }
                        is_first = false;
                    }
                    return Some(at);
                }
            }
            Source::None => None,
        }
    }

    /// Appends offsets of up to `max` entries beyond that one, in that direction.
    pub fn gather(
        &mut self,
        file: &File,
        beyond: u64,
        direction: Direction,
        max: usize,
        into: &mut Vec<u64>,
        damaged: &mut dyn FnMut(Damage),
    ) {
        if let Source::List(list) = self {
            return list.gather(file, beyond, direction, max, into, damaged);
        }
        let end = into.len() + max;
        let mut beyond = beyond;
        while into.len() < end {
            let Some(found) = self.seek(file, direction.after(beyond), direction) else { return };
            into.push(found);
            beyond = found;
        }
    }

    /// Where a walk that is at that location goes on in this file; `seqnum_id` is the file's.
    pub fn locate(
        &mut self,
        file: &File,
        seqnum_id: Id128,
        location: &Location,
        direction: Direction,
    ) -> Option<u64> {
        let target = match location {
            Location::Head if direction == Direction::Backward => return None,
            Location::Tail if direction == Direction::Forward => return None,
            Location::Head | Location::Tail => return self.end(file, direction),
            Location::Near(target) => *target,
            Location::At(at) => at.into(),
        };
        self.locate_target(file, seqnum_id, &target, direction)
    }

    /// The first entry, or the last.
    fn end(&mut self, file: &File, direction: Direction) -> Option<u64> {
        match (self, direction) {
            (Source::List(list), _) => list.end(file, direction),
            (source, Direction::Forward) => source.seek(file, 0, direction),
            (source, Direction::Backward) => source.seek(file, u64::MAX - 1, direction),
        }
    }

    /// As sd-journal: each list of fields by itself is bisected for the place.
    fn locate_target(
        &mut self,
        file: &File,
        seqnum_id: Id128,
        target: &Target,
        direction: Direction,
    ) -> Option<u64> {
        let list = match self {
            Source::List(list) => list,
            Source::Any(any) => {
                let found = any
                    .iter_mut()
                    .filter_map(|one| one.locate_target(file, seqnum_id, target, direction));
                return nearest(found, direction);
            }
            Source::All(all) => {
                let mut farthest = None;
                for one in all.iter_mut() {
                    let found = one.locate_target(file, seqnum_id, target, direction)?;
                    farthest = Some(match (farthest, direction) {
                        (None, _) => found,
                        (Some(far), Direction::Forward) => found.max(far),
                        (Some(far), Direction::Backward) => found.min(far),
                    });
                }
                return self.seek(file, farthest?, direction);
            }
            Source::None => return None,
        };
        if let Some((id, seqnum)) = target.seqnum
            && id == seqnum_id
        {
            return list.bisect_by(file, seqnum, direction, |entry| entry.seqnum);
        }
        let boot = target.monotonic.and_then(|(id, usec)| Some((Boot::find(file, id)?, usec)));
        if let Some((mut boot, usec)) = boot {
            if let Some(found) = boot.locate(file, list, usec, direction) {
                return Some(found);
            }
            if target.realtime_usec.is_none() {
                let last = boot.0.end(file, direction.opposite())?;
                return list.seek(file, direction.after(last), direction);
            }
        }
        match target.realtime_usec {
            Some(usec) => list.bisect_by(file, usec, direction, |entry| entry.realtime_usec),
            None if target.monotonic.is_some() => None,
            None => list.end(file, direction),
        }
    }
}

fn nearest(found: impl Iterator<Item = u64>, direction: Direction) -> Option<u64> {
    match direction {
        Direction::Forward => found.min(),
        Direction::Backward => found.max(),
    }
}

/// The entries of one boot.
struct Boot(List);

impl Boot {
    fn find(file: &File, boot_id: Id128) -> Option<Boot> {
        let data = file.find_data(format!("_BOOT_ID={boot_id}").as_bytes()).ok()??;
        Some(Boot(List::new(file.entries_of(data).ok()?.detach())))
    }

    /// The first of the list's entries that are of this boot and not before that time in it.
    fn locate(
        &mut self,
        file: &File,
        list: &mut List,
        usec: u64,
        direction: Direction,
    ) -> Option<u64> {
        let key = |entry: &Entry| entry.monotonic_usec;
        let mut at = self.0.bisect_by(file, usec, direction, key)?;
        loop {
            let found = list.seek(file, at, direction)?;
            at = self.0.seek(file, found, direction)?;
            if at == found {
                return Some(at);
            }
        }
    }
}
