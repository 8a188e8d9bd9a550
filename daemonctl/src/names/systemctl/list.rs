//! The lists of units: all of them, and those of some types with what they are about.

use bus::wire::Value;
use unit::UnitType;
use unit::time::span::format_usec;

use super::failure::Failure;
use super::source::{CallError, Source, UnitRow};
use super::table::{Cell, Table};
use super::{Tool, borrowed, names, times};

/// `list-units`
///
/// # Errors
/// Nobody can be asked.
pub fn units(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let mut patterns = words.get(1..).unwrap_or_default().to_vec();
    if tool.options.with_dependencies {
        patterns = super::dependencies::with(tool, &patterns)?;
    }
    let mut rows = names::listed(tool, &borrowed(&patterns))?;
    names::sort(&mut rows);
    let has_jobs = rows.iter().any(|row| row.job_id > 0);
    tool.print_table(&units_table(tool, &rows, has_jobs));
    if tool.options.legend() {
        tool.print(&units_legend(tool, rows.len(), has_jobs));
    }
    Ok(0)
}

fn units_table(tool: &Tool, rows: &[UnitRow], has_jobs: bool) -> Table {
    let mut table = Table::new(&["", "unit", "load", "active", "sub", "job", "description"]);
    if tool.options.plain {
        table.hide("");
    }
    if !has_jobs {
        table.hide("job");
    }
    for row in rows {
        let is_odd = matches!(&*row.load, "error" | "not-found" | "bad-setting" | "masked")
            || row.active == "failed";
        let job = if row.job_id > 0 { Cell::text(&*row.job_type) } else { Cell::text("") };
        table.row(vec![
            Cell::text(if is_odd { tool.glyphs.circle } else { " " }),
            Cell::text(&*row.id),
            Cell::text(&*row.load),
            Cell::text(&*row.active),
            Cell::text(&*row.sub),
            job,
            Cell::text(&*row.description),
        ]);
    }
    table
}

fn units_legend(tool: &Tool, count: usize, has_jobs: bool) -> String {
    let mut text = String::new();
    if count > 0 {
        text.push_str(
            "\nLOAD   = Reflects whether the unit definition was properly loaded.\n\
             ACTIVE = The high-level unit activation state, i.e. generalization of SUB.\n\
             SUB    = The low-level unit activation state, values depend on unit type.\n",
        );
        if has_jobs {
            text.push_str("JOB    = Pending job for the unit.\n\n");
        }
    }
    let states = &tool.options.states;
    let hint = "To show all installed unit files use 'systemctl list-unit-files'.\n";
    let listed = format!("{count} loaded units listed.");
    text.push_str(&if tool.options.all || states.iter().any(|state| state == "inactive") {
        format!("{listed}\n{hint}")
    } else if states.is_empty() {
        format!("{listed} Pass --all to see loaded but inactive units, too.\n{hint}")
    } else {
        format!("{listed}\n")
    });
    text
}

/// The loaded units of one type that are asked for; none where nothing fits the words.
fn of_type(tool: &Tool, words: &[String], kind: UnitType) -> Result<Vec<UnitRow>, Failure> {
    let written = words.get(1..).unwrap_or_default();
    let patterns = names::expand(tool, written, kind)?.names;
    if !written.is_empty() && patterns.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = names::listed(tool, &borrowed(&patterns))?;
    let suffix = format!(".{}", kind.suffix());
    rows.retain(|row| row.id.ends_with(&suffix));
    Ok(rows)
}

fn legend(tool: &Tool, what: &str, count: usize) {
    if !tool.options.legend() {
        return;
    }
    tool.print(&format!("\n{count} {what}s listed.\n"));
    if !tool.options.all {
        tool.print(&format!("Pass --all to see loaded but inactive {what}s, too.\n"));
    }
}

fn failed(what: &str) -> impl Fn(CallError) -> Failure {
    move |error| Failure::new(format!("Failed to {what}: {}", error.message))
}

fn triggers(source: &dyn Source, unit: &str) -> Result<Vec<String>, Failure> {
    let value =
        source.unit_property(unit, "Unit", "Triggers").map_err(failed("determine triggers"))?;
    Ok(texts(&value))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_strings().unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// `list-sockets`
///
/// # Errors
/// Nobody can be asked.
pub fn sockets(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let mut rows = Vec::new();
    for unit in of_type(tool, words, UnitType::Socket)? {
        let activates = triggers(source, &unit.id)?.join(" ");
        let listen = source
            .unit_property(&unit.id, "Socket", "Listen")
            .map_err(failed("get list of listening sockets"))?;
        for pair in listen.as_array().unwrap_or_default() {
            let text = |at| pair.field(at).and_then(Value::as_str).unwrap_or_default().to_owned();
            rows.push((text(1), text(0), unit.id.clone(), activates.clone()));
        }
    }
    rows.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let mut table = Table::new(&["listen", "type", "unit", "activates"]);
    if !tool.options.show_types {
        table.hide("type");
    }
    let count = rows.len();
    for (path, kind, id, activates) in rows {
        let activates = match activates.is_empty() {
            true => Cell::nothing(),
            false => Cell::text(activates),
        };
        table.row(vec![Cell::text(path), Cell::text(kind), Cell::text(id), activates]);
    }
    tool.print_table(&table);
    legend(tool, "socket", count);
    Ok(0)
}

/// `list-timers`
///
/// # Errors
/// Nobody can be asked.
pub fn timers(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let (now, monotonic) = (times::now_usec(), times::monotonic_usec());
    let mut rows = Vec::new();
    for unit in of_type(tool, words, UnitType::Timer)? {
        let activates = triggers(source, &unit.id)?.join(", ");
        let number = |name| {
            let value = source.unit_property(&unit.id, "Timer", name);
            value.map(|value| value.as_u64().unwrap_or_default())
        };
        let failed = failed("get next elapse time");
        let by_monotonic = number("NextElapseUSecMonotonic").map_err(&failed)?;
        let by_realtime = number("NextElapseUSecRealtime").map_err(&failed)?;
        let next = times::next_elapse(by_realtime, by_monotonic, now, monotonic);
        rows.push((
            next,
            unit.id.clone(),
            number("LastTriggerUSec").unwrap_or_default(),
            activates,
        ));
    }
    rows.sort();
    let mut table = Table::new(&["next", "left", "last", "passed", "unit", "activates"]);
    let count = rows.len();
    for (next, id, last, activates) in rows {
        let style = tool.options.time;
        let absolute = |usec| Cell::with_json(times::absolute(usec, style), usec);
        let relative = |usec| Cell::with_json(times::relative(usec, now), usec);
        let times = [absolute(next), relative(next), absolute(last), relative(last)];
        let mut row = times.to_vec();
        row.extend([Cell::text(id), Cell::text(activates)]);
        table.row(row);
    }
    tool.print_table(&table);
    legend(tool, "timer", count);
    Ok(0)
}

/// `list-automounts`
///
/// # Errors
/// Nobody can be asked.
pub fn automounts(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let source = tool.source()?;
    let mut rows = Vec::new();
    for unit in of_type(tool, words, UnitType::Automount)? {
        let text = |unit: &str, interface, name, what: &str| {
            let value = source.unit_property(unit, interface, name).map_err(failed(what))?;
            Ok(value.as_str().unwrap_or_default().to_owned())
        };
        let place = text(&unit.id, "Automount", "Where", "get automount target")?;
        let idle = source
            .unit_property(&unit.id, "Automount", "TimeoutIdleUSec")
            .map_err(failed("get idle timeout"))?;
        let mount = unit::Name::of_path(place.as_bytes(), UnitType::Mount).map_err(|_| {
            Failure::new("Failed to generate unit name from path: Invalid argument")
        })?;
        let what = text(mount.as_str(), "Mount", "What", "get mount source")?;
        let state = text(mount.as_str(), "Unit", "ActiveState", "get mount state")?;
        rows.push((place, what, state == "active", idle.as_u64().unwrap_or_default(), unit.id));
    }
    rows.sort();
    let mut table = Table::new(&["what", "where", "mounted", "idle timeout", "unit"]);
    let count = rows.len();
    for (place, what, is_mounted, idle, id) in rows {
        table.row(vec![
            Cell::text(what),
            Cell::text(place),
            Cell::with_json(Some(if is_mounted { "yes" } else { "no" }.to_owned()), is_mounted),
            Cell::with_json(Some(format_usec(idle, 1000)), idle),
            Cell::text(id),
        ]);
    }
    tool.print_table(&table);
    legend(tool, "automount", count);
    Ok(0)
}
