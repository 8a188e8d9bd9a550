//! Why does it run? The chain of causes from the kernel down to one process, each link with how it
//! is known.
//!
//! A control group or a supervisor outranks ancestry: a service's process is below its unit even
//! where its parent is init because it detached itself. Where a parent is only who took the process
//! in, the link is said to be broken.

mod cron;
mod login;
mod steps;

use std::path::Path;

use crate::machine::Machine;
use crate::sample::Sample;
use crate::tree::Tree;
use crate::verdict::{Judgement, ServiceRef};
use steps::Chain;

/// What a link of the chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The kernel.
    Kernel,
    /// What runs the container that all this is in, or that the process is in.
    ContainerRuntime,
    /// Pid 1.
    Init,
    /// A service manager other than init.
    Manager,
    /// A unit of systemd, or a service of OpenRC.
    Unit,
    /// A script in `/etc/init.d`.
    InitScript,
    /// What enables a service: a target or runlevel.
    Runlevel,
    /// A timer unit.
    Timer,
    /// A socket unit, or another trigger.
    Socket,
    /// A line of a crontab.
    Cron,
    /// A login.
    Login,
    /// tmux, screen and the like.
    Multiplexer,
    /// A shell.
    Shell,
    /// A supervisor that is no init: supervisord, runsv.
    Supervisor,
    /// Any other process.
    Process,
    /// Something outside of this pid namespace.
    Outside,
    /// Who started it is not known any more.
    Gone,
}

impl LinkKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            LinkKind::Kernel => "kernel",
            LinkKind::ContainerRuntime => "container_runtime",
            LinkKind::Init => "init",
            LinkKind::Manager => "manager",
            LinkKind::Unit => "unit",
            LinkKind::InitScript => "init_script",
            LinkKind::Runlevel => "runlevel",
            LinkKind::Timer => "timer",
            LinkKind::Socket => "socket",
            LinkKind::Cron => "cron",
            LinkKind::Login => "login",
            LinkKind::Multiplexer => "multiplexer",
            LinkKind::Shell => "shell",
            LinkKind::Supervisor => "supervisor",
            LinkKind::Process => "process",
            LinkKind::Outside => "outside",
            LinkKind::Gone => "gone",
        }
    }
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// Its name.
    pub name: String,
    /// Its pid, if it is a process.
    pub pid: Option<u32>,
    /// How it is known that it caused the next one, or was caused by the one before.
    pub how: String,
    /// The link to the one before is broken: the process was taken in by another parent.
    pub broken: bool,
}

/// What a service's manager says of where the service comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Its definition: a unit file or a script.
    pub definition: Option<String>,
    /// Targets or runlevels that it is enabled in.
    pub enabled_in: Vec<String>,
    /// Timers, sockets and paths that start it.
    pub triggered_by: Vec<String>,
}

/// What the chain is made from.
pub struct Scene<'a> {
    /// The processes.
    pub sample: &'a Sample,
    /// Who descends from whom.
    pub tree: &'a Tree,
    /// What they are.
    pub judgement: &'a Judgement,
    /// The machine.
    pub machine: &'a Machine,
    /// Where `/etc` and `/run` are.
    pub root: &'a Path,
    /// Asks the service's manager.
    pub origin: &'a dyn Fn(&ServiceRef) -> Origin,
}

/// The chain down to a process.
pub fn explain(scene: &Scene<'_>, index: usize) -> Vec<Link> {
    let mut chain = Chain { scene, links: Vec::new() };
    let Some(process) = scene.sample.processes.get(index) else { return chain.links };
    chain.top();
    if process.stat.is_kernel_thread() {
        chain.process(index, "the kernel made it (PF_KTHREAD)".to_owned(), false);
        return chain.links;
    }
    let mut line: Vec<usize> = scene.tree.ancestors(index).collect();
    line.reverse();
    line.push(index);
    let mut above: Option<usize> = None;
    for &each in &line {
        chain.step(above, each);
        above = Some(each);
    }
    chain.links
}
