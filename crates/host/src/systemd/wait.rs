//! Waiting for jobs.
//!
//! The manager tells the end of a job by a signal. Signals can be lost: a manager that executes
//! itself anew hangs up on its own socket and starts with nobody listening. So the units are looked
//! at about ten times a second besides, which the caller wants to be told of anyway, and a job that
//! is gone without a signal is judged by the state that its unit is in.

use std::time::{Duration, Instant};

use bus::wire::Value;
use bus::{BusError, Manager, ManagerSignal, Property};
use unit::time::span::format_usec;

use super::jobs::{Run, Waited};
use super::outcome::{self, Ended};
use super::properties::Properties;
use crate::{Event, Refusal, RefusalKind, Watch};

/// How often the units are looked at while it is waited.
const TICK: Duration = Duration::from_millis(100);
/// How many looks in a row must find a job gone before its signal counts as lost.
const LOST_AFTER: u8 = 3;
/// How long a manager may be gone before it is not waited for any more.
const GONE_FOR_GOOD: Duration = Duration::from_secs(15);

impl Run<'_> {
    /// Waits for all jobs, and finishes each as it ends.
    pub(super) fn wait(&mut self, manager: &mut Manager, watch: &mut dyn Watch) {
        // None: as long as the manager itself waits.
        let deadline = self.started.checked_add(self.request.timeout);
        let mut next_look = Instant::now() + TICK;
        loop {
            let outcome = self.wait_once(manager, &mut next_look, watch);
            if let Err(error) = outcome
                && !self.reconnect(manager, deadline, watch)
            {
                self.give_up(&error, watch);
                return;
            }
            if self.waited.is_empty() {
                return;
            }
            if is_over(deadline) {
                self.time_out(watch);
                return;
            }
        }
    }

    /// Waits for signals until it is time to look at the units, and looks.
    fn wait_once(
        &mut self,
        manager: &mut Manager,
        next_look: &mut Instant,
        watch: &mut dyn Watch,
    ) -> Result<(), BusError> {
        let left = next_look.saturating_duration_since(Instant::now());
        self.hear(manager, left)?;
        if self.waited.iter().any(|waited| waited.result.is_some()) {
            self.settle(manager, watch)?;
        }
        if Instant::now() >= *next_look && !self.waited.is_empty() {
            self.look(manager)?;
            self.settle(manager, watch)?;
            for waited in &self.waited {
                let (name, since, at) = (self.name(waited.index), self.started, &waited.at);
                watch.event(&Event::Waiting { name, since, at });
            }
            // Of many units a look costs the manager something.
            let many = u32::try_from(self.waited.len() / 50).unwrap_or_default().saturating_add(1);
            *next_look = Instant::now() + TICK * many;
        }
        Ok(())
    }

    /// Takes in what the manager tells: the next signal, and what came with it.
    fn hear(&mut self, manager: &mut Manager, wait: Duration) -> Result<(), BusError> {
        let mut next = manager.signal(wait)?;
        while let Some(signal) = next {
            match signal {
                ManagerSignal::JobRemoved { path, result, .. } => {
                    for waited in self.waited.iter_mut().filter(|waited| waited.job == path) {
                        waited.result = Some(Ended::Told(result.clone()));
                    }
                }
                ManagerSignal::Changed { path, properties, .. } => {
                    let of = |waited: &&mut Waited| waited.before.path() == Some(&path);
                    for waited in self.waited.iter_mut().filter(of) {
                        let told = properties
                            .iter()
                            .map(|(name, value)| (name.clone(), Ok(value.clone())));
                        waited.heard.extend(told);
                    }
                }
                _ => {}
            }
            next = manager.signal(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Looks at what the units are at, and whether their jobs are still there.
    fn look(&mut self, manager: &mut Manager) -> Result<(), BusError> {
        let paths: Vec<String> =
            self.waited.iter().map(|waited| waited.before.path_or_none().to_owned()).collect();
        let wanted: Vec<Property<'_>> = paths
            .iter()
            .flat_map(|path| {
                ["ActiveState", "SubState", "Job"].map(|name| Property::of_unit(path, name))
            })
            .collect();
        let values = manager.properties(&wanted)?;
        for (waited, seen) in self.waited.iter_mut().zip(values.chunks_exact(3)) {
            let [active, sub, job] = seen else { continue };
            let text = |value: &Result<Value, BusError>| {
                value.as_ref().ok().and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let (active, sub) = (text(active), text(sub));
            waited.at = if active == sub { active } else { format!("{active} ({sub})") };
            let job = job.as_ref().ok().and_then(|job| job.field(1)).and_then(Value::as_str);
            waited.gone = if job == Some(&waited.job) { 0 } else { waited.gone.saturating_add(1) };
            if waited.gone >= LOST_AFTER && waited.result.is_none() {
                waited.result = Some(Ended::Unheard);
            }
        }
        Ok(())
    }

    /// Finishes what has a result.
    fn settle(&mut self, manager: &mut Manager, watch: &mut dyn Watch) -> Result<(), BusError> {
        let went_well =
            |waited: &Waited| matches!(&waited.result, Some(Ended::Told(word)) if word == "done");
        for at in (0..self.waited.len()).rev() {
            let glance = self.waited.get_mut(at).filter(|waited| went_well(waited));
            if let Some(glance) = glance.and_then(|waited| waited.glance.take()) {
                self.settle_one(manager, at, glance, watch)?;
            }
        }
        let ended = self.waited.iter().filter(|waited| waited.result.is_some());
        let (indices, paths): (Vec<usize>, Vec<String>) =
            ended.map(|waited| (waited.index, waited.before.path_or_none().to_owned())).unzip();
        if paths.is_empty() {
            return Ok(());
        }
        let seen = outcome::glance(manager, &paths)?;
        // What was told before a unit was unloaded came before those answers.
        self.hear(manager, Duration::ZERO)?;
        for (index, seen) in indices.into_iter().zip(seen) {
            let at = self.waited.iter().position(|waited| waited.index == index);
            if let Some(at) = at {
                self.settle_one(manager, at, seen, watch)?;
            }
        }
        Ok(())
    }

    fn settle_one(
        &mut self,
        manager: &mut Manager,
        at: usize,
        mut properties: Properties,
        watch: &mut dyn Watch,
    ) -> Result<(), BusError> {
        let verb = self.request.verb;
        let Some(waited) = self.waited.get(at) else { return Ok(()) };
        let Some(result) = waited.result.clone() else { return Ok(()) };
        let (index, name) = (waited.index, self.name(waited.index).to_owned());
        outcome::complete(&mut properties, &waited.heard);
        if !outcome::is_plain(verb, &result, &properties) {
            properties = outcome::properties(manager, &name, &waited.before)?;
            outcome::complete(&mut properties, &waited.heard);
        }
        let waited = self.waited.swap_remove(at);
        let result = outcome::of(manager, verb, &name, &waited.before, &result, &properties);
        self.finish(index, result, watch);
        Ok(())
    }

    /// The connection is gone: the manager executes itself anew, or hangs, or is gone. True when
    /// there is a new one.
    fn reconnect(
        &mut self,
        manager: &mut Manager,
        deadline: Option<Instant>,
        watch: &mut dyn Watch,
    ) -> bool {
        let gone_since = Instant::now();
        while !is_over(deadline) && gone_since.elapsed() < GONE_FOR_GOOD {
            for waited in &self.waited {
                let at = "waiting for systemd itself";
                let name = self.name(waited.index);
                watch.event(&Event::Waiting { name, since: self.started, at });
            }
            let again = self.systemd.connect().and_then(|mut manager| {
                listen(&mut manager)?;
                Ok(manager)
            });
            if let Ok(again) = again {
                *manager = again;
                return true;
            }
            std::thread::sleep(TICK);
        }
        false
    }

    fn time_out(&mut self, watch: &mut dyn Watch) {
        for waited in std::mem::take(&mut self.waited) {
            let name = self.name(waited.index).to_owned();
            let id = waited.job.rsplit('/').next().unwrap_or_default();
            let usec = u64::try_from(self.request.timeout.as_micros()).unwrap_or(u64::MAX);
            let message = format!(
                "it is still {} after {}; systemd goes on with it (job {id})",
                if waited.at.is_empty() { "on its way" } else { &waited.at },
                format_usec(usec, 1_000)
            );
            let hint = format!("daemonctl status {name}; daemonctl jobs");
            let refusal = Refusal::new(RefusalKind::TimedOut, message).hint(hint);
            self.finish(waited.index, Err(refusal), watch);
        }
    }
}

/// Asks for the signals that tell of jobs and units.
pub(super) fn listen(manager: &mut Manager) -> Result<(), BusError> {
    manager.subscribe()?;
    manager.subscribe_to_units()
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}
