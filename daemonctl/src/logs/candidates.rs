//! Patterns that match rarely: which entries can match is found in the index of messages, each of which is
//! looked at once, however many entries have it and wherever they lie.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use journal::Id128;
use journal::fields::{Fields, Wanted};
use journal::file::{Damage, File};
use journal::filter::Filter;
use journal::set::{Position, Set};

use super::grep::Grep;
use super::query::{Query, Start};
use super::record::TextEntry;

/// A pattern is held against so many entries before the index is asked.
const TRIED: u64 = 4096;
/// Of so many entries at least one matches, or the pattern is rare.
const RARE: u64 = 64;
/// The index is not worth it for fewer entries.
const MANY: u64 = 50_000;
/// More candidates than that are not kept: memory.
const MOST: u64 = 200_000;

/// The entries that may match, by file.
#[derive(Debug, Default)]
pub struct Candidates {
    by_file: HashMap<u32, OfFile>,
}

/// Those of one file.
#[derive(Debug)]
struct OfFile {
    /// Offsets, ascending.
    offsets: Vec<u64>,
    /// Where each boot's entries begin, ascending; `None` where boots are mixed.
    boots: Option<Vec<(u64, Id128)>>,
}

impl Candidates {
    /// Whether an entry may match.
    pub fn contains(&self, at: Position) -> bool {
        let of_file = self.by_file.get(&at.file);
        // Of a file that came later nothing is known.
        of_file.is_none_or(|of_file| of_file.offsets.binary_search(&at.offset).is_ok())
    }

    /// The boot of an entry.
    pub fn boot(&self, set: &Set, at: Position) -> Option<Id128> {
        let boots = self.by_file.get(&at.file).and_then(|of_file| of_file.boots.as_ref());
        let known = boots.and_then(|boots| {
            let before = boots.partition_point(|(start, _)| *start <= at.offset).checked_sub(1)?;
            boots.get(before).map(|(_, id)| *id)
        });
        known.or_else(|| set.entry(at).ok().map(|entry| entry.boot_id))
    }

    /// Whether of entries of one file from that offset to that one, in any direction, no one may match,
    /// and all are of one boot.
    pub fn is_dull(&self, file: u32, from: u64, to: u64) -> bool {
        let Some(of_file) = self.by_file.get(&file) else { return false };
        let (low, high) = (from.min(to), from.max(to));
        let is_between = |offset: &u64| (low..=high).contains(offset);
        let next = of_file.offsets.partition_point(|offset| *offset < low);
        let has_none = !of_file.offsets.get(next).is_some_and(is_between);
        let is_one_boot = |boots: &Vec<(u64, Id128)>| {
            let next = boots.partition_point(|(start, _)| *start <= low);
            !boots.get(next).is_some_and(|(start, _)| is_between(start))
        };
        has_none && of_file.boots.as_ref().is_some_and(is_one_boot)
    }

    /// Looks into all files, on two threads. `None`: there are too many, or a file is damaged.
    fn find(set: &Set, grep: &Grep) -> Option<Candidates> {
        let files: Vec<(u32, &File)> = set.files().collect();
        let next = AtomicU64::new(0);
        let total = AtomicU64::new(0);
        let work = || {
            let grep = grep.clone();
            let mut found = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((index, file)) = files.get(usize::try_from(at).ok()?) else { break };
                found.push((*index, OfFile::find(file, &grep, &total).ok().flatten()?));
            }
            Some(found)
        };
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(work);
            (work(), other.join().ok().flatten())
        });
        let mut by_file: HashMap<u32, OfFile> = one?.into_iter().collect();
        by_file.extend(other?);
        Some(Candidates { by_file })
    }
}

impl OfFile {
    /// The entries of a file with a message that matches; `None` if there are too many.
    fn find(file: &File, grep: &Grep, total: &AtomicU64) -> Result<Option<OfFile>, Damage> {
        let mut offsets = Vec::new();
        let mut outcome = Ok(true);
        file.each_text_of(b"MESSAGE", &mut |data, text| {
            if !grep.is_match(text.strip_prefix(b"MESSAGE=").unwrap_or_default()) {
                return ControlFlow::Continue(());
            }
            outcome = add_entries(file, data, total, &mut offsets);
            match outcome {
                Ok(true) => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        })?;
        if !outcome? {
            return Ok(None);
        }
        offsets.sort_unstable();
        offsets.dedup();
        Ok(Some(OfFile { offsets, boots: boots(file)? }))
    }
}

/// Appends the entries that have that data object; whether there are not too many.
fn add_entries(
    file: &File,
    data: u64,
    total: &AtomicU64,
    offsets: &mut Vec<u64>,
) -> Result<bool, Damage> {
    let mut entries = file.entries_of(data)?;
    let count = entries.len();
    if total.fetch_add(count, Ordering::Relaxed).saturating_add(count) > MOST {
        return Ok(false);
    }
    for at in 0..count {
        offsets.push(entries.get(at)?);
    }
    Ok(true)
}

/// Where each boot's entries begin in a file, if no other's lie among them.
fn boots(file: &File) -> Result<Option<Vec<(u64, Id128)>>, Damage> {
    let mut parts = Vec::new();
    let mut counted = 0;
    let mut is_readable = true;
    file.each_text_of(b"_BOOT_ID", &mut |data, text| {
        let mut part = || {
            let id = str::from_utf8(text.strip_prefix(b"_BOOT_ID=")?).ok()?.parse().ok()?;
            let mut entries = file.entries_of(data).ok()?;
            let last = entries.len().checked_sub(1)?;
            counted += entries.len();
            Some((entries.get(0).ok()?, entries.get(last).ok()?, id))
        };
        match part() {
            Some(part) => {
                parts.push(part);
                ControlFlow::Continue(())
            }
            None => {
                is_readable = false;
                ControlFlow::Break(())
            }
        }
    })?;
    parts.sort_unstable_by_key(|(first, ..)| *first);
    let is_mixed = parts.windows(2).any(|pair| match pair {
        [(_, last, _), (first, ..)] => last >= first,
        _ => false,
    });
    // An entry that its file was too full for may be in no list, and is in the next file again.
    let is_whole = is_readable && !is_mixed && counted + 1 >= file.n_entries();
    Ok(is_whole.then(|| parts.into_iter().map(|(first, _, id)| (first, id)).collect()))
}

/// Decides, while entries are looked at, whether the index is worth asking.
pub struct Adaptive {
    grep: Grep,
    filter: Filter,
    is_possible: bool,
    /// How many entries the pattern was held against.
    pub planned: u64,
    found: Option<Arc<Candidates>>,
}

impl Adaptive {
    /// For the pattern of a query.
    pub fn new(grep: Grep, query: &Query) -> Adaptive {
        let is_window = query.since_usec.is_some() || query.until_usec.is_some();
        let is_possible = !is_window && query.start == Start::Edge;
        Adaptive { grep, filter: query.filter.clone(), is_possible, planned: 0, found: None }
    }

    /// The entries that may match, once it is worth knowing.
    pub fn candidates(&mut self, set: &Set, matched: &AtomicU64) -> Option<Arc<Candidates>> {
        let is_rare = || matched.load(Ordering::Relaxed).saturating_mul(RARE) < self.planned;
        if self.is_possible && self.planned >= TRIED && is_rare() {
            // Once: it is worth it or it is not.
            self.is_possible = false;
            if at_most(set, &self.filter) >= MANY {
                self.found = Candidates::find(set, &self.grep).map(Arc::new);
            }
        }
        self.found.clone()
    }

    /// Entries come that nobody has looked at.
    pub fn forget(&mut self) {
        self.found = None;
    }
}

/// At most so many entries a filter lets through.
fn at_most(set: &Set, filter: &Filter) -> u64 {
    set.files().map(|(_, file)| at_most_of(file, filter)).sum()
}

fn at_most_of(file: &File, filter: &Filter) -> u64 {
    match filter {
        Filter::All => file.entries().len(),
        Filter::Field(text) => match file.find_data(text) {
            Ok(Some(data)) => file.entries_of(data).map_or(0, |entries| entries.len()),
            _ => 0,
        },
        Filter::AllOf(all) => {
            let least = all.iter().map(|filter| at_most_of(file, filter)).min();
            least.unwrap_or_else(|| file.entries().len())
        }
        Filter::AnyOf(any) => any.iter().map(|filter| at_most_of(file, filter)).sum(),
    }
}

/// Holds a pattern against single entries.
pub struct Tester {
    grep: Grep,
    fields: Fields,
}

impl Tester {
    /// For that pattern.
    pub fn new(grep: Grep) -> Tester {
        Tester { grep, fields: Fields::new(Wanted::These(vec![b"MESSAGE".to_vec()])) }
    }

    /// Whether an entry's message matches.
    pub fn is_match(&mut self, set: &Set, at: Position) -> bool {
        let Ok(record) = self.fields.read(set, at) else { return false };
        let message = record.fields().find(|field| field.name == b"MESSAGE");
        message.is_some_and(|message| self.grep.is_match(message.value))
    }

    /// The same for a record of text.
    pub fn is_text_match(&self, entry: &TextEntry) -> bool {
        entry.get(b"MESSAGE").is_some_and(|message| self.grep.is_match(message))
    }
}
