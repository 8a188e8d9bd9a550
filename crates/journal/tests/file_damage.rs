//! What is damaged is reported with its place, what is not is read, and nothing goes round in circles.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;
use std::path::PathBuf;

use journal::fields::{Fields, Wanted};
use journal::file::{Damage, File, Scratch};
use journal::format::layout::{data, entry, entry_array, field, header, kind, u64_at};
use support::{Folder, story};
use testkit::journal::Form;

/// A file whose bytes are changed before it is opened.
struct Changed {
    folder: Folder,
    bytes: Vec<u8>,
    path: PathBuf,
}

impl Changed {
    fn new(entries: usize) -> Changed {
        let folder = Folder::new("damage");
        let form = Form { is_compact: false, ..Form::default() };
        let path = folder.write("a.journal", form, &story(9).entries(entries));
        Changed { bytes: fs::read(&path).unwrap(), folder, path }
    }

    fn whole(&self) -> File {
        File::open(&self.path).unwrap()
    }

    /// With that number there.
    fn with(&self, changes: &[(u64, u64)]) -> File {
        let mut bytes = self.bytes.clone();
        for (at, number) in changes {
            bytes[*at as usize..][..8].copy_from_slice(&number.to_le_bytes());
        }
        let path = self.folder.join("b.journal");
        let _ = fs::remove_file(&path);
        fs::write(&path, bytes).unwrap();
        File::open(&path).unwrap()
    }

    fn number(&self, at: u64) -> u64 {
        u64_at(&self.bytes, at as usize)
    }
}

fn values(file: &File, at: u64) -> (Vec<Vec<u8>>, Option<Damage>) {
    let mut fields = Fields::new(Wanted::All);
    // Its neighbours are known already: what is remembered of them must not be taken for this.
    file.items(at).unwrap().for_each(|_| ());
    let mut list = file.entries();
    for index in 0..10 {
        let _ = list.get(index).and_then(|at| fields.read_from(file, at).map(|_| ()));
    }
    let record = fields.read_from(file, at).unwrap();
    (record.fields().map(|field| [field.name, b"=", field.value].concat()).collect(), record.damage)
}

#[test]
fn an_entry_is_shown_without_what_is_damaged_of_it() {
    let made = Changed::new(50);
    let whole = made.whole();
    let at = whole.entries().get(30).unwrap();
    let (all, damage) = values(&whole, at);
    assert!(all.len() > 8 && damage.is_none());
    for number in 0..all.len() {
        let place = at + (entry::ITEMS + number * entry::ITEM) as u64;
        let item = made.number(place);
        let others: Vec<_> = all.iter().filter(|one| **one != all[number]).cloned().collect();
        // The item leads to where no data object is.
        for wrong in [0, 8, item + 1, item + 4, at, item | 1 << 40, u64::MAX, u64::MAX - 7] {
            let file = made.with(&[(place, wrong)]);
            let (left, damage) = values(&file, at);
            assert_eq!((left, damage.map(|damage| damage.offset)), (others.clone(), Some(wrong)));
        }
        // The data object itself is damaged: its kind, its size, its count, its payload.
        for (change, number) in [(0, 2), (8, 0), (8, 64), (8, 1 << 50), (56, 0), (24, 4), (48, 1)] {
            let file = made.with(&[(item + change, number)]);
            let (left, damage) = values(&file, at);
            assert_eq!((left, damage.map(|damage| damage.offset)), (others.clone(), Some(item)));
        }
        let file = made.with(&[(item, 1 | 7 << 8)]);
        assert!(values(&file, at).1.is_some_and(|damage| damage.what.contains("more ways")));
    }
}

#[test]
fn an_entry_that_is_none_is_an_error() {
    let made = Changed::new(5);
    let at = made.whole().entries().get(3).unwrap();
    let size = made.number(at + 8);
    let wrong =
        [(0, 1), (8, 0), (8, 64), (8, size - 8), (16, 0), (24, 0), (24, 1 << 55), (32, 1 << 55)];
    for (place, number) in wrong {
        let file = made.with(&[(at + place, number)]);
        assert_eq!(file.entry(at).unwrap_err().offset, at);
        assert!(file.items(at).is_err());
        assert!(Fields::new(Wanted::All).read_from(&file, at).is_err());
    }
    let file = made.whole();
    for wrong in [0, 8, at + 1, at + 8, 1 << 40, u64::MAX, u64::MAX - 7] {
        assert!(file.entry(wrong).is_err(), "{wrong}");
        assert!(file.object(wrong, kind::UNUSED).is_err() || wrong == at + 8);
    }
}

#[test]
fn chains_that_lead_back_end() {
    let made = Changed::new(200);
    let file = made.whole();
    let mut scratch = Scratch::default();
    let messages: Vec<u64> = file.values_of(b"MESSAGE").map(Result::unwrap).collect();
    for at in &messages {
        let said = file.payload(*at, &mut scratch).unwrap().to_vec();
        let hash = file.hash(&said) ^ 1;
        // Its hash does not fit, and the next of its bucket is itself, or one before it.
        for back in [*at, messages.iter().copied().min().unwrap()] {
            let changes =
                [(at + data::HASH as u64, hash), (at + data::NEXT_HASH_OFFSET as u64, back)];
            assert_eq!(made.with(&changes).find_data(&said).unwrap_err().offset, *at);
        }
        for forward in [*at, messages[0]] {
            let file = made.with(&[(at + data::NEXT_FIELD_OFFSET as u64, forward)]);
            let found: Vec<_> = file.values_of(b"MESSAGE").collect();
            assert!(found.len() <= messages.len() + 1 && found.last().unwrap().is_err());
        }
        if messages.len() > 40 && *at == messages[20] {
            break;
        }
    }
    let table = made.number(header::FIELD_HASH_TABLE_OFFSET as u64);
    let rows = made.number(header::FIELD_HASH_TABLE_SIZE as u64) / 16;
    let first = (0..rows)
        .map(|row| made.number(table + row * 16))
        .filter(|at| *at != 0)
        // Alone in its row: no others are lost with it.
        .find(|at| made.number(at + field::NEXT_HASH_OFFSET as u64) == 0)
        .unwrap();
    let file = made.with(&[(first + field::NEXT_HASH_OFFSET as u64, first)]);
    assert_eq!(file.field_names().filter(Result::is_err).count(), 1);
    assert_eq!(file.field_names().count(), made.whole().field_names().count() + 1);
}

#[test]
fn lists_that_lead_back_or_lie_end() {
    let made = Changed::new(300);
    let first = made.number(header::ENTRY_ARRAY_OFFSET as u64);
    let next = first + entry_array::NEXT_ENTRY_ARRAY_OFFSET as u64;
    for wrong in [first, 0, first + 8, 1 << 40, u64::MAX - 7] {
        let file = made.with(&[(next, wrong)]);
        let mut list = file.entries();
        assert_eq!(list.len(), 300);
        let readable = (0..300).take_while(|index| list.get(*index).is_ok()).count();
        assert!((1..300).contains(&readable));
        assert_eq!(list.partition_point(|_| Ok(true)), Ok(readable as u64));
        assert!(list.fill(0, 300, &mut Vec::new()).is_err());
    }
    // More entries than there is room for.
    let file = made.with(&[(header::N_ENTRIES as u64, u64::MAX)]);
    let mut list = file.entries();
    assert!(list.len() < file.size_bytes());
    assert!(list.get(list.len() - 1).is_err() && list.get(u64::MAX).is_err());
    let whole = list.partition_point(|at| file.entry(at).map(|_| true)).unwrap();
    assert_eq!(whole, 300);
    // Places that are no places, in the middle of the list.
    for wrong in [0, 1, 4, 8] {
        let file = made.with(&[(first + entry_array::ITEMS as u64 + 8, wrong)]);
        let mut list = file.entries();
        assert!(list.get(1).and_then(|at| file.entry(at)).is_err());
        assert!(list.get(0).is_ok() && list.get(2).is_ok());
    }
    for (at, number) in
        [(header::DATA_HASH_TABLE_SIZE, 0), (header::DATA_HASH_TABLE_OFFSET, 1 << 40)]
    {
        let file = made.with(&[(at as u64, number)]);
        assert_eq!(file.find_data(b"_HOSTNAME=web1").is_ok(), number == 0);
        assert_eq!(file.find_data(b"_HOSTNAME=web1").ok().flatten(), None);
    }
}

#[test]
fn buckets_that_share_a_chain_do_not_take_for_ever() {
    const OBJECTS: u64 = 2000;
    const ROWS: u64 = 20_000;
    const SIZE: u64 = field::PAYLOAD as u64;
    let made = Changed::new(10);
    let mut bytes = made.bytes.clone();
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let first = bytes.len() as u64;
    for number in 1..=OBJECTS {
        let mut object = [0; SIZE as usize];
        object[0] = kind::FIELD;
        object[8..16].copy_from_slice(&SIZE.to_le_bytes());
        let next = if number < OBJECTS { first + number * SIZE } else { 0 };
        object[field::NEXT_HASH_OFFSET..][..8].copy_from_slice(&next.to_le_bytes());
        bytes.extend(object);
    }
    let table = bytes.len() as u64;
    for _ in 0..ROWS {
        bytes.extend(first.to_le_bytes());
        bytes.extend(first.to_le_bytes());
    }
    for (at, number) in
        [(header::FIELD_HASH_TABLE_OFFSET, table), (header::FIELD_HASH_TABLE_SIZE, ROWS * 16)]
    {
        bytes[at..][..8].copy_from_slice(&number.to_le_bytes());
    }
    let path = made.folder.join("shared.journal");
    fs::write(&path, &bytes).unwrap();
    let file = File::open(&path).unwrap();
    let names: Vec<_> = file.field_names().take((OBJECTS * ROWS) as usize).collect();
    assert!(names.len() as u64 <= bytes.len() as u64 / SIZE + 1, "{}", names.len());
    assert!(names.last().unwrap().is_err());
    assert_eq!(names.iter().filter(|name| name.is_err()).count(), 1);
}
