//! What is done instead of showing entries: charts, tables, and what is known of the journal as a whole.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::process::ExitCode;

use journal::unique::is_name;
use present::json::{Document, Object};
use present::log::errors::{COLUMNS, Row, Said};
use present::log::histogram::{By, Chart, Counts};
use present::log::{Entry as _, Errors, Histogram};
use present::{Query as Columns, View, table};

use super::args::{Args, ChartBy};
use super::{Prepared, show};
use crate::context::Context;
use crate::failure::Failure;
use crate::logs::{self, AnyEntry, LocalZone, Sources};

/// Bars that are drawn at most: a screen or two.
const BARS: usize = 60;
/// Levels that are worse than a warning, as a mask.
pub const ERROR_LEVELS: u8 = 0b1111;

/// Draws how many entries there are by time.
///
/// # Errors
/// It can't be written.
pub fn histogram(
    context: &Context,
    args: &Args,
    by: ChartBy,
    prepared: Prepared,
) -> Result<ExitCode, Failure> {
    let query = show::query(args, &prepared)?;
    let Prepared { set, texts, notes, zone, doubtful, .. } = prepared;
    let zone =
        || LocalZone::new(if args.shown.utc { jiff::tz::TimeZone::UTC } else { zone.clone() });
    let (mut counted, place) = (Histogram::default(), zone());
    let mut sources = Sources { set, texts };
    let shown = logs::each(&mut sources, &query, Some(AnyEntry::told_by()), &mut |entry| {
        counted.add(entry.realtime_usec(), entry.level(), entry.service(), &place);
        ControlFlow::Continue(())
    });
    let shown = shown.map_err(Failure::failed)?;
    let status = show::outcome(&query, &notes, &shown, doubtful)?;
    let counts = counted.counts(BARS);
    if context.common.json {
        document(context, &notes.document(&shown), |document| {
            let width = counts.as_ref().map(|counts| counts.width_seconds);
            document.put_json("bucket_seconds", &width.into())?;
            document.array("buckets")?;
            counts.iter().flat_map(buckets).try_for_each(|bucket| document.item(bucket))?;
            document.end_array()
        })?;
        return Ok(status);
    }
    let mut out = String::new();
    let (by, services) = match by {
        ChartBy::Level => (By::Level, 5),
        ChartBy::Service => (By::Service, 20),
    };
    match &counts {
        Some(counts) => {
            let chart = Chart { layout: context.layout(), by, services };
            chart.draw(counts, zone(), &mut out);
        }
        None if args.shown.quiet || notes.is_all_unread(&shown) => {}
        None => out.push_str(present::log::NO_ENTRIES),
    }
    context.print(&out)?;
    notes.tell(&shown, args.shown.quiet);
    Ok(status)
}

fn buckets(counts: &Counts) -> impl Iterator<Item = Object> {
    counts.buckets.iter().enumerate().map(|(at, bucket)| {
        let start = counts.start.saturating_add((at as u64 * counts.width_seconds) as i64);
        let mut object = Object::new();
        let unix_seconds = start as f64;
        object.put(
            "start",
            present::Value::Timestamp(present::Timestamp { unix_seconds, text: "".into() }),
        );
        object.put("count", bucket.total());
        let counted = |key: &str, name: &[u8], count: u64| {
            let mut object = Object::new();
            object.put(key, present::Value::raw(name)).put("count", count);
            object.build()
        };
        let levels = (0..).zip(&bucket.levels).map(|(level, count)| {
            counted("level", present::log::errors::level_name(level).as_bytes(), *count)
        });
        object.put_json("levels", levels.collect::<Vec<_>>());
        let services = counts.services.iter().zip(&bucket.services);
        let services = services.filter(|(_, count)| **count > 0);
        let services = services.map(|(name, count)| counted("service", name, *count));
        object.put_json("services", services.collect::<Vec<_>>());
        object
    })
}

/// A table of what goes wrong.
///
/// # Errors
/// It can't be written.
pub fn errors(context: &Context, args: &Args, prepared: Prepared) -> Result<ExitCode, Failure> {
    let query = show::query(args, &prepared)?;
    let Prepared { set, texts, notes, zone, doubtful, .. } = prepared;
    let boots = journal::boots::list(&set);
    let last_boot = match boots.as_slice() {
        [.., _, last] => Some(last.id.0),
        // With nothing to compare with, nothing is new.
        _ => None,
    };
    let mut counted = Errors::default();
    let mut sources = Sources { set, texts };
    let shown = logs::each(&mut sources, &query, Some(AnyEntry::told_by()), &mut |entry| {
        counted.add(&Said {
            realtime_usec: entry.realtime_usec(),
            boot_id: entry.boot_id(),
            service: entry.service(),
            message: entry.get(b"MESSAGE").unwrap_or_default(),
            level: entry.level(),
        });
        ControlFlow::Continue(())
    });
    let shown = shown.map_err(Failure::failed)?;
    let status = show::outcome(&query, &notes, &shown, doubtful)?;
    let zone = LocalZone::new(if args.shown.utc { jiff::tz::TimeZone::UTC } else { zone });
    let rows: Vec<Row> = counted.rows(last_boot, zone);
    let view = View::parse(COLUMNS, &Columns::default())?;
    if context.common.json {
        let all = View::parse(
            COLUMNS,
            &Columns { columns: Some("+level,+example"), ..Columns::default() },
        )?;
        document(context, &notes.document(&shown), |document| {
            document.array("errors")?;
            rows.iter()
                .try_for_each(|row| document.item(present::json::row(all.columns(), row)))?;
            document.end_array()?;
            document.put_json("others", &counted.others.into())
        })?;
        return Ok(status);
    }
    let mut out = String::new();
    match rows.is_empty() {
        // What could not be read may be full of them.
        true if notes.is_all_unread(&shown) => {}
        true => out.push_str("no errors\n"),
        false => table::render(&view, &rows, &view.select(&rows), &context.layout(), &mut out),
    }
    if counted.others > 0 {
        out.push_str(&format!("and {} more that are not told apart\n", counted.others));
    }
    context.print(&out)?;
    notes.tell(&shown, args.shown.quiet);
    Ok(status)
}

fn document(
    context: &Context,
    notes: &[present::json::Note],
    fill: impl FnOnce(&mut Document<&mut Vec<u8>>) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "logs")?;
    fill(&mut document)?;
    document.finish(notes)?;
    Ok(context.print(&String::from_utf8_lossy(&bytes))?)
}

/// What journalctl(1) has an option for that means the same: it is what is called `journalctl` here that
/// does it. `None`: entries are asked for.
///
/// # Errors
/// JSON is asked for, and there is none.
pub fn journalctls(context: &Context, args: &Args) -> Result<Option<ExitCode>, Failure> {
    let mut words: Vec<OsString> = Vec::new();
    let instead = &args.instead;
    for (is_asked, option) in [
        (instead.list_boots, "--list-boots"),
        (instead.fields, "--fields"),
        (instead.disk_usage, "--disk-usage"),
        (instead.header, "--header"),
        (instead.verify, "--verify"),
    ] {
        if is_asked {
            words.push(option.into());
        }
    }
    if let Some(field) = instead.field.as_ref().filter(|field| !is_name(field.as_bytes())) {
        return Err(Failure::usage(format_args!("{field} is no name of a field")).hint(
            "capitals, digits and _, as in _PID or MESSAGE; `daemonctl logs -N` lists them",
        ));
    }
    words.extend(instead.field.as_ref().map(|field| option("field", field.as_ref())));
    words.extend(instead.verify_key.as_ref().map(|key| option("verify-key", key.as_ref())));
    if words.is_empty() {
        return Ok(None);
    }
    if !args.what.is_empty() {
        return Err(Failure::usage("that is told of the journal as a whole, not of a WHAT"));
    }
    let from = &args.from;
    words.extend(from.directory.as_ref().map(|path| option("directory", path.as_ref())));
    words.extend(from.root.as_ref().map(|path| option("root", path.as_ref())));
    words.extend(from.namespace.as_ref().map(|name| option("namespace", name.as_ref())));
    words.extend(from.file.iter().map(|file| option("file", file.as_ref())));
    for (is_asked, option) in [
        (from.merge, "--merge"),
        (from.system, "--system"),
        (args.managers.user, "--user"),
        (args.shown.quiet, "--quiet"),
        (args.shown.utc, "--utc"),
        (args.shown.no_pager, "--no-pager"),
        (args.which.reverse, "--reverse"),
        (context.common.json && instead.list_boots, "--output=json"),
    ] {
        if is_asked {
            words.push(option.into());
        }
    }
    if context.common.json && !instead.list_boots {
        return Err(Failure::usage("there is no JSON of that")
            .hint("--list-boots, --histogram, --errors and entries have it"));
    }
    let tool = crate::names::named("journalctl".as_ref());
    Ok(tool.map(|tool| (tool.run)(&words)))
}

fn option(name: &str, value: &std::ffi::OsStr) -> OsString {
    let mut word = OsString::from(format!("--{name}="));
    word.push(value);
    word
}
