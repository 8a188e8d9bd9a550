//! What kind of process each one is: kernel thread, daemon or normal process.
//!
//! [`judge`] takes a sample and gives a [`Verdict`] for every process in it. Hard evidence (a
//! kernel flag, a control group, a session, a terminal, a parent) decides; names only tell what a
//! parent such as sshd or cron means for its children. The rules are pure ([`classify`]): they ask
//! for more of a process where its cheap facts leave it undecided, and are run again with it.

mod detached;
mod known;
mod parent;
mod rules;
mod service;
mod terminal;

use std::collections::{HashMap, HashSet};

use crate::machine::Machine;
use crate::needs::Needs;
use crate::procfs::ProcFs;
use crate::sample::{self, Sample};
use crate::tree::Tree;

pub(crate) use detached::is_terminal;
pub use known::{KnownService, KnownServices};
pub use rules::classify;

/// The three kinds, and the admission that it can't be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A thread of the kernel, which has no program.
    Kernel,
    /// Runs in the background on its own account: a service, or a part of one.
    Daemon,
    /// Was started by or for somebody, and belongs to what they do.
    Normal,
    /// What would tell could not be read.
    Unknown,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Kernel => "kernel",
            Kind::Daemon => "daemon",
            Kind::Normal => "normal",
            Kind::Unknown => "unknown",
        }
    }
}

/// Declares the sub-kinds: one row gives variant, kind, word in JSON and filters, and sentence.
macro_rules! sub_kinds {
    ($($variant:ident, $kind:ident, $word:literal, $sentence:literal;)*) => {
        /// The more exact kind.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SubKind {
            $(#[doc = $sentence] $variant,)*
        }

        impl SubKind {
            /// Every sub-kind.
            pub const ALL: &[SubKind] = &[$(SubKind::$variant,)*];

            /// The kind that it belongs to.
            pub fn kind(self) -> Kind {
                match self { $(SubKind::$variant => Kind::$kind,)* }
            }

            /// The word for it in JSON and in filters.
            pub fn word(self) -> &'static str {
                match self { $(SubKind::$variant => $word,)* }
            }

            /// What it means, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(SubKind::$variant => $sentence,)* }
            }
        }
    };
}

sub_kinds! {
    KernelThread, Kernel, "kernel_thread", "a thread of the kernel";
    KernelWorker, Kernel, "kernel_worker", "a worker thread of the kernel's work queues";
    InterruptThread, Kernel, "interrupt_thread", "the kernel thread of an interrupt";
    Init, Daemon, "init", "the first process of the machine, parent of all that have lost theirs";
    ContainerInit, Daemon, "container_init", "the first process of a container or pid namespace: when it ends, all of it ends";
    ServiceManager, Daemon, "service_manager", "a daemon that starts other daemons and keeps them running";
    Managed, Daemon, "managed", "the main process of a service that a service manager started";
    Worker, Daemon, "worker", "a process that a daemon started for its own work";
    SelfDetached, Daemon, "self_detached", "a daemon that detached itself from whoever started it; no service manager looks after it";
    SessionService, Daemon, "session_service", "a service of a user's own service manager";
    ScheduledJob, Daemon, "scheduled_job", "a job that a scheduler such as cron started and that ends by itself";
    InteractiveShell, Normal, "interactive_shell", "a shell that somebody types into";
    Foreground, Normal, "foreground", "has its terminal's attention: keys and Ctrl-C go to it";
    BackgroundJob, Normal, "background_job", "a job of a shell, behind on its terminal";
    Pipeline, Normal, "pipeline", "a part of a pipeline";
    SessionHelper, Normal, "session_helper", "opens or serves a login session and ends with it";
    RemoteCommand, Normal, "remote_command", "a command run for a remote login, without a terminal";
    OrphanedJob, Normal, "orphaned_job", "a job whose shell is gone";
    NohupJob, Normal, "nohup_job", "a job that was told to survive its terminal (nohup)";
    DetachedJob, Normal, "detached_job", "a job that was put into a session of its own (setsid) and does not behave like a daemon otherwise";
    Application, Normal, "application", "a program of a user's graphical session or scope";
    Entered, Normal, "entered", "was started from outside into this namespace";
    Child, Normal, "child", "belongs to the normal process that started it";
    Unknown, Unknown, "unknown", "what would tell could not be read";
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// A guess from what little could be read.
    Low,
    /// Several soft signs agree.
    Medium,
    /// Hard evidence, which another arrangement could still explain.
    High,
    /// The kernel says so itself.
    Certain,
}

impl Confidence {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
            Confidence::Certain => "certain",
        }
    }
}

/// A service and how a process was found to belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRef {
    /// `systemd`, `systemd-user`, `openrc`, `sysv`, `runit`, `supervisord`, …
    pub manager: &'static str,
    /// Its name there.
    pub name: String,
    /// `control group`, `pid file`, `parent`, `environment`, …
    pub how: &'static str,
}

/// The judgement on one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What exactly it is.
    pub sub_kind: SubKind,
    /// How sure that is.
    pub confidence: Confidence,
    /// What decided, in a few words.
    pub because: &'static str,
    /// Its name or title says "kernel thread" and the kernel says that it is none.
    pub posing_as_kernel: bool,
    /// Index into [`Judgement::services`].
    pub service: Option<u32>,
}

impl Verdict {
    /// Kernel, daemon, normal or unknown.
    pub fn kind(&self) -> Kind {
        self.sub_kind.kind()
    }
}

/// The verdicts on a sample, in its order.
#[derive(Debug, Default)]
pub struct Judgement {
    /// One for each process.
    pub verdicts: Vec<Verdict>,
    /// The services that processes belong to, each once.
    pub services: Vec<ServiceRef>,
    /// The first process of each pid namespace but ours, by the namespace's inode.
    pub namespace_inits: HashMap<u64, u32>,
    /// Processes of which [`Needs::DETACHMENT`] would make the verdict surer.
    pub(crate) wants: Vec<usize>,
}

impl Judgement {
    /// The service of a process.
    pub fn service(&self, index: usize) -> Option<&ServiceRef> {
        let id = self.verdicts.get(index)?.service?;
        self.services.get(id as usize)
    }
}

/// How often the rules may ask for more: what one answer makes known can raise one more question.
const MAX_ROUNDS: usize = 3;

/// Judges every process, reading more of those that need it.
pub fn judge(
    proc: &ProcFs,
    sample: &mut Sample,
    machine: &Machine,
    known: &KnownServices,
) -> (Tree, Judgement) {
    let mut asked: HashSet<u32> = HashSet::new();
    let mut round = 0;
    loop {
        let tree = Tree::new(sample);
        let judgement = classify(sample, &tree, machine, known);
        round += 1;
        let pid = |index: &usize| sample.processes.get(*index).map(|process| process.pid());
        let fresh: Vec<usize> = judgement
            .wants
            .iter()
            .copied()
            .filter(|index| pid(index).is_some_and(|pid| !asked.contains(&pid)))
            .collect();
        if fresh.is_empty() || round > MAX_ROUNDS {
            sample.release();
            return (tree, judgement);
        }
        asked.extend(fresh.iter().filter_map(pid));
        sample::deepen(proc, sample, &fresh, Needs::DETACHMENT);
    }
}
