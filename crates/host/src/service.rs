//! What every manager answers with.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::{Details, UnitWords};

/// A kind of service manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ManagerKind {
    /// systemd as the machine's manager.
    Systemd,
    /// systemd as a user's manager.
    SystemdUser,
    /// OpenRC, whatever runs as process 1.
    OpenRc,
    /// sysvinit with init scripts and runlevel links.
    SysV,
}

impl ManagerKind {
    /// The stable word for programs: `systemd`, `systemd-user`, `openrc`, `sysv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::SystemdUser => "systemd-user",
            Self::OpenRc => "openrc",
            Self::SysV => "sysv",
        }
    }
}

/// The state of a service, in one set of words for every manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceState {
    /// Its process runs; of a unit that is no service: it is active.
    Running,
    /// It was started and counts as active, and has no process: it did its work and ended.
    Exited,
    /// It is being started.
    Starting,
    /// It is being stopped.
    Stopping,
    /// Its manager tried, and gave up.
    Failed,
    /// Its process is gone although it should run: the manager has not noticed, or waits before
    /// it starts it again.
    Crashed,
    /// It is not started.
    Stopped,
    /// It can't be known; [`Service::gaps`] says why.
    Unknown,
}

impl ServiceState {
    /// The stable word for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Exited => "exited",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }

    /// Somebody should look at it.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Failed | Self::Crashed)
    }
}

/// A part of a [`Service`] that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// [`Service::state`]
    State,
    /// [`Service::main_pid`]
    MainPid,
    /// [`Service::since_unix_usec`]
    Since,
    /// [`Service::restarts`]
    Restarts,
    /// [`Service::result`]
    Result,
    /// [`Service::enablement`]
    Enablement,
    /// [`Service::enabled_in`]
    EnabledIn,
    /// [`Service::triggered_by`]
    TriggeredBy,
    /// [`Service::definition`]
    Definition,
    /// [`Service::pid_files`]
    PidFiles,
}

impl Field {
    /// The field's name as in [`Service`].
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::MainPid => "main_pid",
            Self::Since => "since_unix_usec",
            Self::Restarts => "restarts",
            Self::Result => "result",
            Self::Enablement => "enablement",
            Self::EnabledIn => "enabled_in",
            Self::TriggeredBy => "triggered_by",
            Self::Definition => "definition",
            Self::PidFiles => "pid_files",
        }
    }
}

/// The kind of reason for which something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// This caller may not look.
    NotPermitted,
    /// It was not asked for, to answer sooner.
    NotMeasured,
    /// It was there and is gone.
    Vanished,
    /// There is no such thing for this service or this manager.
    NotApplicable,
    /// It can't be found out.
    Unknown,
}

impl Reason {
    /// The stable word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotPermitted => "not_permitted",
            Self::NotMeasured => "not_measured",
            Self::Vanished => "vanished",
            Self::NotApplicable => "not_applicable",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a part of a [`Service`] is missing, or weaker than it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which part.
    pub field: Field,
    /// What kind of reason.
    pub reason: Reason,
    /// The reason in a sentence.
    pub detail: Cow<'static, str>,
}

/// A service as its manager knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// As the manager calls it: `nginx.service`, `nginx`.
    pub name: String,
    /// In a few words; the name where there is no description.
    pub description: String,
    /// Whose service it is.
    pub manager: ManagerKind,
    /// In the words that all managers share.
    pub state: ServiceState,
    /// In the manager's own words: `active (running)`, `started`, `dead but pid file exists`.
    pub native: String,
    /// The pid of its main process, in the manager's pid namespace.
    pub main_pid: Option<u32>,
    /// Since when it is in this state, in microseconds since 1970.
    pub since_unix_usec: Option<u64>,
    /// How often the manager has restarted it by itself.
    pub restarts: Option<u32>,
    /// How it ended, where it ended badly: `exit code 3`, `killed by signal 11`, `timeout`.
    pub result: Option<String>,
    /// What the manager calls its being enabled: `enabled`, `disabled`, `static` …
    pub enablement: Option<String>,
    /// What starts it: targets (systemd), runlevels (OpenRC, SysV).
    pub enabled_in: Option<Vec<String>>,
    /// Timers, sockets and paths that start it.
    pub triggered_by: Option<Vec<String>>,
    /// The unit file or script.
    pub definition: Option<PathBuf>,
    /// Pid files that it is known to write, whether they exist or not.
    pub pid_files: Vec<PathBuf>,
    /// Its control group, as in `/proc/PID/cgroup`, where its manager gave it one of its own.
    pub control_group: Option<String>,
    /// systemd's own three words; [`Service::unit_state`] gives them for every manager.
    pub unit_words: Option<UnitWords>,
    /// What is told of single services only ([`crate::ServiceManager::service`]).
    pub details: Option<Box<Details>>,
    /// Why what is missing is missing: at most one entry for a field.
    pub gaps: Vec<Gap>,
}

impl Service {
    /// A service of which nothing is known yet but that it exists.
    pub fn new(name: &str, manager: ManagerKind) -> Self {
        Self {
            name: name.to_owned(),
            description: name.to_owned(),
            manager,
            state: ServiceState::Unknown,
            native: String::new(),
            main_pid: None,
            since_unix_usec: None,
            restarts: None,
            result: None,
            enablement: None,
            enabled_in: None,
            triggered_by: None,
            definition: None,
            pid_files: Vec::new(),
            control_group: None,
            unit_words: None,
            details: None,
            gaps: Vec::new(),
        }
    }

    /// Its state in systemctl's words: systemd's own, or those that its state comes to.
    pub fn unit_state(&self) -> UnitWords {
        if let Some(words) = &self.unit_words {
            return words.clone();
        }
        let (active, sub) = match self.state {
            ServiceState::Running => ("active", "running"),
            ServiceState::Exited => ("active", "exited"),
            ServiceState::Starting => ("activating", "start"),
            ServiceState::Stopping => ("deactivating", "stop"),
            ServiceState::Failed | ServiceState::Crashed => ("failed", "failed"),
            ServiceState::Stopped | ServiceState::Unknown => ("inactive", "dead"),
        };
        let load = if self.definition.is_some() { "loaded" } else { "not-found" };
        UnitWords { load: load.to_owned(), active: active.to_owned(), sub: sub.to_owned() }
    }

    /// Why `field` is missing.
    pub fn gap(&self, field: Field) -> Option<&Gap> {
        self.gaps.iter().find(|g| g.field == field)
    }

    pub(crate) fn lacks(
        &mut self,
        field: Field,
        reason: Reason,
        detail: impl Into<Cow<'static, str>>,
    ) {
        self.gaps.retain(|g| g.field != field);
        self.gaps.push(Gap { field, reason, detail: detail.into() });
    }
}
