//! `docs/directives.md` is what the table says. `UPDATE=1 cargo test -p unit --test table_docs`
//! writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{env, fmt::Write as _, fs, path::Path};

use unit::table::{Directive, Group, Support};

const TOP: &str = "\
# Directives

Every directive of unit files that is read, as the table in `crates/unit/src/table/rows` has it: the
table makes this page (`UPDATE=1 cargo test -p unit --test table_docs`), and `daemonctl directives
NAME` shows a row of it.

- **Default**: what holds while nobody sets the directive, for the system's manager. Nothing stands
  there where there is nothing: an empty list, no path, no limit of its own.
- **Since**: the version of systemd that brought it. Nothing stands there where it is older than the
  man pages' records.
- **D-Bus**: the property of org.freedesktop.systemd1(5) that shows it.
- **Support**: what our own supervisor does with it. There is no supervisor yet.
- Times without a unit are seconds; sizes without a unit are bytes, K, M, G, T, P, E are powers of
  1024; booleans are yes, no, true, false, on, off, 1, 0.
";

fn document() -> String {
    let mut page = TOP.to_owned();
    for group in Group::ALL {
        write!(
            page,
            "\n## {group:?}\n\n{}, {}\n\n\
             | directive | value | default | since | D-Bus | support | what it is |\n\
             |---|---|---|---|---|---|---|\n",
            group.man_page(),
            group.sections().map(|section| format!("[{section}]")).collect::<Vec<_>>().join(", "),
        )
        .unwrap();
        for row in group.rows() {
            page.push_str(&line(row));
        }
    }
    page
}

fn line(row: &Directive) -> String {
    let since = if row.since == 0 { String::new() } else { row.since.to_string() };
    let bus = if row.bus.is_empty() { String::new() } else { format!("`{}`", row.bus) };
    let support = match row.support() {
        Support::NotYet => "not yet",
    };
    let remark = row.remark();
    let doc =
        if remark.is_empty() { row.doc.to_owned() } else { format!("{} ({remark})", row.doc) };
    let cells = [
        format!("`{}=`", row.name),
        row.kind.to_string(),
        row.default.to_string(),
        since,
        bus,
        support.to_owned(),
        doc,
    ];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

#[test]
fn the_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/directives.md");
    let page = document();
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(ours, theirs)| ours != theirs);
    assert!(
        page == written,
        "docs/directives.md is out of date, first at {differs:?}: \
         UPDATE=1 cargo test -p unit --test table_docs",
    );
}
