//! Chains of arrays: each array is about twice as long as the one before.

use super::{Damage, File};
use crate::format::layout::{data, entry, entry_array as at, header, kind, u64_at};

/// The shortest entry's bytes, with its item in a list.
const ENTRY_SIZE_MIN: u64 = (entry::ITEMS + entry::COMPACT_ITEM + at::COMPACT_ITEM) as u64;

/// A list without its file: what [`EntryList::detach`](super::EntryList::detach) keeps of the way through the chain. Each call
/// takes the file again, which must be the one that it came from.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Whose list: a data object, or 0 for all entries.
    data_offset: u64,
    /// The arrays found so far.
    runs: Vec<Run>,
    /// The first array that is not among them; 0 at the chain's end.
    next_array: u64,
    len: u64,
    /// Which of the runs was used last.
    current: usize,
}

/// An array, or the inline entry (whose "array" is the member of its data object).
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where its first item lies.
    items: u64,
    /// The index of its first item in the list.
    first: u64,
    len: u64,
}

impl Chain {
    /// All entries of that file.
    pub(super) fn of_all(file: &File) -> Chain {
        Chain {
            next_array: file.header_u64(header::ENTRY_ARRAY_OFFSET),
            len: possible(file, file.n_entries()),
            ..Chain::default()
        }
    }

    /// The entries that have that data object.
    pub(super) fn of_data(file: &File, data_offset: u64) -> Result<Chain, Damage> {
        let object = file.data(data_offset)?;
        Ok(Chain {
            data_offset,
            next_array: object.u64_at(data::ENTRY_ARRAY_OFFSET),
            len: possible(file, object.u64_at(data::N_ENTRIES)),
            ..Chain::default()
        })
    }

    /// How many entries it claims to have; a damaged one may end earlier.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Looks whether the list is longer by now; whether it is. ([`File::refresh`] first.)
    pub fn refresh(&mut self, file: &File) -> bool {
        let now = match self.data_offset {
            0 => Chain::of_all(file),
            offset => match Chain::of_data(file, offset) {
                Ok(now) => now,
                Err(_) => return false,
            },
        };
        let has_grown = now.len > self.len;
        self.len = self.len.max(now.len);
        has_grown
    }

    /// The offset of that entry (which may be damaged itself; it is a multiple of 8 and not 0). Quick
    /// for an index next to the last one.
    ///
    /// # Errors
    /// The list ends earlier: it is damaged, or the index beyond it.
    #[inline]
    pub fn get(&mut self, file: &File, index: u64) -> Result<u64, Damage> {
        let run = match self.runs.get(self.current) {
            Some(run) if index.wrapping_sub(run.first) < run.len && index < self.len => *run,
            _ => self.run_with(file, index)?,
        };
        self.item(file, &run, index - run.first)
    }

    /// Appends the offsets of the entries from that index on, as many as there are up to `max`.
    ///
    /// # Errors
    /// The list ends early; what comes before has been appended.
    pub fn fill(
        &mut self,
        file: &File,
        index: u64,
        max: usize,
        into: &mut Vec<u64>,
    ) -> Result<(), Damage> {
        let end = self.len.min(index.saturating_add(max as u64));
        let mut index = index;
        while index < end {
            let run = self.run_with(file, index)?;
            let until = end.min(run.first.saturating_add(run.len));
            for at in index..until {
                into.push(self.item(file, &run, at - run.first)?);
            }
            index = until;
        }
        Ok(())
    }

    /// How many entries at the list's beginning are before something: like
    /// [`slice::partition_point`], and by the same steps as journald takes, so that lists which are
    /// not in order (the clock was set back) give the same place as with journalctl(1). A part of the
    /// list that is damaged, or whose entry the question fails for, counts as not before.
    ///
    /// # Errors
    /// None of now; damage at the end of a list only shortens it.
    pub fn partition_point(
        &mut self,
        file: &File,
        mut is_before: impl FnMut(u64) -> Result<bool, Damage>,
    ) -> Result<u64, Damage> {
        let mut is_before = |chain: &mut Chain, index| {
            chain.get(file, index).and_then(&mut is_before).unwrap_or(false)
        };
        let mut begin = 0;
        // The arrays one after another by their last entries, then within one.
        let mut end = loop {
            let Ok(run) = self.run_with(file, begin) else { return Ok(begin) };
            let end = self.len.min(run.first.saturating_add(run.len));
            if !is_before(self, end - 1) {
                break end - 1;
            }
            begin = end;
        };
        while begin < end {
            let middle = begin.midpoint(end);
            if is_before(self, middle) { begin = middle + 1 } else { end = middle }
        }
        Ok(begin)
    }

    /// The index of the first entry that does not lie before that offset. Lists are in the order of
    /// offsets; a damaged one is cut short.
    ///
    /// # Errors
    /// See [`partition_point`](Chain::partition_point).
    pub fn first_at_or_after(&mut self, file: &File, offset: u64) -> Result<u64, Damage> {
        self.partition_point(file, |entry| Ok(entry < offset))
    }

    fn item(&self, file: &File, run: &Run, index: u64) -> Result<u64, Damage> {
        let (offset, item) = if file.is_compact() && run.items != self.inline_place() {
            let place = run.items + index * at::COMPACT_ITEM as u64;
            (place, file.u32_at(place).map(u64::from))
        } else {
            let place = run.items + index * at::ITEM as u64;
            (place, file.u64_at(place))
        };
        match item {
            Some(item) if item != 0 && item % 8 == 0 => Ok(item),
            Some(0) => Err(Damage { offset, what: "the list of entries ends early" }),
            Some(_) => Err(Damage { offset, what: "no entry can begin there" }),
            None => Err(Damage { offset, what: "the list of entries is cut off" }),
        }
    }

    fn inline_place(&self) -> u64 {
        self.data_offset + data::ENTRY_OFFSET as u64
    }

    /// The run with that index, which is the current one from now on.
    fn run_with(&mut self, file: &File, index: u64) -> Result<Run, Damage> {
        let end = |offset| Damage { offset, what: "the list of entries ends early" };
        if index >= self.len {
            return Err(end(self.data_offset));
        }
        if self.runs.is_empty() && self.data_offset != 0 {
            self.runs.push(Run { items: self.inline_place(), first: 0, len: 1 });
        }
        loop {
            let known = self.runs.partition_point(|run| run.first <= index);
            let last = known.checked_sub(1).and_then(|at| Some((at, *self.runs.get(at)?)));
            if let Some((at, run)) = last
                && index - run.first < run.len
            {
                self.current = at;
                return Ok(run);
            }
            if let Some(run) = self.tail_with(file, index) {
                return Ok(run);
            }
            self.discover(file)?;
        }
    }

    /// The last array of all entries, if that index is in it: the header of a file at rest tells where it
    /// is, so that the way through all others, each on another page, is spared.
    fn tail_with(&self, file: &File, index: u64) -> Option<Run> {
        if self.data_offset != 0 || !self.runs.is_empty() || !file.is_at_rest() {
            return None;
        }
        let both = file.header_u64(header::TAIL_ENTRY_ARRAY_OFFSET);
        let (offset, used) = (both & u64::from(u32::MAX), both >> 32);
        let first = file.n_entries().checked_sub(used)?;
        let array = file.object(offset, kind::ENTRY_ARRAY).ok()?;
        let item = if file.is_compact() { at::COMPACT_ITEM } else { at::ITEM };
        let is_last = u64_at(array.bytes, at::NEXT_ENTRY_ARRAY_OFFSET) == 0;
        let has_all = array.rest(at::ITEMS).len() as u64 >= used.saturating_mul(item as u64);
        (is_last && has_all && index.checked_sub(first)? < used).then_some(Run {
            items: offset + at::ITEMS as u64,
            first,
            len: used,
        })
    }

    /// Finds the next array of the chain.
    fn discover(&mut self, file: &File) -> Result<(), Damage> {
        let (before, first) = match self.runs.last() {
            Some(run) => (run.items, run.first.saturating_add(run.len)),
            None => (0, 0),
        };
        if self.next_array == 0 {
            self.next_array = self.next_after_last(file);
        }
        let offset = self.next_array;
        let damage = |what| Err(Damage { offset, what });
        if offset == 0 {
            return Err(Damage { offset: before, what: "the list of entries ends early" });
        }
        // Arrays are appended as they are needed; a chain that leads back would never end.
        let is_inline = before == self.inline_place() && self.data_offset != 0;
        if offset <= before && !is_inline {
            return damage("the list of entries leads back");
        }
        let array = file.object(offset, kind::ENTRY_ARRAY)?;
        let item = if file.is_compact() { at::COMPACT_ITEM } else { at::ITEM };
        let items = array.rest(at::ITEMS).len();
        if items == 0 || items % item != 0 {
            return damage("the array's size is none that an array can have");
        }
        self.runs.push(Run { items: offset + at::ITEMS as u64, first, len: (items / item) as u64 });
        self.next_array = u64_at(array.bytes, at::NEXT_ENTRY_ARRAY_OFFSET);
        Ok(())
    }

    /// The array after the last known one, which may have been added meanwhile.
    fn next_after_last(&self, file: &File) -> u64 {
        let Some(run) = self.runs.last() else {
            return file.header_u64(header::ENTRY_ARRAY_OFFSET);
        };
        if self.data_offset != 0 && run.items == self.inline_place() {
            let place = self.data_offset + data::ENTRY_ARRAY_OFFSET as u64;
            return file.u64_at(place).unwrap_or_default();
        }
        let back = (at::ITEMS - at::NEXT_ENTRY_ARRAY_OFFSET) as u64;
        file.u64_at(run.items.saturating_sub(back)).unwrap_or_default()
    }
}

/// No more entries than have room in the file, whatever a damaged count says.
fn possible(file: &File, count: u64) -> u64 {
    count.min(file.size_bytes() / ENTRY_SIZE_MIN)
}
