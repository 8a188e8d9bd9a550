//! A writer of journal files that are as small as can be: tables of a few buckets, a few entries. What
//! systemd writes begins with four megabytes of tables, too many to damage each byte of them.
#![allow(dead_code)] // each test file uses a part of it

pub mod exercise;
pub mod mutate;

use std::collections::HashMap;

use journal::Id128;
use journal::format::layout::{
    SIGNATURE, data, entry, entry_array, field, hash_table, header, kind, object, u64_at,
};
use journal::format::{flags, hash};

/// 2025-11-09 18:00:00 UTC.
const BEGIN_USEC: u64 = 1_762_711_200_000_000;
const HEADER: usize = 264;
const DATA_BUCKETS: usize = 5;
const FIELD_BUCKETS: usize = 3;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    pub is_compact: bool,
    pub is_keyed: bool,
    /// A flag of objects that are longer than [`COMPRESSED_FROM`].
    pub compression: u8,
}

/// Payloads of so many bytes are compressed.
pub const COMPRESSED_FROM: usize = 48;

/// A file that is being written.
pub struct Mini {
    pub bytes: Vec<u8>,
    shape: Shape,
    data: HashMap<Vec<u8>, usize>,
    fields: HashMap<Vec<u8>, usize>,
    counts: [u64; 8],
    entries: u64,
    tail: usize,
}

impl Mini {
    pub fn new(shape: Shape) -> Mini {
        let mut bytes = vec![0; HEADER];
        bytes[..8].copy_from_slice(SIGNATURE);
        let compression = match shape.compression {
            flags::OBJECT_COMPRESSED_XZ => flags::INCOMPATIBLE_COMPRESSED_XZ,
            flags::OBJECT_COMPRESSED_LZ4 => flags::INCOMPATIBLE_COMPRESSED_LZ4,
            flags::OBJECT_COMPRESSED_ZSTD => flags::INCOMPATIBLE_COMPRESSED_ZSTD,
            _ => 0,
        };
        let compact = if shape.is_compact { flags::INCOMPATIBLE_COMPACT } else { 0 };
        let keyed = if shape.is_keyed { flags::INCOMPATIBLE_KEYED_HASH } else { 0 };
        let all = compression | compact | keyed;
        bytes[header::INCOMPATIBLE_FLAGS..][..4].copy_from_slice(&all.to_le_bytes());
        for (at, byte) in [
            (header::FILE_ID, 0xf1),
            (header::MACHINE_ID, 0xac),
            (header::TAIL_ENTRY_BOOT_ID, 0xb0),
            (header::SEQNUM_ID, 0x5e),
        ] {
            bytes[at..at + 16].fill(byte);
        }
        let (data, fields) = (HashMap::new(), HashMap::new());
        let mut mini = Mini { bytes, shape, data, fields, counts: [0; 8], entries: 0, tail: 0 };
        mini.set(header::HEADER_SIZE, HEADER as u64);
        for (kind, buckets, offset, size) in [
            (
                kind::FIELD_HASH_TABLE,
                FIELD_BUCKETS,
                header::FIELD_HASH_TABLE_OFFSET,
                header::FIELD_HASH_TABLE_SIZE,
            ),
            (
                kind::DATA_HASH_TABLE,
                DATA_BUCKETS,
                header::DATA_HASH_TABLE_OFFSET,
                header::DATA_HASH_TABLE_SIZE,
            ),
        ] {
            let length = buckets * hash_table::ITEM;
            let at = mini.put(kind, 0, &vec![0; length]);
            mini.set(offset, (at + hash_table::ITEMS) as u64);
            mini.set(size, length as u64);
        }
        mini
    }

    fn get(&self, at: usize) -> u64 {
        u64_at(&self.bytes, at)
    }

    fn set(&mut self, at: usize, number: u64) {
        self.bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }

    /// Appends an object: what follows its head.
    fn put(&mut self, kind: u8, object_flags: u8, rest: &[u8]) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.bytes.len();
        self.bytes.extend([kind, object_flags, 0, 0, 0, 0, 0, 0]);
        self.bytes.extend(((rest.len() + object::HEAD) as u64).to_le_bytes());
        self.bytes.extend(rest);
        self.counts[usize::from(kind)] += 1;
        self.tail = at;
        at
    }

    fn hash(&self, payload: &[u8]) -> u64 {
        match self.shape.is_keyed {
            true => hash::keyed(Id128([0xf1; 16]), payload),
            false => hash::jenkins(payload),
        }
    }

    /// Hangs an object on its bucket.
    fn chain(&mut self, table: usize, buckets: usize, at: usize, hash: u64) {
        let bucket = self.get(table) as usize + (hash as usize % buckets) * hash_table::ITEM;
        match self.get(bucket + 8) as usize {
            0 => self.set(bucket, at as u64),
            // The same place in data and field objects.
            last => self.set(last + data::NEXT_HASH_OFFSET, at as u64),
        }
        self.set(bucket + 8, at as u64);
    }

    /// A data object that says so, new or not.
    pub fn data(&mut self, payload: &[u8]) -> usize {
        if let Some(at) = self.data.get(payload) {
            return *at;
        }
        let packed = match self.shape.compression {
            flag if payload.len() >= COMPRESSED_FROM && flag != 0 => Some(pack(flag, payload)),
            _ => None,
        };
        let flag = if packed.is_some() { self.shape.compression } else { 0 };
        let hash = self.hash(payload);
        let at = self.data_as(flag, packed.as_deref().unwrap_or(payload), hash);
        self.data.insert(payload.to_owned(), at);
        let name = payload.split(|byte| *byte == b'=').next().unwrap();
        let of = self.field(name);
        self.set(at + data::NEXT_FIELD_OFFSET, self.get(of + field::HEAD_DATA_OFFSET));
        self.set(of + field::HEAD_DATA_OFFSET, at as u64);
        at
    }

    /// A data object that holds those bytes, whatever they are.
    pub fn data_as(&mut self, flag: u8, stored: &[u8], hash: u64) -> usize {
        let head = if self.shape.is_compact { data::COMPACT_PAYLOAD } else { data::PAYLOAD };
        let mut rest = vec![0; head - object::HEAD];
        rest.extend(stored);
        let at = self.put(kind::DATA, flag, &rest);
        self.set(at + data::HASH, hash);
        self.chain(header::DATA_HASH_TABLE_OFFSET, DATA_BUCKETS, at, hash);
        at
    }

    fn field(&mut self, name: &[u8]) -> usize {
        if let Some(at) = self.fields.get(name) {
            return *at;
        }
        let mut rest = vec![0; field::PAYLOAD - object::HEAD];
        rest.extend(name);
        let at = self.put(kind::FIELD, 0, &rest);
        let hash = self.hash(name);
        self.set(at + field::HASH, hash);
        self.chain(header::FIELD_HASH_TABLE_OFFSET, FIELD_BUCKETS, at, hash);
        self.fields.insert(name.to_owned(), at);
        at
    }

    /// An entry that says so, a second after the last.
    pub fn entry(&mut self, payloads: &[&[u8]]) {
        let mut items: Vec<usize> = payloads.iter().map(|payload| self.data(payload)).collect();
        let xor = payloads.iter().fold(0, |all, payload| all ^ hash::jenkins(payload));
        items.sort_unstable();
        items.dedup();
        self.entry_of(&items, xor);
    }

    /// An entry that has those data objects.
    pub fn entry_of(&mut self, items: &[usize], xor: u64) {
        let number = self.entries;
        let realtime = BEGIN_USEC + number * 1_000_000;
        let monotonic = 5_000_000 + number * 1_000_000;
        let mut rest = Vec::new();
        for number in [number + 1, realtime, monotonic] {
            rest.extend(number.to_le_bytes());
        }
        rest.extend([0xb0; 16]);
        rest.extend(xor.to_le_bytes());
        for item in items {
            if self.shape.is_compact {
                rest.extend((*item as u32).to_le_bytes());
            } else {
                rest.extend((*item as u64).to_le_bytes());
                rest.extend(self.get(item + data::HASH).to_le_bytes());
            }
        }
        assert_eq!(rest.len(), entry::ITEMS - object::HEAD + items.len() * self.item_size());
        let at = self.put(kind::ENTRY, 0, &rest);
        self.list(header::ENTRY_ARRAY_OFFSET, number, at);
        for item in items {
            match self.get(item + data::N_ENTRIES) {
                0 => self.set(item + data::ENTRY_OFFSET, at as u64),
                count => self.list(item + data::ENTRY_ARRAY_OFFSET, count - 1, at),
            }
            self.set(item + data::N_ENTRIES, self.get(item + data::N_ENTRIES) + 1);
        }
        if number == 0 {
            self.set(header::HEAD_ENTRY_SEQNUM, 1);
            self.set(header::HEAD_ENTRY_REALTIME, realtime);
        }
        self.entries += 1;
        self.set(header::TAIL_ENTRY_SEQNUM, self.entries);
        self.set(header::TAIL_ENTRY_REALTIME, realtime);
        self.set(header::TAIL_ENTRY_MONOTONIC, monotonic);
    }

    fn item_size(&self) -> usize {
        if self.shape.is_compact { entry::COMPACT_ITEM } else { entry::ITEM }
    }

    /// Appends to a list of entries that has `count` in arrays and begins where `slot` says.
    fn list(&mut self, slot: usize, mut count: u64, at: usize) {
        let size =
            if self.shape.is_compact { entry_array::COMPACT_ITEM } else { entry_array::ITEM };
        let mut slot = slot;
        let mut capacity = 2;
        loop {
            let array = self.get(slot) as usize;
            if array == 0 {
                let rest = vec![0; entry_array::ITEMS - object::HEAD + capacity as usize * size];
                let array = self.put(kind::ENTRY_ARRAY, 0, &rest);
                self.set(slot, array as u64);
                continue;
            }
            let length = (self.get(array + object::SIZE) as usize - entry_array::ITEMS) / size;
            if count < length as u64 {
                let place = array + entry_array::ITEMS + count as usize * size;
                let number = (at as u64).to_le_bytes();
                self.bytes[place..place + size].copy_from_slice(&number[..size]);
                return;
            }
            count -= length as u64;
            capacity = length as u64 * 2;
            slot = array + entry_array::NEXT_ENTRY_ARRAY_OFFSET;
        }
    }

    /// The file.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let count = |kind: u8| self.counts[usize::from(kind)];
        let numbers = [
            (header::ARENA_SIZE, (self.bytes.len() - HEADER) as u64),
            (header::TAIL_OBJECT_OFFSET, self.tail as u64),
            (header::N_OBJECTS, self.counts.iter().sum()),
            (header::N_ENTRIES, self.entries),
            (header::N_DATA, count(kind::DATA)),
            (header::N_FIELDS, count(kind::FIELD)),
            (header::N_TAGS, count(kind::TAG)),
            (header::N_ENTRY_ARRAYS, count(kind::ENTRY_ARRAY)),
        ];
        for (at, number) in numbers {
            self.set(at, number);
        }
        self.bytes
    }
}

fn pack(flag: u8, payload: &[u8]) -> Vec<u8> {
    match flag {
        flags::OBJECT_COMPRESSED_XZ => {
            let options = lzma_rust2::XzOptions::with_preset(0);
            let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            std::io::Write::write_all(&mut writer, payload).unwrap();
            writer.finish().unwrap()
        }
        flags::OBJECT_COMPRESSED_LZ4 => {
            let mut packed = (payload.len() as u64).to_le_bytes().to_vec();
            packed.extend(lz4_flex::block::compress(payload));
            packed
        }
        _ => zstd::bulk::compress(payload, 3).unwrap(),
    }
}

/// A file of six entries that has something of everything.
pub fn small(shape: Shape) -> Vec<u8> {
    let mut mini = Mini::new(shape);
    let long = format!("MESSAGE={}", "the same again and ".repeat(4));
    for number in 0..6 {
        let message = format!("MESSAGE=number {number}");
        let message = if number % 3 == 2 { &long } else { &message };
        let priority = format!("PRIORITY={}", number % 4);
        let mut fields = vec![message.as_bytes(), b"_PID=1", priority.as_bytes()];
        if number % 2 == 0 {
            fields.push(b"_BINARY=\0\n\xff=");
        }
        fields.push(b"_PID=1");
        mini.entry(&fields);
    }
    mini.finish()
}

/// Each shape that there is.
pub fn shapes() -> impl Iterator<Item = Shape> {
    let compressions = [
        0,
        flags::OBJECT_COMPRESSED_XZ,
        flags::OBJECT_COMPRESSED_LZ4,
        flags::OBJECT_COMPRESSED_ZSTD,
    ];
    compressions.into_iter().flat_map(|compression| {
        let flags = [(false, false), (false, true), (true, false), (true, true)];
        flags.map(|(is_compact, is_keyed)| Shape { is_compact, is_keyed, compression })
    })
}
