//! The evidence for a verdict, aspect by aspect, as people are taught to look for it.
//!
//! The rules of [`crate::verdict`] stop at the first thing that decides; this module gathers all
//! that was seen of one process, what each observation points to, and where it was read.

mod list;

use crate::machine::Machine;
use crate::sample::Sample;
use crate::tree::Tree;
use crate::verdict::{Judgement, Kind};
use list::List;

/// What an observation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// What the kernel itself says.
    Kernel,
    /// Control group.
    Cgroup,
    /// At boot by init, or by somebody's command.
    Startup,
    /// A controlling terminal, or none.
    Terminal,
    /// init, a manager, a subreaper, or a shell.
    Parent,
    /// Outlives the session it was started in, or ends with it.
    Lifecycle,
    /// Serves others, or interacts.
    Purpose,
    /// What it is called: the weakest evidence.
    Naming,
    /// System account, root, or a login user.
    Privileges,
}

impl Aspect {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Aspect::Kernel => "kernel",
            Aspect::Cgroup => "cgroup",
            Aspect::Startup => "startup",
            Aspect::Terminal => "terminal",
            Aspect::Parent => "parent",
            Aspect::Lifecycle => "lifecycle",
            Aspect::Purpose => "purpose",
            Aspect::Naming => "naming",
            Aspect::Privileges => "privileges",
        }
    }
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is about.
    pub aspect: Aspect,
    /// Which kind it speaks for; `None`: for neither.
    pub points_to: Option<Kind>,
    /// Set by the kernel or a manager, not by the process itself.
    pub hard: bool,
    /// What was seen.
    pub fact: String,
    /// Where.
    pub source: String,
}

/// What sockets say of the purpose, from whoever looked at them.
#[derive(Debug, Clone, Default)]
pub struct Serving {
    /// Addresses that it listens on.
    pub listens_on: Vec<String>,
    /// Whether its sockets could be seen at all.
    pub seen: bool,
}

/// All evidence on one process.
pub fn gather(
    sample: &Sample,
    tree: &Tree,
    judgement: &Judgement,
    machine: &Machine,
    index: usize,
    serving: &Serving,
) -> Vec<Evidence> {
    let Some(process) = sample.processes.get(index) else { return Vec::new() };
    let mut list = List { pid: process.pid(), found: Vec::new() };
    list.kernel(process);
    if process.stat.is_kernel_thread() {
        return list.found;
    }
    let parent = tree.parent(index);
    list.cgroup(sample, process);
    list.startup(process, machine);
    list.terminal(process);
    list.parent(sample, judgement, process, parent);
    list.lifecycle(sample, process);
    list.descriptors(process);
    list.signals(process);
    list.purpose(serving);
    list.naming(process);
    list.privileges(process);
    list.found.sort_by_key(|evidence| evidence.aspect);
    list.found
}
