//! `--header`, and `--disk-usage`.

use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt as _;

use journal::file::{File, Header};
use journal::format::flags;
use journal::set::Set;
use unit::time::span::format_usec;

use super::super::amounts::bytes;
use super::Tool;
use super::failure::Failure;
use super::places::io_failure;
use super::times::stamp_or_none;

/// Bytes of an item of a hash table.
const HASH_ITEM: u64 = 16;
/// Chains that are longer make a table slow.
const LONG_CHAIN: u64 = 100;
/// Bytes of the header of systemd 252.
const HEADER_BYTES: u64 = 264;

/// `--header`
///
/// # Errors
/// Nobody reads it.
pub fn print(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let mut text = String::new();
    for (_, file) in set.files() {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a text does not fail.
        let _ = one(&mut text, file);
    }
    tool.print(text.as_bytes())
}

fn one(text: &mut String, file: &File) -> std::fmt::Result {
    let header = file.header();
    let (state, compatible, incompatible) = flag_words(&header);
    writeln!(text, "File path: {}", file.path().display())?;
    writeln!(text, "File ID: {}", header.file_id)?;
    writeln!(text, "Machine ID: {}", header.machine_id)?;
    writeln!(text, "Boot ID: {}", header.tail_entry_boot_id)?;
    writeln!(text, "Sequential number ID: {}", header.seqnum_id)?;
    writeln!(text, "State: {state}")?;
    writeln!(text, "Compatible flags:{compatible}")?;
    writeln!(text, "Incompatible flags:{incompatible}")?;
    writeln!(text, "Header size: {}", header.header_size)?;
    writeln!(text, "Arena size: {}", header.arena_size)?;
    writeln!(text, "Data hash table size: {}", header.data_hash_table_size / HASH_ITEM)?;
    writeln!(text, "Field hash table size: {}", header.field_hash_table_size / HASH_ITEM)?;
    let rotate = if rotate_suggested(&header) { "yes" } else { "no" };
    writeln!(text, "Rotate suggested: {rotate}")?;
    let (head, tail) = (header.head_entry_seqnum, header.tail_entry_seqnum);
    writeln!(text, "Head sequential number: {head} ({head:x})")?;
    writeln!(text, "Tail sequential number: {tail} ({tail:x})")?;
    let (head, tail) = (header.head_entry_realtime_usec, header.tail_entry_realtime_usec);
    writeln!(text, "Head realtime timestamp: {} ({head:x})", stamp_or_none(head))?;
    writeln!(text, "Tail realtime timestamp: {} ({tail:x})", stamp_or_none(tail))?;
    let tail = header.tail_entry_monotonic_usec;
    writeln!(text, "Tail monotonic timestamp: {} ({tail:x})", format_usec(tail, 1000))?;
    writeln!(text, "Objects: {}", header.n_objects)?;
    writeln!(text, "Entry objects: {}", header.n_entries)?;
    later(text, &header)?;
    match std::fs::metadata(file.path()) {
        Ok(about) => writeln!(text, "Disk usage: {}", bytes(about.blocks() * 512)),
        Err(_) => Ok(()),
    }
}

/// What headers have since later versions.
fn later(text: &mut String, header: &Header) -> std::fmt::Result {
    let fill = |count: u64, size: u64| 100.0 * count as f64 / (size / HASH_ITEM) as f64;
    if let Some(count) = header.n_data {
        let fill = fill(count, header.data_hash_table_size);
        writeln!(text, "Data objects: {count}\nData hash table fill: {fill:.1}%")?;
    }
    if let Some(count) = header.n_fields {
        let fill = fill(count, header.field_hash_table_size);
        writeln!(text, "Field objects: {count}\nField hash table fill: {fill:.1}%")?;
    }
    for (name, number) in [
        ("Tag objects", header.n_tags),
        ("Entry array objects", header.n_entry_arrays),
        ("Deepest field hash chain", header.field_hash_chain_depth),
        ("Deepest data hash chain", header.data_hash_chain_depth),
    ] {
        if let Some(number) = number {
            writeln!(text, "{name}: {number}")?;
        }
    }
    Ok(())
}

/// The names of flags, as journalctl of systemd 257 has them.
const COMPATIBLE: &[(u32, &str)] = &[
    (flags::COMPATIBLE_SEALED, "SEALED"),
    (flags::COMPATIBLE_SEALED_CONTINUOUS, "SEALED_CONTINUOUS"),
    (flags::COMPATIBLE_TAIL_ENTRY_BOOT_ID, "TAIL_ENTRY_BOOT_ID"),
];
const INCOMPATIBLE: &[(u32, &str)] = &[
    (flags::INCOMPATIBLE_COMPRESSED_XZ, "COMPRESSED-XZ"),
    (flags::INCOMPATIBLE_COMPRESSED_LZ4, "COMPRESSED-LZ4"),
    (flags::INCOMPATIBLE_COMPRESSED_ZSTD, "COMPRESSED-ZSTD"),
    (flags::INCOMPATIBLE_KEYED_HASH, "KEYED-HASH"),
    (flags::INCOMPATIBLE_COMPACT, "COMPACT"),
];

fn flag_words(header: &Header) -> (&'static str, String, String) {
    let state = match header.state {
        flags::STATE_OFFLINE => "OFFLINE",
        flags::STATE_ONLINE => "ONLINE",
        flags::STATE_ARCHIVED => "ARCHIVED",
        _ => "UNKNOWN",
    };
    let compatible = words(header.compatible_flags, COMPATIBLE);
    (state, compatible, words(header.incompatible_flags, INCOMPATIBLE))
}

/// The names of flags, a blank before each; marks for those that have none.
fn words(set: u32, names: &[(u32, &str)]) -> String {
    let known = names.iter().fold(0, |all, (flag, _)| all | flag);
    let mut text = String::new();
    for (_, name) in names.iter().filter(|(flag, _)| set & flag != 0) {
        text.push(' ');
        text.push_str(name);
    }
    if set & !known != 0 {
        text.push_str(" ???");
    }
    text
}

/// Whether journald would begin a new file.
fn rotate_suggested(header: &Header) -> bool {
    let is_full = |count: Option<u64>, size: u64| {
        // Three quarters.
        count.is_some_and(|count| count.saturating_mul(4) > (size / HASH_ITEM).saturating_mul(3))
    };
    let is_deep = |depth: Option<u64>| depth.is_some_and(|depth| depth > LONG_CHAIN);
    header.header_size < HEADER_BYTES
        || is_full(header.n_data, header.data_hash_table_size)
        || is_full(header.n_fields, header.field_hash_table_size)
        || is_deep(header.data_hash_chain_depth)
        || is_deep(header.field_hash_chain_depth)
        || (header.n_data.is_some_and(|count| count > 0) && header.n_fields == Some(0))
}

/// `--disk-usage`
///
/// # Errors
/// A file can't be asked.
pub fn disk_usage(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let used = set.disk_usage().map_err(|error| io_failure("Failed to get disk usage", &error))?;
    let text =
        format!("Archived and active journals take up {} in the file system.\n", bytes(used));
    tool.print(text.as_bytes())
}
