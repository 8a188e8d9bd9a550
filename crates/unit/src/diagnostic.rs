//! What is wrong, where, and what to do about it.

use std::{fmt, ops::Range, sync::Arc};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It works, and would be better otherwise. systemd says nothing of it.
    Hint,
    /// A part is not used: a line, a value, a name. The unit itself loads.
    Warning,
    /// The unit does not load, or can't start.
    Error,
}

impl Severity {
    /// The word for it, lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A spot in a file: what a caret points at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file's path as it was found.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// Bytes of the line that are meant, from 0; empty at the line's start where all of it is.
    pub columns: Range<u32>,
    /// The line's text without its end, or as much of it around the spot as is worth showing.
    pub text: Box<str>,
    /// The column at which that text begins.
    pub from: u32,
}

/// One finding about a unit file or a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Which kind of finding.
    pub code: Code,
    /// The unit it is about, as its full name, where it is about one.
    pub unit: Option<Box<str>>,
    /// The spot in a file, where there is one.
    pub place: Option<Place>,
    /// What is wrong, in one sentence without a full stop. May hold bytes of the file; whoever
    /// prints it guards the terminal.
    pub message: String,
    /// What to do, or what was probably meant.
    pub help: Option<String>,
}

impl Diagnostic {
    /// One without unit, place and help.
    pub fn new(severity: Severity, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity, code, unit: None, place: None, message: message.into(), help: None }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Diagnostic {
        self.place = place;
        self
    }

    /// The same about a unit.
    #[must_use]
    pub fn about(mut self, unit: &str) -> Diagnostic {
        self.unit = Some(unit.into());
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    /// `file:line:column: severity: message [code]`, one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            let column = place.columns.start.saturating_add(1);
            write!(f, "{}:{}:{column}: ", place.file, place.line)?;
        } else if let Some(unit) = &self.unit {
            write!(f, "{unit}: ")?;
        }
        write!(f, "{}: {} [{}]", self.severity.word(), self.message, self.code.name())
    }
}

/// What a value parser found wrong, by its place in the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the value (as the parser was given it) that are meant.
    pub at: Range<usize>,
    /// Which kind of finding.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A value, or part of one, that is ignored: a warning of the code [`Code::Value`].
    pub fn value(at: Range<usize>, message: impl Into<String>) -> Problem {
        let severity = Severity::Warning;
        Problem { at, code: Code::Value, severity, message: message.into(), help: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// Declares the codes: one row gives variant, name and meaning.
macro_rules! codes {
    ($($variant:ident, $name:literal, $meaning:literal;)*) => {
        /// The kinds of findings. Names are stable: `--json` and tests use them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// Its name in `--json` and in brackets behind a message.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// What it means, one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    File, "file", "A file could not be read, or is no regular file";
    LongLine, "long-line", "A line is longer than systemd reads; the file is refused";
    NotUtf8, "not-utf-8", "A line is not UTF-8; it is ignored";
    Section, "section", "A section that is unknown here, or a header that is none";
    Syntax, "syntax", "A line that is no assignment, or one outside of any section";
    UnknownDirective, "unknown-directive", "A directive that is unknown in its section";
    Value, "value", "A value, or a part of one, that is not valid; it is ignored";
    Specifier, "specifier", "A % specifier that is unknown, or whose value is not known";
    Obsolete, "obsolete", "A directive that no longer has an effect";
    Deprecated, "deprecated", "A directive or value that has a replacement";
    BadSetting, "bad-setting", "Settings with which the unit is refused";
    Contradiction, "contradiction", "Settings that contradict each other";
    NoSuchUnit, "no-such-unit", "A unit that is referred to and does not exist";
    NoSuchFile, "no-such-file", "A file that is needed and does not exist";
    NotExecutable, "not-executable", "A program that is missing or not executable";
    NoSuchUser, "no-such-user", "A user or group that does not exist";
    Cycle, "cycle", "Units that wait for each other in a circle";
    Unordered, "unordered", "A dependency without an ordering";
    Name, "name", "A name that is no unit name, or does not fit";
    Alias, "alias", "A link or an alias that is ignored";
    DropIn, "drop-in", "A drop-in or folder that is not used";
    Permissions, "permissions", "File modes that are not as they should be";
    Documentation, "documentation", "A documentation reference that leads nowhere";
    Support, "support", "A directive that daemond does not enforce";
    Install, "install", "Installation settings that do not do what was meant";
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic, Place, Severity};

    #[test]
    fn a_line_for_tools() {
        let place = Place {
            file: "/etc/a.service".into(),
            line: 3,
            columns: 4..7,
            text: "Foo=bar".into(),
            from: 0,
        };
        let found = Diagnostic::new(Severity::Warning, Code::Value, "bad").at(Some(place));
        assert_eq!(found.to_string(), "/etc/a.service:3:5: warning: bad [value]");
        let found = Diagnostic::new(Severity::Error, Code::Cycle, "circle").about("a.service");
        assert_eq!(found.to_string(), "a.service: error: circle [cycle]");
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
