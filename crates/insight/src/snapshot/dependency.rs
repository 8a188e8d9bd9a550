//! What must hold before a service starts: conditions, and other services.

use super::{Load, State};

/// A condition or assertion, and whether it held at the last start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `ConditionPathExists`, `AssertUser`.
    pub name: String,
    /// What it asks for: `/etc/ssh/sshd_not_to_be_run`.
    pub parameter: String,
    /// It is negated (`!`).
    pub negated: bool,
    /// It is one of several of which one must hold (`|`).
    pub trigger: bool,
    /// Whether it held; `None`: it was not tried.
    pub held: Option<bool>,
    /// Where it is written.
    pub place: Option<super::Place>,
}

/// How one service stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It can't run without (`Requires=`, `BindsTo=`, `Requisite=`, OpenRC's `need`, LSB's `Required-Start:`).
    Needs,
    /// It wants it too (`Wants=`, `use`, `Should-Start:`).
    Wants,
    /// Only the order.
    After,
    /// It is started by it (a socket, a timer, a path).
    TriggeredBy,
    /// Not together.
    Conflicts,
}

/// What a service depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// How.
    pub relation: Relation,
    /// On what. If that one is in trouble it is a service of the snapshot too.
    pub name: String,
    /// How that one is, where it is known.
    pub state: State,
    /// Whether it has a definition.
    pub load: Load,
    /// Where the dependency is written.
    pub place: Option<super::Place>,
}
