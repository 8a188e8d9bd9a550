//! What its processes can do now, against what they need.

use super::common::{
    capability_names, finding, group_name, is_exposed, is_machines, known_needs, listeners,
    needs_of_process, row, socket_words, user_name,
};
use super::needs::Privilege;
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{Language, Process};

pub(super) const RULES: &[Rule] = &[
    row(
        "run-as-root",
        "A process of root in a service that is not known to need it; worse where other machines can reach it.",
        &[Need::Processes],
        "Who finds a hole in a process of root owns the machine. Services that need root (to log people in, to run other \
         people's jobs, to bind low ports before they become their own user) are known and not blamed.",
        &["systemd.exec(5)", "capabilities(7)"],
        root,
    ),
    row(
        "workers-run-as-root",
        "A server whose workers, which answer the network, run as root.",
        &[Need::Processes],
        "nginx, Apache, haproxy and php-fpm start as root to bind ports and open logs; what answers requests is meant to \
         run as a user of its own.",
        &["capabilities(7)"],
        workers,
    ),
    row(
        "not-in-effect",
        "A sandbox that the unit declares and that the running processes do not have.",
        &[Need::Processes, Need::Definition],
        "The definition was changed and the service not restarted since; or this kernel, or the container that the machine \
         is, does not have what was declared, and systemd passed over it.",
        &["systemd.exec(5)"],
        not_in_effect,
    ),
    row(
        "powerful-group",
        "A process that is not root's and is in a group whose members can become root.",
        &[Need::Processes],
        "Members of docker, lxd and libvirt can start containers as root, members of disk can write to every file system, \
         members of sudo and wheel become root, members of shadow read everybody's password.",
        &["group(5)"],
        groups,
    ),
];

pub(super) fn is_root(process: &Process) -> bool {
    // A user namespace of its own makes it root of nothing else.
    let has_users =
        process.own_namespaces.known().is_some_and(|kinds| kinds.iter().any(|kind| kind == "user"));
    process.uids[1] == 0 && !has_users && process.state != 'Z'
}

fn root(case: &Case<'_>, out: &mut Vec<Finding>) {
    if known_needs(case).is_some() || !is_machines(case) {
        return;
    }
    let mut roots = case.service.processes.iter().filter(|process| is_root(process));
    let Some(first) = roots.clone().find(|process| needs_of_process(process).is_none()) else {
        return;
    };
    let served = listeners(case).find(|listener| {
        is_exposed(listener)
            && listener.holders.iter().any(|holder| roots.any(|root| root.pid == holder.pid))
    });
    let name =
        case.service.name.split(['@', '.']).next().unwrap_or(&case.service.name).to_lowercase();
    let (severity, where_) = match served {
        Some(listener) => (
            Severity::Warning,
            format!(" and other machines can reach it by {}", socket_words(listener)),
        ),
        None => (Severity::Info, String::new()),
    };
    let program = first.program.known().map_or(first.name.as_str(), String::as_str);
    let mut found = finding(case, "run-as-root", first.name.clone(), severity)
        .sure(Confidence::Likely)
        .says(
            format!("{} runs as root", first.name),
            format!("{program} (pid {}) runs as root{where_}; nothing is known for which it needs that.", first.pid),
        )
        .proof(Evidence::process(first.pid, "status", format!("Uid: {} {} {} {}", first.uids[0], first.uids[1], first.uids[2], first.uids[3])));
    if let Some(known) = first.capabilities.known() {
        let names = capability_names(known.effective);
        let all = names.len();
        found = found.proof(Evidence::process(
            first.pid,
            "status",
            format!("{all} capabilities in effect"),
        ));
    }
    let command = format!(
        "useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin {}",
        shell(&name)
    );
    let how = match case.definition().map(|definition| definition.language) {
        Some(Language::OpenRc) => format!(
            "give it an account, set command_user={name} in /etc/conf.d/{name}, and give it the files that it writes"
        ),
        Some(Language::Lsb) => format!(
            "give it an account, start it with start-stop-daemon --chuid {name}, and give it the files that it writes"
        ),
        _ => format!(
            "give it an account, set User={name} in the unit, and give it the files that it writes"
        ),
    };
    out.push(found.fix(how, [command]));
}

fn workers(case: &Case<'_>, out: &mut Vec<Finding>) {
    const SERVERS: &[&str] = &["nginx", "apache2", "httpd", "haproxy", "lighttpd", "caddy"];
    if !is_machines(case) {
        return;
    }
    let of_server = |process: &&Process| {
        SERVERS.contains(&process.name.as_str()) || process.name.starts_with("php-fpm")
    };
    let all: Vec<&Process> =
        case.service.processes.iter().filter(of_server).filter(|p| p.state != 'Z').collect();
    let worker = all.iter().find(|process| Some(process.pid) != case.service.main_pid);
    let (Some(worker), true) = (worker, all.iter().all(|process| is_root(process))) else { return };
    let listener = listeners(case).next();
    let reached =
        listener.map_or(String::new(), |listener| format!(" on {}", socket_words(listener)));
    out.push(
        finding(case, "workers-run-as-root", worker.name.clone(), Severity::Warning)
            .says(
                format!("the workers of {} run as root", worker.name),
                format!("No process of {} has a user of its own: what answers{reached} is root.", worker.name),
            )
            .proof(Evidence::process(worker.pid, "status", "Uid: 0 0 0 0"))
            .fix("set its user in its configuration (nginx: user www-data; Apache: User; php-fpm: user)", [super::common::restart(case)]),
    );
}

fn not_in_effect(case: &Case<'_>, out: &mut Vec<Finding>) {
    let Some(declared) = &case.service.audit.declared else { return };
    let main =
        case.service.processes.iter().find(|process| Some(process.pid) == case.service.main_pid);
    let Some(main) = main.filter(|process| process.state != 'Z') else { return };
    if case
        .definition()
        .and_then(|definition| definition.main_command())
        .is_some_and(|command| command.privileged)
    {
        return;
    }
    let mut missing: Vec<(&str, Evidence)> = Vec::new();
    let status = |text: &str| Evidence::process(main.pid, "status", text);
    if declared.is("NoNewPrivileges") && main.no_new_privs.known() == Some(&false) {
        missing.push(("NoNewPrivileges=", status("NoNewPrivs: 0")));
    }
    let filters =
        !declared.system_calls.is_open() || !declared.text("SystemCallArchitectures").is_empty();
    if filters && main.seccomp.known() == Some(&0) {
        missing.push(("SystemCallFilter=", status("Seccomp: 0")));
    }
    let own = main.own_namespaces.known();
    let lacks = |kind: &str| own.is_some_and(|kinds| !kinds.iter().any(|own| own == kind));
    if declared.is("PrivateMounts") && lacks("mnt") {
        missing.push((
            "PrivateTmp=, ProtectSystem= and their kin",
            Evidence::process(main.pid, "ns/mnt", "that of process 1"),
        ));
    }
    if declared.is("PrivateNetwork") && lacks("net") {
        missing
            .push(("PrivateNetwork=", Evidence::process(main.pid, "ns/net", "that of process 1")));
    }
    if !declared.runs_as_root() && main.uids[0] == 0 && main.uids[1] == 0 {
        missing.push(("User=", status("Uid: 0 0 0 0")));
    }
    if missing.is_empty() {
        return;
    }
    let what: Vec<&str> = missing.iter().map(|(what, _)| *what).collect();
    let mut found = finding(case, "not-in-effect", what.join(" "), Severity::Warning)
        .sure(Confidence::Likely)
        .says(
            format!("{} declared and not in effect", what.join(", ")),
            format!(
                "The unit declares {}, and its main process {} runs without.",
                what.join(", "),
                main.pid
            ),
        );
    found.evidence.extend(missing.into_iter().map(|(_, evidence)| evidence));
    out.push(found.fix(
        "restart it, and look again; if it stays so, this machine does not support it",
        [super::common::restart(case)],
    ));
}

const POWERFUL: &[&str] = &[
    "root",
    "docker",
    "lxd",
    "incus-admin",
    "libvirt",
    "disk",
    "kmem",
    "shadow",
    "sudo",
    "wheel",
    "admin",
];

fn groups(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    for process in
        case.service.processes.iter().filter(|process| process.uids[1] != 0 && process.state != 'Z')
    {
        let own = [process.gids[1]];
        let all = process.groups.iter().chain(&own);
        let named = all.map(|gid| group_name(case, *gid));
        let Some(group) = named.into_iter().find(|name| POWERFUL.contains(&name.as_str())) else {
            continue;
        };
        let who = user_name(case, process.uids[1]);
        // A session or a job is a person's, with the person's groups.
        if known_needs(case).is_some_and(|needs| needs.privilege == Privilege::All) {
            continue;
        }
        out.push(
            finding(case, "powerful-group", group.clone(), Severity::Warning)
                .says(
                    format!("it runs as {who}, in the group {group}"),
                    format!("Process {} is in the group {group}, whose members can become root or read what is root's.", process.pid),
                )
                .proof(Evidence::process(process.pid, "status", format!("Groups: {:?}", process.groups)))
                .fix(
                    "take it out of the group, unless that is its work",
                    [format!("gpasswd -d {} {}", shell(&who), shell(&group)), super::common::restart(case)],
                ),
        );
        return;
    }
}
