//! Modes and owners in words.

use crate::snapshot::{Entry, FileKind, Lookups, Seen, Step};

/// A mode as ls(1) writes it: `drwxr-x---`, with `+` where an ACL says more.
pub fn mode_text(entry: &Entry) -> String {
    let mut text = String::from(match entry.kind {
        FileKind::File => "-",
        FileKind::Directory => "d",
        FileKind::Link => "l",
        FileKind::Socket => "s",
        FileKind::Fifo => "p",
        FileKind::Device => "c",
    });
    let special = [(0o4000, 's', 'S'), (0o2000, 's', 'S'), (0o1000, 't', 'T')];
    for (shift, (bit, with, without)) in [6_u32, 3, 0].into_iter().zip(special) {
        let bits = entry.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (entry.mode & bit != 0, bits & 1 != 0) {
            (true, true) => with,
            (true, false) => without,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    if !entry.acl.is_empty() {
        text.push('+');
    }
    text
}

/// What something is, in a word or two: `a directory`.
pub fn kind_word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::File => "a file",
        FileKind::Directory => "a directory",
        FileKind::Link => "a symbolic link",
        FileKind::Socket => "a socket",
        FileKind::Fifo => "a FIFO",
        FileKind::Device => "a device",
    }
}

/// A user's name by number, where it was looked up; else the number.
pub fn name_of_user(lookups: &Lookups, uid: u32) -> String {
    let known = lookups.users.values().filter_map(Seen::known).find(|user| user.uid == uid);
    match known {
        Some(user) => user.name.clone(),
        None if uid == 0 => "root".into(),
        None => uid.to_string(),
    }
}

/// A group's name by number, where it was looked up; else the number.
pub fn name_of_group(lookups: &Lookups, gid: u32) -> String {
    let known = lookups.groups.values().filter_map(Seen::known).find(|group| group.gid == gid);
    match known {
        Some(group) => group.name.clone(),
        None if gid == 0 => "root".into(),
        None => gid.to_string(),
    }
}

/// What a step is: `/srv/www is drwx------ root:root`.
pub fn described(lookups: &Lookups, step: &Step, entry: &Entry) -> String {
    let user = name_of_user(lookups, entry.uid);
    let group = name_of_group(lookups, entry.gid);
    format!("{} is {} {user}:{group}", step.path, mode_text(entry))
}
