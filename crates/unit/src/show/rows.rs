//! The rows of the table as properties.

use super::{Decided, Lines, Property, Show, exec, others, resource, sandbox, service, value};
use crate::{
    table::{Default, Group, Id, Status},
    values::Value,
};

/// The version of systemd that all this is held against.
const VERIFIED: u16 = 252;

/// Directives that give one property: several for `Listen`, `Paths` and the like.
struct Named {
    bus: &'static str,
    ids: Vec<Id>,
}

/// All that the table has for the unit's type.
pub(super) fn settings(show: &Show<'_>, found: &mut Vec<Property>) {
    for group in std::iter::once(&Group::Unit).chain(show.groups()) {
        for named in named(*group, show.version()) {
            if named.ids.iter().any(|id| is_dependency(*id)) {
                continue;
            }
            let lines = special(show, *group, &named).unwrap_or_else(|| generic(show, &named));
            match *group {
                Group::Exec if named.bus.starts_with("Limit") => {
                    exec::limit(show, &named.ids, named.bus, found);
                }
                _ => show.push(found, named.bus, decided(show, &named), lines),
            }
        }
    }
}

/// Dependencies come from the graph.
fn is_dependency(id: Id) -> bool {
    use crate::table::{Kind, Merge};
    let row = id.directive();
    row.merge == Merge::Keep && matches!(row.kind, Kind::Units | Kind::Paths)
}

fn named(group: Group, version: u16) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    for row in group.rows() {
        let is_name_of_old =
            matches!(row.status, Status::AliasOf(_) | Status::OldName(_) | Status::Obsolete(_));
        // systemd has it on the bus, but hides it.
        let is_hidden = row.bus == "PermissionsStartOnly";
        if row.bus.is_empty() || is_name_of_old || is_hidden || row.since > version {
            continue;
        }
        let Some(id) = Id::look_up(group, row.name) else { continue };
        match all.iter_mut().find(|named| named.bus == row.bus) {
            Some(named) => named.ids.push(id),
            None => all.push(Named { bus: row.bus, ids: vec![id] }),
        }
    }
    all
}

fn decided(show: &Show<'_>, named: &Named) -> Decided {
    if named.ids.iter().any(|id| show.has(*id)) {
        return Decided::File;
    }
    match named.ids.first().map(|id| id.directive().default) {
        Some(Default::Manager(_)) => Decided::Manager,
        Some(Default::Computed(_)) => Decided::Implied,
        _ => Decided::Default,
    }
}

/// The properties that are not simply the setting.
fn special(show: &Show<'_>, group: Group, named: &Named) -> Option<Lines> {
    let name = named.bus;
    match group {
        Group::Service => service::service(show, name),
        Group::Kill => service::kill(show, name),
        Group::Exec => sandbox::special(show, name).or_else(|| exec::special(show, name)),
        Group::Resource => resource::special(show, name),
        _ => others::special(show, group, name, &named.ids),
    }
}

/// The values of a property's settings, in order, as its kind says.
fn generic(show: &Show<'_>, named: &Named) -> Lines {
    let id = named.ids.first()?;
    let settings = show.unit.settings.settings().iter();
    let mut values: Vec<&Value> = settings
        .filter(|setting| named.ids.contains(&setting.id))
        .map(|setting| &setting.value)
        .collect();
    // What follows from other settings has a function of its own where a real systemd was asked.
    let is_computed = matches!(id.directive().default, Default::Computed(_));
    if values.is_empty() && is_computed && id.directive().since > VERIFIED {
        return None;
    }
    let default = if values.is_empty() { show.default_value(id.directive()) } else { None };
    values.extend(&default);
    value::lines(show, id.directive(), &values)
}
