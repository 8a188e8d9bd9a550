//! Connections: those that are forgotten, and those that are not accepted.

use super::super::crash::end::restart;
use super::super::crash::words::count;
use super::thresholds::CLOSE_WAIT_MIN;
use super::{called, found_here};
use crate::finding::{Confidence, Evidence, Finding, Severity};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Listener, Process};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "close-wait",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "Connections in CLOSE_WAIT: the peer has closed, and the process has not.",
        needs: &[Need::Processes],
        about: "The kernel waits for the process to close its side; no timeout ends that. Many of them mean that the program \
                forgets connections (or hangs before it comes to them), and each holds a descriptor.",
        read_more: &["tcp(7)", "ss(8)"],
        check: close_wait,
    },
    Rule {
        name: "accept-queue-full",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Resources,
        looks_for: "A listening socket whose queue of connections that wait to be accepted is full.",
        needs: &[Need::Processes],
        about: "Connections that come to a full queue are dropped: clients wait and time out. Either the process does not \
                accept any more (it hangs, or has no descriptors left), or the queue (the backlog of listen(2), at most \
                net.core.somaxconn) is too short for its load.",
        read_more: &["listen(2)", "ss(8)", "tcp(7)"],
        check: queue,
    },
];

fn close_wait(case: &Case<'_>, found: &mut Vec<Finding>) {
    for process in &case.service.processes {
        let Some(connections) = process.connections.known() else { continue };
        let number = connections.close_wait;
        if number < CLOSE_WAIT_MIN {
            continue;
        }
        let peer = connections.close_wait_peer.as_ref();
        let from = peer.map(|peer| format!(", most of them from {peer}")).unwrap_or_default();
        let finding = found_here(case, "close-wait", &process.pid.to_string(), Severity::Warning)
            .says(
                format!("{} does not close {}", process.name, count(u64::from(number), "ended connection")),
                format!("{} of the {} connections of {} are in CLOSE_WAIT{from}: the peer has closed them, it has not.", number, connections.total, called(process)),
            )
            .sure(Confidence::Certain)
            .proof(Evidence::process(process.pid, "fd", format!("{number} of {} TCP connections in CLOSE_WAIT", connections.total)))
            .fix("see them", [format!("ss -tnp state close-wait | grep pid={},", process.pid)])
            .fix("until it is mended, starting it again closes them", [restart(case)]);
        found.push(finding);
    }
}

fn queue(case: &Case<'_>, found: &mut Vec<Finding>) {
    let mut told: Vec<String> = Vec::new();
    let mut tell = |process: Option<&Process>,
                    address: String,
                    waiting: u32,
                    limit: u32,
                    found: &mut Vec<Finding>| {
        if told.contains(&address) {
            return;
        }
        let who = process.map_or_else(|| case.service.name.clone(), called);
        let finding = found_here(case, "accept-queue-full", &address, Severity::Warning)
            .says(
                format!("nobody accepts connections on {address}: its queue is full"),
                format!("{waiting} connections wait at {address} of {who}, and its queue holds {limit}: further ones are dropped."),
            )
            .sure(Confidence::Certain)
            .proof(match process {
                Some(process) => Evidence::process(process.pid, "fd", format!("{address}: {waiting} of {limit} wait")),
                None => Evidence::counter("Recv-Q", format!("{address}: {waiting} of {limit}")),
            })
            .fix("see whether it hangs, and what its queue may hold", ["ss -ltn", "sysctl net.core.somaxconn"])
            .fix("start it again", [restart(case)]);
        told.push(address);
        found.push(finding);
    };
    for process in &case.service.processes {
        for (address, waiting, limit) in &process.full_queues {
            tell(Some(process), address.clone(), *waiting, *limit, found);
        }
    }
    let listeners = case.snapshot.lookups.listeners.known().map(Vec::as_slice).unwrap_or_default();
    for listener in listeners.iter().filter(|listener| is_ours(case, listener)) {
        if let Some((waiting, limit)) =
            listener.queue.filter(|(waiting, limit)| *limit > 0 && waiting >= limit)
        {
            tell(None, name(listener), waiting, limit, found);
        }
    }
}

fn is_ours(case: &Case<'_>, listener: &Listener) -> bool {
    let processes = &case.service.processes;
    listener.holders.iter().any(|holder| processes.iter().any(|process| process.pid == holder.pid))
}

fn name(listener: &Listener) -> String {
    let address = listener.address.map(|address| address.to_string());
    address.or_else(|| listener.path.clone()).unwrap_or_else(|| "a socket".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::super::crash::testing::{none, one, process, running};
    use super::*;
    use crate::snapshot::{Connections, Holder, Seen};

    #[test]
    fn forgotten_connections_and_a_few_that_close() {
        let mut snapshot = running();
        let connections = Connections {
            total: 60,
            close_wait: 50,
            close_wait_peer: Some("10.0.0.7".into()),
            ..Connections::default()
        };
        process(&mut snapshot).connections = Seen::Known(connections.clone());
        let finding = one(&snapshot, "close-wait");
        assert_eq!(finding.title, "app does not close 50 ended connections");
        assert!(finding.sentence.contains("from 10.0.0.7"));
        process(&mut snapshot).connections =
            Seen::Known(Connections { close_wait: 3, ..connections });
        none(&snapshot, "close-wait");
    }

    #[test]
    fn a_full_queue_is_told_once() {
        let mut snapshot = running();
        process(&mut snapshot).full_queues = vec![("127.0.0.1:80".into(), 6, 5)];
        let listener = Listener {
            protocol: "tcp",
            address: "127.0.0.1:80".parse().ok(),
            is_dual: false,
            path: None,
            holders: vec![Holder { pid: 812, ..Holder::default() }],
            queue: Some((6, 5)),
            namespace: None,
        };
        snapshot.lookups.listeners = Seen::Known(vec![listener.clone()]);
        let finding = one(&snapshot, "accept-queue-full");
        assert_eq!(finding.subject, "127.0.0.1:80");
        process(&mut snapshot).full_queues.clear();
        assert_eq!(one(&snapshot, "accept-queue-full").subject, "127.0.0.1:80");
        snapshot.lookups.listeners =
            Seen::Known(vec![Listener { queue: Some((1, 128)), ..listener }]);
        none(&snapshot, "accept-queue-full");
    }
}
