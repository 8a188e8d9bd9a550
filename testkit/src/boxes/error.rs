//! What can go wrong with a box.

use std::fmt;
use std::path::PathBuf;

/// Why a box could not be built, booted or used.
#[derive(Debug)]
pub enum Error {
    /// Programs that the machine lacks.
    MissingPrograms(Vec<&'static str>),
    /// Boxes need namespaces and mounts, hence root.
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
    /// A program that builds a tree failed.
    Build {
        /// The step that failed.
        step: String,
        /// What it wrote to its standard error.
        log: String,
    },
    /// The box did not come up.
    Boot {
        /// What was waited for.
        waiting_for: String,
        /// What the console showed.
        console: String,
    },
    /// A command in the box failed where it had to succeed.
    Command {
        /// The command.
        command: String,
        /// How it ended and what it wrote.
        outcome: String,
    },
    /// A terminal did not show what was waited for.
    Terminal {
        /// What was waited for.
        waiting_for: String,
        /// What it showed instead.
        shown: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingPrograms(names) => write!(
                f,
                "boxes need {}, which this machine lacks: `apt-get install {}`",
                names.join(", "),
                crate::requirements::DEBIAN_PACKAGES.join(" ")
            ),
            Self::NotRoot => write!(f, "boxes need namespaces and mounts: run the tests as root"),
            Self::Io { doing, path, source } => {
                write!(f, "could not {doing} {}: {source}", path.display())
            }
            Self::Build { step, log } => {
                write!(f, "building a box's tree failed at {step}:\n{log}")
            }
            Self::Boot { waiting_for, console } => write!(
                f,
                "the box did not come up (waited for {waiting_for}); its console:\n{console}"
            ),
            Self::Command { command, outcome } => {
                write!(f, "`{command}` failed in the box: {outcome}")
            }
            Self::Terminal { waiting_for, shown } => {
                write!(f, "the terminal did not show {waiting_for:?} in time, but:\n{shown}")
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
}
