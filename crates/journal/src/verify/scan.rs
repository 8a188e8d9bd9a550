//! The pass over all objects of a file, from the first to the last.

use super::contents::kind_name;
use super::course::Course;
use super::links::Links;
use super::object::{Bytes, Object};
use super::payload::Hasher;
use super::problem::{Cause, Problem, Wrong, bad};
use super::seal::Sealing;
use super::{Key, Verdict, Watch, exact};
use crate::file::Header;
use crate::format::flags;
use crate::format::layout::{hash_table, header as header_at, kind};

/// Compatible flags that this program knows.
const KNOWN: u32 = flags::COMPATIBLE_SEALED
    | flags::COMPATIBLE_TAIL_ENTRY_BOOT_ID
    | flags::COMPATIBLE_SEALED_CONTINUOUS;

/// Seven bytes of the header that nobody uses.
const RESERVED: usize = 17;

/// How many there are.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub objects: u64,
    pub entries: u64,
    pub data: u64,
    pub fields: u64,
    pub tags: u64,
    pub entry_arrays: u64,
    /// Data hash tables and field hash tables.
    pub tables: [u64; 2],
}

/// The pass over one file.
pub struct Scan<'b, 'a> {
    pub(super) bytes: Bytes<'b>,
    pub(super) header: Header,
    pub(super) watch: &'a mut dyn Watch,
    pub(super) hasher: Hasher,
    pub(super) links: Links<'b>,
    pub(super) sealing: Option<Sealing<'a>>,
    pub(super) counts: Counts,
    pub(super) has_main_array: bool,
    pub(super) course: Course,
    /// Where the pass is.
    pub(super) place: u64,
    pub(super) shown: u64,
}

impl<'b, 'a> Scan<'b, 'a> {
    pub fn new(
        all: &'b [u8],
        header: Header,
        is_busy: bool,
        key: Option<&'a Key>,
        watch: &'a mut dyn Watch,
    ) -> Scan<'b, 'a> {
        let bytes = Bytes::new(all, &header);
        Scan {
            links: Links::new(bytes, &header, is_busy),
            hasher: Hasher::new(&header),
            sealing: key.filter(|_| header.is_sealed()).map(Sealing::new),
            bytes,
            header,
            watch,
            counts: Counts::default(),
            has_main_array: false,
            course: Course::default(),
            place: 0,
            shown: 0,
        }
    }

    /// Everything.
    pub fn run(mut self) -> Result<Verdict, Problem> {
        match self.check() {
            Ok(()) => Ok(Verdict {
                is_sealed: self.header.is_sealed(),
                first_usec: self.header.head_entry_realtime_usec,
                validated_usec: self.validated_usec(),
                last_usec: self.header.tail_entry_realtime_usec,
            }),
            Err(wrong) => Err(Problem::new(wrong, self.place, self.bytes.size())),
        }
    }

    fn check(&mut self) -> Result<(), Wrong> {
        if self.header.compatible_flags & !KNOWN != 0 {
            let text = "Cannot verify file with unknown extensions.".to_owned();
            return Err(Wrong::new(Cause::NotSupported, None, text));
        }
        let reserved = self.bytes.part(RESERVED as u64, 7).unwrap_or_default();
        if let Some(at) = reserved.iter().position(|byte| *byte != 0) {
            return bad((RESERVED + at) as u64, "Reserved field is non-zero");
        }
        self.place = self.header.header_size;
        let tail = self.header.tail_object_offset;
        if tail != 0 {
            loop {
                let object = self.object()?;
                if self.place == tail {
                    break;
                }
                self.place = object.end(self.place);
                self.show();
            }
        }
        self.totals()?;
        if self.links.are_sound(&self.header) {
            return Ok(());
        }
        exact::follow(self.bytes, &self.header)
    }

    fn show(&mut self) {
        let megabytes = self.place >> 20;
        if megabytes != self.shown {
            self.shown = megabytes;
            let all = self.header.tail_object_offset.max(1);
            let part = u128::from(self.place.min(all)) * 0xffff / u128::from(all);
            self.watch.progress(part as u16);
        }
    }

    /// The object where the pass is.
    #[inline]
    fn object(&mut self) -> Result<Object<'b>, Wrong> {
        let place = self.place;
        let object = self.bytes.object(kind::UNUSED, place).map_err(|cause| {
            Wrong::new(cause, Some(place), format!("Invalid object: {}", cause.words()))
        })?;
        let tail = self.header.tail_object_offset;
        if place > tail {
            let at = header_at::TAIL_OBJECT_OFFSET as u64;
            return bad(at, format!("Invalid tail object pointer ({place} > {tail})"));
        }
        self.counts.objects += 1;
        self.contents(&object).map_err(|mut wrong| {
            let text = format!("Invalid object contents: {}", wrong.cause.words());
            wrong.said.push((Some(place), text));
            wrong
        })?;
        self.compression(&object)?;
        match object.kind {
            kind::DATA => {
                self.counts.data += 1;
                self.links.data(place, &object);
            }
            kind::FIELD => self.counts.fields += 1,
            kind::ENTRY => self.entry(&object)?,
            kind::DATA_HASH_TABLE => {
                self.table(&object)?;
                self.links.data_hash_table(&object);
            }
            kind::FIELD_HASH_TABLE => self.table(&object)?,
            kind::ENTRY_ARRAY => {
                if place == self.header.entry_array_offset {
                    self.has_main_array = true;
                }
                self.counts.entry_arrays += 1;
                self.links.entry_array(place);
            }
            kind::TAG => self.tag(&object)?,
            _ => {}
        }
        Ok(object)
    }

    fn table(&mut self, object: &Object<'b>) -> Result<(), Wrong> {
        let place = self.place;
        let name = kind_name(object.kind);
        let header = &self.header;
        let [data, fields] = &mut self.counts.tables;
        let (count, offset, size) = if object.kind == kind::DATA_HASH_TABLE {
            (data, header.data_hash_table_offset, header.data_hash_table_size)
        } else {
            (fields, header.field_hash_table_offset, header.field_hash_table_size)
        };
        if *count > 1 {
            return bad(place, format!("More than one {name}: {count}"));
        }
        let begin = place.saturating_add(hash_table::ITEMS as u64);
        if offset != begin {
            return bad(place, format!("Header offset for {name} invalid ({offset} != {begin})"));
        }
        let bytes = object.size().saturating_sub(hash_table::ITEMS as u64);
        if size != bytes {
            return bad(place, format!("Header size for {name} invalid ({size} != {bytes})"));
        }
        *count += 1;
        Ok(())
    }
}
