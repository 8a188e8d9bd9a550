//! What can be reached, and by whom.

use super::common::{
    finding, is_exposed, is_reachable, listeners, row, socket_words, step_evidence,
};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::Listener;

pub(super) const RULES: &[Rule] = &[
    row(
        "listens-wider-than-configured",
        "A socket that other machines can reach although the configuration says loopback.",
        &[Need::Listeners],
        "The configuration was changed and the service not restarted, another file or an option on the command line \
         overrides it, or a socket unit listens in its place.",
        &["ss(8)", "systemd.socket(5)"],
        wider,
    ),
    row(
        "backend-exposed",
        "A service that is as a rule for this machine only (a database, a cache, an application server) on an address \
         that other machines can reach.",
        &[Need::Listeners],
        "Where other machines do not need it, it listens on loopback or on a Unix socket: what can't be reached can't be \
         attacked. A firewall may be before it; it is not asked.",
        &["ss(8)"],
        backend,
    ),
    row(
        "debug-port-open",
        "A debugger's or inspector's port that lets whoever connects execute code.",
        &[Need::Processes],
        "Java's JDWP, Node's inspector, gdbserver and remote debuggers of Python ask for no password.",
        &["ss(8)"],
        debug_ports,
    ),
    row(
        "cleartext-login",
        "A login whose passwords go over the network in the clear: telnet, rlogin, rsh, rexec.",
        &[Need::Listeners],
        "Everybody on the way reads them. ssh takes their place.",
        &["sshd(8)"],
        cleartext,
    ),
    row(
        "socket-open-to-all",
        "A Unix socket of a privileged service that every user may connect to.",
        &[Need::Listeners, Need::Paths],
        "Who may connect to the socket of a container engine is root; who may connect to that of an application server \
         executes code as its user. Sockets that are for everybody (the message bus, the log, databases that ask for a \
         password) are known.",
        &["unix(7)", "systemd.socket(5)"],
        unix_sockets,
    ),
];

/// Services that are for their own machine as a rule.
const BACKENDS: &[&str] = &[
    "redis-server",
    "valkey-server",
    "memcached",
    "mongod",
    "postgres",
    "mariadbd",
    "mysqld",
    "elasticsearch",
    "beanstalkd",
    "couchdb",
    "influxd",
    "php-fpm",
    "php-fpm8.2",
    "php-fpm8.3",
    "php-fpm8.4",
    "uwsgi",
    "gunicorn",
    "etcd",
    "cassandra",
    "clickhouse-serv",
    "neo4j",
    "rethinkdb",
    "riak",
    "solr",
    "zookeeper",
    "epmd",
    "gpsd",
    "cupsd",
    "saned",
    "clamd",
    "spamd",
    "milter-greylist",
    "opendkim",
    "rpcbind",
];

fn exposed<'s>(case: &Case<'s>) -> impl Iterator<Item = &'s Listener> + use<'s> {
    listeners(case).filter(|listener| is_exposed(listener))
}

fn socket_proof(listener: &Listener) -> Evidence {
    let pid = listener.holders.first().map_or(0, |holder| holder.pid);
    Evidence::process(pid, "fd", socket_words(listener))
}

fn meant(text: &str) -> Option<std::net::SocketAddr> {
    text.replace("localhost", "127.0.0.1").parse().ok()
}

fn wider(case: &Case<'_>, out: &mut Vec<Finding>) {
    for listener in exposed(case).filter(|listener| listener.protocol == "tcp") {
        let Some(address) = listener.address else { continue };
        let of_port = case
            .service
            .meant_to_listen
            .iter()
            .filter_map(|(text, place)| Some((meant(text)?, place)));
        let of_port: Vec<_> = of_port.filter(|(known, _)| known.port() == address.port()).collect();
        let Some((said, place)) = of_port.first() else { continue };
        if !of_port.iter().all(|(known, _)| known.ip().is_loopback()) {
            continue;
        }
        let mut found =
            finding(case, "listens-wider-than-configured", address.to_string(), Severity::Warning)
                .sure(Confidence::Likely)
                .says(
                    format!("it listens on {address}, and its configuration says {said}"),
                    format!(
                        "Other machines can reach {}, which its configuration does not want.",
                        socket_words(listener)
                    ),
                )
                .proof(socket_proof(listener));
        if let Some(place) = place {
            found = found.proof(Evidence::place(place, said.to_string()));
        }
        out.push(found.fix("have it read its configuration", [super::common::restart(case)]));
    }
}

fn backend(case: &Case<'_>, out: &mut Vec<Finding>) {
    let is_backend = case.service.processes.iter().any(|process| {
        let program = process.program.known().and_then(|path| path.rsplit('/').next());
        BACKENDS.contains(&process.name.as_str())
            || program.is_some_and(|name| BACKENDS.contains(&name))
    });
    let mut wide = exposed(case).filter(|listener| {
        // Answers to its own questions come to ports above; only fixed ports are services.
        listener.protocol == "tcp" || listener.address.is_some_and(|address| address.port() < 32768)
    });
    let Some(first) = wide.next().filter(|_| is_backend) else { return };
    let Some(address) = first.address else { return };
    let said = case.service.meant_to_listen.iter().find(|(text, _)| {
        meant(text).is_some_and(|known| known.port() == address.port() && !known.ip().is_loopback())
    });
    // Who wrote the address down meant it.
    let severity = if said.is_some() { Severity::Info } else { Severity::Warning };
    let mut found = finding(case, "backend-exposed", address.to_string(), severity)
        .sure(Confidence::Likely)
        .says(
            format!("other machines can reach {}", socket_words(first)),
            format!("Services of this kind are for their own machine as a rule; this one listens on {}.", socket_words(first)),
        )
        .proof(socket_proof(first));
    if let Some((text, Some(place))) = said {
        found = found.proof(Evidence::place(place, text.clone()));
    }
    out.push(found.fix(
        "bind it to loopback in its configuration, unless others need it",
        Vec::<String>::new(),
    ));
}

/// What stands on command lines of programs that wait for a debugger: a part of a word, and what it is.
const DEBUGGERS: &[(&str, &str)] = &[
    ("-agentlib:jdwp=", "Java's debugger"),
    ("-Xrunjdwp:", "Java's debugger"),
    ("--inspect", "Node's inspector"),
    ("gdbserver", "gdbserver"),
    ("debugpy", "Python's debugger"),
    ("--remote-debugging-port", "the browser's inspector"),
];

fn debug_ports(case: &Case<'_>, out: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let words = process.command.split_whitespace();
        let found = words.filter(|word| !word.contains("server=n")).find_map(|word| {
            DEBUGGERS
                .iter()
                .find(|(part, _)| {
                    word.starts_with(part) || (!part.starts_with('-') && word.ends_with(part))
                })
                .map(|(_, what)| (word, *what))
        });
        let Some((word, what)) = found else { continue };
        let mut own = listeners(case)
            .filter(|listener| listener.holders.iter().any(|holder| holder.pid == process.pid));
        let reachable = own.find(|listener| {
            let port = listener.address.map(|address| address.port());
            is_exposed(listener)
                && port.is_some_and(|port| {
                    word.contains(&port.to_string()) || matches!(port, 9229 | 5005)
                })
        });
        let severity = if reachable.is_some() { Severity::Error } else { Severity::Warning };
        let mut found = finding(case, "debug-port-open", process.pid.to_string(), severity)
            .sure(Confidence::Likely)
            .says(
                format!("{what} is open in process {}", process.pid),
                format!("{word} lets whoever connects to it execute code as the service's user, without a password."),
            )
            .proof(Evidence::process(process.pid, "cmdline", word));
        if let Some(listener) = reachable {
            found = found.proof(socket_proof(listener));
        }
        out.push(found.fix("start it without that option", Vec::<String>::new()));
    }
}

fn cleartext(case: &Case<'_>, out: &mut Vec<Finding>) {
    const PORTS: &[(u16, &str)] = &[(23, "telnet"), (512, "rexec"), (513, "rlogin"), (514, "rsh")];
    for listener in exposed(case).filter(|listener| listener.protocol == "tcp") {
        let Some(address) = listener.address else { continue };
        let Some((_, what)) = PORTS.iter().find(|(port, _)| *port == address.port()) else {
            continue;
        };
        // rsyslogd takes the log on 514.
        if *what == "rsh"
            && case.service.processes.iter().any(|process| process.name.contains("syslog"))
        {
            continue;
        }
        out.push(
            finding(case, "cleartext-login", *what, Severity::Warning)
                .sure(Confidence::Likely)
                .says(
                    format!("{what} lets people log in in the clear"),
                    format!(
                        "{} is {what}'s port: passwords go over the network as they are typed.",
                        socket_words(listener)
                    ),
                )
                .proof(socket_proof(listener))
                .fix("use ssh", Vec::<String>::new()),
        );
    }
}

/// Sockets whose connection is as much as root, or as the service: a part of the path.
const POWERFUL: &[(&str, &str)] = &[
    ("docker.sock", "root"),
    ("containerd.sock", "root"),
    ("crio.sock", "root"),
    ("podman.sock", "root"),
    ("lxd/unix.socket", "root"),
    ("incus/unix.socket", "root"),
    ("buildkitd.sock", "root"),
    ("libvirt-sock-ro", ""),
    ("virtqemud-sock-ro", ""),
    ("supervisor.sock", "whoever supervisord runs as"),
    ("fail2ban.sock", "root"),
    ("php-fpm", "the pool's user"),
    ("php/php", "the pool's user"),
    ("uwsgi", "the application's user"),
    ("gunicorn", "the application's user"),
    ("monit.sock", "root"),
    ("snapd.socket", ""),
];

fn unix_sockets(case: &Case<'_>, out: &mut Vec<Finding>) {
    for listener in listeners(case) {
        let Some(path) = listener.path.as_deref().filter(|path| path.starts_with('/')) else {
            continue;
        };
        let Some((_, becomes)) = POWERFUL.iter().find(|(part, _)| path.contains(part)) else {
            continue;
        };
        let Some(fact) = case.path(path).filter(|_| !becomes.is_empty()) else { continue };
        let Some(entry) =
            fact.target().filter(|entry| entry.mode & 0o002 != 0 && is_reachable(fact))
        else {
            continue;
        };
        let severity = if *becomes == "root" { Severity::Error } else { Severity::Warning };
        out.push(
            finding(case, "socket-open-to-all", path, severity)
                .says(
                    format!("every user may connect to {path}"),
                    format!("Who may connect to {path} acts as {becomes}, and every user of this machine may."),
                )
                .proof(step_evidence(case, path, entry))
                .fix("close it, and set its mode where it is made", [format!("chmod o-rw {}", shell(path))]),
        );
    }
}
