//! What the files say: dependencies in `[Unit]`, links in folders.

use std::borrow::Cow;

use super::{Dependency, Found, Rule, Why};
use crate::{
    name::Name,
    table::{Group, Id},
    unit::{FolderKind, Unit},
    values::Value,
};

const fn row(kind: Dependency) -> (Id, Dependency) {
    (Id::of(Group::Unit, kind.name()), kind)
}

/// The directives of `[Unit]` that are dependencies.
const LINKS: [(Id, Dependency); 16] = [
    row(Dependency::Requires),
    row(Dependency::Requisite),
    row(Dependency::Wants),
    row(Dependency::BindsTo),
    row(Dependency::PartOf),
    row(Dependency::Upholds),
    row(Dependency::Conflicts),
    row(Dependency::Before),
    row(Dependency::After),
    row(Dependency::OnSuccess),
    row(Dependency::OnFailure),
    row(Dependency::PropagatesReloadTo),
    row(Dependency::ReloadPropagatedFrom),
    row(Dependency::PropagatesStopTo),
    row(Dependency::StopPropagatedFrom),
    row(Dependency::JoinsNamespaceOf),
];

pub(super) fn apply(unit: &Unit, found: &mut Found<'_>) {
    for setting in unit.settings.settings() {
        let Value::Names(names) = &setting.value else { continue };
        let Some((id, kind)) = LINKS.iter().find(|(id, _)| *id == setting.id) else { continue };
        for name in names.iter().filter(|name| !recurses(&unit.name, name)) {
            let why = Why::because(Rule::Setting, *id, setting.origin);
            found(*kind, &resolve(&unit.name, name), why);
        }
    }
    for (kind, name) in &unit.folders {
        let (kind, rule) = match kind {
            FolderKind::Wants => (Dependency::Wants, Rule::WantsFolder),
            FolderKind::Requires => (Dependency::Requires, Rule::RequiresFolder),
            FolderKind::Upholds => (Dependency::Upholds, Rule::UpholdsFolder),
        };
        found(kind, &resolve(&unit.name, name), Why::rule(rule));
    }
}

/// A template stands for the instance that the unit itself has, or that has the unit's prefix.
pub(super) fn resolve<'a>(unit: &Name, other: &'a Name) -> Cow<'a, str> {
    if !other.is_template() {
        return Cow::Borrowed(other.as_str());
    }
    let instance = unit.instance().filter(|instance| !instance.is_empty());
    match other.with_instance(instance.unwrap_or(unit.prefix())) {
        Some(name) => Cow::Owned(name.as_str().to_owned()),
        None => Cow::Borrowed(other.as_str()),
    }
}

/// An instance that names another of its own template with a longer instance would go on for ever:
/// `Wants=a@%i-x.service` in `a@.service`.
fn recurses(unit: &Name, other: &Name) -> bool {
    let (Some(own), Some(theirs)) = (unit.instance(), other.instance()) else { return false };
    unit.prefix() == other.prefix()
        && unit.unit_type() == other.unit_type()
        && theirs.len() > own.len()
        && theirs.contains(own)
}
