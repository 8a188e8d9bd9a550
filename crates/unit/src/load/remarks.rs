//! What there is to say of a line that can't be used as it is.

use std::ops::Range;

use super::apply::Source;
use crate::{
    diagnostic::{Code, Diagnostic, Place, Problem, Severity},
    name::UnitType,
    syntax::{Assignment, Fault, Located, Spot},
    table::{self, Status},
    unit::Unit,
};

impl Source<'_> {
    pub(super) fn place(&self, located: &Located<'_>) -> Place {
        /// As much of an endless line as is worth showing, on each side of the spot.
        const AROUND: usize = 500;
        let Range { start, end } = located.columns;
        let from = start.saturating_sub(AROUND);
        let to =
            end.min(start.saturating_add(AROUND)).saturating_add(AROUND).min(located.text.len());
        let text = String::from_utf8_lossy(located.text.get(from..to).unwrap_or_default());
        let columns = narrow(start)..narrow(end.min(start.saturating_add(AROUND)));
        Place {
            file: self.path.clone(),
            line: located.line,
            columns,
            from: narrow(from),
            text: text.into(),
        }
    }

    pub(super) fn fault(&self, fault: Fault, at: Spot, unit: &Unit) -> Diagnostic {
        let (severity, code, message, help) = match fault {
            Fault::NoEquals => {
                let help = "write Key=value, or # in front for a comment";
                (Severity::Warning, Code::Syntax, "there is no = in this line; it is ignored", help)
            }
            Fault::NoKey => {
                let help = "write Key=value";
                (
                    Severity::Warning,
                    Code::Syntax,
                    "nothing stands before the =; the line is ignored",
                    help,
                )
            }
            Fault::Header => {
                let help = "write [Name]";
                (
                    Severity::Error,
                    Code::Section,
                    "this section's header has no ]; the file is refused",
                    help,
                )
            }
            Fault::HeaderCharacters => {
                let help = "letters only: [Service]";
                let message = "this section's header has quotes, backslashes or control characters; the file is refused";
                (Severity::Error, Code::Section, message, help)
            }
            Fault::NotUtf8 => {
                let help = "save the file as UTF-8";
                (
                    Severity::Error,
                    Code::NotUtf8,
                    "this line is not UTF-8; the file is refused",
                    help,
                )
            }
            Fault::TooLong => {
                let help = "is this a unit file?";
                let message = "this line has more than 1 MiB, continued ones counted together; the file is refused";
                (Severity::Error, Code::LongLine, message, help)
            }
        };
        Diagnostic::new(severity, code, message)
            .at(Some(self.place(&at.whole(self.bytes))))
            .about(unit.name.as_str())
            .with_help(help)
    }

    pub(super) fn unknown(
        &self,
        section: &str,
        kind: UnitType,
        found: &Assignment<'_>,
        unit: &Unit,
    ) -> Diagnostic {
        let key = found.key;
        let message = format!("{key}= is unknown in [{section}]; it is ignored");
        let place = self.place(&found.at.in_key(self.bytes, key.len()));
        let unknown = Diagnostic::new(Severity::Warning, Code::UnknownDirective, message)
            .at(Some(place))
            .about(unit.name.as_str());
        let elsewhere: Vec<&str> = table::sections_of(key).collect();
        if !elsewhere.is_empty() {
            return unknown.with_help(format!("it belongs below [{}]", elsewhere.join("] or [")));
        }
        match table::suggest(section, kind, key) {
            Some(name) => unknown.with_help(format!("did you mean {name}=?")),
            None => unknown,
        }
    }

    /// What there is to say of a directive that is not what it was.
    pub(super) fn status(
        &self,
        name: &str,
        status: Status,
        found: &Assignment<'_>,
        unit: &Unit,
    ) -> Option<Diagnostic> {
        let mut severity = Severity::Warning;
        let (code, message, help) = match status {
            Status::Superseded(instead) => {
                severity = Severity::Hint;
                (Code::Deprecated, format!("{name}= has a successor"), instead.to_owned())
            }
            Status::Current | Status::AliasOf(_) => return None,
            Status::OldName(new) => {
                (Code::Deprecated, format!("{name}= is an old name"), format!("use {new}="))
            }
            Status::Deprecated(instead) => {
                (Code::Deprecated, format!("{name}= is deprecated"), instead.to_owned())
            }
            Status::Obsolete(instead) => {
                (Code::Obsolete, format!("{name}= has no effect any more"), instead.to_owned())
            }
        };
        let place = self.place(&found.at.in_key(self.bytes, found.key.len()));
        let found =
            Diagnostic::new(severity, code, message).at(Some(place)).about(unit.name.as_str());
        Some(if help.is_empty() { found } else { found.with_help(help) })
    }

    pub(super) fn problem(
        &self,
        problem: Problem,
        found: &Assignment<'_>,
        unit: &Unit,
    ) -> Diagnostic {
        let message = format!("{}= {}", found.key, problem.message);
        let place = self.place(&found.at.in_value(self.bytes, problem.at));
        let diagnostic = Diagnostic::new(problem.severity, problem.code, message)
            .at(Some(place))
            .about(unit.name.as_str());
        match problem.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
