//! Whether a script did what its exit status claims.

use std::time::{Duration, Instant};

use super::LsbService;
use crate::service::{Field, ServiceState};
use crate::tool::Attempt;
use crate::{Refusal, RefusalKind};

/// How long a daemon that was started may take until it is seen.
const APPEARS: Duration = Duration::from_secs(1);
/// How long it must have stayed, to be called started.
const STAYS: Duration = Duration::from_millis(150);
/// How long a daemon that was stopped may take until it is gone.
const GOES: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(50);

impl LsbService<'_> {
    /// After a script said that it started its service.
    ///
    /// # Errors
    /// It certainly does not run.
    pub(super) fn check_up(&self, attempt: &mut Attempt<'_>) -> Result<(), Refusal> {
        if !self.has_daemon() {
            return Ok(());
        }
        let begun = Instant::now();
        let mut seen_since: Option<Instant> = None;
        loop {
            let now = (self.look)();
            match (now.state, seen_since) {
                (ServiceState::Running, Some(since)) if since.elapsed() >= STAYS => {
                    attempt.look_at_output(self.tools.root(), now.main_pid);
                    return Ok(());
                }
                (ServiceState::Running, Some(_)) => {}
                (ServiceState::Running, None) => seen_since = Some(Instant::now()),
                (_, Some(_)) => {
                    return Err(self.not_up(attempt, "its process ended at once"));
                }
                (state, None) if begun.elapsed() >= APPEARS || self.missing_program().is_some() => {
                    return self.was_not_seen(state, attempt);
                }
                (_, None) => {}
            }
            attempt.pause(STEP, "waiting for its process");
        }
    }

    /// Nothing was seen of it. That is a failure only where it is certain: its script says so too,
    /// or there is none that could be asked and no process runs its program.
    fn was_not_seen(&self, state: ServiceState, attempt: &mut Attempt<'_>) -> Result<(), Refusal> {
        if let Some(program) = self.missing_program() {
            let message = format!("its program {} is not installed", program.display());
            return Err(self.not_up(attempt, &message));
        }
        let claims = self.ask().and_then(|answer| answer.runs());
        let is_down = matches!(state, ServiceState::Stopped | ServiceState::Crashed);
        let certain = match claims {
            Some(runs) => !runs,
            None => is_down && !self.source.script.daemon_paths.is_empty(),
        };
        if certain {
            return Err(self.not_up(attempt, "no process of it is there"));
        }
        attempt.note(match claims {
            Some(true) => "its script's status says that it runs; no process of it was found",
            _ => "its script said success; whether it runs can't be known",
        });
        Ok(())
    }

    fn not_up(&self, attempt: &mut Attempt<'_>, why: &str) -> Refusal {
        let message = format!("its script said success, but {why}");
        let mut refusal = attempt.refusal(Refusal::new(RefusalKind::Failed, message));
        refusal.exit_status = Some(0);
        refusal.hint = Some(match self.missing_program() {
            Some(_) => "install its package, or remove the script that it left".to_owned(),
            None => "its settings may forbid it to start, or its log tells why it ended".to_owned(),
        });
        refusal
    }

    /// After a script said that it stopped its service.
    ///
    /// # Errors
    /// The process that was to go still runs.
    pub(super) fn check_down(
        &self,
        before: Option<u32>,
        attempt: &mut Attempt<'_>,
    ) -> Result<(), Refusal> {
        let begun = Instant::now();
        loop {
            let now = (self.look)();
            let (ServiceState::Running, Some(pid)) = (now.state, now.main_pid) else {
                if now.state == ServiceState::Crashed
                    && let Some(gap) = now.gap(Field::MainPid)
                {
                    attempt.note(format!("its script left a pid file behind: {}", gap.detail));
                }
                return Ok(());
            };
            if before.is_none() {
                return Ok(());
            }
            if begun.elapsed() >= GOES || !attempt.pause(STEP, "waiting for its process to end") {
                let message = format!("its script said success, but process {pid} still runs");
                let mut refusal = attempt.refusal(Refusal::new(RefusalKind::Failed, message));
                refusal.exit_status = Some(0);
                return Err(refusal);
            }
        }
    }
}
