//! How units stand to each other, in the words that all managers share.

use super::properties::{Properties, strings};
use crate::{Dependency, Relation};

/// A relation, the property that lists what a unit has it to, and the one that lists what has it
/// to the unit.
struct Row {
    relation: Relation,
    forward: &'static str,
    reverse: &'static str,
}

const fn row(relation: Relation, forward: &'static str, reverse: &'static str) -> Row {
    Row { relation, forward, reverse }
}

const RELATIONS: [Row; 10] = [
    row(Relation::Needs, "Requires", "RequiredBy"),
    row(Relation::Requisite, "Requisite", "RequisiteOf"),
    row(Relation::Wants, "Wants", "WantedBy"),
    row(Relation::BindsTo, "BindsTo", "BoundBy"),
    row(Relation::PartOf, "PartOf", "ConsistsOf"),
    row(Relation::Upholds, "Upholds", "UpheldBy"),
    row(Relation::Conflicts, "Conflicts", "ConflictedBy"),
    row(Relation::Before, "Before", "After"),
    row(Relation::After, "After", "Before"),
    row(Relation::Triggers, "Triggers", "TriggeredBy"),
];

/// What a unit depends on or, with `reverse`, what depends on it.
pub(super) fn of(properties: &Properties, reverse: bool) -> Vec<Dependency> {
    RELATIONS
        .iter()
        .flat_map(|row| {
            let property = if reverse { row.reverse } else { row.forward };
            let names = strings(properties, property).unwrap_or_default();
            names.into_iter().map(|name| Dependency {
                relation: row.relation,
                name,
                resolved: None,
            })
        })
        .collect()
}
