//! Whether what was done with a file needed a capability: path_resolution(7), capabilities(7).
//!
//! Access control lists are not looked at: where one permits what the modes refuse, a capability is taken for
//! needed that is not. That errs on the side of leaving a service what it has.

use std::collections::HashMap;

use rustix::fs::{OFlags, Stat};

use crate::credentials::Credentials;
use crate::names::Capability;

/// What is wanted of a file, as the bits of a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted(pub u32);

impl Wanted {
    /// To read it, or list it.
    pub const READ: Wanted = Wanted(4);
    /// To write it, or change its entries.
    pub const WRITE: Wanted = Wanted(2);
    /// To run it, or search it.
    pub const SEARCH: Wanted = Wanted(1);

    /// Of an open file.
    pub fn of_flags(flags: u64) -> Wanted {
        let mode = u32::try_from(flags & 3).unwrap_or(0);
        match OFlags::from_bits_retain(mode) & OFlags::RWMODE {
            OFlags::WRONLY => Wanted::WRITE,
            OFlags::RDWR => Wanted(6),
            _ => Wanted::READ,
        }
    }
}

/// The modes permit it to that user.
pub fn is_permitted(who: &Credentials, mode: u32, uid: u32, gid: u32, wanted: Wanted) -> bool {
    let shift = match () {
        () if who.fsuid() == uid => 6,
        () if who.is_in_group(gid) => 3,
        () => 0,
    };
    (mode >> shift) & wanted.0 == wanted.0
}

/// The capability that permitted what the modes refuse.
pub fn capability_for(who: &Credentials, stat: &Stat, wanted: Wanted) -> Option<Capability> {
    if is_permitted(who, stat.st_mode, stat.st_uid, stat.st_gid, wanted) {
        return None;
    }
    let is_directory = stat.st_mode & libc::S_IFMT == libc::S_IFDIR;
    let reading = if is_directory { 5 } else { 4 };
    let is_reading = wanted.0 & !reading == 0;
    let of_them = match is_reading {
        true => [Capability::DAC_READ_SEARCH, Capability::DAC_OVERRIDE],
        false => [Capability::DAC_OVERRIDE, Capability::DAC_OVERRIDE],
    };
    of_them.into_iter().find(|capability| capability.is_in(who.effective))
}

/// Directories that were looked at already: whether that user may search all of the way.
#[derive(Debug, Default)]
pub struct Ways {
    known: HashMap<(String, u32), Option<Capability>>,
}

/// More are not remembered: they are looked at again.
const WAYS_MAX: usize = 10_000;

impl Ways {
    /// The capability that searching a directory and those above it needed; `root` is a path of ours that stands
    /// for the process's root.
    pub fn capability_for(
        &mut self,
        who: &Credentials,
        root: &str,
        directory: &str,
    ) -> Option<Capability> {
        let key = (directory.to_owned(), who.fsuid());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let mut found = None;
        let mut at = Some(directory);
        while let Some(path) = at.filter(|_| found.is_none()) {
            let stat = rustix::fs::stat(format!("{root}{path}")).ok();
            found = stat.and_then(|stat| capability_for(who, &stat, Wanted::SEARCH));
            at = path.rsplit_once('/').map(|(above, _)| above).filter(|_| !path.is_empty());
        }
        if self.known.len() < WAYS_MAX {
            self.known.insert(key, found);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(uid: u32, gid: u32) -> Credentials {
        Credentials { uids: [uid; 4], gids: [gid; 4], ..Credentials::default() }
    }

    #[test]
    fn the_first_class_that_fits_decides() {
        assert!(is_permitted(&who(5, 5), 0o640, 5, 0, Wanted(6)));
        assert!(is_permitted(&who(6, 5), 0o640, 0, 5, Wanted::READ));
        assert!(!is_permitted(&who(6, 5), 0o640, 0, 5, Wanted::WRITE));
        // An owner who may not is refused even where others may.
        assert!(!is_permitted(&who(5, 5), 0o077, 5, 5, Wanted::READ));
    }

    #[test]
    fn flags_of_open_are_told_apart() {
        assert_eq!(Wanted::of_flags(0), Wanted::READ);
        assert_eq!(Wanted::of_flags(1 | 0o100), Wanted::WRITE);
        assert_eq!(Wanted::of_flags(2), Wanted(6));
    }
}
