//! systemd, asked over `org.freedesktop.systemd1`: the machine's manager or a user's.

mod state;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bus::wire::Value;
use bus::{Address, BusError, Manager, Property, Unit};

use crate::HostError;
use crate::service::{Field, ManagerKind, Reason, Service};
use crate::{
    Ability, Dependency, Done, Installed, Job, Outcome, Refusal, Request, ServiceManager, Verb,
    Watch,
};
use state::Properties;

/// The name under which systemd is known on a bus.
const NAME: &str = "org.freedesktop.systemd1";

/// systemd, as a service manager. Its connection is kept between questions.
#[derive(Debug)]
pub struct Systemd {
    kind: ManagerKind,
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
        Self { kind: ManagerKind::Systemd, addresses, timeout, connection: Mutex::new(None) }
    }

    /// The manager of the user whose `$XDG_RUNTIME_DIR` is given.
    pub fn user(runtime_dir: &Path, timeout: Duration) -> Self {
        let addresses = vec![Address::direct(runtime_dir.join("systemd/private"))];
        Self { kind: ManagerKind::SystemdUser, addresses, timeout, connection: Mutex::new(None) }
    }

    fn connect(&self) -> Result<Manager, BusError> {
        let mut first_error = None;
        for address in &self.addresses {
            match Manager::connect(address, self.timeout) {
                Ok(manager) => return Ok(manager),
                // A manager that hangs does so over the broker too.
                Err(e @ BusError::TimedOut { .. }) => return Err(e),
                Err(e) => first_error = first_error.or(Some(e)),
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
        self.ask(|manager| {
            let mut units = list(manager)?;
            // Units that others refer to and that do not exist.
            units.retain(|u| u.load_state != "not-found" || u.active_state != "inactive");
            units.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            let wanted: Vec<_> = units.iter().map(state::worth_asking).collect();
            let fetched = fetch(manager, &units, &wanted)?;
            Ok(units
                .iter()
                .zip(&fetched)
                .map(|(unit, properties)| {
                    let mut service = state::service_of(unit, self.kind, properties);
                    for field in [Field::EnabledIn, Field::TriggeredBy, Field::Enablement] {
                        service.lacks(field, Reason::NotMeasured, "asked of single services only");
                    }
                    service
                })
                .collect())
        })
    }

    fn service(&self, name: &str) -> Result<Service, HostError> {
        let name = if name.contains('.') { name.to_owned() } else { format!("{name}.service") };
        let found = self.ask(|manager| {
            let Some(unit) = find(manager, &name)? else { return Ok(None) };
            let units = [unit];
            let wanted: &[&str] =
                if name.ends_with(".service") { &state::EVERYTHING } else { &state::EVERY_UNITS };
            let fetched = fetch(manager, &units, &[wanted])?;
            Ok(units.first().zip(fetched.first()).map(|(unit, properties)| {
                let mut service = state::service_of(unit, self.kind, properties);
                state::add_details(&mut service, properties);
                service
            }))
        })?;
        found.ok_or(HostError::NoSuchService { manager: self.kind, name })
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        Ok(Vec::new())
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        Ok(Vec::new())
    }

    fn dependencies(&self, _name: &str, _reverse: bool) -> Result<Vec<Dependency>, HostError> {
        Ok(Vec::new())
    }

    fn ability(&self, _verb: Verb) -> Ability {
        Ability::Can
    }

    fn act(&self, _request: &Request<'_>, _watch: &mut dyn Watch) -> Vec<Outcome> {
        Vec::new()
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        Ok(Done::default())
    }
}

/// The loaded services.
fn list(manager: &mut Manager) -> Result<Vec<Unit>, BusError> {
    match manager.units(&[], &["*.service"]) {
        // Before systemd 230.
        Err(e) if e.is_unknown_method_or_property() => {
            let mut units = manager.all_units()?;
            units.retain(|u| u.name.ends_with(".service"));
            Ok(units)
        }
        other => other,
    }
}

/// The unit of this name, where there is one.
fn find(manager: &mut Manager, name: &str) -> Result<Option<Unit>, BusError> {
    let units = match manager.units_by_names(&[name]) {
        Err(e) if e.is_unknown_method_or_property() => {
            let mut units = manager.all_units()?;
            units.retain(|u| u.name == name);
            Ok(units)
        }
        other => other,
    };
    match units {
        Ok(units) => Ok(units
            .into_iter()
            .find(|u| u.load_state != "not-found" || u.active_state != "inactive")),
        // A text that can't be a unit's name.
        Err(BusError::Failed { name, .. }) if name.ends_with(".InvalidArgs") => Ok(None),
        Err(e) if e.is_no_such_unit() => Ok(None),
        Err(e) => Err(e),
    }
}

/// Asks for the wanted properties of each unit, all in one pipeline. What a manager does not have,
/// or has no more, is left out.
fn fetch(
    manager: &mut Manager,
    units: &[Unit],
    wanted: &[&'static [&'static str]],
) -> Result<Vec<Properties>, BusError> {
    let requests: Vec<(usize, Property<'_>)> = units
        .iter()
        .zip(wanted)
        .enumerate()
        .flat_map(|(index, (unit, names))| {
            names.iter().map(move |name| {
                let property = if state::SERVICES_OWN.contains(name) {
                    Property::of_service(&unit.path, name)
                } else {
                    Property::of_unit(&unit.path, name)
                };
                (index, property)
            })
        })
        .collect();
    let properties: Vec<Property<'_>> = requests.iter().map(|(_, p)| *p).collect();
    let values = manager.properties(&properties)?;
    let mut fetched: Vec<Properties> = units.iter().map(|_| Properties::default()).collect();
    for ((index, property), value) in requests.iter().zip(values) {
        let Some(place) = fetched.get_mut(*index) else { continue };
        let value: Result<Value, BusError> = value;
        place.insert(property.name.to_owned(), value);
    }
    Ok(fetched)
}
