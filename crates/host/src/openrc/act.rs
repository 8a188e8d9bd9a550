//! What OpenRC can be asked to do, and by which of its tools.

use std::path::PathBuf;

use super::look::Look;
use super::refusals::{no_tool, status_words, unfit_refusal, unreadable};
use super::{OpenRc, enable};
use crate::lsb::LsbService;
use crate::runlevel;
use crate::script::{Source, Unfit, read_source};
use crate::service::{ManagerKind, Service, ServiceState};
use crate::tool::{Attempt, End, Tools};
use crate::{Ability, Done, Event, HostError, Outcome, Refusal, RefusalKind, Request, Verb, Watch};

/// Where OpenRC keeps the tools that its scripts use.
const OWN_TOOLS: [&str; 4] =
    ["lib/rc/sbin", "lib64/rc/sbin", "usr/libexec/rc/sbin", "libexec/rc/sbin"];

impl OpenRc {
    /// One service: the outcome, of which the watcher is told.
    pub(super) fn act_on(
        &self,
        request: &Request<'_>,
        name: &str,
        watch: &mut dyn Watch,
    ) -> Outcome {
        let found = self.look().and_then(|look| self.find(name, &look));
        let (name, result) = match found {
            Ok((name, source)) => {
                let result = self.carry_out(request, &name, source.as_ref(), watch);
                (name, result)
            }
            Err(error) => (name.to_owned(), Err(self.unknown(name, &error))),
        };
        let outcome = Outcome { name, manager: ManagerKind::OpenRc, result };
        watch.event(&Event::Finished(&outcome));
        outcome
    }

    /// What is there and can't be run is told from what is not there.
    fn unknown(&self, name: &str, error: &HostError) -> Refusal {
        let kind = match error {
            HostError::NoSuchService { .. } => match read_source(&self.root, name) {
                Err(unfit) if unfit != Unfit::Missing => return unfit_refusal(&unfit, name),
                _ => RefusalKind::NoSuchService,
            },
            other if other.is_not_permitted() => RefusalKind::NotPermitted,
            _ => RefusalKind::ManagerUnavailable,
        };
        Refusal::new(kind, error.to_string())
    }

    fn carry_out(
        &self,
        request: &Request<'_>,
        name: &str,
        source: Option<&Source>,
        watch: &mut dyn Watch,
    ) -> Result<Done, Refusal> {
        let verb = request.verb;
        if let Ability::Cannot { why, instead } = ability(verb, Some(name)) {
            return Err(Refusal::new(RefusalKind::NotSupported, why).hint(instead));
        }
        Tools::may_stay(request)?;
        self.tools.may_change(verb.doing())?;
        let mut attempt = Attempt::new(name, request.timeout, watch);
        if verb.is_of_files() {
            return enable::change(&self.root, &self.tools, name, source, request, &mut attempt);
        }
        if !matches!(verb, Verb::Stop | Verb::ResetFailed | Verb::Custom) {
            runlevel::refuse_when_going_down(&self.root)?;
        }
        let Some(source) = source else { return Err(unreadable(&self.root, name)) };
        if let Some(unfit) = &source.unfit {
            return Err(unfit_refusal(unfit, name));
        }
        if request.no_wait {
            attempt.note("OpenRC has no queue: the script was waited for");
        }
        let before = self.started();
        let done = match source.script.is_openrc {
            true => self.run_native(verb, request.command, source, &mut attempt),
            false => self.run_lsb(verb, request.command, source, &mut attempt),
        };
        let mut done = done?;
        self.note_others(verb, name, &before, &mut done);
        Ok(done)
    }

    fn started(&self) -> std::collections::BTreeSet<String> {
        self.look().map(|look| look.started()).unwrap_or_default()
    }

    /// OpenRC stops what needs a service before it stops that, and starts what it needs.
    fn note_others(
        &self,
        verb: Verb,
        name: &str,
        before: &std::collections::BTreeSet<String>,
        done: &mut Done,
    ) {
        if done.nothing_to_do || verb == Verb::Custom {
            return;
        }
        let after = self.started();
        for other in before.difference(&after).filter(|other| *other != name) {
            done.notes.push(format!("{other} was stopped too: it needs {name}"));
        }
        for other in after.difference(before).filter(|other| *other != name) {
            done.notes.push(format!("{other} was started too: {name} depends on it"));
        }
    }

    /// `rc-service`.
    ///
    /// # Errors
    /// It is not installed.
    pub(super) fn rc_service(&self) -> Result<PathBuf, Refusal> {
        self.tools.find("rc-service").ok_or_else(|| no_tool("rc-service"))
    }

    /// A script that is not OpenRC's own, run by `rc-service`.
    pub(super) fn lsb<'a>(
        &'a self,
        source: &'a Source,
        look: &'a dyn Fn() -> Service,
    ) -> Option<LsbService<'a>> {
        let runner = Some(self.rc_service().ok()?);
        Some(LsbService { tools: &self.tools, source, runner, look })
    }

    fn run_lsb(
        &self,
        verb: Verb,
        command: Option<&str>,
        source: &Source,
        attempt: &mut Attempt<'_>,
    ) -> Result<Done, Refusal> {
        let name = source.script.name.as_str();
        let look = || self.service_now(source);
        if verb == Verb::ResetFailed {
            return self.forget(&look(), attempt);
        }
        let Some(lsb) = self.lsb(source, &look) else { return Err(no_tool("rc-service")) };
        let result = lsb.carry_out(verb, command, attempt);
        // What came of it is recorded, whether the script was content or not.
        let after = look();
        let counted = self.look().is_ok_and(|look| look.folder(name) == Some("started"));
        let is_up = matches!(after.state, ServiceState::Running | ServiceState::Exited);
        let mark = match (verb, &result) {
            (Verb::Custom, _) => None,
            (Verb::Stop, Ok(_)) if counted => Some("mark_service_stopped"),
            (Verb::Stop, _) => None,
            // Anew, for the time that it runs since.
            (Verb::Restart | Verb::TryRestart, Ok(done)) if !done.nothing_to_do => {
                Some("mark_service_started")
            }
            (_, Ok(_)) if !counted && (is_up || after.state == ServiceState::Unknown) => {
                Some("mark_service_started")
            }
            // What has no daemon has no process either that would show it.
            (Verb::Start, Ok(done)) if !counted && !done.nothing_to_do => {
                Some("mark_service_started")
            }
            _ => None,
        };
        let mut result = result;
        if let Some(tool) = mark
            && let Err(why) = self.mark(tool, name, attempt)
            && let Ok(done) = &mut result
        {
            done.notes.push(why);
        }
        result
    }

    fn service_now(&self, source: &Source) -> Service {
        let name = source.script.name.as_str();
        match self.look() {
            Ok(look) => look.service(name, Some(&source.script)),
            Err(_) => Service::new(name, ManagerKind::OpenRc),
        }
    }

    /// Its failure is forgotten: OpenRC counts it as stopped.
    fn forget(&self, now: &Service, attempt: &mut Attempt<'_>) -> Result<Done, Refusal> {
        if !now.state.is_trouble() {
            return Ok(Done { nothing_to_do: true, ..Done::default() });
        }
        match self.mark("mark_service_stopped", &now.name, attempt) {
            Ok(()) => Ok(Done::default()),
            Err(why) => Err(attempt.refusal(Refusal::new(RefusalKind::Failed, why))),
        }
    }

    /// Has OpenRC itself record a state: a sentence where it can't.
    fn mark(&self, tool: &str, name: &str, attempt: &mut Attempt<'_>) -> Result<(), String> {
        let paths = OWN_TOOLS.iter().map(|folder| self.root.join(folder).join(tool));
        let Some(path) = paths.into_iter().find(|path| path.is_file()) else {
            return Err(format!("rc-status does not know of it: there is no {tool}"));
        };
        match attempt.run(self.tools.helper(path).arg(name), "recording") {
            Ok(End::Exit(0)) => Ok(()),
            Ok(_) => Err(format!("rc-status does not know of it: {tool} failed")),
            Err(refusal) => Err(refusal.message),
        }
    }

    /// `rc-update --update`.
    pub(super) fn update_deptree(&self) -> Result<Done, Refusal> {
        self.tools.may_change("reading the scripts again")?;
        let tool = self.tools.find("rc-update").ok_or_else(|| no_tool("rc-update"))?;
        let mut nobody = |_: &Event<'_>| {};
        let mut attempt = Attempt::new("", std::time::Duration::from_secs(90), &mut nobody);
        let end = attempt.run(self.tools.helper(tool).arg("--update"), "reading scripts")?;
        match end {
            End::Exit(0) => Ok(Done { output: attempt.output, ..Done::default() }),
            end => {
                let message = format!("rc-update --update failed{}", status_words(end));
                let mut refusal = attempt.refusal(Refusal::new(RefusalKind::Failed, message));
                refusal.exit_status = end.code();
                Err(refusal)
            }
        }
    }
}

/// What is there at all, in the words for one service where one is meant.
pub(super) fn ability(verb: Verb, name: Option<&str>) -> Ability {
    let name = name.unwrap_or("NAME");
    match verb {
        Verb::Mask => Ability::Cannot {
            why: "OpenRC has no masks: what needs a service starts it, and so does whoever asks \
                  rc-service"
                .to_owned(),
            instead: format!(
                "daemonctl disable {name} takes it out of every runlevel; chmod -x \
                 /etc/init.d/{name} keeps OpenRC from starting it at all"
            ),
        },
        Verb::Unmask => Ability::Cannot {
            why: "OpenRC has no masks".to_owned(),
            instead: format!(
                "daemonctl enable {name}; chmod +x /etc/init.d/{name} where it was made \
                 unexecutable"
            ),
        },
        _ => Ability::Can,
    }
}

impl OpenRc {
    /// OpenRC's picture now, for a script of its own.
    pub(super) fn native_now(
        &self,
        source: &Source,
    ) -> Result<(Service, Option<&'static str>, bool), Refusal> {
        let look = self
            .look()
            .map_err(|e| Refusal::new(RefusalKind::ManagerUnavailable, e.to_string()))?;
        let name = source.script.name.as_str();
        let service = look.service(name, Some(&source.script));
        let supervised = Look::has_supervisor(&look, &look.records(name));
        Ok((service, look.folder(name), supervised))
    }
}
