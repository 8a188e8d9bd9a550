//! What can go wrong in a chore.

use std::{fmt, io, path::Path};

/// The result of a chore's part.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a chore could not be done. What a check *finds* is not an error but a
/// [`Problem`](crate::tidy::Problem).
#[derive(Debug)]
pub enum Error {
    /// The system refused something.
    Io {
        /// What was tried, as "read /proc/cpuinfo".
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// A command ended badly.
    Command {
        /// The command line.
        line: String,
        /// How it ended.
        outcome: String,
    },
    /// Something did not have the form that it should have.
    Malformed {
        /// The file or the output.
        what: String,
        /// What was wrong with it and what to do.
        detail: String,
    },
}

impl Error {
    /// An error of the system while doing `doing`.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let doing = doing.into();
        move |source| Error::Io { doing, source }
    }

    /// A thing that is not as it should be.
    pub fn malformed(what: impl Into<String>, detail: impl Into<String>) -> Error {
        Error::Malformed { what: what.into(), detail: detail.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { doing, source } => write!(f, "cannot {doing}: {source}"),
            Error::Command { line, outcome } => write!(f, "`{line}` {outcome}"),
            Error::Malformed { what, detail } => write!(f, "{what}: {detail}"),
        }
    }
}

/// Reads a text file; the error names it.
pub fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::io(format!("read {}", path.display())))
}

/// Writes a file through a temporary one beside it, so that no reader sees half of it.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);
    std::fs::write(beside, content)
        .and_then(|()| std::fs::rename(beside, path))
        .map_err(Error::io(format!("write {}", path.display())))
}
