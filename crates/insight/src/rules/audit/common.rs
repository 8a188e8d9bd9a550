//! What rules of the audit ask of a snapshot.

use std::net::IpAddr;

use unit::values::sandbox::names;

use super::needs::{self, Needs};
use crate::access;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::Case;
use crate::snapshot::{
    AclTag, Entry, FileKind, Listener, LocalAccount, Manager, PathFact, Process, Seen, Step,
};

/// Sets a finding up: an audit's findings stand for themselves.
pub(super) fn finding(
    case: &Case<'_>,
    rule: &'static str,
    subject: impl Into<String>,
    severity: Severity,
) -> Finding {
    case.finding(rule, subject).role(Role::Separate).severity(severity).sure(Confidence::Certain)
}

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
        if entry.kind == FileKind::Link || entry.immutable {
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

/// The users that its processes run as, root not among them.
pub(super) fn users(case: &Case<'_>) -> Vec<u32> {
    let mut users: Vec<u32> = case
        .service
        .processes
        .iter()
        .map(|process| process.uids[1])
        .filter(|uid| *uid != 0)
        .collect();
    let declared = case.definition().and_then(|definition| definition.user.as_ref());
    let accounts = &case.snapshot.accounts.users;
    users.extend(declared.and_then(|(name, _)| {
        let known = accounts.iter().find(|user| user.name == *name).map(|user| user.uid);
        known.or_else(|| name.parse().ok()).filter(|uid| *uid != 0)
    }));
    users.sort_unstable();
    users.dedup();
    users
}

/// A user's name, or its number.
pub(super) fn user_name(case: &Case<'_>, uid: u32) -> String {
    match case.snapshot.accounts.user(uid) {
        Some(user) => user.name.clone(),
        None => access::name_of_user(&case.snapshot.lookups, uid),
    }
}

/// A group's name, or its number.
pub(super) fn group_name(case: &Case<'_>, gid: u32) -> String {
    let known = case.snapshot.accounts.group_name(gid).map(str::to_owned);
    known.unwrap_or_else(|| access::name_of_group(&case.snapshot.lookups, gid))
}

/// What a step is: `-rw-rw-rw- root:root`.
pub(super) fn step_evidence(case: &Case<'_>, path: &str, entry: &Entry) -> Evidence {
    let owner = user_name(case, entry.uid);
    let group = group_name(case, entry.gid);
    Evidence::path(path, format!("{} {owner}:{group}", access::mode_text(entry)))
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

/// Everybody can get to the end of a path, or to the one before it: every directory on the way may be searched.
pub(super) fn is_reachable(fact: &PathFact) -> bool {
    let Some((_, way)) = fact.steps.split_last() else { return false };
    way.iter()
        .filter_map(|step| step.entry.known())
        .all(|entry| entry.kind == FileKind::Link || entry.mode & 0o001 != 0)
}

/// Everybody may read what is there.
pub(super) fn is_readable_by_all(fact: &PathFact) -> bool {
    let is_open = fact.target().is_some_and(|entry| entry.mode & 0o004 != 0);
    is_open && is_reachable(fact)
}

/// Everything that its processes listen on.
pub(super) fn listeners<'s>(case: &Case<'s>) -> impl Iterator<Item = &'s Listener> + use<'s> {
    let service = case.service;
    let all = case.snapshot.lookups.listeners.known().map_or(&[][..], Vec::as_slice);
    all.iter().filter(move |listener| {
        let is_own = |pid: u32| service.processes.iter().any(|process| process.pid == pid);
        // What systemd holds for it until it is called is the service's as well.
        listener.holders.iter().any(|holder| is_own(holder.pid))
    })
}

/// A listening socket that other machines can reach, as far as its address says.
pub(super) fn is_exposed(listener: &Listener) -> bool {
    let is_inside = |ip: IpAddr| {
        ip.is_loopback()
            || matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()))
    };
    listener.namespace.is_none()
        && listener.address.is_some_and(|address| address.port() != 0 && !is_inside(address.ip()))
}

/// A listening socket in words: `tcp 0.0.0.0:80`.
pub(super) fn socket_words(listener: &Listener) -> String {
    match (&listener.address, &listener.path) {
        (Some(address), _) => format!("{} {address}", listener.protocol),
        (None, Some(path)) => format!("unix {path}"),
        (None, None) => listener.protocol.to_owned(),
    }
}

/// What the service is known to need: by the names of its programs.
pub(super) fn known_needs(case: &Case<'_>) -> Option<&'static Needs> {
    let command = case.definition().and_then(|definition| definition.main_command());
    let processes = case.service.processes.iter();
    let main = processes.clone().find(|process| Some(process.pid) == case.service.main_pid);
    let first = main.or_else(|| processes.clone().next());
    first
        .and_then(needs_of_process)
        .or_else(|| needs::of(&command?.program))
        .or_else(|| case.service.processes.iter().find_map(needs_of_process))
        .or_else(|| is_systemds_own(case).then(|| needs::of("systemd")).flatten())
}

fn is_systemds_own(case: &Case<'_>) -> bool {
    let command = case.definition().and_then(|definition| definition.main_command());
    command.is_some_and(|command| {
        command.program.contains("/lib/systemd/systemd")
            || command.program == "/lib/systemd/systemd"
    })
}

/// What is known of a process.
pub(super) fn needs_of_process(process: &Process) -> Option<&'static Needs> {
    let program = process.program.known().and_then(|program| needs::of(program));
    program.or_else(|| needs::of(&process.name))
}

/// It is a service of the machine's manager, not of a user's.
pub(super) fn is_machines(case: &Case<'_>) -> bool {
    case.service.manager != Manager::SystemdUser
}

/// Names of capabilities, a bit each.
pub(super) fn capability_names(set: u64) -> Vec<String> {
    let is_in = |number: &u8| set & 1_u64.checked_shl((*number).into()).unwrap_or(0) != 0;
    (0_u8..64).filter(is_in).filter_map(names::capability_name).map(str::to_uppercase).collect()
}

/// The command that opens the drop-in of a unit, or what stands for it on other inits.
pub(super) fn restart(case: &Case<'_>) -> String {
    format!("daemonctl restart {}", shell(&case.service.name))
}

/// A row of the audit's table.
pub(super) const fn row(
    name: &'static str,
    looks_for: &'static str,
    needs: &'static [crate::rules::Need],
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> crate::rules::Rule {
    crate::rules::Rule {
        name,
        purpose: crate::rules::Purpose::Audit,
        chapter: crate::rules::Chapter::Exposure,
        looks_for,
        needs,
        about,
        read_more,
        check,
    }
}
