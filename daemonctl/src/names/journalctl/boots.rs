//! `--list-boots`, and which boot `--boot` means.

use journal::Id128;
use journal::set::Set;
use serde_json::{Value, json};

use super::super::systemctl::table::{Cell, Table};
use super::Tool;
use super::failure::Failure;
use super::times::stamp;
use crate::logs::matches;

/// `--list-boots`
///
/// # Errors
/// Nobody reads it.
pub fn list(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let boots = journal::boots::list(set);
    if boots.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(boots.len()).unwrap_or(i64::MAX);
    let mut rows: Vec<(i64, &journal::boots::Boot)> = (1 - count..).zip(&boots).collect();
    if tool.settings.reverse {
        rows.reverse();
    }
    if tool.settings.format.is_json() {
        return tool.print_json(&Value::Array(
            rows.iter()
                .map(|(index, boot)| {
                    json!({
                        "index": index,
                        "boot_id": boot.id.to_string(),
                        "first_entry": boot.first_realtime_usec,
                        "last_entry": boot.last_realtime_usec,
                    })
                })
                .collect(),
        ));
    }
    // Numbers stand at the right.
    let has_header = !tool.settings.quiet;
    let head = if has_header { "idx".len() } else { 0 };
    let digits = rows.iter().map(|(index, _)| index.to_string().len()).fold(head, usize::max);
    let mut table = Table::new(&["idx", "boot id", "first entry", "last entry"]);
    for (index, boot) in rows {
        table.row(vec![
            Cell::text(format!("{index:>digits$}")),
            Cell::text(boot.id.to_string()),
            Cell::with_json(stamp(boot.first_realtime_usec, false), Value::Null),
            Cell::with_json(stamp(boot.last_realtime_usec, false), Value::Null),
        ]);
    }
    tool.print_paged(table.render(has_header).as_bytes())
}

/// The boot that is asked for; `None` for all.
///
/// # Errors
/// The journal has no such boot.
pub fn chosen(tool: &Tool, set: &Set) -> Result<Option<Id128>, Failure> {
    let Some(choice) = tool.settings.boot else { return Ok(None) };
    if choice.offset == 0 && choice.id.is_none() && !tool.settings.names_places() {
        // Of this machine: known without looking.
        return Ok(matches::this_boot());
    }
    let found = journal::boots::find(set, choice.id, i64::from(choice.offset));
    found.map(Some).ok_or_else(|| {
        let which = choice.id.map_or_else(|| format!("{:+}", choice.offset), |id| id.to_string());
        Failure::new(format!(
            "Data from the specified boot ({which}) is not available: No such boot ID in journal"
        ))
    })
}
