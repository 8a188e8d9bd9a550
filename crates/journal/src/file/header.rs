//! The header of a file, as it is now.

use super::OpenError;
use crate::format::flags;
use crate::format::layout::{HEADER_SIZE_MIN, SIGNATURE, header as at, id_at, u32_at, u64_at};
use crate::id::Id128;

/// The file's header as it is now (a file that is written changes under us).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `COMPATIBLE_*` of [`flags`].
    pub compatible_flags: u32,
    /// `INCOMPATIBLE_*` of [`flags`].
    pub incompatible_flags: u32,
    /// `STATE_*` of [`flags`].
    pub state: u8,
    /// This file's.
    pub file_id: Id128,
    /// Where it was written.
    pub machine_id: Id128,
    /// The boot in which it was written last; of the last entry, if
    /// [`flags::COMPATIBLE_TAIL_ENTRY_BOOT_ID`] is set.
    pub tail_entry_boot_id: Id128,
    /// The sequence that its numbers are of.
    pub seqnum_id: Id128,
    /// Bytes of the header.
    pub header_size: u64,
    /// Bytes after the header.
    pub arena_size: u64,
    /// Of the table's first item; likewise the others.
    pub data_hash_table_offset: u64,
    /// Bytes.
    pub data_hash_table_size: u64,
    /// See above.
    pub field_hash_table_offset: u64,
    /// Bytes.
    pub field_hash_table_size: u64,
    /// The last object.
    pub tail_object_offset: u64,
    /// How many objects.
    pub n_objects: u64,
    /// How many entries.
    pub n_entries: u64,
    /// The last entry's number.
    pub tail_entry_seqnum: u64,
    /// The first entry's number.
    pub head_entry_seqnum: u64,
    /// The first of the arrays of all entries.
    pub entry_array_offset: u64,
    /// Microseconds since 1970.
    pub head_entry_realtime_usec: u64,
    /// Microseconds since 1970.
    pub tail_entry_realtime_usec: u64,
    /// Microseconds since boot.
    pub tail_entry_monotonic_usec: u64,
    /// Missing in files older than systemd 187; likewise the next.
    pub n_data: Option<u64>,
    /// See above.
    pub n_fields: Option<u64>,
    /// Since 189.
    pub n_tags: Option<u64>,
    /// Since 189.
    pub n_entry_arrays: Option<u64>,
    /// Since 246.
    pub data_hash_chain_depth: Option<u64>,
    /// Since 246.
    pub field_hash_chain_depth: Option<u64>,
    /// Since 252.
    pub tail_entry_array_offset: Option<u32>,
    /// Since 252.
    pub tail_entry_array_n_entries: Option<u32>,
    /// Since 254.
    pub tail_entry_offset: Option<u64>,
}

impl Header {
    /// Reads it from a file's first bytes; members that the header is too short for are missing.
    pub fn parse(bytes: &[u8]) -> Header {
        let header_size = u64_at(bytes, at::HEADER_SIZE);
        let has = |end: usize| header_size >= end as u64 && bytes.len() >= end;
        let later = |place: usize| has(place + 8).then(|| u64_at(bytes, place));
        let later_short = |place: usize| has(place + 4).then(|| u32_at(bytes, place));
        Header {
            compatible_flags: u32_at(bytes, at::COMPATIBLE_FLAGS),
            incompatible_flags: u32_at(bytes, at::INCOMPATIBLE_FLAGS),
            state: bytes.get(at::STATE).copied().unwrap_or_default(),
            file_id: id_at(bytes, at::FILE_ID),
            machine_id: id_at(bytes, at::MACHINE_ID),
            tail_entry_boot_id: id_at(bytes, at::TAIL_ENTRY_BOOT_ID),
            seqnum_id: id_at(bytes, at::SEQNUM_ID),
            header_size,
            arena_size: u64_at(bytes, at::ARENA_SIZE),
            data_hash_table_offset: u64_at(bytes, at::DATA_HASH_TABLE_OFFSET),
            data_hash_table_size: u64_at(bytes, at::DATA_HASH_TABLE_SIZE),
            field_hash_table_offset: u64_at(bytes, at::FIELD_HASH_TABLE_OFFSET),
            field_hash_table_size: u64_at(bytes, at::FIELD_HASH_TABLE_SIZE),
            tail_object_offset: u64_at(bytes, at::TAIL_OBJECT_OFFSET),
            n_objects: u64_at(bytes, at::N_OBJECTS),
            n_entries: u64_at(bytes, at::N_ENTRIES),
            tail_entry_seqnum: u64_at(bytes, at::TAIL_ENTRY_SEQNUM),
            head_entry_seqnum: u64_at(bytes, at::HEAD_ENTRY_SEQNUM),
            entry_array_offset: u64_at(bytes, at::ENTRY_ARRAY_OFFSET),
            head_entry_realtime_usec: u64_at(bytes, at::HEAD_ENTRY_REALTIME),
            tail_entry_realtime_usec: u64_at(bytes, at::TAIL_ENTRY_REALTIME),
            tail_entry_monotonic_usec: u64_at(bytes, at::TAIL_ENTRY_MONOTONIC),
            n_data: later(at::N_DATA),
            n_fields: later(at::N_FIELDS),
            n_tags: later(at::N_TAGS),
            n_entry_arrays: later(at::N_ENTRY_ARRAYS),
            data_hash_chain_depth: later(at::DATA_HASH_CHAIN_DEPTH),
            field_hash_chain_depth: later(at::FIELD_HASH_CHAIN_DEPTH),
            tail_entry_array_offset: later_short(at::TAIL_ENTRY_ARRAY_OFFSET),
            tail_entry_array_n_entries: later_short(at::TAIL_ENTRY_ARRAY_N_ENTRIES),
            tail_entry_offset: later(at::TAIL_ENTRY_OFFSET),
        }
    }

    /// Whether offsets have 32 bits.
    pub fn is_compact(&self) -> bool {
        self.incompatible_flags & flags::INCOMPATIBLE_COMPACT != 0
    }

    /// Whether hashes are keyed with the file's identifier.
    pub fn is_keyed_hash(&self) -> bool {
        self.incompatible_flags & flags::INCOMPATIBLE_KEYED_HASH != 0
    }

    /// Whether tags seal it.
    pub fn is_sealed(&self) -> bool {
        self.compatible_flags & flags::COMPATIBLE_SEALED != 0
    }

    /// What journalctl(1) wants of a header before it reads a file of that size.
    pub(super) fn check(&self, file_size: u64) -> Result<(), OpenError> {
        let known = flags::INCOMPATIBLE.iter().fold(0, |all, (flag, _)| all | flag);
        let unknown = self.incompatible_flags & !known;
        if unknown != 0 {
            return Err(OpenError::Unsupported(unknown));
        }
        if self.state > flags::STATE_ARCHIVED {
            return Err(OpenError::Corrupt("the header has an unknown state"));
        }
        if self.header_size < HEADER_SIZE_MIN {
            return Err(OpenError::Corrupt("the header is too short"));
        }
        if self.is_sealed() && self.n_entry_arrays.is_none() {
            return Err(OpenError::Corrupt("the header is too short for a sealed file"));
        }
        let end = self.header_size.checked_add(self.arena_size);
        if end.is_none_or(|end| end > file_size) {
            return Err(OpenError::Truncated("it is shorter than its header says"));
        }
        if end.is_some_and(|end| self.tail_object_offset > end) {
            return Err(OpenError::Truncated("its last object lies behind its end"));
        }
        let offsets = [
            self.data_hash_table_offset,
            self.field_hash_table_offset,
            self.tail_object_offset,
            self.entry_array_offset,
        ];
        if offsets.iter().any(|offset| offset % 8 != 0) {
            return Err(OpenError::Truncated("its header has offsets that no object can have"));
        }
        Ok(())
    }
}

/// Whether a file begins as a journal does.
pub(super) fn has_signature(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}
