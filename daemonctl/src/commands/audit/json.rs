//! What was found, as JSON.

use insight::exposure;
use insight::finding::Severity;
use insight::snapshot::{Process, Seen, Service};
use present::json::{Document, Note, Object};
use present::{Value, Why};
use serde_json::Value as Json;
use unit::values::sandbox::names;

use super::columns::{figure, user};
use super::{Outcome, exposure as checks};
use crate::commands::diagnose::json as shared;
use crate::failure::Failure;

/// The whole document.
///
/// # Errors
/// It can't be written.
pub fn document(outcome: &Outcome) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "audit")?;
    document.array("services")?;
    for (report, service) in outcome.reports.iter().zip(&outcome.snapshot.services) {
        let mut object = Object::new();
        object.put("name", report.service.as_str());
        object.put(
            "manager",
            Value::or_missing(shared::manager(service.manager), Why::NotApplicable),
        );
        object.put("state", shared::state(service.state));
        object.put("user", Value::or_missing(user(service, &outcome.snapshot), Why::NotApplicable));
        object.put("main_pid", Value::or_missing(service.main_pid, Why::NotApplicable));
        object.put_object("exposure", exposure_of(service));
        object.put_json(
            "processes",
            service.processes.iter().map(|process| of_process(process).build()).collect::<Json>(),
        );
        let count = |severity| {
            report.findings.iter().filter(|finding| finding.severity == severity).count() as u64
        };
        object.put("errors", count(Severity::Error));
        object.put("warnings", count(Severity::Warning));
        object.put_json("findings", shared::findings(&report.findings));
        let settings = insight::exposure::proposed(report).into_iter().map(|(section, setting)| {
            let mut object = Object::new();
            object.put("section", section);
            object.put("setting", setting);
            object.build()
        });
        object.put_json("proposed_settings", settings.collect::<Json>());
        object.put_json("checked", report.checked.iter().copied().collect::<Json>());
        document.item(object)?;
    }
    document.end_array()?;
    document.finish(&notes(outcome))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn exposure_of(service: &Service) -> Object {
    let figure = figure(service);
    let mut object = Object::new();
    object.put("figure", figure.tenths as f64 / 10.0);
    object.put("word", exposure::word(figure.tenths));
    object.put("is_declared", figure.is_declared);
    let found = checks::of_service(service);
    let rows = found.checks.iter().map(|one| {
        let mut object = Object::new();
        object.put("id", one.check.id);
        object.put("key", one.check.key);
        object.put("badness", Value::or_missing(one.badness, Why::NotApplicable));
        object.put("range", one.check.range);
        object.put("weight", one.check.weight);
        object.put("adds", one.tenths as f64 / 10.0);
        object.put("meaning", one.meaning.as_str());
        object.put("setting", Value::or_missing(one.check.mends, Why::NotApplicable));
        object.build()
    });
    object.put_json("checks", rows.collect::<Json>());
    object
}

/// What a process can do now.
fn of_process(process: &Process) -> Object {
    let mut object = Object::new();
    object.put("pid", process.pid);
    object.put("name", process.name.as_str());
    object.put("uid", process.uids[1]);
    object.put("gid", process.gids[1]);
    match &process.capabilities {
        Seen::Known(known) => {
            object.put_json(
                "capabilities",
                capability_names(known.effective).into_iter().collect::<Json>(),
            );
            object.put_json(
                "bounding_capabilities",
                capability_names(known.bounding).into_iter().collect::<Json>(),
            );
        }
        other => {
            object.put("capabilities", Value::Missing(why(other)));
            object.put("bounding_capabilities", Value::Missing(why(other)));
        }
    }
    object.put("no_new_privileges", seen(&process.no_new_privs, |flag| Value::Bool(*flag)));
    object.put("seccomp", seen(&process.seccomp, |mode| Value::Uint(u64::from(*mode))));
    match process.own_namespaces.known() {
        Some(kinds) => {
            object.put_json("own_namespaces", kinds.iter().map(String::as_str).collect::<Json>());
        }
        None => {
            object.put("own_namespaces", Value::Missing(why(&process.own_namespaces)));
        }
    }
    object.put("root", seen(&process.root, |path| Value::text(path.clone())));
    object.put("security_label", seen(&process.label, |label| Value::text(label.clone())));
    object
}

fn seen<T>(fact: &Seen<T>, value: impl FnOnce(&T) -> Value<'static>) -> Value<'static> {
    match fact {
        Seen::Known(known) => value(known),
        other => Value::Missing(why(other)),
    }
}

fn why<T>(fact: &Seen<T>) -> Why {
    match fact {
        Seen::NotPermitted => Why::NotPermitted,
        Seen::Absent => Why::NotApplicable,
        Seen::NotMeasured | Seen::Known(_) => Why::NotMeasured,
    }
}

/// Names of capabilities, a bit each.
pub fn capability_names(set: u64) -> Vec<String> {
    let is_in = |number: &u8| set & 1_u64.checked_shl((*number).into()).unwrap_or(0) != 0;
    (0_u8..64).filter(is_in).filter_map(names::capability_name).map(str::to_uppercase).collect()
}

/// What could not be seen, and what runs without root leave out.
pub fn notes(outcome: &Outcome) -> Vec<Note> {
    let mut notes = shared::notes(&outcome.snapshot.unseen);
    let hidden = outcome.snapshot.services.iter().filter(|service| {
        service.processes.iter().any(|process| matches!(process.own_namespaces, Seen::NotPermitted))
    });
    let count = hidden.count();
    if count > 0 {
        notes.push(Note {
            what: format!(
                "processes of {count} {}",
                if count == 1 { "service" } else { "services" }
            ),
            reason: Why::NotPermitted,
            detail:
                "namespaces, environment and deleted files could not be seen; root may look (sudo)"
                    .to_owned(),
        });
    }
    notes
}
