//! What the manager tells without being asked.

use std::time::Duration;

use super::{MANAGER, MANAGER_PATH, Manager, PROPERTIES};
use crate::wire::Value;
use crate::{Arg, BusError, Call, Peer, Signal};

/// A signal of the manager or of one of its units.
#[derive(Clone, Debug, PartialEq)]
pub enum ManagerSignal {
    /// A job is done with.
    JobRemoved {
        /// Its number.
        id: u32,
        /// Its object.
        path: String,
        /// The unit that it was for.
        unit: String,
        /// `done`, `failed`, `canceled`, `timeout`, `dependency`, `skipped`, `invalid`, `assert`,
        /// `unsupported`, `collected`, `once`, or what a newer manager calls it.
        result: String,
    },
    /// It starts to read its unit files again (true), or has read them.
    Reloading(bool),
    /// A unit was unloaded.
    UnitRemoved {
        /// Its name.
        name: String,
    },
    /// Properties of an object have other values.
    Changed {
        /// The object.
        path: String,
        /// The interface that has the properties.
        interface: String,
        /// Their names and values.
        properties: Vec<(String, Value)>,
    },
    /// Any other, or one whose body is not as documented.
    Other,
}

impl Manager {
    /// Asks for the signals of the manager itself; they wait until [`Manager::signal`] fetches
    /// them. On a broker, jobs that this connection queued are told only after this.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn subscribe(&mut self) -> Result<(), BusError> {
        self.connection.keep_signals(&[MANAGER]);
        let rule = format!("type='signal',interface='{MANAGER}',path='{MANAGER_PATH}'");
        self.add_match(&rule)?;
        match self.call("Subscribe", &[]) {
            // systemd counts callers by their connection; twice does no harm.
            Err(BusError::Failed { name, .. }) if name.ends_with(".AlreadySubscribed") => Ok(()),
            other => other.map(drop),
        }
    }

    /// Asks for the changes of all units' properties too.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn subscribe_to_units(&mut self) -> Result<(), BusError> {
        self.connection.keep_signals(&[MANAGER, PROPERTIES]);
        let below = format!("{MANAGER_PATH}/unit");
        self.add_match(&format!("type='signal',interface='{PROPERTIES}',path_namespace='{below}'"))
    }

    fn add_match(&mut self, rule: &str) -> Result<(), BusError> {
        let Peer::Broker(sender) = self.connection.address().peer() else { return Ok(()) };
        // Only the manager may tell us of its jobs.
        let rule = format!("{rule},sender='{sender}'");
        let args = [Arg::Str(&rule)];
        let call = Call {
            destination: Some("org.freedesktop.DBus"),
            ..Call::new("/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", &args)
        };
        self.connection.call(&call).map(drop)
    }

    /// The next signal that was asked for; `None` when none came within `wait`.
    ///
    /// # Errors
    /// The connection broke: systemd hangs up on its own socket when it executes itself anew.
    pub fn signal(&mut self, wait: Duration) -> Result<Option<ManagerSignal>, BusError> {
        Ok(self
            .connection
            .signal(wait)?
            .map(|signal| read(&signal).unwrap_or(ManagerSignal::Other)))
    }
}

fn read(signal: &Signal) -> Option<ManagerSignal> {
    let is_changed = (signal.interface(), signal.member()) == (PROPERTIES, "PropertiesChanged");
    if !is_changed && signal.path() != MANAGER_PATH {
        return None;
    }
    let types = match signal.member() {
        "JobRemoved" => "uoss",
        "Reloading" => "b",
        "UnitRemoved" => "so",
        "PropertiesChanged" if is_changed => "sa{sv}as",
        _ => return None,
    };
    if signal.signature() != types {
        return None;
    }
    let values = signal.values().ok()?;
    let text = |at: usize| values.get(at).and_then(Value::as_str).map(str::to_owned);
    Some(match signal.member() {
        "JobRemoved" => ManagerSignal::JobRemoved {
            id: u32::try_from(values.first()?.as_u64()?).ok()?,
            path: text(1)?,
            unit: text(2)?,
            result: text(3)?,
        },
        "Reloading" => ManagerSignal::Reloading(values.first()?.as_bool()?),
        "UnitRemoved" => ManagerSignal::UnitRemoved { name: text(0)? },
        _ => ManagerSignal::Changed {
            path: signal.path().to_owned(),
            interface: text(0)?,
            properties: values
                .get(1)?
                .as_array()?
                .iter()
                .filter_map(|entry| {
                    let Value::Variant(typed) = entry.field(1)? else { return None };
                    Some((entry.field(0)?.as_str()?.to_owned(), typed.value().clone()))
                })
                .collect(),
        },
    })
}
