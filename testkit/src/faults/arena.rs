//! A box in which faults are tried, one after the other.

use super::{Answer, Case, Init, State, Verdict, judge};
use crate::boxes::{Error, Machine, Output, Plan};
use std::path::Path;
use std::time::{Duration, Instant};

const PRELUDE: &str = include_str!("prelude.sh");
/// Where it lies in the box.
const PRELUDE_PATH: &str = "/usr/lib/faults.sh";
/// Where what a script wrote is read from: a daemon that it starts would keep a pipe open.
const SAID: &str = "/run/faults.said";
/// Seconds that a script may take.
const LIMIT: &str = "100";

/// A box with all its servers, in which case after case is tried.
#[derive(Debug)]
pub struct Arena {
    init: Init,
    machine: Machine,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its verdict.
    pub verdict: Verdict,
    /// What was found.
    pub answer: Answer,
    /// The answer as it was written.
    pub raw: String,
    /// How long the answer took.
    pub elapsed: Duration,
    /// How long the whole case took.
    pub whole: Duration,
}

impl Arena {
    /// Boots it with that `daemonctl`.
    ///
    /// # Errors
    /// When the box does not come up.
    pub fn boot(init: Init, daemonctl: &Path) -> Result<Self, Error> {
        let plan = Plan::new(init.kind()).servers();
        let plan = plan.file(PRELUDE_PATH, 0o644, PRELUDE).put(daemonctl, "/usr/bin/daemonctl")?;
        let arena = Self { init, machine: plan.boot()? };
        arena.machine.shell(&format!("INIT={init} SERVICE=; . {PRELUDE_PATH}; save"))?;
        Ok(arena)
    }

    /// The box.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Tries a case and takes it back.
    ///
    /// # Errors
    /// When the box is in no state for a further case.
    pub fn try_case(&self, case: &Case) -> Result<Trial, Error> {
        let start = Instant::now();
        let mut trial = Trial {
            verdict: Verdict::Right,
            answer: Answer::default(),
            raw: String::new(),
            elapsed: Duration::ZERO,
            whole: Duration::ZERO,
        };
        match self.break_it(case)? {
            Some(unfit) => trial.verdict = Verdict::Unfit(unfit),
            None => self.ask(case, &mut trial)?,
        }
        self.clear_away(case)?;
        trial.whole = start.elapsed();
        Ok(trial)
    }

    /// Brings the case about; what speaks against its being what it is meant to be.
    ///
    /// # Errors
    /// When nothing can be run in the box.
    pub fn break_it(&self, case: &Case) -> Result<Option<String>, Error> {
        let done = self.script(case, &case.inject)?;
        if !done.status.success() {
            return Ok(Some(format!("the injection failed: {}", done.describe())));
        }
        let service = self.looked_after(case);
        let usual = format!("again {service}; settled {service}; sleep 0.3");
        let provoke = match (&case.provoke, case.service.is_some() || case.is_fault()) {
            (Some(script), _) => script,
            (None, true) => &usual,
            (None, false) => "",
        };
        let done = self.script(case, provoke)?;
        if !done.status.success() {
            return Ok(Some(format!("could not be provoked: {}", done.describe())));
        }
        let usual = match case.state {
            State::Broken | State::Rests => format!("is_down {service}"),
            State::Runs => format!("up {service}"),
        };
        let fits = self.script(case, case.check.as_ref().unwrap_or(&usual))?;
        let seen = || format!("it is not {:?}: {}", case.state, fits.describe());
        Ok((!fits.status.success()).then(seen))
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the service does not run again.
    pub fn clear_away(&self, case: &Case) -> Result<(), Error> {
        let script = format!("{}\nclear_away", case.undo);
        let done = self.script(case, &script)?;
        if done.status.success() {
            return Ok(());
        }
        Err(Error::Command {
            command: format!("clear {} away", case.name),
            outcome: done.describe(),
        })
    }

    fn ask(&self, case: &Case, trial: &mut Trial) -> Result<(), Error> {
        let start = Instant::now();
        let mut words =
            vec!["timeout", "30", "daemonctl", "diagnose", case.ask_on(self.init), "--json"];
        words.extend(case.options.iter().map(String::as_str));
        let output = self.machine.exec(&words)?;
        trial.elapsed = start.elapsed();
        trial.raw = output.text();
        match Answer::read(&trial.raw) {
            Ok(answer) => {
                trial.verdict = judge(case, &answer);
                trial.answer = answer;
            }
            Err(why) => trial.verdict = Verdict::Wrong(format!("{why}: {}", output.describe())),
        }
        Ok(())
    }

    /// The service that its scripts are about.
    fn looked_after<'a>(&self, case: &'a Case) -> &'a str {
        case.service_on(self.init).unwrap_or("app")
    }

    fn script(&self, case: &Case, body: &str) -> Result<Output, Error> {
        let inner = format!(
            "INIT={} SERVICE={}\n. {PRELUDE_PATH}\n{body}",
            self.init,
            case.service_on(self.init).unwrap_or_default()
        );
        let outer = format!(
            "timeout -k 5 {LIMIT} sh -euc \"$0\" > {SAID} 2>&1 < /dev/null; \
             end=$?; tail -n 20 {SAID}; exit $end"
        );
        self.machine.exec(&["sh", "-c", &outer, &inner])
    }
}
