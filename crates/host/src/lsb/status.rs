//! The script's own `status`, and what it says against the processes.

use std::time::Duration;

use super::LsbService;
use crate::service::{Field, Reason, Service, ServiceState};
use crate::tool::{Attempt, End};
use crate::{Details, Event};

/// How long a script may think about its own status.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a script's `status` came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What it wrote.
    pub lines: Vec<String>,
    /// How it ended.
    pub end: End,
}

impl Answer {
    /// Whether its service runs, by the exit statuses of the LSB. `None` where it does not say: 4
    /// and above, a signal, a usage text.
    pub fn runs(&self) -> Option<bool> {
        if self.is_usage() {
            return None;
        }
        match self.end {
            End::Exit(0) => Some(true),
            End::Exit(1..=3) => Some(false),
            End::Exit(_) | End::Signal(_) | End::TimedOut => None,
        }
    }

    /// It does not know the command: a script without an arm for it prints how it is used.
    fn is_usage(&self) -> bool {
        self.lines.iter().any(|line| line.to_ascii_lowercase().contains("usage:"))
    }

    /// In words.
    fn words(&self) -> String {
        match self.end {
            _ if self.is_usage() => "has no answer".to_owned(),
            End::Exit(0) => "says that it runs".to_owned(),
            End::Exit(1) => "says that it is dead and left its pid file".to_owned(),
            End::Exit(2) => "says that it is dead and left its lock file".to_owned(),
            End::Exit(3) => "says that it does not run".to_owned(),
            End::Exit(code) => format!("ended with status {code}"),
            End::Signal(signal) => format!("was ended by {}", crate::tool::signal_words(signal)),
            End::TimedOut => {
                format!("gave no answer within {} s and was ended", PATIENCE.as_secs())
            }
        }
    }
}

impl LsbService<'_> {
    /// Runs the script's `status`; `None` where it has none, or can't be run.
    pub fn ask(&self) -> Option<Answer> {
        if self.has("status") == Some(false) || self.source.unfit.is_some() {
            return None;
        }
        // Scripts that do not show what they do with their argument may do anything with it.
        self.has("status")?;
        let mut nobody = |_: &Event<'_>| {};
        let mut attempt = Attempt::new(self.name(), PATIENCE, &mut nobody);
        let end = attempt.run(self.helper("status"), "status").ok()?;
        Some(Answer { lines: attempt.output, end })
    }

    /// Asks the script, and completes or contradicts what the processes show. Those are believed
    /// where they tell.
    pub fn complete(&self, service: &mut Service, details: &mut Details) {
        let Some(answer) = self.ask() else { return };
        details.script_status = answer.end.code().map(|code| (answer.lines.clone(), code));
        let ours = match service.state {
            ServiceState::Running => Some(true),
            ServiceState::Stopped | ServiceState::Crashed | ServiceState::Failed => Some(false),
            _ => None,
        };
        match (ours, answer.runs()) {
            // Its pid file may lie where only the script looks for it.
            (_, Some(false)) if is_down(service) && self.tells_of_crash(&answer) => {
                died(service);
            }
            (None, Some(runs)) => self.believe(service, runs),
            (None, None) => {}
            (Some(false), Some(true)) if self.is_weak(service) => {
                details.disagreement = Some(self.disagreement(service, &answer, "believed"));
                self.believe(service, true);
            }
            (Some(ours), Some(theirs)) if ours == theirs => {}
            (Some(_), None) if answer.end != End::TimedOut => {}
            (Some(_), _) => {
                details.disagreement = Some(self.disagreement(service, &answer, "not believed"));
            }
        }
    }

    /// Exit status 1 means, to the LSB, that the program is dead and its pid file is there. Many
    /// scripts end with 1 for any failure: those are believed that say so, or that have the answer
    /// from a library which keeps to the LSB.
    fn tells_of_crash(&self, answer: &Answer) -> bool {
        let says_so = |line: &String| {
            let line = line.to_ascii_lowercase();
            line.contains("pid file exists") || line.contains("pidfile exists")
        };
        answer.end == End::Exit(1)
            && (self.source.status_is_librarys || answer.lines.iter().any(says_so))
    }

    /// That there is no pid file does not say much where no program is known either.
    fn is_weak(&self, service: &Service) -> bool {
        service.state == ServiceState::Stopped && self.source.script.daemon_paths.is_empty()
    }

    fn disagreement(&self, service: &Service, answer: &Answer, believed: &str) -> String {
        let seen = match (service.main_pid, service.gap(Field::MainPid)) {
            (Some(pid), _) => format!("process {pid} runs"),
            (None, Some(gap)) => gap.detail.clone().into_owned(),
            (None, None) => format!("it is {}", service.state.word()),
        };
        format!("its script's status {} ({believed}); {seen}", answer.words())
    }

    /// Takes the script's word for it.
    fn believe(&self, service: &mut Service, runs: bool) {
        service.gaps.retain(|gap| gap.field != Field::State);
        // A process of its program is there, though which one is its daemon is not known.
        let is_seen = service.gap(Field::MainPid).is_some_and(|gap| gap.reason == Reason::Unknown);
        let (state, native) = match (runs, self.has_daemon() || is_seen) {
            (true, true) => (ServiceState::Running, "running"),
            (true, false) => (ServiceState::Exited, "status 0"),
            (false, _) => (ServiceState::Stopped, "not running"),
        };
        service.state = state;
        service.native = native.to_owned();
        if state == ServiceState::Running {
            let detail = "its script says that it runs, and nothing tells as which process";
            service.lacks(Field::MainPid, Reason::Unknown, detail);
        }
    }
}

/// No process of it is known.
fn is_down(service: &Service) -> bool {
    matches!(service.state, ServiceState::Stopped | ServiceState::Unknown)
}

fn died(service: &mut Service) {
    service.gaps.retain(|gap| gap.field != Field::State);
    service.state = ServiceState::Crashed;
    "dead but pid file exists".clone_into(&mut service.native);
    let detail = "its script says that it is dead and left its pid file";
    service.lacks(Field::MainPid, Reason::Vanished, detail);
}
