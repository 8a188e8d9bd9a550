//! What one gathering shares: the journal, trees of unit files, the machine, each looked at once and only if needed.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;

use bus::Manager as Connection;
use insight::snapshot::{Load, Machine, State, Unseen};
use jiff::tz::TimeZone;
use journal::places::Places;
use journal::set::{Access, Set, Why};

use super::definition::Trees;
use super::service::systemd::{listed_load, listed_state};
use super::{Options, machine};
use crate::context::Context;
use crate::managers::Managers;
use crate::names::runlevel;

/// What one gathering shares.
pub struct Gatherer<'g> {
    /// The surroundings.
    pub context: &'g Context,
    /// Who is asked.
    pub managers: &'g Managers,
    /// What is gathered.
    pub options: &'g Options,
    /// When, in microseconds since 1970.
    pub now_usec: u64,
    /// The zone of times without offset.
    pub zone: TimeZone,
    /// Unit files.
    pub trees: Trees,
    journal: OnceCell<Set>,
    machine: OnceCell<Machine>,
    connections: RefCell<HashMap<usize, Connection>>,
    listed: RefCell<HashMap<usize, HashMap<String, State>>>,
    unseen: RefCell<Vec<Unseen>>,
}

impl<'g> Gatherer<'g> {
    /// Nothing is looked at yet.
    pub fn new(context: &'g Context, managers: &'g Managers, options: &'g Options) -> Self {
        Gatherer {
            context,
            managers,
            options,
            now_usec: machine::now_usec(),
            zone: crate::time::zone(),
            trees: Trees::default(),
            journal: OnceCell::new(),
            machine: OnceCell::new(),
            connections: RefCell::default(),
            listed: RefCell::default(),
            unseen: RefCell::default(),
        }
    }

    /// The root of the file system that is looked at.
    pub fn root(&self) -> PathBuf {
        self.context.common.system_root.clone()
    }

    /// A path as it lies below that root.
    pub fn inside(&self, path: &str) -> PathBuf {
        self.context.common.system_root.join(path.trim_start_matches('/'))
    }

    /// Something could not be seen.
    pub fn unseen(&self, unseen: Unseen) {
        let mut all = self.unseen.borrow_mut();
        if !all.contains(&unseen) {
            all.push(unseen);
        }
    }

    /// All that could not be seen until now.
    pub fn take_unseen(&self) -> Vec<Unseen> {
        std::mem::take(&mut self.unseen.borrow_mut())
    }

    /// The machine.
    pub fn machine(&self) -> &Machine {
        self.machine.get_or_init(|| machine::gather(self.context))
    }

    /// When the machine was started, in microseconds since 1970.
    pub fn boot_usec(&self) -> u64 {
        self.machine().boot_usec
    }

    /// The machine's journal files.
    pub fn journal(&self) -> &Set {
        self.journal.get_or_init(|| {
            let root = self.root();
            let is_elsewhere = root.as_path() != std::path::Path::new("/");
            let set =
                Set::open(&Places { root: is_elsewhere.then_some(root), ..Places::default() });
            self.note_unread(&set);
            set
        })
    }

    fn note_unread(&self, set: &Set) {
        let denied = set.unread().iter().filter(|unread| matches!(unread.why, Why::NotPermitted));
        if denied.count() > 0 {
            let groups = Access::of_caller().groups;
            self.unseen(Unseen {
                what: "the journal of the system".to_owned(),
                why: "not permitted".to_owned(),
                remedy: Some(format!("root, or a member of {}", groups.join(" or "))),
            });
        }
    }

    /// Runlevels that the machine is in, as OpenRC or SysV init call them.
    pub fn levels(&self) -> Vec<String> {
        levels(self.context)
    }

    /// How units of systemd are, by their names.
    pub fn unit_states(&self, manager: usize, names: &[&str]) -> Vec<(String, State, Load)> {
        let mut connections = self.connections.borrow_mut();
        if let std::collections::hash_map::Entry::Vacant(place) = connections.entry(manager) {
            let systemd = self.managers.get(manager).and_then(|manager| manager.as_systemd());
            let Some(Ok(connection)) = systemd.map(|systemd| systemd.open(false)) else {
                return Vec::new();
            };
            place.insert(connection);
        }
        let Some(connection) = connections.get_mut(&manager) else { return Vec::new() };
        let units = connection.units_by_names(names).unwrap_or_default();
        let one = |unit: bus::Unit| {
            let state = listed_state(&unit.active_state, &unit.sub_state);
            (unit.name, state, listed_load(&unit.load_state))
        };
        units.into_iter().map(one).collect()
    }

    /// How a service of a manager that runs scripts is, as far as its scripts tell without being run.
    pub fn script_state(&self, manager: usize, name: &str) -> Option<State> {
        let mut listed = self.listed.borrow_mut();
        let states = listed.entry(manager).or_insert_with(|| {
            let services = self.managers.ask(manager, |manager| manager.services());
            let state =
                |service: host::Service| (service.name, super::service::state_of(service.state));
            services.unwrap_or_default().into_iter().map(state).collect()
        });
        states.get(name).copied()
    }
}

/// Runlevels that the machine is in, as OpenRC or SysV init call them.
pub fn levels(context: &Context) -> Vec<String> {
    let root = &context.common.system_root;
    let openrc = std::fs::read_to_string(root.join("run/openrc/softlevel"));
    let mut levels: Vec<String> =
        ["sysinit", "boot", "S", "s"].iter().map(|level| (*level).to_owned()).collect();
    levels.extend(openrc.ok().map(|level| level.trim().to_owned()));
    let letter = runlevel::current(root)
        .or_else(|| std::fs::read_to_string(root.join("run/runlevel")).ok()?.trim().chars().next());
    match letter {
        Some(letter) => levels.push(letter.to_string()),
        // Nobody wrote it down: one of those in which services run.
        None => levels.extend(["2", "3", "4", "5"].map(str::to_owned)),
    }
    levels
}
