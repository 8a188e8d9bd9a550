//! Conditions and assertions that did not hold.

use bus::wire::Value;

use super::Properties;
use super::unit::point;
use crate::names::systemctl::Tool;

/// One that did not hold: its directive, whether one of several is enough, whether it is negated,
/// and its parameter.
struct Unmet<'p> {
    name: &'p str,
    is_trigger: bool,
    is_negated: bool,
    parameter: &'p str,
}

/// Writes them.
pub fn write(out: &mut String, tool: &Tool, properties: &Properties) {
    let since = |name| properties.number(name).filter(|usec| *usec > 0);
    if let (false, Some(usec)) = (properties.flag("ConditionResult"), since("ConditionTimestamp")) {
        let point = point(tool, usec).unwrap_or_default();
        out.push_str(&format!("  Condition: start condition failed at {point}\n"));
        let mut unmet = unmet(properties, "Conditions");
        unmet.reverse();
        let count = unmet.len();
        for (index, one) in unmet.iter().enumerate() {
            let glyph = if index + 1 < count { tool.glyphs.branch } else { tool.glyphs.last };
            let trigger = if one.is_trigger { "|" } else { "" };
            out.push_str(&format!("             {glyph} {}={trigger}", one.name));
            out.push_str(&rest(one));
        }
    }
    if let (false, Some(usec)) = (properties.flag("AssertResult"), since("AssertTimestamp")) {
        let point = point(tool, usec).unwrap_or_default();
        out.push_str(&format!("     Assert: start assertion failed at {point}\n"));
        // The last one counts, but one of several never in place of one that stands alone.
        let shown = unmet(properties, "Asserts").into_iter().fold(None, |shown, one| {
            if !one.is_trigger || shown.is_none() { Some(one) } else { shown }
        });
        match shown {
            Some(one) if one.is_trigger => {
                out.push_str("             none of the trigger assertions were met\n");
            }
            Some(one) => {
                out.push_str(&format!("             {}=", one.name));
                out.push_str(&rest(&one));
            }
            None => {}
        }
    }
}

fn rest(one: &Unmet<'_>) -> String {
    let negated = if one.is_negated { "!" } else { "" };
    format!("{negated}{} was not met\n", one.parameter)
}

/// Those of an `a(sbbsi)` whose result is negative.
fn unmet<'p>(properties: &'p Properties, name: &str) -> Vec<Unmet<'p>> {
    let rows = properties.value(name).and_then(Value::as_array).unwrap_or_default();
    let one = |row: &'p Value| {
        row.field(4)?.as_i64().filter(|result| *result < 0)?;
        Some(Unmet {
            name: row.field(0)?.as_str()?,
            is_trigger: row.field(1)?.as_bool()?,
            is_negated: row.field(2)?.as_bool()?,
            parameter: row.field(3)?.as_str()?,
        })
    };
    rows.iter().filter_map(one).collect()
}
