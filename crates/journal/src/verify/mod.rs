//! Whether a file holds together, as `journalctl --verify` asks; sealed files with their key.
//!
//! Start at [`verify`]. The checks are those of systemd 252, in its order and with its words
//! ([`Problem`]), but in one pass: instead of noting every object's place and looking each reference
//! up, the pass adds up keyed hashes of all references from both their ends (`links`); equal sums
//! prove that the ends belong together. Only where they do not, or the pass can't tell, the references
//! are followed one by one (`exact`) to say which is the first that is wrong.

use crate::file::File;

mod bisect;
mod contents;
mod course;
mod exact;
mod fsprg;
mod key;
mod links;
mod object;
mod payload;
mod problem;
mod scan;
mod seal;
mod starts;

pub use key::{BadKey, Key};
pub use problem::{Cause, Problem};

/// What [`verify`] found in a file that holds together. Microseconds since 1970; 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The file is sealed: and so [`validated_usec`](Verdict::validated_usec) counts.
    pub is_sealed: bool,
    /// The first entry.
    pub first_usec: u64,
    /// The last entry that a tag covers.
    pub validated_usec: u64,
    /// The last entry.
    pub last_usec: u64,
}

/// Who wants to know how far it is, and how points in time are written in messages.
pub trait Watch {
    /// That many of 65535 parts are done.
    fn progress(&mut self, part: u16) {
        let _ = part;
    }

    /// Microseconds since 1970 as journalctl(1) writes them: `Mon 2026-11-23 01:35:00 UTC`.
    fn timestamp(&self, usec: u64) -> String {
        usec.to_string()
    }
}

/// Nobody does.
impl Watch for () {}

/// How often a file is looked at again that was written to meanwhile.
const TRIES: u32 = 4;

/// Checks all that can be checked in that file. Files that are sealed need their key.
///
/// A file that was written to while it was checked is checked again; what is newer than its header was
/// then is not held against it. (journalctl(1) says `FAIL` of a file that is busy.)
///
/// # Errors
/// The first thing that does not hold together.
pub fn verify(file: &File, key: Option<&Key>, watch: &mut dyn Watch) -> Result<Verdict, Problem> {
    let mut tries = 0;
    loop {
        tries += 1;
        // Not being able to look how long it is now: what was known counts.
        let _ = file.refresh();
        let before = file.header();
        let size = file.size_bytes();
        if before.is_sealed() && key.is_none() {
            return Err(Problem::no_key(size));
        }
        let bytes = file.bytes(0, size).unwrap_or_default();
        let is_busy = tries > 1;
        let done = scan::Scan::new(bytes, before.clone(), is_busy, key, watch).run();
        if done.is_ok() || tries == TRIES || file.header() == before {
            return done;
        }
    }
}
