//! What can go wrong with making journals.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Why a journal could not be made.
#[derive(Debug)]
pub enum Error {
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, source } => {
                write!(f, "could not {doing} {}: {source}", path.display())
            }
            Self::Program { line, outcome } => write!(f, "`{line}` failed: {outcome}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Program { .. } => None,
        }
    }
}

impl Error {
    /// For `map_err` on what std's input and output gives.
    pub(super) fn io<P: Into<PathBuf>>(
        doing: &str,
        path: P,
    ) -> impl FnOnce(std::io::Error) -> Self + use<P> {
        let (doing, path) = (doing.to_owned(), path.into());
        move |source| Self::Io { doing, path, source }
    }

    pub(super) fn program(command: &Command, outcome: String) -> Self {
        Self::Program { line: format!("{command:?}"), outcome }
    }
}

/// Runs a program that has to succeed.
pub(super) fn run(command: &mut Command) -> Result<Output, Error> {
    let output = command.output().map_err(Error::io("run", command.get_program()))?;
    if output.status.success() {
        return Ok(output);
    }
    let outcome = format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Err(Error::program(command, outcome))
}
