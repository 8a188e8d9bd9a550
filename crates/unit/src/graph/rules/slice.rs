//! Which slice a unit lives in (systemd.slice(5), systemd.resource-control(5) `Slice=`).

use std::borrow::Cow;

use super::{Dependency, Found, ROOT_SLICE, Rule, SYSTEM_SLICE, Subject, Why, is_perpetual};
use crate::{
    escape,
    name::UnitType,
    table::{Group, Id},
};

const SLICE: Id = Id::of(Group::Resource, "Slice");

/// Whether units of a type have a control group.
pub(super) fn has_cgroup(unit_type: UnitType) -> bool {
    use UnitType::{Mount, Scope, Service, Slice, Socket, Swap};
    matches!(unit_type, Service | Socket | Mount | Swap | Scope | Slice)
}

/// `InSlice`.
pub(super) fn belongs(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some((slice, why)) = of(subject) {
        found(Dependency::InSlice, &slice, why);
    }
}

/// "Units with the Slice= setting set automatically acquire Requires= and After= dependencies on
/// the specified slice unit", and so do those that are put into one.
pub(super) fn needs(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some((slice, why)) = of(subject) {
        let why = Why { rule: Rule::Slice, ..why };
        found(Dependency::Requires, &slice, why);
        found(Dependency::After, &slice, why);
    }
}

/// The slice, and why it is that one.
fn of<'a>(subject: &Subject<'a>) -> Option<(Cow<'a, str>, Why)> {
    if !has_cgroup(subject.unit_type()) {
        return None;
    }
    if subject.unit_type() == UnitType::Slice {
        return parent(subject.name.stem()).map(|name| (name, Why::rule(Rule::ParentSlice)));
    }
    let set = subject.settings().and_then(|settings| settings.names(SLICE).last());
    if let Some((name, origin)) = set.filter(|(name, _)| name.unit_type() == UnitType::Slice) {
        return Some((Cow::Borrowed(name.as_str()), Why::because(Rule::Setting, SLICE, origin)));
    }
    Some((default(subject), Why::rule(Rule::DefaultSlice)))
}

/// `a-b.slice` is in `a.slice`, that in `-.slice`, and that in none.
fn parent(stem: &str) -> Option<Cow<'static, str>> {
    match stem.rsplit_once('-') {
        _ if stem == "-" => None,
        Some((parent, _)) => Some(Cow::Owned(format!("{parent}.slice"))),
        None => Some(Cow::Borrowed(ROOT_SLICE)),
    }
}

fn default(subject: &Subject<'_>) -> Cow<'static, str> {
    let is_user = subject.options.is_user;
    let group = if is_user { "app" } else { "system" };
    match subject.name.instance() {
        // The prefix is escaped once more: a dash in a slice's name has a meaning.
        Some(instance) if !instance.is_empty() => {
            let prefix = escape::escape(subject.name.prefix().as_bytes());
            Cow::Owned(format!("{group}-{prefix}.slice"))
        }
        _ if is_perpetual(subject.name) || super::mount::is_extrinsic(subject) => {
            Cow::Borrowed(ROOT_SLICE)
        }
        _ if is_user => Cow::Borrowed("app.slice"),
        _ => Cow::Borrowed(SYSTEM_SLICE),
    }
}
