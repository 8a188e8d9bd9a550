//! What can go wrong with making what tests stand on: packages, corpora, journals.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Why it could not be made.
#[derive(Debug)]
pub enum Error {
    /// Unpacking the corpus with the packages' modes, and changing the root, need root.
    NotRoot,
    /// A file or a program of the machine could not be used.
    Io {
        /// What was being done.
        doing: String,
        /// What it was done to.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// A program failed.
    Program {
        /// Its command line.
        line: String,
        /// How it ended and what it wrote.
        outcome: String,
    },
    /// Too many packages can't be had.
    Packages(Vec<(String, String)>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRoot => {
                write!(f, "the corpus of unit files needs root: run the tests as root")
            }
            Self::Io { doing, path, source } => {
                write!(f, "could not {doing} {}: {source}", path.display())
            }
            Self::Program { line, outcome } => write!(f, "`{line}` failed: {outcome}"),
            Self::Packages(packages) => {
                writeln!(f, "{} packages of the corpus can't be fetched:", packages.len())?;
                packages.iter().try_for_each(|(name, why)| writeln!(f, "  {name}: {why}"))
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Error {
    /// For `map_err` on what std's input and output gives.
    pub(crate) fn io<P: Into<PathBuf>>(
        doing: &str,
        path: P,
    ) -> impl FnOnce(std::io::Error) -> Self + use<P> {
        let (doing, path) = (doing.to_owned(), path.into());
        move |source| Self::Io { doing, path, source }
    }

    pub(crate) fn program(command: &Command, outcome: String) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        Self::Program { line: line.join(" "), outcome }
    }
}

/// Runs a program that has to succeed; what it wrote.
pub(crate) fn run(command: &mut Command) -> Result<Output, Error> {
    let output = command.output().map_err(Error::io("run", command.get_program()))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::program(command, format!("{}: {}", output.status, said.trim())))
}
