//! Tests of the order.

use proptest::prelude::*;

use super::{Ranked, arrange, join};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity};
use crate::snapshot::{Line, Log, LogSource, Manager, Seen, Service, Snapshot, State};

fn finding(rule: &'static str, role: Role, severity: Severity, confidence: Confidence) -> Finding {
    Finding {
        rule,
        subject: String::new(),
        service: "x".to_owned(),
        severity,
        confidence,
        role,
        title: String::new(),
        sentence: String::new(),
        evidence: Vec::new(),
        remedies: Vec::new(),
        consequences: Vec::new(),
    }
}

fn ranked(findings: Vec<Finding>) -> Vec<Ranked> {
    findings.into_iter().enumerate().map(|(order, finding)| Ranked { order, finding }).collect()
}

fn names(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_cause_stands_before_how_it_ended_and_what_followed() {
    let findings = arrange(join(ranked(vec![
        finding("start-limit", Role::Consequence, Severity::Error, Confidence::Certain),
        finding("exit-status", Role::Mechanism, Severity::Error, Confidence::Certain),
        finding("zombies", Role::Separate, Severity::Warning, Confidence::Certain),
        finding("port-taken", Role::Cause, Severity::Error, Confidence::Possible),
        finding("library-missing", Role::Cause, Severity::Error, Confidence::Likely),
    ])));
    assert_eq!(names(&findings), ["library-missing", "port-taken", "zombies"]);
    assert_eq!(names(&findings[0].consequences), ["exit-status", "start-limit"]);
}

#[test]
fn without_a_cause_the_mechanism_is_first() {
    let findings = arrange(join(ranked(vec![
        finding("start-limit", Role::Consequence, Severity::Error, Confidence::Certain),
        finding("killed-by-signal", Role::Mechanism, Severity::Error, Confidence::Certain),
    ])));
    assert_eq!(names(&findings), ["killed-by-signal"]);
    assert_eq!(names(&findings[0].consequences), ["start-limit"]);
}

#[test]
fn what_may_bite_later_explains_nothing_that_is_broken_now() {
    let findings = arrange(join(ranked(vec![
        finding("pid-file-stale", Role::Cause, Severity::Warning, Confidence::Certain),
        finding("exit-status", Role::Mechanism, Severity::Error, Confidence::Certain),
    ])));
    assert_eq!(names(&findings), ["exit-status", "pid-file-stale"]);
}

#[test]
fn the_same_found_twice_is_one_with_all_proofs() {
    let mut looked = finding("port-taken", Role::Cause, Severity::Error, Confidence::Certain);
    looked.subject = "80".to_owned();
    looked = looked.says("port 80 is taken by apache2", "").proof(Evidence::manager("a", "b"));
    let mut said = finding("port-taken", Role::Cause, Severity::Error, Confidence::Likely);
    said = said.says("a port is taken", "").proof(Evidence::manager("c", "d"));
    let findings = arrange(join(ranked(vec![said, looked])));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].title, "port 80 is taken by apache2");
    assert_eq!(findings[0].evidence.len(), 2);
    assert_eq!(findings[0].confidence, Confidence::Certain);
}

fn count(findings: &[Finding]) -> usize {
    findings.iter().map(|finding| 1 + count(&finding.consequences)).sum()
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let role =
        prop::sample::select(vec![Role::Cause, Role::Mechanism, Role::Consequence, Role::Separate]);
    let severity = prop::sample::select(vec![Severity::Info, Severity::Warning, Severity::Error]);
    let confidence =
        prop::sample::select(vec![Confidence::Possible, Confidence::Likely, Confidence::Certain]);
    let rule = prop::sample::select(vec!["a", "b", "c", "d"]);
    (rule, "[xyz]?", role, severity, confidence).prop_map(
        |(rule, subject, role, severity, sure)| {
            let mut finding = finding(rule, role, severity, sure);
            finding.subject = subject;
            finding
        },
    )
}

proptest! {
    #[test]
    fn nothing_gets_lost(findings in prop::collection::vec(any_finding(), 0..20)) {
        let joined = join(ranked(findings.clone()));
        for finding in &findings {
            let is_kept = joined.iter().any(|kept| {
                kept.finding.rule == finding.rule
                    && (kept.finding.subject == finding.subject || finding.subject.is_empty())
                    && kept.finding.severity >= finding.severity
            });
            prop_assert!(is_kept, "{finding:?}");
        }
        let number = joined.len();
        let arranged = arrange(joined);
        prop_assert_eq!(count(&arranged), number);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            prop_assert_eq!(arranged[0].severity, Severity::Error);
        }
    }
}

fn broken(name: &str, message: &str) -> Service {
    let line = Line {
        time_usec: Some(1),
        source: LogSource::Service,
        origin: "journal".into(),
        level: None,
        pid: None,
        identifier: None,
        message_id: None,
        message: message.into(),
        is_of_last_run: true,
    };
    Service {
        name: name.into(),
        manager: Manager::Systemd,
        state: State::Failed,
        log: Log { lines: vec![line], ..Log::default() },
        ..Service::default()
    }
}

#[test]
fn what_a_service_that_does_not_answer_died_of_is_the_cause() {
    let app = broken("app.service", "dial tcp 127.0.0.1:5432: connect: connection refused");
    let mut db = broken(
        "db.service",
        "/usr/bin/db: error while loading shared libraries: libx.so.1: cannot open shared object file: No such file or directory",
    );
    db.meant_to_listen = vec![("127.0.0.1:5432".into(), None)];
    let mut snapshot = Snapshot { services: vec![app, db], asked: 1, ..Snapshot::default() };
    snapshot.lookups.listeners = Seen::Known(Vec::new());
    let report = crate::diagnose(&snapshot).remove(0);
    let first = &report.findings[0];
    assert_eq!((first.rule, first.service.as_str()), ("library-missing", "db.service"));
    let below = first.consequences.iter().map(|finding| finding.rule).collect::<Vec<_>>();
    assert!(below.contains(&"dependency-unreachable"), "{below:?}");
}

#[test]
fn a_circle_of_dependencies_ends() {
    let one = broken("one.service", "dial tcp 127.0.0.1:1: connect: connection refused");
    let mut two = broken("two.service", "dial tcp 127.0.0.1:2: connect: connection refused");
    two.meant_to_listen = vec![("127.0.0.1:1".into(), None)];
    let mut first = one;
    first.meant_to_listen = vec![("127.0.0.1:2".into(), None)];
    let snapshot = Snapshot { services: vec![first, two], asked: 2, ..Snapshot::default() };
    assert_eq!(crate::diagnose(&snapshot).len(), 2);
}
