//! What rules of the audit ask of a snapshot.

use std::net::IpAddr;

use unit::values::sandbox::names;

use super::needs::{self, Needs};
use crate::access;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::Case;
use crate::snapshot::{Entry, FileKind, Listener, Manager, PathFact, Process};

/// Sets a finding up: an audit's findings stand for themselves.
pub(super) fn finding(
    case: &Case<'_>,
    rule: &'static str,
    subject: impl Into<String>,
    severity: Severity,
) -> Finding {
    case.finding(rule, subject).role(Role::Separate).severity(severity).sure(Confidence::Certain)
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

/// With a setting for the unit, where its manager has such settings.
pub(super) fn fix_setting(case: &Case<'_>, found: Finding, what: &str, setting: String) -> Finding {
    match case.service.manager {
        Manager::Systemd => found.fix_setting(what, "Service", setting),
        _ => found,
    }
}

/// No sandbox at all keeps it: no namespace, no filter, no flag.
pub(super) fn is_open(process: &Process) -> bool {
    let has_own = process.own_namespaces.known().is_some_and(|kinds| {
        kinds.iter().any(|kind| matches!(kind.as_str(), "mnt" | "user" | "net" | "pid"))
    });
    process.no_new_privs.known() == Some(&false) && process.seccomp.known() == Some(&0) && !has_own
}
