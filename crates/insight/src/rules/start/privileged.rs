//! A port below 1024 without the right to it.

use super::common::restart;
use super::network::{is_handed_over, meant};
use crate::access::{self, capability};
use crate::clues::Kind;
use crate::finding::{Evidence, Finding};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

/// The rows.
pub(super) const RULES: &[Rule] = &[Rule {
    name: "port-privileged",
    purpose: Purpose::Diagnose,
    chapter: Chapter::Start,
    looks_for: "A port below 1024 that a service means to listen on without being permitted to.",
    needs: &[Need::Definition, Need::Users],
    about: "bind(2) answers EACCES for ports below net.ipv4.ip_unprivileged_port_start unless the process has \
                CAP_NET_BIND_SERVICE: as root, by AmbientCapabilities=, or by its program's file capabilities.",
    read_more: &["capabilities(7)", "ip(7)", "systemd.exec(5)"],
    check: privileged,
}];

fn privileged(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.is_broken() || is_handed_over(case) {
        return;
    }
    let Some(definition) = case.definition() else { return };
    let Some(who) = access::service_account(case.service, &case.snapshot.lookups) else { return };
    let command = definition.main_command();
    let by_file = command
        .and_then(|command| case.program(&command.program)?.file_capabilities)
        .is_some_and(|set| set & (1 << capability::NET_BIND_SERVICE) != 0);
    let is_privileged = command.is_some_and(|command| command.privileged);
    if who.has(capability::NET_BIND_SERVICE) || by_file || is_privileged {
        return;
    }
    let first_free = case.snapshot.machine.unprivileged_port_start.unwrap_or(1024);
    let is_low = |port: u16| port < first_free && port > 0;
    let meant = meant(case).find(|meant| is_low(meant.address.port()));
    let (port, text, proof) = match &meant {
        Some(meant) => (meant.address.port(), meant.text.to_owned(), meant.proof()),
        None => match port_of_arguments(case).filter(|port| is_low(*port)) {
            Some(port) => (port, format!("port {port}"), denial(case)),
            None => return,
        },
    };
    let name = &case.service.name;
    let why = match who.uid {
        0 => "its CapabilityBoundingSet= has no CAP_NET_BIND_SERVICE".to_owned(),
        _ => format!("it runs as {} without CAP_NET_BIND_SERVICE", who.name),
    };
    let user = definition
        .user
        .as_ref()
        .map(|(user, place)| Evidence::place(place, format!("User={user}")));
    let finding = case
        .finding("port-privileged", port.to_string())
        .says(
            format!("port {port} needs a privilege that {} does not have", who.name),
            format!("{name} means to listen on {text}, below {first_free}, and {why}"),
        )
        .proof_if(proof)
        .proof_if(user);
    findings.push(
        finding
            .fix_setting(
                "give it this one capability",
                "Service",
                "AmbientCapabilities=CAP_NET_BIND_SERVICE",
            )
            .fix(format!("or let it listen on a port from {first_free} on"), [restart(case)]),
    );
}

/// The line with which it says that it was denied something that has no path.
fn denial(case: &Case<'_>) -> Option<Evidence> {
    let is_denied = |clue: &&crate::clues::Clue<'_>| {
        let is_bare = clue.kind == Kind::PermissionDenied && clue.get("path").is_none();
        clue.is_current() && (is_bare || clue.kind == Kind::BindDenied)
    };
    case.clues.iter().rev().find(is_denied).map(|clue| clue.evidence())
}

/// The port that its command line names, of a program that says it was denied something: `-p 81`, `--port=81`, `:81`,
/// or a number that stands alone.
fn port_of_arguments(case: &Case<'_>) -> Option<u16> {
    denial(case)?;
    let arguments = &case.definition()?.main_command()?.arguments;
    let number = |word: &str| {
        let word = word.rsplit_once(['=', ':']).map_or(word, |(_, last)| last);
        word.parse::<u16>().ok()
    };
    let words = arguments.iter().flat_map(|argument| argument.split_whitespace());
    let mut ports = words.filter_map(number);
    let port = ports.next()?;
    // Of several numbers none is known to be the port.
    ports.next().is_none().then_some(port)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::snapshot::{LogSource, Snapshot};

    fn listens(text: &str) -> Snapshot {
        let mut snapshot = failed();
        service(&mut snapshot).meant_to_listen.push((text.into(), Some(place(12))));
        snapshot
    }

    #[test]
    fn a_low_port_needs_a_capability() {
        let mut snapshot = listens("0.0.0.0:80");
        none(&snapshot, "port-privileged");
        definition(&mut snapshot).user = Some(("web".into(), place(7)));
        let finding = one(&snapshot, "port-privileged");
        assert_eq!(finding.title, "port 80 needs a privilege that web does not have");
        snapshot.machine.unprivileged_port_start = Some(80);
        none(&snapshot, "port-privileged");
        snapshot.machine.unprivileged_port_start = Some(1024);
        set(&mut snapshot, "AmbientCapabilities", "CAP_NET_BIND_SERVICE");
        none(&snapshot, "port-privileged");
    }

    #[test]
    fn the_command_line_names_the_port() {
        let mut snapshot = failed();
        definition(&mut snapshot).user = Some(("web".into(), place(7)));
        definition(&mut snapshot).commands[0].arguments =
            vec!["-m".into(), "http.server".into(), "81".into()];
        none(&snapshot, "port-privileged");
        let line = "PermissionError: [Errno 13] Permission denied";
        says(&mut snapshot, LogSource::Service, line);
        assert_eq!(one(&snapshot, "port-privileged").subject, "81");
        definition(&mut snapshot).commands[0].arguments.push("9".into());
        none(&snapshot, "port-privileged");
    }
}
