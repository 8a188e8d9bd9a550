//! What mode, ACL and capabilities of one name grant.

use super::{Want, Who, capability};
use crate::snapshot::{AclEntry, AclTag, Entry, FileKind};

/// Whether one name grants what is wanted, looking at nothing else on its way (acl(5), "ACCESS CHECK ALGORITHM",
/// and capabilities(7)).
pub fn grants(who: &Who, entry: &Entry, want: Want) -> bool {
    let is_directory = entry.kind == FileKind::Directory;
    let wanted: u32 = match want {
        Want::Read => 4,
        // A name in a directory is made by writing it and searching it.
        Want::Write | Want::WriteOrMake if is_directory => 3,
        Want::Write | Want::WriteOrMake => 2,
        Want::Execute | Want::Search => 1,
    };
    by_mode(who, entry, wanted) || by_capability(who, entry, want)
}

fn by_capability(who: &Who, entry: &Entry, want: Want) -> bool {
    let is_directory = entry.kind == FileKind::Directory;
    if who.has(capability::DAC_OVERRIDE) {
        // Nobody executes what has no execute bit at all.
        return match want {
            Want::Execute => is_directory || entry.mode & 0o111 != 0,
            _ => true,
        };
    }
    who.has(capability::DAC_READ_SEARCH)
        && match want {
            Want::Read => true,
            Want::Search => is_directory,
            _ => false,
        }
}

fn by_mode(who: &Who, entry: &Entry, wanted: u32) -> bool {
    let has = |bits: u32| bits & wanted == wanted;
    if who.uid == entry.uid {
        return has(entry.mode >> 6);
    }
    if !entry.acl.is_empty() {
        return by_acl(who, entry, wanted);
    }
    if who.is_in(entry.gid) { has(entry.mode >> 3) } else { has(entry.mode) }
}

fn by_acl(who: &Who, entry: &Entry, wanted: u32) -> bool {
    let bits_of = |tag: AclTag| entry.acl.iter().find(|e| e.tag == tag).map(|e| u32::from(e.bits));
    let mask = bits_of(AclTag::Mask).unwrap_or(7);
    let has = |bits: u32| bits & wanted == wanted;
    if let Some(bits) = bits_of(AclTag::User(who.uid)) {
        return has(bits & mask);
    }
    let is_mine = |e: &&AclEntry| match e.tag {
        AclTag::OwningGroup => who.is_in(entry.gid),
        AclTag::Group(gid) => who.is_in(gid),
        AclTag::User(_) | AclTag::Mask => false,
    };
    let mut is_matched = false;
    for e in entry.acl.iter().filter(is_mine) {
        is_matched = true;
        if has(u32::from(e.bits) & mask) {
            return true;
        }
    }
    // Without an entry of its own, the owning group has the mode's bits.
    if bits_of(AclTag::OwningGroup).is_none() && who.is_in(entry.gid) {
        is_matched = true;
        if has(entry.mode >> 3) {
            return true;
        }
    }
    // Who is in one of the groups is never asked as one of the others.
    !is_matched && has(entry.mode)
}
