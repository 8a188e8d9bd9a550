//! Asking the service managers while the processes are looked at, and not waiting for one that
//! does not answer.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use host::{HostError, ManagerKind, Service, ServiceManager};
use present::Why;

/// How long the page waits for a manager.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The managers, and the questions that are under way.
pub struct Asking {
    managers: Vec<Asked>,
    since: Instant,
}

struct Asked {
    manager: Arc<dyn ServiceManager>,
    pending: Option<Receiver<Result<Vec<Service>, HostError>>>,
    /// It did not answer in time; while it doesn't, nobody waits for it again.
    silent: bool,
}

/// What one manager said.
pub struct Answer {
    /// Who.
    pub manager: ManagerKind,
    /// Its services, or why there are none.
    pub services: Result<Vec<Service>, Problem>,
}

/// Why a manager told nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// In a word.
    pub reason: Why,
    /// In a sentence.
    pub detail: String,
}

impl Asking {
    /// Of the machine whose tree is at `root`.
    pub fn new(root: &Path) -> Asking {
        let options = host::Options { timeout: PATIENCE, ..host::Options::default() };
        let managers = host::managers(root, &options);
        Asking::of(managers.into_iter().map(Arc::from).collect())
    }

    fn of(managers: Vec<Arc<dyn ServiceManager>>) -> Asking {
        let asked = |manager| Asked { manager, pending: None, silent: false };
        Asking { managers: managers.into_iter().map(asked).collect(), since: Instant::now() }
    }

    /// Whether there is nobody to ask.
    pub fn is_empty(&self) -> bool {
        self.managers.is_empty()
    }

    /// Asks each manager in a thread of its own, unless it still owes an answer.
    pub fn begin(&mut self) {
        self.since = Instant::now();
        for asked in &mut self.managers {
            if asked.pending.is_some() {
                continue;
            }
            let (sender, receiver) = channel();
            let manager = Arc::clone(&asked.manager);
            let thread = std::thread::Builder::new().name("managers".to_owned());
            // Out of threads: the receiver says that nobody is there to answer. An answer that
            // nobody waits for any more is dropped.
            let _ = thread.spawn(move || {
                let _ = sender.send(manager.services());
            });
            asked.pending = Some(receiver);
        }
    }

    /// The answers, at most [`PATIENCE`] after [`Asking::begin`].
    pub fn finish(&mut self) -> Vec<Answer> {
        let deadline = self.since + PATIENCE;
        self.managers.iter_mut().map(|asked| asked.answer(deadline)).collect()
    }
}

impl Asked {
    fn answer(&mut self, deadline: Instant) -> Answer {
        let manager = self.manager.kind();
        let left = if self.silent {
            Duration::ZERO
        } else {
            deadline.saturating_duration_since(Instant::now())
        };
        let came = self.pending.as_ref().map(|pending| pending.recv_timeout(left));
        self.silent = matches!(came, Some(Err(RecvTimeoutError::Timeout)));
        if !self.silent {
            self.pending = None;
        }
        let services = match came {
            Some(Ok(answer)) => answer.map_err(|error| Problem {
                reason: if error.is_not_permitted() { Why::NotPermitted } else { Why::Unknown },
                detail: error.to_string(),
            }),
            Some(Err(RecvTimeoutError::Timeout)) => Err(Problem {
                reason: Why::NotMeasured,
                detail: format!(
                    "{} did not answer within {} s; what its processes show is here",
                    manager.name(),
                    PATIENCE.as_secs()
                ),
            }),
            Some(Err(RecvTimeoutError::Disconnected)) | None => Err(Problem {
                reason: Why::NotMeasured,
                detail: "no thread could be started to ask it".to_owned(),
            }),
        };
        Answer { manager, services }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Answers the first question late, the others at once.
    struct Slow {
        questions: AtomicU32,
    }

    impl ServiceManager for Slow {
        fn kind(&self) -> ManagerKind {
            ManagerKind::Systemd
        }

        fn services(&self) -> Result<Vec<Service>, HostError> {
            if self.questions.fetch_add(1, Ordering::SeqCst) == 0 {
                std::thread::sleep(PATIENCE * 2);
            }
            Ok(Vec::new())
        }

        fn service(&self, name: &str) -> Result<Service, HostError> {
            Err(HostError::NoSuchService { manager: self.kind(), name: name.to_owned() })
        }

        fn installed(&self) -> Result<Vec<host::Installed>, HostError> {
            Ok(Vec::new())
        }

        fn jobs(&self) -> Result<Vec<host::Job>, HostError> {
            Ok(Vec::new())
        }

        fn dependencies(&self, _: &str, _: bool) -> Result<Vec<host::Dependency>, HostError> {
            Ok(Vec::new())
        }

        fn ability(&self, _: host::Verb) -> host::Ability {
            host::Ability::Can
        }

        fn act(&self, _: &host::Request<'_>, _: &mut dyn host::Watch) -> Vec<host::Outcome> {
            Vec::new()
        }

        fn reload_definitions(&self) -> Result<host::Done, host::Refusal> {
            Ok(host::Done::default())
        }
    }

    #[test]
    fn a_manager_that_does_not_answer_is_waited_for_once() {
        let mut asking = Asking::of(vec![Arc::new(Slow { questions: AtomicU32::new(0) })]);
        let start = Instant::now();
        for _ in 0..3 {
            asking.begin();
            let problem = asking.finish().remove(0).services.unwrap_err();
            assert_eq!(problem.reason, Why::NotMeasured);
            assert!(problem.detail.contains("did not answer"), "{}", problem.detail);
        }
        let waited = start.elapsed();
        assert!(waited >= PATIENCE && waited < PATIENCE * 2, "{waited:?}");
        std::thread::sleep((PATIENCE * 5 / 2).saturating_sub(start.elapsed()));
        // The late answer is taken, and the next question is asked again.
        for _ in 0..2 {
            asking.begin();
            assert_eq!(asking.finish().remove(0).services, Ok(Vec::new()));
        }
    }
}
