//! `start` and its kin: what is asked of units, and what came of it.

mod result;
mod wait;

use bus::Arg;
use bus::wire::Value;
use unit::UnitType;

use super::failure::Failure;
use super::source::systemd::{Bus, call_error};
use super::source::{CallError, Source};
use super::{Tool, names};

/// A verb: its name, the manager's method for it, and the type of the job that comes of it.
struct Action {
    verb: &'static str,
    method: &'static str,
    job: &'static str,
}

const fn action(verb: &'static str, method: &'static str, job: &'static str) -> Action {
    Action { verb, method, job }
}

const ACTIONS: &[Action] = &[
    action("start", "StartUnit", "start"),
    action("isolate", "StartUnit", "start"),
    action("stop", "StopUnit", "stop"),
    action("condstop", "StopUnit", "stop"),
    action("reload", "ReloadUnit", "reload"),
    action("restart", "RestartUnit", "restart"),
    action("try-restart", "TryRestartUnit", "try-restart"),
    action("condrestart", "TryRestartUnit", "try-restart"),
    action("reload-or-restart", "ReloadOrRestartUnit", "reload-or-restart"),
    action("try-reload-or-restart", "ReloadOrTryRestartUnit", "reload-or-try-restart"),
    action("reload-or-try-restart", "ReloadOrTryRestartUnit", "reload-or-try-restart"),
    action("condreload", "ReloadOrTryRestartUnit", "reload-or-try-restart"),
    action("force-reload", "ReloadOrTryRestartUnit", "reload-or-try-restart"),
];

/// The type of the job that a verb asks for.
pub fn job_of(verb: &str) -> &'static str {
    ACTIONS.iter().find(|action| action.verb == verb).map_or("start", |action| action.job)
}

/// `start`, `stop`, `restart` …
///
/// # Errors
/// Nobody can be asked, or the words make no sense.
pub fn run(tool: &Tool, words: &[String]) -> Result<u8, Failure> {
    let verb = words.first().map_or("start", String::as_str);
    if tool.options.wait && !matches!(verb, "start" | "restart") {
        return Err(Failure::new(
            "--wait may only be used with the 'start' or 'restart' commands.",
        ));
    }
    let default = if verb == "isolate" { UnitType::Target } else { UnitType::Service };
    let expanded = names::expand(tool, words.get(1..).unwrap_or_default(), default)?;
    if expanded.had_patterns && job_of(verb) == "start" && !tool.options.all {
        tool.note(
            "Warning: systemctl start called with a glob pattern.\n\
             Hint: unit globs expand to loaded units, so start will usually have no effect.\n      \
             Passing --all will also load units which are pulled in by other units.\n      \
             See systemctl(1) for more details.",
        );
    }
    tool.source()?.start(tool, verb, &expanded.names)
}

/// The same for units of one mode and one name: `rescue.target`.
///
/// # Errors
/// Nobody can be asked.
pub fn target(tool: &Tool, bus: &Bus, name: &str, mode: &str, wait: bool) -> Result<u8, Failure> {
    let mut request = Request { tool, bus, verb: "start", mode, jobs: Vec::new() };
    let status = request.one(name).err().unwrap_or(0);
    if wait {
        wait::for_jobs(tool, bus, std::mem::take(&mut request.jobs))?;
    }
    Ok(status)
}

/// Carries it out by jobs of systemd.
///
/// # Errors
/// A job failed, or the connection did.
pub fn by_jobs(tool: &Tool, bus: &Bus, verb: &str, names: &[String]) -> Result<u8, Failure> {
    let mode = if verb == "isolate" { "isolate" } else { tool.options.job_mode() };
    let waits = !tool.options.no_block && !tool.options.dry_run;
    if waits {
        // Before the first job, so that none ends unnoticed.
        bus.manager().subscribe().map_err(|error| {
            Failure::new(format!("Could not watch jobs: {}", call_error(&error).message))
        })?;
    }
    let mut request = Request { tool, bus, verb, mode, jobs: Vec::new() };
    let mut status = 0;
    let mut stopped = Vec::new();
    if tool.options.marked {
        request.marked()?;
    }
    for name in names {
        match request.one(name) {
            Ok(()) if job_of(verb) == "stop" => stopped.push(name),
            Ok(()) => {}
            Err(failed) if status == 0 => status = failed,
            Err(_) => {}
        }
    }
    if waits {
        wait::for_jobs(tool, bus, request.jobs)?;
        if !tool.options.quiet {
            for name in stopped {
                still_triggered(tool, bus, name);
            }
        }
    }
    if tool.options.wait && wait::for_end(bus, names) == wait::Ended::Badly && status == 0 {
        status = 1;
    }
    Ok(status)
}

struct Request<'t> {
    tool: &'t Tool,
    bus: &'t Bus,
    verb: &'t str,
    mode: &'t str,
    /// The objects of the jobs that were queued.
    jobs: Vec<String>,
}

impl Request<'_> {
    /// Asks for one unit; an error is said, and gives an exit status.
    fn one(&mut self, name: &str) -> Result<(), u8> {
        if self.tool.options.dry_run {
            return Ok(());
        }
        match self.enqueue(name) {
            Ok(path) => self.jobs.push(path),
            Err(error) => return Err(self.refused(name, &error)),
        }
        if self.bus.needs_reload(name) {
            warn_changed(self.tool, name);
        }
        Ok(())
    }

    fn enqueue(&self, name: &str) -> Result<String, CallError> {
        if self.tool.options.show_transaction {
            return self.with_transaction(name);
        }
        let method = ACTIONS
            .iter()
            .find(|action| action.verb == self.verb)
            .map_or("StartUnit", |action| action.method);
        let values = self.bus.call(method, &[Arg::Str(name), Arg::Str(self.mode)])?;
        Ok(values.first().and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    fn with_transaction(&self, name: &str) -> Result<String, CallError> {
        let args = [Arg::Str(name), Arg::Str(job_of(self.verb)), Arg::Str(self.mode)];
        let values = self.bus.call("EnqueueUnitJob", &args)?;
        let number = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or_default();
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        self.tool.say(&format!(
            "Enqueued anchor job {} {}/{}.",
            number(values.first()),
            text(values.get(2)),
            text(values.get(4))
        ));
        for row in values.get(5).and_then(Value::as_array).unwrap_or_default() {
            self.tool.say(&format!(
                "Enqueued auxiliary job {} {}/{}.",
                number(row.field(0)),
                text(row.field(2)),
                text(row.field(4))
            ));
        }
        Ok(text(values.get(1)))
    }

    fn marked(&mut self) -> Result<(), Failure> {
        if self.tool.options.dry_run {
            return Ok(());
        }
        let values = self
            .bus
            .call("EnqueueMarkedJobs", &[])
            .map_err(|error| Failure::new(format!("Failed to start jobs: {}", error.message)))?;
        let paths = values.first().and_then(Value::as_strings).unwrap_or_default();
        self.jobs.extend(paths.into_iter().map(str::to_owned));
        Ok(())
    }

    fn refused(&self, name: &str, error: &CallError) -> u8 {
        refused(self.tool, self.verb, name, error)
    }
}

/// Says why something is not done with a unit, and gives the exit status.
pub fn refused(tool: &Tool, verb: &str, name: &str, error: &CallError) -> u8 {
    tool.say(&format!("Failed to {} {name}: {}", job_of(verb), error.message));
    if !matches!(error.word(), "NoSuchUnit" | "UnitMasked" | "JobTypeNotApplicable") {
        let scope = if tool.options.scope_words().is_empty() { "system" } else { "user" };
        let dashes = if name.starts_with('-') { " --" } else { "" };
        tool.say(&format!(
            "See {scope} logs and 'systemctl{} status{dashes} {name}' for details.",
            tool.options.scope_words()
        ));
    }
    error.exit_status()
}

/// Says that a unit's files are newer than what the manager knows of them.
pub fn warn_changed(tool: &Tool, name: &str) {
    tool.say(&format!(
        "Warning: The unit file, source configuration file or drop-ins of {name} changed on disk. \
         Run 'systemctl{} daemon-reload' to reload units.",
        tool.options.scope_words()
    ));
}

/// Says what may start a unit again that was stopped.
fn still_triggered(tool: &Tool, bus: &Bus, name: &str) {
    let get = |unit: &str, property| bus.unit_property(unit, "Unit", property);
    if get(name, "LoadState").is_ok_and(|state| state.as_str() == Some("masked")) {
        return;
    }
    let Ok(triggers) = get(name, "TriggeredBy") else { return };
    let is_up = |unit: &&str| {
        let state = get(unit, "ActiveState");
        state.is_ok_and(|state| matches!(state.as_str(), Some("active" | "reloading")))
    };
    let up: Vec<&str> =
        triggers.as_strings().unwrap_or_default().into_iter().filter(is_up).collect();
    if !up.is_empty() {
        tool.say(&format!("Warning: Stopping {name}, but it can still be activated by:"));
    }
    for unit in up {
        tool.say(&format!("  {unit}"));
    }
}
