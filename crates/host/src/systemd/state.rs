//! systemd's states and properties in the words that all managers share.
//!
//! States as org.freedesktop.systemd1(5) has them; which of the four time stamps counts is decided
//! as `systemctl status` does.

use bus::{BusError, Unit};

use super::properties::{Properties, number, text};
use crate::UnitWords;
use crate::service::{Field, ManagerKind, Reason, Service, ServiceState};

const ACTIVE_SINCE: &str = "ActiveEnterTimestamp";
const INACTIVE_SINCE: &str = "InactiveEnterTimestamp";
const ACTIVATING_SINCE: &str = "InactiveExitTimestamp";
const DEACTIVATING_SINCE: &str = "ActiveExitTimestamp";

/// Properties that only services have.
pub(super) const SERVICES_OWN: [&str; 6] =
    ["MainPID", "NRestarts", "Result", "ExecMainCode", "ExecMainStatus", "PIDFile"];

/// What is asked of each of many services: every property costs the manager some 15 µs, so only
/// what can differ from its default in this state.
pub(super) fn worth_asking(unit: &Unit) -> &'static [&'static str] {
    if !is_service(unit) {
        return match unit.active_state.as_str() {
            "active" | "reloading" | "refreshing" => &[ACTIVE_SINCE],
            "failed" => &[INACTIVE_SINCE],
            "activating" => &[ACTIVATING_SINCE],
            "deactivating" => &[DEACTIVATING_SINCE],
            _ => &[],
        };
    }
    match (unit.active_state.as_str(), unit.sub_state.as_str()) {
        ("active" | "reloading", "exited") => &[ACTIVE_SINCE],
        ("active" | "reloading", _) => &[ACTIVE_SINCE, "MainPID", "NRestarts"],
        ("failed", _) => &[INACTIVE_SINCE, "NRestarts", "Result", "ExecMainCode", "ExecMainStatus"],
        ("activating", "auto-restart" | "auto-restart-queued") => {
            &[ACTIVATING_SINCE, "NRestarts", "Result", "ExecMainCode", "ExecMainStatus"]
        }
        ("activating", _) => &[ACTIVATING_SINCE, "MainPID", "NRestarts"],
        ("deactivating", _) => &[DEACTIVATING_SINCE, "MainPID", "NRestarts"],
        _ => &[],
    }
}

/// The same for those who want states and reasons alone: nothing of what runs or did its work.
pub(super) fn worth_asking_in_brief(unit: &Unit) -> &'static [&'static str] {
    match unit.active_state.as_str() {
        "active" | "reloading" | "refreshing" => &[],
        _ => worth_asking(unit),
    }
}

fn is_service(unit: &Unit) -> bool {
    unit.name.ends_with(".service")
}

/// A unit and what was fetched of it.
pub(super) fn service_of(unit: &Unit, manager: ManagerKind, properties: &Properties) -> Service {
    let mut service = Service::new(&unit.name, manager);
    if !unit.description.is_empty() {
        service.description.clone_from(&unit.description);
    }
    service.native = format!("{} ({})", unit.active_state, unit.sub_state);
    if unit.load_state != "loaded" {
        service.native = format!("{}, {}", service.native, unit.load_state);
    }
    service.unit_words = Some(UnitWords {
        load: unit.load_state.clone(),
        active: unit.active_state.clone(),
        sub: unit.sub_state.clone(),
    });
    service.since_unix_usec = number(properties, since_property(unit)).filter(|t| *t != 0);
    service.main_pid =
        number(properties, "MainPID").filter(|p| *p != 0).and_then(|p| u32::try_from(p).ok());
    service.restarts = number(properties, "NRestarts").and_then(|n| u32::try_from(n).ok());
    service.result = result(properties);
    service.state = state_of(unit, service.result.is_some());
    explain_gaps(&mut service, unit, properties);
    service
}

fn since_property(unit: &Unit) -> &'static str {
    match unit.active_state.as_str() {
        "active" | "reloading" | "refreshing" => ACTIVE_SINCE,
        "inactive" | "failed" => INACTIVE_SINCE,
        "activating" => ACTIVATING_SINCE,
        _ => DEACTIVATING_SINCE,
    }
}

fn state_of(unit: &Unit, ended_badly: bool) -> ServiceState {
    match (unit.active_state.as_str(), unit.sub_state.as_str()) {
        ("active", "exited") => ServiceState::Exited,
        ("active" | "reloading" | "refreshing", _) => ServiceState::Running,
        ("activating", "auto-restart" | "auto-restart-queued") if ended_badly => {
            ServiceState::Crashed
        }
        ("activating", _) => ServiceState::Starting,
        ("deactivating", _) => ServiceState::Stopping,
        ("failed", _) => ServiceState::Failed,
        ("inactive", _) => ServiceState::Stopped,
        _ => ServiceState::Unknown,
    }
}

/// `Result`, with the exit status or signal behind it; `None` for success.
fn result(properties: &Properties) -> Option<String> {
    let word = text(properties, "Result").filter(|r| *r != "success" && !r.is_empty())?;
    let status = match properties.get("ExecMainStatus") {
        Some(Ok(value)) => value.as_i64().unwrap_or_default(),
        _ => return Some(word.to_owned()),
    };
    // CLD_EXITED, CLD_KILLED, CLD_DUMPED of waitid(2).
    let code = match properties.get("ExecMainCode") {
        Some(Ok(value)) => value.as_i64().unwrap_or_default(),
        _ => 0,
    };
    Some(match (word, code) {
        ("exit-code", 1) => format!("exit code {status}"),
        ("signal" | "core-dump", 2) => format!("killed by signal {status}"),
        ("signal" | "core-dump", 3) => format!("killed by signal {status}, core dumped"),
        _ => word.to_owned(),
    })
}

fn explain_gaps(service: &mut Service, unit: &Unit, properties: &Properties) {
    let detail = "asked of single services only";
    let gaps = [
        (Field::MainPid, service.main_pid.is_none(), "MainPID", "it has no main process"),
        (Field::Restarts, service.restarts.is_none(), "NRestarts", "it has no restarts"),
        (Field::Result, service.result.is_none(), "Result", "it did not end badly"),
        (
            Field::Since,
            service.since_unix_usec.is_none(),
            since_property(unit),
            "it has been in this state since the manager started",
        ),
        (Field::Definition, true, "FragmentPath", "it has no unit file"),
    ];
    for (field, missing, property, otherwise) in gaps {
        if !missing {
            continue;
        }
        if matches!(field, Field::MainPid | Field::Restarts) && !is_service(unit) {
            service.lacks(field, Reason::NotApplicable, "only services have it");
            continue;
        }
        match properties.get(property) {
            Some(Ok(_)) => service.lacks(field, Reason::NotApplicable, otherwise),
            Some(Err(e)) if e.is_unknown_method_or_property() => {
                service.lacks(field, Reason::Unknown, "this manager does not tell it");
            }
            Some(Err(e)) if e.is_no_such_unit() => {
                service.lacks(field, Reason::Vanished, "the unit is gone");
            }
            Some(Err(e @ BusError::NotPermitted { .. })) => {
                service.lacks(field, Reason::NotPermitted, e.to_string());
            }
            Some(Err(e)) => service.lacks(field, Reason::Unknown, e.to_string()),
            None if matches!(field, Field::MainPid) && !service.has_process() => {
                service.lacks(field, Reason::NotApplicable, otherwise);
            }
            None => service.lacks(field, Reason::NotMeasured, detail),
        }
    }
}

impl Service {
    /// In this state there may be a main process.
    fn has_process(&self) -> bool {
        matches!(
            self.state,
            ServiceState::Running
                | ServiceState::Starting
                | ServiceState::Stopping
                | ServiceState::Unknown
        )
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
