//! Jobs: what the manager is asked to do with units.

use super::{MANAGER, MANAGER_PATH, Manager};
use crate::wire::Value;
use crate::{Arg, BusError, Call};

/// A job as the manager lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedJob {
    /// Its number.
    pub id: u32,
    /// The unit that it is for.
    pub unit: String,
    /// `start`, `stop`, `reload`, `restart`, `verify-active` …
    pub kind: String,
    /// `waiting`, `running`.
    pub state: String,
    /// Its object.
    pub path: String,
}

/// What a unit is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitJob {
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Have it read its configuration again.
    Reload,
    /// Stop it if it runs, start it.
    Restart,
    /// Restart it if it runs.
    TryRestart,
    /// Reload it if it can, else restart it.
    ReloadOrRestart,
    /// The same, if it runs.
    ReloadOrTryRestart,
}

impl UnitJob {
    /// The method that asks for it.
    pub fn method(self) -> &'static str {
        match self {
            Self::Start => "StartUnit",
            Self::Stop => "StopUnit",
            Self::Reload => "ReloadUnit",
            Self::Restart => "RestartUnit",
            Self::TryRestart => "TryRestartUnit",
            Self::ReloadOrRestart => "ReloadOrRestartUnit",
            Self::ReloadOrTryRestart => "ReloadOrTryRestartUnit",
        }
    }
}

impl Manager {
    /// Queues the same job for several units, in their order and without waiting in between, and
    /// gives each job's object. `mode` says what becomes of jobs that are queued already:
    /// `replace`, `fail`, `isolate`, `ignore-dependencies` …
    ///
    /// # Errors
    /// What concerns the connection as a whole; why one job was refused is in its outcome.
    pub fn enqueue(
        &mut self,
        job: UnitJob,
        units: &[&str],
        mode: &str,
    ) -> Result<Vec<Result<String, BusError>>, BusError> {
        let args: Vec<[Arg<'_>; 2]> =
            units.iter().map(|unit| [Arg::Str(unit), Arg::Str(mode)]).collect();
        self.job_paths(job.method(), &args)
    }

    fn job_paths(
        &mut self,
        method: &str,
        args: &[[Arg<'_>; 2]],
    ) -> Result<Vec<Result<String, BusError>>, BusError> {
        let replies = self.call_each(method, args)?;
        Ok(replies
            .into_iter()
            .map(|reply| {
                let mut values = self.values_of(&reply?, method, "o")?;
                match values.pop() {
                    Some(Value::Text(path)) => Ok(path),
                    _ => Err(BusError::protocol(self.address(), "no job in the answer")),
                }
            })
            .collect())
    }

    /// Calls the same method with several sets of arguments, in a pipeline.
    pub(super) fn call_each<'a, A: AsRef<[Arg<'a>]>>(
        &mut self,
        method: &str,
        args: &[A],
    ) -> Result<Vec<crate::Outcome>, BusError> {
        let calls: Vec<Call<'_>> = args
            .iter()
            .map(|args| Call::new(MANAGER_PATH, MANAGER, method, args.as_ref()))
            .collect();
        self.connection.call_all(&calls)
    }

    /// The queued jobs.
    ///
    /// # Errors
    /// Any [`BusError`].
    pub fn jobs(&mut self) -> Result<Vec<QueuedJob>, BusError> {
        let values = self.ask("ListJobs", &[], "a(usssoo)")?;
        let rows = values.first().and_then(Value::as_array).unwrap_or_default();
        let text =
            |row: &Value, at| row.field(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(rows
            .iter()
            .map(|row| QueuedJob {
                id: id_of(row),
                unit: text(row, 1),
                kind: text(row, 2),
                state: text(row, 3),
                path: text(row, 4),
            })
            .collect())
    }

    /// Takes a job from the queue.
    ///
    /// # Errors
    /// Any [`BusError`]: there is no such job, or the caller may not.
    pub fn cancel_job(&mut self, id: u32) -> Result<(), BusError> {
        self.call("CancelJob", &[Arg::U32(id)]).map(drop)
    }
}

fn id_of(row: &Value) -> u32 {
    let id = row.field(0).and_then(Value::as_u64).unwrap_or_default();
    u32::try_from(id).unwrap_or_default()
}
