//! Whose files a test may run and read: only what nobody could replace but root, or who runs the test.

use insight::snapshot::{AclTag, Entry, FileKind, Seen};

use super::subject::Subject;

/// Sticky: in such a folder nobody removes another's files.
const STICKY: u32 = 0o1000;

/// Why a file can't be trusted by a process of that user; `None`: it can, or it is not there.
pub fn objection(subject: &Subject<'_>, path: &str, uid: u32) -> Option<String> {
    let fact = subject.resolver.look(path).fact;
    let count = fact.steps.len();
    for (index, step) in fact.steps.iter().enumerate() {
        let Seen::Known(entry) = &step.entry else { return None };
        let is_last = index + 1 == count;
        if let Some(who) = who_could_replace(entry, uid, is_last) {
            return Some(format!("{} can be changed by {who}", step.path));
        }
    }
    None
}

fn who_could_replace(entry: &Entry, uid: u32, is_last: bool) -> Option<String> {
    if entry.kind == FileKind::Link {
        // Whoever may write to its folder could replace it, and that is the step before.
        return owner(entry, uid);
    }
    let is_sticky = entry.kind == FileKind::Directory && entry.mode & STICKY != 0 && !is_last;
    if let Some(who) = owner(entry, uid) {
        return Some(who);
    }
    if entry.mode & 0o002 != 0 && !is_sticky {
        return Some("everybody".to_owned());
    }
    if entry.mode & 0o020 != 0 && entry.gid != 0 && !is_sticky {
        return Some(format!("its group ({})", entry.gid));
    }
    let mask = entry.acl.iter().find(|acl| acl.tag == AclTag::Mask).map_or(7, |acl| acl.bits);
    let writes = |bits: u8| bits & mask & 2 != 0;
    entry.acl.iter().filter(|acl| writes(acl.bits) && !is_sticky).find_map(|acl| match acl.tag {
        AclTag::User(id) if id != 0 && id != uid => Some(format!("user {id} (ACL)")),
        AclTag::Group(id) if id != 0 => Some(format!("group {id} (ACL)")),
        _ => None,
    })
}

fn owner(entry: &Entry, uid: u32) -> Option<String> {
    (entry.uid != 0 && entry.uid != uid).then(|| format!("its owner (user {})", entry.uid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: FileKind, mode: u32, uid: u32, gid: u32) -> Entry {
        Entry {
            kind,
            mode,
            uid,
            gid,
            size_bytes: 0,
            modified_usec: 0,
            acl: Vec::new(),
            immutable: false,
        }
    }

    #[test]
    fn who_could_replace_a_file() {
        let file =
            |mode, uid, gid| who_could_replace(&entry(FileKind::File, mode, uid, gid), 0, true);
        assert_eq!(file(0o755, 0, 0), None);
        assert_eq!(file(0o775, 0, 0), None);
        assert!(file(0o775, 0, 50).is_some() && file(0o757, 0, 0).is_some());
        assert!(file(0o755, 33, 33).is_some());
        // Its owner runs his own.
        assert_eq!(who_could_replace(&entry(FileKind::File, 0o755, 33, 33), 33, true), None);
        let tmp = entry(FileKind::Directory, 0o1777, 0, 0);
        assert_eq!(who_could_replace(&tmp, 0, false), None);
        let mut with_acl = entry(FileKind::File, 0o674, 0, 0);
        with_acl.acl = vec![
            insight::snapshot::AclEntry { tag: AclTag::User(33), bits: 6 },
            insight::snapshot::AclEntry { tag: AclTag::Mask, bits: 7 },
        ];
        assert!(who_could_replace(&with_acl, 0, true).is_some());
    }
}
