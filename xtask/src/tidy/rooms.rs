//! Who may know whom: the direction between the rooms, and what each must never know.

use std::collections::{BTreeMap, VecDeque};

use super::Problem;
use crate::workspace::{Package, Workspace};

/// Where a crate stands. A crate depends on its own floor and on those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Floor {
    /// Knows nothing of the machine: bytes and values in, values out.
    Pure,
    /// Touches the machine.
    Machine,
    /// Puts rooms together.
    Program,
    /// Serves the tests and the chores; only tests and chores may depend on it.
    Aid,
}

/// A crate of the workspace and its rules.
struct Room {
    name: &'static str,
    floor: Floor,
    /// Rooms that it must never know, although its floor would allow it.
    never_rooms: &'static [&'static str],
    /// Crates from outside that it must never reach, besides those of its floor.
    never_crates: &'static [&'static str],
}

/// What a pure room reaches neither itself nor through what it uses.
const MACHINE_CRATES: &[&str] = &[
    "libc",
    "linux-raw-sys",
    "nix",
    "rustix",
    "uzers",
    "mio",
    "tokio",
    "smol",
    "async-std",
    "async-executor",
    "async-io",
    "futures-executor",
    "zbus",
    "zvariant",
    "dbus",
];
const DBUS: &[&str] = &["zbus", "zvariant", "dbus"];
const DBUS_AND_TERMINALS: &[&str] =
    &["zbus", "zvariant", "dbus", "crossterm", "ratatui", "termion"];
const CLOCKS: &[&str] = &["jiff", "chrono", "time"];
const TERMINALS: &[&str] = &["crossterm", "ratatui", "termion", "terminal_size", "anstream"];

/// The plan of the house. A room that is not here does not exist.
const ROOMS: &[Room] = &[
    room("unit", Floor::Pure, &["engine", "insight", "present"], CLOCKS),
    room("engine", Floor::Pure, &["insight", "present"], CLOCKS),
    room("insight", Floor::Pure, &["present"], TERMINALS),
    room("present", Floor::Pure, &["unit", "engine", "insight"], &[]),
    room(
        "files",
        Floor::Machine,
        &["process", "bus", "host", "journal", "launch", "engine", "insight", "present"],
        DBUS_AND_TERMINALS,
    ),
    room("process", Floor::Machine, &["unit", "bus", "host", "present"], DBUS_AND_TERMINALS),
    room("launch", Floor::Machine, &["unit", "engine", "insight", "present"], DBUS),
    room("journal", Floor::Machine, &["unit", "bus", "present"], DBUS),
    room(
        "bus",
        Floor::Machine,
        &["engine", "process", "launch", "journal", "host", "present"],
        &[],
    ),
    room("host", Floor::Machine, &["present"], TERMINALS),
    room(
        "observe",
        Floor::Machine,
        &["unit", "bus", "host", "process", "engine", "insight", "present"],
        DBUS_AND_TERMINALS,
    ),
    room("translate", Floor::Pure, &["engine", "insight", "present"], CLOCKS),
    room("daemonctl", Floor::Program, &[], &[]),
    room("daemond", Floor::Program, &["daemonctl"], &[]),
    room("testkit", Floor::Aid, &["daemonctl", "daemond", "xtask"], &[]),
    room("xtask", Floor::Aid, &["daemonctl", "daemond"], &[]),
];

const fn room(
    name: &'static str,
    floor: Floor,
    never_rooms: &'static [&'static str],
    never_crates: &'static [&'static str],
) -> Room {
    Room { name, floor, never_rooms, never_crates }
}

/// The rule `name` stands under.
fn rule(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// The crates of the workspace that hold no machine: they forbid unsafe code.
pub fn is_pure(name: &str) -> bool {
    rule(name).is_some_and(|room| room.floor == Floor::Pure)
}

impl Room {
    /// Why this room may not reach the room `other`.
    fn objection(&self, other: &Room) -> Option<String> {
        if self.never_rooms.contains(&other.name) {
            return Some(format!("`{}` must never know `{}`", self.name, other.name));
        }
        let (own, its) = (self.floor, other.floor);
        let is_higher = its > own || (its == Floor::Aid && own != Floor::Aid);
        // One program does not build on another.
        let is_program = its == Floor::Program && own != Floor::Aid;
        (is_higher || is_program).then(|| {
            let floors = format!("{own:?} must not build on {its:?}").to_lowercase();
            format!("`{}` depends on `{}`: {floors}", self.name, other.name)
        })
    }

    fn forbids_crate(&self, name: &str) -> bool {
        let of_floor = self.floor == Floor::Pure && MACHINE_CRATES.contains(&name);
        of_floor || self.never_crates.contains(&name)
    }
}

/// Every broken direction. Dependencies for tests alone are free.
pub fn check(workspace: &Workspace) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, package) in workspace.members() {
        let manifest = workspace.relative(&package.manifest);
        let Some(room) = rule(&package.name) else {
            let what = format!("no room is named `{}`", package.name);
            let remedy = "give it its floor and its rules in ROOMS, xtask/src/tidy/rooms.rs";
            problems.push(Problem::new(manifest, 1, what, remedy));
            continue;
        };
        for (reached, chain) in reachable(workspace, id) {
            let objection = match rule(&reached.name).filter(|_| reached.is_member) {
                Some(other) => room.objection(other),
                None => room.forbids_crate(&reached.name).then(|| {
                    format!("`{}` must never know the crate `{}`", room.name, reached.name)
                }),
            };
            if let Some(objection) = objection {
                let line = dependency_line(package, &chain);
                let what = format!("{objection} ({})", chain.join(" → "));
                let remedy = "move what needs it into the room that may know it, and pass values";
                problems.push(Problem::new(&manifest, line, what, remedy));
            }
        }
    }
    problems
}

/// Every package that is reached from `start` outside tests, with the shortest way to it.
fn reachable<'a>(workspace: &'a Workspace, start: &'a str) -> Vec<(&'a Package, Vec<&'a str>)> {
    let mut chains: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut pending = VecDeque::from([(start, Vec::new())]);
    while let Some((id, mut chain)) = pending.pop_front() {
        let Some(package) = workspace.packages.get(id) else { continue };
        chain.push(package.name.as_str());
        for edge in package.edges.iter().filter(|edge| !edge.dev_only) {
            if edge.to != start && !chains.contains_key(edge.to.as_str()) {
                chains.insert(&edge.to, Vec::new());
                pending.push_back((&edge.to, chain.clone()));
            }
        }
        chains.insert(id, chain);
    }
    chains.remove(start);
    let package = |(id, chain)| Some((workspace.packages.get(id)?, chain));
    chains.into_iter().filter_map(package).collect()
}

/// The line of Cargo.toml that names the first link of the chain.
fn dependency_line(package: &Package, chain: &[&str]) -> usize {
    let text = std::fs::read_to_string(&package.manifest).unwrap_or_default();
    let Some(first) = chain.get(1) else { return 1 };
    let names =
        |line: &str| line.strip_prefix(first).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    text.lines().position(names).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::{ROOMS, rule};

    fn objection(from: &str, to: &str) -> Option<String> {
        rule(from).unwrap().objection(rule(to).unwrap())
    }

    #[test]
    fn the_direction_holds() {
        for (from, to) in [
            ("present", "process"),
            ("insight", "process"),
            ("insight", "present"),
            ("files", "process"),
            ("files", "present"),
            ("process", "unit"),
            ("process", "bus"),
            ("process", "host"),
            ("process", "present"),
            ("journal", "unit"),
            ("journal", "bus"),
            ("host", "daemonctl"),
            ("daemond", "daemonctl"),
            ("daemonctl", "daemond"),
            ("process", "testkit"),
            ("daemonctl", "testkit"),
            ("testkit", "daemonctl"),
        ] {
            assert!(objection(from, to).is_some(), "{from} must not depend on {to}");
        }
        for (from, to) in [
            ("daemonctl", "process"),
            ("daemonctl", "present"),
            ("host", "bus"),
            ("host", "unit"),
            ("files", "unit"),
            ("insight", "unit"),
            ("xtask", "testkit"),
        ] {
            assert_eq!(objection(from, to), None);
        }
    }

    #[test]
    fn pure_rooms_reach_no_machine() {
        for crate_name in ["libc", "rustix", "zbus", "tokio"] {
            assert!(rule("present").unwrap().forbids_crate(crate_name));
        }
        assert!(rule("process").unwrap().forbids_crate("zbus"));
        assert!(!rule("process").unwrap().forbids_crate("rustix"));
        assert!(rule("unit").unwrap().forbids_crate("jiff"));
    }

    #[test]
    fn rules_name_rooms_that_exist() {
        for name in ROOMS.iter().flat_map(|room| room.never_rooms) {
            assert!(rule(name).is_some(), "{name}");
        }
    }
}
