//! Rules for processes without a terminal, outside of any service: what the parent is decides.

use super::rules::{Rules, Subject, UNJUDGED, high, medium};
use super::{Confidence, Kind, SubKind, Verdict, service};
use crate::membership::Unit;
use crate::roles::{self, Role};

impl Rules<'_> {
    /// Without a terminal and outside any service: what the parent is decides.
    pub fn by_parent(&mut self, subject: &Subject<'_>) -> Verdict {
        let Some(parent) = subject.parent else { return self.without_parent(subject) };
        if self.is_reparented(subject, parent) {
            return self.detached(subject);
        }
        let above = self.verdict(parent);
        let inherited = Verdict { service: above.service, ..above };
        match above.kind() {
            Kind::Daemon => self.below_daemon(subject, parent, &inherited),
            Kind::Normal => self.below_normal(subject, &above),
            Kind::Kernel => high(SubKind::Worker, "a helper program that the kernel started"),
            Kind::Unknown => Verdict { confidence: Confidence::Low, ..UNJUDGED },
        }
    }

    fn without_parent(&mut self, subject: &Subject<'_>) -> Verdict {
        if subject.process.stat.ppid == 0 {
            return medium(SubKind::Entered, "its parent is outside this pid namespace");
        }
        // hidepid, or the parent ended while we looked.
        let verdict = self.detached(subject);
        Verdict { confidence: verdict.confidence.min(Confidence::Low), ..verdict }
    }

    fn below_daemon(&mut self, subject: &Subject<'_>, parent: usize, above: &Verdict) -> Verdict {
        let parent_role = self.role_of(Some(parent));
        let same_role = subject.role.is_some() && subject.role == parent_role;
        let within = |verdict: Verdict| Verdict { service: above.service, ..verdict };
        match parent_role {
            Some(Role::LoginServer) if !same_role => within(high(
                SubKind::RemoteCommand,
                "started for a remote login, without a terminal",
            )),
            Some(Role::Scheduler) if !same_role => {
                within(high(SubKind::ScheduledJob, "started by a scheduler"))
            }
            Some(Role::Multiplexer) => {
                medium(SubKind::Child, "started by a terminal multiplexer, without a terminal")
            }
            Some(Role::Supervisor) => self.supervised(subject, parent, above),
            Some(Role::ContainerInit) if above.sub_kind == SubKind::ContainerInit => {
                within(high(SubKind::Managed, "the program that the container's init runs"))
            }
            _ if above.sub_kind == SubKind::ScheduledJob => {
                within(high(SubKind::ScheduledJob, "part of a job that a scheduler started"))
            }
            Some(Role::ContainerShim) if self.is_elsewhere(subject, parent) => {
                within(high(SubKind::Entered, "entered into a container from outside"))
            }
            _ if above.sub_kind == SubKind::Init => self.detached(subject),
            _ if subject.role == Some(Role::Supervisor) => {
                within(high(SubKind::ServiceManager, "a supervisor that a daemon started"))
            }
            _ if self.opens_session(subject, parent) => within(high(
                SubKind::SessionHelper,
                "the first of a login session's processes that is the user's own",
            )),
            _ => within(high(SubKind::Worker, "started by a daemon")),
        }
    }

    /// In another pid namespace than its parent.
    fn is_elsewhere(&self, subject: &Subject<'_>, parent: usize) -> bool {
        let theirs =
            self.sample.processes.get(parent).and_then(|parent| parent.pid_namespace.known());
        subject.process.pid_namespace.known().zip(theirs).is_some_and(|(own, theirs)| own != theirs)
    }

    /// In logind's group for a session, with another user than the daemon that let that user in: a
    /// display manager's session, which needs no terminal.
    fn opens_session(&self, subject: &Subject<'_>, parent: usize) -> bool {
        let in_session = matches!(
            self.membership(subject.process).and_then(|m| m.unit.as_ref()),
            Some(Unit::Session(_))
        );
        let above = self.sample.processes.get(parent).and_then(|parent| parent.euid.known());
        in_session
            && subject.role != Some(Role::LoginServer)
            && subject.process.euid.known() != above
    }

    fn supervised(&mut self, subject: &Subject<'_>, parent: usize, above: &Verdict) -> Verdict {
        let Some(supervisor) = self.sample.processes.get(parent) else { return UNJUDGED };
        let manager = roles::shown_name(&supervisor.comm).unwrap_or("supervisor");
        if subject.role == Some(Role::Supervisor) {
            return Verdict {
                service: above.service,
                ..high(SubKind::ServiceManager, "a supervisor's supervisor")
            };
        }
        // supervisord tells the name to the process alone, in its environment.
        self.want(subject.index);
        let service = match service::supervised_name(supervisor, subject.process) {
            Some(name) => Some(self.service_id(manager, &name, "supervisor")),
            None => above.service,
        };
        Verdict { service, ..high(SubKind::Managed, "started by a supervisor") }
    }

    fn below_normal(&mut self, subject: &Subject<'_>, above: &Verdict) -> Verdict {
        let stat = &subject.process.stat;
        let within = |verdict: Verdict| Verdict { service: above.service, ..verdict };
        if subject.process.leads_session() {
            return within(medium(
                SubKind::DetachedJob,
                "put into a session of its own by the normal process that started it",
            ));
        }
        if self.was_told_to_survive(subject.process) {
            return within(high(SubKind::NohupJob, "ignores SIGHUP, as nohup makes it"));
        }
        if self.in_pipeline(subject) {
            return within(high(
                SubKind::Pipeline,
                "shares its process group with its neighbours in a pipe",
            ));
        }
        let passed_on = match above.sub_kind {
            SubKind::RemoteCommand
            | SubKind::Application
            | SubKind::NohupJob
            | SubKind::Entered => above.sub_kind,
            _ if stat.tty_nr == 0 && stat.session == 0 => SubKind::Entered,
            _ => SubKind::Child,
        };
        within(high(passed_on, "in the session of the normal process that started it"))
    }

    /// Whether the parent is not the one that started it: init, a subreaper, or another session's
    /// process has taken it in. A child is born into its parent's session.
    pub fn is_reparented(&self, subject: &Subject<'_>, parent: usize) -> bool {
        let Some(above) = self.sample.processes.get(parent) else { return true };
        let stat = &subject.process.stat;
        // Sessions led from outside of the namespace all show as 0; in a container's own control
        // group such a child of its first process is that process's.
        let inside = self.verdict(parent).sub_kind == SubKind::ContainerInit
            && subject.process.cgroup.known().is_some()
            && subject.process.cgroup == above.cgroup;
        let other_session = stat.session != above.stat.session || stat.session == 0 && !inside;
        let reaper = above.pid() == 1
            || matches!(self.verdict(parent).sub_kind, SubKind::Init | SubKind::ContainerInit)
            || self.is_user_manager(parent);
        (reaper && other_session)
            || (other_session && !subject.process.leads_session() && stat.session != 0)
    }
}
