//! Names of groups, for hints about who may read what (group(5)).

use std::fs;

/// What /etc/group says; nothing where it can't be read.
pub fn known() -> String {
    fs::read_to_string("/etc/group").unwrap_or_default()
}

/// Groups' lines as (name, gid).
fn groups(known: &str) -> impl Iterator<Item = (&str, u32)> {
    known.lines().filter_map(|line| {
        let mut parts = line.split(':');
        Some((parts.next()?, parts.nth(1)?.parse().ok()?))
    })
}

/// The number of a group.
pub fn gid_of(known: &str, name: &str) -> Option<u32> {
    groups(known).find(|(known, _)| *known == name).map(|(_, gid)| gid)
}

/// The name of a group, if it has one.
pub fn name_of(known: &str, gid: u32) -> Option<&str> {
    groups(known).find(|(_, known)| *known == gid).map(|(name, _)| name)
}
