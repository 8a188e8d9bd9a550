//! From what was read of a process to what a column shows.

use present::{Style, Value, Why};
use process::fact::Fact;
use process::process::Extra;
use process::raw::io::Io;
use process::raw::status::Status;
use process::traffic::Network;
use process::verdict;

use crate::snapshot::Row;

/// A fact as a value.
pub fn fact<'a, T>(fact: Fact<&'a T>, show: impl FnOnce(&'a T) -> Value<'a>) -> Value<'a> {
    match fact {
        Fact::Known(value) => show(value),
        Fact::NotPermitted => Value::Missing(Why::NotPermitted),
        Fact::NotMeasured => Value::Missing(Why::NotMeasured),
        Fact::NotApplicable => Value::Missing(Why::NotApplicable),
        Fact::Unknown => Value::Missing(Why::Unknown),
    }
}

pub(super) fn extra<'a>(row: &'a Row<'a>, show: impl FnOnce(&'a Extra) -> Value<'a>) -> Value<'a> {
    row.process.extra.as_deref().map_or(Value::Missing(Why::NotMeasured), show)
}

pub(super) fn network<'a>(
    row: &'a Row<'a>,
    show: impl FnOnce(&'a Network) -> Value<'a>,
) -> Value<'a> {
    row.network().map_or(Value::Missing(Why::NotMeasured), show)
}

pub(super) fn path(link: &Fact<Box<[u8]>>) -> Value<'_> {
    fact(link.as_ref(), |link| Value::raw(&**link))
}

pub(super) fn io<'a>(row: &'a Row<'a>, pick: impl FnOnce(&Io) -> u64) -> Value<'a> {
    extra(row, |extra| fact(extra.io.as_ref(), |io| Value::Bytes(pick(io))))
}

pub(super) fn status<'a>(
    row: &'a Row<'a>,
    pick: impl FnOnce(&'a Status) -> Option<Value<'a>>,
) -> Value<'a> {
    extra(row, |extra| {
        fact(extra.status.as_ref(), |status| {
            pick(status).unwrap_or(Value::Missing(Why::NotApplicable))
        })
    })
}

pub(super) fn kind_style(row: &Row<'_>) -> Style {
    match row.verdict.kind() {
        _ if row.verdict.posing_as_kernel => Style::Bad,
        verdict::Kind::Daemon => Style::Good,
        verdict::Kind::Normal => Style::Plain,
        verdict::Kind::Kernel => Style::Dim,
        verdict::Kind::Unknown => Style::Warn,
    }
}

pub(super) fn state_style(row: &Row<'_>) -> Style {
    match row.process.stat.state {
        b'Z' | b'D' => Style::Bad,
        b'T' | b't' => Style::Warn,
        b'R' => Style::Good,
        _ => Style::Plain,
    }
}
