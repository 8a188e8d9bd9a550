//! Settings about the kernel: tunables, modules, logs, clock, namespaces, and what programs may do to themselves.

use super::{Draft, Fact, paths};

/// What `ProtectKernelTunables=` makes read-only.
const TUNABLES: &[&str] = &[
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/latency_stats",
    "/proc/acpi",
    "/proc/timer_stats",
    "/proc/fs",
    "/proc/irq",
    "/sys",
];
const CONTROL_GROUPS: &str = "/sys/fs/cgroup";

/// `ProtectKernelTunables=` and its kin.
pub fn protections(draft: &mut Draft<'_>) {
    if draft.mounts_for_others() {
        return;
    }
    let written = |above: &'static str| {
        draft.seen.files.iter().find(|(path, file)| file.is_write() && paths::is_below(path, above))
    };
    let is_group = |path: &str| paths::is_below(path, CONTROL_GROUPS);
    let tunable =
        TUNABLES.iter().find_map(|above| written(above).filter(|(path, _)| !is_group(path)));
    let tunable = tunable.map(|(path, _)| path.clone());
    let group = written(CONTROL_GROUPS).map(|(path, _)| path.clone());
    match tunable {
        Some(path) => draft.leave("ProtectKernelTunables", format!("it wrote {path}")),
        None => draft.set(
            "ProtectKernelTunables",
            "yes",
            "nothing below /proc/sys and /sys was written",
        ),
    }
    match group {
        Some(path) => draft.leave("ProtectControlGroups", format!("it wrote {path}")),
        None => draft.set("ProtectControlGroups", "yes", "no control group was written"),
    }
    draft.unless(Fact::Module, "ProtectKernelModules", "no kernel module was loaded or looked for");
    if draft.knows(244) {
        draft.unless(Fact::KernelLog, "ProtectKernelLogs", "the kernel's log was not read");
    }
    if draft.knows(245) {
        draft.unless(Fact::Clock, "ProtectClock", "no clock was set or steered");
    }
    if draft.knows(242) {
        draft.unless(Fact::Hostname, "ProtectHostname", "the host's name was not set");
    }
    draft.unless(Fact::Mount, "PrivateMounts", "nothing was mounted");
}

/// `ProtectProc=`, `ProcSubset=`.
pub fn proc_files(draft: &mut Draft<'_>) {
    if draft.mounts_for_others() || !draft.knows(247) {
        return;
    }
    if draft.has_logins() {
        return draft.leave("ProtectProc", "people log in through it, and look at processes");
    }
    match draft.seen.did(Fact::OthersProc) {
        true => draft.leave("ProtectProc", draft.seen.evidence(Fact::OthersProc)),
        false => draft.set(
            "ProtectProc",
            "invisible",
            "no file of /proc of another service's process was read",
        ),
    }
    let is_sure = draft.seen.start_seen && !draft.seen.did(Fact::ProcBeside);
    match is_sure {
        true => draft.set(
            "ProcSubset",
            "pid",
            "nothing of /proc was read but files of its own processes",
        ),
        false if draft.seen.start_seen => {
            draft.leave("ProcSubset", draft.seen.evidence(Fact::ProcBeside))
        }
        false => {}
    }
}

/// `RestrictNamespaces=`.
pub fn namespaces(draft: &mut Draft<'_>) {
    const KEY: &str = "RestrictNamespaces";
    if !draft.may_filter() {
        return;
    }
    let kinds = draft.seen.facts.get(&Fact::Namespace);
    match kinds.filter(|kinds| !kinds.is_empty()) {
        None => draft.set(KEY, "yes", "no namespace was made or entered"),
        Some(kinds) => {
            let list = kinds.iter().cloned().collect::<Vec<_>>().join(" ");
            draft.set(KEY, &list, "namespaces that it made or entered");
        }
    }
}

/// What a program may do to itself.
pub fn behaviour(draft: &mut Draft<'_>) {
    if !draft.may_filter() {
        let why = format!(
            "it runs {}, which takes other rights",
            draft.gains_privileges().unwrap_or("a program")
        );
        return draft.leave("LockPersonality, MemoryDenyWriteExecute, RestrictNamespaces, RestrictRealtime, RestrictSUIDSGID", why);
    }
    draft.unless(
        Fact::Realtime,
        "RestrictRealtime",
        "no scheduling policy of real time was asked for",
    );
    draft.unless(Fact::Personality, "LockPersonality", "the execution domain was not changed");
    draft.unless(
        Fact::WritableCode,
        "MemoryDenyWriteExecute",
        "no memory was both written and run",
    );
    if draft.knows(242) {
        draft.unless(
            Fact::SetIdFile,
            "RestrictSUIDSGID",
            "no set-user-ID or set-group-ID bit was set",
        );
    }
    if draft.current.has_own_user() {
        draft.unless(Fact::Ipc, "RemoveIPC", "no object of System V or POSIX IPC was made");
    }
}
