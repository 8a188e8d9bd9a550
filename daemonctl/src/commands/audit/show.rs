//! Single services, in full.

use insight::exposure;
use insight::finding::{Report, Severity};
use insight::snapshot::{Seen, Service};
use present::Style;
use present::style::paint;

use super::columns::{figure, user};
use super::{Outcome, json};
use crate::commands::diagnose::text::{Page, clean};
use crate::context::Context;
use crate::options::render_notes;

/// All of them.
pub fn page(context: &Context, outcome: &Outcome, all: bool) -> String {
    let layout = context.layout();
    let mut page = Page::new(&layout);
    for (report, service) in outcome.reports.iter().zip(&outcome.snapshot.services) {
        if !page.out.is_empty() {
            page.out.push('\n');
        }
        of_service(&mut page, outcome, report, service, all);
    }
    let mut out = page.out;
    render_notes(&json::notes(outcome), &layout.theme, &mut out);
    out
}

fn of_service(
    page: &mut Page<'_>,
    outcome: &Outcome,
    report: &Report,
    service: &Service,
    all: bool,
) {
    let figure = figure(service);
    let worst = report.findings.first().map(|finding| finding.severity);
    let style = match worst {
        Some(Severity::Error) => Style::Bad,
        Some(Severity::Warning) => Style::Warn,
        _ => Style::Good,
    };
    paint(&clean(&service.name), Style::Heading, page.theme(), &mut page.out);
    page.out.push_str(": ");
    paint(&counted(report), style, page.theme(), &mut page.out);
    page.out.push('\n');
    let who = user(service, &outcome.snapshot).unwrap_or_else(|| match service.main_pid {
        Some(_) => "it runs, but no process of it could be seen".to_owned(),
        None => "nobody: it does not run".to_owned(),
    });
    page.line(1, &format!("runs as    {}", clean(&who)), Style::Plain);
    let declared = match figure.is_declared {
        true => String::new(),
        false => ", as systemd would rate a service without any sandbox".to_owned(),
    };
    let text = format!(
        "exposure   {} {}{declared}",
        exposure::text(figure.tenths),
        exposure::word(figure.tenths)
    );
    page.line(1, &text, Style::Plain);
    for (label, text) in effective(service) {
        page.line(1, &format!("{label:<10} {}", clean(&text)), Style::Plain);
    }
    let listens = listens(outcome, service);
    if !listens.is_empty() {
        page.paragraph(1, "listens on", &listens.join(", "), Style::Plain);
    }
    let shown: Vec<_> =
        report.findings.iter().filter(|finding| all || finding.severity > Severity::Info).collect();
    for finding in &shown {
        page.out.push('\n');
        page.finding(finding, false, 1);
    }
    let hidden = report.findings.len() - shown.len();
    if hidden > 0 {
        let words = if hidden == 1 { "remark" } else { "remarks" };
        page.line(1, &format!("{hidden} more {words}: --all"), Style::Dim);
    }
    let cut: Vec<String> = service
        .audit
        .folders
        .iter()
        .filter(|look| look.is_cut)
        .map(|look| format!("{} (the first {} files)", clean(&look.path), look.looked))
        .collect();
    if !cut.is_empty() {
        page.paragraph(1, "not looked at in full:", &cut.join(", "), Style::Dim);
    }
    for (rule, lacks) in &report.unchecked {
        page.paragraph(1, &format!("not checked: {rule}:"), lacks, Style::Dim);
    }
}

/// `2 errors, 1 warning`
fn counted(report: &Report) -> String {
    let count =
        |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let words = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> =
        [words(count(Severity::Error), "error"), words(count(Severity::Warning), "warning")]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() { "nothing that needs attention".to_owned() } else { parts.join(", ") }
}

/// What its main process can do now.
fn effective(service: &Service) -> Vec<(&'static str, String)> {
    let main = service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
    let Some(process) = main.or(service.processes.first()) else { return Vec::new() };
    let mut lines = Vec::new();
    lines.push((
        "can",
        match &process.capabilities {
            Seen::Known(known) if known.effective == 0 => "no capability is in effect".to_owned(),
            Seen::Known(known) => {
                let names = json::capability_names(known.effective);
                match names.len() {
                    0..=6 => names.join(", "),
                    all => format!("{all} capabilities are in effect"),
                }
            }
            _ => "capabilities could not be seen".to_owned(),
        },
    ));
    let mut kept = Vec::new();
    let told = |seen: &Seen<bool>, yes: &str, no: &str| match seen {
        Seen::Known(true) => yes.to_owned(),
        Seen::Known(false) => no.to_owned(),
        _ => format!("{no}?"),
    };
    kept.push(told(&process.no_new_privs, "no new privileges", "may gain privileges"));
    kept.push(match process.seccomp.known() {
        Some(0) => "no filter of system calls".to_owned(),
        Some(_) => "system calls are filtered".to_owned(),
        None => "filter of system calls unknown".to_owned(),
    });
    kept.push(match process.own_namespaces.known() {
        Some(kinds) if kinds.is_empty() => "no namespace of its own".to_owned(),
        Some(kinds) => format!("namespaces of its own: {}", kinds.join(" ")),
        None => "namespaces could not be seen".to_owned(),
    });
    lines.push(("kept by", kept.join("; ")));
    lines
}

fn listens(outcome: &Outcome, service: &Service) -> Vec<String> {
    let all = outcome.snapshot.lookups.listeners.known().map_or(&[][..], Vec::as_slice);
    let own = all.iter().filter(|listener| {
        listener
            .holders
            .iter()
            .any(|holder| service.processes.iter().any(|process| process.pid == holder.pid))
    });
    let mut words: Vec<String> = own
        .map(|listener| match (&listener.address, &listener.path) {
            (Some(address), _) => format!("{} {address}", listener.protocol),
            (None, Some(path)) => path.clone(),
            (None, None) => listener.protocol.to_owned(),
        })
        .collect();
    words.sort();
    words.dedup();
    words
}
