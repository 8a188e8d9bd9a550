//! An explanation as text.

use present::glance::{Block, heading};
use present::style::paint;
use present::text::clean;
use present::{Layout, Query, Style, View, table};
use process::process::Extra;
use process::verdict::Kind;

use super::Explanation;
use crate::columns::COLUMNS;
use crate::context::Context;
use crate::failure::Failure;
use crate::snapshot::{Row, Snapshot};

/// Draws an explanation.
pub fn render(explained: &Explanation, layout: &Layout, out: &mut String) {
    let Some(row) = explained.row() else { return };
    verdict(&row, layout, out);
    heading("Why it runs", &layout.theme, out);
    chain(explained, layout, out);
    heading("Evidence", &layout.theme, out);
    evidence(explained, layout, out);
    heading("The process", &layout.theme, out);
    facts(explained, &row).render(layout, out);
    if !explained.notes.is_empty() {
        heading("Not seen", &layout.theme, out);
        for note in &explained.notes {
            let line = clean(note.detail.as_bytes()).into_owned();
            out.push_str("  ");
            paint(&line, Style::Warn, &layout.theme, out);
            out.push('\n');
        }
    }
}

fn verdict(row: &Row<'_>, layout: &Layout, out: &mut String) {
    let name = clean(row.process.shown_name());
    let kind = match row.verdict.kind() {
        Kind::Kernel => "a kernel thread",
        Kind::Daemon => "a daemon",
        Kind::Normal => "a normal process",
        Kind::Unknown => "of unknown kind",
    };
    let style = if row.verdict.posing_as_kernel { Style::Bad } else { Style::Bold };
    paint(&format!("{name} ({}) is {kind}", row.process.pid()), style, &layout.theme, out);
    out.push_str(&format!(": {}.\n", row.verdict.sub_kind.sentence()));
    if row.verdict.posing_as_kernel {
        let title = clean(row.process.argv0().unwrap_or(&row.process.comm)).into_owned();
        let warning = format!("  It poses as a kernel thread (`{title}`), and the kernel says that it is none.");
        paint(&warning, Style::Bad, &layout.theme, out);
        out.push('\n');
    }
    out.push_str(&format!(
        "  {}, {}: {}.\n",
        row.verdict.sub_kind.word(),
        match row.verdict.confidence.word() {
            "certain" => "certain".to_owned(),
            word => format!("{word} confidence"),
        },
        row.verdict.because
    ));
}

/// One line a link, each a step further in.
fn chain(explained: &Explanation, layout: &Layout, out: &mut String) {
    let (branch, broken) = if layout.theme.unicode { ("└─ ", "└╌ ") } else { ("`- ", "`~ ") };
    for (depth, link) in explained.chain.iter().enumerate() {
        out.push_str("  ");
        if depth > 0 {
            // Deep chains go on straight down: their depth says nothing more.
            out.push_str(&"   ".repeat((depth - 1).min(16)));
            out.push_str(if link.broken { broken } else { branch });
        }
        let pid = link.pid.map_or_else(String::new, |pid| format!(" ({pid})"));
        let name = format!("{}{pid}", clean(link.name.as_bytes()));
        let last = depth + 1 == explained.chain.len();
        paint(&name, if last { Style::Bold } else { Style::Plain }, &layout.theme, out);
        out.push_str("  ");
        let how = clean(link.how.as_bytes());
        let how = if link.broken { format!("broken link: {how}") } else { how.into_owned() };
        paint(&how, if link.broken { Style::Warn } else { Style::Dim }, &layout.theme, out);
        out.push('\n');
    }
}

/// Aspect, what it points to, what was seen, and where.
fn evidence(explained: &Explanation, layout: &Layout, out: &mut String) {
    let mut last = "";
    for each in &explained.evidence {
        let aspect = each.aspect.word();
        let points = match each.points_to {
            Some(kind) => format!("{} ({})", kind.word(), if each.hard { "hard" } else { "soft" }),
            None => "-".to_owned(),
        };
        let style = match each.points_to {
            Some(Kind::Daemon) => Style::Good,
            Some(Kind::Normal) => Style::Plain,
            Some(Kind::Kernel | Kind::Unknown) | None => Style::Dim,
        };
        let label = if aspect == last { "" } else { aspect };
        last = aspect;
        out.push_str(&format!("  {label:<11} "));
        paint(&format!("{points:<14}"), style, &layout.theme, out);
        out.push_str(&format!(" {}  ", clean(each.fact.as_bytes())));
        paint(&format!("[{}]", clean(each.source.as_bytes())), Style::Dim, &layout.theme, out);
        out.push('\n');
    }
}

fn facts(explained: &Explanation, row: &Row<'_>) -> Block {
    let process = row.process;
    let none = Extra::default();
    let extra = process.extra.as_deref().unwrap_or(&none);
    let mut block = Block::new().row("command", &clean(&row.command()));
    let mut add = |label: &str, text: Option<String>| {
        if let Some(text) = text {
            block = std::mem::take(&mut block).row(label, &text);
        }
    };
    add("executable", extra.exe.known().map(|path| shown(path)));
    add("service", row.service().map(|service| format!("{} ({}, by {})", clean(service.name.as_bytes()), service.manager, service.how)));
    add("container", row.container().map(|container| format!("{} {}", container.runtime, clean(container.id.as_bytes()))));
    add("user", credentials(row, extra));
    let started = row.snapshot.machine.unix_seconds(process.key.start_ticks);
    let age = present::units::duration(row.age_seconds());
    add("started", started.map(|at| format!("{} ({age} ago)", crate::time::full_local(at))));
    add("state", Some(state(row)));
    add("cost", Some(cost(row, extra)));
    add("session", Some(session(row)));
    add("directory", extra.cwd.known().map(|path| shown(path)));
    add("descriptors", descriptors(extra));
    add("listens on", Some(explained.serving.listens_on.join(", ")).filter(|list| !list.is_empty()));
    add("confinement", confinement(extra));
    add("control group", row.snapshot.sample.cgroup(process).map(|group| shown(&group.path)));
    block
}

fn shown(bytes: &[u8]) -> String {
    clean(bytes).into_owned()
}

fn credentials(row: &Row<'_>, extra: &Extra) -> Option<String> {
    let user = clean(row.user()?.as_bytes()).into_owned();
    let Some(ids) = extra.status.known().and_then(|status| status.uid) else { return Some(user) };
    if ids.real == ids.effective && ids.saved == ids.effective {
        return Some(user);
    }
    Some(format!("{user} (effective {}, real {}, saved {})", ids.effective, ids.real, ids.saved))
}

fn state(row: &Row<'_>) -> String {
    let word = match row.process.stat.state {
        b'R' => "running",
        b'S' => "sleeping",
        b'D' => "waiting for a disk, can't be interrupted",
        b'T' => "stopped by a signal",
        b't' => "stopped by a debugger",
        b'Z' => "ended, waits for its parent to take the exit status (zombie)",
        b'I' => "idle",
        _ => "in a state that this program does not know",
    };
    let threads = row.process.stat.threads;
    format!("{word}; {threads} thread{}", if threads == 1 { "" } else { "s" })
}

fn cost(row: &Row<'_>, extra: &Extra) -> String {
    let mut text = format!(
        "{} CPU time ({} over its life), {} memory",
        present::units::duration(row.cpu_seconds()),
        present::units::percent(row.cpu_percent()),
        present::units::bytes(row.rss_bytes()),
    );
    if let Some(io) = extra.io.known() {
        let (read, written) = (present::units::bytes(io.read_bytes), present::units::bytes(io.write_bytes));
        text.push_str(&format!(", {read} read from and {written} written to storage"));
    }
    text
}

fn session(row: &Row<'_>) -> String {
    let stat = &row.process.stat;
    let tty = process::tty::name(stat.tty_nr).map_or_else(|| "no terminal".to_owned(), |tty| format!("terminal {tty}"));
    format!("session {}, process group {}, {tty}", stat.session, stat.pgrp)
}

fn descriptors(extra: &Extra) -> Option<String> {
    let shown: Vec<String> = extra
        .stdio
        .iter()
        .enumerate()
        .filter_map(|(number, link)| Some(format!("{number} {}", clean(link.known()?))))
        .collect();
    let count = extra.descriptors.known().map(|count| format!("{count} open"));
    let parts: Vec<String> = count.into_iter().chain(shown).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

fn confinement(extra: &Extra) -> Option<String> {
    let status = extra.status.known()?;
    let capabilities = match status.capabilities?.effective {
        0 => "no capabilities".to_owned(),
        set => format!("{} capabilities ({set:x})", set.count_ones()),
    };
    let seccomp = match status.seccomp {
        Some(0) => "no seccomp filter",
        Some(1) => "strict seccomp",
        Some(_) => "seccomp filter",
        None => "seccomp unknown",
    };
    let privileges = match status.no_new_privs {
        Some(true) => "may gain no new privileges",
        Some(false) => "may gain new privileges",
        None => "no_new_privs unknown",
    };
    Some(format!("{capabilities}, {seccomp}, {privileges}"))
}

/// A short table of the processes that are not explained in full.
///
/// # Errors
/// `/proc` can't be read.
pub fn others(context: &Context, pids: &[u32], layout: &Layout, out: &mut String) -> Result<(), Failure> {
    let snapshot = Snapshot::take(context, process::needs::Needs::NOTHING)?;
    let query = Query { columns: Some("pid,user,kind,sub,service,args"), ..Query::default() };
    let view = View::parse(COLUMNS, &query)?;
    let rows: Vec<Row<'_>> = snapshot.rows().into_iter().filter(|row| pids.contains(&row.process.pid())).collect();
    heading(&format!("Also ({} more, `--all` explains each)", rows.len()), &layout.theme, out);
    let order = view.select(&rows);
    table::render(&view, &rows, &order, layout, out);
    Ok(())
}
