//! What a rule looks at, and what all rules ask of it.

use super::Need;
use crate::clues::{Clue, Kind};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, Source};
use crate::snapshot::{
    Account, Definition, Line, LogSource, Manager, PathFact, Place, Program, Seen, Service,
    Snapshot, TestEnd,
};

/// What a rule looks at: one service of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Case<'s> {
    /// All that is known.
    pub snapshot: &'s Snapshot,
    /// The service that is asked about.
    pub service: &'s Service,
    /// What the lines of its last run mean, oldest first.
    pub clues: &'s [Clue<'s>],
}

impl<'s> Case<'s> {
    /// Its definition.
    pub fn definition(&self) -> Option<&'s Definition> {
        self.service.definition.as_ref()
    }

    /// It should run, or was tried, and does not.
    pub fn is_broken(&self) -> bool {
        self.service.is_broken()
    }

    /// How bad a cause is for this service: an error only where it is broken.
    pub fn severity(&self) -> Severity {
        if self.is_broken() { Severity::Error } else { Severity::Warning }
    }

    /// A finding of this service: a cause, likely, as bad as [`severity`](Self::severity) says. `subject` is what it
    /// is about (a path, a port, a user): of two findings with the same rule and subject, one is shown.
    pub fn finding(&self, rule: &'static str, subject: impl Into<String>) -> Finding {
        Finding {
            rule,
            subject: subject.into(),
            service: self.service.name.clone(),
            severity: self.severity(),
            confidence: Confidence::Likely,
            role: Role::Cause,
            title: String::new(),
            sentence: String::new(),
            evidence: Vec::new(),
            remedies: Vec::new(),
            consequences: Vec::new(),
        }
    }

    /// Why a part of the snapshot can't be asked for this service; `None`: it can.
    pub fn lacks(&self, need: Need) -> Option<String> {
        let service = self.service;
        let lookups = &self.snapshot.lookups;
        let (has, without) = match need {
            Need::State => (service.manager != Manager::Nobody, "it has no manager"),
            Need::Definition => (service.definition.is_some(), "no definition could be read"),
            Need::Log => (
                !service.log.lines.is_empty() || !service.log.origins.is_empty(),
                "it logs nowhere that is known or may be read",
            ),
            Need::KernelLog => (
                !matches!(self.snapshot.machine.kernel_log, Seen::NotPermitted),
                "the kernel's log may not be read",
            ),
            Need::Paths => (!lookups.paths.is_empty(), "no paths were looked up"),
            Need::Users => (
                !(lookups.users.is_empty() && lookups.groups.is_empty()),
                "no accounts were asked for",
            ),
            Need::Programs => (!lookups.programs.is_empty(), "no program was looked at"),
            Need::Listeners => {
                (lookups.listeners.known().is_some(), "listening sockets were not seen")
            }
            Need::ConfigTest => (is_tested(service), "no test of its configuration was run"),
            Need::Processes => {
                (!service.processes.is_empty(), "it has no process that could be seen")
            }
            Need::Cgroup => {
                (service.cgroup.is_some(), "it has no control group that could be read")
            }
            Need::CoreDumps => (service.core_dumps.known().is_some(), "core dumps were not seen"),
            Need::Growth => (
                service.processes.iter().any(|process| process.growth.is_some()),
                "it was looked at only once",
            ),
            Need::Dependencies => {
                (!service.dependencies.is_empty(), "it has no dependency that is known")
            }
            Need::Machine => (self.snapshot.machine.cpus > 0, "the machine was not looked at"),
        };
        (!has).then(|| without.to_owned())
    }

    /// Lines of the last run, oldest first: its own, its manager's, others' who name it; not the kernel's.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &'s Line> + use<'s> {
        self.service.log.lines.iter().filter(|line| line.is_of_last_run)
    }

    /// Lines of the last run that the service itself wrote.
    pub fn own_lines(&self) -> impl DoubleEndedIterator<Item = &'s Line> + use<'s> {
        self.lines().filter(|line| line.source == LogSource::Service)
    }

    /// Lines of the last run that its manager wrote about it.
    pub fn manager_lines(&self) -> impl DoubleEndedIterator<Item = &'s Line> + use<'s> {
        self.lines().filter(|line| line.source == LogSource::Manager)
    }

    /// Clues of the last run of this kind, oldest first.
    pub fn clues_of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &'s Clue<'s>> + use<'s> {
        let clues: &'s [Clue<'s>] = self.clues;
        clues.iter().filter(move |clue| clue.kind == kind && clue.is_current())
    }

    /// What is at a path, if it was looked up.
    pub fn path(&self, path: &str) -> Option<&'s PathFact> {
        self.snapshot.lookups.paths.get(path)
    }

    /// What a program's file is, if it was looked up.
    pub fn program(&self, path: &str) -> Option<&'s Program> {
        self.snapshot.lookups.programs.get(path)
    }

    /// A user by name or number, if it was looked up and is there.
    pub fn account(&self, name: &str) -> Option<&'s Account> {
        self.snapshot.lookups.users.get(name)?.known()
    }

    /// The name of the user that the service runs as: what its definition says, else `root`.
    pub fn user(&self) -> &'s str {
        self.definition()
            .and_then(|definition| definition.user.as_ref())
            .map_or("root", |(name, _)| name.as_str())
    }
}

fn is_tested(service: &Service) -> bool {
    service.config_test.as_ref().is_some_and(|test| test.end != TestEnd::NotRun)
}

impl Evidence {
    /// A line of a log.
    pub fn log(line: &Line) -> Self {
        let source = Source::Log { time_usec: line.time_usec, origin: line.origin.clone() };
        Evidence { source, text: line.message.clone() }
    }

    /// A line of a file, or the file as a whole (line 0).
    pub fn place(place: &Place, text: impl Into<String>) -> Self {
        let line = (place.line > 0).then_some(place.line);
        Evidence { source: Source::File { path: place.path.clone(), line }, text: text.into() }
    }

    /// What a path is, or that it is not there.
    pub fn path(path: impl Into<String>, text: impl Into<String>) -> Self {
        Evidence { source: Source::Path { path: path.into() }, text: text.into() }
    }

    /// What the manager says: `Result`, `exit-code`.
    pub fn manager(property: impl Into<String>, text: impl Into<String>) -> Self {
        Evidence { source: Source::Manager { property: property.into() }, text: text.into() }
    }

    /// What a process shows.
    pub fn process(pid: u32, aspect: impl Into<String>, text: impl Into<String>) -> Self {
        Evidence { source: Source::Process { pid, aspect: aspect.into() }, text: text.into() }
    }

    /// A counter of the kernel.
    pub fn counter(name: impl Into<String>, text: impl Into<String>) -> Self {
        Evidence { source: Source::Counter { name: name.into() }, text: text.into() }
    }
}

impl Finding {
    /// With these words: a short title, and one full sentence.
    #[must_use]
    pub fn says(mut self, title: impl Into<String>, sentence: impl Into<String>) -> Self {
        self.title = title.into();
        self.sentence = sentence.into();
        self
    }

    /// With another role in the chain of what happened.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// As bad as this.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// As sure as this.
    #[must_use]
    pub fn sure(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// With a piece of evidence more.
    #[must_use]
    pub fn proof(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// With a piece of evidence more, if there is one.
    #[must_use]
    pub fn proof_if(mut self, evidence: Option<Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// With commands that help.
    #[must_use]
    pub fn fix<C: Into<String>>(
        mut self,
        what: impl Into<String>,
        commands: impl IntoIterator<Item = C>,
    ) -> Self {
        self.remedies.push(crate::finding::Remedy {
            what: what.into(),
            commands: commands.into_iter().map(Into::into).collect(),
            settings: Vec::new(),
        });
        self
    }

    /// With a setting for a drop-in of the unit: `Service`, `User=nginx`.
    #[must_use]
    pub fn fix_setting(
        mut self,
        what: impl Into<String>,
        section: impl Into<String>,
        assignment: impl Into<String>,
    ) -> Self {
        self.remedies.push(crate::finding::Remedy {
            what: what.into(),
            commands: Vec::new(),
            settings: vec![(section.into(), assignment.into())],
        });
        self
    }
}
