//! The interface `org.freedesktop.systemd1.Manager`, as org.freedesktop.systemd1(5) has it.

mod files;
mod jobs;
mod signals;
mod units;

use std::time::Duration;

use crate::wire::{Reader, Value, WireError};
use crate::{Address, Arg, BusError, Call, Connection, Reply};

pub use files::{FileChange, FileVerb, FilesChanged, UnitFile};
pub use jobs::{QueuedJob, UnitJob};
pub use signals::ManagerSignal;
pub use units::UnitProcess;

const MANAGER_PATH: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const UNITS: &str = "a(ssssssouso)";

/// A unit as the manager lists it. Texts are the manager's, control characters included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its primary name, such as `nginx.service`.
    pub name: String,
    /// `Description=`, or the name.
    pub description: String,
    /// `loaded`, `not-found`, `bad-setting`, `error`, `masked` …
    pub load_state: String,
    /// `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating` …
    pub active_state: String,
    /// The state in the words of the unit's type: `running`, `exited`, `auto-restart` …
    pub sub_state: String,
    /// The unit that this one follows in its state; empty for none.
    pub following: String,
    /// Its object, to ask for properties.
    pub path: String,
    /// The id of the job that is queued for it; 0 for none.
    pub job_id: u32,
    /// The kind of that job, such as `start`.
    pub job_type: String,
}

/// A property of an object.
#[derive(Clone, Copy, Debug)]
pub struct Property<'a> {
    /// The object, as in [`Unit::path`].
    pub path: &'a str,
    /// The interface that the property is part of.
    pub interface: &'a str,
    /// The property's name.
    pub name: &'a str,
}

impl<'a> Property<'a> {
    /// A property that units of every type have.
    pub fn of_unit(path: &'a str, name: &'a str) -> Self {
        Self { path, interface: "org.freedesktop.systemd1.Unit", name }
    }

    /// A property that services have.
    pub fn of_service(path: &'a str, name: &'a str) -> Self {
        Self { path, interface: "org.freedesktop.systemd1.Service", name }
    }
}

/// A service manager that is asked through `org.freedesktop.systemd1`.
#[derive(Debug)]
pub struct Manager {
    connection: Connection,
}

impl Manager {
    /// Connects; `timeout` bounds this and each later call.
    ///
    /// # Errors
    /// As [`Connection::connect`].
    pub fn connect(address: &Address, timeout: Duration) -> Result<Self, BusError> {
        Ok(Self { connection: Connection::connect(address, timeout)? })
    }

    /// The connection broke in an earlier call: connect anew.
    pub fn is_broken(&self) -> bool {
        self.connection.is_broken()
    }

    /// As [`Connection::set_timeout`].
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.connection.set_timeout(timeout);
    }

    /// As [`Connection::set_may_ask`].
    pub fn set_may_ask(&mut self, may_ask: bool) {
        self.connection.set_may_ask(may_ask);
    }

    /// Where it is asked.
    pub fn address(&self) -> &Address {
        self.connection.address()
    }

    /// Calls a method of the manager's own interface that has no function here.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn call(&mut self, member: &str, args: &[Arg<'_>]) -> Result<Reply, BusError> {
        self.connection.call(&Call::new(MANAGER_PATH, MANAGER, member, args))
    }

    /// Calls such a method of which the body's types are known, and gives the values.
    fn ask(
        &mut self,
        member: &str,
        args: &[Arg<'_>],
        signature: &str,
    ) -> Result<Vec<Value>, BusError> {
        let reply = self.call(member, args)?;
        self.values_of(&reply, member, signature)
    }

    fn values_of(
        &self,
        reply: &Reply,
        member: &str,
        signature: &str,
    ) -> Result<Vec<Value>, BusError> {
        let values =
            if reply.signature() == signature { reply.values() } else { Err(WireError::OtherType) };
        values.map_err(|e| BusError::wire(self.connection.address(), member, e))
    }

    /// The one text of an answer.
    fn ask_text(
        &mut self,
        member: &str,
        args: &[Arg<'_>],
        signature: &str,
    ) -> Result<String, BusError> {
        let values = self.ask(member, args, signature)?;
        match values.into_iter().next() {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(BusError::wire(self.connection.address(), member, WireError::OtherType)),
        }
    }

    /// The loaded units whose name matches one of `patterns` (glob(7)) and of whose states
    /// (load, active or sub state) one is among `states`; an empty list matches everything.
    ///
    /// # Errors
    /// Any [`BusError`]; [`BusError::is_unknown_method_or_property`] from systemd before 230.
    pub fn units(&mut self, states: &[&str], patterns: &[&str]) -> Result<Vec<Unit>, BusError> {
        self.list("ListUnitsByPatterns", &[Arg::Strings(states), Arg::Strings(patterns)])
    }

    /// The units of these names, loaded now if they were not; a name without a unit gives one
    /// whose `load_state` is `not-found`.
    ///
    /// # Errors
    /// As [`Manager::units`].
    pub fn units_by_names(&mut self, names: &[&str]) -> Result<Vec<Unit>, BusError> {
        self.list("ListUnitsByNames", &[Arg::Strings(names)])
    }

    /// All loaded units: what every version of the interface has.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn all_units(&mut self) -> Result<Vec<Unit>, BusError> {
        self.list("ListUnits", &[])
    }

    fn list(&mut self, member: &str, args: &[Arg<'_>]) -> Result<Vec<Unit>, BusError> {
        let reply = self.call(member, args)?;
        let decoded = if reply.signature() == UNITS {
            decode_units(reply.body())
        } else {
            Err(WireError::OtherType)
        };
        decoded.map_err(|e| BusError::wire(self.connection.address(), member, e))
    }

    /// Asks for many properties in one pipeline. The outcomes are in the order of the requests.
    ///
    /// # Errors
    /// What concerns the connection as a whole; what concerns one property is in its outcome.
    pub fn properties(
        &mut self,
        wanted: &[Property<'_>],
    ) -> Result<Vec<Result<Value, BusError>>, BusError> {
        let args: Vec<[Arg<'_>; 2]> =
            wanted.iter().map(|p| [Arg::Str(p.interface), Arg::Str(p.name)]).collect();
        let calls: Vec<Call<'_>> = wanted
            .iter()
            .zip(&args)
            .map(|(p, args)| Call::new(p.path, PROPERTIES, "Get", args))
            .collect();
        let replies = self.connection.call_all(&calls)?;
        let address = self.connection.address();
        Ok(replies
            .into_iter()
            .zip(wanted)
            .map(|(reply, property)| {
                let reply = reply.map_err(|e| named(e, property.name))?;
                reply.body().variant().map_err(|e| BusError::wire(address, property.name, e))
            })
            .collect())
    }
}

/// Says which property failed, where the call's own name would be `Get` for all of them.
fn named(error: BusError, property: &str) -> BusError {
    match error {
        BusError::Failed { name, message, .. } => {
            BusError::Failed { call: property.to_owned(), name, message }
        }
        other => other,
    }
}

fn decode_units(mut body: Reader<'_>) -> Result<Vec<Unit>, WireError> {
    let mut units = Vec::new();
    body.array(8, |r| {
        r.align(8)?;
        let mut text = || r.str().map(str::to_owned);
        let (name, description, load_state) = (text()?, text()?, text()?);
        let (active_state, sub_state, following) = (text()?, text()?, text()?);
        let path = text()?;
        let job_id = r.u32()?;
        let job_type = r.str()?.to_owned();
        let _job_path = r.str()?;
        units.push(Unit {
            name,
            description,
            load_state,
            active_state,
            sub_state,
            following,
            path,
            job_id,
            job_type,
        });
        Ok(())
    })?;
    Ok(units)
}
