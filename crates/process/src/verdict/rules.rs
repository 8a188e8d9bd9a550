//! The rules, in the order in which they outrank each other.

mod index;

use std::collections::HashMap;

use super::{Confidence, Judgement, KnownServices, ServiceRef, SubKind, Verdict};
use crate::machine::Machine;
use crate::membership::{Membership, Unit};
use crate::process::Process;
use crate::roles::{self, Role};
use crate::sample::Sample;
use crate::tree::Tree;

/// Judges every process of a sample from what was read of it. Pure.
pub fn classify(
    sample: &Sample,
    tree: &Tree,
    machine: &Machine,
    known: &KnownServices,
) -> Judgement {
    let mut rules = Rules::new(sample, tree, machine, known);
    let mut pending: Vec<usize> = tree.parents_first().collect();
    let mut judged = vec![false; sample.processes.len()];
    for round in 1..=MAX_ROUNDS {
        let mut later = Vec::new();
        for index in pending {
            if round < MAX_ROUNDS && rules.must_wait(index, &judged) {
                later.push(index);
                continue;
            }
            let verdict = rules.judge(index);
            if let (Some(slot), Some(done)) = (rules.verdicts.get_mut(index), judged.get_mut(index))
            {
                (*slot, *done) = (verdict, true);
            }
        }
        pending = later;
    }
    let pid = |index: usize| sample.processes.get(index).map_or(0, Process::pid);
    let namespace_inits =
        rules.namespace_inits.iter().map(|(&inode, &index)| (inode, pid(index))).collect();
    Judgement {
        verdicts: rules.verdicts,
        services: rules.services,
        namespace_inits,
        wants: rules.wants,
    }
}

/// A process waits for the verdicts on its parent and on its session's leader, which may stand
/// anywhere in the tree when init has taken the process in. Who waits in a circle is judged in the
/// last round as it is.
const MAX_ROUNDS: usize = 4;

/// Until a process is judged. Parents come first, so rules see this only in circles.
pub(super) const UNJUDGED: Verdict = Verdict {
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
    fn must_wait(&self, index: usize, judged: &[bool]) -> bool {
        let Some(process) = self.sample.processes.get(index) else { return false };
        let open = |other: usize| other != index && judged.get(other) == Some(&false);
        let parent = self.tree.parent(index);
        let session = process.stat.session;
        let above = parent.and_then(|parent| self.sample.processes.get(parent));
        let born_here = session <= 0
            || process.leads_session()
            || above.is_some_and(|above| above.stat.session == session);
        parent.is_some_and(open)
            || !born_here && self.sample.index_of(session.unsigned_abs()).is_some_and(open)
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
        let typed_into = subject.role == Some(Role::Shell)
            && subject.process.leads_session()
            && subject.process.stat.tty_nr != 0;
        if typed_into && terminal_shell(subject.process) {
            return Some(high(
                SubKind::InteractiveShell,
                "a shell that leads its terminal's session, first in a container",
            ));
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
        member.is_some_and(|member| {
            member.user_manager.is_some() && member.unit == Some(Unit::Manager)
        }) && self.role_of(Some(index)) == Some(Role::Supervisor)
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

/// Whether a shell is one to type into: it was given no command and no script.
pub(super) fn terminal_shell(process: &Process) -> bool {
    process.args().skip(1).all(|arg| {
        let is_option = arg.starts_with(b"-") || arg.starts_with(b"+");
        let has_command =
            arg.first() == Some(&b'-') && arg.get(1) != Some(&b'-') && arg.contains(&b'c');
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
