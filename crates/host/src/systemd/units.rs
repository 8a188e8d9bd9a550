//! Units, asked of a manager: listed, looked up by name, with their properties.

use bus::wire::Value;
use bus::{BusError, Manager, Property, Unit};

use super::properties::{self, Properties};
use super::{Systemd, names, state};
use crate::service::{Field, Reason, Service};
use crate::{HostError, NativeProperty};

impl Systemd {
    /// The loaded units, with what is worth asking of many.
    pub(super) fn listed(
        &self,
        manager: &mut Manager,
        pattern: Option<&str>,
        worth_asking: fn(&Unit) -> &'static [&'static str],
    ) -> Result<Vec<Service>, BusError> {
        let mut units = match pattern {
            Some(pattern) => list(manager, pattern)?,
            None => manager.all_units()?,
        };
        // Units that others refer to and that do not exist.
        units.retain(|u| u.load_state != "not-found" || u.active_state != "inactive");
        units.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let wanted: Vec<_> = units.iter().map(worth_asking).collect();
        let fetched = fetch(manager, &units, &wanted)?;
        Ok(units
            .iter()
            .zip(&fetched)
            .map(|(unit, properties)| {
                let mut service = state::service_of(unit, self.kind, properties);
                for field in [Field::EnabledIn, Field::TriggeredBy, Field::Enablement] {
                    service.lacks(field, Reason::NotMeasured, "asked of single services only");
                }
                service
            })
            .collect())
    }

    /// A unit with all its properties; `None` where there is no such unit.
    pub(super) fn all_of(
        &self,
        manager: &mut Manager,
        name: &str,
    ) -> Result<Option<(Unit, Properties)>, BusError> {
        if let Some((unit, all)) = at_once(manager, name)? {
            return Ok(Some((unit, all)).filter(|(unit, _)| exists(unit)));
        }
        let Some(unit) = look_up(manager, &[name])?.pop().flatten().filter(exists) else {
            return Ok(None);
        };
        let all = properties::everything(manager, &unit.name, &unit.path)?;
        Ok(Some((unit, all)))
    }

    pub(super) fn native(&self, name: &str) -> Result<Vec<NativeProperty>, HostError> {
        let name = names::complete(name);
        let found = self.ask(|manager| {
            // What is not there has properties too: systemctl(1) shows them.
            let Some(unit) = look_up(manager, &[&name])?.pop().flatten() else { return Ok(None) };
            let mut interfaces = vec![names::UNIT];
            interfaces.extend(names::interface_of(&unit.name));
            let answers = manager.all_properties(&unit.path, &interfaces)?;
            let mut all = Vec::new();
            for (interface, answer) in interfaces.into_iter().zip(answers) {
                all.extend(answer?.into_iter().map(|(name, typed)| {
                    let (signature, value) = typed.into_parts();
                    NativeProperty { name, interface: interface.to_owned(), signature, value }
                }));
            }
            Ok(Some(all))
        })?;
        found.ok_or(HostError::NoSuchService { manager: self.kind, name })
    }
}

/// A unit with all its properties by one question, as `systemctl show` puts it: what is not loaded is
/// loaded once for it, and not for each of three. `None` where that does not tell all.
fn at_once(manager: &mut Manager, name: &str) -> Result<Option<(Unit, Properties)>, BusError> {
    let path = names::path_of(name);
    let told = match manager.all_properties(&path, &[""]).map(|mut answers| answers.pop()) {
        Ok(Some(Ok(told))) => told,
        // A name that is none, or a manager that wants an interface: it is asked the long way.
        Ok(Some(Err(error))) | Err(error) if error.said().is_some() => return Ok(None),
        Ok(None) => return Ok(None),
        Ok(Some(Err(error))) | Err(error) => return Err(error),
    };
    let all: Properties =
        told.into_iter().map(|(name, typed)| (name, Ok(typed.into_value()))).collect();
    let of = |name: &str| properties::text(&all, name).map(str::to_owned);
    let job = properties::value(&all, "Job").and_then(|job| job.field(0)?.as_u64());
    let (Some(id), Some(load_state), Some(active_state), Some(sub_state), Some(0)) =
        (of("Id"), of("LoadState"), of("ActiveState"), of("SubState"), job)
    else {
        return Ok(None);
    };
    let unit = Unit {
        path: names::path_of(&id),
        name: id,
        description: of("Description").unwrap_or_default(),
        load_state,
        active_state,
        sub_state,
        following: of("Following").unwrap_or_default(),
        job_id: 0,
        job_type: String::new(),
    };
    Ok(Some((unit, all)))
}

/// The name of the unit that is known by this one; `None` where there is no such unit.
pub(super) fn name_of(manager: &mut Manager, name: &str) -> Result<Option<String>, BusError> {
    let unit = look_up(manager, &[name])?.pop().flatten().filter(exists);
    Ok(unit.map(|unit| unit.name))
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn exists(unit: &Unit) -> bool {
    unit.load_state != "not-found" || unit.active_state != "inactive"
}

/// The loaded units whose name matches.
fn list(manager: &mut Manager, pattern: &str) -> Result<Vec<Unit>, BusError> {
    match manager.units(&[], &[pattern]) {
        // Before systemd 230.
        Err(e) if e.is_unknown_method_or_property() => {
            let suffix = pattern.trim_start_matches('*');
            let mut units = manager.all_units()?;
            units.retain(|u| u.name.ends_with(suffix));
            Ok(units)
        }
        other => other,
    }
}

/// The units of these names in their order, loaded now where they were not. A name that can't be a
/// unit's has none; one that nothing is known of has one whose load state is `not-found`.
pub(super) fn look_up(
    manager: &mut Manager,
    names: &[&str],
) -> Result<Vec<Option<Unit>>, BusError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    match manager.units_by_names(names) {
        Ok(units) if units.len() == names.len() => Ok(units.into_iter().map(Some).collect()),
        Err(e) if e.is_unknown_method_or_property() => {
            let units = manager.all_units()?;
            Ok(names.iter().map(|name| units.iter().find(|u| u.name == *name).cloned()).collect())
        }
        // One that is no name spoils the answer for all.
        Ok(_) => one_by_one(manager, names),
        Err(e) if e.said().is_some() && names.len() > 1 => one_by_one(manager, names),
        Err(BusError::Failed { name, .. }) if name.ends_with(".InvalidArgs") => Ok(vec![None]),
        Err(e) if e.is_no_such_unit() => Ok(vec![None]),
        Err(e) => Err(e),
    }
}

fn one_by_one(manager: &mut Manager, names: &[&str]) -> Result<Vec<Option<Unit>>, BusError> {
    if names.len() == 1 {
        return Ok(vec![None]);
    }
    let mut units = Vec::with_capacity(names.len());
    for name in names {
        units.push(look_up(manager, &[name])?.pop().flatten());
    }
    Ok(units)
}

/// Asks for the wanted properties of each unit, all in one pipeline. What a manager does not have,
/// or has no more, is left out.
fn fetch(
    manager: &mut Manager,
    units: &[Unit],
    wanted: &[&'static [&'static str]],
) -> Result<Vec<Properties>, BusError> {
    let requests: Vec<(usize, Property<'_>)> = units
        .iter()
        .zip(wanted)
        .enumerate()
        .flat_map(|(index, (unit, names))| {
            names.iter().map(move |name| {
                let property = if state::SERVICES_OWN.contains(name) {
                    Property::of_service(&unit.path, name)
                } else {
                    Property::of_unit(&unit.path, name)
                };
                (index, property)
            })
        })
        .collect();
    let properties: Vec<Property<'_>> = requests.iter().map(|(_, p)| *p).collect();
    let values = manager.properties(&properties)?;
    let mut fetched: Vec<Properties> = units.iter().map(|_| Properties::default()).collect();
    for ((index, property), value) in requests.iter().zip(values) {
        let Some(place) = fetched.get_mut(*index) else { continue };
        let value: Result<Value, BusError> = value;
        place.insert(property.name.to_owned(), value);
    }
    Ok(fetched)
}
