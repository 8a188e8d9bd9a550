//! Loads units and all that they lead to.

use std::collections::{HashMap, VecDeque};

use super::{Options, rules};
use crate::{
    name::{Name, UnitType},
    unit::{LoadState, Unit},
};

/// How many units are loaded at most; systemd knows as many names. Templates that name each other
/// with ever longer instances come up to it.
pub const MAX_UNITS: usize = 1 << 17;

/// Loads the units named and, from them on, every unit that a dependency leads to: those that are
/// written and those of [`rules`]. What does not exist comes back as
/// [`NotFound`](LoadState::NotFound), but for mounts that only a path leads to.
pub fn gather(
    roots: impl IntoIterator<Item = Name>,
    options: &Options,
    mut load: impl FnMut(&Name) -> Unit,
) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    // Names and aliases, each with its place; usize::MAX: looked for in vain.
    let mut known: HashMap<Name, usize> = HashMap::new();
    let mut queue: VecDeque<(Name, bool)> =
        roots.into_iter().chain(rules::perpetual(options)).map(|name| (name, true)).collect();
    while let Some((name, is_named)) = queue.pop_front() {
        let seen = known.get(&name).copied();
        if units.len() >= MAX_UNITS || seen.is_some_and(|at| at != usize::MAX || !is_named) {
            continue;
        }
        let unit = load(&name);
        if unit.state == LoadState::NotFound && !is_named {
            known.insert(name, usize::MAX);
            continue;
        }
        let at = units.len();
        if let Some(same) = known.get(&unit.name).copied().filter(|at| *at != usize::MAX) {
            known.insert(name, same);
            continue;
        }
        known.insert(unit.name.clone(), at);
        for alias in &unit.aliases {
            known.entry(alias.clone()).or_insert(at);
        }
        known.entry(name).or_insert(at);
        follow(&unit, options, |name, is_named| {
            let is_news = is_named || !known.contains_key(name);
            if let Some(name) = is_news.then(|| name.parse().ok()).flatten() {
                queue.push_back((name, is_named));
            }
        });
        units.push(unit);
    }
    units
}

/// The names that a unit leads to, and whether they count where they do not exist.
fn follow(unit: &Unit, options: &Options, mut found: impl FnMut(&str, bool)) {
    let state = rules::state(&unit.name, unit.state);
    rules::apply(&unit.name, state, Some(unit), options, &mut |_, name, _| found(name, true));
    if state == LoadState::Loaded && unit.name.unit_type() != UnitType::Device {
        rules::paths(&unit.name, Some(unit), options, &mut |path, _, _| {
            for mount in rules::mounts_of(path) {
                found(&mount, false);
            }
        });
    }
}
