//! Tests of causes from logs: found, not found, and the near miss.

use crate::clues::Clues;
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::{found, found_by};
use crate::snapshot::{
    Definition, Entry, FileKind, Holder, Line, Listener, Log, LogSource, Manager, PathFact, Place,
    Seen, Service, Snapshot, State, Step,
};

fn line(message: &str) -> Line {
    Line {
        time_usec: Some(1_000_000),
        source: LogSource::Service,
        origin: "journal".into(),
        level: None,
        pid: None,
        identifier: None,
        message_id: None,
        message: message.into(),
        is_of_last_run: true,
    }
}

/// A service that failed, and wrote this before.
pub(super) fn failed(messages: &[&str]) -> Snapshot {
    let log = Log { lines: messages.iter().map(|m| line(m)).collect(), ..Log::default() };
    let service = Service {
        name: "x.service".into(),
        manager: Manager::Systemd,
        state: State::Failed,
        definition: Some(Definition::default()),
        log,
        ..Service::default()
    };
    Snapshot { services: vec![service], asked: 1, ..Snapshot::default() }
}

pub(super) fn listens(snapshot: &mut Snapshot, address: &str, holder: Option<Holder>) {
    let listener = Listener {
        protocol: "tcp",
        address: address.parse().ok(),
        is_dual: false,
        path: None,
        holders: holder.into_iter().collect(),
        queue: None,
        namespace: None,
    };
    snapshot.lookups.listeners = Seen::Known(vec![listener]);
}

fn apache() -> Holder {
    let service = Some("apache2.service".to_owned());
    Holder { pid: 812, name: "apache2".into(), command: "/usr/sbin/apache2".into(), service }
}

pub(super) fn entry(kind: FileKind, mode: u32, uid: u32) -> Seen<Entry> {
    let (size_bytes, modified_usec) = (0, 0);
    let acl = Vec::new();
    Seen::Known(Entry {
        kind,
        mode,
        uid,
        gid: uid,
        size_bytes,
        modified_usec,
        acl,
        immutable: false,
    })
}

pub(super) fn path(snapshot: &mut Snapshot, steps: Vec<(&str, Seen<Entry>)>, path: &str) {
    let steps = steps.into_iter();
    let steps = steps.map(|(path, entry)| Step { path: path.into(), entry, link: None }).collect();
    let fact = PathFact { path: path.into(), steps, is_loop: false };
    snapshot.lookups.paths.insert(path.into(), fact);
}

fn only(findings: &[Finding]) -> &Finding {
    assert_eq!(findings.len(), 1, "{findings:?}");
    &findings[0]
}

const BIND: &str = "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)";

#[test]
fn a_port_that_another_service_has_is_named_with_its_holder() {
    let mut snapshot = failed(&[BIND, "nginx: [emerg] still could not bind()"]);
    listens(&mut snapshot, "0.0.0.0:80", Some(apache()));
    let findings = found(&snapshot, "port-taken");
    let finding = only(&findings);
    assert_eq!(finding.title, "port 80 is taken by apache2 (pid 812, apache2.service)");
    assert_eq!(finding.confidence, Confidence::Certain);
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.evidence[0].text, BIND);
    assert_eq!(finding.remedies[0].commands, ["daemonctl stop apache2.service"]);
}

#[test]
fn a_port_that_is_free_by_now_is_less_sure() {
    let mut snapshot = failed(&[BIND]);
    snapshot.lookups.listeners = Seen::Known(Vec::new());
    let findings = found(&snapshot, "port-taken");
    assert_eq!(only(&findings).title, "port 80 was taken at the last start");
    assert_eq!(findings[0].confidence, Confidence::Likely);
}

#[test]
fn a_working_service_and_an_earlier_run_have_no_causes() {
    let mut running = failed(&[BIND]);
    running.services[0].state = State::Running;
    let mut earlier = failed(&[BIND]);
    earlier.services[0].log.lines[0].is_of_last_run = false;
    for snapshot in [running, earlier] {
        let findings = found_by(&snapshot, |rule| rule.needs.contains(&crate::rules::Need::Log));
        let from_log = findings
            .iter()
            .filter(|finding| finding.evidence.iter().any(|evidence| evidence.text == BIND));
        assert_eq!(from_log.count(), 0);
    }
}

#[test]
fn ssh_that_lacks_one_of_two_addresses_fails_for_the_last_message() {
    let snapshot = failed(&[
        "error: Bind to port 22 on :: failed: Address already in use.",
        "fatal: Cannot bind any address.",
    ]);
    assert_eq!(only(&found(&snapshot, "port-taken")).confidence, Confidence::Certain);
}

#[test]
fn postgres_names_the_port_only_in_its_hint() {
    let mut snapshot = failed(&[
        "LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use",
        "HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.",
        "WARNING:  could not create listen socket for \"localhost\"",
        "FATAL:  could not create any TCP/IP sockets",
        "FATAL:  password authentication failed for user \"app\"",
    ]);
    let holder = Holder { pid: 9, name: "python3".into(), ..Holder::default() };
    listens(&mut snapshot, "127.0.0.1:5432", Some(holder));
    snapshot.asked = 1;
    let report = crate::diagnose(&snapshot).remove(0);
    assert_eq!(report.findings[0].rule, "port-taken");
    assert!(report.findings[0].title.contains("port 5432 is taken by python3 (pid 9)"));
}

#[test]
fn a_missing_directory_on_the_way_is_the_cause_not_the_file() {
    let mut snapshot = failed(&["x: cannot open /run/x/x.pid: No such file or directory"]);
    let root = ("/", entry(FileKind::Directory, 0o755, 0));
    let run = ("/run", entry(FileKind::Directory, 0o755, 0));
    path(&mut snapshot, vec![root, run, ("/run/x", Seen::Absent)], "/run/x/x.pid");
    let findings = found(&snapshot, "directory-missing");
    let finding = only(&findings);
    assert_eq!(finding.subject, "/run/x/x.pid");
    assert_eq!(finding.title, "directory /run/x is missing");
    assert!(
        finding
            .remedies
            .iter()
            .any(|r| r.settings == [("Service".to_owned(), "RuntimeDirectory=x".to_owned())])
    );
    assert!(found(&snapshot, "file-missing").is_empty());
}

#[test]
fn a_file_that_is_there_by_now_is_said_so() {
    let mut snapshot = failed(&["x: cannot open /etc/x.conf: No such file or directory"]);
    let root = ("/", entry(FileKind::Directory, 0o755, 0));
    path(
        &mut snapshot,
        vec![root, ("/etc/x.conf", entry(FileKind::File, 0o644, 0))],
        "/etc/x.conf",
    );
    let findings = found(&snapshot, "file-missing");
    assert_eq!(only(&findings).title, "/etc/x.conf was missing at the last start");
    assert_eq!(findings[0].confidence, Confidence::Possible);
}

#[test]
fn a_denied_path_names_the_step_that_refuses() {
    let mut snapshot = failed(&["PermissionError: [Errno 13] Permission denied: '/srv/x/data'"]);
    let user = ("web".to_owned(), Place::default());
    snapshot.services[0].definition.as_mut().unwrap().user = Some(user);
    let account =
        crate::snapshot::Account { name: "web".into(), uid: 33, gid: 33, ..Default::default() };
    snapshot.lookups.users.insert("web".into(), Seen::Known(account));
    let steps = vec![
        ("/", entry(FileKind::Directory, 0o755, 0)),
        ("/srv", entry(FileKind::Directory, 0o755, 0)),
        ("/srv/x", entry(FileKind::Directory, 0o700, 0)),
        ("/srv/x/data", entry(FileKind::File, 0o644, 33)),
    ];
    path(&mut snapshot, steps, "/srv/x/data");
    let findings = found(&snapshot, "permission-denied");
    let finding = findings
        .iter()
        .find(|f| f.subject == "/srv/x/data" && f.sentence.contains("/srv/x is"))
        .unwrap();
    assert!(finding.sentence.contains("web can't search it"), "{}", finding.sentence);
    assert!(
        finding.remedies[0].commands[0].starts_with("setfacl -m u:web:x "),
        "{:?}",
        finding.remedies
    );
}

#[test]
fn a_configuration_error_is_named_by_file_and_line() {
    let snapshot = failed(&[
        "nginx: [emerg] unknown directive \"sever_name\" in /etc/nginx/nginx.conf:25",
        "nginx: configuration file /etc/nginx/nginx.conf test failed",
    ]);
    let findings = found(&snapshot, "config-invalid");
    let title = "its configuration is invalid: /etc/nginx/nginx.conf, line 25: unknown directive \"sever_name\"";
    assert_eq!(only(&findings).title, title);
}

#[test]
fn an_exception_yields_to_what_it_is_about() {
    let mut snapshot = failed(&[
        "Traceback (most recent call last):",
        "  File \"/opt/app/main.py\", line 3, in <module>",
        "OSError: [Errno 98] Address already in use",
    ]);
    listens(&mut snapshot, "0.0.0.0:8080", Some(apache()));
    snapshot.services[0].meant_to_listen = vec![("0.0.0.0:8080".into(), None)];
    let report = crate::diagnose(&snapshot).remove(0);
    assert_eq!(report.findings[0].rule, "port-taken", "{:#?}", report.findings);
    assert!(report.findings[0].title.contains("port 8080 is taken by apache2"));
}

#[test]
fn what_is_unknown_is_quoted() {
    let snapshot = failed(&["starting", "cannot frobnicate the quux"]);
    let report = crate::diagnose(&snapshot).remove(0);
    assert!(
        report.findings.iter().any(|f| f.title.contains("cannot frobnicate the quux")),
        "{:#?}",
        report.findings
    );
}

#[test]
fn ordinary_lines_mean_nothing() {
    let clues = Clues::new();
    for message in [
        "Started nginx.service - A high performance web server and a reverse proxy server.",
        "Server listening on 0.0.0.0 port 22.",
        "Accepted publickey for alice from 10.0.0.9 port 50022 ssh2: ED25519 SHA256:x",
        "Ready to accept connections tcp",
        "database system is ready to accept connections",
        "LOG:  checkpoint complete: wrote 3 buffers (0.0%)",
        "(CRON) INFO (Running @reboot jobs)",
        "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
        "Monitor thread active",
        "* Background saving terminated with success",
        "10.0.0.9 - - [23/Nov/2026:04:41:00 +0000] \"GET / HTTP/1.1\" 200 612",
    ] {
        let service = Service {
            log: Log { lines: vec![line(message)], ..Log::default() },
            ..Service::default()
        };
        assert!(clues.of_service(&service).is_empty(), "{message}");
    }
}

fn of_file(snapshot: &mut Snapshot, times: &[u64]) {
    for (line, time) in snapshot.services[0].log.lines.iter_mut().zip(times) {
        line.origin = "/var/log/x.log".into();
        line.time_usec = Some(time * 1_000_000);
    }
}

#[test]
fn of_a_log_file_only_what_follows_the_last_beginning_counts() {
    let mut snapshot = failed(&[
        "# Warning: Could not create server TCP listening socket 10.1.2.3:6379: bind: Cannot assign requested address",
        "# Failed listening on port 6379 (TCP), aborting.",
        "* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
        "# Wrong signature trying to load DB from file",
    ]);
    of_file(&mut snapshot, &[10, 10, 20, 20]);
    assert!(found(&snapshot, "address-unavailable").is_empty());
    assert_eq!(found(&snapshot, "data-damaged").len(), 1);
}

#[test]
fn what_a_log_file_says_before_the_pid_file_was_written_is_of_an_earlier_run() {
    let mut snapshot = failed(&[
        "[emerg] 1#1: bind() to 10.20.30.40:80 failed (99: Cannot assign requested address)",
    ]);
    of_file(&mut snapshot, &[10]);
    assert_eq!(found(&snapshot, "address-unavailable").len(), 1);
    let pid_file = ("/run/x.pid".to_owned(), Place::default());
    snapshot.services[0].definition.as_mut().unwrap().pid_file = Some(pid_file);
    let mut written = entry(FileKind::File, 0o644, 0);
    if let Seen::Known(entry) = &mut written {
        entry.modified_usec = 60_000_000;
    }
    path(
        &mut snapshot,
        vec![("/", entry(FileKind::Directory, 0o755, 0)), ("/run/x.pid", written)],
        "/run/x.pid",
    );
    assert!(found(&snapshot, "address-unavailable").is_empty());
}
