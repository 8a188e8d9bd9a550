//! Other units that have to do with what became of one.

use bus::{BusError, Manager, Unit};

use super::outcome::was_checked;
use super::properties::{Properties, everything, strings, text};
use super::{look_up, why};

/// How deep a chain of failed dependencies is followed.
pub(super) const DEEPEST: usize = 8;

/// The service of a socket that runs although the socket does not listen.
pub(super) fn runs_already(
    manager: &mut Manager,
    properties: &Properties,
) -> Result<Option<String>, BusError> {
    if text(properties, "Result") != Some("success") {
        return Ok(None);
    }
    let services = strings(properties, "Triggers").unwrap_or_default();
    let names: Vec<&str> = services.iter().map(String::as_str).collect();
    let mut units = look_up(manager, &names)?.into_iter().flatten();
    Ok(units.find(|unit| unit.active_state == "active").map(|unit| unit.name))
}

/// What can still start a unit that was stopped, in a note.
pub(super) fn still_triggered(
    manager: &mut Manager,
    properties: &Properties,
) -> Result<Option<String>, BusError> {
    let triggers = strings(properties, "TriggeredBy").unwrap_or_default();
    if triggers.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = triggers.iter().map(String::as_str).collect();
    let active: Vec<String> = look_up(manager, &names)?
        .into_iter()
        .flatten()
        .filter(|unit| matches!(unit.active_state.as_str(), "active" | "reloading" | "activating"))
        .map(|unit| unit.name)
        .collect();
    Ok((!active.is_empty())
        .then(|| format!("it can still be started by what triggers it: {}", active.join(", "))))
}

/// Which dependency is to blame, as a sentence, and its name: what failed is followed to what made
/// it fail.
pub(super) fn blame(
    manager: &mut Manager,
    properties: &Properties,
    depth: usize,
) -> Result<Option<(String, String)>, BusError> {
    if depth == 0 {
        return Ok(None);
    }
    let needed: Vec<String> = ["Requires", "BindsTo", "Requisite"]
        .iter()
        .filter_map(|name| strings(properties, name))
        .flatten()
        .collect();
    let names: Vec<&str> = needed.iter().map(String::as_str).collect();
    let units: Vec<Unit> = look_up(manager, &names)?.into_iter().flatten().collect();
    let is_down = |unit: &&Unit| !matches!(unit.active_state.as_str(), "active" | "reloading");
    let culprit = units
        .iter()
        .find(|unit| unit.active_state == "failed")
        .or_else(|| units.iter().find(|unit| unit.load_state != "loaded" && is_down(unit)))
        .or_else(|| units.iter().find(is_down));
    let Some(unit) = culprit else { return Ok(None) };
    let theirs = everything(manager, &unit.name, &unit.path)?;
    let name = unit.name.clone();
    if let Some((_, why)) = why::failure(&theirs, "Result") {
        return Ok(Some((format!("{name}, which it requires, failed: {why}"), name)));
    }
    if let Some(why) = why::load_error(&theirs) {
        return Ok(Some((format!("{name}, which it requires, can't be loaded: {why}"), name)));
    }
    if unit.active_state != "failed"
        && let Some((chain, deeper)) = blame(manager, &theirs, depth - 1)?
    {
        return Ok(Some((format!("{name}, which it requires, was not started: {chain}"), deeper)));
    }
    let state = match was_checked(&theirs, "Assert") {
        Some(false) => format!("was not started: {}", why::unmet(&theirs, "Asserts")),
        _ => format!("is {}", unit.active_state),
    };
    Ok(Some((format!("{name}, which it requires, {state}"), name)))
}
