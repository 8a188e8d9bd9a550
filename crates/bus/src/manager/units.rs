//! Single units: their properties, their processes, what is done with them at once.

use super::{Manager, PROPERTIES};
use crate::message::Named;
use crate::wire::{Value, WireError};
use crate::{Arg, BusError, Call};

/// A process of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitProcess {
    /// Its control group, relative to the hierarchy's root.
    pub control_group: String,
    /// Its pid, in the manager's pid namespace.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}

impl Manager {
    /// The object of a loaded unit.
    ///
    /// # Errors
    /// Any [`BusError`]; it is not loaded.
    pub fn unit_path(&mut self, name: &str) -> Result<String, BusError> {
        self.ask_text("GetUnit", &[Arg::Str(name)], "o")
    }

    /// The object of a unit, which is loaded now if it was not.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn load_unit(&mut self, name: &str) -> Result<String, BusError> {
        self.ask_text("LoadUnit", &[Arg::Str(name)], "o")
    }

    /// The object of the unit that a process is part of.
    ///
    /// # Errors
    /// Any [`BusError`]; it is part of none.
    pub fn unit_of_pid(&mut self, pid: u32) -> Result<String, BusError> {
        self.ask_text("GetUnitByPID", &[Arg::U32(pid)], "o")
    }

    /// All properties of an object's interfaces, interface by interface, in one pipeline.
    ///
    /// # Errors
    /// What concerns the connection as a whole; what concerns one interface is in its outcome.
    pub fn all_properties(
        &mut self,
        path: &str,
        interfaces: &[&str],
    ) -> Result<Vec<Result<Vec<Named>, BusError>>, BusError> {
        let args: Vec<[Arg<'_>; 1]> = interfaces.iter().map(|i| [Arg::Str(i)]).collect();
        let calls: Vec<Call<'_>> =
            args.iter().map(|args| Call::new(path, PROPERTIES, "GetAll", args)).collect();
        let replies = self.connection.call_all(&calls)?;
        let address = self.connection.address();
        Ok(replies
            .into_iter()
            .map(|reply| {
                let reply = reply?;
                let named = if reply.signature() == "a{sv}" {
                    read_named(&reply)
                } else {
                    Err(WireError::OtherType)
                };
                named.map_err(|e| BusError::wire(address, "GetAll", e))
            })
            .collect())
    }

    /// Has it forget that units failed: an outcome for each.
    ///
    /// # Errors
    /// What concerns the connection as a whole.
    pub fn reset_failed(&mut self, units: &[&str]) -> Result<Vec<Result<(), BusError>>, BusError> {
        let args: Vec<[Arg<'_>; 1]> = units.iter().map(|unit| [Arg::Str(unit)]).collect();
        let replies = self.call_each("ResetFailedUnit", &args)?;
        Ok(replies.into_iter().map(|reply| reply.map(drop)).collect())
    }

    /// Sends a signal to processes of a unit; `whom` is `all`, `main` or `control`.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn kill_unit(&mut self, name: &str, whom: &str, signal: i32) -> Result<(), BusError> {
        self.call("KillUnit", &[Arg::Str(name), Arg::Str(whom), Arg::I32(signal)]).map(drop)
    }

    /// The processes of a unit and of what is below it.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn unit_processes(&mut self, name: &str) -> Result<Vec<UnitProcess>, BusError> {
        let values = self.ask("GetUnitProcesses", &[Arg::Str(name)], "a(sus)")?;
        let rows = values.first().and_then(Value::as_array).unwrap_or_default();
        let text = |row: &Value, at| row.field(at).and_then(Value::as_str).map(str::to_owned);
        Ok(rows
            .iter()
            .filter_map(|row| {
                Some(UnitProcess {
                    control_group: text(row, 0)?,
                    pid: u32::try_from(row.field(1)?.as_u64()?).ok()?,
                    command: text(row, 2)?,
                })
            })
            .collect())
    }

    /// Gives a loaded unit other properties; `runtime`: until the next boot only.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn set_unit_properties(
        &mut self,
        name: &str,
        runtime: bool,
        properties: &[Named],
    ) -> Result<(), BusError> {
        let args = [Arg::Str(name), Arg::Bool(runtime), Arg::Properties(properties)];
        self.call("SetUnitProperties", &args).map(drop)
    }

    /// Makes a unit of these properties and starts it; `others` are made with it and not started.
    /// Gives the job's object.
    ///
    /// # Errors
    /// Any [`BusError`]; there is such a unit already, or a property is not one of its type.
    pub fn start_transient_unit(
        &mut self,
        name: &str,
        mode: &str,
        properties: &[Named],
        others: &[(String, Vec<Named>)],
    ) -> Result<String, BusError> {
        let args =
            [Arg::Str(name), Arg::Str(mode), Arg::Properties(properties), Arg::Units(others)];
        self.ask_text("StartTransientUnit", &args, "o")
    }
}

fn read_named(reply: &crate::Reply) -> Result<Vec<Named>, WireError> {
    let mut named = Vec::new();
    reply.body().array(8, |r| {
        r.align(8)?;
        let name = r.str()?.to_owned();
        named.push((name, r.typed_variant()?));
        Ok(())
    })?;
    Ok(named)
}
