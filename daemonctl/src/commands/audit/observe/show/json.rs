//! The same as JSON.

use std::collections::{BTreeMap, BTreeSet};

use present::Value;
use present::json::{Document, Object};

use super::{address, text_of_drop_in, words};
use crate::commands::audit::fix::Report;
use crate::commands::audit::observe::Seen;
use crate::commands::audit::subject::Subject;
use crate::failure::Failure;

/// Prints it as JSON.
pub fn json(subject: &Subject<'_>, seen: &Seen, fixed: Option<&Report>) -> Result<(), Failure> {
    let mut document = Document::begin(std::io::stdout().lock(), "audit")?;
    let mut service = Object::new();
    service.put("name", Value::text(subject.name.as_str()));
    service.put("manager", Value::text(subject.manager.kind().name()));
    document.put_json("observed", &service.build())?;
    document.put_json("observation", &observation(seen).build())?;
    let mut proposal = Object::new();
    let settings = seen.proposal.settings.iter().map(|setting| {
        let mut object = Object::new();
        object.put("key", Value::text(setting.key.as_str()));
        object.put("value", Value::text(setting.value.as_str()));
        object.put("why", Value::text(setting.why.as_str()));
        object.build()
    });
    proposal.put_json("settings", settings.collect::<serde_json::Value>());
    let left = seen.proposal.left_out.iter().map(|(key, why)| {
        let mut object = Object::new();
        object.put("key", Value::text(key.as_str()));
        object.put("why", Value::text(why.as_str()));
        object.build()
    });
    proposal.put_json("left_out", left.collect::<serde_json::Value>());
    proposal.put("assumed", list(&seen.proposal.assumed));
    proposal.put("warnings", list(&seen.proposal.warnings));
    proposal.put("drop_in", Value::text(text_of_drop_in(subject, seen)));
    let figures = subject.figures(&seen.proposal.settings);
    let number = |text: &String| text.parse().ok().map(Value::float);
    let missing = || Value::Missing(present::Why::NotApplicable);
    let (before, after) =
        figures.map_or((None, None), |(before, after)| (number(&before), number(&after)));
    proposal.put("exposure_before", before.unwrap_or_else(missing));
    proposal.put("exposure_after", after.unwrap_or_else(missing));
    document.put_json("proposal", &proposal.build())?;
    if let Some(report) = fixed {
        document.put_json("fix", &report.json())?;
    }
    let notes: Vec<present::json::Note> = seen.notes.iter().map(|text| note(text)).collect();
    Ok(document.finish(&notes)?)
}

fn note(text: &str) -> present::json::Note {
    present::json::Note {
        what: "observation".into(),
        reason: present::Why::NotMeasured,
        detail: text.to_owned(),
    }
}

fn list(all: &[String]) -> Value<'_> {
    Value::List(all.iter().map(|text| Value::text(text.as_str())).collect())
}

fn observation(seen: &Seen) -> Object {
    let observed = &seen.observation;
    let mut object = Object::new();
    object.put("seconds", Value::float(observed.seconds));
    object.put("processes", seen.processes);
    object.put("start_seen", observed.start_seen);
    object.put("stop_seen", observed.stop_seen);
    let calls = observed.calls.iter().map(|(name, call)| {
        let mut made = Object::new();
        made.put("name", Value::text(name.as_str()));
        made.put("worked", call.worked);
        let failed = call.failed.iter().map(|(errno, count)| {
            let mut object = Object::new();
            object.put("errno", *errno).put("count", *count);
            object.build()
        });
        made.put_json("failed", failed.collect::<serde_json::Value>());
        made.build()
    });
    object.put_json("system_calls", calls.collect::<serde_json::Value>());
    object.put("foreign_architectures", set(&observed.foreign_architectures));
    object.put_json("capabilities", reasons(&observed.capabilities));
    object.put_json("files", observed.files.iter().map(file).collect::<serde_json::Value>());
    object
        .put_json("programs", observed.programs.iter().map(program).collect::<serde_json::Value>());
    let families: BTreeMap<String, BTreeSet<String>> = observed
        .families
        .iter()
        .map(|(name, why)| (name.clone(), BTreeSet::from([why.clone()])))
        .collect();
    object.put_json("address_families", reasons(&families));
    object.put(
        "bound",
        Value::List(observed.bound.iter().map(|one| Value::text(address(one))).collect()),
    );
    object.put(
        "peers",
        Value::List(observed.peers.iter().map(|one| Value::text(address(one))).collect()),
    );
    object.put("uids", Value::List(observed.uids.iter().map(|uid| Value::from(*uid)).collect()));
    let facts: BTreeMap<String, BTreeSet<String>> =
        observed.facts.iter().map(|(fact, why)| (words(*fact).to_owned(), why.clone())).collect();
    object.put_json("besides", reasons(&facts));
    object
}

fn set(all: &BTreeSet<String>) -> Value<'_> {
    Value::List(all.iter().map(|text| Value::text(text.as_str())).collect())
}

fn reasons(all: &BTreeMap<String, BTreeSet<String>>) -> serde_json::Value {
    let rows = all.iter().map(|(name, why)| {
        let mut object = Object::new();
        object.put("name", Value::text(name.as_str()));
        object.put("evidence", set(why));
        object.build()
    });
    rows.collect()
}

fn file((path, file): (&String, &insight::proposal::FileUse)) -> serde_json::Value {
    let mut object = Object::new();
    object.put("path", Value::text(path.as_str()));
    let marks = [
        ("read", file.read),
        ("written", file.written),
        ("changed", file.changed),
        ("attributes", file.attributes),
        ("executed", file.executed),
        ("directory", file.is_directory),
        ("device", file.device.is_some()),
    ];
    for (key, value) in marks {
        object.put(key, value);
    }
    object.build()
}

fn program(program: &insight::proposal::ProgramRun) -> serde_json::Value {
    let mut object = Object::new();
    object.put("path", Value::text(program.path.as_str()));
    object.put("gains_privileges", program.gains_privileges);
    object.build()
}
