//! POSIX ACLs as the kernel hands them out: `posix_acl_xattr.h`, version 2.

use insight::snapshot::{AclEntry, AclTag};

const VERSION: u32 = 2;
const ENTRY_BYTES: usize = 8;

/// The entries beyond owner and others, which the mode has already. Garbage has none.
pub fn parse(bytes: &[u8]) -> Vec<AclEntry> {
    let Some((version, entries)) = bytes.split_first_chunk() else { return Vec::new() };
    if u32::from_le_bytes(*version) != VERSION {
        return Vec::new();
    }
    entries.chunks_exact(ENTRY_BYTES).filter_map(entry).collect()
}

fn entry(bytes: &[u8]) -> Option<AclEntry> {
    let (tag, rest) = bytes.split_first_chunk()?;
    let (bits, rest) = rest.split_first_chunk()?;
    let (id, _) = rest.split_first_chunk()?;
    let id = u32::from_le_bytes(*id);
    let tag = match u16::from_le_bytes(*tag) {
        0x02 => AclTag::User(id),
        0x04 => AclTag::OwningGroup,
        0x08 => AclTag::Group(id),
        0x10 => AclTag::Mask,
        // ACL_USER_OBJ and ACL_OTHER are the mode's.
        _ => return None,
    };
    Some(AclEntry { tag, bits: (u16::from_le_bytes(*bits) & 7) as u8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, bits, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(bits.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn what_setfacl_writes() {
        let none = u32::MAX;
        let bytes =
            raw(&[(1, 6, none), (2, 4, 33), (4, 0, none), (8, 5, 4), (16, 5, none), (32, 0, none)]);
        let entry = |tag, bits| AclEntry { tag, bits };
        let expected = [
            entry(AclTag::User(33), 4),
            entry(AclTag::OwningGroup, 0),
            entry(AclTag::Group(4), 5),
            entry(AclTag::Mask, 5),
        ];
        assert_eq!(parse(&bytes), expected);
    }

    #[test]
    fn garbage_has_no_entries() {
        assert!(parse(b"").is_empty() && parse(b"\x03\0\0\0aaaaaaaa").is_empty());
        let whole = raw(&[(2, 4, 33)]);
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).is_empty());
        }
    }
}
