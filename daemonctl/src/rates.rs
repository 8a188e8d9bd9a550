//! How much a second: the difference of two looks at the same process.

use present::{Value, Why};
use process::fact::Fact;
use process::process::{Extra, Process};
use process::raw::io::Io;
use process::raw::status::Status;

use crate::columns::fact;
use crate::snapshot::Row;

/// Bytes of input or output a second.
pub fn io<'a>(row: &Row<'a>, pick: fn(&Io) -> u64) -> Value<'a> {
    let count = |process: &'a Process| extra(process, |extra| extra.io.as_ref().map(pick));
    match rate(row, count) {
        Value::Float(rate) => Value::Bytes(rate.round() as u64),
        other => other,
    }
}

/// Context switches a second.
pub fn switches<'a>(row: &Row<'a>) -> Value<'a> {
    let count = |process: &'a Process| {
        extra(process, |extra| match extra.status.as_ref().map(|status| switches_of(status)) {
            Fact::Known(count) => count.into(),
            other => other.map(|_| 0),
        })
    };
    rate(row, count)
}

/// Context switches since the start, voluntary and forced.
pub fn switches_of(status: &Status) -> Option<u64> {
    Some(status.voluntary_switches?.saturating_add(status.involuntary_switches?))
}

/// Page faults a second.
pub fn faults<'a>(row: &Row<'a>) -> Value<'a> {
    rate(row, |process| {
        Fact::Known(process.stat.minor_faults.saturating_add(process.stat.major_faults))
    })
}

fn extra<'a>(process: &'a Process, count: impl FnOnce(&'a Extra) -> Fact<u64>) -> Fact<u64> {
    process.extra.as_deref().map_or(Fact::NotMeasured, count)
}

/// The difference of a count in both looks, over the time between. Not measured: there was no
/// earlier look, or it did not see the process or its count.
fn rate<'a>(row: &Row<'a>, count: impl Fn(&'a Process) -> Fact<u64>) -> Value<'a> {
    let now = match count(row.process) {
        Fact::Known(now) => now,
        missing => return fact(missing.map(|_| &()), |()| Value::Missing(Why::Unknown)),
    };
    let Some((earlier, seconds)) = row.earlier() else { return Value::Missing(Why::NotMeasured) };
    match count(earlier) {
        // What only grows has shrunk: a garbage text.
        Fact::Known(before) if before > now => Value::Missing(Why::Unknown),
        Fact::Known(before) => Value::float((now - before) as f64 / seconds),
        missing => fact(missing.map(|_| &()), |()| Value::Missing(Why::Unknown)),
    }
}
