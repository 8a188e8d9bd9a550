//! All that rules may know: what `daemonctl` gathered, in this room's own words.
//!
//! Three answers are different everywhere: a value, "not permitted" and "nobody looked" ([`Seen`]).

mod audit;
mod cgroup;
mod configured;
mod definition;
mod dependency;
mod log;
mod lookups;
mod machine;
mod process;
mod service;
mod standing;

pub use audit::{
    Accounts, Audit, AuditFile, ConfigOption, FIRST_PERSON, FileRole, FolderLook, LocalAccount,
    NOBODY, Secret, SecretKind,
};
pub use cgroup::Cgroup;
pub use configured::{ConfigPath, ConfigTest, PathUse, PidFile, TestEnd};
pub use definition::{
    Command, CommandRole, Definition, Diagnostic, Language, ManagedDirectory, Place, Setting,
};
pub use dependency::{Condition, Dependency, Relation};
pub use log::{CoreDump, Level, Line, Log, LogSource, Run, RunEnd};
pub use lookups::{
    Account, AclEntry, AclTag, Entry, FileKind, Group, Holder, Listener, Lookups, PathFact,
    Program, Step,
};
pub use machine::{CoreSetup, Filesystem, Init, Machine, Pressure, Stall};
pub use process::{
    Capabilities, CgroupGrowth, Connections, DescriptorKinds, Descriptors, Limit, Mapped, Process,
    ProcessGrowth, Thread, WaitingOn,
};
pub use service::{Exit, GoneFile, Load, Manager, Service, State, Unit};

/// A fact, or why it is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen<T> {
    /// That it is.
    Known(T),
    /// There is no such thing.
    Absent,
    /// We may not look.
    NotPermitted,
    /// Nobody looked.
    #[default]
    NotMeasured,
}

impl<T> Seen<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Seen::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// What: `the journal of other users`, `/proc/812/fd`.
    pub what: String,
    /// Why: `not permitted`, `the file is damaged`.
    pub why: String,
    /// Who or what would see it: `root`, `a member of systemd-journal`.
    pub remedy: Option<String>,
}

/// All that was gathered for one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// When, in microseconds since 1970.
    pub now_usec: u64,
    /// Effective uid of who asks.
    pub asker_uid: u32,
    /// The machine.
    pub machine: Machine,
    /// Services: first those that were asked about, then those that these depend on.
    pub services: Vec<Service>,
    /// How many of them were asked about.
    pub asked: usize,
    /// What was looked up by name.
    pub lookups: Lookups,
    /// Accounts of the machine, for an audit.
    pub accounts: Accounts,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
}

impl Snapshot {
    /// A service by its manager's name for it.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}
