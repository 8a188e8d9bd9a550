//! What was found, as a page: the cause first, with its proof and what to do; what followed beneath it.

mod finding;

use std::collections::BTreeMap;

use insight::finding::{Finding, Report, Role, Severity, shell};
use insight::snapshot::{Manager, Service, Snapshot, State};
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
    let is_healthy = service.is_some_and(Service::is_healthy);
    // What explains how a service is stands beside its state; what is wrong with one that works, beneath.
    let explains = report.findings.first().filter(|first| match (is_healthy, is_broken) {
        (true, _) => first.role != Role::Separate && first.severity == Severity::Error,
        (false, true) => first.role != Role::Separate,
        // Stopped by hand, not enabled: nothing is wrong, and that is why.
        (false, false) => true,
    });
    headline(page, report, service, snapshot, explains);
    let mut hidden = 0;
    for (at, finding) in report.findings.iter().enumerate() {
        let is_headline = at == 0 && explains.is_some();
        match all || is_headline || finding.severity > Severity::Info {
            true => page.finding(finding, is_headline, 1),
            false => hidden += 1,
        }
    }
    let has_cause = report.findings.iter().any(|finding| finding.role == Role::Cause);
    if is_broken && !has_cause {
        no_cause(page, report, service, all);
    }
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
    explains: Option<&Finding>,
) {
    let is_broken = service.is_some_and(Service::is_broken);
    let name = clean(&report.service);
    paint(&name, Style::Heading, page.theme(), &mut page.out);
    page.out.push_str(": ");
    let worst = report.findings.iter().map(|finding| finding.severity).max();
    let style = match (is_broken, worst) {
        (true, _) | (_, Some(Severity::Error)) => Style::Bad,
        (false, Some(Severity::Warning)) => Style::Warn,
        _ => Style::Good,
    };
    let words = service.map_or_else(String::new, |service| words(service, snapshot));
    paint(&clean(&words), style, page.theme(), &mut page.out);
    let warnings = report.findings.iter().filter(|f| f.severity > Severity::Info).count();
    match explains {
        Some(first) => {
            page.out.push_str(": ");
            paint(&clean(&first.title), Style::Bold, page.theme(), &mut page.out);
        }
        None if is_broken => page.out.push_str(": no cause found"),
        None if warnings == 1 => page.out.push_str(": 1 warning"),
        None if warnings > 1 => page.out.push_str(&format!(": {warnings} warnings")),
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
fn no_cause(page: &mut Page<'_>, report: &Report, service: Option<&Service>, all: bool) {
    let is_script = |service: &Service| matches!(service.manager, Manager::OpenRc | Manager::SysV);
    if service.is_some_and(|service| is_script(service) && service.state == State::Stopped) {
        let name = shell(&report.service);
        let text = "its manager keeps no record of who stopped it, or of how a start failed: start it, and look again";
        page.paragraph(1, "", text, Style::Plain);
        page.line(3, &clean(&format!("daemonctl start {name}")), Style::Bold);
    }
    let mut checked: Vec<&str> = report.checked.clone();
    checked.sort_unstable();
    checked.dedup();
    page.paragraph(1, "checked:", &checked.join(", "), Style::Dim);
    let mut lacking: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, lacks) in &report.unchecked {
        lacking.entry(lacks).or_default().push(rule);
    }
    for (lacks, rules) in lacking {
        let rules = match all {
            true => rules.join(", "),
            false if rules.len() == 1 => "1 rule".to_owned(),
            false => format!("{} rules", rules.len()),
        };
        page.paragraph(1, "not checked:", &format!("{rules} ({lacks})"), Style::Dim);
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
    let shown: Vec<_> =
        report.findings.iter().filter(|finding| all || finding.severity > Severity::Info).collect();
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
