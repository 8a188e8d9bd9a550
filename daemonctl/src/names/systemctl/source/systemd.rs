//! systemd itself, asked over its bus.

mod wire;

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use bus::wire::{Typed, Value};
use bus::{Address, Arg, BusError, Call, Connection, Manager, Property as Wanted};

use super::{CallError, JobRow, Object, Process, Property, Source, UnitFile, UnitRow};
use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::{Tool, manager, start, unit_files};

const NAME: &str = "org.freedesktop.systemd1";
/// The manager's object.
pub const MANAGER_PATH: &str = "/org/freedesktop/systemd1";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// As long as sd-bus waits.
const TIMEOUT: Duration = Duration::from_secs(25);

pub use wire::call_error;
use wire::{message_of, path_of, unit_of};

/// A connection to systemd.
pub struct Bus {
    manager: RefCell<Manager>,
    is_user: bool,
}

impl Bus {
    /// The machine's: root asks it directly, others over the system bus.
    ///
    /// # Errors
    /// It can't be reached.
    pub fn system(root: &Path, may_ask: bool) -> Result<Bus, Failure> {
        let broker = Address::broker(root.join("run/dbus/system_bus_socket"), NAME);
        let direct = Address::direct(root.join("run/systemd/private"));
        let is_forced = std::env::var("SYSTEMCTL_FORCE_BUS")
            .is_ok_and(|value| unit::values::scalar::parse_bool(&value) == Some(true));
        let bus = match rustix::process::geteuid().is_root() && !is_forced {
            true => Self::connect(&direct, false)?,
            false => Self::connect(&broker, false)?,
        };
        bus.manager.borrow_mut().set_may_ask(may_ask);
        Ok(bus)
    }

    /// The calling user's.
    ///
    /// # Errors
    /// It can't be reached.
    pub fn user() -> Result<Bus, Failure> {
        let Some(dir) = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()) else {
            return Err(Failure::new("Failed to connect to bus: No medium found"));
        };
        Self::connect(&Address::direct(Path::new(&dir).join("systemd/private")), true)
    }

    fn connect(address: &Address, is_user: bool) -> Result<Bus, Failure> {
        match Manager::connect(address, TIMEOUT) {
            Ok(manager) => Ok(Bus { manager: RefCell::new(manager), is_user }),
            Err(error) => {
                let why = message_of(&error);
                Err(Failure::new(format!("Failed to connect to bus: {why}")))
            }
        }
    }

    /// The connection itself.
    pub fn manager(&self) -> std::cell::RefMut<'_, Manager> {
        self.manager.borrow_mut()
    }

    /// Calls a method of the manager.
    ///
    /// # Errors
    /// As the manager answers it.
    pub fn call(&self, member: &str, args: &[Arg<'_>]) -> Result<Vec<Value>, CallError> {
        let reply = self.manager().call(member, args).map_err(|error| call_error(&error))?;
        reply.values().map_err(|error| CallError {
            name: "org.freedesktop.DBus.Error.InvalidSignature".to_owned(),
            message: error.to_string(),
        })
    }

    /// One property.
    ///
    /// # Errors
    /// As the manager answers it.
    pub fn property(&self, path: &str, interface: &str, name: &str) -> Result<Value, CallError> {
        let interface = format!("{NAME}.{interface}");
        let wanted = [Wanted { path, interface: &interface, name }];
        let mut values = self.manager().properties(&wanted).map_err(|error| call_error(&error))?;
        values
            .pop()
            .unwrap_or_else(|| {
                Err(BusError::Failed {
                    call: name.to_owned(),
                    name: String::new(),
                    message: "No data available".to_owned(),
                })
            })
            .map_err(|error| call_error(&error))
    }

    /// A property of the manager.
    ///
    /// # Errors
    /// As the manager answers it.
    pub fn manager_property(&self, name: &str) -> Result<Value, CallError> {
        self.property(MANAGER_PATH, "Manager", name)
    }

    /// Calls a method of something that is not the manager.
    ///
    /// # Errors
    /// As it answers.
    pub fn call_other(&self, call: &Call<'_>) -> Result<Vec<Value>, CallError> {
        let answer = || {
            let address = self.manager().address().clone();
            Connection::connect(&address, TIMEOUT)?.call(call)
        };
        let reply = answer().map_err(|error| call_error(&error))?;
        reply.values().map_err(|error| CallError::of_systemd("Invalid", error.to_string()))
    }

    /// Changes a property of an object of the manager, or of another on the same bus.
    ///
    /// # Errors
    /// As it answers.
    pub fn set_property_of(
        &self,
        destination: Option<&str>,
        path: &str,
        interface: &str,
        name: &str,
        value: Typed,
    ) -> Result<(), CallError> {
        let variant = Typed::new("v", Value::Variant(Box::new(value)))
            .map_err(|error| CallError::of_systemd("Invalid", error.to_string()))?;
        let args = [Arg::Str(interface), Arg::Str(name), Arg::Typed(&variant)];
        let call = Call { destination, ..Call::new(path, PROPERTIES, "Set", &args) };
        self.call_other(&call).map(drop)
    }
}

impl Source for Bus {
    fn units(&self, states: &[&str], patterns: &[&str]) -> Result<Vec<UnitRow>, CallError> {
        let units = self.manager().units(states, patterns).map_err(|error| call_error(&error))?;
        let row = |unit: bus::Unit| UnitRow {
            id: unit.name,
            description: unit.description,
            load: unit.load_state,
            active: unit.active_state,
            sub: unit.sub_state,
            following: unit.following,
            job_id: unit.job_id,
            job_type: unit.job_type,
        };
        Ok(units.into_iter().map(row).collect())
    }

    fn unit_files(&self, states: &[&str], patterns: &[&str]) -> Result<Vec<UnitFile>, CallError> {
        let args = [Arg::Strings(states), Arg::Strings(patterns)];
        let values = self.call("ListUnitFilesByPatterns", &args)?;
        let rows = values.first().and_then(Value::as_array).unwrap_or_default();
        let text = |row: &Value, at| row.field(at).and_then(Value::as_str).map(str::to_owned);
        let file = |row: &Value| {
            Some(UnitFile { path: text(row, 0)?, state: text(row, 1)?, preset: None })
        };
        Ok(rows.iter().filter_map(file).collect())
    }

    fn jobs(&self) -> Result<Vec<JobRow>, CallError> {
        let jobs = self.manager().jobs().map_err(|error| call_error(&error))?;
        let row = |job: bus::QueuedJob| JobRow {
            id: job.id,
            unit: job.unit,
            kind: job.kind,
            state: job.state,
        };
        Ok(jobs.into_iter().map(row).collect())
    }

    fn properties(&self, object: Object<'_>) -> Result<Vec<Property>, CallError> {
        let path = match object {
            Object::Manager => MANAGER_PATH.to_owned(),
            Object::Unit(name) => path_of(name),
            Object::Job(id) => format!("{MANAGER_PATH}/job/{id}"),
        };
        // No interface is all of them, in the order in which the manager has them.
        let answers =
            self.manager().all_properties(&path, &[""]).map_err(|error| call_error(&error))?;
        let named = answers.into_iter().next().unwrap_or_else(|| Ok(Vec::new()));
        let named = named.map_err(|error| call_error(&error))?;
        Ok(named.into_iter().map(|(name, value)| Property { name, value }).collect())
    }

    fn unit_property(&self, unit: &str, interface: &str, name: &str) -> Result<Value, CallError> {
        self.property(&path_of(unit), interface, name)
    }

    fn needs_reload(&self, unit: &str) -> bool {
        // By GetUnit, so that what is not loaded stays so.
        let path = self.manager().unit_path(unit);
        path.is_ok_and(|path| {
            self.property(&path, "Unit", "NeedDaemonReload")
                .is_ok_and(|value| value == Value::Bool(true))
        })
    }

    fn unit_of_pid(&self, pid: u32) -> Result<String, CallError> {
        let path = self.manager().unit_of_pid(pid).map_err(|error| call_error(&error))?;
        unit_of(&path).ok_or_else(|| CallError::of_systemd("NoSuchUnit", "Invalid argument"))
    }

    fn processes(&self, unit: &str) -> Result<Vec<Process>, CallError> {
        let processes = self.manager().unit_processes(unit).map_err(|error| call_error(&error))?;
        let process = |process: bus::UnitProcess| Process {
            group: process.control_group,
            pid: process.pid,
            command: process.command,
        };
        Ok(processes.into_iter().map(process).collect())
    }

    fn unit_file_state(&self, unit: &str) -> Result<String, CallError> {
        self.manager().unit_file_state(unit).map_err(|error| call_error(&error))
    }

    fn start(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure> {
        start::by_jobs(tool, self, verb, names)
    }

    fn change_files(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure> {
        unit_files::by_manager(tool, self, verb, names)
    }

    fn kill(&self, unit: &str, whom: &str, signal: i32) -> Result<(), CallError> {
        self.manager().kill_unit(unit, whom, signal).map_err(|error| call_error(&error))
    }

    fn reset_failed(&self, unit: Option<&str>) -> Result<(), CallError> {
        match unit {
            Some(unit) => self.call("ResetFailedUnit", &[Arg::Str(unit)]).map(drop),
            None => self.call("ResetFailed", &[]).map(drop),
        }
    }

    fn reload(&self, _tool: &Tool, execute: bool) -> Result<(), Failure> {
        manager::reload_by_bus(self, execute)
    }

    fn bus(&self) -> Option<&Bus> {
        Some(self)
    }

    fn name(&self) -> &'static str {
        if self.is_user { "a user's systemd" } else { "systemd" }
    }
}
