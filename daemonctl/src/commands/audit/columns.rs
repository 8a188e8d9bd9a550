//! The table of every daemon.

use insight::exposure;
use insight::finding::{Finding, Report, Severity};
use insight::snapshot::{Service, Snapshot};
use present::{Column, Kind, Rows, Style, Value, Why};

use super::Outcome;
use crate::gather::audit::bare_facts;

/// A marker for the table.
pub enum Audits {}

impl Rows for Audits {
    type Row<'a> = Row<'a>;
}

/// One service.
pub struct Row<'a> {
    snapshot: &'a Snapshot,
    service: &'a Service,
    report: &'a Report,
    figure: Figure,
}

/// The figure of exposure.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// In tenths.
    pub tenths: u64,
    /// It is of what a unit declares; otherwise of a service without any sandbox.
    pub is_declared: bool,
}

/// The figure of a service.
pub fn figure(service: &Service) -> Figure {
    match &service.audit.declared {
        Some(declared) => Figure {
            tenths: exposure::figure(declared, service.audit.systemd_version),
            is_declared: true,
        },
        None => {
            Figure { tenths: exposure::figure(&bare_facts(service), LATEST), is_declared: false }
        }
    }
}

/// The checks that count where no systemd says which.
pub const LATEST: u16 = 257;

/// The rows, the worst first.
pub fn rows(outcome: &Outcome) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = outcome
        .reports
        .iter()
        .zip(&outcome.snapshot.services)
        .map(|(report, service)| Row {
            snapshot: &outcome.snapshot,
            service,
            report,
            figure: figure(service),
        })
        .collect();
    let key = |row: &Row<'_>| {
        let worst = row.report.findings.first().map(|finding| finding.severity);
        (std::cmp::Reverse(worst), std::cmp::Reverse(row.figure.tenths), row.service.name.clone())
    };
    rows.sort_by_cached_key(key);
    rows
}

impl Row<'_> {
    fn count(&self, severity: Severity) -> u64 {
        self.report.findings.iter().filter(|finding| finding.severity == severity).count() as u64
    }

    fn worst(&self) -> Option<&Finding> {
        self.report.findings.first()
    }
}

/// Who its main process is now.
pub fn user(service: &Service, snapshot: &Snapshot) -> Option<String> {
    let main = service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
    let uid = main.or(service.processes.first())?.uids[1];
    Some(snapshot.accounts.user(uid).map_or_else(|| uid.to_string(), |user| user.name.clone()))
}

fn style_of(severity: Option<Severity>) -> Style {
    match severity {
        Some(Severity::Error) => Style::Bad,
        Some(Severity::Warning) => Style::Warn,
        Some(Severity::Info) => Style::Plain,
        None => Style::Good,
    }
}

type C = Column<Audits>;

/// All columns of `audit`.
pub static COLUMNS: &[C] = &[
    C::new("service", "SERVICE", Kind::Text, "its name", |r| Value::text(r.service.name.as_str()))
        .shown()
        .max_width(40),
    C::new("manager", "MANAGER", Kind::Text, "whose service it is", |r| {
        let word = super::super::diagnose::json::manager(r.service.manager);
        Value::or_missing(word, Why::NotApplicable)
    }),
    C::new(
        "exposure",
        "EXPOSURE",
        Kind::Text,
        "systemd's figure of exposure and its word; without systemd: of no sandbox",
        |r| {
            let tenths = r.figure.tenths;
            Value::text(format!("{:>4} {}", exposure::text(tenths), exposure::word(tenths)))
        },
    )
    .style(|r| if r.figure.tenths >= 90 { Style::Warn } else { Style::Plain })
    .shown(),
    C::new("figure", "FIGURE", Kind::Number, "the same as a number, from 0 to 10", |r| {
        Value::Float(r.figure.tenths as f64 / 10.0)
    }),
    C::new("user", "USER", Kind::Text, "who its main process is now", |r| {
        Value::or_missing(user(r.service, r.snapshot), Why::Unknown)
    })
    .shown(),
    C::new("pid", "PID", Kind::Number, "its main process", |r| {
        Value::or_missing(r.service.main_pid, Why::NotApplicable)
    }),
    C::new("processes", "PROCS", Kind::Number, "how many processes it has", |r| {
        Value::Uint(r.service.processes.len() as u64)
    }),
    C::new("errors", "ERR", Kind::Number, "findings that somebody can use now", |r| {
        Value::Uint(r.count(Severity::Error))
    })
    .style(|r| if r.count(Severity::Error) > 0 { Style::Bad } else { Style::Plain })
    .shown(),
    C::new("warnings", "WARN", Kind::Number, "findings that are exposure without need", |r| {
        Value::Uint(r.count(Severity::Warning))
    })
    .style(|r| if r.count(Severity::Warning) > 0 { Style::Warn } else { Style::Plain })
    .shown(),
    C::new("remarks", "INFO", Kind::Number, "findings for information", |r| {
        Value::Uint(r.count(Severity::Info))
    }),
    C::new("rule", "RULE", Kind::Text, "the rule of its worst finding", |r| {
        Value::or_missing(r.worst().map(|finding| finding.rule), Why::NotApplicable)
    }),
    C::new("finding", "WORST FINDING", Kind::Text, "its worst finding", |r| {
        match r.worst().filter(|finding| finding.severity > Severity::Info) {
            Some(finding) => Value::text(finding.title.as_str()),
            None => Value::Missing(Why::NotApplicable),
        }
    })
    .style(|r| style_of(r.worst().map(|finding| finding.severity)))
    .shown()
    .max_width(70),
];
