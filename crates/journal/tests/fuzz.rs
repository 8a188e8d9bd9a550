//! Files that are damaged, cut and changed in every way: never a panic, a hang, or memory beyond
//! a bound.
//!
//! Each test takes a few seconds. `JOURNAL_FUZZ=N` makes them N times as thorough.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod mini;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use journal::Set;
use journal::fields::{Fields, Wanted};
use journal::filter::Filter;
use journal::format::flags;
use journal::places::Places;
use journal::walk::{Direction, Walk};
use mini::exercise::{Watchdog, bound_memory, everything};
use mini::mutate::Mutator;
use mini::{Mini, Shape};
use support::{Folder, story};
use testkit::journal::Form;

fn times() -> usize {
    std::env::var("JOURNAL_FUZZ").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Damaged files, one after the other in the same place.
struct Bench {
    folder: Folder,
    watchdog: Watchdog,
}

impl Bench {
    fn new(name: &str) -> Bench {
        bound_memory();
        Bench { folder: Folder::new(name), watchdog: Watchdog::new() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("a.journal")
    }

    #[track_caller]
    fn put(&self, bytes: &[u8], what: &dyn Fn() -> String) {
        let path = self.path();
        fs::write(&path, bytes).unwrap();
        self.watchdog.at(what);
        let done = std::panic::catch_unwind(|| everything(&path));
        assert!(done.is_ok(), "panicked at: {}", what());
    }
}

fn two_shapes() -> [Shape; 2] {
    let plain = Shape::default();
    let modern =
        Shape { is_compact: true, is_keyed: true, compression: flags::OBJECT_COMPRESSED_ZSTD };
    [plain, modern]
}

#[test]
fn cut_at_each_byte() {
    let bench = Bench::new("cut");
    for shape in two_shapes() {
        let bytes = mini::small(shape);
        let step = (8 / times()).max(1);
        let header = 272..bytes.len();
        for length in (0..272).chain(header.step_by(step)) {
            bench.put(&bytes[..length], &|| format!("{shape:?} cut at {length}"));
            // As after a power failure: the length is there, what was written is not.
            let mut zeros = bytes[..length].to_vec();
            zeros.resize(bytes.len(), 0);
            bench.put(&zeros, &|| format!("{shape:?} zeros from {length}"));
        }
    }
}

#[test]
fn each_byte_flipped() {
    let bench = Bench::new("flip");
    for shape in two_shapes() {
        let mut bytes = mini::small(shape);
        for at in 0..bytes.len() {
            let bits = (0..8).map(|bit| 1_u8 << ((at + bit) % 8)).chain([0xff]);
            for bit in bits.take(times()) {
                bytes[at] ^= bit;
                bench.put(&bytes, &|| format!("{shape:?}, bits {bit:#x} of byte {at:#x}"));
                bytes[at] ^= bit;
            }
        }
    }
}

#[test]
fn each_number_replaced() {
    let bench = Bench::new("number");
    for (round, shape) in two_shapes().into_iter().enumerate() {
        let bytes = mini::small(shape);
        let size = bytes.len() as u64;
        for at in (0..bytes.len() - 7).step_by(8) {
            let own = at as u64;
            let numbers = [0, 1, 8, own, size - 8, size, 1 << 32, 1 << 63, u64::MAX - 7, u64::MAX];
            let number = |turn| numbers[(at / 8 + round * 5 + turn) % numbers.len()];
            for number in (0..2 * times()).take(numbers.len()).map(number) {
                let mut bytes = bytes.clone();
                bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
                bench.put(&bytes, &|| format!("{shape:?}, {at:#x} = {number:#x}"));
            }
        }
    }
}

#[test]
fn damage_of_all_kinds_to_all_shapes() {
    let bench = Bench::new("damage");
    for (number, shape) in mini::shapes().enumerate() {
        let mut mutator = Mutator::new(mini::small(shape), number as u64);
        for _ in 0..120 * times() {
            let (bytes, what) = mutator.next();
            bench.put(&bytes, &|| format!("{shape:?}: {what}"));
        }
    }
}

#[test]
fn damage_to_files_of_systemd() {
    let bench = Bench::new("systemd");
    let compact = Form { is_compact: true, ..Form::default() };
    for form in [compact, Form { is_compact: false, ..compact }] {
        let path = bench.folder.write("base.journal", form, &story(5).entries(40));
        let mut mutator = Mutator::new(fs::read(&path).unwrap(), 77);
        fs::remove_file(&path).unwrap();
        for _ in 0..10 * times() {
            let (bytes, what) = mutator.next();
            bench.put(&bytes, &|| format!("{form:?}: {what}"));
        }
    }
}

/// A file with one message that is stored so.
fn with_payload(shape: Shape, flag: u8, stored: &[u8]) -> Vec<u8> {
    let mut mini = Mini::new(shape);
    let priority = mini.data(b"PRIORITY=1");
    let message = mini.data_as(flag, stored, 0x1234);
    mini.entry_of(&[priority, message], 0);
    mini.finish()
}

#[test]
fn compressed_payloads_that_lie() {
    let bench = Bench::new("bomb");
    for shape in mini::shapes().filter(|shape| shape.compression != 0) {
        let flag = shape.compression;
        let mut stored: Vec<Vec<u8>> = vec![Vec::new(), vec![0], vec![0xff; 64]];
        match flag {
            flags::OBJECT_COMPRESSED_LZ4 => {
                let block = lz4_flex::block::compress(&[b'A'; 100_000]);
                for claimed in [0, 1, 99_999, 100_001, 1 << 30, (1 << 31) - 1, 1 << 31, u64::MAX] {
                    stored.push([&claimed.to_le_bytes()[..], &block].concat());
                }
            }
            flags::OBJECT_COMPRESSED_ZSTD => {
                // What a megabyte of zeros becomes, claimed to be anything from nothing to 2^64.
                let frame = zstd::bulk::compress(&vec![0; 1 << 20], 3).unwrap();
                stored.push(frame.clone());
                for at in 4..frame.len().min(20) {
                    for byte in [0, 1, 0x20, 0x7f, 0xe0, 0xff] {
                        let mut frame = frame.clone();
                        frame[at] = byte;
                        stored.push(frame);
                    }
                }
                let mut largest = frame[..4].to_vec();
                largest.extend([0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
                largest.extend(&frame[9..]);
                stored.push(largest);
            }
            _ => {
                let mut small = mini::small(shape);
                // An XZ stream is found by its magic, and damaged in each byte of its head.
                let magic = [0xfd, b'7', b'z', b'X', b'Z', 0];
                let at = small.windows(6).position(|bytes| bytes == magic).unwrap();
                let stream = small.split_off(at);
                for place in 6..64 {
                    let mut stream = stream.clone();
                    stream[place] ^= 0x3f;
                    stored.push(stream);
                }
            }
        }
        for stored in stored {
            let bytes = with_payload(shape, flag, &stored);
            let begin = stored[..stored.len().min(16)].to_vec();
            bench.put(&bytes, &|| format!("{shape:?}: a payload of {begin:x?}"));
        }
    }
}

/// Changes a file as no writer does, while it is read.
fn meddle(path: &Path, bytes: &[u8], round: usize) {
    let half = bytes.len() / 2;
    let open = || fs::OpenOptions::new().write(true).open(path);
    match round % 6 {
        0 => drop(open().and_then(|file| file.set_len(half as u64))),
        1 => drop(fs::write(path, bytes)),
        2 => drop(open().and_then(|file| file.set_len(0))),
        3 => {
            let beside = path.with_extension("new");
            drop(fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)));
        }
        4 => drop(fs::remove_file(path)),
        _ => drop(fs::write(path, &bytes[half..])),
    }
}

#[test]
fn files_that_change_while_they_are_read() {
    let bench = Bench::new("change");
    let path = bench.folder.write("base.journal", Form::default(), &story(5).entries(400));
    let bytes = fs::read(&path).unwrap();
    let seconds = Duration::from_secs(2 * times() as u64);
    let end = Instant::now() + seconds;
    let mut rounds = 0;
    std::thread::scope(|scope| {
        let meddler = scope.spawn(|| {
            for round in 0.. {
                if Instant::now() > end {
                    break;
                }
                meddle(&path, &bytes, round);
                std::thread::sleep(Duration::from_micros(300));
            }
        });
        while !meddler.is_finished() {
            rounds += 1;
            bench.watchdog.at(|| format!("round {rounds} of reading"));
            everything(&path);
        }
    });
    assert!(rounds > 3);
}

#[test]
fn a_set_whose_files_change_while_it_is_read() {
    let bench = Bench::new("set");
    let path = bench.folder.write("base.journal", Form::default(), &story(5).entries(100));
    let bytes = fs::read(&path).unwrap();
    let places = Places { directory: Some(bench.folder.path().to_owned()), ..Places::default() };
    let mut set = Set::open(&places);
    let mut watch = set.watch().unwrap();
    let end = Instant::now() + Duration::from_secs(times() as u64);
    let mut whole = 0;
    for round in 0.. {
        if Instant::now() > end {
            break;
        }
        bench.watchdog.at(|| format!("round {round} of reading"));
        // Sometimes the set hears of it, sometimes it reads what is no longer there.
        meddle(&path, &bytes, round);
        if round % 3 != 0 {
            watch.update(&mut set).unwrap();
        }
        for direction in [Direction::Forward, Direction::Backward] {
            let mut walk = Walk::new(Filter::all_of([]), direction);
            let mut fields = Fields::new(Wanted::All);
            let mut read = 0;
            while let Some(at) = walk.next(&set) {
                read += usize::from(fields.read(&set, at).is_ok());
                assert!(read <= bytes.len(), "an endless walk");
            }
            whole += usize::from(read == 100);
        }
    }
    assert!(whole > 0, "never was the whole file read");
}
