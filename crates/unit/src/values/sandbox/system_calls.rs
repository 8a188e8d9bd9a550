//! System calls and their groups (systemd.exec(5), SYSTEM CALL FILTERING), looked up by name.

mod groups;
mod known;

use std::cmp::Ordering;

use known::KNOWN;

pub use groups::GROUPS;

/// A group of system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, with the @.
    pub name: &'static str,
    /// What it holds, in a few words.
    pub meaning: &'static str,
    members: &'static str,
}

impl Group {
    /// The names of its members; those that begin with @ are groups.
    pub fn members(&self) -> impl Iterator<Item = &'static str> {
        self.members.split_ascii_whitespace()
    }
}

/// The group of that name.
pub fn group(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}

/// The system call of that name, of whatever architecture. It is the table's own string: cheap to
/// keep.
pub fn known(name: &str) -> Option<&'static str> {
    // A binary search in the text: the names are in order, with one blank between them.
    let (mut low, mut high) = (0, KNOWN.len());
    while low < high {
        let middle = low.midpoint(high);
        let before = KNOWN.get(low..middle)?.rfind(' ');
        let start = before.map_or(low, |blank| low.saturating_add(blank).saturating_add(1));
        let rest = KNOWN.get(start..high)?;
        let word = rest.split_once(' ').map_or(rest, |(word, _)| word);
        match word.cmp(name) {
            Ordering::Equal => return Some(word),
            Ordering::Less => low = start.saturating_add(word.len()).saturating_add(1),
            Ordering::Greater => high = start,
        }
    }
    None
}

/// All system calls that are known by name.
pub fn all() -> impl Iterator<Item = &'static str> {
    KNOWN.split_ascii_whitespace()
}
