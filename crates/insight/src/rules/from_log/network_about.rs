//! What the machine says about an address that a line names.

use super::told::Told;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::Case;
use crate::snapshot::{Holder, Listener};

pub(super) use super::files_about::restart;

/// Who has a port.
pub(super) enum Standing<'s> {
    /// Somebody else: who, and the address.
    Held(&'s Holder, String),
    /// A process of the service itself.
    Own(u32),
    /// Somebody who can't be seen.
    Nameless(String),
    /// Nobody.
    Free,
    /// Nobody looked.
    Unknown,
}

fn listeners<'s>(case: &Case<'s>) -> Option<&'s Vec<Listener>> {
    case.snapshot.lookups.listeners.known()
}

fn is_own(case: &Case<'_>, holder: &Holder) -> bool {
    holder.service.as_deref() == Some(case.service.name.as_str())
        || case.service.processes.iter().any(|process| {
            // Of services without a control group not every process is known to be theirs.
            process.pid == holder.pid || (holder.service.is_none() && process.name == holder.name)
        })
}

/// Who has a port now.
pub(super) fn standing<'s>(case: &Case<'s>, port: &str) -> Standing<'s> {
    let Some(all) = listeners(case) else { return Standing::Unknown };
    let Ok(port) = port.parse::<u16>() else { return Standing::Unknown };
    let mut of_port: Vec<&Listener> =
        all.iter().filter(|l| l.address.is_some_and(|address| address.port() == port)).collect();
    // Most daemons listen on TCP; one that has only the UDP port is asked last.
    of_port.sort_by_key(|listener| listener.protocol != "tcp");
    let show = |l: &Listener| {
        l.address.map_or(String::new(), |address| format!("{address} ({})", l.protocol))
    };
    for listener in &of_port {
        if let Some(holder) = listener.holders.iter().find(|holder| !is_own(case, holder)) {
            return Standing::Held(holder, show(listener));
        }
    }
    match of_port.first() {
        None => Standing::Free,
        Some(listener) => match listener.holders.first() {
            Some(own) => Standing::Own(own.pid),
            None => Standing::Nameless(show(listener)),
        },
    }
}

/// `apache2 (pid 812, apache2.service)`
pub(super) fn who(holder: &Holder) -> String {
    match &holder.service {
        Some(service) => format!("{} (pid {}, {service})", holder.name, holder.pid),
        None => format!("{} (pid {})", holder.name, holder.pid),
    }
}

/// How the port is given back.
pub(super) fn release(finding: Finding, holder: &Holder) -> Finding {
    match &holder.service {
        Some(service) => finding.fix(
            format!("stop {service}, if it is not meant to have it"),
            [format!("daemonctl stop {}", shell(service))],
        ),
        None => finding.fix(
            "see what it is, and end it if it is not meant to have it",
            [format!("daemonctl explain {}", holder.pid), format!("kill {}", holder.pid)],
        ),
    }
}

/// Where the line says that the setting stands.
pub(super) fn place(told: &Told<'_>) -> Option<String> {
    let file = told.get("file")?;
    Some(told.get("line").map_or(file.to_owned(), |line| format!("{file}:{line}")))
}

/// Where the address could be changed.
pub(super) fn elsewhere(case: &Case<'_>, finding: Finding, told: &Told<'_>, port: &str) -> Finding {
    let meant = case
        .service
        .meant_to_listen
        .iter()
        .find(|(address, _)| !port.is_empty() && address.rsplit(':').next() == Some(port));
    let of_meant =
        meant.and_then(|(_, place)| place.as_ref()).map(|p| (p.path.clone(), p.line.to_string()));
    let of_line = told.get("file").zip(told.get("line")).map(|(f, l)| (f.to_owned(), l.to_owned()));
    let Some((file, line)) = of_line.or(of_meant) else { return finding };
    if line == "0" {
        return finding;
    }
    finding.fix(
        format!("or change the setting in {file}, line {line}"),
        [format!("sed -n {line}p {}", shell(&file))],
    )
}

/// The port that goes with an address that a line names without one.
pub(super) fn port_by_address(case: &Case<'_>, told: &Told<'_>) -> Option<String> {
    let address = told.get("address")?;
    let meant = case.service.meant_to_listen.iter();
    let mut ports = meant.filter_map(|(meant, _)| meant.rsplit_once(':')).filter(|(host, _)| {
        let host = host.trim_matches(['[', ']']);
        host == address || ["0.0.0.0", "*", "::", ""].contains(&host)
    });
    ports.next().map(|(_, port)| port.to_owned())
}

/// The port that the service is meant to have and another process has; else the only port that it is meant to have.
/// Where its configuration is not understood, its command line, environment and script are searched for the port of
/// somebody else.
pub(super) fn port_that_others_have(case: &Case<'_>) -> Option<String> {
    let meant = case.service.meant_to_listen.iter();
    let mut ports: Vec<&str> = meant
        .filter_map(|(address, _)| address.rsplit_once(':').map(|(_, port)| port))
        .filter(|port| port.parse::<u16>().is_ok())
        .collect();
    ports.dedup();
    let is_held =
        |port: &str| matches!(standing(case, port), Standing::Held(..) | Standing::Nameless(_));
    let held = ports.iter().find(|port| is_held(port)).map(|port| (*port).to_owned());
    let only = (ports.len() == 1).then(|| ports.first()).flatten().map(|port| (*port).to_owned());
    held.or(only).or_else(|| written_numbers(case).into_iter().find(|port| is_held(port)))
}

/// The port below a limit that the service is meant to have, or whose number its command line or script has.
pub(super) fn low_port(case: &Case<'_>, limit: u16) -> Option<String> {
    let is_low = |port: &&str| port.parse::<u16>().is_ok_and(|port| port > 0 && port < limit);
    let meant = case.service.meant_to_listen.iter();
    let mut meant = meant.filter_map(|(address, _)| Some(address.rsplit_once(':')?.1));
    if let Some(port) = meant.find(is_low) {
        return Some(port.to_owned());
    }
    // Smaller numbers are as a rule no ports.
    let may_be = |port: &String| port.len() > 1 && is_low(&port.as_str());
    written_numbers(case).into_iter().find(may_be)
}

/// Numbers that may be ports: of the command line, the environment, and lines of the script that speak of one.
fn written_numbers(case: &Case<'_>) -> Vec<String> {
    let mut texts: Vec<&str> = Vec::new();
    if let Some(definition) = case.definition() {
        let main = definition.main_command().map(|command| &command.arguments);
        texts.extend(main.into_iter().flatten().map(String::as_str));
        let environment = definition.settings.iter().filter(|setting| setting.key == "Environment");
        texts.extend(environment.map(|setting| setting.value.as_str()));
        let scripts = definition
            .commands
            .iter()
            .flat_map(|c| std::iter::once(&c.program).chain(&c.arguments));
        let lines = scripts.filter_map(|path| case.snapshot.lookups.texts.get(path)).flatten();
        let speaks = |line: &&String| {
            let line = line.to_ascii_lowercase();
            ["bind", "listen", "port", "serve", "http", ":"].iter().any(|word| line.contains(word))
        };
        texts.extend(lines.filter(speaks).map(String::as_str));
    }
    let words = texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
    words.filter(|word| word.parse::<u16>().is_ok_and(|port| port > 0)).map(str::to_owned).collect()
}

/// Who listens on the path of a Unix socket.
pub(super) fn listener_at<'s>(case: &Case<'s>, path: &str) -> Option<&'s Holder> {
    let real = path.strip_prefix("/var/run/").map(|rest| format!("/run/{rest}"));
    let is_at = |listener: &&Listener| {
        let at = listener.path.as_deref();
        at == Some(path) || (real.is_some() && at == real.as_deref())
    };
    listeners(case)?.iter().find(is_at)?.holders.first()
}

/// The address that is not to be had.
pub(super) fn address(case: &Case<'_>, told: &Told<'_>) -> Option<String> {
    if let Some(address) = told.get("address") {
        return Some(address.trim_matches(['[', ']']).to_owned());
    }
    let meant =
        case.service.meant_to_listen.iter().filter_map(|(address, _)| address.rsplit_once(':'));
    let foreign = meant.map(|(host, _)| host.trim_matches(['[', ']']).to_owned());
    foreign.into_iter().find(|host| has_address(case, host) == Some(false)).or(Some(String::new()))
}

/// Whether an interface has the address; `None`: that is not known.
pub(super) fn has_address(case: &Case<'_>, address: &str) -> Option<bool> {
    let known = &case.snapshot.machine.addresses;
    let address: std::net::IpAddr = address.parse().ok()?;
    if known.is_empty() {
        return None;
    }
    Some(
        address.is_unspecified()
            || address.is_loopback() && address.is_ipv4()
            || known.contains(&address),
    )
}

/// The addresses that there are, for a proof.
pub(super) fn addresses(case: &Case<'_>) -> String {
    let known: Vec<String> =
        case.snapshot.machine.addresses.iter().map(ToString::to_string).collect();
    known.join(", ")
}

/// Ports by which well-known services are told.
const KNOWN_PORTS: [(&str, &str); 12] = [
    ("5432", "PostgreSQL"),
    ("3306", "MySQL or MariaDB"),
    ("6379", "Redis"),
    ("11211", "memcached"),
    ("27017", "MongoDB"),
    ("5672", "RabbitMQ"),
    ("9200", "Elasticsearch"),
    ("389", "LDAP"),
    ("25", "the mail server"),
    ("53", "the name server"),
    ("9092", "Kafka"),
    ("2379", "etcd"),
];

/// A service that does not answer.
pub(super) fn unreachable(case: &Case<'_>, told: &Told<'_>) -> Finding {
    let host = told.get("host").or_else(|| told.get("address")).unwrap_or_default();
    let port = told.get("port").unwrap_or_default();
    let path = told.get("path").unwrap_or_default();
    let target = if path.is_empty() { format!("{host}:{port}") } else { path.to_owned() };
    let target = if target == ":" { String::new() } else { target };
    let what = KNOWN_PORTS
        .iter()
        .find(|(known, _)| *known == port)
        .map_or("another service", |(_, what)| *what);
    let is_local =
        !path.is_empty() || ["localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0"].contains(&host);
    let name = &case.service.name;
    let at = if target.is_empty() { String::new() } else { format!(" at {target}") };
    let finding =
        case.finding("dependency-unreachable", target.clone()).proof(told.clue.evidence());
    let listens = if path.is_empty() {
        !matches!(standing(case, port), Standing::Free | Standing::Unknown)
    } else {
        listener_at(case, path).is_some()
    };
    if !is_local || listeners(case).is_none() || target.is_empty() {
        return finding
            .says(
                format!("{what}{at} does not answer"),
                format!("{name} needs {what}{at}, which does not answer."),
            )
            .sure(told.sure)
            .fix("see whether it runs there", ["daemonctl list"]);
    }
    if listens {
        return finding
            .says(
                format!("{what}{at} did not answer"),
                format!("{name} needs {what}{at}, which did not answer then; somebody listens there now."),
            )
            .sure(told.contradicted())
            .fix("start it again", [restart(case)]);
    }
    finding
        .says(
            format!("{what}{at} does not run"),
            format!("{name} needs {what}{at}, and nobody listens there."),
        )
        .sure(told.confirmed())
        .proof(Evidence::counter("listening sockets", format!("none on {target}")))
        .fix("find the service and start it", ["daemonctl list --all"])
}
