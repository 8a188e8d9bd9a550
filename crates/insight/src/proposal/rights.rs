//! Settings about users, capabilities and gaining privileges.

use std::collections::BTreeMap;

use super::{Address, Draft, Fact};
use crate::rules::audit::needs::Privilege;
use unit::values::sandbox::names::capability;

/// What daemons that are started as root usually need before they serve.
const AT_START: &[&str] = &[
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SYS_RESOURCE",
];

/// `NoNewPrivileges=`.
pub fn no_new_privileges(draft: &mut Draft<'_>) {
    const KEY: &str = "NoNewPrivileges";
    let by_program =
        draft.gains_privileges().map(|path| format!("{path} takes other rights than who runs it"));
    match by_program {
        Some(why) => draft.leave(KEY, why),
        None if draft.has_logins() => {
            draft.leave(KEY, "people log in through it, and may use su or sudo")
        }
        None => draft.set(
            KEY,
            "yes",
            "no program was run that takes other rights (set-user-ID, file capabilities)",
        ),
    }
}

/// `CapabilityBoundingSet=`.
pub fn capabilities(draft: &mut Draft<'_>) {
    const KEY: &str = "CapabilityBoundingSet";
    let mut needed: BTreeMap<String, String> = BTreeMap::new();
    for (name, evidence) in &draft.seen.capabilities {
        let first = evidence.iter().next().cloned().unwrap_or_default();
        needed.insert(name.clone(), first);
    }
    for name in names_of(draft.seen.ambient) {
        needed.entry(name).or_insert_with(|| "it is given to it (ambient)".to_owned());
    }
    let is_root = draft.seen.uids.contains(&0) && !draft.current.has_own_user();
    if is_root && draft.seen.uids.len() > 1 {
        let why = "processes of several users, which the main one signals";
        needed.entry("CAP_KILL".to_owned()).or_insert_with(|| why.to_owned());
    }
    if is_root && !draft.seen.start_seen {
        for name in AT_START {
            needed
                .entry((*name).to_owned())
                .or_insert_with(|| "taken for needed at the start".to_owned());
        }
        draft.assume(format!(
            "capabilities that daemons use at their start: {}",
            AT_START.join(" ")
        ));
    }
    if is_root {
        for known in draft.known_needs() {
            let Privilege::Some(names) = known.privilege else { continue };
            for name in names {
                let why = format!("known to be needed: {}", known.why);
                needed.entry((*name).to_owned()).or_insert(why);
            }
        }
    }
    if draft.has_logins() {
        // Whoever becomes root in a session finds this bounding set.
        for name in ["CAP_AUDIT_WRITE", "CAP_SYS_RESOURCE"] {
            let why = "logins are told to the audit and have limits of their own";
            needed.entry(name.to_owned()).or_insert_with(|| why.to_owned());
        }
    }
    draft.reset(KEY);
    if needed.is_empty() {
        return draft.push(KEY, "", "no call needed a capability");
    }
    for (name, why) in &needed {
        draft.push(KEY, name, why.clone());
    }
}

fn names_of(mask: u64) -> impl Iterator<Item = String> {
    let is_in = move |number: u32| mask.checked_shr(number).is_some_and(|rest| rest & 1 == 1);
    CAPABILITIES
        .iter()
        .filter(move |name| capability(name).is_some_and(|number| is_in(number.into())))
        .map(|name| (*name).to_owned())
}

/// Those that are given as ambient ones.
const CAPABILITIES: &[&str] = &[
    "CAP_AUDIT_CONTROL",
    "CAP_AUDIT_READ",
    "CAP_AUDIT_WRITE",
    "CAP_BLOCK_SUSPEND",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_KILL",
    "CAP_LEASE",
    "CAP_LINUX_IMMUTABLE",
    "CAP_MAC_ADMIN",
    "CAP_MAC_OVERRIDE",
    "CAP_MKNOD",
    "CAP_NET_ADMIN",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_RAW",
    "CAP_PERFMON",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYSLOG",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_CHROOT",
    "CAP_SYS_MODULE",
    "CAP_SYS_NICE",
    "CAP_SYS_PACCT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_WAKE_ALARM",
];

/// `PrivateUsers=`.
pub fn users(draft: &mut Draft<'_>) {
    const KEY: &str = "PrivateUsers";
    let serves_local = draft.seen.bound.iter().any(|address| !matches!(address, Address::Ip(_)));
    let why_not = match () {
        () if !draft.current.has_own_user() => "it runs as root",
        () if draft.seen.uids.len() > 1 => "its processes are of several users",
        () if !draft.seen.capabilities.is_empty() || draft.seen.ambient != 0 => {
            "it needs capabilities"
        }
        () if serves_local => {
            "it has a socket in the file system, and would not know who connects to it"
        }
        () if draft.gains_privileges().is_some() => "it runs programs that take other rights",
        () if draft.seen.did(Fact::Namespace) || draft.seen.did(Fact::Mount) => {
            "it makes namespaces"
        }
        () if !draft.seen.start_seen => "its start was not seen",
        () => {
            return draft.set(
                KEY,
                "yes",
                "one user, no capability, and no socket whose peers it could ask for theirs",
            );
        }
    };
    draft.leave(KEY, why_not);
}
