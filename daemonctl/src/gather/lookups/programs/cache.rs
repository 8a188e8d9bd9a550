//! `/etc/ld.so.cache`: where ldconfig(8) found libraries. The format is glibc's `sysdeps/generic/dl-cache.h`.

use std::collections::HashMap;

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const NEW_MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// Magic, padding and count of the old format, and its entries.
const OLD_HEAD_BYTES: usize = 16;
const OLD_ENTRY_BYTES: usize = 12;
/// Magic, counts, flags, offset of extensions and room for more of the new one, and its entries.
const NEW_HEAD_BYTES: usize = 48;
const NEW_ENTRY_BYTES: usize = 24;
/// Machines with more libraries have no such cache.
const ENTRIES_MAX: usize = 1 << 18;

/// Paths by the library's name.
pub type Cache = HashMap<String, Vec<String>>;

/// Reads one. Of what is not understood nothing is known.
pub fn parse(bytes: &[u8]) -> Cache {
    new_part(bytes).and_then(entries).unwrap_or_default()
}

/// The part in the new format: all of it, or behind entries in the old one.
fn new_part(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(NEW_MAGIC) {
        return Some(bytes);
    }
    let count = bytes.strip_prefix(OLD_MAGIC).and_then(|rest| word(rest, 0))?;
    let end =
        OLD_HEAD_BYTES.checked_add(usize::try_from(count).ok()?.checked_mul(OLD_ENTRY_BYTES)?)?;
    // Aligned for the new header.
    let part = bytes.get(end.checked_next_multiple_of(8)?..)?;
    part.starts_with(NEW_MAGIC).then_some(part)
}

fn entries(part: &[u8]) -> Option<Cache> {
    let count = usize::try_from(word(part, NEW_MAGIC.len())?).ok()?.min(ENTRIES_MAX);
    let mut cache = Cache::new();
    for entry in part.get(NEW_HEAD_BYTES..)?.chunks_exact(NEW_ENTRY_BYTES).take(count) {
        let (Some(name), Some(path)) = (text(part, word(entry, 4)), text(part, word(entry, 8)))
        else {
            continue;
        };
        cache.entry(name).or_default().push(path);
    }
    Some(cache)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}

fn text(part: &[u8], at: Option<u32>) -> Option<String> {
    let text = part.get(usize::try_from(at?).ok()?..)?;
    let end = memchr::memchr(0, text.get(..text.len().min(4096))?)?;
    Some(String::from_utf8_lossy(text.get(..end)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_format() -> Vec<u8> {
        let mut bytes = NEW_MAGIC.to_vec();
        bytes.extend(1_u32.to_ne_bytes());
        bytes.resize(NEW_HEAD_BYTES, 0);
        let name = (NEW_HEAD_BYTES + NEW_ENTRY_BYTES) as u32;
        for word in [0x0303, name, name + 10, 0, 0, 0] {
            bytes.extend(word.to_ne_bytes());
        }
        bytes.extend(b"libz.so.1\0/lib/libz.so.1\0");
        bytes
    }

    #[test]
    fn both_formats() {
        let new = new_format();
        assert_eq!(parse(&new)["libz.so.1"], ["/lib/libz.so.1"]);
        let mut old = OLD_MAGIC.to_vec();
        old.extend(1_u32.to_ne_bytes());
        old.extend([0; OLD_ENTRY_BYTES]);
        old.resize(32, 0);
        old.extend(&new);
        assert_eq!(parse(&old)["libz.so.1"], ["/lib/libz.so.1"]);
    }

    #[test]
    fn every_cut_is_survived() {
        let new = new_format();
        for cut in 0..new.len() {
            assert!(parse(&new[..cut]).is_empty());
        }
        if let Ok(real) = std::fs::read("/etc/ld.so.cache") {
            assert!(parse(&real).contains_key("libc.so.6"));
        }
    }
}
