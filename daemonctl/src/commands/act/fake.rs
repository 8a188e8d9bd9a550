//! A manager that answers what a test tells it to, and remembers what it was asked.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use host::{
    Ability, Dependency, Done, Event, HostError, Installed, Job, ManagerKind, Outcome, Refusal,
    RefusalKind, Request, Service, ServiceManager, ServiceState, Verb, Watch,
};

/// What it knows, and what was asked of it.
pub struct Fake {
    kind: ManagerKind,
    services: Vec<Service>,
    cannot: Vec<Verb>,
    pub asked: Mutex<Vec<String>>,
}

impl Fake {
    pub fn new(kind: ManagerKind, services: &[(&str, ServiceState)]) -> Fake {
        let service = |(name, state): &(&str, ServiceState)| Service {
            state: *state,
            main_pid: (*state == ServiceState::Running).then_some(42),
            result: (*state == ServiceState::Failed).then(|| "exit code \u{1b}[31m3".to_owned()),
            ..Service::new(name, kind)
        };
        let services = services.iter().map(service).collect();
        Fake { kind, services, cannot: Vec::new(), asked: Mutex::default() }
    }

    pub fn cannot(mut self, verb: Verb) -> Fake {
        self.cannot.push(verb);
        self
    }

    /// By its name: `nop…` had nothing to do, `bad…` fails, `later…` is queued, else it is done.
    fn answer(&self, name: &str) -> Result<Done, Refusal> {
        if !self.services.iter().any(|service| service.name == name) {
            return Err(Refusal::new(RefusalKind::NoSuchService, "there is no such service"));
        }
        if name.starts_with("bad") {
            let mut refusal =
                Refusal::new(RefusalKind::Failed, "its start script ended with status 7");
            refusal.output = (1..=25).map(|line| format!("line {line} \u{1b}[2J")).collect();
            refusal.exit_status = Some(7);
            return Err(refusal);
        }
        Ok(Done {
            nothing_to_do: name.starts_with("nop"),
            queued: name.starts_with("later"),
            notes: vec!["a \u{1b}[31mnote".to_owned()],
            ..Done::default()
        })
    }
}

impl ServiceManager for Fake {
    fn kind(&self) -> ManagerKind {
        self.kind
    }

    fn services(&self) -> Result<Vec<Service>, HostError> {
        Ok(self.services.clone())
    }

    fn service(&self, name: &str) -> Result<Service, HostError> {
        let found = self.services.iter().find(|service| service.name == name).cloned();
        found.ok_or(HostError::NoSuchService { manager: self.kind, name: name.to_owned() })
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        Ok(Vec::new())
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        Ok(Vec::new())
    }

    fn dependencies(&self, _: &str, _: bool) -> Result<Vec<Dependency>, HostError> {
        Ok(Vec::new())
    }

    fn ability(&self, verb: Verb) -> Ability {
        match self.cannot.contains(&verb) {
            true => Ability::Cannot {
                why: "it has no such thing".to_owned(),
                instead: "daemonctl disable NAME itself".to_owned(),
            },
            false => Ability::Can,
        }
    }

    fn act(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome> {
        self.asked.lock().unwrap().push(format!(
            "{} {} {} {}s",
            request.verb.name(),
            request.names.join(","),
            request.job_mode,
            request.timeout.as_secs(),
        ));
        let mut outcomes = Vec::new();
        for name in request.names {
            let since = Instant::now().checked_sub(Duration::from_secs(3)).unwrap();
            watch.event(&Event::Waiting { name, since, at: "start-pre" });
            let result = match self.cannot.contains(&request.verb) {
                true => Err(Refusal::new(RefusalKind::NotSupported, "it has no such thing")),
                false => self.answer(name),
            };
            outcomes.push(Outcome { name: name.clone(), manager: self.kind, result });
            watch.event(&Event::Finished(outcomes.last().unwrap()));
        }
        outcomes
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        Ok(Done::default())
    }
}

/// One that a test keeps a hand on.
pub struct Shared(pub std::sync::Arc<Fake>);

impl ServiceManager for Shared {
    fn kind(&self) -> ManagerKind {
        self.0.kind()
    }

    fn services(&self) -> Result<Vec<Service>, HostError> {
        self.0.services()
    }

    fn service(&self, name: &str) -> Result<Service, HostError> {
        self.0.service(name)
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        self.0.installed()
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        self.0.jobs()
    }

    fn dependencies(&self, name: &str, reverse: bool) -> Result<Vec<Dependency>, HostError> {
        self.0.dependencies(name, reverse)
    }

    fn ability(&self, verb: Verb) -> Ability {
        self.0.ability(verb)
    }

    fn act(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome> {
        self.0.act(request, watch)
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        self.0.reload_definitions()
    }
}
