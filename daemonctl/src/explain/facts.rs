//! What a process is and has, in rows.

use present::glance::Block;
use present::text::clean;
use process::executable::ExeFile;
use process::process::Extra;

use super::{Explanation, bounds};
use crate::snapshot::Row;

/// One row for each thing that is known.
pub fn block(explained: &Explanation, row: &Row<'_>) -> Block {
    let process = row.process;
    let none = Extra::default();
    let extra = process.extra.as_deref().unwrap_or(&none);
    let mut block = Block::new().row("command", &clean(&row.command()));
    let mut add = |label: &str, text: Option<String>| {
        if let Some(text) = text {
            block = std::mem::take(&mut block).row(label, &text);
        }
    };
    add("executable", executable(extra));
    add(
        "service",
        row.service().map(|service| {
            format!("{} ({}, by {})", clean(service.name.as_bytes()), service.manager, service.how)
        }),
    );
    add(
        "container",
        row.container()
            .map(|container| format!("{} {}", container.runtime, clean(container.id.as_bytes()))),
    );
    add("user", credentials(row, extra));
    let started = row.snapshot.machine.unix_seconds(process.key.start_ticks);
    let age = present::units::duration(row.age_seconds());
    add("started", started.map(|at| format!("{} ({age} ago)", crate::time::full_local(at))));
    add("state", Some(state(row)));
    add("cost", Some(cost(row, extra)));
    add("session", Some(session(row)));
    add("directory", extra.cwd.known().map(|path| shown(path)));
    // Nearly everybody's is the same, and then not worth a line.
    add(
        "root",
        extra
            .root
            .known()
            .filter(|root| ***root != *b"/")
            .map(|root| format!("{}, as chroot(2) made it", shown(root))),
    );
    add("descriptors", descriptors(extra));
    add(
        "listens on",
        Some(explained.serving.listens_on.join(", ")).filter(|list| !list.is_empty()),
    );
    add("limits", bounds::limits(extra));
    add("out of memory", bounds::oom(extra));
    add("confinement", bounds::confinement(extra));
    add("namespaces", bounds::namespaces(extra, &explained.around));
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
        let (read, written) =
            (present::units::bytes(io.read_bytes), present::units::bytes(io.write_bytes));
        text.push_str(&format!(", {read} read from and {written} written to storage"));
    }
    text
}

fn session(row: &Row<'_>) -> String {
    let stat = &row.process.stat;
    let tty = process::tty::name(stat.tty_nr)
        .map_or_else(|| "no terminal".to_owned(), |tty| format!("terminal {tty}"));
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

fn executable(extra: &Extra) -> Option<String> {
    let path = extra.exe.known()?;
    let bare = || shown(path.strip_suffix(b" (deleted)").unwrap_or(path));
    Some(match extra.exe_file.known() {
        Some(ExeFile::Replaced) => {
            format!("{}, replaced since it started: the old file still runs", bare())
        }
        Some(ExeFile::Deleted) => format!("{}, deleted since it started", bare()),
        Some(ExeFile::InPlace) | None => shown(path),
    })
}
