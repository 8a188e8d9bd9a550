//! `list-jobs` and `cancel`.

use bus::Arg;
use bus::wire::Value;

use super::failure::Failure;
use super::table::{Cell, Table};
use super::{Tool, borrowed};

/// `list-jobs`
///
/// # Errors
/// Nobody can be asked.
pub fn list(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let jobs = source
        .jobs()
        .map_err(|error| Failure::new(format!("Failed to list jobs: {}", error.message)))?;
    let patterns = borrowed(words.get(1..).unwrap_or_default());
    let total = jobs.len();
    let mut jobs = jobs;
    jobs.retain(|job| {
        patterns.is_empty() || patterns.iter().any(|p| super::source::scripts::fits(p, &job.unit))
    });
    if jobs.is_empty() {
        if tool.options.legend() {
            let which = if total > 0 { "listed" } else { "running" };
            tool.print(&format!("No jobs {which}.\n"));
        }
        return Ok(0);
    }
    let mut table = Table::new(&["job", "unit", "type", "state"]);
    for job in &jobs {
        table.row(vec![
            Cell::with_json(Some(job.id.to_string()), job.id),
            Cell::text(&*job.unit),
            Cell::text(&*job.kind),
            Cell::text(&*job.state),
        ]);
        if tool.options.jobs_after {
            others(tool, &mut table, job.id, "GetJobAfter", "waiting for job");
        }
        if tool.options.jobs_before {
            others(tool, &mut table, job.id, "GetJobBefore", "blocking job");
        }
    }
    tool.print(&table.render(tool.options.legend()));
    if tool.options.legend() {
        tool.print(&format!("\n{} jobs listed.\n", jobs.len()));
    }
    Ok(0)
}

/// The jobs that one waits for, or that wait for it.
fn others(tool: &Tool, table: &mut Table, id: u32, method: &str, prefix: &str) {
    let Ok(bus) = tool.bus("list-jobs") else { return };
    let Ok(values) = bus.call(method, &[Arg::U32(id)]) else { return };
    for row in values.first().and_then(Value::as_array).unwrap_or_default() {
        let number = row.field(0).and_then(Value::as_u64).unwrap_or_default();
        let text = |at| row.field(at).and_then(Value::as_str).unwrap_or_default();
        let row = format!("\t{prefix} {number} ({}/{})", text(1), text(2));
        table.row(vec![
            Cell::text(tool.glyphs.last),
            Cell::text(row),
            Cell::nothing(),
            Cell::nothing(),
        ]);
    }
}

/// `cancel`, `clear-jobs`
///
/// # Errors
/// A job's number is none, or there is no such thing as jobs.
pub fn cancel(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let ids = words.get(1..).unwrap_or_default();
    let verb = words.first().map_or("cancel", String::as_str);
    let bus = tool.bus(verb)?;
    if ids.is_empty() {
        let cleared = match tool.options.dry_run {
            true => Ok(()),
            false => bus.call("ClearJobs", &[]).map(drop),
        };
        return cleared.map(|()| 0).map_err(|error| {
            Failure::new(format!("Failed to execute operation: {}", error.message))
        });
    }
    let mut status = 0;
    for text in ids {
        let Ok(id) = text.parse::<u32>() else {
            return Err(Failure::new(format!(
                "Failed to parse job id \"{text}\": Invalid argument"
            )));
        };
        if let Err(error) = bus.call("CancelJob", &[Arg::U32(id)]) {
            tool.say(&format!("Failed to cancel job {id}: {}", error.message));
            status = 1;
        }
    }
    Ok(status)
}
