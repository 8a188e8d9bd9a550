//! `--json`: entries as one document, an object a line.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use present::json::{Document, Object};
use present::log::Entry as _;
use present::{Timestamp, Value, Why};

use super::{Args, Prepared, show};
use crate::failure::Failure;
use crate::logs::pager::Sink;
use crate::logs::{self, AnyEntry};

/// Bytes that are written at once.
const BUFFER: usize = 1 << 16;

/// Where a text source's records come from.
#[derive(Clone)]
struct Origin {
    kind: &'static str,
    path: String,
}

/// Prints entries as a document.
///
/// # Errors
/// It can't be written.
pub fn entries(args: &Args, prepared: Prepared) -> Result<ExitCode, Failure> {
    let query = show::query(args, &prepared)?;
    let Prepared { set, texts, notes, doubtful, .. } = prepared;
    let origins: Vec<Origin> = texts
        .iter()
        .map(|text| text.source.origin())
        .map(|origin| Origin {
            kind: origin.kind.word(),
            path: origin.path.to_string_lossy().into_owned(),
        })
        .collect();
    let mut sources = logs::Sources { set, texts };
    // Who waits for more wants it at once.
    let capacity = if query.follow { 0 } else { BUFFER };
    let mut sink = io::BufWriter::with_capacity(capacity, Sink::direct()?);
    let mut document = Document::begin(&mut sink, "logs")?;
    document.array("entries")?;
    let mut failed = None;
    let shown = logs::each(&mut sources, &query, None, &mut |entry| match document
        .item(object(entry, &origins))
    {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let shown = shown.map_err(Failure::failed)?;
    document.end_array()?;
    document.finish(&notes.document(&shown))?;
    sink.flush()?;
    show::outcome(&query, &notes, &shown, doubtful)
}

fn object(entry: &AnyEntry<'_>, origins: &[Origin]) -> Object {
    let mut object = Object::new();
    let text = |name: &[u8]| entry.get(name).map(Value::raw);
    let number =
        |name: &[u8]| -> Option<u32> { str::from_utf8(entry.get(name)?).ok()?.parse().ok() };
    let unix_seconds = entry.realtime_usec() as f64 / 1e6;
    object.put("time", Value::Timestamp(Timestamp { unix_seconds, text: "".into() }));
    object.put("realtime_usec", entry.realtime_usec());
    let monotonic = Some(entry.monotonic_usec()).filter(|usec| *usec != u64::MAX);
    object.put("monotonic_usec", Value::or_missing(monotonic, Why::NotApplicable));
    let boot = journal::Id128(entry.boot_id());
    let boot = Some(boot).filter(|boot| *boot != journal::Id128::default());
    object.put("boot_id", Value::or_missing(boot.map(|boot| boot.to_string()), Why::NotApplicable));
    let level = entry.get(b"PRIORITY").map(|_| present::log::errors::level_name(entry.level()));
    object.put("level", Value::or_missing(level, Why::NotApplicable));
    object.put("service", Value::raw(entry.service()));
    let identifier = text(b"SYSLOG_IDENTIFIER").or_else(|| text(b"_COMM"));
    object.put("identifier", identifier.unwrap_or(Value::Missing(Why::NotApplicable)));
    let pid = number(b"_PID").or_else(|| number(b"SYSLOG_PID"));
    object.put("pid", Value::or_missing(pid, Why::NotApplicable));
    object.put("message", text(b"MESSAGE").unwrap_or(Value::Missing(Why::NotApplicable)));
    let mut source = Object::new();
    let origin = match entry {
        AnyEntry::Journal(_) => None,
        AnyEntry::Text(entry) => origins.get(entry.source),
    };
    source.put("kind", origin.map_or("journal", |origin| origin.kind));
    let path = origin.map(|origin| origin.path.as_str());
    source.put("path", Value::or_missing(path, Why::NotApplicable));
    object.put_object("source", source);
    let mut cursor = Vec::new();
    entry.write_cursor(&mut cursor);
    object.put("cursor", String::from_utf8_lossy(&cursor).as_ref());
    object.put_json("fields", fields(entry));
    object
}

/// All fields, in the entry's order.
fn fields(entry: &AnyEntry<'_>) -> Vec<serde_json::Value> {
    let field = |field: present::log::Field<'_>| {
        let mut object = Object::new();
        object.put("name", Value::raw(field.name)).put("value", Value::raw(field.value));
        object.build()
    };
    entry.fields().map(field).collect()
}
