//! `[Timer]` of a unit file.

use unit::table::Group;
use unit::unit::Setting;
use unit::{Name, Unit, UnitType, Value};

use super::systemd::Loaded;
use super::systemd_service::{text, usec};
use crate::{Definition, Level, Lost, Schedule};

/// The service that a timer starts.
pub(super) fn service_name(timer: &Unit) -> Name {
    let named = timer.settings.settings().iter().rev().find_map(|setting| match &setting.value {
        Value::Names(names) if setting.id.name() == "Unit" => names.first().cloned(),
        _ => None,
    });
    let usual = || timer.name.with_type(UnitType::Service);
    named.or_else(usual).unwrap_or_else(|| timer.name.clone())
}

/// Fills in when the service runs.
pub(super) fn fill(timer: &Loaded, definition: &mut Definition) {
    let name = timer.unit.name.stem();
    if name != definition.name {
        let what = format!("{} of {}.service", timer.unit.name, definition.name);
        let why = "a timed service has one name; both get the service's";
        definition.lost.push(Lost::change(what, why));
    }
    if !definition.levels.is_empty() {
        let why = "a timed service is started by its times alone";
        let lost = Lost::new("WantedBy= of the service", why).at(definition.place("levels"));
        definition.lost.push(lost);
    }
    // The timer is what is enabled.
    definition.levels = Vec::new();
    let mut schedule = Schedule::default();
    for setting in timer.unit.settings.settings() {
        match setting.id.group() {
            Group::Timer => {
                if times(timer, &mut schedule, setting) {
                    continue;
                }
                definition.natives.push(timer.native("Timer", setting));
            }
            Group::Install => {
                let is_usual = match &setting.value {
                    Value::Names(names) => {
                        setting.id.name() == "WantedBy"
                            && names.iter().all(|name| name.as_str() == "timers.target")
                    }
                    _ => false,
                };
                match is_usual {
                    true => definition.levels = vec![Level::Normal],
                    false => definition.natives.push(timer.native("Timer/Install", setting)),
                }
            }
            _ if setting.id.name() == "Description" => {
                definition.description = definition.description.take().or_else(|| text(setting));
            }
            _ if setting.id.name() == "Documentation" => {}
            _ => definition.natives.push(timer.native("Timer/Unit", setting)),
        }
    }
    definition.schedule = Some(schedule);
}

/// `false`: only systemd has such a thing.
fn times(timer: &Loaded, schedule: &mut Schedule, setting: &Setting) -> bool {
    let name = setting.id.name();
    match (name, &setting.value) {
        ("OnCalendar", Value::Calendar(calendar)) => schedule.calendars.push(calendar.to_string()),
        ("Persistent", Value::Flag(flag)) => schedule.is_persistent = *flag,
        ("RandomizedDelaySec", _) => schedule.random_usec = usec(setting),
        ("AccuracySec", _) => schedule.accuracy_usec = usec(setting),
        ("Unit", _) => {}
        (_, Value::Usec(span)) if name.starts_with("On") => {
            schedule.spans.push((name.to_owned(), *span));
        }
        _ => return false,
    }
    if name.starts_with("On") && schedule.place.is_none() {
        schedule.place = timer.place(setting);
    }
    true
}
