//! Rules for processes whose control group names a service, and for supervisors' children.

use super::rules::{Rules, Subject, certain, high, medium, terminal_shell};
use super::{Kind, SubKind, Verdict};
use crate::fact::Fact;
use crate::membership::Unit;
use crate::process::{Process, base_name};
use crate::roles::Role;

impl Rules<'_> {
    /// The control group outranks ancestry, except that people's sessions and jobs start in the
    /// groups of sshd, getty and cron where no logind gives them groups of their own.
    pub fn by_service(&mut self, subject: &Subject<'_>) -> Option<Verdict> {
        let process = subject.process;
        let member = self.membership(process)?;
        let unit = member.unit.as_ref()?;
        let verdict = match unit {
            Unit::Manager => Some(self.manager_scope(subject, member.user_manager)),
            Unit::Service(_) | Unit::OpenRc(_) => self.in_service(subject, SubKind::Managed),
            Unit::UserService(_) => self.in_service(subject, SubKind::SessionService),
            Unit::Scope(name) if name.starts_with("app-") && process.stat.tty_nr == 0 => {
                Some(high(SubKind::Application, "its control group is an application's scope"))
            }
            Unit::Session(_) | Unit::Scope(_) => None,
        }?;
        Some(Verdict {
            service: verdict.service.or_else(|| self.group_service(process)),
            ..verdict
        })
    }

    fn manager_scope(&mut self, subject: &Subject<'_>, of_user: Option<u32>) -> Verdict {
        let service = of_user
            .map(|uid| self.service_id("systemd", &format!("user@{uid}.service"), "control group"));
        let verdict = match subject.role {
            Some(Role::Supervisor) if of_user.is_some() => {
                certain(SubKind::ServiceManager, "init.scope of a user's service manager")
            }
            Some(Role::Supervisor | Role::Init) => certain(SubKind::Init, "init.scope"),
            _ => high(SubKind::Worker, "in the manager's own control group"),
        };
        Verdict { service, ..verdict }
    }

    fn in_service(&mut self, subject: &Subject<'_>, main: SubKind) -> Option<Verdict> {
        let process = subject.process;
        let started_by_manager = match subject.parent {
            Some(parent) => self.is_manager(parent) || !self.same_service(process, parent),
            None => true,
        };
        if !started_by_manager {
            // The parent tells worker from login; a terminal of its own is a session's.
            let own_terminal = process.stat.tty_nr != 0;
            return if own_terminal { None } else { Some(self.below_service(subject)) };
        }
        if subject.parent.is_none() && process.stat.ppid == 0 && process.stat.session == 0 {
            return None;
        }
        if self.is_persons_terminal(subject) {
            return None;
        }
        if self.group_lets_people_in(process)
            && subject.role.is_none_or(|role| role == Role::Shell || role == Role::Multiplexer)
        {
            return self.left_behind_or_main(subject, main);
        }
        let main = self.main_kind(subject, main);
        Some(certain(main, "the manager started it in its service's control group"))
    }

    fn below_service(&mut self, subject: &Subject<'_>) -> Verdict {
        let verdict = self.by_parent(subject);
        let service = verdict.service.or_else(|| self.group_service(subject.process));
        // Re-parented inside a service: what it belongs to is beyond doubt all the same.
        if verdict.kind() == Kind::Unknown {
            return Verdict { service, ..medium(SubKind::Worker, "in a service's control group") };
        }
        Verdict { service, ..verdict }
    }

    fn main_kind(&self, subject: &Subject<'_>, main: SubKind) -> SubKind {
        match subject.role {
            Some(Role::SessionOpener) => SubKind::SessionHelper,
            _ => main,
        }
    }

    /// A shell on a terminal that the manager started for a person: `systemd-run --pty bash`,
    /// `machinectl shell`, `su` and `login` in a getty's unit.
    fn is_persons_terminal(&self, subject: &Subject<'_>) -> bool {
        if subject.process.stat.tty_nr == 0 {
            return false;
        }
        let transient = self
            .membership(subject.process)
            .and_then(|member| member.service())
            .is_some_and(|name| {
                name.starts_with("run-")
                    || name.starts_with("container-shell@")
                    || name.starts_with("capsule-shell@")
            });
        subject.role == Some(Role::SessionOpener)
            || transient && subject.role == Some(Role::Shell) && terminal_shell(subject.process)
    }

    /// In sshd's or cron's group without a parent of its own: a part of the service, or what a
    /// login or a job left behind. A service's environment carries its manager's marks, a login's
    /// does not.
    fn left_behind_or_main(&mut self, subject: &Subject<'_>, main: SubKind) -> Option<Verdict> {
        let read = subject.process.extra.as_ref().map(|extra| &extra.environ);
        match read.and_then(Fact::known) {
            Some(_) if subject.process.env(b"SSH_CONNECTION").is_some() => None,
            Some(_) if has_manager_marks(subject.process) => {
                Some(high(main, "the manager's marks are in its environment"))
            }
            Some(_) if subject.process.stat.tty_nr == 0 => Some(self.by_parent(subject)),
            Some(_) => None,
            None => {
                self.want(subject.index);
                // Without permission to look: a session of its own is how a manager starts things.
                let own_session = subject.process.leads_session();
                own_session
                    .then(|| medium(main, "in a service's control group, started by the manager"))
            }
        }
    }

    fn is_manager(&self, index: usize) -> bool {
        let sub_kind = self.verdict(index).sub_kind;
        matches!(sub_kind, SubKind::Init | SubKind::ContainerInit) || self.is_user_manager(index)
    }

    fn same_service(&self, process: &Process, parent: usize) -> bool {
        let Some(parent) = self.sample.processes.get(parent) else { return false };
        let service =
            |process: &Process| self.membership(process).and_then(|member| member.unit.as_ref());
        service(process) == service(parent)
    }

    /// Asks for what tells of detachment, if it was not read already.
    pub fn want(&mut self, index: usize) {
        let open = |process: &Process| !process.detachment_is_read() && !process.stat.is_zombie();
        if self.sample.processes.get(index).is_some_and(open) {
            self.wants.push(index);
        }
    }
}

/// Variables that service managers give to what they start (systemd.exec(5); OpenRC's and
/// sysvinit's own).
pub(super) fn has_manager_marks(process: &Process) -> bool {
    process.env(b"INVOCATION_ID").is_some() || process.env(b"RC_SVCNAME").is_some()
}

/// What a supervisor calls the service: runit and s6 name it by the folder that they run in,
/// supervisord by a variable, supervise-daemon by its first argument.
pub(super) fn supervised_name(supervisor: &Process, process: &Process) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match &*supervisor.comm {
        b"runsv" | b"s6-supervise" | b"supervise" | b"supervise-daemo" => {
            let name = supervisor.args().nth(1).filter(|arg| !arg.starts_with(b"-"))?;
            Some(text(base_name(name.strip_suffix(b"/").unwrap_or(name))))
        }
        b"supervisord" => process.env(b"SUPERVISOR_PROCESS_NAME").map(text),
        _ => None,
    }
}
