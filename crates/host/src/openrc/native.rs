//! Verbs for OpenRC's own scripts, by `rc-service`.
//!
//! OpenRC refuses to start what it counts as started, though its process be gone. A crashed service
//! is therefore set back first (`zap`), which leaves those that need it alone; where its
//! supervise-daemon still runs, it is restarted.

use std::time::{Duration, Instant};

use super::OpenRc;
use super::deptree::DepTree;
use super::refusals::{failed, gone, no_command};
use crate::script::Source;
use crate::service::ServiceState;
use crate::tool::{Attempt, End};
use crate::{Done, Refusal, RefusalKind, Verb};

/// How long a daemon that was started may take until it is seen.
const APPEARS: Duration = Duration::from_secs(1);
/// How long it must have stayed, to be called started.
const STAYS: Duration = Duration::from_millis(150);
const STEP: Duration = Duration::from_millis(50);
/// Commands that openrc-run(8) has for every script.
const BUILT_IN: [&str; 16] = [
    "start",
    "stop",
    "restart",
    "status",
    "zap",
    "describe",
    "depend",
    "condrestart",
    "conditionalrestart",
    "ineed",
    "iuse",
    "iwant",
    "needsme",
    "usesme",
    "wantsme",
    "pause",
];

/// Of a service that is started and not active.
const INACTIVE: &str = "OpenRC has started it; it is inactive until an event";

/// What OpenRC has of a service, before something is done with it.
struct Now {
    state: ServiceState,
    /// OpenRC counts it as started, whatever became of its process.
    counted: bool,
    /// It is `inactive`: started, and waiting for an event.
    inactive: bool,
    /// Its supervise-daemon runs.
    supervised: bool,
}

impl OpenRc {
    /// Does what the verb says with a script of OpenRC's own.
    ///
    /// # Errors
    /// It was not done: why, in the words of the script and of OpenRC.
    pub(super) fn run_native(
        &self,
        verb: Verb,
        command: Option<&str>,
        source: &Source,
        attempt: &mut Attempt<'_>,
    ) -> Result<Done, Refusal> {
        let (service, folder, supervised) = self.native_now(source)?;
        let now = Now {
            state: service.state,
            counted: matches!(folder, Some("started" | "inactive")),
            inactive: folder == Some("inactive"),
            supervised,
        };
        let steps = steps(verb, command, &now, source)?;
        if steps.is_empty() {
            let mut done = Done { nothing_to_do: true, ..Done::default() };
            if now.inactive {
                done.notes.push(INACTIVE.to_owned());
            }
            return Ok(done);
        }
        let tool = self.rc_service()?;
        let name = source.script.name.as_str();
        if steps.iter().any(|step| matches!(*step, "start" | "restart")) {
            self.refuse_circle(name)?;
        }
        for step in &steps {
            let helper = self.tools.helper(tool.clone()).arg(name).arg(*step);
            let end = attempt.run(helper, step)?;
            if end == End::Exit(0) {
                continue;
            }
            // The stop function of a script may fail for want of a process.
            if now.state == ServiceState::Crashed && *step != "start" && end.code().is_some() {
                self.set_back(verb, name, &tool, attempt)?;
                break;
            }
            if let Some(done) = self.comes_later(source, attempt)? {
                return Ok(done);
            }
            return Err(failed(step, end, attempt));
        }
        if matches!(verb, Verb::Custom | Verb::Stop | Verb::ResetFailed) {
            return Ok(finish(attempt));
        }
        self.check_up(source, attempt)?;
        Ok(finish(attempt))
    }

    /// What needs each other in a circle can't be started.
    fn refuse_circle(&self, name: &str) -> Result<(), Refusal> {
        let circle = self
            .look()
            .ok()
            .and_then(|look| DepTree::load(&self.root).and_then(|tree| tree.circle(name, &look)));
        let Some(circle) = circle else { return Ok(()) };
        let message = format!("its dependencies run in a circle: {}", circle.join(" needs "));
        Err(Refusal::new(RefusalKind::DependencyFailed, message)
            .hint("change one of these scripts, then daemonctl daemon-reload"))
    }

    /// rc-service fails where OpenRC has only put a start off: until what it needs has started, or
    /// until an event makes an inactive service active.
    fn comes_later(
        &self,
        source: &Source,
        attempt: &mut Attempt<'_>,
    ) -> Result<Option<Done>, Refusal> {
        let look = self
            .look()
            .map_err(|e| Refusal::new(RefusalKind::ManagerUnavailable, e.to_string()))?;
        let name = source.script.name.as_str();
        if let Some(awaited) = look.waits_for(name) {
            attempt.note(format!("it starts when {awaited} has"));
            return Ok(Some(Done { queued: true, ..finish(attempt) }));
        }
        if look.folder(name) == Some("inactive") {
            attempt.note(INACTIVE);
            return Ok(Some(finish(attempt)));
        }
        Ok(None)
    }

    /// After a crashed service could not be stopped: it is set back and, if that was asked for,
    /// started.
    fn set_back(
        &self,
        verb: Verb,
        name: &str,
        tool: &std::path::Path,
        attempt: &mut Attempt<'_>,
    ) -> Result<(), Refusal> {
        attempt.note("it had crashed and could not be stopped: it was set back (zap)");
        let steps: &[&str] = if verb == Verb::Stop { &["zap"] } else { &["zap", "start"] };
        for step in steps {
            let helper = self.tools.helper(tool.to_owned()).arg(name).arg(*step);
            let end = attempt.run(helper, step)?;
            if end != End::Exit(0) {
                return Err(failed(step, end, attempt));
            }
        }
        Ok(())
    }

    /// After OpenRC said that it started a service.
    fn check_up(&self, source: &Source, attempt: &mut Attempt<'_>) -> Result<(), Refusal> {
        let begun = Instant::now();
        let mut seen_since: Option<Instant> = None;
        loop {
            let (service, _, _) = self.native_now(source)?;
            match (service.state, seen_since) {
                (ServiceState::Running, Some(since)) if since.elapsed() >= STAYS => {
                    attempt.look_at_output(&self.root, service.main_pid);
                    return Ok(());
                }
                (ServiceState::Running, seen) => seen_since = seen.or(Some(Instant::now())),
                (ServiceState::Crashed, None) if begun.elapsed() < APPEARS => {}
                (ServiceState::Crashed, _) => return Err(gone(&service, attempt)),
                // It has no process that could be looked for, or OpenRC will say later.
                _ => return Ok(()),
            }
            attempt.pause(STEP, "waiting for its process");
        }
    }
}

/// What to run, in order; nothing when it is so already.
fn steps<'a>(
    verb: Verb,
    command: Option<&'a str>,
    now: &Now,
    source: &Source,
) -> Result<Vec<&'a str>, Refusal> {
    let has = |name: &str| source.declared.commands.iter().any(|c| c.name == name);
    let crashed = now.state == ServiceState::Crashed;
    let start = match (crashed, now.supervised) {
        (true, true) => vec!["restart"],
        (true, false) => vec!["zap", "start"],
        (false, _) if now.counted => Vec::new(),
        (false, _) => vec!["start"],
    };
    let up = now.counted && !crashed;
    Ok(match verb {
        Verb::Start => start,
        Verb::Stop
            if !now.counted
                && matches!(now.state, ServiceState::Stopped | ServiceState::Failed) =>
        {
            Vec::new()
        }
        Verb::Stop => vec!["stop"],
        Verb::Restart => vec!["restart"],
        Verb::TryRestart if up => vec!["restart"],
        Verb::TryRestart => Vec::new(),
        Verb::Reload if !up => {
            return Err(Refusal::new(RefusalKind::Failed, "it is not started")
                .hint("start it: it reads its configuration then"));
        }
        Verb::Reload if has("reload") => vec!["reload"],
        Verb::Reload => return Err(no_command("reload", source)),
        Verb::ReloadOrRestart | Verb::TryReloadOrRestart if up && has("reload") => vec!["reload"],
        Verb::ReloadOrRestart => vec!["restart"],
        Verb::TryReloadOrRestart if up => vec!["restart"],
        Verb::TryReloadOrRestart => Vec::new(),
        Verb::ResetFailed if crashed && now.supervised => {
            return Err(Refusal::new(
                RefusalKind::Refused,
                "its supervise-daemon runs, and starts it again",
            )
            .hint("stop it, or restart it"));
        }
        Verb::ResetFailed if now.state.is_trouble() => vec!["zap"],
        Verb::ResetFailed => Vec::new(),
        Verb::Custom => {
            let command = command.unwrap_or_default();
            if command.is_empty() || !(has(command) || BUILT_IN.contains(&command)) {
                return Err(no_command(command, source));
            }
            vec![command]
        }
        Verb::Enable | Verb::Disable | Verb::Mask | Verb::Unmask => Vec::new(),
    })
}

fn finish(attempt: &mut Attempt<'_>) -> Done {
    Done {
        output: std::mem::take(&mut attempt.output),
        notes: std::mem::take(&mut attempt.notes),
        ..Done::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::source_of;

    fn run(verb: Verb, state: ServiceState, counted: bool, supervised: bool) -> Vec<&'static str> {
        let text = "#!/sbin/openrc-run\nextra_started_commands=\"reload\"\n";
        let now = Now { state, counted, inactive: false, supervised };
        steps(verb, Some("reload"), &now, &source_of("x", text)).unwrap_or_else(|_| vec!["refused"])
    }

    #[test]
    fn a_crashed_service_is_set_back_before_it_is_started() {
        use ServiceState::{Crashed, Exited, Failed, Running, Stopped};
        assert_eq!(run(Verb::Start, Running, true, false), [""; 0]);
        assert_eq!(run(Verb::Start, Exited, true, false), [""; 0]);
        assert_eq!(run(Verb::Start, Crashed, true, false), ["zap", "start"]);
        assert_eq!(run(Verb::Start, Crashed, true, true), ["restart"]);
        assert_eq!(run(Verb::Start, Failed, false, false), ["start"]);
        assert_eq!(run(Verb::Stop, Failed, false, false), [""; 0]);
        assert_eq!(run(Verb::Stop, Crashed, true, false), ["stop"]);
        assert_eq!(run(Verb::TryRestart, Stopped, false, false), [""; 0]);
        assert_eq!(run(Verb::TryRestart, Crashed, true, false), [""; 0]);
        assert_eq!(run(Verb::Restart, Stopped, false, false), ["restart"]);
        assert_eq!(run(Verb::Reload, Running, true, false), ["reload"]);
        assert_eq!(run(Verb::Reload, Stopped, false, false), ["refused"]);
        assert_eq!(run(Verb::ResetFailed, Failed, false, false), ["zap"]);
        assert_eq!(run(Verb::ResetFailed, Crashed, true, true), ["refused"]);
        assert_eq!(run(Verb::Custom, Running, true, false), ["reload"]);
    }
}
