//! Entries one by one, for what counts them or shows them in a way of its own.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;

use journal::fields::{Fields, Wanted};
use journal::set::{Position, Set};
use present::log::{Entry, Field};

use super::follow::rounds;
use super::query::{Query, Shown, Sources, Stopped};
use super::record::{JournalEntry, TextEntry};
use super::sieve::Sieve;
use super::stream::{Batch, Item, Plan};

/// Entries that are planned at once.
const BATCH: usize = 512;

/// An entry of any source.
pub enum AnyEntry<'e> {
    /// Of a journal file.
    Journal(JournalEntry<'e>),
    /// Of a source of text; which one is told by its number.
    Text(&'e TextEntry),
}

impl AnyEntry<'_> {
    /// The value of a field: of several the first.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        match self {
            AnyEntry::Journal(entry) => entry.get(name),
            AnyEntry::Text(entry) => entry.get(name),
        }
    }

    /// How bad it is, as syslog(3) counts; 6 where it does not say.
    pub fn level(&self) -> u8 {
        let text = self.get(b"PRIORITY").and_then(|value| str::from_utf8(value).ok());
        text.and_then(|text| text.parse().ok()).filter(|level| *level < 8).unwrap_or(6)
    }

    /// Who said it: the service, or else the program.
    pub fn service(&self) -> &[u8] {
        let names: [&[u8]; 5] =
            [b"UNIT", b"_SYSTEMD_USER_UNIT", b"_SYSTEMD_UNIT", b"SYSLOG_IDENTIFIER", b"_COMM"];
        names.iter().find_map(|name| self.get(name)).unwrap_or(b"?")
    }

    /// The fields that [`AnyEntry::level`] and [`AnyEntry::service`] look at, and the message.
    pub fn told_by() -> Vec<Vec<u8>> {
        let names: [&[u8]; 7] = [
            b"MESSAGE",
            b"PRIORITY",
            b"UNIT",
            b"_SYSTEMD_USER_UNIT",
            b"_SYSTEMD_UNIT",
            b"SYSLOG_IDENTIFIER",
            b"_COMM",
        ];
        names.iter().map(|name| name.to_vec()).collect()
    }
}

/// One of two iterators.
enum Either<A, B> {
    One(A),
    Other(B),
}

impl<'f, A: Iterator<Item = Field<'f>>, B: Iterator<Item = Field<'f>>> Iterator for Either<A, B> {
    type Item = Field<'f>;

    fn next(&mut self) -> Option<Field<'f>> {
        match self {
            Either::One(fields) => fields.next(),
            Either::Other(fields) => fields.next(),
        }
    }
}

/// The same question to either kind.
macro_rules! both {
    ($self:ident, $entry:ident => $answer:expr) => {
        match $self {
            AnyEntry::Journal($entry) => $answer,
            AnyEntry::Text($entry) => $answer,
        }
    };
}

impl Entry for AnyEntry<'_> {
    fn realtime_usec(&self) -> u64 {
        both!(self, entry => entry.realtime_usec())
    }
    fn monotonic_usec(&self) -> u64 {
        both!(self, entry => entry.monotonic_usec())
    }
    fn boot_id(&self) -> [u8; 16] {
        both!(self, entry => entry.boot_id())
    }
    fn seqnum(&self) -> u64 {
        both!(self, entry => entry.seqnum())
    }
    fn seqnum_id(&self) -> [u8; 16] {
        both!(self, entry => entry.seqnum_id())
    }
    fn xor_hash(&self) -> u64 {
        both!(self, entry => entry.xor_hash())
    }
    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        match self {
            AnyEntry::Journal(entry) => Either::One(entry.fields()),
            AnyEntry::Text(entry) => Either::Other(entry.fields()),
        }
    }
    fn write_cursor(&self, out: &mut Vec<u8>) {
        both!(self, entry => entry.write_cursor(out));
    }
}

/// Calls `each` with every entry that a query asks for, in its order, until it breaks. `wanted` are the
/// fields that it looks at; `None`: all.
///
/// # Errors
/// New entries can't be waited for.
pub fn each(
    sources: &mut Sources,
    query: &Query,
    wanted: Option<Vec<Vec<u8>>>,
    each: &mut dyn FnMut(&AnyEntry<'_>) -> ControlFlow<()>,
) -> Result<Shown, Stopped> {
    let sieve = Sieve::new(query);
    let wanted = match wanted {
        None => Wanted::All,
        Some(mut names) => {
            for name in
                sieve.wants().filter(|name| !names.iter().any(|n| n == name)).collect::<Vec<_>>()
            {
                names.push(name.to_vec());
            }
            Wanted::These(names)
        }
    };
    let mut looking = Looking { fields: Fields::new(wanted), sieve, each };
    rounds(sources, query, &mut |_, set, plan, shown, limit| {
        looking.round(set, plan, shown, limit);
        Ok(())
    })
}

struct Looking<'l> {
    fields: Fields,
    sieve: Sieve,
    each: &'l mut dyn FnMut(&AnyEntry<'_>) -> ControlFlow<()>,
}

impl Looking<'_> {
    fn round(&mut self, set: &Set, plan: &mut Plan, shown: &mut Shown, limit: Option<u64>) {
        let mut batch = Batch::default();
        let matched = AtomicU64::new(0);
        let before = shown.entries;
        let mut goes_on = !plan.is_done;
        while goes_on && !plan.is_done {
            plan.fill(set, &mut batch, BATCH, &matched);
            for place in 0..batch.len() {
                goes_on = limit.is_none_or(|limit| shown.entries - before < limit)
                    && self.item(set, &batch, place, shown).is_continue();
                if !goes_on {
                    break;
                }
            }
            matched.store(shown.entries - before, std::sync::atomic::Ordering::Relaxed);
        }
        shown.is_closed |= !goes_on && limit.is_none_or(|limit| shown.entries - before < limit);
        shown.last = plan.last.or(shown.last);
        shown.note_damage(plan.take_damage());
        shown.troubles.extend(plan.texts().take_troubles());
    }

    fn item(
        &mut self,
        set: &Set,
        batch: &Batch,
        place: usize,
        shown: &mut Shown,
    ) -> ControlFlow<()> {
        if let Some(at) = batch.positions.get(place) {
            return self.journal(set, *at, shown);
        }
        match batch.items.get(place) {
            Some(Item::Journal(at)) => self.journal(set, *at, shown),
            Some(Item::Text(entry)) => self.give(&AnyEntry::Text(entry), shown),
            Some(Item::Boot(_)) | None => ControlFlow::Continue(()),
        }
    }

    fn journal(&mut self, set: &Set, at: Position, shown: &mut Shown) -> ControlFlow<()> {
        let Ok(record) = self.fields.read(set, at) else { return ControlFlow::Continue(()) };
        let entry = AnyEntry::Journal(JournalEntry { record: &record, set, at });
        if self.sieve.look(&entry).is_none() {
            return ControlFlow::Continue(());
        }
        shown.entries += 1;
        (self.each)(&entry)
    }

    fn give(&mut self, entry: &AnyEntry<'_>, shown: &mut Shown) -> ControlFlow<()> {
        if self.sieve.look(entry).is_none() {
            return ControlFlow::Continue(());
        }
        shown.entries += 1;
        (self.each)(entry)
    }
}
