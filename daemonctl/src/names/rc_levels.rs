//! The machine in OpenRC's words: named runlevels, the services in each, and how those are. What
//! `rc-update` and `rc-status` show of any init.

mod openrc;
mod order;
mod state;

use std::collections::BTreeMap;

use host::HostError;

use super::common::{Init, World};
use super::units::{self, Unit};

pub use openrc::scripts;
pub use state::{State, state_of};

/// Runlevels of a machine that OpenRC doesn't run: OpenRC's names for what comes to the same.
/// systemd: its targets; SysV: its numbers, as Debian's update-rc.d translates them.
struct Level {
    name: &'static str,
    targets: &'static [&'static str],
    numbers: &'static [&'static str],
}

/// What belongs to no other belongs to `default`.
const LEVELS: [Level; 5] = [
    Level { name: "sysinit", targets: &["sysinit.target", "local-fs.target"], numbers: &["S"] },
    Level { name: "boot", targets: &["basic.target"], numbers: &[] },
    Level { name: "recovery", targets: &["rescue.target", "emergency.target"], numbers: &["1"] },
    Level {
        name: "shutdown",
        targets: &["shutdown.target", "poweroff.target", "reboot.target", "halt.target"],
        numbers: &["0", "6"],
    },
    Level { name: DEFAULT, targets: &[], numbers: &["2", "3", "4", "5"] },
];

/// The runlevel that a machine works in.
pub const DEFAULT: &str = "default";

/// The numbers of a runlevel on SysV; empty for one that has none.
pub fn numbers_of(name: &str) -> Vec<String> {
    let level = LEVELS.iter().find(|level| level.name == name);
    level.map_or(&[][..], |level| level.numbers).iter().map(|&text| text.to_owned()).collect()
}

/// A service, as rc-status shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// By the name that the tools use: without a suffix.
    pub name: String,
    /// Its runlevels.
    pub levels: Vec<String>,
    /// How it is.
    pub state: State,
    /// A supervisor watches over it.
    pub supervised: bool,
    /// It was started because a device appeared.
    pub hotplugged: bool,
    /// It was started because another needs or wants it, or something triggers it.
    pub needed: bool,
}

impl Entry {
    /// Whether it belongs to a runlevel itself.
    pub fn is_in(&self, level: &str) -> bool {
        self.levels.iter().any(|own| own == level)
    }
}

/// The machine in OpenRC's words.
#[derive(Debug, Default)]
pub struct Levels {
    /// The runlevels, in the order in which the original lists them.
    pub names: Vec<String>,
    /// The one that it is in.
    pub current: String,
    /// All services.
    pub entries: Vec<Entry>,
    /// What they wait for when they start.
    tree: order::Tree,
    /// The services of each runlevel, in the order in which they start there; of one that is not
    /// here, in the order of `entries`.
    members: BTreeMap<String, Vec<String>>,
    /// Runlevels that are part of others: `(inner, outer)`.
    pub stacks: Vec<(String, String)>,
}

impl Levels {
    /// Looks at the machine.
    ///
    /// # Errors
    /// Its manager can't be asked.
    pub fn read(world: &World) -> Result<Levels, Box<HostError>> {
        match world.init() {
            Init::OpenRc => openrc::read(world),
            Init::Systemd => read_units(world),
            Init::Scripts => read_numbers(world),
        }
    }

    /// Whether there is such a runlevel.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|level| level == name)
    }

    /// The service of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The services in a runlevel.
    pub fn members(&self, level: &str) -> Vec<&Entry> {
        match self.members.get(level) {
            Some(names) => names.iter().filter_map(|name| self.entry(name)).collect(),
            None => self.entries.iter().filter(|entry| entry.is_in(level)).collect(),
        }
    }

    /// Some of the services, in the order in which they start where that is known.
    pub fn those(&self, test: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
        let chosen = self.entries.iter().filter(|entry| test(entry));
        let names: Vec<String> = chosen.map(|entry| entry.name.clone()).collect();
        let order = order::Order::new(&self.tree, self, &self.current).of(&names);
        order.iter().filter_map(|name| self.entry(name)).collect()
    }

    /// The services in a runlevel and in those that are stacked in it.
    pub fn is_member(&self, entry: &Entry, level: &str) -> bool {
        entry.levels.iter().any(|own| {
            own == level || self.stacks.iter().any(|(inner, outer)| outer == level && inner == own)
        })
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// systemd: targets stand for runlevels.
fn read_units(world: &World) -> Result<Levels, Box<HostError>> {
    let entries = units::read(world)?.into_iter().map(of_unit).collect();
    let names = owned(&["sysinit", "boot", DEFAULT, "recovery", "shutdown"]);
    Ok(Levels { names, current: DEFAULT.to_owned(), entries, ..Levels::default() })
}

fn of_unit(unit: Unit) -> Entry {
    let mut levels: Vec<String> = Vec::new();
    if unit.is_enabled() {
        for target in &unit.targets {
            let level = level_of(target).to_owned();
            if !levels.contains(&level) {
                levels.push(level);
            }
        }
        if levels.is_empty() {
            levels.push(DEFAULT.to_owned());
        }
    }
    let service = unit.loaded.as_ref();
    Entry {
        levels,
        state: service.map_or(State::Stopped, state_of),
        supervised: service.is_some_and(|service| service.main_pid.is_some()),
        hotplugged: false,
        // What nobody enabled and nobody could disable was started for another's sake.
        needed: unit.enablement != "disabled",
        name: unit.name,
    }
}

/// The runlevel that a target or a number stands for.
fn level_of(place: &str) -> &'static str {
    let found = LEVELS
        .iter()
        .find(|level| level.targets.contains(&place) || level.numbers.contains(&place));
    found.map_or(DEFAULT, |level| level.name)
}

/// SysV: numbers stand for runlevels.
fn read_numbers(world: &World) -> Result<Levels, Box<HostError>> {
    let mut entries: Vec<Entry> = Vec::new();
    for service in world.services()? {
        let mut levels: Vec<String> = Vec::new();
        for number in service.enabled_in.iter().flatten() {
            let level = level_of(number).to_owned();
            if !levels.contains(&level) {
                levels.push(level);
            }
        }
        let state = state_of(&service);
        entries.push(Entry { name: service.name, levels, state, ..Entry::default() });
    }
    let names = owned(&["sysinit", DEFAULT, "recovery", "shutdown"]);
    Ok(Levels { names, current: DEFAULT.to_owned(), entries, ..Levels::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_numbers_have_runlevels() {
        assert_eq!(level_of("multi-user.target"), "default");
        assert_eq!(level_of("sysinit.target"), "sysinit");
        assert_eq!(level_of("S"), "sysinit");
        assert_eq!(level_of("3"), "default");
        assert_eq!(level_of("6"), "shutdown");
        assert_eq!(numbers_of("default"), ["2", "3", "4", "5"]);
        assert!(numbers_of("boot").is_empty());
    }
}
