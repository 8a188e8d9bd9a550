//! Flags of file headers and objects.

/// A compressed payload may be among the objects: XZ.
pub const INCOMPATIBLE_COMPRESSED_XZ: u32 = 1 << 0;
/// A compressed payload may be among the objects: LZ4.
pub const INCOMPATIBLE_COMPRESSED_LZ4: u32 = 1 << 1;
/// Hashes are SipHash-2-4 with the file's identifier as key, not Jenkins' lookup3.
pub const INCOMPATIBLE_KEYED_HASH: u32 = 1 << 2;
/// A compressed payload may be among the objects: Zstandard.
pub const INCOMPATIBLE_COMPRESSED_ZSTD: u32 = 1 << 3;
/// Offsets in entries and arrays have 32 bits; data objects have two more members.
pub const INCOMPATIBLE_COMPACT: u32 = 1 << 4;

/// The flags that a reader must understand, with the names that journalctl(1) has for them.
pub const INCOMPATIBLE: &[(u32, &str)] = &[
    (INCOMPATIBLE_COMPRESSED_XZ, "xz-compressed"),
    (INCOMPATIBLE_COMPRESSED_LZ4, "lz4-compressed"),
    (INCOMPATIBLE_COMPRESSED_ZSTD, "zstd-compressed"),
    (INCOMPATIBLE_KEYED_HASH, "keyed-hash"),
    (INCOMPATIBLE_COMPACT, "compact"),
];

/// Tags seal the file, see `--setup-keys` in journalctl(1).
pub const COMPATIBLE_SEALED: u32 = 1 << 0;
/// The header's boot is the last entry's, not the last writer's (since systemd 254).
pub const COMPATIBLE_TAIL_ENTRY_BOOT_ID: u32 = 1 << 1;
/// Sealing left out no epoch (since systemd 255).
pub const COMPATIBLE_SEALED_CONTINUOUS: u32 = 1 << 2;

/// A data object's flag: its payload is compressed with XZ.
pub const OBJECT_COMPRESSED_XZ: u8 = 1 << 0;
/// A data object's flag: its payload is the length (8 bytes) and an LZ4 block.
pub const OBJECT_COMPRESSED_LZ4: u8 = 1 << 1;
/// A data object's flag: its payload is a Zstandard frame.
pub const OBJECT_COMPRESSED_ZSTD: u8 = 1 << 2;
/// At most one of them may be set.
pub const OBJECT_COMPRESSED: u8 =
    OBJECT_COMPRESSED_XZ | OBJECT_COMPRESSED_LZ4 | OBJECT_COMPRESSED_ZSTD;

/// A header's state: closed properly.
pub const STATE_OFFLINE: u8 = 0;
/// A header's state: being written, or its writer died.
pub const STATE_ONLINE: u8 = 1;
/// A header's state: rotated away, never written again.
pub const STATE_ARCHIVED: u8 = 2;
