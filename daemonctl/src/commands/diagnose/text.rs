//! What was found, as a page: the cause first, with its proof and what to do; what followed beneath it.

mod finding;

use std::collections::BTreeMap;

use insight::finding::{Report, Role, Severity};
use insight::snapshot::{Service, Snapshot};
use present::style::paint;
use present::{Layout, Style};

use super::json::state;
use super::{Outcome, json};
use crate::context::Context;
use crate::options::render_notes;

pub use finding::{Page, clean};

/// All that was found, for people.
pub fn page(context: &Context, outcome: &Outcome, all: bool) -> String {
    let layout = context.layout();
    let mut page = Page::new(&layout);
    for report in &outcome.reports {
        let service = outcome.snapshot.service(&report.service);
        of_service(&mut page, report, service, &outcome.snapshot, all);
    }
    if let Some(machine) = &outcome.machine {
        of_machine(&mut page, machine, &outcome.snapshot, outcome.reports.is_empty(), all);
    }
    let mut out = page.out;
    if !outcome.snapshot.unseen.is_empty() {
        out.push('\n');
        render_notes(&json::notes(&outcome.snapshot.unseen), &layout.theme, &mut out);
    }
    out
}

/// One service: the line that says it all, then its findings.
fn of_service(
    page: &mut Page<'_>,
    report: &Report,
    service: Option<&Service>,
    snapshot: &Snapshot,
    all: bool,
) {
    if !page.out.is_empty() {
        page.out.push('\n');
    }
    let is_broken = service.is_some_and(Service::is_broken);
    headline(page, report, service, snapshot, is_broken);
    let shown: Vec<_> = report
        .findings
        .iter()
        .enumerate()
        .filter(|(at, finding)| {
            all || finding.severity > Severity::Info || *at == 0 && finding.role != Role::Separate
        })
        .collect();
    for (at, finding) in &shown {
        let is_first = *at == 0;
        page.finding(finding, is_first && finding.role != Role::Separate, 1);
    }
    let has_cause = report.findings.iter().any(|finding| finding.role == Role::Cause);
    if is_broken && !has_cause {
        no_cause(page, report);
    }
    let hidden = report.findings.len() - shown.len();
    if hidden > 0 {
        let words = if hidden == 1 { "remark" } else { "remarks" };
        page.line(1, &format!("{hidden} more {words}: --all"), Style::Dim);
    }
}

/// `nginx.service: failed (exit-code) for 3min: port 80 is taken by apache2`.
fn headline(
    page: &mut Page<'_>,
    report: &Report,
    service: Option<&Service>,
    snapshot: &Snapshot,
    is_broken: bool,
) {
    let name = clean(&report.service);
    paint(&name, Style::Heading, page.theme(), &mut page.out);
    page.out.push_str(": ");
    let first = report.findings.first().filter(|finding| finding.role != Role::Separate);
    let worst = report.findings.iter().map(|finding| finding.severity).max();
    let style = match (is_broken, worst) {
        (true, _) | (_, Some(Severity::Error)) => Style::Bad,
        (false, Some(Severity::Warning)) => Style::Warn,
        _ => Style::Good,
    };
    let words = service.map_or_else(String::new, |service| words(service, snapshot));
    paint(&clean(&words), style, page.theme(), &mut page.out);
    match first {
        Some(first) => {
            page.out.push_str(": ");
            paint(&clean(&first.title), Style::Bold, page.theme(), &mut page.out);
        }
        None if is_broken => page.out.push_str(": no cause found"),
        None if report.findings.iter().any(|f| f.severity > Severity::Info) => {}
        None => page.out.push_str(": nothing wrong was found"),
    }
    page.out.push('\n');
}

/// How it is: the word that every manager has, and its manager's own where that says more.
fn words(service: &Service, snapshot: &Snapshot) -> String {
    let word = state(service.state);
    let native = service.native.as_str();
    let mut words = match native {
        "" => word.to_owned(),
        // `active (running)`, `failed (exit-code)`: systemd's own words say it all.
        native if native.contains(word) => native.to_owned(),
        native => format!("{word}, {native}"),
    };
    if let Some(since) = service.since_usec {
        let age = snapshot.now_usec.saturating_sub(since) as f64 / 1e6;
        words.push_str(&format!(" for {}", present::units::duration(age)));
    }
    words
}

/// What was tried, where nothing explains why it is broken.
fn no_cause(page: &mut Page<'_>, report: &Report) {
    let mut checked: Vec<&str> = report.checked.clone();
    checked.sort_unstable();
    checked.dedup();
    page.paragraph(1, "no cause found; checked:", &checked.join(", "), Style::Dim);
    let mut lacking: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, lacks) in &report.unchecked {
        lacking.entry(lacks).or_default().push(rule);
    }
    for (lacks, rules) in lacking {
        let rules = rules.join(", ");
        page.paragraph(1, "not checked:", &format!("{rules} ({lacks})"), Style::Warn);
    }
}

fn of_machine(
    page: &mut Page<'_>,
    report: &Report,
    snapshot: &Snapshot,
    no_service: bool,
    all: bool,
) {
    if !page.out.is_empty() {
        page.out.push('\n');
    }
    paint("the machine", Style::Heading, page.theme(), &mut page.out);
    let shown: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| all || finding.severity > Severity::Info)
        .collect();
    let troubled = snapshot.machine.troubled.len();
    let words = match (shown.is_empty(), no_service, troubled) {
        (true, true, _) => ": nothing wrong was found, and no service is in trouble".to_owned(),
        (true, false, _) => ": nothing wrong was found beyond its services".to_owned(),
        (false, ..) => String::new(),
    };
    page.out.push_str(&words);
    page.out.push('\n');
    for finding in shown {
        page.finding(finding, false, 1);
    }
    if troubled > snapshot.asked {
        let rest = snapshot.machine.troubled.iter().skip(snapshot.asked);
        let names: Vec<String> = rest.map(|name| clean(name)).collect();
        page.paragraph(1, "in trouble too, and not looked at:", &names.join(", "), Style::Warn);
    }
}

/// So wide is a page where nobody says how wide it may be.
pub const WIDTH: usize = 100;

/// How wide a page is.
pub fn width(layout: &Layout) -> usize {
    layout.width.unwrap_or(WIDTH).clamp(40, 140)
}
