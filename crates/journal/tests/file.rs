//! One file: what was written is read, in every form that files may have.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use journal::fields::{Fields, Wanted};
use journal::file::{File, Scratch};
use journal::format::layout::{data, kind};
use support::{BEGIN_USEC, Folder, boot, story};
use testkit::journal::{Compression, Entry, Form, odd};

type Said = BTreeSet<Vec<u8>>;

/// An entry's fields as `NAME=value`, each once: a journal keeps no more.
fn said(entry: &Entry) -> Said {
    entry.fields.iter().map(|(name, value)| [name.as_bytes(), b"=", value].concat()).collect()
}

/// All entries of the file with what they say: by their offsets, in the file's order.
fn read(file: &File) -> Vec<(journal::Entry, Said)> {
    let mut fields = Fields::new(Wanted::All);
    let mut list = file.entries();
    let one = |index| {
        let record = fields.read_from(file, list.get(index).unwrap()).unwrap();
        assert_eq!(record.damage, None);
        let said = record.fields().map(|field| [field.name, b"=", field.value].concat());
        (record.entry, said.collect())
    };
    (0..file.n_entries()).map(one).collect()
}

fn entries() -> Vec<Entry> {
    let mut entries = odd::entries(boot().id, BEGIN_USEC, 300_000);
    // What systemd-journal-remote does not take as it is: names that no field may have.
    entries.retain(|entry| entry.fields.iter().all(|(name, _)| is_name(name)));
    entries.extend(story(7).entries(300));
    entries
}

fn is_name(name: &str) -> bool {
    let is_letter =
        |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    (1..=64).contains(&name.len())
        && name.chars().all(is_letter)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("__")
}

#[test]
fn each_form_gives_back_what_was_written() {
    let folder = Folder::new("forms");
    let entries = entries();
    for (number, form) in Form::all().into_iter().enumerate() {
        let path = folder.write(&format!("{number}.journal"), form, &entries);
        let mut read_all = Vec::new();
        // systemd-journal-remote may rotate: an entry with 700 fields fills the table of names.
        for path in std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
            let file = File::open(&path).unwrap();
            assert_eq!(
                (file.is_compact(), file.header().is_keyed_hash()),
                (form.is_compact, form.is_keyed)
            );
            read_all.extend(read(&file));
            std::fs::remove_file(path).unwrap();
        }
        assert!(!path.exists());
        read_all.sort_by_key(|(entry, _)| entry.seqnum);
        assert_eq!(read_all.len(), entries.len(), "{form:?}");
        for ((found, found_said), wanted) in read_all.iter().zip(&entries) {
            let times = (found.realtime_usec, found.monotonic_usec, found.boot_id.0);
            assert_eq!(times, (wanted.realtime_usec, wanted.monotonic_usec, wanted.boot));
            let mut said = said(wanted);
            said.insert(format!("_BOOT_ID={}", found.boot_id).into_bytes());
            assert!(*found_said == said, "{form:?} entry {}", found.seqnum);
        }
    }
}

#[test]
fn what_is_wanted_is_found_by_hash_and_by_field() {
    let folder = Folder::new("find");
    for (number, form) in Form::all().into_iter().enumerate() {
        let file =
            File::open(&folder.write(&format!("{number}.journal"), form, &story(1).entries(400)));
        let file = file.unwrap();
        let mut entries: BTreeMap<Vec<u8>, Vec<u64>> = BTreeMap::new();
        for (entry, said) in read(&file) {
            said.into_iter().for_each(|said| entries.entry(said).or_default().push(entry.offset));
        }
        let mut scratch = Scratch::default();
        let mut values: BTreeMap<Vec<u8>, Said> = BTreeMap::new();
        for (said, offsets) in &entries {
            let at = file.find_data(said).unwrap().unwrap();
            assert_eq!(file.payload(at, &mut scratch).unwrap(), said);
            assert_eq!(file.object(at, kind::DATA).unwrap().u64_at(data::HASH), file.hash(said));
            let mut list = file.entries_of(at).unwrap();
            assert_eq!(list.len(), offsets.len() as u64);
            let listed: Vec<u64> = (0..list.len()).map(|index| list.get(index).unwrap()).collect();
            assert_eq!(listed, *offsets);
            let name = said.split(|byte| *byte == b'=').next().unwrap();
            values.entry(name.to_vec()).or_default().insert(said.clone());
        }
        for missing in [b"".as_slice(), b"=", b"MESSAGE", b"MESSAGE=no such thing was ever said"] {
            assert_eq!(file.find_data(missing), Ok(None));
        }
        for (name, values) in &values {
            let payload =
                |at: Result<u64, _>| file.payload(at.unwrap(), &mut scratch).unwrap().to_vec();
            let found: Vec<Vec<u8>> = file.values_of(name).map(payload).collect();
            assert_eq!(found.len(), values.len());
            assert_eq!(found.into_iter().collect::<Said>(), *values);
        }
        assert_eq!(file.values_of(b"NO_SUCH_FIELD").count(), 0);
        let names: BTreeSet<Vec<u8>> =
            file.field_names().map(|name| name.unwrap().to_vec()).collect();
        assert_eq!(names, values.into_keys().collect());
    }
}

#[test]
fn lists_are_read_from_any_place_in_any_direction() {
    let folder = Folder::new("lists");
    let path = folder.write("a.journal", Form::default(), &story(2).entries(3000));
    let file = File::open(&path).unwrap();
    let data = file.find_data(b"_HOSTNAME=web1").unwrap();
    let lists = [Some(file.entries()), data.map(|at| file.entries_of(at).unwrap())];
    for mut list in lists.into_iter().flatten() {
        let mut all = Vec::new();
        list.fill(0, usize::MAX, &mut all).unwrap();
        assert_eq!(all.len() as u64, list.len());
        assert!(all.is_sorted_by(|a, b| a < b));
        for (index, offset) in all.iter().enumerate().rev() {
            assert_eq!(list.get(index as u64), Ok(*offset));
            let mut again = list.clone();
            assert_eq!(again.get(index as u64 ^ 1365).is_ok(), (index ^ 1365) < all.len());
            assert_eq!(list.first_at_or_after(*offset), Ok(index as u64));
            assert_eq!(list.first_at_or_after(*offset + 8), Ok(index as u64 + 1));
        }
        let mut part = Vec::new();
        list.fill(all.len() as u64 - 5, 100, &mut part).unwrap();
        assert_eq!(part, all[all.len() - 5..]);
        assert!(list.get(list.len()).is_err());
        // By time, and without the file between two steps.
        let middle = file.entry(all[1234]).unwrap().realtime_usec;
        let chain = list.detach();
        let mut list = journal::EntryList::attach(&file, chain);
        let is_before = |offset| Ok(file.entry(offset)?.realtime_usec < middle);
        assert_eq!(list.partition_point(is_before), Ok(1234));
    }
}

#[test]
fn only_what_is_wanted_is_shown_and_ids_tell_what_is_the_same() {
    let folder = Folder::new("wanted");
    let long = "x".repeat(5000);
    let mut story = story(3);
    let mut entries = story.entries(500);
    for (number, entry) in entries.iter_mut().enumerate() {
        entry.push("_CMDLINE", format!("{long}{}", number % 3));
        entry.push("NOTE", format!("{number}{long}"));
        entry.push("MESSAGE_ID", "not MESSAGE");
    }
    for form in Form::all() {
        let path = folder.write("a.journal", form, &entries);
        let file = File::open(&path).unwrap();
        let names = ["MESSAGE", "PRIORITY", "_CMDLINE", "M", "_PID", "NO_SUCH"];
        let names: Vec<Vec<u8>> = names.iter().map(|name| name.as_bytes().to_vec()).collect();
        let mut some = Fields::new(Wanted::These(names.clone()));
        let mut all = Fields::new(Wanted::All);
        let mut ids: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        let mut list = file.entries();
        // Twice: not remembered yet, and remembered.
        for index in (0..list.len()).chain(0..list.len()) {
            let at = list.get(index).unwrap();
            let all = all.read_from(&file, at).unwrap();
            let some = some.read_from(&file, at).unwrap();
            let expected = all.fields().filter(|field| names.iter().any(|name| name == field.name));
            for (expected, found) in expected.clone().zip(some.fields()) {
                assert_eq!(
                    (expected.name, expected.value, expected.id),
                    (found.name, found.value, found.id)
                );
                assert_eq!(names[usize::from(found.index)], found.name);
                let same = [found.name, b"=", found.value].concat();
                assert_eq!(*ids.entry(found.id).or_insert_with(|| same.clone()), same);
            }
            assert_eq!(expected.count(), some.fields().count());
            assert!(all.fields().all(|field| field.index == u16::MAX));
            assert_eq!(
                some.get(0).map(|field| field.value.to_vec()),
                all.fields()
                    .find(|field| field.name == b"MESSAGE")
                    .map(|field| field.value.to_vec())
            );
            assert_eq!(some.get(5), None);
            assert!(all.fields().any(|field| field.name == b"NOTE" && field.value.len() > 5000));
        }
        std::fs::remove_file(path).unwrap();
    }
}

/// The file with its long payloads compressed in another way, where they are: no systemd at hand writes
/// all of them. (What the shorter objects leave free is not filled: readers go by offsets.)
fn repacked(path: &Path, flag: u32, pack: Pack) -> usize {
    let file = File::open(path).unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    let mut objects = BTreeSet::new();
    let mut list = file.entries();
    for index in 0..list.len() {
        objects.extend(file.items(list.get(index).unwrap()).unwrap());
    }
    let mut count = 0;
    for at in objects {
        let object = file.data(at).unwrap();
        assert!(!object.is_compressed());
        let packed = pack(object.rest(file.payload_at()));
        let payload = at as usize + file.payload_at();
        if packed.len() < object.rest(file.payload_at()).len() {
            bytes[payload..][..packed.len()].copy_from_slice(&packed);
            bytes[at as usize + 1] = flag as u8;
            let size = (file.payload_at() + packed.len()) as u64;
            bytes[at as usize + 8..][..8].copy_from_slice(&size.to_le_bytes());
            count += 1;
        }
    }
    // The bits of objects and of the header are the same but for Zstandard's.
    let header = if flag == 4 { 8 } else { flag };
    bytes[12] |= header as u8;
    std::fs::write(path, bytes).unwrap();
    count
}

type Pack = fn(&[u8]) -> Vec<u8>;

fn pack_zstd(text: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(text, 3).unwrap()
}

fn pack_xz(text: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn pack_lz4(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), lz4_flex::block::compress(text).as_slice()].concat()
}

#[test]
fn payloads_of_all_compressions_are_read() {
    let folder = Folder::new("packed");
    let mut entries = entries();
    for (number, entry) in entries.iter_mut().enumerate() {
        entry.push("SHARED", "shared, ".repeat(200 + number % 5));
        entry.push("OWN", format!("{number} ").repeat(300));
    }
    entries.retain(|entry| entry.fields.len() < 200);
    let ways = [(1, pack_xz as Pack), (2, pack_lz4), (4, pack_zstd)];
    for is_compact in [false, true] {
        let form = Form { compression: Compression::None, is_compact, is_keyed: true };
        for (flag, pack) in ways {
            let path = folder.write("a.journal", form, &entries);
            let plain = read(&File::open(&path).unwrap());
            assert_eq!(plain.len(), entries.len());
            let count = repacked(&path, flag, pack);
            assert!(count > entries.len(), "{flag}: {count}");
            let file = File::open(&path).unwrap();
            assert!(read(&file) == plain, "{flag}");
            assert!(read(&file) == plain, "{flag}");
            let mut some = Fields::new(Wanted::These(vec![b"SHARED".to_vec(), b"_PID".to_vec()]));
            for (entry, said) in &plain {
                let record = some.read_from(&file, entry.offset).unwrap();
                let found: Said =
                    record.fields().map(|field| [field.name, b"=", field.value].concat()).collect();
                let is_wanted =
                    |said: &&Vec<u8>| said.starts_with(b"SHARED=") || said.starts_with(b"_PID=");
                assert!(found == said.iter().filter(is_wanted).cloned().collect(), "{flag}");
            }
            let said = ["SHARED=", &"shared, ".repeat(201)].concat();
            assert!(file.find_data(said.as_bytes()).unwrap().is_some());
            // The same bytes are what journalctl takes for compressed so.
            let arguments = ["-o", "cat", "--output-fields=OWN", "--file"];
            match Command::new("journalctl").args(arguments).arg(&path).output() {
                Ok(output) => {
                    let own = entries.iter().flat_map(|entry| &entry.fields);
                    let own = own.filter(|(name, _)| name == "OWN");
                    let own: Vec<u8> =
                        own.flat_map(|(_, own)| [own, b"\n".as_slice()].concat()).collect();
                    assert!(output.stdout == own, "{flag}");
                }
                Err(error) => eprintln!("not compared with journalctl: {error}"),
            }
            std::fs::remove_file(path).unwrap();
        }
    }
}
