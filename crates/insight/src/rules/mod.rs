//! The table of rules.

use crate::finding::Finding;
use crate::snapshot::{Service, Snapshot};

/// What a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Why it is broken.
    Diagnose,
    /// How exposed it is.
    Audit,
}

/// Under which heading of `docs/findings.md` a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chapter {
    /// It does not start.
    Start,
    /// It ended badly.
    Crash,
    /// What it uses.
    Resources,
    /// The machine as a whole.
    Machine,
    /// How exposed it is.
    Exposure,
}

/// What a rule looks at: one service of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Case<'s> {
    /// All that is known.
    pub snapshot: &'s Snapshot,
    /// The service that is asked about.
    pub service: &'s Service,
}

/// A rule: one row of the table.
#[derive(Debug)]
pub struct Rule {
    /// Its name: stable, lower case with hyphens.
    pub name: &'static str,
    /// What for.
    pub purpose: Purpose,
    /// Its heading.
    pub chapter: Chapter,
    /// What it looks for, in a sentence.
    pub looks_for: &'static str,
    /// What it needs, by the words of the snapshot: `log`, `definition`, `paths`, `listeners` …
    pub needs: &'static [Need],
    /// What is behind it, and what else to know, in a paragraph.
    pub about: &'static str,
    /// Where to read more: man pages, kernel documents.
    pub read_more: &'static [&'static str],
    /// The rule: pushes what it finds. Never panics, whatever the snapshot holds.
    pub check: fn(&Case<'_>, &mut Vec<Finding>),
}

/// A part of the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// What the service's manager says of it.
    State,
    /// Unit file or script.
    Definition,
    /// What it logged.
    Log,
    /// What the kernel logged.
    KernelLog,
    /// What paths are.
    Paths,
    /// Accounts.
    Users,
    /// Executable files.
    Programs,
    /// Who listens where.
    Listeners,
    /// The daemon's own test of its configuration.
    ConfigTest,
    /// Its processes.
    Processes,
    /// Its control group.
    Cgroup,
    /// Core dumps.
    CoreDumps,
    /// Two looks, some time apart.
    Growth,
    /// Other services.
    Dependencies,
    /// File systems, memory, pressure.
    Machine,
}

/// All rules.
pub const RULES: &[&[Rule]] = &[];
