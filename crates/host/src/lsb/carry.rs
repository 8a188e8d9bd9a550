//! Carrying a verb out by a script, and looking at what came of it.

use super::plan::{Expects, Plan, plan};
use super::{LsbService, exit_words};
use crate::service::ServiceState;
use crate::tool::{Attempt, End, signal_words};
use crate::{Done, Refusal, RefusalKind, Verb};

impl LsbService<'_> {
    /// Does what the verb says.
    ///
    /// # Errors
    /// It was not done: why, with the script's own words.
    pub fn carry_out(
        &self,
        verb: Verb,
        command: Option<&str>,
        attempt: &mut Attempt<'_>,
    ) -> Result<Done, Refusal> {
        if let Some(unfit) = &self.source.unfit {
            let (message, hint) = unfit.words(&self.source.script.path);
            let refusal = Refusal::new(RefusalKind::Failed, message);
            return Err(match hint {
                Some(hint) => refusal.hint(hint),
                None => refusal,
            });
        }
        let before = (self.look)();
        let runs = match self.runs(before.state) {
            // Nothing is seen of it, and its script says that it runs: a script's restart is right
            // for both.
            Some(false) if verb == Verb::Restart && self.claims_to_run(before.state) => None,
            runs => runs,
        };
        let nothing = Done { nothing_to_do: true, ..Done::default() };
        if verb == Verb::Stop && runs == Some(false) && self.is_certainly_down(before.state) {
            return Ok(nothing);
        }
        let Some(plan) = plan(verb, command, runs, self.source)? else { return Ok(nothing) };
        self.run_steps(&plan, runs, before.main_pid, attempt)
    }

    /// Whether it runs: by its processes or, where they don't tell, by its script.
    fn runs(&self, state: ServiceState) -> Option<bool> {
        match state {
            ServiceState::Running => Some(true),
            ServiceState::Stopped | ServiceState::Crashed | ServiceState::Failed => Some(false),
            _ => self.ask().and_then(|answer| answer.runs()),
        }
    }

    fn claims_to_run(&self, state: ServiceState) -> bool {
        state == ServiceState::Stopped
            && self.ask().is_some_and(|answer| answer.runs() == Some(true))
    }

    /// Nothing is left that stopping it would clear away. A script without a `status` that could
    /// confirm it is run: to stop what is stopped is a success to it.
    fn is_certainly_down(&self, state: ServiceState) -> bool {
        state == ServiceState::Stopped
            && self.ask().is_some_and(|answer| answer.runs() == Some(false))
    }

    fn run_steps(
        &self,
        plan: &Plan,
        runs: Option<bool>,
        pid_before: Option<u32>,
        attempt: &mut Attempt<'_>,
    ) -> Result<Done, Refusal> {
        for (command, may_fail) in &plan.steps {
            let end = attempt.run(self.helper(command), command)?;
            if end == End::Exit(0) || (*may_fail && end.code().is_some()) {
                continue;
            }
            // To stop what was not running may be a failure to a script; it is none.
            if plan.expects == Expects::Down
                && runs != Some(true)
                && end.code().is_some()
                && matches!((self.look)().state, ServiceState::Stopped | ServiceState::Crashed)
            {
                attempt.note(format!("its script's {command} said: {}", self.ended(command, end)));
                let (output, notes) = (attempt.output.clone(), attempt.notes.clone());
                return Ok(Done { nothing_to_do: true, output, notes, ..Done::default() });
            }
            return Err(self.failed(plan, command, end, attempt));
        }
        match plan.expects {
            Expects::Up => self.came_up(plan, pid_before, attempt)?,
            Expects::Down => self.check_down(pid_before, attempt)?,
            Expects::Anything => {}
        }
        let output = std::mem::take(&mut attempt.output);
        let notes = std::mem::take(&mut attempt.notes);
        Ok(Done { output, notes, ..Done::default() })
    }

    /// After the script said that it started, or restarted, its service.
    fn came_up(
        &self,
        plan: &Plan,
        pid_before: Option<u32>,
        attempt: &mut Attempt<'_>,
    ) -> Result<(), Refusal> {
        let last = plan.steps.last().map_or("", |(command, _)| command.as_str());
        let restarted = matches!(last, "restart" | "try-restart" | "condrestart");
        // Of what can't be reloaded this is a restart.
        let may_restart = restarted || last == "force-reload";
        match self.check_up(attempt) {
            // Scripts that do not wait until the old process is gone find that it "runs already".
            Err(refusal) if may_restart && self.has("start") == Some(true) => {
                attempt.output = refusal.output;
                attempt.note("its script's restart left it stopped: it was started once more");
                let end = attempt.run(self.helper("start"), "start")?;
                if end != End::Exit(0) {
                    let plan = Plan { steps: Vec::new(), expects: Expects::Up };
                    return Err(self.failed(&plan, "start", end, attempt));
                }
                self.check_up(attempt)
            }
            Err(refusal) => Err(refusal),
            Ok(()) => {
                let same = pid_before.filter(|_| restarted);
                if let Some(pid) = same.filter(|pid| (self.look)().main_pid == Some(*pid)) {
                    attempt.note(format!(
                        "process {pid} is the same as before: its script's restart did not end it"
                    ));
                }
                Ok(())
            }
        }
    }

    fn ended(&self, command: &str, end: End) -> String {
        match end {
            End::Exit(code) => match exit_words(command, code) {
                Some(words) => format!("{command} ended with status {code} ({words})"),
                None => format!("{command} ended with status {code}"),
            },
            End::Signal(signal) => format!("{command} was ended by {}", signal_words(signal)),
            End::TimedOut => format!("{command} did not end in time and was ended"),
        }
    }

    fn failed(&self, plan: &Plan, command: &str, end: End, attempt: &mut Attempt<'_>) -> Refusal {
        let after = (self.look)();
        let mut message = format!("its script's {}", self.ended(command, end));
        match (plan.expects, after.state, after.main_pid) {
            (Expects::Up, ServiceState::Running, Some(pid)) => {
                message.push_str(&format!("; it runs nevertheless, as process {pid}"));
            }
            (Expects::Down, ServiceState::Running, Some(pid)) => {
                message.push_str(&format!("; process {pid} still runs"));
            }
            (Expects::Down, ServiceState::Stopped, _) => {
                message.push_str("; it does not run any more");
            }
            _ => {}
        }
        let kind = match end {
            End::TimedOut => RefusalKind::TimedOut,
            _ if command == "status" => RefusalKind::Failed,
            End::Exit(3) if !matches!(command, "start" | "stop") => RefusalKind::NotSupported,
            End::Exit(4) => RefusalKind::NotPermitted,
            _ => RefusalKind::Failed,
        };
        let mut refusal = attempt.refusal(Refusal::new(kind, message));
        refusal.exit_status = end.code();
        refusal.hint = self.hint(end);
        refusal
    }

    fn hint(&self, end: End) -> Option<String> {
        let path = self.source.script.path.display();
        if let Some(program) = self.missing_program() {
            return Some(format!(
                "{} is not there: install its package, or remove the script that it left",
                program.display()
            ));
        }
        if self.source.has_crlf {
            return Some(format!(
                "{path} has line ends of DOS, which shells trip over: sed -i 's/\\r$//' {path}"
            ));
        }
        (end == End::TimedOut).then(|| "--timeout gives it more time".to_owned())
    }
}
