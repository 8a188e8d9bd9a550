//! Where the parts of headers and objects lie. All numbers are little endian; objects begin at
//! multiples of eight bytes.

/// What every journal file begins with.
pub const SIGNATURE: &[u8; 8] = b"LPKSHHRH";
/// The shortest header there ever was (before systemd 187).
pub const HEADER_SIZE_MIN: u64 = 208;
/// The longest header that we know (systemd 254).
pub const HEADER_SIZE_MAX: u64 = 272;

/// Offsets of the header's members, from the file's start.
pub mod header {
    /// u32
    pub const COMPATIBLE_FLAGS: usize = 8;
    /// u32
    pub const INCOMPATIBLE_FLAGS: usize = 12;
    /// u8
    pub const STATE: usize = 16;
    /// 16 bytes
    pub const FILE_ID: usize = 24;
    /// 16 bytes
    pub const MACHINE_ID: usize = 40;
    /// 16 bytes
    pub const TAIL_ENTRY_BOOT_ID: usize = 56;
    /// 16 bytes
    pub const SEQNUM_ID: usize = 72;
    /// u64, and so all that follow unless it says otherwise
    pub const HEADER_SIZE: usize = 88;
    /// Bytes after the header.
    pub const ARENA_SIZE: usize = 96;
    /// Of the table's first item, not of its object.
    pub const DATA_HASH_TABLE_OFFSET: usize = 104;
    /// Bytes.
    pub const DATA_HASH_TABLE_SIZE: usize = 112;
    /// Of the table's first item, not of its object.
    pub const FIELD_HASH_TABLE_OFFSET: usize = 120;
    /// Bytes.
    pub const FIELD_HASH_TABLE_SIZE: usize = 128;
    /// The last object.
    pub const TAIL_OBJECT_OFFSET: usize = 136;
    /// How many objects.
    pub const N_OBJECTS: usize = 144;
    /// How many entries.
    pub const N_ENTRIES: usize = 152;
    /// The last entry's number.
    pub const TAIL_ENTRY_SEQNUM: usize = 160;
    /// The first entry's number.
    pub const HEAD_ENTRY_SEQNUM: usize = 168;
    /// The first array of all entries.
    pub const ENTRY_ARRAY_OFFSET: usize = 176;
    /// Microseconds since 1970.
    pub const HEAD_ENTRY_REALTIME: usize = 184;
    /// Microseconds since 1970.
    pub const TAIL_ENTRY_REALTIME: usize = 192;
    /// Microseconds since the boot.
    pub const TAIL_ENTRY_MONOTONIC: usize = 200;
    /// Since systemd 187.
    pub const N_DATA: usize = 208;
    /// Since systemd 187.
    pub const N_FIELDS: usize = 216;
    /// Since systemd 189.
    pub const N_TAGS: usize = 224;
    /// Since systemd 189.
    pub const N_ENTRY_ARRAYS: usize = 232;
    /// Since systemd 246.
    pub const DATA_HASH_CHAIN_DEPTH: usize = 240;
    /// Since systemd 246.
    pub const FIELD_HASH_CHAIN_DEPTH: usize = 248;
    /// u32; since systemd 252.
    pub const TAIL_ENTRY_ARRAY_OFFSET: usize = 256;
    /// u32; since systemd 252.
    pub const TAIL_ENTRY_ARRAY_N_ENTRIES: usize = 260;
    /// Since systemd 254.
    pub const TAIL_ENTRY_OFFSET: usize = 264;
}

/// What an object is: its first byte.
pub mod kind {
    /// Never written.
    pub const UNUSED: u8 = 0;
    /// `FIELD=value`
    pub const DATA: u8 = 1;
    /// `FIELD`
    pub const FIELD: u8 = 2;
    /// What was logged at once.
    pub const ENTRY: u8 = 3;
    /// Chains of data objects by hash.
    pub const DATA_HASH_TABLE: u8 = 4;
    /// Chains of field objects by hash.
    pub const FIELD_HASH_TABLE: u8 = 5;
    /// Offsets of entries.
    pub const ENTRY_ARRAY: u8 = 6;
    /// A seal.
    pub const TAG: u8 = 7;
}

/// Every object's head.
pub mod object {
    /// u8, see [`super::kind`]
    pub const KIND: usize = 0;
    /// u8
    pub const FLAGS: usize = 1;
    /// u64: bytes, the head among them; padding up to the next object is not counted.
    pub const SIZE: usize = 8;
    /// Bytes of the head.
    pub const HEAD: usize = 16;
}

/// Data objects.
pub mod data {
    /// u64, and so all that follow unless it says otherwise
    pub const HASH: usize = 16;
    /// The next of the bucket.
    pub const NEXT_HASH_OFFSET: usize = 24;
    /// The next of the same field.
    pub const NEXT_FIELD_OFFSET: usize = 32;
    /// The first entry that has it.
    pub const ENTRY_OFFSET: usize = 40;
    /// The array of the others.
    pub const ENTRY_ARRAY_OFFSET: usize = 48;
    /// How many entries have it.
    pub const N_ENTRIES: usize = 56;
    /// In files that are not compact.
    pub const PAYLOAD: usize = 64;
    /// u32; compact files only.
    pub const TAIL_ENTRY_ARRAY_OFFSET: usize = 64;
    /// u32; compact files only.
    pub const TAIL_ENTRY_ARRAY_N_ENTRIES: usize = 68;
    /// In compact files.
    pub const COMPACT_PAYLOAD: usize = 72;
}

/// Field objects.
pub mod field {
    /// u64, and so all that follow
    pub const HASH: usize = 16;
    /// The next of the bucket.
    pub const NEXT_HASH_OFFSET: usize = 24;
    /// The newest data object of that field.
    pub const HEAD_DATA_OFFSET: usize = 32;
    /// The name.
    pub const PAYLOAD: usize = 40;
}

/// Entry objects.
pub mod entry {
    /// u64
    pub const SEQNUM: usize = 16;
    /// u64: microseconds since 1970
    pub const REALTIME: usize = 24;
    /// u64: microseconds since the boot
    pub const MONOTONIC: usize = 32;
    /// 16 bytes
    pub const BOOT_ID: usize = 40;
    /// u64
    pub const XOR_HASH: usize = 56;
    /// Offsets of data objects: u64 offset and u64 hash each, or u32 offset in compact files.
    pub const ITEMS: usize = 64;
    /// Bytes of an item.
    pub const ITEM: usize = 16;
    /// Bytes of an item in a compact file.
    pub const COMPACT_ITEM: usize = 4;
}

/// Hash tables.
pub mod hash_table {
    /// A bucket: u64 offset of its first object, u64 of its last.
    pub const ITEMS: usize = 16;
    /// Bytes of a bucket.
    pub const ITEM: usize = 16;
}

/// Arrays of entries.
pub mod entry_array {
    /// u64
    pub const NEXT_ENTRY_ARRAY_OFFSET: usize = 16;
    /// Offsets of entries: u64, or u32 in compact files; 0 where not used yet.
    pub const ITEMS: usize = 24;
    /// Bytes of an item.
    pub const ITEM: usize = 8;
    /// Bytes of an item in a compact file.
    pub const COMPACT_ITEM: usize = 4;
}

/// Tags.
pub mod tag {
    /// u64
    pub const SEQNUM: usize = 16;
    /// u64
    pub const EPOCH: usize = 24;
    /// HMAC-SHA256.
    pub const TAG: usize = 32;
    /// Bytes of the whole object.
    pub const SIZE: usize = 64;
}

/// What journald takes for no time: 2^55 microseconds, in the year 3111. Likewise no epoch of a tag.
pub const TIME_END_USEC: u64 = 1 << 55;

/// How many bytes an object of that kind ([`kind`]) has at least.
#[inline]
pub fn size_min(kind: u8, is_compact: bool) -> u64 {
    let bytes = match kind {
        kind::DATA if is_compact => data::COMPACT_PAYLOAD,
        kind::DATA => data::PAYLOAD,
        kind::FIELD => field::PAYLOAD,
        kind::ENTRY => entry::ITEMS,
        kind::DATA_HASH_TABLE | kind::FIELD_HASH_TABLE => hash_table::ITEMS,
        kind::ENTRY_ARRAY => entry_array::ITEMS,
        kind::TAG => tag::SIZE,
        _ => object::HEAD,
    };
    bytes as u64
}

/// The number at that place, or 0 where there is none.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(number) => u64::from_le_bytes(*number),
        None => 0,
    }
}

/// The number at that place, or 0 where there is none.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(number) => u32::from_le_bytes(*number),
        None => 0,
    }
}

/// The identifier at that place, or the null one where there is none.
pub fn id_at(bytes: &[u8], at: usize) -> crate::id::Id128 {
    crate::id::Id128(
        bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default(),
    )
}
