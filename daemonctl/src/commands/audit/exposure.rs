//! The checks behind the figure.

use insight::exposure::{self, Assessed, Exposure};
use insight::snapshot::Service;
use present::Style;
use present::style::paint;

use super::Outcome;
use super::columns::LATEST;
use crate::commands::diagnose::text::{Page, clean};
use crate::context::Context;
use crate::gather::audit::bare_facts;

/// The figure of a service with its checks.
pub fn of_service(service: &Service) -> Exposure {
    match &service.audit.declared {
        Some(declared) => exposure::assess(declared, service.audit.systemd_version),
        None => exposure::assess(&bare_facts(service), LATEST),
    }
}

/// The tables of all services.
pub fn page(context: &Context, outcome: &Outcome) -> String {
    let layout = context.layout();
    let mut page = Page::new(&layout);
    for service in &outcome.snapshot.services {
        if !page.out.is_empty() {
            page.out.push('\n');
        }
        table(&mut page, service);
    }
    page.out
}

fn table(page: &mut Page<'_>, service: &Service) {
    let found = of_service(service);
    let (good, bad) = if page.theme().unicode { ("✓", "✗") } else { ("+", "-") };
    let wide = found.checks.iter().map(|one| one.check.id.chars().count()).max().unwrap_or(0);
    // What counts most first; what is well, and what does not count, behind it in the table's order.
    let mut checks: Vec<&Assessed> = found.checks.iter().collect();
    checks.sort_by_key(|one| (one.badness.is_none(), std::cmp::Reverse(one.tenths)));
    for one in checks {
        let (mark, style) = match one.badness {
            Some(0) => (good, Style::Good),
            Some(_) => (bad, Style::Bad),
            None => (" ", Style::Dim),
        };
        paint(mark, style, page.theme(), &mut page.out);
        let gap = wide.saturating_sub(one.check.id.chars().count());
        let tenths = if one.tenths == 0 { "   ".to_owned() } else { exposure::text(one.tenths) };
        page.out.push_str(&format!(" {}{:gap$}  {tenths:>3}  {}", one.check.id, "", one.meaning));
        if let Some(mends) =
            one.check.mends.filter(|_| one.badness.is_some_and(|badness| badness > 0))
        {
            paint(&format!("  [{mends}]"), Style::Dim, page.theme(), &mut page.out);
        }
        page.out.push('\n');
    }
    let name = clean(&service.name);
    let text =
        format!("\n{name}: overall exposure {} {}", exposure::text(found.tenths), found.word());
    page.line(0, &text, Style::Heading);
    if service.audit.declared.is_none() {
        page.line(
            0,
            "as systemd would rate a service without any sandbox: its manager has no such settings",
            Style::Dim,
        );
    }
}
