//! Who besides root can change a file, and what that means.

use super::common::{group_name, user_name, users};
use crate::finding::{Severity, shell};
use crate::rules::Case;
use crate::snapshot::{AclTag, Entry, FileKind, LocalAccount, PathFact, Seen, Step};

/// Whether a person or program other than root can change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Changer {
    /// Whoever has an account here.
    Everyone,
    /// This user.
    User(u32),
    /// Members of this group.
    Group(u32),
}

/// A step of a path that somebody can change.
#[derive(Clone, Debug)]
pub(super) struct Weak<'s> {
    pub(super) step: &'s Step,
    pub(super) entry: &'s Entry,
    pub(super) by: Changer,
}

/// Who besides root can put something else at the end of a path: by writing the file, or by replacing it or a
/// directory on the way.
pub(super) fn weak_steps(fact: &PathFact) -> Vec<Weak<'_>> {
    let mut weak = Vec::new();
    for (place, step) in fact.steps.iter().enumerate() {
        let Some(entry) = step.entry.known() else { continue };
        let next = fact.steps.get(place.saturating_add(1));
        // What is written to a device (`/dev/null` in a file's place) is not what others read from it.
        if matches!(entry.kind, FileKind::Link | FileKind::Device) || entry.immutable {
            continue;
        }
        // In a sticky directory only owners replace what is there; what is not there yet, anybody makes.
        let is_sticky =
            entry.mode & 0o1000 != 0 && next.is_some_and(|next| next.entry != Seen::Absent);
        let is_end_folder = next.is_none() && entry.kind == FileKind::Directory;
        if is_end_folder {
            continue;
        }
        weak.extend(changers(entry, is_sticky).into_iter().map(|by| Weak { step, entry, by }));
    }
    weak
}

/// Who besides root can write to something. `only_owner`: write permission of others does not count.
pub(super) fn changers(entry: &Entry, only_owner: bool) -> Vec<Changer> {
    let mut by = Vec::new();
    if entry.uid != 0 {
        by.push(Changer::User(entry.uid));
    }
    if only_owner {
        return by;
    }
    if entry.mode & 0o002 != 0 {
        by.push(Changer::Everyone);
    }
    let mask = entry.acl.iter().find(|acl| acl.tag == AclTag::Mask).map_or(7, |acl| acl.bits);
    let writes = |bits: u8| bits & mask & 2 != 0;
    let owning = entry.acl.iter().find(|acl| acl.tag == AclTag::OwningGroup);
    let group_writes = owning.map_or(entry.mode & 0o020 != 0, |acl| writes(acl.bits));
    if group_writes && entry.gid != 0 {
        by.push(Changer::Group(entry.gid));
    }
    for acl in &entry.acl {
        match acl.tag {
            AclTag::User(uid) if uid != 0 && writes(acl.bits) => by.push(Changer::User(uid)),
            AclTag::Group(gid) if gid != 0 && writes(acl.bits) => by.push(Changer::Group(gid)),
            _ => {}
        }
    }
    by
}

/// What a changer means for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Threat {
    /// Who, in words: `every user`, `alice`.
    pub(super) who: String,
    /// As bad as this.
    pub(super) severity: Severity,
    /// It is the service's own user.
    pub(super) is_own: bool,
}

/// How bad it is that somebody can change what a service runs or reads. `None`: nobody gains by it.
pub(super) fn threat(case: &Case<'_>, by: &Changer, by_root: bool) -> Option<Threat> {
    let own = users(case);
    let own_severity = by_root.then_some(Severity::Warning);
    let is_own = |uid: u32| own.contains(&uid) || (!by_root && own.is_empty());
    match by {
        Changer::Everyone => {
            Some(Threat { who: "every user".to_owned(), severity: Severity::Error, is_own: false })
        }
        Changer::User(0) => None,
        Changer::User(uid) if is_own(*uid) => {
            Some(Threat { who: user_name(case, *uid), severity: own_severity?, is_own: true })
        }
        Changer::User(uid) => {
            let account = case.snapshot.accounts.user(*uid);
            // An owner that is no account: whoever gets that number next.
            let is_person = account.is_some_and(LocalAccount::is_person);
            let severity = if is_person { Severity::Error } else { Severity::Warning };
            Some(Threat { who: user_name(case, *uid), severity, is_own: false })
        }
        Changer::Group(gid) => {
            let members = case.snapshot.accounts.members(*gid);
            let others: Vec<_> =
                members.iter().filter(|user| user.uid != 0 && !own.contains(&user.uid)).collect();
            let has_own = members.iter().any(|user| own.contains(&user.uid));
            let name = group_name(case, *gid);
            match (others.is_empty(), has_own) {
                (false, _) => Some(Threat {
                    who: format!("the group {name} ({})", names_of(&others)),
                    severity: Severity::Warning,
                    is_own: false,
                }),
                (true, true) => Some(Threat {
                    who: format!("the group {name}"),
                    severity: own_severity?,
                    is_own: true,
                }),
                (true, false) => None,
            }
        }
    }
}

fn names_of(users: &[&&LocalAccount]) -> String {
    let mut names: Vec<&str> = users.iter().take(3).map(|user| user.name.as_str()).collect();
    if users.len() > 3 {
        names.push("…");
    }
    names.join(", ")
}

/// The command that takes a step from whoever can change it.
pub(super) fn close_step(weak: &Weak<'_>) -> String {
    let path = shell(&weak.step.path);
    match &weak.by {
        Changer::Everyone => format!("chmod o-w {path}"),
        Changer::User(uid) if *uid == weak.entry.uid => format!("chown root {path}"),
        Changer::User(uid) => format!("setfacl -x u:{uid} {path}"),
        Changer::Group(gid) if *gid == weak.entry.gid => format!("chmod g-w {path}"),
        Changer::Group(gid) => format!("setfacl -x g:{gid} {path}"),
    }
}
