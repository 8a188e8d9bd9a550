//! An explanation as text.

use present::glance::heading;
use present::style::paint;
use present::text::clean;
use present::{Layout, Query, Style, View, table};
use process::verdict::Kind;

use super::{Explanation, facts};
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
    facts::block(explained, &row).render(layout, out);
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
        let warning = format!(
            "  It poses as a kernel thread (`{title}`), and the kernel says that it is none."
        );
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
    let (branch, broken) =
        if layout.theme.unicode { ("└─ ", "└╌ ") } else { ("`- ", "`~ ") };
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

/// A short table of the processes that are not explained in full.
///
/// # Errors
/// `/proc` can't be read.
pub fn others(
    context: &Context,
    pids: &[u32],
    layout: &Layout,
    out: &mut String,
) -> Result<(), Failure> {
    let snapshot = Snapshot::take(context, process::needs::Needs::NOTHING)?;
    let query = Query { columns: Some("pid,user,kind,sub,service,args"), ..Query::default() };
    let view = View::parse(COLUMNS, &query)?;
    let rows: Vec<Row<'_>> =
        snapshot.rows().into_iter().filter(|row| pids.contains(&row.process.pid())).collect();
    heading(&format!("Also ({} more, `--all` explains each)", rows.len()), &layout.theme, out);
    let order = view.select(&rows);
    table::render(&view, &rows, &order, layout, out);
    Ok(())
}
