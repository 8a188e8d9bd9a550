//! The page for people: the machine, what is wrong, the daemons, what could not be seen.

use present::glance::{self, Block};
use present::text;
use present::{Layout, Style, View, table, units};
use process::verdict::Kind;

use super::Overview;
use super::columns::Services;
use super::trouble::{Severity, Trouble, TroubleKind};
use crate::snapshot::Snapshot;

/// Findings of one kind that are told apart; the rest are counted.
const MOST_OF_A_KIND: usize = 8;

/// How many processes are what.
#[derive(Debug, Default)]
pub struct Counts {
    /// Daemons.
    pub daemons: usize,
    /// Normal processes.
    pub normal: usize,
    /// Threads of the kernel.
    pub kernel: usize,
    /// Those that could not be told.
    pub unknown: usize,
}

impl Counts {
    /// Of all processes that are seen.
    pub fn of(snapshot: &Snapshot) -> Counts {
        let mut counts = Counts::default();
        for verdict in &snapshot.judgement.verdicts {
            *match verdict.kind() {
                Kind::Daemon => &mut counts.daemons,
                Kind::Normal => &mut counts.normal,
                Kind::Kernel => &mut counts.kernel,
                Kind::Unknown => &mut counts.unknown,
            } += 1;
        }
        counts
    }
}

/// Since boot; in a container, since its first process started.
pub fn uptime_seconds(snapshot: &Snapshot) -> f64 {
    let first =
        snapshot.row(0).filter(|row| snapshot.machine.is_contained() && row.process.pid() == 1);
    first.map_or(snapshot.sample.boot_usec as f64 / 1e6, |row| row.age_seconds())
}

/// Appends the page.
pub fn render(
    overview: &Overview,
    view: &View<Services>,
    order: &[usize],
    layout: &Layout,
    out: &mut String,
) {
    machine(&overview.snapshot, layout, out);
    out.push('\n');
    troubles(&overview.troubles, layout, out);
    out.push('\n');
    table::render(view, &overview.rows, order, layout, out);
    let more = match overview.ended {
        0 => String::new(),
        1 => "1 more service did its work and ended.".to_owned(),
        count => format!("{count} more services did their work and ended."),
    };
    if !more.is_empty() {
        present::style::paint(&more, Style::Dim, &layout.theme, out);
        out.push('\n');
    }
    if !overview.notes.is_empty() {
        glance::heading("Not seen", &layout.theme, out);
        let mut block = Block::new();
        for note in &overview.notes {
            block = block.styled("", &format!("{}: {}", note.what, note.detail), Style::Dim);
        }
        block.render(layout, out);
    }
}

fn machine(snapshot: &Snapshot, layout: &Layout, out: &mut String) {
    let machine = &snapshot.machine;
    let init = if machine.init.is_init_system() {
        machine.init.name().to_owned()
    } else {
        format!("no init system (pid 1 is {})", machine.init.name())
    };
    let container = match machine.container.as_deref() {
        Some("pid-namespace") => ", in a pid namespace of its own".to_owned(),
        Some(kind) => format!(", in a container ({kind})"),
        None => String::new(),
    };
    let uptime = units::duration(uptime_seconds(snapshot));
    let title =
        format!("{}: {init}{container}, Linux {}, up {uptime}", machine.host, machine.kernel);
    glance::heading(&title, &layout.theme, out);
    let processors = if machine.processors == 1 { "processor" } else { "processors" };
    let load = machine.load.map_or_else(
        || "?".to_owned(),
        |[one, five, fifteen]| format!("{one:.2} {five:.2} {fifteen:.2}"),
    );
    let memory = match (machine.memory_bytes, machine.available_bytes) {
        (Some(all), Some(free)) => {
            format!(
                "{} of {} used, {} available",
                units::bytes(all.saturating_sub(free)),
                units::bytes(all),
                units::bytes(free)
            )
        }
        _ => "?".to_owned(),
    };
    let counts = Counts::of(snapshot);
    let unknown =
        if counts.unknown > 0 { format!(", {} unknown", counts.unknown) } else { String::new() };
    let processes = format!(
        "{} ({} daemon, {} normal, {} kernel{unknown})",
        snapshot.sample.processes.len(),
        counts.daemons,
        counts.normal,
        counts.kernel
    );
    Block::new()
        .row("load", &format!("{load} on {} {processors}", machine.processors))
        .row("memory", &memory)
        .row("processes", &processes)
        .render(layout, out);
}

fn troubles(troubles: &[Trouble], layout: &Layout, out: &mut String) {
    if troubles.is_empty() {
        present::style::paint("No trouble found.", Style::Good, &layout.theme, out);
        out.push('\n');
        return;
    }
    let grave = troubles.iter().any(|trouble| trouble.severity < Severity::Low);
    let title = if grave { "Trouble" } else { "Worth knowing" };
    present::style::paint(title, Style::Heading, &layout.theme, out);
    out.push('\n');
    let mut block = Block::new();
    for of_a_kind in troubles.chunk_by(|a, b| a.kind == b.kind) {
        for (index, (text, style)) in lines(of_a_kind).into_iter().enumerate() {
            let label =
                of_a_kind.first().filter(|_| index == 0).map_or("", |trouble| trouble.kind.label());
            block = block.styled(label, &text, style);
        }
    }
    block.render(layout, out);
}

/// Findings of one kind.
fn lines(troubles: &[Trouble]) -> Vec<(String, Style)> {
    let style = |trouble: &Trouble| match trouble.severity {
        Severity::High => Style::Bad,
        Severity::Medium => Style::Warn,
        Severity::Low => Style::Plain,
    };
    if troubles.first().is_some_and(|trouble| trouble.kind == TroubleKind::ExposedAsRoot) {
        let all: Vec<_> =
            troubles.iter().map(|trouble| format!("{} {}", name(trouble), trouble.what)).collect();
        return vec![(all.join("; "), Style::Plain)];
    }
    let mut lines: Vec<_> = troubles
        .iter()
        .take(MOST_OF_A_KIND)
        .map(|trouble| match trouble.name {
            Some(_) => (format!("{}: {}", name(trouble), trouble.what), style(trouble)),
            None => (trouble.what.clone(), style(trouble)),
        })
        .collect();
    let rest = troubles.len().saturating_sub(MOST_OF_A_KIND);
    if rest > 0 {
        lines.push((format!("and {rest} more"), Style::Plain));
    }
    lines
}

fn name(trouble: &Trouble) -> String {
    text::clean(trouble.name.as_deref().unwrap_or_default().as_bytes()).into_owned()
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
