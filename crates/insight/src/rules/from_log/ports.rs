//! Ports and sockets that could not be had.

use super::network_about::{self as about, Standing};
use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

const fn row(
    name: &'static str,
    needs: &'static [Need],
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs, about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "port-taken",
        &[Need::Log],
        "A line of the last run says that an address is in use (EADDRINUSE); who has it is looked up.",
        "If nobody has it any more, the finding says so and is less sure: another instance may have been ending.",
        &["bind(2)", "ss(8)"],
        port_taken,
    ),
    row(
        "socket-path-taken",
        &[Need::Log],
        "A line of the last run says that a Unix socket's path is in use.",
        "bind(2) fails where anything is at the path, even a socket that nobody listens on any more.",
        &["unix(7)"],
        path_taken,
    ),
    row(
        "port-privileged",
        &[Need::Log],
        "A line of the last run says that an address may not be bound (EACCES of bind(2)).",
        "Ports below net.ipv4.ip_unprivileged_port_start ask for CAP_NET_BIND_SERVICE.",
        &["capabilities(7)", "ip(7)"],
        port_privileged,
    ),
    row(
        "bind-failed",
        &[Need::Log],
        "A line of the last run says that no address could be bound, and not why.",
        "The lines before it, or a look at who listens, may tell more.",
        &["bind(2)"],
        bind_failed,
    ),
];

fn port_taken(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.service.is_healthy() {
        findings.extend(partly_taken(case));
    }
    for told in told(case, &[Kind::PortTaken]) {
        if told.get("path").is_some() {
            continue;
        }
        let port =
            told.get("port").map(str::to_owned).or_else(|| about::port_by_address(case, &told));
        let port = port.or_else(|| about::port_that_others_have(case));
        let Some(port) = port else {
            let finding = case
                .finding("port-taken", "")
                .says(
                    "an address that it listens on is taken",
                    format!(
                        "{} could not listen: an address is in use by another process.",
                        case.service.name
                    ),
                )
                .sure(told.sure)
                .proof(told.clue.evidence())
                .fix("see who listens", ["daemonctl ports"]);
            findings.push(finding);
            continue;
        };
        findings.push(taken(case, &told, &port));
    }
}

/// A working service that could not have one of its addresses, because another service has it.
fn partly_taken(case: &Case<'_>) -> Option<Finding> {
    case.clues_of(Kind::PortTaken).find_map(|clue| {
        let port = clue.get("port")?;
        let Standing::Held(holder, listener) = about::standing(case, port) else { return None };
        let who = about::who(holder);
        let finding = case
            .finding("port-taken", port)
            .says(
                format!("port {port} is partly taken by {who}"),
                format!("{} runs, and could not listen on every address of port {port}: {who} has {listener}.", case.service.name),
            )
            .severity(Severity::Warning)
            .proof(clue.evidence())
            .proof(Evidence::process(holder.pid, "fd", format!("{who} listens on {listener}")));
        Some(about::release(finding, holder))
    })
}

fn taken(case: &Case<'_>, told: &Told<'_>, port: &str) -> Finding {
    let name = &case.service.name;
    let finding = case.finding("port-taken", port).proof(told.clue.evidence());
    match about::standing(case, port) {
        Standing::Held(holder, listener) => {
            let who = about::who(holder);
            let finding = finding
                .says(
                    format!("port {port} is taken by {who}"),
                    format!("{name} can't listen on port {port}: {who} has it."),
                )
                .sure(told.confirmed())
                .proof(Evidence::process(holder.pid, "fd", format!("{} listens on {listener}", about::who(holder))));
            let finding = about::release(finding, holder);
            about::elsewhere(case, finding, told, port)
        }
        Standing::Own(pid) => finding
            .says(
                format!("port {port} is taken by a process of its own"),
                format!("{name} can't listen on port {port}: process {pid}, left over from an earlier run, still has it."),
            )
            .sure(told.confirmed())
            .fix("end it and start again", [format!("kill {pid}"), about::restart(case)]),
        Standing::Nameless(listener) => finding
            .says(
                format!("port {port} is taken"),
                format!("{name} can't listen on port {port}: another process listens on {listener}."),
            )
            .sure(told.confirmed())
            .proof(Evidence::counter("listening sockets", listener))
            .fix("see who has it, as root", [format!("daemonctl ports :{port}")]),
        Standing::Free => finding
            .says(
                format!("port {port} was taken at the last start"),
                format!("{name} could not listen on port {port} because another process had it; it is free now."),
            )
            .sure(told.contradicted())
            .fix("start it again", [about::restart(case)]),
        Standing::Unknown => finding
            .says(
                format!("port {port} is taken"),
                format!("{name} can't listen on port {port}: another process has it."),
            )
            .sure(told.sure)
            .fix("see who has it", [format!("daemonctl ports :{port}")]),
    }
}

fn path_taken(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::PortTaken]) {
        let Some(path) = told.get("path") else { continue };
        let name = &case.service.name;
        let finding = case.finding("socket-path-taken", path).proof(told.clue.evidence());
        let finding = match about::listener_at(case, path) {
            Some(holder) => {
                let who = about::who(holder);
                let finding = finding
                    .says(
                        format!("{path} is taken by {who}"),
                        format!("{name} can't listen on {path}: {who} listens there."),
                    )
                    .sure(told.confirmed())
                    .proof(Evidence::process(holder.pid, "fd", format!("{who} listens on {path}")));
                about::release(finding, holder)
            }
            None => finding
                .says(
                    format!("{path} is left over from an earlier run"),
                    format!("{name} can't listen on {path}: something is at that path, and nobody listens on it."),
                )
                .sure(told.sure)
                .fix("take it away and start again", [format!("rm {}", shell(path)), about::restart(case)]),
        };
        findings.push(finding);
    }
}

fn port_privileged(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::BindDenied]) {
        let port =
            told.get("port").map(str::to_owned).or_else(|| about::port_by_address(case, &told));
        let start = case.snapshot.machine.unprivileged_port_start.unwrap_or(1024);
        let port = port.or_else(|| about::low_port(case, start)).unwrap_or_default();
        let is_low = port.parse::<u16>().is_ok_and(|port| port < start);
        let user = case.user();
        let what = if port.is_empty() { "there".to_owned() } else { format!("on port {port}") };
        let name = &case.service.name;
        let finding = case.finding("port-privileged", port.clone()).proof(told.clue.evidence());
        let sentence = if is_low {
            format!(
                "{name} runs as {user} and may not listen {what}: ports below {start} need CAP_NET_BIND_SERVICE."
            )
        } else {
            format!(
                "{name} may not listen {what}: a security module or a filter of its unit forbids it."
            )
        };
        let finding = finding
            .says(format!("{user} may not listen {what}"), sentence)
            .sure(if is_low && user != "root" { told.confirmed() } else { told.sure })
            .fix_setting(
                "give it the capability",
                "Service",
                "AmbientCapabilities=CAP_NET_BIND_SERVICE",
            );
        findings.push(about::elsewhere(case, finding, &told, &port));
    }
}

fn bind_failed(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let told = told(
        case,
        &[Kind::BindFailed, Kind::PortTaken, Kind::AddressUnavailable, Kind::BindDenied],
    );
    if told.iter().any(|told| told.clue.kind != Kind::BindFailed) {
        return;
    }
    for told in told {
        let port =
            told.get("port").map(str::to_owned).or_else(|| about::port_that_others_have(case));
        if let Some(port) = port.filter(|port| {
            matches!(about::standing(case, port), Standing::Held(..) | Standing::Nameless(_))
        }) {
            findings.push(taken(case, &told, &port));
            continue;
        }
        let finding = case
            .finding("bind-failed", "")
            .says(
                "it could not listen",
                format!("{} could listen on none of its addresses.", case.service.name),
            )
            .sure(told.sure.min(Confidence::Likely))
            .proof(told.clue.evidence())
            .fix("see who listens", ["daemonctl ports"]);
        findings.push(finding);
    }
}
