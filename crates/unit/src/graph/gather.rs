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
    let mut known: HashMap<Name, Seen> = HashMap::new();
    let mut queue: VecDeque<Name> = VecDeque::new();
    for name in roots.into_iter().chain(rules::perpetual(options)) {
        enqueue(name.as_str(), true, &mut known, &mut queue);
    }
    while let Some(name) = queue.pop_front() {
        let Some(Seen::Queued { is_named }) = known.get(&name).copied() else { continue };
        if units.len() >= MAX_UNITS {
            break;
        }
        let unit = load(&name);
        if unit.state == LoadState::NotFound && !is_named {
            known.insert(name, Seen::Missing);
            continue;
        }
        if matches!(known.get(&unit.name), Some(Seen::Loaded)) {
            known.insert(name, Seen::Loaded);
            continue;
        }
        for name in unit.aliases.iter().chain([&unit.name, &name]) {
            known.insert(name.clone(), Seen::Loaded);
        }
        follow(&unit, options, |name, is_named| enqueue(name, is_named, &mut known, &mut queue));
        units.push(unit);
    }
    units.shrink_to_fit();
    units
}

/// What became of a name so far.
#[derive(Clone, Copy)]
enum Seen {
    /// It waits to be loaded; whether it counts where it does not exist.
    Queued { is_named: bool },
    /// It does not exist, and only a path led to it.
    Missing,
    /// It is among the units, or is the alias of one.
    Loaded,
}

/// Has a name loaded, if it was not seen before. Each stands in the queue once: a thousand units that
/// name the same target cost one entry.
fn enqueue(
    name: &str,
    is_named: bool,
    known: &mut HashMap<Name, Seen>,
    queue: &mut VecDeque<Name>,
) {
    match known.get_mut(name) {
        Some(Seen::Loaded | Seen::Queued { is_named: true }) => {}
        Some(Seen::Queued { is_named: known }) => *known = is_named,
        Some(Seen::Missing) if !is_named => {}
        Some(seen @ Seen::Missing) => {
            if let Ok(name) = name.parse() {
                *seen = Seen::Queued { is_named };
                queue.push_back(name);
            }
        }
        None => {
            if let Ok(name) = name.parse::<Name>() {
                known.insert(name.clone(), Seen::Queued { is_named });
                queue.push_back(name);
            }
        }
    }
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
