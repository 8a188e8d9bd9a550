//! Services and signals: what follows where nobody wrote it (systemd.service(5), systemd.kill(5)).

use super::{Lines, Show, one};
use crate::{
    name::UnitType,
    table::{Group, Id},
    time::span::{INFINITY, format_usec},
    values::{Statuses, Value, scalar::signal_name},
};

const TIMEOUT: Id = Id::of(Group::Service, "TimeoutSec");
const TIMEOUT_START: Id = Id::of(Group::Service, "TimeoutStartSec");
const TIMEOUT_STOP: Id = Id::of(Group::Service, "TimeoutStopSec");
const TIMEOUT_ABORT: Id = Id::of(Group::Service, "TimeoutAbortSec");
const OOM_POLICY: Id = Id::of(Group::Service, "OOMPolicy");
const SCOPE_OOM_POLICY: Id = Id::of(Group::Scope, "OOMPolicy");
const DELEGATE: Id = Id::of(Group::Resource, "Delegate");
const KILL_SIGNAL: Id = Id::of(Group::Kill, "KillSignal");
const RESTART_KILL_SIGNAL: Id = Id::of(Group::Kill, "RestartKillSignal");

pub(super) fn service(show: &Show<'_>, name: &str) -> Option<Lines> {
    let unit = show.unit;
    Some(match name {
        "Type" => one(unit.service_type()),
        "NotifyAccess" => one(unit.notify_access()),
        "TimeoutStartUSec" => one(format_usec(timeout_start(show), 1)),
        "TimeoutStopUSec" => one(format_usec(timeout_stop(show), 1)),
        "TimeoutAbortUSec" => one(format_usec(timeout_abort(show), 1)),
        "OOMPolicy" => oom_policy(show),
        "SuccessExitStatus" | "RestartPreventExitStatus" | "RestartForceExitStatus" => {
            statuses(show, Id::look_up(Group::Service, name)?)
        }
        _ => return None,
    })
}

/// The last of two directives that set the same.
fn last_usec(show: &Show<'_>, ids: [Id; 2]) -> Option<u64> {
    let settings = show.unit.settings.settings().iter();
    settings.rev().filter(|setting| ids.contains(&setting.id)).find_map(|setting| {
        match setting.value {
            Value::Usec(usec) => Some(usec),
            _ => None,
        }
    })
}

fn manager_usec(show: &Show<'_>, id: Id, key: &str) -> Option<u64> {
    match show.parse(id.directive(), show.manager(key)?)? {
        Value::Usec(usec) => Some(usec),
        _ => None,
    }
}

fn timeout_start(show: &Show<'_>) -> u64 {
    let written = last_usec(show, [TIMEOUT, TIMEOUT_START]);
    written.unwrap_or_else(|| match show.unit.service_type() {
        "oneshot" => INFINITY,
        _ => manager_usec(show, TIMEOUT_START, "DefaultTimeoutStartSec").unwrap_or(INFINITY),
    })
}

fn timeout_stop(show: &Show<'_>) -> u64 {
    let default = || manager_usec(show, TIMEOUT_STOP, "DefaultTimeoutStopSec");
    last_usec(show, [TIMEOUT, TIMEOUT_STOP]).or_else(default).unwrap_or(INFINITY)
}

fn timeout_abort(show: &Show<'_>) -> u64 {
    let default = || manager_usec(show, TIMEOUT_ABORT, "DefaultTimeoutAbortSec");
    last_usec(show, [TIMEOUT_ABORT; 2]).or_else(default).unwrap_or_else(|| timeout_stop(show))
}

pub(super) fn oom_policy(show: &Show<'_>) -> Lines {
    let id = match show.unit.name.unit_type() {
        UnitType::Scope => SCOPE_OOM_POLICY,
        _ => OOM_POLICY,
    };
    match show.value(id) {
        Some(Value::Word(word)) => one(*word),
        _ if super::resource::delegation(show, DELEGATE).delegate => one("continue"),
        _ => one(show.manager("DefaultOOMPolicy")?),
    }
}

/// Numbers, then signals by name.
fn statuses(show: &Show<'_>, id: Id) -> Lines {
    let mut all = Statuses::default();
    for value in show.values(id) {
        if let Value::Statuses(statuses) = value {
            all.add_all(statuses);
        }
    }
    let codes = all.codes().map(|code| code.to_string());
    let signals = all.signals().map(|signal| {
        let name = signal_name(signal);
        name.strip_prefix("SIG").unwrap_or(&name).to_owned()
    });
    one(codes.chain(signals).collect::<Vec<_>>().join(" "))
}

pub(super) fn kill(show: &Show<'_>, name: &str) -> Option<Lines> {
    if name != "RestartKillSignal" {
        return None;
    }
    let written = [RESTART_KILL_SIGNAL, KILL_SIGNAL].into_iter().find_map(|id| show.value(id));
    Some(match written {
        Some(Value::Signal(signal)) => one(signal.to_string()),
        _ => one("15"),
    })
}
