//! systemd, asked over `org.freedesktop.systemd1`: the machine's manager or a user's.

mod blame;
mod details;
mod files;
mod jobs;
mod names;
mod outcome;
mod properties;
mod refusal;
mod relations;
mod state;
mod transient;
mod units;
mod wait;
mod why;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bus::{Address, BusError, Manager};

use crate::HostError;
use crate::service::{ManagerKind, Service};
use crate::{
    Ability, Dependency, Done, Installed, Job, NativeProperty, Outcome, Refusal, RefusalKind,
    Request, ServiceManager, Verb, Watch,
};
use units::{file_name, look_up};

pub use files::change_sentence;
pub use transient::{Started, Transient, TransientEnd};

/// The name under which systemd is known on a bus.
const NAME: &str = "org.freedesktop.systemd1";

/// systemd, as a service manager. Its connection is kept between questions.
#[derive(Debug)]
pub struct Systemd {
    kind: ManagerKind,
    /// The machine's tree; `None` for a user's manager.
    root: Option<PathBuf>,
    /// Tried in this order.
    addresses: Vec<Address>,
    timeout: Duration,
    connection: Mutex<Option<Manager>>,
}

impl Systemd {
    /// The manager of the machine whose tree is at `root`: by its own socket, which only root may
    /// use, else over the system bus. `timeout` bounds every exchange with it.
    pub fn system(root: &Path, timeout: Duration) -> Self {
        let addresses = vec![
            Address::direct(root.join("run/systemd/private")),
            Address::broker(root.join("run/dbus/system_bus_socket"), NAME),
        ];
        Self {
            kind: ManagerKind::Systemd,
            root: Some(root.to_owned()),
            addresses,
            timeout,
            connection: Mutex::new(None),
        }
    }

    /// The manager of the user whose `$XDG_RUNTIME_DIR` is given.
    pub fn user(runtime_dir: &Path, timeout: Duration) -> Self {
        let addresses = vec![
            Address::direct(runtime_dir.join("systemd/private")),
            Address::broker(runtime_dir.join("bus"), NAME),
        ];
        Self {
            kind: ManagerKind::SystemdUser,
            root: None,
            addresses,
            timeout,
            connection: Mutex::new(None),
        }
    }

    /// A connection of its own, to ask for what this trait does not have. With `broker_first`, over
    /// the bus where there is one: only there does a manager keep a unit loaded for a caller.
    ///
    /// # Errors
    /// As [`ServiceManager::services`].
    pub fn open(&self, broker_first: bool) -> Result<Manager, HostError> {
        self.connect_in_order(broker_first).map_err(|e| self.error(e))
    }

    fn connect_in_order(&self, broker_first: bool) -> Result<Manager, BusError> {
        let mut addresses: Vec<&Address> = self.addresses.iter().collect();
        if broker_first {
            addresses.sort_by_key(|address| matches!(address.peer(), bus::Peer::Direct));
        }
        self.connect_to(&addresses)
    }

    /// How long one exchange may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What the error of a connection from [`Systemd::open`] means, for a command's `verb` about the
    /// unit `name`.
    pub fn refusal(&self, error: &BusError, verb: &str, name: &str) -> Refusal {
        refusal::refusal_of(error, self.kind, verb, name)
    }

    fn connect(&self) -> Result<Manager, BusError> {
        self.connect_to(&self.addresses.iter().collect::<Vec<_>>())
    }

    fn connect_to(&self, addresses: &[&Address]) -> Result<Manager, BusError> {
        let mut first_error: Option<BusError> = None;
        for address in addresses {
            match Manager::connect(address, self.timeout) {
                Ok(manager) => return Ok(manager),
                // A manager that hangs does so over the broker too.
                Err(e @ BusError::TimedOut { .. }) => return Err(e),
                Err(e) => first_error = Some(more_telling(first_error, e)),
            }
        }
        Err(first_error.unwrap_or_else(|| BusError::Failed {
            call: "connect".to_owned(),
            name: NAME.to_owned(),
            message: "no address to ask at".to_owned(),
        }))
    }

    /// Asks over the kept connection, or over a new one: systemd drops its connections when it
    /// executes itself anew.
    fn ask<T>(
        &self,
        question: impl Fn(&mut Manager) -> Result<T, BusError>,
    ) -> Result<T, HostError> {
        let mut kept = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(manager) = kept.as_mut() {
            let answer = question(manager);
            if !manager.is_broken() || matches!(answer, Err(BusError::TimedOut { .. })) {
                if manager.is_broken() {
                    *kept = None;
                }
                return answer.map_err(|e| self.error(e));
            }
            *kept = None;
        }
        let mut manager = self.connect().map_err(|e| self.error(e))?;
        let answer = question(&mut manager).map_err(|e| self.error(e));
        if !manager.is_broken() {
            *kept = Some(manager);
        }
        answer
    }

    fn error(&self, source: BusError) -> HostError {
        HostError::Bus { manager: self.kind, source }
    }
}

impl ServiceManager for Systemd {
    fn kind(&self) -> ManagerKind {
        self.kind
    }

    fn services(&self) -> Result<Vec<Service>, HostError> {
        self.ask(|manager| self.listed(manager, Some("*.service"), state::worth_asking))
    }

    fn services_in_brief(&self) -> Result<Vec<Service>, HostError> {
        self.ask(|manager| self.listed(manager, Some("*.service"), state::worth_asking_in_brief))
    }

    fn name_of(&self, name: &str) -> Result<Option<String>, HostError> {
        let name = names::complete(name);
        self.ask(|manager| units::name_of(manager, &name))
    }

    fn service(&self, name: &str) -> Result<Service, HostError> {
        let name = names::complete(name);
        let found = self.ask(|manager| {
            let Some((unit, properties)) = self.all_of(manager, &name)? else { return Ok(None) };
            let mut service = state::service_of(&unit, self.kind, &properties);
            details::add_details(&mut service, &unit, &properties);
            Ok(Some(service))
        })?;
        found.ok_or(HostError::NoSuchService { manager: self.kind, name })
    }

    fn units(&self) -> Result<Vec<Service>, HostError> {
        self.ask(|manager| self.listed(manager, None, state::worth_asking))
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        let mut files = self.ask(Manager::unit_files)?;
        files.sort_unstable_by(|a, b| file_name(&a.path).cmp(file_name(&b.path)));
        Ok(files
            .into_iter()
            .map(|file| Installed {
                name: file_name(&file.path).to_owned(),
                path: file.path.into(),
                enablement: file.state,
                preset: None,
            })
            .collect())
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        let mut jobs = self.ask(Manager::jobs)?;
        jobs.sort_unstable_by_key(|job| job.id);
        Ok(jobs
            .into_iter()
            .map(|job| Job { id: Some(job.id), name: job.unit, kind: job.kind, state: job.state })
            .collect())
    }

    fn dependencies(&self, name: &str, reverse: bool) -> Result<Vec<Dependency>, HostError> {
        let name = names::complete(name);
        let found = self.ask(|manager| {
            Ok(self.all_of(manager, &name)?.map(|(_, all)| relations::of(&all, reverse)))
        })?;
        found.ok_or(HostError::NoSuchService { manager: self.kind, name })
    }

    fn ability(&self, verb: Verb) -> Ability {
        match verb {
            Verb::Custom => Ability::Cannot {
                why: "units of systemd have no commands of their own".to_owned(),
                instead: "daemonctl reload NAME, or daemonctl kill NAME SIGNAL".to_owned(),
            },
            _ => Ability::Can,
        }
    }

    fn act(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome> {
        if let Some(job) = jobs::job_of(request.verb) {
            return self.run_jobs(job, request, watch);
        }
        if let Some(files) = files::files_of(request.verb) {
            return self.run_files(files, request, watch);
        }
        if request.verb == Verb::ResetFailed {
            return self.run_reset(request, watch);
        }
        let (why, instead) = match self.ability(request.verb) {
            Ability::Cannot { why, instead } => (why, instead),
            Ability::Can => (String::new(), String::new()),
        };
        let refusal = Refusal::new(RefusalKind::NotSupported, why).hint(instead);
        self.finish_all(request.names, watch, |_| Err(refusal.clone()))
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        self.reload_all()
    }

    fn native_properties(&self, name: &str) -> Option<Result<Vec<NativeProperty>, HostError>> {
        Some(self.native(name))
    }

    fn as_systemd(&self) -> Option<&Systemd> {
        Some(self)
    }
}

/// Of two addresses that failed, what to tell. Its own socket is root's alone: for others it is the
/// bus that is missing.
fn more_telling(first: Option<BusError>, second: BusError) -> BusError {
    match (first, second) {
        (
            Some(BusError::NotPermitted { address, detail, said: None }),
            BusError::NotThere { address: bus, .. },
        ) => {
            let detail =
                format!("{detail}; and the bus by which others may ask it is not there: {bus}");
            BusError::NotPermitted { address, detail, said: None }
        }
        (first, second) => first.unwrap_or(second),
    }
}

#[cfg(test)]
mod act_tests;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod list_tests;
