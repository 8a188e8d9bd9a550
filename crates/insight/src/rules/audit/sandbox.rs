//! What keeps it from the rest of the machine.

use super::common::{
    finding, fix_setting, is_exposed, is_machines, is_open, known_needs, listeners, row,
    socket_words,
};
use super::needs::Privilege;
use crate::exposure::{self, Facts};
use crate::finding::{Confidence, Evidence, Finding, Remedy, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{Language, Manager, Process};

pub(super) const RULES: &[Rule] = &[
    row(
        "no-sandbox",
        "A service whose processes are kept from nothing: no namespace of their own, no filter of system calls, privileges \
         to be gained; worse where other machines can reach it.",
        &[Need::Processes],
        "What a service does not need can be taken from it before somebody breaks in: systemd's settings cost nothing at \
         run time. The settings proposed here are those that hardly any service minds; daemonctl audit --observe finds \
         the tightest ones by watching, and audit --fix tries them and takes back what disturbs.",
        &["systemd.exec(5)", "systemd-analyze(1)"],
        none,
    ),
    row(
        "no-new-privileges-off",
        "A service in a sandbox whose processes could still gain privileges by a set-user-id program.",
        &[Need::Processes],
        "NoNewPrivileges=yes makes set-user-id bits and file capabilities do nothing for it and its children.",
        &["systemd.exec(5)", "prctl(2)"],
        new_privileges,
    ),
    row(
        "unconfined",
        "A service without a profile on a machine whose security module enforces profiles.",
        &[Need::Processes, Need::Machine],
        "SELinux and AppArmor confine what has a policy or a profile; what has none may do what its user may.",
        &["apparmor(7)", "selinux(8)"],
        unconfined,
    ),
];

/// Settings that hardly any service minds, each with the text of the property by which it counts as set.
const CAREFUL: &[(&str, &str)] = &[
    ("NoNewPrivileges", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("ProtectSystem", "full"),
    ("ProtectHome", "read-only"),
    ("ProtectProc", "invisible"),
    ("ProtectClock", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("LockPersonality", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("RestrictNamespaces", "yes"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
    ("SystemCallArchitectures", "native"),
    (
        "SystemCallFilter",
        "~@clock @cpu-emulation @debug @module @mount @obsolete @raw-io @reboot @swap",
    ),
];

fn main_process<'s>(case: &Case<'s>) -> Option<&'s Process> {
    let mut processes = case.service.processes.iter().filter(|process| process.state != 'Z');
    let main = processes.clone().find(|process| Some(process.pid) == case.service.main_pid);
    main.or_else(|| processes.next())
}

/// Settings that it lacks and that it is not known to mind.
fn lacking(case: &Case<'_>, declared: &Facts) -> Vec<(String, String)> {
    let needs = known_needs(case);
    let is_minded = |key: &str| needs.is_some_and(|needs| needs.not.contains(&key));
    let uses = |folders: &[&str]| {
        let definition = case.definition();
        let words = definition.iter().flat_map(|definition| definition.commands.iter()).flat_map(
            |command| {
                std::iter::once(command.program.as_str())
                    .chain(command.arguments.iter().map(String::as_str))
            },
        );
        let data = case.service.audit.files.iter().map(|file| file.path.as_str());
        let sockets = listeners(case).filter_map(|listener| listener.path.as_deref());
        words
            .chain(data)
            .chain(sockets)
            .any(|word| folders.iter().any(|folder| word.starts_with(folder)))
    };
    let is_lacking = |key: &str| match key {
        "RestrictNamespaces" => declared.namespaces.is_none(),
        "SystemCallFilter" => declared.system_calls.is_open(),
        "RestrictAddressFamilies" => declared.families.is_open(),
        "ProtectSystem" | "ProtectHome" | "ProtectProc" | "SystemCallArchitectures" => {
            matches!(declared.text(key), "" | "no" | "default")
        }
        _ => !declared.is(key),
    };
    let mut found: Vec<(String, String)> = CAREFUL
        .iter()
        .filter(|(key, _)| is_lacking(key) && !is_minded(key))
        .filter(|(key, _)| match *key {
            "ProtectHome" => !uses(&["/home/", "/root/", "/run/user/"]),
            "PrivateTmp" => !uses(&["/tmp/", "/var/tmp/"]),
            _ => true,
        })
        .map(|(key, value)| ("Service".to_owned(), format!("{key}={value}")))
        .collect();
    if let Some(set) = bounding(case, declared) {
        found.push(("Service".to_owned(), format!("CapabilityBoundingSet={set}")));
    }
    found
}

/// The capabilities that it can be left with, if that is known and less than what it has.
fn bounding(case: &Case<'_>, declared: &Facts) -> Option<String> {
    let has_all = declared.capabilities & 0xff_ffff == 0xff_ffff;
    if !has_all {
        return None;
    }
    match known_needs(case).map(|needs| needs.privilege) {
        Some(Privilege::Some(needed)) => Some(needed.join(" ")),
        Some(Privilege::All) => None,
        None if declared.runs_as_root() => None,
        // It runs as another user from the start: it had none, and needs none but those it is given.
        None => Some(super::common::capability_names(declared.ambient).join(" ")),
    }
}

fn none(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case)
        || known_needs(case).is_some_and(|needs| needs.privilege == Privilege::All)
    {
        return;
    }
    let Some(process) = main_process(case).filter(|process| is_open(process)) else { return };
    let exposed = listeners(case).find(|listener| is_exposed(listener));
    let severity = if exposed.is_some() { Severity::Warning } else { Severity::Info };
    let reached = exposed.map_or(String::new(), |listener| {
        format!(", and other machines can reach it by {}", socket_words(listener))
    });
    let mut found = finding(case, "no-sandbox", "", severity)
        .says(
            "nothing keeps it from the rest of the machine",
            format!("{} (pid {}) runs without a sandbox{reached}.", process.name, process.pid),
        )
        .proof(Evidence::process(process.pid, "status", "NoNewPrivs: 0, Seccomp: 0"))
        .proof(Evidence::process(process.pid, "ns", "namespaces of process 1"));
    found.subject = "sandbox".to_owned();
    found.remedies = remedies(case);
    out.push(found);
}

fn remedies(case: &Case<'_>) -> Vec<Remedy> {
    let audit = &case.service.audit;
    let name = &case.service.name;
    let remedy =
        |what: String, commands: Vec<String>, settings| Remedy { what, commands, settings };
    let is_lsb = case.definition().is_some_and(|definition| definition.language == Language::Lsb);
    match (case.service.manager, &audit.declared) {
        (Manager::Systemd, Some(declared)) => {
            let settings = lacking(case, declared);
            let before = exposure::figure(declared, audit.systemd_version);
            let after = exposure::figure(&declared.with(&settings, audit.systemd_version), audit.systemd_version);
            let what = format!(
                "take from it what hardly any service needs: figure {} → {}",
                exposure::text(before), exposure::text(after)
            );
            vec![remedy(what, vec![format!("daemonctl audit --fix {}", shell(name))], settings)]
        }
        (Manager::OpenRc, _) if !is_lsb => {
            let file = shell(&format!("/etc/conf.d/{name}"));
            vec![remedy(
                "have OpenRC start it without new privileges (openrc-run(8)), if it calls no set-user-id program".to_owned(),
                vec![format!("echo 'no_new_privs=yes' >> {file}"), super::common::restart(case)],
                Vec::new(),
            )]
        }
        (Manager::OpenRc | Manager::SysV, _) => vec![remedy(
            "init scripts have no sandbox; setpriv(1) before the daemon in its script takes privileges from it".to_owned(),
            vec!["setpriv --no-new-privs --bounding-set=-all,+net_bind_service,+setuid,+setgid DAEMON".to_owned()],
            Vec::new(),
        )],
        _ => Vec::new(),
    }
}

fn new_privileges(case: &Case<'_>, out: &mut Vec<Finding>) {
    let needs = known_needs(case);
    if !is_machines(case)
        || needs.is_some_and(|needs| {
            needs.privilege == Privilege::All || needs.not.contains(&"NoNewPrivileges")
        })
    {
        return;
    }
    let Some(process) = main_process(case).filter(|process| !is_open(process)) else { return };
    if process.no_new_privs.known() != Some(&false) {
        return;
    }
    let found = finding(case, "no-new-privileges-off", "", Severity::Info).sure(Confidence::Certain).says(
        "it could gain privileges by a set-user-id program",
        format!("{} (pid {}) and its children may gain privileges by programs with the set-user-id bit.", process.name, process.pid),
    );
    let mut found = found.proof(Evidence::process(process.pid, "status", "NoNewPrivs: 0"));
    found.subject = "privileges".to_owned();
    out.push(fix_setting(case, found, "forbid it", "NoNewPrivileges=yes".to_owned()));
}

fn unconfined(case: &Case<'_>, out: &mut Vec<Finding>) {
    let Some(module) = &case.snapshot.machine.security_module else { return };
    let Some(process) = main_process(case) else { return };
    let is_unconfined = process.label.known().is_some_and(|label| label.starts_with("unconfined"));
    let exposed = listeners(case).any(is_exposed);
    if !is_unconfined
        || !exposed
        || known_needs(case).is_some_and(|needs| needs.privilege == Privilege::All)
    {
        return;
    }
    let label = process.label.known().cloned().unwrap_or_default();
    out.push(
        finding(case, "unconfined", module.clone(), Severity::Info)
            .says(
                format!("{module} does not confine it"),
                format!("{} (pid {}) has no profile of {module}.", process.name, process.pid),
            )
            .proof(Evidence::process(process.pid, "attr/current", label)),
    );
}
