//! Options that commands with tables share, and the notes that they end with.

use present::json::Note;
use present::style::paint;
use present::{Column, Query, Rows, Style, Theme, View, Why};

use crate::failure::Failure;

/// Which columns and rows of a table, in which order.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TableOptions {
    /// Only rows for which the expression holds.
    #[arg(long, value_name = "EXPRESSION", help_heading = "Output")]
    pub filter: Option<String>,
    /// By which columns, comma-separated; `-` before one for the largest first.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true, help_heading = "Output")]
    pub sort: Option<String>,
    /// Which columns, comma-separated; `+a,-b` adds and leaves out; `help` lists them.
    #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true, help_heading = "Output")]
    pub columns: Option<String>,
}

impl TableOptions {
    /// What the options ask of a table. `changes` adds to and takes from the columns shown by
    /// default, where the options leave these as they are; `sort` is the order if none is asked for.
    ///
    /// # Errors
    /// An unknown column, or a filter that makes no sense.
    pub fn view<K: Rows>(
        &self,
        table: &'static [Column<K>],
        changes: &str,
        sort: Option<&str>,
    ) -> Result<View<K>, Failure> {
        let relative = |columns: &str| columns.starts_with(['+', '-']);
        // The user's own words are checked alone, so that an error points into them.
        let own = Query {
            columns: self.columns.as_deref(),
            sort: self.sort.as_deref().or(sort),
            filter: self.filter.as_deref(),
        };
        let view = View::parse(table, &own)?;
        let columns = match self.columns.as_deref() {
            _ if changes.is_empty() => return Ok(view),
            Some(columns) if relative(columns) => format!("{changes},{columns}"),
            Some(_) => return Ok(view),
            None => changes.to_owned(),
        };
        Ok(View::parse(table, &Query { columns: Some(&columns), ..own })?)
    }
}

/// Appends what could not be looked at, a line each.
pub fn render_notes(notes: &[Note], theme: &Theme, out: &mut String) {
    for note in notes {
        let text = format!("note: {}: {}", note.what, note.detail);
        paint(&present::text::clean(text.as_bytes()), Style::Warn, theme, out);
        out.push('\n');
    }
}

/// That some processes could not be looked into, and what would help.
pub fn refused(what: &str, count: usize) -> Option<Note> {
    (count > 0).then(|| Note {
        what: what.to_owned(),
        reason: Why::NotPermitted,
        detail: refusal(count),
    })
}

/// The same in words.
pub fn refusal(count: usize) -> String {
    let plural = if count == 1 { "" } else { "es" };
    if rustix::process::geteuid().is_root() {
        // Another user namespace, a security module, or a sandbox around all of us.
        format!("the kernel refuses a look into {count} process{plural} even to this root")
    } else {
        format!("not permitted for {count} process{plural} of others: root may look (sudo)")
    }
}
