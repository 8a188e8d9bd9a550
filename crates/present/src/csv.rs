//! Rows as comma separated values, RFC 4180 but for line ends, which are `\n`.

use crate::column::{Column, Rows};
use crate::style::Theme;
use crate::value::Value;
use crate::view::View;
use crate::{text, time, units};

/// Appends the rows whose indices are in `order`. Numbers have no units (their columns' keys do),
/// times are RFC 3339 in UTC, missing values are empty, and text is [`text::clean`]: a field never
/// contains a line end.
pub fn render<'a, K: Rows>(
    view: &View<K>,
    rows: &'a [K::Row<'a>],
    order: &[usize],
    header: bool,
    out: &mut String,
) {
    let columns: &[&'static Column<K>] = view.columns();
    if header {
        for (index, column) in columns.iter().enumerate() {
            separate(index, out);
            quote(column.json, out);
        }
        out.push('\n');
    }
    let mut field = String::new();
    for row in order.iter().filter_map(|index| rows.get(*index)) {
        for (index, column) in columns.iter().enumerate() {
            separate(index, out);
            field.clear();
            push_plain(&(column.value)(row), &mut field);
            quote(&field, out);
        }
        out.push('\n');
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn quote(field: &str, out: &mut String) {
    if !field.contains([',', '"']) {
        out.push_str(field);
        return;
    }
    out.push('"');
    for (index, part) in field.split('"').enumerate() {
        if index > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

fn push_plain(value: &Value<'_>, out: &mut String) {
    if value.is_missing() {
        return;
    }
    match value {
        Value::Bytes(size) => units::push_uint(*size, out),
        Value::Percent(number) | Value::Float(number) | Value::Seconds(number) => {
            push_fraction(*number, out);
        }
        Value::Timestamp(at) => out.push_str(&time::rfc3339(at.unix_seconds)),
        Value::Text(text) => {
            text::clean_into(text.as_bytes(), out);
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                push_plain(item, out);
            }
        }
        other => {
            other.show_into(&Theme::plain(), usize::MAX, out);
        }
    }
}

/// Six decimals at most, and no zeros at the end.
fn push_fraction(number: f64, out: &mut String) {
    let before = out.len();
    units::push_fixed(number, 6, out);
    let Some(written) = out.get(before..).filter(|written| written.contains('.')) else { return };
    let kept = written.trim_end_matches('0').trim_end_matches('.').len();
    out.truncate(before + kept);
}
