//! Waiting for jobs, and for units to end.

use std::collections::HashSet;
use std::time::Duration;

use bus::ManagerSignal;

use super::result;
use crate::names::systemctl::Tool;
use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::source::Source as _;
use crate::names::systemctl::source::systemd::{Bus, call_error};

/// How long nothing may come before we look for ourselves: a manager that executes itself anew
/// forgets to tell.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// How often a unit is looked at whose end is waited for.
const POLL: Duration = Duration::from_millis(100);

/// Waits until all jobs are done with, and says which ended badly.
///
/// # Errors
/// One did.
pub fn for_jobs(tool: &Tool, bus: &Bus, jobs: Vec<String>) -> Result<(), Failure> {
    let mut jobs: HashSet<String> = jobs.into_iter().collect();
    let mut is_good = true;
    while !jobs.is_empty() {
        let signal = bus.manager().signal(LOOK_AFTER);
        let signal = signal.map_err(|error| {
            let why = call_error(&error).message;
            Failure::new(format!("Failed to wait for response: {why}"))
        })?;
        match signal {
            Some(ManagerSignal::JobRemoved { path, unit, result, .. }) if jobs.remove(&path) => {
                is_good &= result::is_good(&result);
                say(tool, bus, &unit, &result);
            }
            Some(_) => {}
            None => {
                let queued = bus.manager().jobs();
                let queued: Vec<bus::QueuedJob> = queued.unwrap_or_default();
                jobs.retain(|path| queued.iter().any(|job| job.path == *path));
            }
        }
    }
    if is_good { Ok(()) } else { Err(Failure::silent(1)) }
}

fn say(tool: &Tool, bus: &Bus, unit: &str, job_result: &str) {
    let service_result = || {
        let value = bus.unit_property(unit, "Service", "Result").ok()?;
        value.as_str().map(str::to_owned)
    };
    if tool.options.quiet {
        return;
    }
    if let Some(text) = result::text(tool, unit, job_result, service_result) {
        tool.say(&text);
    }
}

/// How units ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All of them well.
    Well,
    /// One failed.
    Badly,
}

/// Waits until none of the units runs any more.
pub fn for_end(bus: &Bus, names: &[String]) -> Ended {
    let mut ended = Ended::Well;
    for name in names {
        loop {
            let state = bus.unit_property(name, "Unit", "ActiveState");
            match state.ok().as_ref().and_then(|state| state.as_str()) {
                Some("failed") => {
                    ended = Ended::Badly;
                    break;
                }
                Some("inactive") | None => break,
                Some(_) => std::thread::sleep(POLL),
            }
        }
    }
    ended
}
