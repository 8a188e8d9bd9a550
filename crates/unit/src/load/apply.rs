//! One file's assignments into a unit's settings.

use std::sync::Arc;

use crate::{
    assignments::Assignments,
    diagnostic::{Code, Diagnostic, Severity},
    name::UnitType,
    specifier::Expander,
    syntax::{Assignment, Item, Reader, Spot},
    table::{Group, Id, Status},
    unit::{Origin, Setting, Unit},
    values::{self, Context, Parsed},
};

/// How many findings of one file are kept.
const MAX_FINDINGS: usize = 1000;

/// A file that is read into a unit.
pub(super) struct Source<'a> {
    /// Its path.
    pub path: &'a Arc<str>,
    /// Its place among the unit's files.
    pub index: u16,
    /// Its text.
    pub bytes: &'a [u8],
}

/// How far a file could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// To its end.
    All,
    /// Up to a line behind which systemd reads no further.
    Refused,
    /// There is a setting with which the unit is refused.
    BadSetting,
}

/// The section that is being read.
enum Section<'t> {
    /// None yet.
    None,
    /// One that means nothing here; what is in it is passed over.
    Ignored,
    /// One that the unit knows.
    Known(&'t str),
}

/// Reads a file's assignments into `unit`.
pub(super) fn file(
    source: &Source<'_>,
    kind: UnitType,
    expander: &Expander<'_>,
    unit: &mut Unit,
    settings: &mut Assignments,
) -> Applied {
    let mut surplus = Surplus { allowed: unit.diagnostics.len() + MAX_FINDINGS, count: 0 };
    let applied = lines(source, kind, expander, unit, settings, &mut surplus);
    if surplus.count > 0 {
        let message = format!("{}: {} findings more", source.path, surplus.count);
        let more = Diagnostic::new(Severity::Warning, Code::File, message);
        let help = "is this a unit file?";
        unit.diagnostics.push(more.about(unit.name.as_str()).with_help(help));
    }
    applied
}

/// Findings beyond those that are kept: who has a thousand mistakes in a file has put something
/// else there.
struct Surplus {
    allowed: usize,
    count: usize,
}

impl Surplus {
    fn cut(&mut self, findings: &mut Vec<Diagnostic>) {
        if let Some(more) = findings.len().checked_sub(self.allowed) {
            self.count += more;
            findings.truncate(self.allowed);
        }
    }
}

fn lines(
    source: &Source<'_>,
    kind: UnitType,
    expander: &Expander<'_>,
    unit: &mut Unit,
    settings: &mut Assignments,
    surplus: &mut Surplus,
) -> Applied {
    let mut section = Section::None;
    let mut applied = Applied::All;
    for item in Reader::new(source.bytes) {
        surplus.cut(&mut unit.diagnostics);
        match item {
            Item::Section(name, at) => section = enter(source, kind, name, at, unit),
            Item::Assignment(found) => match section {
                Section::Ignored => {}
                Section::None => outside(source, found.at, unit),
                Section::Known(name) => {
                    let done = assign(source, kind, name, &found, expander, unit, settings);
                    if done == Applied::BadSetting {
                        applied = Applied::BadSetting;
                        // systemd reads no further. In the fragment that is all the same, and what
                        // else is wrong is worth telling; a drop-in costs the unit what is behind.
                        if source.index > 0 {
                            if let Some(said) = unit.diagnostics.last_mut() {
                                said.message.push_str("; the drop-in is read no further");
                            }
                            return applied;
                        }
                    }
                }
            },
            Item::Skipped(fault, at) => match section {
                Section::Ignored => {}
                Section::None => outside(source, at, unit),
                Section::Known(_) => unit.diagnostics.push(source.fault(fault, at, unit)),
            },
            Item::Refused(fault, at) => {
                unit.diagnostics.push(source.fault(fault, at, unit));
                // What systemd comes upon first decides.
                return if applied == Applied::All { Applied::Refused } else { applied };
            }
        }
    }
    applied
}

fn outside(source: &Source<'_>, at: Spot, unit: &mut Unit) {
    let message = "this line stands outside of any section; it is ignored";
    let help = "put it below [Unit] or another section's header";
    unit.diagnostics.push(
        Diagnostic::new(Severity::Warning, Code::Syntax, message)
            .at(Some(source.place(&at.whole(source.bytes))))
            .about(unit.name.as_str())
            .with_help(help),
    );
}

fn enter<'t>(
    source: &Source<'_>,
    kind: UnitType,
    name: &'t str,
    at: Spot,
    unit: &mut Unit,
) -> Section<'t> {
    if !Group::of_section(name, kind).is_empty() {
        return Section::Known(name);
    }
    if name.starts_with("X-") {
        return Section::Ignored;
    }
    let message = format!("[{name}] is no section of a {}; all of it is ignored", kind.suffix());
    let place = source.place(&at.in_key(source.bytes, name.len()));
    let known: Vec<&str> = ["Unit", "Install"].into_iter().chain(kind.section()).collect();
    let near = known.iter().find(|known| known.eq_ignore_ascii_case(name));
    let help = match near {
        Some(near) => format!("it is spelt [{near}]"),
        None => format!("known here are [{}]; [X-…] is free for others", known.join("], [")),
    };
    unit.diagnostics.push(
        Diagnostic::new(Severity::Warning, Code::Section, message)
            .at(Some(place))
            .about(unit.name.as_str())
            .with_help(help),
    );
    Section::Ignored
}

fn assign(
    source: &Source<'_>,
    kind: UnitType,
    section: &str,
    found: &Assignment<'_>,
    expander: &Expander<'_>,
    unit: &mut Unit,
    settings: &mut Assignments,
) -> Applied {
    let Some((id, written)) = Id::in_section(section, kind, found.key) else {
        if !found.key.starts_with("X-") {
            let unknown = source.unknown(section, kind, found, unit);
            unit.diagnostics.push(unknown);
        }
        return Applied::All;
    };
    if let Some(status) = source.status(written.name, written.status, found, unit) {
        unit.diagnostics.push(status);
    }
    if matches!(written.status, Status::Obsolete(_)) {
        return Applied::All;
    }
    let context = Context { directive: written, unit: kind, expander };
    let mut problems = Vec::new();
    let parsed = values::parse(&found.value, &context, &mut problems);
    if found.value.contains('%') && values::knows_specifiers(written.kind) {
        problems.extend(expander.remarks(&found.value));
    }
    let mut applied = Applied::All;
    for problem in problems {
        if problem.severity == Severity::Error && problem.code == Code::BadSetting {
            applied = Applied::BadSetting;
        }
        unit.diagnostics.push(source.problem(problem, found, unit));
    }
    match parsed {
        Parsed::Value(value) => {
            let origin = Origin::new(source.index, found.at.line);
            settings.assign(Setting { id, origin, value });
        }
        Parsed::Reset => settings.reset(id),
        Parsed::Ignored => {}
    }
    applied
}
