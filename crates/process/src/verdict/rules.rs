//! The rules, in the order in which they outrank each other.

use std::collections::HashMap;

use super::{Confidence, Judgement, Kind, KnownServices, ServiceRef, SubKind, Verdict};
use crate::machine::Machine;
use crate::membership::{Membership, Unit};
use crate::process::Process;
use crate::roles::{self, Role};
use crate::sample::Sample;
use crate::tree::Tree;

/// Judges every process of a sample from what was read of it. Pure.
pub fn classify(sample: &Sample, tree: &Tree, machine: &Machine, known: &KnownServices) -> Judgement {
    let mut rules = Rules::new(sample, tree, machine, known);
    for index in tree.parents_first() {
        let verdict = rules.judge(index);
        if let Some(slot) = rules.verdicts.get_mut(index) {
            *slot = verdict;
        }
    }
    let pid = |index: usize| sample.processes.get(index).map_or(0, Process::pid);
    let namespace_inits = rules.namespace_inits.iter().map(|(&inode, &index)| (inode, pid(index))).collect();
    Judgement { verdicts: rules.verdicts, services: rules.services, namespace_inits, wants: rules.wants }
}

/// Until a process is judged. Parents come first, so rules see this only in circles.
const UNJUDGED: Verdict = Verdict {
    sub_kind: SubKind::Unknown,
    confidence: Confidence::Low,
    because: "nothing could be read that would tell",
    posing_as_kernel: false,
    service: None,
};

/// Everything that rules look at, and what has been judged so far.
pub(super) struct Rules<'a> {
    pub sample: &'a Sample,
    pub tree: &'a Tree,
    pub machine: &'a Machine,
    pub known: &'a KnownServices,
    pub verdicts: Vec<Verdict>,
    pub services: Vec<ServiceRef>,
    pub wants: Vec<usize>,
    pub roles: Vec<Option<Role>>,
    /// The service of each control group.
    group_services: Vec<Option<u32>>,
    /// Control groups of services that people's sessions or jobs start in.
    lets_people_in: Vec<bool>,
    /// The oldest process of each pid namespace but ours: its init.
    namespace_inits: HashMap<u64, usize>,
    service_ids: HashMap<(&'static str, String), u32>,
}

/// One process with what rules ask of it all the time.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub index: usize,
    pub process: &'a Process,
    pub role: Option<Role>,
    pub parent: Option<usize>,
}

impl<'a> Rules<'a> {
    fn new(sample: &'a Sample, tree: &'a Tree, machine: &'a Machine, known: &'a KnownServices) -> Self {
        // Many processes have few names.
        let mut seen: HashMap<&[u8], Option<Role>> = HashMap::new();
        let mut role = |process: &'a Process| match process.stat.is_kernel_thread() {
            true => None,
            false => *seen.entry(&process.comm).or_insert_with(|| roles::role(&process.comm)),
        };
        let roles = sample.processes.iter().map(&mut role).collect();
        let mut rules = Rules {
            sample,
            tree,
            machine,
            known,
            verdicts: vec![UNJUDGED; sample.processes.len()],
            services: Vec::new(),
            wants: Vec::new(),
            roles,
            group_services: Vec::new(),
            lets_people_in: vec![false; sample.cgroups.len()],
            namespace_inits: HashMap::new(),
            service_ids: HashMap::new(),
        };
        rules.index_groups();
        rules.index_namespaces();
        rules
    }

    fn index_groups(&mut self) {
        for group in &self.sample.cgroups {
            let service = match &group.membership.unit {
                Some(Unit::Service(name)) => Some(("systemd", name)),
                Some(Unit::UserService(name)) => Some(("systemd-user", name)),
                Some(Unit::OpenRc(name)) => Some(("openrc", name)),
                _ => None,
            };
            let id = service.map(|(manager, name)| self.service_id(manager, name, "control group"));
            self.group_services.push(id);
        }
        for (process, role) in self.sample.processes.iter().zip(&self.roles) {
            let opens = matches!(
                role,
                Some(Role::LoginServer | Role::Scheduler | Role::Getty | Role::SessionOpener | Role::Multiplexer)
            );
            let group = process.cgroup.known().filter(|_| opens);
            if let Some(flag) = group.and_then(|group| self.lets_people_in.get_mut(group.0 as usize)) {
                *flag = true;
            }
        }
    }

    fn index_namespaces(&mut self) {
        for (index, process) in self.sample.processes.iter().enumerate() {
            let Some(&namespace) = process.pid_namespace.known() else { continue };
            if Some(namespace) == self.machine.own_pid_namespace {
                continue;
            }
            let older = |&first: &usize| {
                self.sample.processes.get(first).is_some_and(|first| {
                    (first.key.start_ticks, first.pid()) <= (process.key.start_ticks, process.pid())
                })
            };
            if !self.namespace_inits.get(&namespace).is_some_and(older) {
                self.namespace_inits.insert(namespace, index);
            }
        }
    }

    fn judge(&mut self, index: usize) -> Verdict {
        let Some(process) = self.sample.processes.get(index) else { return UNJUDGED };
        let role = self.roles.get(index).copied().flatten();
        let subject = Subject { index, process, role, parent: self.tree.parent(index) };
        if process.stat.is_kernel_thread() {
            return kernel_thread(process);
        }
        let mut verdict = self
            .first_process(&subject)
            .or_else(|| self.namespace_init(&subject))
            .or_else(|| self.known_main(&subject))
            .or_else(|| self.by_service(&subject))
            .or_else(|| self.by_terminal(&subject))
            .unwrap_or_else(|| self.by_parent(&subject));
        verdict.posing_as_kernel = poses_as_kernel(process);
        verdict
    }

    fn first_process(&self, subject: &Subject<'_>) -> Option<Verdict> {
        if subject.process.pid() != 1 {
            return None;
        }
        Some(if self.machine.is_contained() && !self.machine.init.is_init_system() {
            certain(SubKind::ContainerInit, "pid 1 of a container")
        } else {
            certain(SubKind::Init, "pid 1")
        })
    }

    /// The first process of another pid namespace, pid_namespaces(7).
    fn namespace_init(&self, subject: &Subject<'_>) -> Option<Verdict> {
        let namespace = subject.process.pid_namespace.known()?;
        if self.namespace_inits.get(namespace) != Some(&subject.index) {
            return None;
        }
        // Where `status` was read it says the pid in its own namespace: a sample of few processes
        // may hold one that was entered into the namespace, and not the namespace's first.
        let status = subject.process.extra.as_ref().and_then(|extra| extra.status.known());
        if status.is_some_and(|status| status.namespace_pids.last().is_some_and(|&pid| pid != 1)) {
            return None;
        }
        let parent = subject.parent.and_then(|parent| self.sample.processes.get(parent));
        // Browsers put their own renderers into namespaces: a sandbox, not a container.
        let sandboxed = parent.is_some_and(|parent| parent.comm == subject.process.comm)
            && !matches!(subject.role, Some(Role::Supervisor | Role::Init));
        if sandboxed {
            return None;
        }
        let typed_into = subject.role == Some(Role::Shell) && is_leader(subject.process) && subject.process.stat.tty_nr != 0;
        if typed_into && terminal_shell(subject.process) {
            return Some(high(SubKind::InteractiveShell, "a shell that leads its terminal's session, first in a container"));
        }
        Some(certain(SubKind::ContainerInit, "the first process of its pid namespace"))
    }

    /// A process that its manager names as the main one of a service.
    fn known_main(&mut self, subject: &Subject<'_>) -> Option<Verdict> {
        let service = self.known.by_main_pid(subject.process.pid())?;
        let supervised = self.role_of(subject.parent) == Some(Role::Supervisor);
        let id = self.service_id(service.manager, &service.name, "pid file");
        let sub_kind = match subject.role {
            Some(Role::Supervisor) if !supervised => SubKind::ServiceManager,
            _ => SubKind::Managed,
        };
        Some(Verdict { service: Some(id), ..high(sub_kind, "its service's pid file names it") })
    }

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
            Some(Role::LoginServer) if !same_role => {
                within(high(SubKind::RemoteCommand, "started for a remote login, without a terminal"))
            }
            Some(Role::Scheduler) if !same_role => within(high(SubKind::ScheduledJob, "started by a scheduler")),
            Some(Role::Multiplexer) => medium(SubKind::Child, "started by a terminal multiplexer, without a terminal"),
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
            _ if self.opens_session(subject, parent) => {
                within(high(SubKind::SessionHelper, "the first of a login session's processes that is the user's own"))
            }
            _ => within(high(SubKind::Worker, "started by a daemon")),
        }
    }

    /// In another pid namespace than its parent.
    fn is_elsewhere(&self, subject: &Subject<'_>, parent: usize) -> bool {
        let theirs = self.sample.processes.get(parent).and_then(|parent| parent.pid_namespace.known());
        subject.process.pid_namespace.known().zip(theirs).is_some_and(|(own, theirs)| own != theirs)
    }

    /// In logind's group for a session, with another user than the daemon that let that user in: a
    /// display manager's session, which needs no terminal.
    fn opens_session(&self, subject: &Subject<'_>, parent: usize) -> bool {
        let in_session = matches!(self.membership(subject.process).and_then(|m| m.unit.as_ref()), Some(Unit::Session(_)));
        let above = self.sample.processes.get(parent).and_then(|parent| parent.euid.known());
        in_session && subject.role != Some(Role::LoginServer) && subject.process.euid.known() != above
    }

    fn supervised(&mut self, subject: &Subject<'_>, parent: usize, above: &Verdict) -> Verdict {
        let Some(supervisor) = self.sample.processes.get(parent) else { return UNJUDGED };
        let manager = roles::shown_name(&supervisor.comm).unwrap_or("supervisor");
        if subject.role == Some(Role::Supervisor) {
            return Verdict { service: above.service, ..high(SubKind::ServiceManager, "a supervisor's supervisor") };
        }
        let service = match service::supervised_name(supervisor, subject.process) {
            Some(name) => Some(self.service_id(manager, &name, "supervisor")),
            None => above.service,
        };
        Verdict { service, ..high(SubKind::Managed, "started by a supervisor") }
    }

    fn below_normal(&mut self, subject: &Subject<'_>, above: &Verdict) -> Verdict {
        let stat = &subject.process.stat;
        let within = |verdict: Verdict| Verdict { service: above.service, ..verdict };
        if is_leader(subject.process) {
            return within(medium(SubKind::DetachedJob, "put into a session of its own by the normal process that started it"));
        }
        if self.was_told_to_survive(subject.process) {
            return within(high(SubKind::NohupJob, "ignores SIGHUP, as nohup makes it"));
        }
        if self.in_pipeline(subject) {
            return within(high(SubKind::Pipeline, "shares its process group with its neighbours in a pipe"));
        }
        let passed_on = match above.sub_kind {
            SubKind::RemoteCommand | SubKind::Application | SubKind::NohupJob | SubKind::Entered => above.sub_kind,
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
        (reaper && other_session) || (other_session && !is_leader(subject.process) && stat.session != 0)
    }

    pub fn verdict(&self, index: usize) -> Verdict {
        self.verdicts.get(index).copied().unwrap_or(UNJUDGED)
    }

    pub fn role_of(&self, index: Option<usize>) -> Option<Role> {
        self.roles.get(index?).copied().flatten()
    }

    pub fn membership(&self, process: &Process) -> Option<&'a Membership> {
        self.sample.membership(process)
    }

    /// The service that the control group names.
    pub fn group_service(&self, process: &Process) -> Option<u32> {
        self.group_services.get(process.cgroup.known()?.0 as usize).copied().flatten()
    }

    pub fn group_lets_people_in(&self, process: &Process) -> bool {
        let flag = |id: &crate::process::CgroupId| self.lets_people_in.get(id.0 as usize).copied();
        process.cgroup.known().and_then(flag).unwrap_or(false)
    }

    /// Whether this is `systemd --user` or its like.
    pub fn is_user_manager(&self, index: usize) -> bool {
        let Some(process) = self.sample.processes.get(index) else { return false };
        let member = self.membership(process);
        member.is_some_and(|member| member.user_manager.is_some() && member.unit == Some(Unit::Manager))
            && self.role_of(Some(index)) == Some(Role::Supervisor)
    }

    pub fn service_id(&mut self, manager: &'static str, name: &str, how: &'static str) -> u32 {
        if let Some(&id) = self.service_ids.get(&(manager, name.to_owned())) {
            return id;
        }
        let id = self.services.len() as u32;
        self.services.push(ServiceRef { manager, name: name.to_owned(), how });
        self.service_ids.insert((manager, name.to_owned()), id);
        id
    }
}

use super::service;

fn kernel_thread(process: &Process) -> Verdict {
    let sub_kind = if process.comm.starts_with(b"kworker/") {
        SubKind::KernelWorker
    } else if process.comm.starts_with(b"irq/") {
        SubKind::InterruptThread
    } else {
        SubKind::KernelThread
    };
    certain(sub_kind, "the kernel's flag PF_KTHREAD")
}

fn poses_as_kernel(process: &Process) -> bool {
    let title = process.argv0().unwrap_or_default();
    let bracketed = title.starts_with(b"[") && title.ends_with(b"]");
    // A zombie has no arguments left, and that is no pose.
    bracketed && !process.stat.is_zombie()
        || roles::looks_like_kernel_thread(&process.comm)
        || roles::looks_like_kernel_thread(title)
}

pub(super) fn is_leader(process: &Process) -> bool {
    process.stat.session.unsigned_abs() == process.pid()
}

/// Whether a shell is one to type into: it was given no command and no script.
pub(super) fn terminal_shell(process: &Process) -> bool {
    process.args().skip(1).all(|arg| {
        let is_option = arg.starts_with(b"-") || arg.starts_with(b"+");
        let has_command = arg.first() == Some(&b'-') && arg.get(1) != Some(&b'-') && arg.contains(&b'c');
        is_option && !has_command
    })
}

pub(super) fn certain(sub_kind: SubKind, because: &'static str) -> Verdict {
    Verdict { sub_kind, confidence: Confidence::Certain, because, ..UNJUDGED }
}

pub(super) fn high(sub_kind: SubKind, because: &'static str) -> Verdict {
    Verdict { sub_kind, confidence: Confidence::High, because, ..UNJUDGED }
}

pub(super) fn medium(sub_kind: SubKind, because: &'static str) -> Verdict {
    Verdict { sub_kind, confidence: Confidence::Medium, because, ..UNJUDGED }
}

pub(super) fn low(sub_kind: SubKind, because: &'static str) -> Verdict {
    Verdict { sub_kind, confidence: Confidence::Low, because, ..UNJUDGED }
}
