//! The one trait that every manager is behind.

use crate::{
    Ability, Dependency, Done, HostError, Installed, Job, ManagerKind, Outcome, Refusal, Request,
    Service, Verb, Watch,
};

/// A property as `org.freedesktop.systemd1` tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct NativeProperty {
    /// Its D-Bus name: `ExecMainStartTimestamp`.
    pub name: String,
    /// The interface that has it: `org.freedesktop.systemd1.Service`.
    pub interface: String,
    /// Its D-Bus signature.
    pub signature: String,
    /// Its value.
    pub value: bus::wire::Value,
}

/// A service manager that can be asked what it manages, and to do something with it.
pub trait ServiceManager: Send + Sync {
    /// What it is.
    fn kind(&self) -> ManagerKind;

    /// Every service that it knows: loaded (systemd) or installed (OpenRC, SysV), ordered by name.
    ///
    /// # Errors
    /// When it can't be asked at all. What is missing of one service is in its [`Service::gaps`].
    fn services(&self) -> Result<Vec<Service>, HostError>;

    /// The same in brief, as far as it is to be had in one answer: of what simply runs, or did its
    /// work, systemd is not asked since when, with which main process, and how often restarted.
    ///
    /// # Errors
    /// As [`ServiceManager::services`].
    fn services_in_brief(&self) -> Result<Vec<Service>, HostError> {
        self.services()
    }

    /// The name that it has a service under which is known by this one, if it is known: the cheapest
    /// question about one service.
    ///
    /// # Errors
    /// As [`ServiceManager::services`].
    fn name_of(&self, name: &str) -> Result<Option<String>, HostError> {
        match self.service(name) {
            Ok(service) => Ok(Some(service.name)),
            Err(HostError::NoSuchService { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One service, with all that can be known of it.
    ///
    /// # Errors
    /// [`HostError::NoSuchService`], or as [`ServiceManager::services`].
    fn service(&self, name: &str) -> Result<Service, HostError>;

    /// The same without what it depends on, which may take reading the definitions of all others.
    ///
    /// # Errors
    /// As [`ServiceManager::service`].
    fn service_alone(&self, name: &str) -> Result<Service, HostError> {
        self.service(name)
    }

    /// Everything that it has loaded, of every type of unit, ordered by name. OpenRC and SysV know
    /// services only.
    ///
    /// # Errors
    /// As [`ServiceManager::services`].
    fn units(&self) -> Result<Vec<Service>, HostError> {
        self.services()
    }

    /// Everything that it has a definition of, ordered by name.
    ///
    /// # Errors
    /// As [`ServiceManager::services`].
    fn installed(&self) -> Result<Vec<Installed>, HostError>;

    /// The jobs that are queued; empty where a manager has none.
    ///
    /// # Errors
    /// As [`ServiceManager::services`].
    fn jobs(&self) -> Result<Vec<Job>, HostError>;

    /// What a service depends on or, with `reverse`, what depends on it.
    ///
    /// # Errors
    /// As [`ServiceManager::service`].
    fn dependencies(&self, name: &str, reverse: bool) -> Result<Vec<Dependency>, HostError>;

    /// Whether it has such a thing at all.
    fn ability(&self, verb: Verb) -> Ability;

    /// Carries out a request: one outcome for each name, in their order. Whoever watches is told
    /// what happens meanwhile.
    fn act(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome>;

    /// Has it read all definitions again (`systemctl daemon-reload`, `rc-update --update`); where
    /// there is nothing to do, says so.
    ///
    /// # Errors
    /// It could not be asked, or did not do it.
    fn reload_definitions(&self) -> Result<Done, Refusal>;

    /// All properties of a unit as the manager itself tells them; `None` from managers that have
    /// none (only `org.freedesktop.systemd1` does).
    ///
    /// # Errors
    /// As [`ServiceManager::service`].
    fn native_properties(&self, _name: &str) -> Option<Result<Vec<NativeProperty>, HostError>> {
        None
    }

    /// To ask a manager for what only its kind has.
    fn as_systemd(&self) -> Option<&crate::Systemd> {
        None
    }
}
