//! What is wrong with units beyond their syntax: the findings of `daemonctl verify`.
//!
//! [`refusals`] are settings with which systemd does not load a unit at all; `load` asks for them.
//! [`settings`] contradict each other or are not what was meant. [`references`] name units,
//! programs, users and files that don't exist. Cycles and missing orderings come from the graph.
//!
//! A finding that systemd itself reports, or a unit that would fail, is a warning or an error; what
//! merely could be better is a hint.

pub mod references;
pub mod refusals;
pub mod relations;
pub mod settings;

use crate::{
    diagnostic::{Code, Diagnostic, Place, Severity},
    table::Id,
    unit::Unit,
    values::Value,
};

/// Collects findings about one unit.
struct Findings<'u> {
    unit: &'u Unit,
    found: Vec<Diagnostic>,
}

impl<'u> Findings<'u> {
    fn new(unit: &'u Unit) -> Findings<'u> {
        Findings { unit, found: Vec::new() }
    }

    /// Whether a boolean is assigned and true.
    fn flag(&self, id: Id) -> bool {
        self.unit.settings.flag(id) == Some(true)
    }

    fn has(&self, id: Id) -> bool {
        self.unit.settings.has(id)
    }

    /// A time span in microseconds; infinity counts as none.
    fn usec(&self, id: Id) -> Option<u64> {
        match self.unit.settings.value(id) {
            Some(Value::Usec(usec)) if *usec != u64::MAX => Some(*usec),
            _ => None,
        }
    }

    /// A finding about a setting: it points at the line of the last assignment, if there is one.
    fn add(
        &mut self,
        severity: Severity,
        code: Code,
        setting: Option<Id>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let place = setting.and_then(|id| place(self.unit, id));
        let found = Diagnostic::new(severity, code, message)
            .at(place)
            .about(self.unit.name.as_str())
            .with_help(help);
        self.found.push(found);
    }
}

/// The line of the last assignment of a directive. Its text is not at hand any more.
fn place(unit: &Unit, id: Id) -> Option<Place> {
    line(unit, unit.settings.get(id)?.origin)
}

/// A line of one of the unit's files.
fn line(unit: &Unit, origin: crate::unit::Origin) -> Option<Place> {
    let file = unit.file(origin)?.clone();
    Some(Place { file, line: origin.line(), columns: 0..0, text: "".into(), from: 0 })
}
