//! The table of rules.
//!
//! A [`Rule`] is a row: a name, what it looks for, what it needs to know, what to read, and a small function that
//! looks at a [`Case`] (one service of a snapshot) and pushes what it finds. Families of rules stand in one folder
//! each. Two rows may have the same name where the same thing shows in two ways: `config-invalid` by the daemon's
//! own test and by its log.

pub mod case;
mod document;

pub(crate) mod audit;
mod crash;
mod from_log;
mod machine;
mod resources;
mod start;

pub(crate) use start::is_impersonated;

pub use case::Case;
pub use document::{document, words};

use crate::clues::Clues;
use crate::finding::Finding;
use crate::snapshot::Snapshot;

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

/// All rules: families, their files, their rows. Of two causes that are equally sure, the one whose rule stands first
/// here is shown first: what a service itself said in its last run comes before what merely is so now.
const RULES: &[&[&[Rule]]] =
    &[from_log::RULES, start::RULES, crash::RULES, resources::RULES, machine::RULES, audit::RULES];

/// All rules, in the order of the table.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().flat_map(|family| family.iter()).flat_map(|file| file.iter())
}

/// A rule by its name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name == name)
}

/// What rules of a name find about the first service of a snapshot, unranked: for trying one rule.
pub fn found(snapshot: &Snapshot, name: &str) -> Vec<Finding> {
    found_by(snapshot, |rule| rule.name == name)
}

/// What the rules that are chosen find about the first service of a snapshot, unranked.
pub fn found_by(snapshot: &Snapshot, chosen: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(service) = snapshot.services.first() else { return findings };
    let clues = Clues::new().of_service(service);
    let case = Case { snapshot, service, clues: &clues };
    for rule in rules().filter(|rule| chosen(rule)) {
        (rule.check)(&case, &mut findings);
    }
    findings
}
