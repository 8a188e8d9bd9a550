//! Where each observation comes from and what it points to.

mod lifecycle;

use super::{Aspect, Evidence, Serving};
use crate::machine::Machine;
use crate::membership::Unit;
use crate::process::Process;
use crate::roles::{self, Role};
use crate::sample::Sample;
use crate::tty;
use crate::verdict::{Judgement, Kind};

/// The observations on one process so far.
pub(super) struct List {
    pub pid: u32,
    pub found: Vec<Evidence>,
}

const DAEMON: Option<Kind> = Some(Kind::Daemon);
const NORMAL: Option<Kind> = Some(Kind::Normal);

impl List {
    fn hard(
        &mut self,
        aspect: Aspect,
        points_to: Option<Kind>,
        fact: impl Into<String>,
        file: &str,
    ) {
        self.add(aspect, points_to, true, fact.into(), file);
    }

    fn soft(
        &mut self,
        aspect: Aspect,
        points_to: Option<Kind>,
        fact: impl Into<String>,
        file: &str,
    ) {
        self.add(aspect, points_to, false, fact.into(), file);
    }

    fn add(
        &mut self,
        aspect: Aspect,
        points_to: Option<Kind>,
        hard: bool,
        fact: String,
        file: &str,
    ) {
        let source = format!("/proc/{}/{file}", self.pid);
        self.found.push(Evidence { aspect, points_to, hard, fact, source });
    }

    pub fn kernel(&mut self, process: &Process) {
        if process.stat.is_kernel_thread() {
            let fact = format!(
                "the kernel flags it as its own thread (flags {:#x} hold PF_KTHREAD)",
                process.stat.flags
            );
            self.hard(Aspect::Kernel, Some(Kind::Kernel), fact, "stat");
        } else if process.pid() == 1 {
            self.hard(
                Aspect::Kernel,
                DAEMON,
                "pid 1: the kernel gives it every process that loses its parent",
                "stat",
            );
        }
        if process.stat.is_zombie() {
            self.hard(
                Aspect::Kernel,
                None,
                "it has ended and waits for its parent to take its exit status",
                "stat",
            );
        }
    }

    pub fn cgroup(&mut self, sample: &Sample, process: &Process) {
        let Some(member) = sample.membership(process) else { return };
        if let Some(container) = &member.container {
            let fact = format!("in container {} of {}", container.id, container.runtime);
            self.hard(Aspect::Cgroup, None, fact, "cgroup");
        }
        let (kind, fact) = match &member.unit {
            Some(Unit::Service(name) | Unit::OpenRc(name)) => {
                (DAEMON, format!("in the control group of service {name}"))
            }
            Some(Unit::UserService(name)) => {
                (DAEMON, format!("in the control group of {name}, a service of a user's manager"))
            }
            Some(Unit::Session(id)) => {
                (NORMAL, format!("in the control group of login session {id}"))
            }
            Some(Unit::Scope(name)) => {
                (None, format!("in scope {name}, a group of processes that something else started"))
            }
            Some(Unit::Manager) => {
                (DAEMON, "in init.scope, the service manager's own control group".to_owned())
            }
            None => return,
        };
        self.hard(Aspect::Cgroup, kind, fact, "cgroup");
    }

    pub fn startup(&mut self, process: &Process, machine: &Machine) {
        let seconds = process.key.start_ticks as f64 / machine.ticks_per_second as f64;
        if machine.container.is_none() && seconds < 60.0 {
            let fact = format!("started {seconds:.0} s after the machine");
            self.soft(Aspect::Startup, DAEMON, fact, "stat");
        }
        let marks: [(&[u8], Option<Kind>, &str); 9] = [
            (
                b"INVOCATION_ID",
                DAEMON,
                "systemd's INVOCATION_ID is in its environment: started as (or by) a unit",
            ),
            (
                b"LISTEN_FDS",
                DAEMON,
                "LISTEN_FDS is in its environment: it was handed its sockets (socket activation)",
            ),
            (
                b"RC_SVCNAME",
                DAEMON,
                "OpenRC's RC_SVCNAME is in its environment: started by an OpenRC service",
            ),
            (
                b"PREVLEVEL",
                DAEMON,
                "PREVLEVEL is in its environment: started by sysvinit's runlevel change",
            ),
            (b"SUPERVISOR_PROCESS_NAME", DAEMON, "supervisord's variable is in its environment"),
            (
                b"SSH_CONNECTION",
                NORMAL,
                "SSH_CONNECTION is in its environment: started in a remote login",
            ),
            (
                b"SSH_TTY",
                NORMAL,
                "SSH_TTY is in its environment: started in a remote login on a terminal",
            ),
            (b"TMUX", NORMAL, "TMUX is in its environment: started inside tmux"),
            (b"STY", NORMAL, "STY is in its environment: started inside screen"),
        ];
        for (name, kind, fact) in marks {
            if process.env(name).is_some() {
                self.soft(Aspect::Startup, kind, fact, "environ");
            }
        }
    }

    pub fn terminal(&mut self, process: &Process) {
        let stat = &process.stat;
        match tty::name(stat.tty_nr) {
            Some(name) if stat.tpgid == stat.pgrp => {
                self.hard(
                    Aspect::Terminal,
                    NORMAL,
                    format!("controlling terminal {name}, and in its foreground"),
                    "stat",
                );
            }
            Some(name) => {
                self.hard(
                    Aspect::Terminal,
                    NORMAL,
                    format!("controlling terminal {name}, in the background"),
                    "stat",
                );
            }
            None => self.hard(Aspect::Terminal, DAEMON, "no controlling terminal", "stat"),
        }
    }

    pub fn parent(
        &mut self,
        sample: &Sample,
        judgement: &Judgement,
        process: &Process,
        parent: Option<usize>,
    ) {
        let above = parent
            .and_then(|index| Some((sample.processes.get(index)?, judgement.verdicts.get(index)?)));
        let Some((parent, verdict)) = above else {
            let fact = match process.stat.ppid {
                0 => "its parent is outside this pid namespace".to_owned(),
                ppid => format!("its parent {ppid} can't be seen"),
            };
            self.hard(Aspect::Parent, None, fact, "stat");
            return;
        };
        let name = String::from_utf8_lossy(&parent.comm).into_owned();
        let kind = match (roles::role(&parent.comm), verdict.kind()) {
            (Some(Role::Shell), Kind::Normal) => NORMAL,
            (_, Kind::Daemon) => DAEMON,
            (_, Kind::Normal) => NORMAL,
            _ => None,
        };
        let what = format!("{} ({})", verdict.kind().word(), verdict.sub_kind.word());
        self.hard(
            Aspect::Parent,
            kind,
            format!("its parent is {name} ({}), {what}", parent.pid()),
            "stat",
        );
    }

    pub fn purpose(&mut self, serving: &Serving) {
        if !serving.listens_on.is_empty() {
            let fact = format!("serves {}", serving.listens_on.join(", "));
            self.hard(Aspect::Purpose, DAEMON, fact, "fd");
        } else if serving.seen {
            self.soft(Aspect::Purpose, None, "listens on no socket", "fd");
        }
    }

    pub fn naming(&mut self, process: &Process) {
        let name = String::from_utf8_lossy(&process.comm).into_owned();
        if roles::looks_like_kernel_thread(&process.comm)
            || process.argv0().is_some_and(roles::looks_like_kernel_thread)
        {
            self.soft(
                Aspect::Naming,
                None,
                format!("called {name} like a thread of the kernel, and it is none: an impostor"),
                "comm",
            );
        } else if name.ends_with('d') && name.len() > 3 {
            self.soft(
                Aspect::Naming,
                DAEMON,
                format!("{name} ends in d, as many daemons' names do"),
                "comm",
            );
        } else if roles::role(&process.comm) == Some(Role::Shell) {
            self.soft(Aspect::Naming, NORMAL, format!("{name} is a shell's name"), "comm");
        }
    }

    pub fn privileges(&mut self, process: &Process) {
        let Some(&uid) = process.euid.known() else { return };
        let (kind, fact) = match uid {
            0 => (None, "runs as root".to_owned()),
            1..=999 => (DAEMON, format!("runs as system account {uid}")),
            65534 => (DAEMON, "runs as nobody".to_owned()),
            61184..=65519 => (DAEMON, format!("runs as dynamic system account {uid}")),
            _ => (NORMAL, format!("runs as login user {uid}")),
        };
        self.soft(Aspect::Privileges, kind, fact, "");
        if let Some(last) = self.found.last_mut() {
            last.source = format!("owner of /proc/{}", process.pid());
        }
    }
}
