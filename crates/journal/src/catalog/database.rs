//! The compiled form: a head, the items in order, the texts.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::{Catalog, Item, Language};
use crate::format::layout::{id_at, u32_at, u64_at};

/// Below the root.
pub const PATH: &str = "var/lib/systemd/catalog/database";
const SIGNATURE: &[u8; 8] = b"RHHHKSLP";
/// Where the head's numbers lie, and how long it is.
const INCOMPATIBLE_FLAGS: usize = 12;
const HEADER_SIZE: usize = 16;
const N_ITEMS: usize = 24;
const ITEM_SIZE: usize = 32;
const HEAD: usize = 40;
/// An item: id, language, offset of its text.
const LANGUAGE: usize = 16;
const OFFSET: usize = 48;
const ITEM: usize = 56;
/// Larger ones are not read.
const SIZE_MAX: u64 = 64 << 20;

/// A language's name as items have it, if it is not too long.
pub fn language(name: &[u8]) -> Option<Language> {
    let mut language = Language::default();
    // The last byte is always zero.
    let (_, room) = language.split_last_mut()?;
    room.get_mut(..name.len())?.copy_from_slice(name);
    Some(language)
}

/// What follows the first line of an explanation's head; nothing at the head's end.
pub fn after_line(text: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b'\n', text)?;
    if end == 0 { None } else { text.get(end + 1..) }
}

fn damaged(path: &Path) -> io::Error {
    let text = format!("{} is no message catalogue, or is damaged", path.display());
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Reads that file.
pub fn read(path: &Path) -> io::Result<Catalog> {
    // Whatever lies in its place does not block.
    let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let size = file.metadata().map(|metadata| (metadata.is_file(), metadata.len()))?;
    if !matches!(size, (true, 0..=SIZE_MAX)) {
        return Err(damaged(path));
    }
    let mut bytes = Vec::new();
    file.take(SIZE_MAX).read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| damaged(path))
}

fn parse(bytes: &[u8]) -> Option<Catalog> {
    if !bytes.starts_with(SIGNATURE) || bytes.len() < HEAD || u32_at(bytes, INCOMPATIBLE_FLAGS) != 0
    {
        return None;
    }
    let number = |at| usize::try_from(u64_at(bytes, at)).ok();
    let (head, count, size) = (number(HEADER_SIZE)?, number(N_ITEMS)?, number(ITEM_SIZE)?);
    if head < HEAD || size < ITEM || count == 0 {
        return None;
    }
    let (items, texts) = bytes.get(head..)?.split_at_checked(count.checked_mul(size)?)?;
    let item = |item: &[u8]| {
        let name = item.get(LANGUAGE..OFFSET)?;
        let name = name.get(..memchr::memchr(0, name)?)?;
        Some(Item { id: id_at(item, 0), language: language(name)?, offset: u64_at(item, OFFSET) })
    };
    let items = items.chunks_exact(size).map(item).collect::<Option<Vec<Item>>>()?;
    Some(Catalog { items, texts: texts.to_vec() })
}

/// The file that holds that catalogue.
pub fn bytes(catalog: &Catalog) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend([0; 8]);
    for number in [HEAD, catalog.items.len(), ITEM] {
        bytes.extend((number as u64).to_le_bytes());
    }
    for item in &catalog.items {
        bytes.extend(item.id.0);
        bytes.extend(item.language);
        bytes.extend(item.offset.to_le_bytes());
    }
    bytes.extend(&catalog.texts);
    bytes
}

/// Writes that file in one step: who reads it sees the old or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".#database.{}", std::process::id()));
    let done = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    if done.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id128;

    fn two() -> Catalog {
        let item = |id, language: &[u8], offset| Item {
            id: Id128([id; 16]),
            language: super::language(language).unwrap(),
            offset,
        };
        Catalog { items: vec![item(1, b"", 1), item(1, b"de", 3)], texts: b"\0E\0D\0".to_vec() }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(parse(&bytes(&two())), Some(two()));
    }

    #[test]
    fn damaged_ones_are_none_and_never_read_beyond() {
        let good = bytes(&two());
        for length in 0..good.len() {
            let cut = good.get(..length).unwrap();
            if let Some(catalog) = parse(cut) {
                let _ = catalog.all("de").count();
            }
        }
        for at in 0..good.len() {
            for flip in [1, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                if let Some(catalog) = parse(&bad) {
                    let _ = catalog.all("de_AT").count();
                }
            }
        }
        let mut none = good;
        none[N_ITEMS] = 0;
        assert_eq!(parse(&none), None);
    }
}
