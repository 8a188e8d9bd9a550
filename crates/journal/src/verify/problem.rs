//! What does not hold together, in the words of journalctl(1).

use std::fmt;

/// Which error number of errno(3) stands behind a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// `EBADMSG`: what is written there is not right.
    BadMessage,
    /// `EADDRNOTAVAIL`: it would lie beyond the end.
    BeyondTheEnd,
    /// `ENOKEY`: the file is sealed and no key was given.
    NoKey,
    /// `EOPNOTSUPP`: of a future format.
    NotSupported,
    /// `ENOMEM`: what XZ says to broken data.
    NoMemory,
    /// `EFBIG`: what LZ4 says to a size that is too large.
    TooLarge,
    /// `ENOBUFS`: what Zstandard says to more data than announced.
    NoBuffer,
    /// `EINVAL`: a sealed file has an object of an unknown type. journalctl(1) looks at no more files
    /// then.
    Invalid,
}

impl Cause {
    /// The words of strerror(3) in the C locale.
    pub fn words(self) -> &'static str {
        match self {
            Cause::BadMessage => "Bad message",
            Cause::BeyondTheEnd => "Cannot assign requested address",
            Cause::NoKey => "Required key not available",
            Cause::NotSupported => "Operation not supported",
            Cause::NoMemory => "Cannot allocate memory",
            Cause::TooLarge => "File too large",
            Cause::NoBuffer => "No buffer space available",
            Cause::Invalid => "Invalid argument",
        }
    }
}

/// What does not hold together in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes from the file's start.
    pub offset: u64,
    /// What is wrong there. Foreign bytes are not in it.
    pub text: String,
    /// All that journalctl(1) says about it, line by line, offsets included, before the line of
    /// [`Problem::corruption`].
    pub details: Vec<String>,
    /// How far the pass over the objects had come; `None` if it had not begun (a key is missing).
    pub reached: Option<u64>,
    /// Bytes of the file.
    pub size: u64,
    /// Why.
    pub cause: Cause,
}

impl Problem {
    /// The line of journalctl(1) `File corruption detected at …`, if it says one.
    pub fn corruption(&self, path: &str) -> Option<String> {
        let reached = self.reached?;
        let percent = reached.saturating_mul(100).checked_div(self.size).unwrap_or(0);
        let size = self.size;
        Some(format!(
            "File corruption detected at {path}:{reached:06x} (of {size} bytes, {percent}%)."
        ))
    }
}

impl Problem {
    /// The file is sealed, and its key is not there.
    pub(super) fn no_key(size: u64) -> Problem {
        let (cause, text) = (Cause::NoKey, "the file is sealed, and no key was given".to_owned());
        Problem { offset: 0, text, details: Vec::new(), reached: None, size, cause }
    }

    /// Of what was said, as journalctl(1) says it: the innermost first.
    pub(super) fn new(wrong: Wrong, reached: u64, size: u64) -> Problem {
        let Wrong { cause, said } = wrong;
        let line = |(offset, text): &(Option<u64>, String)| match offset {
            Some(offset) => format!("{offset:06x}: {text}"),
            None => text.clone(),
        };
        let details = said.iter().map(line).collect();
        let (offset, text) =
            said.into_iter().next().unwrap_or_else(|| (None, cause.words().to_owned()));
        let offset = offset.unwrap_or(reached);
        Problem { offset, text, details, reached: Some(reached), size, cause }
    }
}

/// Wrong, with what is said about it, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub cause: Cause,
    pub said: Vec<(Option<u64>, String)>,
}

/// Nothing is said about it.
impl From<Cause> for Wrong {
    fn from(cause: Cause) -> Wrong {
        Wrong { cause, said: Vec::new() }
    }
}

impl Wrong {
    pub fn new(cause: Cause, offset: Option<u64>, text: String) -> Wrong {
        Wrong { cause, said: vec![(offset, text)] }
    }
}

/// One thing to say, of a wrong message.
pub fn bad<T>(offset: u64, text: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::new(Cause::BadMessage, Some(offset), text.into()))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at offset {:#x}: {}", self.offset, self.text)
    }
}

impl std::error::Error for Problem {}
