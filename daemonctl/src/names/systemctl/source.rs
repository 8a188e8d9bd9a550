//! What a service manager tells, in the terms of `org.freedesktop.systemd1`: by systemd itself, or
//! put together for managers that have less to tell.

pub mod scripts;
pub mod systemd;

use bus::wire::{Typed, Value};

use super::Tool;
use super::failure::Failure;
use systemd::Bus;

/// A unit, as `list-units` lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRow {
    pub id: String,
    pub description: String,
    pub load: String,
    pub active: String,
    pub sub: String,
    /// The unit whose state it follows.
    pub following: String,
    /// Its job; 0 for none.
    pub job_id: u32,
    pub job_type: String,
}

/// A unit file, as `list-unit-files` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFile {
    pub path: String,
    pub state: String,
    /// What the presets want; `None` where nobody knows.
    pub preset: Option<String>,
}

/// A job, as `list-jobs` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub id: u32,
    pub unit: String,
    pub kind: String,
    pub state: String,
}

/// A property with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    pub name: String,
    pub value: Typed,
}

/// A process of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its control group.
    pub group: String,
    pub pid: u32,
    pub command: String,
}

/// What properties are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object<'a> {
    Manager,
    Unit(&'a str),
    Job(u32),
}

/// An error as a manager answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// The D-Bus error's name.
    pub name: String,
    /// Its sentence.
    pub message: String,
}

impl CallError {
    /// An error of `org.freedesktop.systemd1`, by the end of its name.
    pub fn of_systemd(name: &str, message: impl Into<String>) -> CallError {
        CallError { name: format!("org.freedesktop.systemd1.{name}"), message: message.into() }
    }

    /// The last word of its name: `NoSuchUnit`.
    pub fn word(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// Exit statuses of jobs, as LSB has them for init scripts.
    pub fn exit_status(&self) -> u8 {
        match self.word() {
            "AccessDenied" | "OnlyByDependency" | "NoIsolation" | "TransactionIsDestructive" => 4,
            "NoSuchUnit" => 5,
            "JobTypeNotApplicable" | "NotSupported" => 3,
            "LoadFailed" => 6,
            _ => 1,
        }
    }
}

/// Someone who manages services.
pub trait Source {
    /// The units in memory, of whose states one is among `states`, by names or patterns; all where
    /// these are empty.
    fn units(&self, states: &[&str], patterns: &[&str]) -> Result<Vec<UnitRow>, CallError>;

    /// The unit files; filters as for [`Source::units`].
    fn unit_files(&self, states: &[&str], patterns: &[&str]) -> Result<Vec<UnitFile>, CallError>;

    /// The queued jobs.
    fn jobs(&self) -> Result<Vec<JobRow>, CallError>;

    /// All properties of something.
    fn properties(&self, object: Object<'_>) -> Result<Vec<Property>, CallError>;

    /// One property of a unit, by the last word of its interface.
    fn unit_property(&self, unit: &str, interface: &str, name: &str) -> Result<Value, CallError>;

    /// Whether a unit that is in memory changed on disk since; no where that can't be known.
    fn needs_reload(&self, unit: &str) -> bool;

    /// The unit that a process is part of.
    fn unit_of_pid(&self, pid: u32) -> Result<String, CallError>;

    /// The processes of a unit.
    fn processes(&self, unit: &str) -> Result<Vec<Process>, CallError>;

    /// `is-enabled`'s word for a unit.
    fn unit_file_state(&self, unit: &str) -> Result<String, CallError>;

    /// Carries out `start` and its kin.
    fn start(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure>;

    /// Carries out `enable` and its kin.
    fn change_files(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure>;

    /// Sends a signal to a unit's processes.
    fn kill(&self, unit: &str, whom: &str, signal: i32) -> Result<(), CallError>;

    /// Forgets that a unit failed; `None` for all.
    fn reset_failed(&self, unit: Option<&str>) -> Result<(), CallError>;

    /// Has definitions read again, or with `execute` the manager itself.
    fn reload(&self, tool: &Tool, execute: bool) -> Result<(), Failure>;

    /// systemd's own interface, for what only it has.
    fn bus(&self) -> Option<&Bus>;

    /// What it is called in a sentence.
    fn name(&self) -> &'static str;
}
