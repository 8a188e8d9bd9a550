//! A service as text for people.

use std::collections::HashMap;

use host::{Field, ServiceState};
use present::glance::Block;
use present::{Layout, Style, text, tree, units};
use process::fact::Fact;

use crate::overview::listen;
use crate::service_view::{Known, Seen, ServiceView, Source, columns, lookup, unix_now};
use crate::snapshot::Snapshot;

/// Longer lists end in a count.
const MOST: usize = 12;

/// Appends what is known of a service.
pub fn render(
    view: &ServiceView,
    snapshot: Option<&Snapshot>,
    several: bool,
    layout: &Layout,
    out: &mut String,
) {
    if !out.is_empty() {
        out.push('\n');
    }
    let mark = if layout.theme.unicode { "● " } else { "* " };
    present::style::paint(mark, columns::state_style(view), &layout.theme, out);
    let title = lookup::title(view, several);
    present::style::paint(&text::clean(title.as_bytes()), Style::Bold, &layout.theme, out);
    if *view.description != *view.name.as_bytes() {
        out.push_str(" - ");
        text::clean_into(&view.description, out);
    }
    out.push('\n');
    let block = trouble(view, state(view, Block::new()));
    let block = costs(view, processes(view, snapshot, block));
    files(view, background(view, block)).render(layout, out);
    if let (Some(seen), Some(snapshot)) = (&view.seen, snapshot) {
        process_tree(seen, snapshot, layout, out);
    }
    last_words(view, layout, out);
}

fn state(view: &ServiceView, block: Block) -> Block {
    let mut line = view.state.value.word().to_owned();
    let native = view.service.as_ref().map_or("", |service| service.native.as_str());
    if !native.is_empty() && native != line {
        let manager = view.manager.unwrap_or("its manager");
        line.push_str(&format!(" ({manager}: {native})"));
    }
    if let Some(since) = view.since_unix_seconds {
        let age = units::duration((unix_now() - since.value).max(0.0));
        let at = crate::time::full_local(since.value);
        line.push_str(&format!(", for {age}, since {at}{}", by_processes(&since)));
    }
    line.push_str(match view.state.source {
        Source::Manager => "",
        Source::Script => " (as its script's own status says)",
        Source::Processes => " (as its processes show)",
    });
    let mut block = block.styled("state", &line, columns::state_style(view));
    if view.state.value == ServiceState::Unknown
        && let Some(gap) = view.gap(Field::State)
    {
        block = block.row("", &gap.detail);
    }
    let details = view.details();
    if let Some(text) = details.and_then(|details| details.status_text.as_deref()) {
        block = block.row("it says", text);
    }
    if let Some(job) = details.and_then(|details| details.job.as_ref()) {
        block = block.row("job", &format!("{} ({})", job.kind, job.state));
    }
    if let Some(condition) = details.and_then(|details| details.condition.as_deref()) {
        block = block.styled("condition", condition, Style::Warn);
    }
    block
}

fn trouble(view: &ServiceView, mut block: Block) -> Block {
    for (place, sentence) in view.trouble.iter().enumerate() {
        let label = if place == 0 { "trouble" } else { "" };
        block = block.styled(label, sentence, Style::Bad);
    }
    block
}

fn processes(view: &ServiceView, snapshot: Option<&Snapshot>, block: Block) -> Block {
    let Some(pid) = view.main_pid else {
        return block;
    };
    let index = snapshot.and_then(|snapshot| snapshot.sample.index_of(pid.value));
    let row = index.and_then(|index| snapshot?.row(index));
    let name = row
        .map_or_else(String::new, |row| format!(" {}", String::from_utf8_lossy(&row.process.comm)));
    let user = view.seen.as_ref().and_then(|seen| seen.user.as_deref());
    let user = user.map_or_else(String::new, |user| format!(", user {user}"));
    block.row("main process", &format!("{}{name}{user}{}", pid.value, by_processes(&pid)))
}

/// Says so where a value is not the manager's.
fn by_processes<T>(known: &Known<T>) -> &'static str {
    if known.source == Source::Processes { " (from the processes)" } else { "" }
}

fn costs(view: &ServiceView, mut block: Block) -> Block {
    let Some(seen) = view.seen.as_ref().filter(|seen| !seen.pids.is_empty()) else { return block };
    match &seen.listens {
        Fact::Known(ports) if !ports.is_empty() => {
            block = block.row("listens on", &listen::compact(ports));
        }
        Fact::NotPermitted => {
            block = block.styled("listens on", "not permitted to see (root may)", Style::Dim);
        }
        _ => {}
    }
    let mut parts = vec![format!("memory {}", units::bytes(seen.rss_bytes))];
    if let Fact::Known(bytes) = seen.cgroup_memory {
        parts.push(format!("control group {}", units::bytes(bytes)));
    }
    parts.push(format!(
        "CPU {} ({})",
        units::duration(seen.cpu_seconds),
        units::percent(seen.cpu_percent)
    ));
    let plural = if seen.pids.len() == 1 { "" } else { "es" };
    let tasks = if seen.tasks == 1 { "" } else { "s" };
    parts.push(format!("{} process{plural}, {} task{tasks}", seen.pids.len(), seen.tasks));
    block.row("costs", &parts.join(", "))
}

fn background(view: &ServiceView, mut block: Block) -> Block {
    let Some(service) = &view.service else { return block };
    let levels = service.enabled_in.as_deref().unwrap_or_default();
    if let Some(enabled) = &view.enablement {
        let by = if levels.is_empty() { String::new() } else { format!(" in {}", some(levels)) };
        block = block.row("at boot", &format!("{enabled}{by}"));
    }
    if let Some(names) = service.triggered_by.as_deref().filter(|names| !names.is_empty()) {
        block = block.row("triggered by", &some(names));
    }
    if let Some(restarts) = service.restarts.filter(|restarts| *restarts > 0) {
        let policy = view.details().and_then(|details| details.restart_policy.as_deref());
        let policy = policy.map_or_else(String::new, |policy| format!(" (policy: {policy})"));
        block = block.styled("restarts", &format!("{restarts}{policy}"), Style::Warn);
    }
    let Some(details) = view.details() else { return block };
    let others = details.provides.iter().filter(|name| **name != view.name).cloned();
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        block = block.row("provides", &some(&others));
    }
    let own: Vec<String> = details.commands.iter().map(|command| command.name.clone()).collect();
    if !own.is_empty() {
        block = block.row("own commands", &some(&own));
    }
    for (place, uri) in details.documentation.iter().take(MOST).enumerate() {
        block = block.row(if place == 0 { "documentation" } else { "" }, uri);
    }
    block
}

fn files(view: &ServiceView, mut block: Block) -> Block {
    let shown = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
    if let Some(service) = &view.service {
        if let Some(path) = &service.definition {
            block = block.row("definition", &shown(path));
        }
        let details = service.details.as_deref();
        let drop_ins = details.map_or(&[][..], |details| &details.drop_ins);
        let configuration = details.map_or(&[][..], |details| &details.configuration);
        for (label, paths) in [
            ("drop-ins", drop_ins),
            ("settings", configuration),
            ("pid file", service.pid_files.as_slice()),
        ] {
            for (place, path) in paths.iter().take(MOST).enumerate() {
                block = block.row(if place == 0 { label } else { "" }, &shown(path));
            }
        }
    }
    if let Some(Fact::Known(files)) = view.seen.as_ref().map(|seen| &seen.log_files) {
        for (place, file) in files.iter().take(MOST).enumerate() {
            let line = format!("{} (held open)", String::from_utf8_lossy(file));
            block = block.row(if place == 0 { "logs" } else { "" }, &line);
        }
    }
    block
}

fn some(names: &[String]) -> String {
    let mut line = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        line.push_str(&format!(" and {} more", names.len() - MOST));
    }
    line
}

/// Its processes, each below the one that started it.
fn process_tree(seen: &Seen, snapshot: &Snapshot, layout: &Layout, out: &mut String) {
    const MOST_PROCESSES: usize = 30;
    let shown = seen.pids.iter().take(MOST_PROCESSES);
    let rows: Vec<_> =
        shown.filter_map(|pid| snapshot.row(snapshot.sample.index_of(*pid)?)).collect();
    if rows.len() < 2 && seen.pids.len() < 2 {
        return;
    }
    let place: HashMap<usize, usize> =
        rows.iter().enumerate().map(|(place, row)| (row.index, place)).collect();
    let parents: Vec<Option<usize>> = rows
        .iter()
        .map(|row| snapshot.tree.ancestors(row.index).find_map(|above| place.get(&above).copied()))
        .collect();
    // Branches, pid and costs stand beside the command.
    let room = layout.width.map_or(usize::MAX, |width| width.saturating_sub(40).max(20));
    let mut drawn = String::new();
    tree::render(
        &tree::layout(&parents),
        |index, out: &mut String| {
            let Some(row) = rows.get(index) else { return };
            out.push_str(&format!("{} ", row.process.pid()));
            let command = row.command();
            let command = text::clean(&command);
            out.push_str(&text::truncate(&command, room));
            let costs = format!(
                "  {}, CPU {}",
                units::bytes(row.rss_bytes()),
                units::duration(row.cpu_seconds())
            );
            present::style::paint(&costs, Style::Dim, &layout.theme, out);
        },
        &layout.theme,
        &mut drawn,
    );
    out.push_str("  processes\n");
    for line in drawn.lines() {
        out.push_str("    ");
        out.push_str(line);
        out.push('\n');
    }
    if seen.pids.len() > MOST_PROCESSES {
        out.push_str(&format!("    and {} more\n", seen.pids.len() - MOST_PROCESSES));
    }
}

/// The last lines that it logged.
pub fn log_lines(lines: &str, out: &mut String) {
    if lines.is_empty() {
        return;
    }
    out.push_str("  logged\n");
    for line in lines.lines() {
        out.push_str("    ");
        out.push_str(line);
        out.push('\n');
    }
}

/// What the script's own `status` wrote.
fn last_words(view: &ServiceView, layout: &Layout, out: &mut String) {
    let said = view.details().and_then(|details| details.script_status.as_ref());
    let Some((lines, status)) = said else { return };
    out.push_str(&format!("  its script's status ended with {status}"));
    out.push_str(if lines.is_empty() { " and wrote nothing\n" } else { " and wrote\n" });
    for line in lines.iter().take(MOST) {
        out.push_str("    ");
        present::style::paint(&text::clean(line.as_bytes()), Style::Dim, &layout.theme, out);
        out.push('\n');
    }
}
