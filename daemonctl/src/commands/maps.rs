//! `daemonctl maps`: what is in the memory of processes.

mod columns;

use std::process::ExitCode;

use present::json::{Document, Note, Object};
use present::{Value, View, Why, glance, table};
use process::maps::{self, Region, Summary};
use process::needs::Needs;
use process::procfs::ReadError;
use process::raw;
use process::raw::maps::unescape;

use crate::context::Context;
use crate::failure::Failure;
use crate::options::{TableOptions, refusal, render_notes};
use crate::snapshot::Row;
use crate::targets::Targets;
use crate::watch::{self, WatchArgs};
use columns::{COLUMNS, KIND_COLUMNS, MapRow, Maps, memory_json};

const AFTER_HELP: &str = "\
RSS counts shared memory in full for everybody, PSS divides it among those who share it: PSS may
be added up. DIRTY is what only this process has and what is not on disk: it would come free if
the process ended. A deleted file is an older version of a library or program than the one on disk.

Examples:
  daemonctl maps 1234
  daemonctl maps nginx --sort -dirty
  daemonctl maps 1234 --full --filter 'perm ~ \"*wx*\"'
  daemonctl maps 1234 --filter deleted

`daemonctl maps --columns help` lists the columns.";

/// Options of `maps`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Pids, names, services, :ports, /paths.
    #[arg(value_name = "WHAT", required_unless_present = "columns")]
    what: Vec<String>,
    /// Each mapping with its addresses, not only sums.
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    watch: WatchArgs,
}

/// Runs `maps`.
///
/// # Errors
/// `/proc` can't be read, WHAT names nothing, or nothing of it may be seen.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    if let Some(done) = context.columns_help(args.table.columns.as_deref(), COLUMNS)? {
        return Ok(done);
    }
    let (changes, sort) = match args.full {
        true => ("address,perm,size,rss,pss,dirty,swap,name", None),
        false => ("", Some("-pss,-rss,-size")),
    };
    let view = args.table.view(COLUMNS, changes, sort)?;
    watch::repeat(&args.watch, context, |out| {
        let targets = Targets::find(context, &args.what, Needs::NOTHING)?;
        let found = look(context, &targets, args.full)?;
        match context.common.json {
            true => write_json(&view, &found, out),
            false => {
                show(context, &view, &found, out);
                Ok(())
            }
        }
    })
}

/// The memory of one process.
struct ProcessMap<'a> {
    row: Row<'a>,
    summary: Summary,
    rows: Vec<MapRow>,
}

struct Found<'a> {
    maps: Vec<ProcessMap<'a>>,
    notes: Vec<Note>,
}

fn look<'a>(context: &Context, targets: &'a Targets, full: bool) -> Result<Found<'a>, Failure> {
    let proc = context.proc()?;
    let mut found = Found { maps: Vec::new(), notes: Vec::new() };
    let mut refused = 0;
    for row in targets.rows() {
        let pid = row.process.pid();
        let read = proc.process(pid).and_then(|dir| {
            let map = if full { mappings(&dir, row) } else { regions(&dir, row) }?;
            // The directory was opened after the snapshot: only the start time proves whose it is.
            match raw::stat::parse(&dir.read_new(c"stat")?) {
                Some((_, stat)) if stat.start_ticks == row.process.key.start_ticks => Ok(map),
                _ => Err(ReadError::Gone),
            }
        });
        match read {
            Ok(map) => found.maps.push(map),
            Err(error) => {
                refused += usize::from(error == ReadError::NotPermitted);
                found.notes.push(note(&row, error));
            }
        }
    }
    if found.maps.is_empty() && refused == targets.chosen.len() {
        return Err(
            Failure::failed("not permitted to see what is in memory there").hint(refusal(refused))
        );
    }
    let unmeasured = found.maps.iter().any(|map| !map.summary.measured);
    found.notes.extend(unmeasured.then(|| Note {
        what: "memory behind the mappings".to_owned(),
        reason: Why::NotMeasured,
        detail: "this kernel has no /proc/PID/smaps (CONFIG_PROC_PAGE_MONITOR)".to_owned(),
    }));
    Ok(found)
}

fn regions<'a>(dir: &process::procfs::PidDir, row: Row<'a>) -> Result<ProcessMap<'a>, ReadError> {
    let mut summary = maps::summarize(dir)?;
    let measured = summary.measured;
    let regions = std::mem::take(&mut summary.regions);
    let rows = regions.into_iter().map(|region| MapRow::of_region(region, measured)).collect();
    Ok(ProcessMap { row, summary, rows })
}

fn mappings<'a>(dir: &process::procfs::PidDir, row: Row<'a>) -> Result<ProcessMap<'a>, ReadError> {
    let mut rows = Vec::new();
    let mut summary = Summary::default();
    let measured = maps::walk(dir, &mut |mapping, kind, memory| {
        let total = maps::Total { mappings: 1, size_bytes: mapping.size_bytes(), memory: *memory };
        let (name, deleted) = match kind.is_file() {
            true => maps::file_path(mapping.name),
            false => (unescape(mapping.name), false),
        };
        summary.count(mapping, kind, memory);
        rows.push(MapRow {
            address: Some((mapping.start, mapping.end, mapping.offset)),
            permissions: Some(mapping.permissions),
            region: Region {
                name: Box::from(&*name),
                kind,
                deleted,
                executable: mapping.permissions.execute,
                writable_executable: mapping.permissions.writable_and_executable(),
                device: mapping.device,
                inode: mapping.inode,
                total,
            },
            measured: true,
        });
    })?;
    for row in &mut rows {
        row.measured = measured;
    }
    summary.measured = measured;
    Ok(ProcessMap { row, summary, rows })
}

fn note(row: &Row<'_>, error: ReadError) -> Note {
    let (reason, detail) = match error {
        ReadError::NotPermitted => (Why::NotPermitted, refusal(1)),
        ReadError::Gone => (Why::Vanished, "the process has ended".to_owned()),
        ReadError::Other(errno) => (Why::Unknown, errno.to_string()),
    };
    Note { what: format!("memory of process {}", row.process.pid()), reason, detail }
}

fn show(context: &Context, view: &View<Maps>, found: &Found<'_>, out: &mut String) {
    let layout = context.layout();
    for map in &found.maps {
        let name = String::from_utf8_lossy(&map.row.process.comm).into_owned();
        let title = format!("{name} ({})", map.row.process.pid());
        glance::heading(&title, &layout.theme, out);
        if map.rows.is_empty() {
            let what = match map.row.process.stat.is_kernel_thread() {
                true => "a thread of the kernel: it has no memory of its own\n",
                false => "it has ended: no memory is left\n",
            };
            out.push_str(what);
            continue;
        }
        let kinds = map.kinds();
        let whole = View::parse(KIND_COLUMNS, &present::Query::default());
        if let Ok(whole) = whole {
            let order: Vec<usize> = (0..kinds.len()).collect();
            table::render(&whole, &kinds, &order, &layout, out);
        }
        out.push('\n');
        let order = view.select(&map.rows);
        table::render(view, &map.rows, &order, &layout, out);
    }
    if !found.notes.is_empty() && !found.maps.is_empty() {
        out.push('\n');
    }
    render_notes(&found.notes, &layout.theme, out);
}

impl ProcessMap<'_> {
    /// Sums by kind, and the sum of all.
    fn kinds(&self) -> Vec<columns::KindRow> {
        let measured = self.summary.measured;
        let all = columns::KindRow { word: "total", total: self.summary.total, measured };
        let by_kind = self.summary.kinds.iter().map(|(kind, total)| columns::KindRow {
            word: kind.name(),
            total: *total,
            measured,
        });
        by_kind.chain([all]).collect()
    }
}

fn write_json(view: &View<Maps>, found: &Found<'_>, out: &mut String) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "maps")?;
    document.array("processes")?;
    for map in &found.maps {
        let process = map.row.process;
        let mut object = Object::new();
        object.put("pid", process.pid()).put("start_ticks", process.key.start_ticks);
        object.put("comm", Value::raw(&*process.comm));
        let measured = map.summary.measured;
        object.put_object("total", memory_json(&map.summary.total, measured));
        let kinds = map.summary.kinds.iter().map(|(kind, total)| {
            let mut object = memory_json(total, measured);
            object.put("kind", kind.name());
            object.build()
        });
        object.put_json("kinds", kinds.collect::<Vec<_>>());
        let order = view.select(&map.rows);
        let rows = order.iter().filter_map(|&index| map.rows.get(index));
        let key =
            if map.rows.iter().any(|row| row.address.is_some()) { "mappings" } else { "regions" };
        object.put_json(key, rows.map(|row| columns::json(row).build()).collect::<Vec<_>>());
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&found.notes)?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}
