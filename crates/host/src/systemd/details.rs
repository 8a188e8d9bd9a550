//! What is told of single units only.

use std::path::PathBuf;

use bus::Unit;
use bus::wire::Value;

use super::properties::{Properties, flag, paths, rows, strings, value, word};
use super::{relations, why};
use crate::service::{Field, Reason, Service};
use crate::{Details, Job};

/// Adds what one unit's properties tell beyond its state.
pub(super) fn add_details(service: &mut Service, unit: &Unit, properties: &Properties) {
    service.triggered_by = strings(properties, "TriggeredBy");
    let wanted = strings(properties, "WantedBy");
    let required = strings(properties, "RequiredBy");
    service.enabled_in = wanted.zip(required).map(|(mut units, more)| {
        units.extend(more);
        units.sort_unstable();
        units.dedup();
        units
    });
    service.enablement = word(properties, "UnitFileState").map(str::to_owned);
    service.definition = definition(properties);
    service.pid_files = word(properties, "PIDFile").map(PathBuf::from).into_iter().collect();
    service.control_group = word(properties, "ControlGroup").map(str::to_owned);
    service.details = Some(Box::new(details(service, unit, properties)));
    gaps(service, properties);
}

/// The unit file or, of a generated unit, what it was generated from.
fn definition(properties: &Properties) -> Option<PathBuf> {
    let fragment = word(properties, "FragmentPath");
    fragment.or_else(|| word(properties, "SourcePath")).map(PathBuf::from)
}

fn details(service: &Service, unit: &Unit, properties: &Properties) -> Details {
    let mut provides = strings(properties, "Names").unwrap_or_default();
    provides.retain(|name| *name != service.name);
    Details {
        documentation: strings(properties, "Documentation").unwrap_or_default(),
        drop_ins: paths(properties, "DropInPaths"),
        configuration: configuration(properties),
        provides,
        status_text: word(properties, "StatusText").map(str::to_owned),
        can_reload: flag(properties, "CanReload"),
        needs_daemon_reload: flag(properties, "NeedDaemonReload").unwrap_or_default(),
        restart_policy: word(properties, "Restart").map(str::to_owned),
        job: job(unit),
        condition: condition(service, properties),
        dependencies: relations::of(properties, false),
        ..Details::default()
    }
}

/// The files of `EnvironmentFile=` that exist, and what a generated unit was generated from.
fn configuration(properties: &Properties) -> Vec<PathBuf> {
    let files = rows(properties, "EnvironmentFiles")
        .iter()
        .filter_map(|row| row.field(0)?.as_str())
        .map(PathBuf::from);
    let source = word(properties, "SourcePath").map(PathBuf::from);
    let source = source.filter(|path| definition(properties).as_ref() != Some(path));
    files.chain(source).filter(|path| path.exists()).collect()
}

/// The queued job.
fn job(unit: &Unit) -> Option<Job> {
    let id = Some(unit.job_id).filter(|id| *id != 0)?;
    let runs = matches!(unit.active_state.as_str(), "activating" | "deactivating" | "reloading");
    Some(Job {
        id: Some(id),
        name: unit.name.clone(),
        kind: unit.job_type.clone(),
        state: if runs { "running" } else { "waiting" }.to_owned(),
    })
}

/// Why it was not started: conditions and assertions that did not hold when it was last tried.
fn condition(service: &Service, properties: &Properties) -> Option<String> {
    let is_down = service
        .unit_words
        .as_ref()
        .is_some_and(|words| matches!(words.active.as_str(), "inactive" | "failed"));
    let tried = |name| value(properties, name).and_then(Value::as_u64).unwrap_or_default() != 0;
    let parts = [
        ("ConditionResult", "ConditionTimestamp", "Conditions"),
        ("AssertResult", "AssertTimestamp", "Asserts"),
    ];
    parts
        .iter()
        .find(|(result, when, _)| is_down && flag(properties, result) == Some(false) && tried(when))
        .map(|(_, _, list)| why::unmet(properties, list))
}

fn gaps(service: &mut Service, properties: &Properties) {
    if service.definition.is_some() {
        service.gaps.retain(|gap| gap.field != Field::Definition);
    }
    if service.enablement.is_none() {
        service.lacks(Field::Enablement, Reason::NotApplicable, "it has no unit file to enable");
    }
    for (field, missing) in [
        (Field::TriggeredBy, service.triggered_by.is_none()),
        (Field::EnabledIn, service.enabled_in.is_none()),
    ] {
        if missing {
            service.lacks(field, Reason::Unknown, "this manager does not tell it");
        }
    }
    for gap in &mut service.gaps {
        // Everything was asked for: what did not come is not there.
        if gap.reason == Reason::NotMeasured {
            let has_result = properties.contains_key("Result");
            (gap.reason, gap.detail) = if gap.field == Field::Result && !has_result {
                (Reason::NotApplicable, "units of its type have no result".into())
            } else {
                (Reason::Unknown, "this manager does not tell it".into())
            };
        }
    }
}
