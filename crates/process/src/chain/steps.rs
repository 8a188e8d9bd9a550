//! From one process of the line of ancestors to the next: what stands between them.

mod orphan;

use super::{Link, LinkKind, Scene, cron, login};
use crate::machine::Init;
use crate::membership::Unit;
use crate::process::Process;
use crate::roles::{self, Role};
use crate::tty;
use crate::verdict::SubKind;

/// The chain as far as it is made.
pub(super) struct Chain<'a> {
    pub scene: &'a Scene<'a>,
    pub links: Vec<Link>,
}

impl Chain<'_> {
    fn add(
        &mut self,
        kind: LinkKind,
        name: impl Into<String>,
        pid: Option<u32>,
        how: impl Into<String>,
        broken: bool,
    ) {
        self.links.push(Link { kind, name: name.into(), pid, how: how.into(), broken });
    }

    pub fn top(&mut self) {
        match &self.scene.machine.container {
            Some(runtime) => {
                let how = "this machine is a container: what started it is outside";
                self.add(LinkKind::ContainerRuntime, runtime.clone(), None, how, false);
            }
            None => {
                let how = "booted the machine";
                self.add(
                    LinkKind::Kernel,
                    format!("Linux {}", self.scene.machine.kernel),
                    None,
                    how,
                    false,
                );
            }
        }
    }

    pub fn step(&mut self, above: Option<usize>, index: usize) {
        let Some(process) = self.scene.sample.processes.get(index) else { return };
        let Some(parent) = above.and_then(|above| self.scene.sample.processes.get(above)) else {
            self.first(process, index);
            return;
        };
        if self.enters_service(above, index) {
            self.service(process, index, parent);
            return;
        }
        let sub_kind = self.sub_kind(index);
        let reaped = self.was_reaped(process, parent, above);
        if reaped {
            self.lost_starter(process, parent, index);
            return;
        }
        match sub_kind {
            SubKind::ContainerInit => {
                let container = self
                    .scene
                    .sample
                    .membership(process)
                    .and_then(|member| member.container.clone());
                let name = match container {
                    Some(container) => format!("{} {}", container.runtime, container.id),
                    None => "pid namespace".to_owned(),
                };
                self.add(
                    LinkKind::ContainerRuntime,
                    name,
                    None,
                    format!("made by {} ({})", text(parent.shown_name()), parent.pid()),
                    false,
                );
            }
            SubKind::ScheduledJob if self.sub_kind_of(above) != Some(SubKind::ScheduledJob) => {
                self.cron(process)
            }
            _ => self.login(process, parent, above),
        }
        self.process(
            index,
            format!("child of {} ({})", text(parent.shown_name()), parent.pid()),
            false,
        );
    }

    /// Pid 1, or a process whose parent can't be seen.
    fn first(&mut self, process: &Process, index: usize) {
        if process.pid() == 1 {
            let how = if self.scene.machine.is_contained() {
                "first process of this container"
            } else {
                "the kernel started it as pid 1"
            };
            self.process(index, how.to_owned(), false);
        } else if process.stat.ppid == 0 {
            self.add(
                LinkKind::Outside,
                "a process outside this pid namespace",
                None,
                "its parent is 0 here",
                false,
            );
            self.process(index, "started from outside (docker exec, nsenter)".to_owned(), false);
        } else {
            let how = format!("its parent {} can't be seen", process.stat.ppid);
            self.process(index, how, true);
        }
    }

    /// Whether the process belongs to a service that its parent does not belong to.
    fn enters_service(&self, above: Option<usize>, index: usize) -> bool {
        let judgement = self.scene.judgement;
        let own = judgement.service(index);
        let managed = matches!(
            self.sub_kind(index),
            SubKind::Managed
                | SubKind::SessionService
                | SubKind::ServiceManager
                | SubKind::SessionHelper
                | SubKind::InteractiveShell
                | SubKind::Worker
        );
        own.is_some() && managed && above.and_then(|above| judgement.service(above)) != own
    }

    fn service(&mut self, process: &Process, index: usize, parent: &Process) {
        let Some(service) = self.scene.judgement.service(index) else { return };
        let origin = (self.scene.origin)(service);
        let trigger = [&b"TRIGGER_UNIT"[..]].iter().find_map(|name| process.env(name)).map(text);
        let triggers = trigger.map_or(origin.triggered_by, |unit| vec![unit]);
        let socket = process.env(b"LISTEN_FDS").is_some();
        for unit in &triggers {
            let kind = if unit.ends_with(".timer") { LinkKind::Timer } else { LinkKind::Socket };
            self.add(kind, unit.clone(), None, "starts the service", false);
        }
        if triggers.is_empty() && socket {
            self.add(
                LinkKind::Socket,
                "socket activation",
                None,
                "LISTEN_FDS is in the process's environment",
                false,
            );
        }
        if !origin.enabled_in.is_empty() {
            let how = format!("{} is enabled in it", service.name);
            let word = match (service.manager, origin.enabled_in.len()) {
                ("sysv" | "openrc", 1) => "runlevel ",
                ("sysv" | "openrc", _) => "runlevels ",
                _ => "",
            };
            self.add(
                LinkKind::Runlevel,
                format!("{word}{}", origin.enabled_in.join(", ")),
                None,
                how,
                false,
            );
        }
        let kind = if service.manager == "sysv" { LinkKind::InitScript } else { LinkKind::Unit };
        let place =
            origin.definition.map_or_else(String::new, |path| format!(", defined in {path}"));
        self.add(
            kind,
            service.name.clone(),
            None,
            format!("known by its {}{place}", service.how),
            false,
        );
        let reaped = self.is_reaper(parent) && process.stat.session != parent.stat.session;
        let direct = matches!(self.scene.machine.init, Init::Systemd) && process.leads_session();
        let how = match (reaped && !direct, parent.pid()) {
            (true, pid) => {
                format!("detached itself; its parent is now {} ({pid})", text(parent.shown_name()))
            }
            (false, pid) => format!("started by {} ({pid})", text(parent.shown_name())),
        };
        self.process(index, how, false);
    }

    fn logind(&self, process: &Process) -> Option<(String, String)> {
        match &self.scene.sample.membership(process)?.unit {
            Some(Unit::Session(id)) => Some(login::session(self.scene.root, id)),
            _ => None,
        }
    }

    fn cron(&mut self, process: &Process) {
        let entry = cron::entry(self.scene.root, process);
        let (name, how) = entry.unwrap_or_else(|| {
            (
                "a scheduled job".to_owned(),
                "no crontab line with this command was found or may be read".to_owned(),
            )
        });
        self.add(LinkKind::Cron, name, None, how, false);
    }

    /// A login begins where sshd, login or su starts a process that is not of their own kind.
    fn login(&mut self, process: &Process, parent: &Process, above: Option<usize>) {
        let opens =
            matches!(roles::role(&parent.comm), Some(Role::LoginServer | Role::SessionOpener));
        if !opens || roles::role(&parent.comm) == roles::role(&process.comm) || above.is_none() {
            return;
        }
        let found = self.logind(process).or_else(|| login::origin(process));
        let (name, how) = found.unwrap_or_else(|| {
            let tty =
                tty::name(process.stat.tty_nr).map_or_else(String::new, |tty| format!(" on {tty}"));
            (format!("login{tty}"), format!("{} opens sessions", text(parent.shown_name())))
        });
        self.add(LinkKind::Login, name, None, how, false);
    }

    pub fn process(&mut self, index: usize, how: String, broken: bool) {
        let Some(process) = self.scene.sample.processes.get(index) else { return };
        let kind = match self.sub_kind(index) {
            SubKind::Init => LinkKind::Init,
            SubKind::ServiceManager => LinkKind::Manager,
            _ => link_kind(process),
        };
        self.add(kind, text(process.shown_name()), Some(process.pid()), how, broken);
    }

    fn sub_kind(&self, index: usize) -> SubKind {
        self.sub_kind_of(Some(index)).unwrap_or(SubKind::Unknown)
    }

    fn sub_kind_of(&self, index: Option<usize>) -> Option<SubKind> {
        Some(self.scene.judgement.verdicts.get(index?)?.sub_kind)
    }
}

fn link_kind(process: &Process) -> LinkKind {
    match roles::role(&process.comm) {
        _ if process.stat.is_kernel_thread() => LinkKind::Process,
        Some(Role::Shell) => LinkKind::Shell,
        Some(Role::Multiplexer) => LinkKind::Multiplexer,
        Some(Role::Supervisor) => LinkKind::Supervisor,
        Some(Role::ContainerShim) => LinkKind::ContainerRuntime,
        _ => LinkKind::Process,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
