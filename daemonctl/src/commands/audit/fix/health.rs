//! Whether a service is as it was: it runs and stays, serves the same addresses, and complains of nothing new.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use host::{Service, ServiceState};
use insight::snapshot::{Level, Line, LogSource};
use process::sockets::{self, Endpoint, Protocol, SocketState, UnixName, Wanted};

use crate::commands::audit::subject::Subject;
use crate::context::Context;
use crate::failure::{Failure, exit};
use crate::gather;
use crate::gather::service::pids;
use crate::managers::Chosen;

/// So long it may take to serve all its addresses again.
const SERVES_WITHIN: Duration = Duration::from_secs(20);
/// So long it has to stay as it is.
const STAYS: Duration = Duration::from_secs(4);
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
const CONNECTS_WITHIN: Duration = Duration::from_secs(2);
/// So many lines of its log are read.
const LINES: usize = 400;
/// So many complaints are told.
const COMPLAINTS_MAX: usize = 8;
/// What refusals of a sandbox look like in logs, however bad the writer finds them.
const OF_SANDBOXES: &[&str] = &[
    "Operation not permitted",
    "Permission denied",
    "Read-only file system",
    "Bad system call",
    "SIGSYS",
    "status=31/SYS",
    "status=226/NAMESPACE",
    "Address family not supported",
    "seccomp",
];

/// An address that is served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Served {
    Tcp(SocketAddr),
    Path(Vec<u8>),
    Abstract(Vec<u8>),
}

/// How a service is.
#[derive(Clone, Debug)]
pub struct Health {
    is_at_rest: bool,
    served: BTreeSet<Served>,
    /// Complaints in its log, numbers left out.
    known: BTreeSet<String>,
}

impl Health {
    /// How it is now.
    ///
    /// # Errors
    /// It does not run: nothing could be checked.
    pub fn of(context: &Context, subject: &Subject<'_>) -> Result<Health, Failure> {
        let service = subject.manager.service(&subject.name)?;
        if !matches!(service.state, ServiceState::Running | ServiceState::Exited) {
            return Err(Failure::failed(format_args!(
                "{} does not run: whether it bears the settings could not be checked",
                subject.name
            ))
            .with_status(exit::NOT_RUNNING)
            .hint(format_args!("daemonctl start {}", subject.name)));
        }
        Ok(Health {
            is_at_rest: service.state == ServiceState::Exited,
            served: served(context, &service),
            known: complaints(context, subject, 0)
                .into_iter()
                .map(|line| without_numbers(&line))
                .collect(),
        })
    }

    /// What is not as it was, since then; empty: all is well.
    pub fn check(&self, context: &Context, subject: &Subject<'_>, since_usec: u64) -> Vec<String> {
        let begun = Instant::now();
        let first = loop {
            match subject.manager.service(&subject.name) {
                Err(error) => return vec![format!("its manager does not answer: {error}")],
                Ok(service) if !self.is_up(&service) => {
                    let why = service.result.clone().unwrap_or_else(|| service.native.clone());
                    let mut all = vec![format!("it does not run: {why}")];
                    all.extend(self.new_complaints(context, subject, since_usec));
                    return all;
                }
                Ok(service) if self.missing(context, &service).is_empty() => break service,
                Ok(service) if begun.elapsed() > SERVES_WITHIN => {
                    let mut all: Vec<String> = self
                        .missing(context, &service)
                        .iter()
                        .map(|address| format!("it no longer serves {}", name(address)))
                        .collect();
                    all.extend(self.new_complaints(context, subject, since_usec));
                    return all;
                }
                Ok(_) => std::thread::sleep(BETWEEN_LOOKS),
            }
        };
        let mut all = self.stays(subject, &first);
        // Before connections are tried: daemons log those that say nothing.
        let logged = self.new_complaints(context, subject, since_usec);
        all.extend(self.served.iter().filter_map(refuses));
        all.extend(logged);
        all.truncate(COMPLAINTS_MAX);
        all
    }

    fn is_up(&self, service: &Service) -> bool {
        match service.state {
            ServiceState::Running | ServiceState::Starting => true,
            ServiceState::Exited => self.is_at_rest,
            _ => false,
        }
    }

    fn missing(&self, context: &Context, service: &Service) -> Vec<Served> {
        self.served.difference(&served(context, service)).cloned().collect()
    }

    /// Whether it stays up, with the same main process and without restarts.
    fn stays(&self, subject: &Subject<'_>, first: &Service) -> Vec<String> {
        let begun = Instant::now();
        while begun.elapsed() < STAYS {
            std::thread::sleep(BETWEEN_LOOKS);
            let Ok(now) = subject.manager.service(&subject.name) else { continue };
            if !self.is_up(&now) {
                let why = now.result.unwrap_or(now.native);
                return vec![format!("it ended after its start: {why}")];
            }
            if now.restarts > first.restarts || now.main_pid != first.main_pid {
                return vec!["it was started again by its manager".to_owned()];
            }
        }
        Vec::new()
    }

    fn new_complaints(
        &self,
        context: &Context,
        subject: &Subject<'_>,
        since_usec: u64,
    ) -> Vec<String> {
        let mut all = complaints(context, subject, since_usec);
        all.retain(|line| !self.known.contains(&without_numbers(line)));
        all.dedup();
        all.truncate(COMPLAINTS_MAX);
        all.into_iter().map(|line| format!("in its log: {line}")).collect()
    }
}

/// Lines of its log that complain, since then.
fn complaints(context: &Context, subject: &Subject<'_>, since_usec: u64) -> Vec<String> {
    let options = gather::Options { log_lines_max: LINES, ..gather::Options::diagnose() };
    let options = gather::Options { config_tests: false, ..options };
    let Ok(managers) = crate::managers::Managers::open(context, &Default::default()) else {
        return Vec::new();
    };
    let Some(manager) = managers.called(subject.manager.kind().name()) else { return Vec::new() };
    let chosen = [Chosen { manager, name: subject.name.clone() }];
    let Ok(snapshot) = gather::snapshot(context, &managers, &chosen, &options) else {
        return Vec::new();
    };
    let Some(service) = snapshot.services.into_iter().next() else { return Vec::new() };
    let lines = service.log.lines.into_iter().chain(service.log.kernel);
    lines
        .filter(|line| line.time_usec.is_none_or(|time| time >= since_usec) && line.is_of_last_run)
        .filter(is_complaint)
        .map(|line| line.message)
        .collect()
}

fn is_complaint(line: &Line) -> bool {
    let is_bad =
        line.level.is_some_and(|level| level <= Level::Error) && line.source != LogSource::Kernel;
    is_bad || OF_SANDBOXES.iter().any(|words| line.message.contains(words))
}

/// The same complaint of another process, at another time, is the same.
fn without_numbers(line: &str) -> String {
    line.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// Stream sockets that the service's processes listen on.
fn served(context: &Context, service: &Service) -> BTreeSet<Served> {
    let group = service.control_group.as_deref().unwrap_or("");
    let pids = pids::of_group(context, group, service.main_pid);
    let folders: Vec<File> = pids
        .iter()
        .filter_map(|pid| File::open(context.common.proc_root.join(pid.to_string())).ok())
        .collect();
    let Some(first) = folders.first() else { return BTreeSet::new() };
    let mut inodes = BTreeSet::new();
    for folder in &folders {
        let mut note = |_, inode| {
            inodes.insert(inode);
            std::ops::ControlFlow::Continue(())
        };
        // Processes end meanwhile.
        let _ = sockets::socket_inodes_of(folder.as_fd(), &mut note);
    }
    let Ok(dump) = sockets::dump_in(first.as_fd(), &Wanted::listeners()) else {
        return BTreeSet::new();
    };
    dump.sockets
        .iter()
        .filter(|socket| socket.state == SocketState::Listen && inodes.contains(&socket.inode))
        .filter_map(|socket| match (&socket.protocol, &socket.local) {
            (Protocol::Tcp, Endpoint::Ip(ip)) => {
                Some(Served::Tcp(SocketAddr::new(ip.address, ip.port)))
            }
            (Protocol::UnixStream, Endpoint::Unix(UnixName::Path(path))) => {
                Some(Served::Path(path.to_vec()))
            }
            (Protocol::UnixStream, Endpoint::Unix(UnixName::Abstract(name))) => {
                Some(Served::Abstract(name.to_vec()))
            }
            _ => None,
        })
        .collect()
}

fn name(address: &Served) -> String {
    match address {
        Served::Tcp(address) => address.to_string(),
        Served::Path(path) => String::from_utf8_lossy(path).into_owned(),
        Served::Abstract(name) => format!("@{}", String::from_utf8_lossy(name)),
    }
}

/// Why a connection can't be made, if it can't.
fn refuses(address: &Served) -> Option<String> {
    let result = match address {
        Served::Tcp(address) => {
            TcpStream::connect_timeout(&reachable(*address), CONNECTS_WITHIN).map(drop)
        }
        // A name that is relative was made in a directory that is not ours.
        Served::Path(path) if !path.starts_with(b"/") => Ok(()),
        Served::Path(path) => UnixStream::connect(std::ffi::OsStr::from_bytes(path)).map(drop),
        Served::Abstract(name) => std::os::unix::net::SocketAddr::from_abstract_name(name)
            .and_then(|address| UnixStream::connect_addr(&address))
            .map(drop),
    };
    result.err().map(|error| format!("a connection to {} fails: {error}", name(address)))
}

/// Who listens on all addresses is reached by the machine's own.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        _ => {}
    }
    address
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn connections_are_tried() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(refuses(&Served::Tcp(address)), None);
        drop(listener);
        assert!(refuses(&Served::Tcp(address)).unwrap().contains(&address.to_string()));
        assert!(refuses(&Served::Path(b"/nowhere/at/all".to_vec())).is_some());
        assert_eq!(reachable("0.0.0.0:80".parse().unwrap()), "127.0.0.1:80".parse().unwrap());
        assert_eq!(reachable("[::]:80".parse().unwrap()), "[::1]:80".parse().unwrap());
    }

    #[test]
    fn the_same_complaint_of_another_process_is_known() {
        assert_eq!(without_numbers("[12] x: 7 failed"), without_numbers("[990] x: 8 failed"));
    }
}
