//! Jobs: queued for many units at once, and waited for together.

use std::time::{Duration, Instant};

use bus::{BusError, Manager, Unit, UnitJob};

use super::names::complete;
use super::outcome::{self, Before, Ended};
use super::properties::Properties;
use super::refusal::{for_manager, refusal_of};
use super::wait::listen;
use super::{Systemd, look_up};
use crate::{Done, Event, Outcome, Refusal, RefusalKind, Request, Verb, Watch};

/// How long a person may take to give a password.
const PERSON: Duration = Duration::from_secs(120);
/// How long a manager may be busy before it answers.
const BUSY: Duration = Duration::from_secs(25);
/// And how much longer for each unit.
const EACH: Duration = Duration::from_millis(50);

/// The job that a verb asks for; `None` for verbs that ask for none.
pub(super) fn job_of(verb: Verb) -> Option<UnitJob> {
    Some(match verb {
        Verb::Start => UnitJob::Start,
        Verb::Stop => UnitJob::Stop,
        Verb::Restart => UnitJob::Restart,
        Verb::TryRestart => UnitJob::TryRestart,
        Verb::Reload => UnitJob::Reload,
        Verb::ReloadOrRestart => UnitJob::ReloadOrRestart,
        Verb::TryReloadOrRestart => UnitJob::ReloadOrTryRestart,
        _ => return None,
    })
}

/// A unit with a job that is waited for.
pub(super) struct Waited {
    /// Place among the request's names.
    pub(super) index: usize,
    pub(super) before: Before,
    pub(super) job: String,
    /// What it is at now.
    pub(super) at: String,
    /// How often in a row the job was not there any more.
    pub(super) gone: u8,
    /// What the manager told of the unit meanwhile: it may unload it as soon as the job is done.
    pub(super) heard: Properties,
    /// What it was at a glance before, where that is enough for afterwards.
    pub(super) glance: Option<Properties>,
    pub(super) result: Option<Ended>,
}

/// All that is known while a request is carried out.
pub(super) struct Run<'a> {
    pub(super) systemd: &'a Systemd,
    pub(super) request: &'a Request<'a>,
    pub(super) names: Vec<String>,
    pub(super) results: Vec<Option<Result<Done, Refusal>>>,
    pub(super) waited: Vec<Waited>,
    pub(super) started: Instant,
}

impl Systemd {
    /// Queues a job for each name, and waits for all of them.
    pub(super) fn run_jobs(
        &self,
        job: UnitJob,
        request: &Request<'_>,
        watch: &mut dyn Watch,
    ) -> Vec<Outcome> {
        let names: Vec<String> = request.names.iter().map(|name| complete(name)).collect();
        let mut run = Run {
            systemd: self,
            request,
            results: names.iter().map(|_| None).collect(),
            names,
            waited: Vec::new(),
            started: Instant::now(),
        };
        match run.enqueue(job, watch) {
            Ok(mut manager) if !run.waited.is_empty() => run.wait(&mut manager, watch),
            Ok(_) => {}
            Err(error) => run.give_up(&error, watch),
        }
        run.outcomes()
    }
}

impl Run<'_> {
    fn enqueue(&mut self, job: UnitJob, watch: &mut dyn Watch) -> Result<Manager, BusError> {
        let mut manager = self.systemd.connect()?;
        if !self.request.no_wait {
            listen(&mut manager)?;
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        manager.set_timeout(self.patience());
        let before = look_up(&mut manager, &names)?;
        let mut glances = self.glance_before(&mut manager, &before)?.into_iter();
        manager.set_may_ask(self.request.may_ask);
        let queued = manager.enqueue(job, &names, self.request.job_mode)?;
        manager.set_timeout(self.systemd.timeout);
        for (index, (queued, unit)) in queued.into_iter().zip(before).enumerate() {
            let mut before = Before::new(self.request.verb, unit);
            let glance = glances.next();
            match queued {
                Err(error) => {
                    let refusal = self.refusal(&mut manager, &error, index, &before);
                    self.finish(index, Err(refusal), watch);
                }
                Ok(_) if self.request.no_wait => {
                    let nothing_to_do = before.is_so_already;
                    let done = Done { nothing_to_do, queued: true, ..Done::default() };
                    self.finish(index, Ok(done), watch);
                }
                Ok(job) => {
                    if before.path().is_none()
                        && let Ok(path) = manager.load_unit(self.name(index))
                    {
                        before.now_at(path);
                    }
                    self.waited.push(Waited {
                        index,
                        at: before.sub_state().to_owned(),
                        before,
                        job,
                        gone: 0,
                        heard: Properties::new(),
                        glance,
                        result: None,
                    });
                }
            }
        }
        Ok(manager)
    }

    /// How long the answers to all requests may take. It answers in between of running the jobs that
    /// it has, and is that busy with them; one that hangs does not come as far as this.
    fn patience(&self) -> Duration {
        let jobs = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let least = if self.request.may_ask { PERSON } else { BUSY };
        least.max(self.systemd.timeout).saturating_add(EACH.saturating_mul(jobs))
    }

    /// What is to be told of units that are stopped, asked before: a stopped one is unloaded, and
    /// would be loaded again only to be asked.
    fn glance_before(
        &self,
        manager: &mut Manager,
        units: &[Option<Unit>],
    ) -> Result<Vec<Properties>, BusError> {
        if self.request.verb != Verb::Stop {
            return Ok(Vec::new());
        }
        let path = |unit: &Option<Unit>| unit.as_ref().map_or("/", |unit| &unit.path).to_owned();
        outcome::glance(manager, &units.iter().map(path).collect::<Vec<_>>())
    }

    /// What to tell of a job that was refused: where the unit could not be loaded, why.
    fn refusal(
        &self,
        manager: &mut Manager,
        error: &BusError,
        index: usize,
        before: &Before,
    ) -> Refusal {
        let name = self.names.get(index).map_or("", String::as_str);
        let verb = self.request.verb.name();
        let mut refusal = refusal_of(error, self.systemd.kind, verb, name);
        let is_broken = |unit: &&Unit| !matches!(unit.load_state.as_str(), "loaded" | "not-found");
        if refusal.kind == RefusalKind::Failed
            && let Some(unit) = before.unit.as_ref().filter(is_broken)
            && let Some(why) = outcome::load_error(manager, unit)
            // What the refusal itself says already.
            && !why.contains("bad unit file setting")
        {
            refusal.message = format!("its definition can't be loaded: {why}");
        }
        refusal
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    pub(super) fn finish(
        &mut self,
        index: usize,
        result: Result<Done, Refusal>,
        watch: &mut dyn Watch,
    ) {
        let outcome = self.outcome(index, result);
        watch.event(&Event::Finished(&outcome));
        if let Some(place) = self.results.get_mut(index) {
            *place = Some(outcome.result);
        }
    }

    fn outcome(&self, index: usize, result: Result<Done, Refusal>) -> Outcome {
        let manager = self.systemd.kind;
        let result = result.map_err(|refusal| for_manager(refusal, manager));
        Outcome { name: self.name(index).to_owned(), manager, result }
    }

    /// The manager failed us: what has no outcome yet has this one.
    pub(super) fn give_up(&mut self, error: &BusError, watch: &mut dyn Watch) {
        for index in 0..self.results.len() {
            if self.results.get(index).is_some_and(Option::is_none) {
                let verb = self.request.verb.name();
                let refusal = refusal_of(error, self.systemd.kind, verb, self.name(index));
                self.finish(index, Err(refusal), watch);
            }
        }
    }

    fn outcomes(mut self) -> Vec<Outcome> {
        let results = std::mem::take(&mut self.results);
        results
            .into_iter()
            .enumerate()
            .map(|(index, result)| {
                let lost = || Err(Refusal::new(RefusalKind::Failed, "systemd told no outcome"));
                let result = result.unwrap_or_else(lost);
                Outcome { name: self.name(index).to_owned(), manager: self.systemd.kind, result }
            })
            .collect()
    }
}
