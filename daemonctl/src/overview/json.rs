//! The page as JSON (docs/json.md).

use present::json::{self, Document, Object};
use present::{Column, View};
use serde_json::json;

use super::Overview;
use super::columns::{self, COLUMNS, Services};
use super::group::Row;
use super::trouble::Trouble;
use crate::failure::Failure;

/// Appends the document. Lines are those of `order`.
///
/// # Errors
/// None but those of writing to memory.
pub fn write(
    overview: &Overview,
    view: &View<Services>,
    order: &[usize],
    out: &mut String,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "overview")?;
    document.put_json("machine", &machine(overview))?;
    document.array("trouble")?;
    for trouble in &overview.troubles {
        document.item(finding(trouble))?;
    }
    document.array("services")?;
    for row in order.iter().filter_map(|&index| overview.rows.get(index)) {
        document.item(service(row, view.columns()))?;
    }
    document.end_array()?;
    document.finish(&overview.notes)?;
    out.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}

fn machine(overview: &Overview) -> serde_json::Value {
    let mut machine = crate::json::machine(&overview.snapshot.machine);
    let counts = super::page::Counts::of(&overview.snapshot);
    if let Some(object) = machine.as_object_mut() {
        object.insert(
            "uptime_seconds".to_owned(),
            json!(super::page::uptime_seconds(&overview.snapshot).floor()),
        );
        object.insert(
            "processes".to_owned(),
            json!({"daemon": counts.daemons, "normal": counts.normal, "kernel": counts.kernel, "unknown": counts.unknown}),
        );
        object.insert("services_ended".to_owned(), json!(overview.ended));
    }
    machine
}

fn finding(trouble: &Trouble) -> Object {
    let mut object = Object::new();
    object.put("kind", trouble.kind.word()).put("severity", trouble.severity.word());
    object.put("manager", present::Value::or_missing(trouble.manager, present::Why::NotApplicable));
    object.put(
        "name",
        present::Value::or_missing(trouble.name.as_deref(), present::Why::NotApplicable),
    );
    object.put_json("pids", json!(trouble.pids));
    object.put("what", trouble.what.as_str()).put("fix", trouble.fix);
    object
}

/// A line: all that costs nothing more to read, and the columns asked for.
fn service(row: &Row, shown: &[&'static Column<Services>]) -> Object {
    let mut columns: Vec<&'static Column<Services>> =
        COLUMNS.iter().filter(|column| column.needs == 0).collect();
    columns.extend(shown.iter().filter(|column| column.needs != 0));
    let mut object = json::row(&columns, row);
    if let Some(ports) = columns::ports(row) {
        let ports: Vec<_> = ports
            .iter()
            .map(|port| json!({"protocol": port.protocol, "port": port.port, "local": port.local, "wildcard": port.wildcard}))
            .collect();
        object.put_json("listens", ports);
    }
    object
}
