//! What can go wrong with the corpus.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

/// Why the corpus could not be had.
#[derive(Debug)]
pub enum Error {
    /// Unpacking with the packages' modes, and changing the root, need root.
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
    pub(super) fn io<P: Into<PathBuf>>(
        doing: &str,
        path: P,
    ) -> impl FnOnce(std::io::Error) -> Self + use<P> {
        let (doing, path) = (doing.to_owned(), path.into());
        move |source| Self::Io { doing, path, source }
    }
}

/// Runs a program that has to succeed; its standard output.
pub(super) fn run(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_owned();
    let output = command.output().map_err(Error::io("run", program))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    Err(Error::Program { line: line.join(" "), outcome: format!("{}: {said}", output.status) })
}
