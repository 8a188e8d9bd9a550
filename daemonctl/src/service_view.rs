//! A service as it is shown: what its manager knows, and what the processes tell where the manager
//! does not, each with its source. `list`, `status` and `show` are drawn from this one model, as
//! tables, text and JSON.
//!
//! [`columns`] is the one table of what can be shown of a service, [`fill`] looks at the processes.

pub mod columns;
pub mod enabled;
mod extent;
pub mod fill;
pub mod json;
pub mod logs;
pub mod lookup;
pub mod reasons;

use host::{Field, Gap, ManagerKind, Reason, Service, ServiceState};
use present::Why;
use process::fact::Fact;
use unit::UnitType;

use crate::overview::listen::Port;

/// systemd's word for what it has not loaded: it has a file, and nothing refers to it.
pub const NOT_LOADED: &str = "stub";

/// Where a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The service manager: from its socket, its state folders or its pid files.
    Manager,
    /// The service's own script said so.
    Script,
    /// The processes that run.
    Processes,
}

impl Source {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Source::Manager => "manager",
            Source::Script => "script",
            Source::Processes => "processes",
        }
    }
}

/// A value with its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known<T> {
    /// The value.
    pub value: T,
    /// Who says so.
    pub source: Source,
}

/// What the processes of a service come to.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its processes, the main one first.
    pub pids: Vec<u32>,
    /// Who its main process runs as.
    pub user: Option<String>,
    /// Threads of all of them.
    pub tasks: u64,
    /// Sum over them; what they share is counted for each.
    pub rss_bytes: u64,
    /// CPU time that they used.
    pub cpu_seconds: f64,
    /// Share of one processor over their lives.
    pub cpu_percent: f64,
    /// What its control group is charged for.
    pub cgroup_memory: Fact<u64>,
    /// What it listens on.
    pub listens: Fact<Vec<Port>>,
    /// Log files that they hold open for writing.
    pub log_files: Fact<Vec<Box<[u8]>>>,
}

/// A service.
#[derive(Debug, Clone)]
pub struct ServiceView {
    /// By its manager's name for it; of a daemon without a manager, its program.
    pub name: String,
    /// In a few words.
    pub description: Vec<u8>,
    /// Whose it is; `None`: no manager's.
    pub manager: Option<&'static str>,
    /// Its state in the words that all managers share.
    pub state: Known<ServiceState>,
    /// Its main process.
    pub main_pid: Option<Known<u32>>,
    /// Since when it is in this state, in seconds since 1970.
    pub since_unix_seconds: Option<Known<f64>>,
    /// What its manager calls its being enabled; of what is listed that may come from another list.
    pub enablement: Option<String>,
    /// What its manager said of it; `None` where it has no manager that was asked.
    pub service: Option<Service>,
    /// What its processes come to; `None`: nobody looked.
    pub seen: Option<Seen>,
    /// What is wrong with it, a sentence each.
    pub trouble: Vec<String>,
}

impl ServiceView {
    /// What its manager said of it, and nothing else.
    pub fn new(service: Service) -> ServiceView {
        let by_manager = |value| Known { value, source: Source::Manager };
        let details = service.details.as_deref();
        // Where a process is known to run, the script's word was not needed.
        let by_script = service.main_pid.is_none()
            && details.is_some_and(|details| details.script_status.is_some());
        let source = if by_script { Source::Script } else { Source::Manager };
        let mut view = ServiceView {
            name: service.name.clone(),
            description: service.description.clone().into_bytes(),
            manager: Some(service.manager.name()),
            state: Known { value: service.state, source },
            main_pid: service.main_pid.map(|value| Known { value, source: Source::Manager }),
            since_unix_seconds: service.since_unix_usec.map(|usec| by_manager(usec as f64 / 1e6)),
            enablement: service.enablement.clone(),
            service: None,
            seen: None,
            trouble: Vec::new(),
        };
        view.service = Some(service);
        view.trouble = reasons::trouble(&view);
        view
    }

    /// Why a part that its manager should know is missing.
    pub fn why(&self, field: Field) -> Why {
        match self.gap(field).map(|gap| gap.reason) {
            Some(Reason::NotPermitted) => Why::NotPermitted,
            Some(Reason::NotMeasured) => Why::NotMeasured,
            Some(Reason::Vanished) => Why::Vanished,
            Some(Reason::NotApplicable) => Why::NotApplicable,
            Some(Reason::Unknown) => Why::Unknown,
            None if self.service.is_none() || self.has_no(field) => Why::NotApplicable,
            None => Why::Unknown,
        }
    }

    /// Units that are no services have no such part, nor what is not loaded.
    fn has_no(&self, field: Field) -> bool {
        let is_other =
            crate::resolve::unit_type(&self.name).is_some_and(|kind| kind != UnitType::Service);
        let is_loaded =
            !matches!(self.unit_state().load.as_str(), NOT_LOADED | "masked" | "not-found");
        matches!(field, Field::MainPid | Field::Restarts | Field::Result)
            && self.is_systemds()
            && (is_other || !is_loaded)
    }

    /// The same in a sentence.
    pub fn gap(&self, field: Field) -> Option<&Gap> {
        self.service.as_ref().and_then(|service| service.gap(field))
    }

    /// What is told of single services only.
    pub fn details(&self) -> Option<&host::Details> {
        self.service.as_ref()?.details.as_deref()
    }

    /// Its manager keeps its services in systemd's ways.
    pub fn is_systemds(&self) -> bool {
        let kind = self.service.as_ref().map(|service| service.manager);
        matches!(kind, Some(ManagerKind::Systemd | ManagerKind::SystemdUser))
    }

    /// It has a process, or counts as started without one.
    pub fn is_active(&self) -> bool {
        match self.state.source {
            Source::Processes => self.state.value == ServiceState::Running,
            _ => self.unit_state().active == "active" || self.unit_state().active == "reloading",
        }
    }

    /// Whether it is in a state, by the word that all managers share or by one of its own manager's.
    pub fn is_in_state(&self, state: &str) -> bool {
        let words = self.unit_state();
        let native = self.service.as_ref().map_or("", |service| service.native.as_str());
        // What the processes refute is not so.
        let native = if self.state.source == Source::Processes { "" } else { native };
        [self.state.value.word(), native, &words.active, &words.sub, &words.load]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(state))
    }

    /// Its state in systemctl's words, by what is known of it now.
    pub fn unit_state(&self) -> host::UnitWords {
        let Some(service) = &self.service else {
            let word = |word: &str| word.to_owned();
            return host::UnitWords {
                load: word("not-found"),
                active: word("active"),
                sub: word("running"),
            };
        };
        if self.state.source == Source::Processes {
            let judged = Service { state: self.state.value, unit_words: None, ..service.clone() };
            return judged.unit_state();
        }
        service.unit_state()
    }
}

/// Seconds since 1970.
pub fn unix_now() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0.0, |since| since.as_secs_f64())
}
