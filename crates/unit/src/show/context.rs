//! What properties hang on besides units.

use crate::{
    graph::Options,
    install::{Install, Presets},
    load::ManagerDefaults,
    name::UnitType,
    specifier::Facts,
    values::Limit,
};

/// What properties hang on besides the unit and the graph.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The rules by which the graph was built, and the version of systemd whose words are meant.
    pub options: &'a Options,
    /// What specifiers stand for.
    pub facts: &'a Facts,
    /// The manager's configuration.
    pub manager: &'a ManagerDefaults,
    /// What is so on the machine.
    pub machine: &'a Machine,
    /// The tree that the units are from, for `UnitFileState`.
    pub install: Option<&'a Install<'a>>,
    /// The presets of that tree, for `UnitFilePreset`.
    pub presets: Option<&'a Presets>,
}

/// What is so on the machine and of the manager's process. What is `None` is not known, and
/// properties that hang on it are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// The number of the last capability that the kernel has: /proc/sys/kernel/cap_last_cap.
    pub last_capability: Option<u8>,
    /// Bytes of memory, of which percentages are taken.
    pub memory_bytes: Option<u64>,
    /// Bytes of a page of memory.
    pub page_bytes: Option<u64>,
    /// How many tasks there can be, of which percentages are taken.
    pub tasks: Option<u64>,
    /// Resource limits that the manager itself has, by directive: `LimitNOFILE`.
    pub limits: Vec<(Box<str>, Limit)>,
    /// The manager's timer slack, in nanoseconds.
    pub timer_slack_nsec: Option<u64>,
    /// The manager's OOM score adjustment.
    pub oom_score_adjust: Option<i32>,
    /// The manager's core dump filter.
    pub coredump_filter: Option<u64>,
    /// Whether the kernel has IPv6.
    pub has_ipv6: Option<bool>,
    /// Types of units that the machine can't have: automounts without autofs, swaps in a
    /// container.
    pub unsupported: Vec<UnitType>,
}

impl Machine {
    /// A resource limit of the manager.
    pub(super) fn limit(&self, name: &str) -> Option<Limit> {
        self.limits.iter().find(|(known, _)| **known == *name).map(|(_, limit)| *limit)
    }
}
