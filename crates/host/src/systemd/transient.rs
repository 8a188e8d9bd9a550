//! Units that exist while they run: made, started, waited for to their end.

use std::time::{Duration, Instant};

use bus::{BusError, Manager, ManagerSignal, Named, Peer};

use super::Systemd;
use super::names::interface_of;
use super::outcome::{self, Before, Ended};
use super::properties::{Properties, number, signed, text, word};
use super::refusal::{for_manager, refusal_of};
use crate::{HostError, Refusal, RefusalKind, Verb};

/// How often a unit is looked at while it is waited for.
const TICK: Duration = Duration::from_millis(250);
/// The property by which a unit stays loaded as long as its maker's connection lives.
const ADD_REF: &str = "AddRef";
/// What a unit's end is told by.
const FIGURES: [&str; 3] = ["CPUUsageNSec", "MemoryPeak", "IOReadBytes"];

/// A unit to be made.
#[derive(Clone, Copy, Debug)]
pub struct Transient<'a> {
    /// Its name, with its type.
    pub name: &'a str,
    /// Its properties.
    pub properties: &'a [Named],
    /// Units that are made with it and not started: the service of a timer.
    pub others: &'a [(String, Vec<Named>)],
    /// It is to be waited for to its end with [`Started::wait`].
    pub to_its_end: bool,
    /// A password may be asked for (polkit).
    pub may_ask: bool,
    /// How long to wait until it is up; `None`: do not wait.
    pub timeout: Option<Duration>,
}

/// A unit that was made and started.
#[derive(Debug)]
pub struct Started {
    manager: Manager,
    name: String,
    path: String,
    heard: Properties,
    /// Its main process, where it has one.
    pub main_pid: Option<u32>,
    /// What should be known besides: a condition of it does not hold, it has ended since.
    pub notes: Vec<String>,
}

/// How a unit ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransientEnd {
    /// `success`, `exit-code`, `signal`, `timeout` …
    pub result: String,
    /// What went wrong, in a sentence without the unit's name.
    pub why: Option<String>,
    /// The main process's exit status.
    pub exit_status: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// From its start to its end, in microseconds.
    pub runtime_usec: Option<u64>,
    /// Processor time of all its processes, in nanoseconds.
    pub cpu_nsec: Option<u64>,
    /// The most memory that it had, in bytes; not told by systemd before 256.
    pub memory_peak_bytes: Option<u64>,
}

impl Systemd {
    /// The types of the properties that this manager's units of such a name have.
    ///
    /// # Errors
    /// As [`crate::ServiceManager::services`].
    pub fn property_types(&self, name: &str) -> Result<Vec<(String, String)>, HostError> {
        let all = self.native(name)?;
        Ok(all.into_iter().map(|property| (property.name, property.signature)).collect())
    }

    /// Makes a unit and starts it; `tick` is called meanwhile, with what it is at.
    ///
    /// # Errors
    /// There is such a unit already, a property is not one, or it failed to start.
    pub fn start_transient(
        &self,
        unit: &Transient<'_>,
        tick: &mut dyn FnMut(&str),
    ) -> Result<Started, Refusal> {
        self.start_it(unit, tick).map_err(|refusal| for_manager(refusal, self.kind))
    }

    fn start_it(
        &self,
        unit: &Transient<'_>,
        tick: &mut dyn FnMut(&str),
    ) -> Result<Started, Refusal> {
        let refusal = |error: &BusError| refusal_of(error, self.kind, "start", unit.name);
        let (mut manager, job) = match self.make(unit, unit.to_its_end) {
            // A bus that has only just started, and that systemd is not on yet.
            Err(BusError::NotThere { .. }) if unit.to_its_end => self.make(unit, false),
            made => made,
        }
        .map_err(|e| refusal(&e))?;
        let path = manager.load_unit(unit.name).map_err(|e| refusal(&e))?;
        let mut started = Started {
            manager,
            name: unit.name.to_owned(),
            path,
            heard: Properties::new(),
            main_pid: None,
            notes: Vec::new(),
        };
        if let Some(timeout) = unit.timeout {
            let up = started.until_up(&job, timeout, tick).map_err(|e| refusal(&e))?;
            match up {
                // It ended before it counted as started; its end is what was asked for.
                Err(refusal) if unit.to_its_end && has_ended(&refusal) => {}
                up => up?,
            }
        }
        let all = started.all().unwrap_or_default();
        started.main_pid =
            number(&all, "MainPID").filter(|pid| *pid != 0).and_then(|pid| u32::try_from(pid).ok());
        Ok(started)
    }

    fn make(
        &self,
        unit: &Transient<'_>,
        broker_first: bool,
    ) -> Result<(Manager, String), BusError> {
        let mut manager = self.connect_in_order(broker_first)?;
        manager.subscribe()?;
        manager.subscribe_to_units()?;
        let mut properties = unit.properties.to_vec();
        // Only over a broker can a manager tell when its caller is gone.
        if unit.to_its_end && matches!(manager.address().peer(), Peer::Broker(_)) {
            properties.push((ADD_REF.to_owned(), bus::wire::Typed::flag(true)));
        }
        manager.set_may_ask(unit.may_ask);
        if unit.may_ask {
            manager.set_timeout(self.timeout.max(Duration::from_secs(120)));
        }
        let job = manager.start_transient_unit(unit.name, "fail", &properties, unit.others)?;
        manager.set_timeout(self.timeout);
        Ok((manager, job))
    }
}

impl Started {
    /// Waits until the job is done.
    fn until_up(
        &mut self,
        job: &str,
        timeout: Duration,
        tick: &mut dyn FnMut(&str),
    ) -> Result<Result<(), Refusal>, BusError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let signal = self.manager.signal(Duration::from_millis(100))?;
            if signal.is_none() {
                tick(text(&self.heard, "SubState").unwrap_or("starting"));
            }
            if let Some(ManagerSignal::JobRemoved { path, result, .. }) = &signal
                && path == job
            {
                return self.up(result.clone());
            }
            if let Some(signal) = signal {
                self.hear(signal);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                let message = "it is still starting; systemd goes on with it";
                return Ok(Err(Refusal::new(RefusalKind::TimedOut, message)
                    .hint(format!("daemonctl status {}", self.name))));
            }
        }
    }

    fn up(&mut self, result: String) -> Result<Result<(), Refusal>, BusError> {
        let before = Before::new(Verb::Start, None);
        let properties = self.all()?;
        let ended = Ended::Told(result);
        let name = &self.name;
        let told = outcome::of(&mut self.manager, Verb::Start, name, &before, &ended, &properties);
        Ok(told.map(|done| self.notes = done.notes))
    }

    fn hear(&mut self, signal: ManagerSignal) {
        if let ManagerSignal::Changed { path, properties, .. } = signal
            && path == self.path
        {
            self.heard.extend(properties.into_iter().map(|(name, value)| (name, Ok(value))));
        }
    }

    /// All that is told of it now, and what was told before it was unloaded.
    fn all(&mut self) -> Result<Properties, BusError> {
        let mut now = super::properties::everything(&mut self.manager, &self.name, &self.path)?;
        while let Some(signal) = self.manager.signal(Duration::ZERO)? {
            self.hear(signal);
        }
        if number(&now, "StateChangeTimestampMonotonic").unwrap_or_default() == 0 {
            outcome::complete(&mut now, &self.heard);
        } else {
            for figure in FIGURES {
                if let Some(Ok(value)) = now.get(figure) {
                    self.heard.insert(figure.to_owned(), Ok(value.clone()));
                }
            }
        }
        Ok(now)
    }

    /// Waits for its end, however long that takes; `tick` is called meanwhile.
    ///
    /// # Errors
    /// The manager is gone for good.
    pub fn wait(
        mut self,
        systemd: &Systemd,
        tick: &mut dyn FnMut(&str),
    ) -> Result<TransientEnd, HostError> {
        loop {
            let seen = self.look();
            match seen {
                Ok(Some(end)) => return Ok(end),
                Ok(None) => tick(text(&self.heard, "SubState").unwrap_or("running")),
                // It executes itself anew.
                Err(_) => {
                    self.manager = patiently(systemd)?;
                }
            }
        }
    }

    fn look(&mut self) -> Result<Option<TransientEnd>, BusError> {
        if let Some(signal) = self.manager.signal(TICK)? {
            self.hear(signal);
        }
        let all = self.all()?;
        let is_down = matches!(text(&all, "ActiveState"), Some("inactive" | "failed"));
        let has_job = super::properties::value(&all, "Job")
            .and_then(|job| job.field(0)?.as_u64())
            .is_some_and(|id| id != 0);
        Ok((is_down && !has_job).then(|| end(&all, &self.name)))
    }
}

fn has_ended(refusal: &Refusal) -> bool {
    refusal.native.as_deref().is_some_and(|native| native.starts_with("failed/"))
}

fn patiently(systemd: &Systemd) -> Result<Manager, HostError> {
    let since = Instant::now();
    loop {
        let again = systemd.open(true).and_then(|mut manager| {
            let asked = manager.subscribe().and_then(|()| manager.subscribe_to_units());
            asked.map(|()| manager).map_err(|e| systemd.error(e))
        });
        match again {
            Err(_) if since.elapsed() < Duration::from_secs(15) => std::thread::sleep(TICK),
            other => return other,
        }
    }
}

fn end(all: &Properties, name: &str) -> TransientEnd {
    let is_service = interface_of(name).is_some_and(|interface| interface.ends_with("Service"));
    let code = signed(all, "ExecMainCode").filter(|_| is_service);
    let status = signed(all, "ExecMainStatus").and_then(|status| i32::try_from(status).ok());
    let figure = |name| number(all, name).filter(|figure| *figure != u64::MAX);
    let at = |name| number(all, name).filter(|usec| *usec != 0);
    let runtime = at("ExecMainExitTimestampMonotonic")
        .zip(at("ExecMainStartTimestampMonotonic"))
        .map(|(end, start)| end.saturating_sub(start));
    TransientEnd {
        result: word(all, "Result").unwrap_or("success").to_owned(),
        why: super::why::failure(all, "Result").map(|(_, why)| why),
        // CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2).
        exit_status: status.filter(|_| code == Some(1)),
        signal: status.filter(|_| matches!(code, Some(2 | 3))),
        runtime_usec: runtime,
        cpu_nsec: figure("CPUUsageNSec"),
        memory_peak_bytes: figure("MemoryPeak"),
    }
}
