//! Addresses that a service means to listen on, held against who listens there already and what the machine has.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::common::restart;
use crate::access;
use crate::finding::{Confidence, Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Holder, Listener, Place, Relation};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "port-taken",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A port that the service means to listen on and that somebody else listens on.",
        needs: &[Need::Listeners],
        about: "bind(2) answers EADDRINUSE. A socket on all addresses takes the port of each single one, and one on :: \
                that of IPv4 too, unless it says IPV6_V6ONLY.",
        read_more: &["bind(2)", "ip(7)", "ss(8)"],
        check: taken,
    },
    Rule {
        name: "socket-path-taken",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "A Unix socket's path where something else is.",
        needs: &[Need::Listeners, Need::Paths],
        about: "bind(2) answers EADDRINUSE for every path that exists, a socket that nobody listens on any more \
                included, unless the daemon removes it first.",
        read_more: &["unix(7)"],
        check: path_taken,
    },
    Rule {
        name: "address-unavailable",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Start,
        looks_for: "An address that the service means to listen on and that no interface of the machine has.",
        needs: &[Need::Machine],
        about: "bind(2) answers EADDRNOTAVAIL. At boot an address may come later than the service: order it after \
                network-online.target, listen on all addresses, or set net.ipv4.ip_nonlocal_bind.",
        read_more: &["bind(2)", "ip(7)"],
        check: unavailable,
    },
];

/// An address that it means to listen on.
pub(super) struct Meant<'s> {
    pub text: &'s str,
    pub address: SocketAddr,
    place: Option<&'s Place>,
}

/// Addresses with a port; `*:80` is all of them.
pub(super) fn meant<'s>(case: &Case<'s>) -> impl Iterator<Item = Meant<'s>> + use<'s> {
    case.service.meant_to_listen.iter().filter_map(|(text, place)| {
        let address = match text.strip_prefix("*:") {
            Some(port) => SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port.parse().ok()?),
            None => text.parse().ok()?,
        };
        (address.port() != 0).then_some(Meant { text, address, place: place.as_ref() })
    })
}

impl Meant<'_> {
    pub(super) fn proof(&self) -> Option<Evidence> {
        self.place.map(|place| Evidence::place(place, format!("listens on {}", self.text)))
    }
}

/// Its sockets are made by its manager, which hands them over.
pub(super) fn is_handed_over(case: &Case<'_>) -> bool {
    let by_socket = |d: &crate::snapshot::Dependency| {
        d.relation == Relation::TriggeredBy && d.name.ends_with(".socket")
    };
    case.service.dependencies.iter().any(by_socket)
}

/// Whether a holder is the service itself, or its manager's socket for it.
fn is_own(case: &Case<'_>, holder: &Holder) -> bool {
    let service = case.service;
    let bare =
        |name: &str| name.split_once('.').map_or(name.to_owned(), |(bare, _)| bare.to_owned());
    holder.pid == 1
        || service.processes.iter().any(|process| process.pid == holder.pid)
        || service.main_pid == Some(holder.pid)
        || holder.service.as_deref().is_some_and(|of| {
            of == service.name || (of.ends_with(".socket") && bare(of) == bare(&service.name))
        })
}

fn overlaps(listener: &Listener, meant: SocketAddr) -> bool {
    let Some(held) = listener.address else { return false };
    let same_family = held.is_ipv4() == meant.is_ipv4();
    let is_any = held.ip().is_unspecified() || meant.ip().is_unspecified();
    let across = match (held.ip(), meant.ip()) {
        (IpAddr::V6(held), IpAddr::V4(_)) => held.is_unspecified() && listener.is_dual,
        // `::` and an IPv4 address: daemons that listen on both say so apart, with IPV6_V6ONLY.
        _ => false,
    };
    listener.protocol == "tcp"
        && listener.namespace.is_none()
        && held.port() == meant.port()
        && (across || (same_family && (is_any || held.ip() == meant.ip())))
}

fn taken(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(listeners) = case.snapshot.lookups.listeners.known() else { return };
    if case.service.is_healthy() || is_handed_over(case) {
        return;
    }
    let mut ports: Vec<u16> = Vec::new();
    for meant in meant(case) {
        let port = meant.address.port();
        if ports.contains(&port) {
            continue;
        }
        let is_in_the_way = |listener: &&Listener| {
            overlaps(listener, meant.address)
                && !listener.holders.iter().any(|holder| is_own(case, holder))
        };
        if let Some(listener) = listeners.iter().find(is_in_the_way) {
            ports.push(port);
            findings.push(port_taken(case, &meant, listener));
        }
    }
}

/// Who holds it: `apache2 (pid 812, apache2.service)`.
fn holder_words(holder: &Holder) -> String {
    match &holder.service {
        Some(service) => format!("{} (pid {}, {service})", holder.name, holder.pid),
        None => format!("{} (pid {})", holder.name, holder.pid),
    }
}

fn port_taken(case: &Case<'_>, meant: &Meant<'_>, listener: &Listener) -> Finding {
    let port = meant.address.port();
    let name = &case.service.name;
    let held = listener.address.map_or_else(String::new, |address| address.to_string());
    let holder = listener.holders.first();
    let by = holder.map_or_else(|| "a process that may not be seen".to_owned(), holder_words);
    let mut finding = case
        .finding("port-taken", port.to_string())
        .sure(if holder.is_some() { Confidence::Likely } else { Confidence::Possible })
        .says(
            format!("port {port} is taken by {by}"),
            format!("{name} means to listen on {}, and {by} listens on {held}", meant.text),
        )
        .proof_if(meant.proof());
    let Some(holder) = holder else {
        return finding
            .fix("see who it is, as root", [format!("daemonctl ports :{port}"), restart(case)]);
    };
    finding = finding.proof(Evidence::process(
        holder.pid,
        "fd",
        format!("listens on {held}: {}", holder.command),
    ));
    let stop = match &holder.service {
        Some(service) => format!("daemonctl stop {}", shell(service)),
        None => format!("kill {}", holder.pid),
    };
    let elsewhere = match meant.place {
        Some(place) => format!("or let {name} listen elsewhere ({}:{})", place.path, place.line),
        None => format!("or let {name} listen elsewhere"),
    };
    finding
        .fix(format!("if {} is not wanted, stop it", holder.name), [stop, restart(case)])
        .fix(elsewhere, [restart(case)])
}

fn path_taken(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if !case.is_broken() || is_handed_over(case) {
        return;
    }
    let listeners = case.snapshot.lookups.listeners.known().map(Vec::as_slice).unwrap_or_default();
    for (path, place) in &case.service.meant_to_listen {
        if !path.starts_with('/') {
            continue;
        }
        let place =
            place.as_ref().map(|place| Evidence::place(place, format!("listens on {path}")));
        let holds = listeners.iter().find(|listener| {
            listener.path.as_deref() == Some(path)
                && !listener.holders.iter().any(|h| is_own(case, h))
        });
        let finding = match holds {
            Some(listener) => held_path(case, path, listener),
            None => match other_kind(case, path) {
                Some(finding) => finding,
                None => continue,
            },
        };
        findings.push(finding.proof_if(place));
    }
}

fn held_path(case: &Case<'_>, path: &str, listener: &Listener) -> Finding {
    let holder = listener.holders.first();
    let by = holder.map_or_else(|| "a process that may not be seen".to_owned(), holder_words);
    let finding = case
        .finding("socket-path-taken", path)
        .sure(if holder.is_some() { Confidence::Likely } else { Confidence::Possible })
        .says(
            format!("socket {path} is taken by {by}"),
            format!("{} means to listen on {path}, and {by} listens there", case.service.name),
        );
    match holder {
        Some(holder) => {
            let stop = match &holder.service {
                Some(service) => format!("daemonctl stop {}", shell(service)),
                None => format!("kill {}", holder.pid),
            };
            finding
                .proof(Evidence::process(
                    holder.pid,
                    "fd",
                    format!("listens on {path}: {}", holder.command),
                ))
                .fix(format!("if {} is not wanted, stop it", holder.name), [stop, restart(case)])
        }
        None => finding,
    }
}

/// Something that is no socket is in the way.
fn other_kind(case: &Case<'_>, path: &str) -> Option<Finding> {
    use crate::snapshot::FileKind;
    let entry = case.path(path)?.target()?;
    if entry.kind == FileKind::Socket {
        return None;
    }
    let what = access::kind_word(entry.kind);
    let finding = case
        .finding("socket-path-taken", path)
        .says(
            format!("{what} is at {path}, where its socket should be"),
            format!("{} means to listen on {path}, and {what} is there", case.service.name),
        )
        .proof(Evidence::path(path, format!("is {what}")));
    Some(
        finding.fix(
            "move it out of the way",
            [format!("mv -i {0} {0}.old", shell(path)), restart(case)],
        ),
    )
}

fn unavailable(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let machine = &case.snapshot.machine;
    let is_judged = case.is_broken() && !machine.addresses.is_empty() && !machine.nonlocal_bind;
    if !is_judged || is_handed_over(case) {
        return;
    }
    let mut said: Vec<IpAddr> = Vec::new();
    for meant in meant(case) {
        let ip = meant.address.ip();
        let is_special =
            ip.is_unspecified() || ip.is_multicast() || is_loopback_net(ip) || is_broadcast(ip);
        if is_special || machine.addresses.contains(&ip) || said.contains(&ip) {
            continue;
        }
        said.push(ip);
        let has: Vec<String> = machine.addresses.iter().map(IpAddr::to_string).take(8).collect();
        let finding = case
            .finding("address-unavailable", ip.to_string())
            .says(
                format!("address {ip} is not on this machine"),
                format!(
                    "{} means to listen on {}, and no interface of this machine has the address {ip}",
                    case.service.name, meant.text
                ),
            )
            .proof_if(meant.proof())
            .proof(Evidence::manager("addresses", has.join(" ")));
        let listen = match meant.place {
            Some(place) => {
                format!("name an address that the machine has in {}:{}", place.path, place.line)
            }
            None => "name an address that the machine has".to_owned(),
        };
        findings.push(finding.fix(listen, ["ip address".to_owned(), restart(case)]).fix(
            "or let services take addresses that come later",
            ["sysctl -w net.ipv4.ip_nonlocal_bind=1".to_owned(), restart(case)],
        ));
    }
}

/// 127.0.0.0/8 is there as a whole, though only one of it is listed; ::1 only if it is listed.
fn is_loopback_net(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_loopback())
}

fn is_broadcast(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_broadcast())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::{FileKind, Seen, Snapshot, State};

    fn listens(text: &str) -> Snapshot {
        let mut snapshot = failed();
        service(&mut snapshot).meant_to_listen.push((text.into(), Some(place(12))));
        snapshot
    }

    fn held(snapshot: &mut Snapshot, address: &str, is_dual: bool, by: &str) {
        let holder = Holder {
            pid: 812,
            name: "apache2".into(),
            command: "/usr/sbin/apache2 -k start".into(),
            service: Some(by.into()),
        };
        snapshot.lookups.listeners = Seen::Known(vec![Listener {
            protocol: "tcp",
            address: address.parse().ok(),
            is_dual,
            path: address.starts_with('/').then(|| address.into()),
            holders: vec![holder],
            queue: None,
            namespace: None,
        }]);
    }

    #[test]
    fn a_port_of_somebody_else() {
        let mut snapshot = listens("0.0.0.0:80");
        none(&snapshot, "port-taken");
        held(&mut snapshot, "[::]:80", true, "apache2.service");
        let finding = one(&snapshot, "port-taken");
        assert_eq!(finding.title, "port 80 is taken by apache2 (pid 812, apache2.service)");
        assert_eq!(finding.remedies[0].commands[0], "daemonctl stop apache2.service");
        held(&mut snapshot, "[::]:80", false, "apache2.service");
        none(&snapshot, "port-taken");
        held(&mut snapshot, "127.0.0.1:80", false, "apache2.service");
        one(&snapshot, "port-taken");
        held(&mut snapshot, "127.0.0.1:8080", false, "apache2.service");
        none(&snapshot, "port-taken");
        none(&listens("/run/x.sock"), "port-taken");
    }

    #[test]
    fn its_own_port_is_not_taken() {
        let mut snapshot = listens("*:80");
        held(&mut snapshot, "0.0.0.0:80", false, "x.service");
        none(&snapshot, "port-taken");
        held(&mut snapshot, "0.0.0.0:80", false, "x.socket");
        none(&snapshot, "port-taken");
        held(&mut snapshot, "0.0.0.0:80", false, "y.socket");
        one(&snapshot, "port-taken");
        // What listens on two different addresses of one port does no harm.
        let mut other = listens("10.0.0.1:80");
        held(&mut other, "10.0.0.2:80", false, "y.service");
        none(&other, "port-taken");
        service(&mut snapshot).state = State::Running;
        none(&snapshot, "port-taken");
    }

    #[test]
    fn a_socket_path() {
        let mut snapshot = listens("/run/x.sock");
        put(&mut snapshot, "/run/x.sock", FileKind::Socket, 0o777, 0);
        none(&snapshot, "socket-path-taken");
        held(&mut snapshot, "/run/x.sock", false, "y.service");
        assert!(one(&snapshot, "socket-path-taken").title.contains("y.service"));
        snapshot.lookups.listeners = Seen::Known(Vec::new());
        put(&mut snapshot, "/run/x.sock", FileKind::Directory, 0o755, 0);
        assert!(
            one(&snapshot, "socket-path-taken").title.starts_with("a directory is at /run/x.sock")
        );
    }

    #[test]
    fn an_address_that_no_interface_has() {
        let mut snapshot = listens("10.0.0.9:80");
        none(&snapshot, "address-unavailable");
        snapshot.machine.addresses =
            vec!["127.0.0.1".parse().unwrap(), "10.0.0.1".parse().unwrap()];
        let finding = one(&snapshot, "address-unavailable");
        assert_eq!(finding.title, "address 10.0.0.9 is not on this machine");
        assert_eq!(finding.severity, Severity::Error);
        snapshot.machine.nonlocal_bind = true;
        none(&snapshot, "address-unavailable");
        for text in ["127.0.0.53:53", "0.0.0.0:80", "[::]:80", "10.0.0.1:80"] {
            let mut other = listens(text);
            other.machine.addresses = snapshot.machine.addresses.clone();
            none(&other, "address-unavailable");
        }
    }
}
