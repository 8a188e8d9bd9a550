//! What managers know besides services: jobs, definitions, dependencies.

use std::path::PathBuf;

/// A queued job of a manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The manager's number for it; `None` where it numbers none.
    pub id: Option<u32>,
    /// The service or other unit.
    pub name: String,
    /// `start`, `stop`, `restart` …
    pub kind: String,
    /// `waiting`, `running`.
    pub state: String,
}

/// Something that a manager has a definition of, running or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The manager's own name for it.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// `enabled`, `disabled`, `static`, `masked`, `alias` …
    pub enablement: String,
    /// What the distribution wants it to be, where the manager knows: `enabled`, `disabled`.
    pub preset: Option<String>,
}

/// How one service stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// It can't run without (`Requires=`, OpenRC's `need`, LSB's `Required-Start:`).
    Needs,
    /// It fails at once if that is not up (`Requisite=`).
    Requisite,
    /// It wants it started too (`Wants=`, OpenRC's `want`).
    Wants,
    /// It is stopped with it (`BindsTo=`).
    BindsTo,
    /// It is stopped and restarted with it (`PartOf=`).
    PartOf,
    /// It keeps it started (`Upholds=`).
    Upholds,
    /// It uses it where it is enabled (OpenRC's `use`, LSB's `Should-Start:`).
    Uses,
    /// Not together (`Conflicts=`).
    Conflicts,
    /// It starts earlier.
    Before,
    /// It starts later.
    After,
    /// It starts it (`Triggers=`: timers, sockets, paths).
    Triggers,
    /// It is another name for it (OpenRC's `provide`, LSB's `Provides:`).
    Provides,
}

impl Relation {
    /// The stable word for people and programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Needs => "needs",
            Self::Requisite => "requisite",
            Self::Wants => "wants",
            Self::BindsTo => "binds_to",
            Self::PartOf => "part_of",
            Self::Upholds => "upholds",
            Self::Uses => "uses",
            Self::Conflicts => "conflicts",
            Self::Before => "before",
            Self::After => "after",
            Self::Triggers => "triggers",
            Self::Provides => "provides",
        }
    }
}

/// A dependency of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// How.
    pub relation: Relation,
    /// On what, by the manager's own name or a virtual one (`net`, `$network`).
    pub name: String,
    /// The service that stands for a virtual name here, where there is one.
    pub resolved: Option<String>,
}
