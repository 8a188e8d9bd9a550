//! What is told of single services only, and systemd's own words for a state.

use std::path::PathBuf;

use crate::{Dependency, Job};

/// The state of a unit as systemctl(1) lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitWords {
    /// `loaded`, `not-found`, `masked`, `bad-setting`, `error`.
    pub load: String,
    /// `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`.
    pub active: String,
    /// `running`, `exited`, `dead` and so on.
    pub sub: String,
}

/// A command that a service's script has besides the usual ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomCommand {
    /// As it is given to the script.
    pub name: String,
    /// What it does, where the script says so.
    pub description: Option<String>,
    /// Only while the service is started (OpenRC's `extra_started_commands`).
    pub only_started: bool,
    /// Only while it is stopped (OpenRC's `extra_stopped_commands`).
    pub only_stopped: bool,
}

/// What is told of single services only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Where it is documented: URIs as in `Documentation=`.
    pub documentation: Vec<String>,
    /// Files that change or complete the definition: drop-ins.
    pub drop_ins: Vec<PathBuf>,
    /// Files with settings that the definition reads: `/etc/conf.d/NAME`, `/etc/default/NAME`,
    /// `EnvironmentFile=`; those that exist.
    pub configuration: Vec<PathBuf>,
    /// Other names that it answers for.
    pub provides: Vec<String>,
    /// The status text that the service itself reported: sd_notify(3)'s `STATUS=`.
    pub status_text: Option<String>,
    /// It can be reloaded. `None`: only trying tells.
    pub can_reload: Option<bool>,
    /// Commands of its own that its script has.
    pub commands: Vec<CustomCommand>,
    /// The definition on disk is newer than what its manager loaded.
    pub needs_daemon_reload: bool,
    /// The manager restarts it by itself when it ends, in the manager's own words: `on-failure`.
    pub restart_policy: Option<String>,
    /// The job that is queued for it.
    pub job: Option<Job>,
    /// Why it was not started although it was asked for: a condition that does not hold.
    pub condition: Option<String>,
    /// What one source says against another: the script's `status` against the processes.
    pub disagreement: Option<String>,
    /// What the script's own `status` wrote, where it was run, and its exit status.
    pub script_status: Option<(Vec<String>, i32)>,
    /// Its dependencies, in the order of the definition.
    pub dependencies: Vec<Dependency>,
}
