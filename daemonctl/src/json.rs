//! JSON objects that several commands share (docs/json.md).

use present::json::{self, Note, Object};
use present::{Column, Value, Why};
use process::machine::Machine;
use serde_json::{Value as Json, json};

use crate::columns::{COLUMNS, Processes};
use crate::snapshot::{Row, Snapshot};

/// Columns whose values stand in objects of their own.
const NESTED: &[&str] = &["kind", "sub", "confidence", "posing", "service", "container", "args"];

/// One process: all that costs nothing more to read, and the columns asked for.
pub fn process(row: &Row<'_>, shown: &[&'static Column<Processes>]) -> Object {
    let mut columns: Vec<&'static Column<Processes>> = COLUMNS
        .iter()
        .filter(|column| column.needs == 0 && !NESTED.contains(&column.key))
        .collect();
    columns.extend(shown.iter().filter(|column| column.needs != 0));
    let mut object = json::row(&columns, row);
    let arguments = crate::columns::fact(row.process.cmdline.as_ref(), |_| {
        Value::List(row.process.args().map(Value::raw).collect())
    });
    object.put("args", arguments);
    object.put_object("verdict", verdict(row));
    match row.service() {
        Some(service) => object.put_json(
            "service",
            json!({"manager": service.manager, "name": service.name, "how": service.how}),
        ),
        None => object.put("service", Value::Missing(Why::NotApplicable)),
    };
    match row.container() {
        Some(container) => {
            object.put_json("container", json!({"runtime": container.runtime, "id": container.id}))
        }
        None => object.put("container", Value::Missing(Why::NotApplicable)),
    };
    object
}

fn verdict(row: &Row<'_>) -> Object {
    let mut object = Object::new();
    object.put("kind", row.verdict.kind().word());
    object.put("sub_kind", row.verdict.sub_kind.word());
    object.put("confidence", row.verdict.confidence.word());
    object.put("summary", summary(row));
    object.put("because", row.verdict.because);
    object.put("posing_as_kernel", row.verdict.posing_as_kernel);
    object
}

/// The verdict in one sentence.
pub fn summary(row: &Row<'_>) -> String {
    let posing =
        if row.verdict.posing_as_kernel { "poses as a kernel thread and is none: " } else { "" };
    format!("{posing}{}", row.verdict.sub_kind.sentence())
}

/// The machine.
pub fn machine(machine: &Machine) -> Json {
    json!({
        "host": machine.host,
        "kernel": machine.kernel,
        "init": machine.init.name(),
        "container": machine.container,
        "processors": machine.processors,
        "memory_bytes": machine.memory_bytes,
        "available_bytes": machine.available_bytes,
        "boot_time": machine.boot_unix_seconds.map(|seconds| present::time::rfc3339(seconds as f64)),
        "load": machine.load,
    })
}

/// What could not be made out of the whole sample.
pub fn notes(snapshot: &Snapshot) -> Vec<Note> {
    let garbage = snapshot.sample.unreadable.iter().map(|(pid, file)| Note {
        what: format!("process {pid}"),
        reason: Why::Unknown,
        detail: format!("/proc/{pid}/{file} could not be made out"),
    });
    let guessed = snapshot.guessed();
    let guesses = (guessed > 0).then(|| Note {
        what: format!("{guessed} verdicts"),
        reason: Why::NotPermitted,
        detail: "those processes are not yours, and what would tell may be read by root alone"
            .to_owned(),
    });
    let hidden = (snapshot.sample.hidden > 0).then(|| Note {
        what: format!("{} processes", snapshot.sample.hidden),
        reason: Why::NotPermitted,
        detail: "they are hidden from you (hidepid, proc(5)); root may see them".to_owned(),
    });
    garbage.chain(guesses).chain(hidden).collect()
}
