//! How an invocation ends badly: what is said, and the exit status.

/// Why an invocation goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is said on standard error, line by line; empty where it has been said.
    pub text: String,
    /// The exit status.
    pub status: u8,
}

impl Failure {
    /// With status 1, as for nearly everything.
    pub fn new(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), status: 1 }
    }

    /// Ends with a status and says nothing more.
    pub fn silent(status: u8) -> Failure {
        Failure { text: String::new(), status }
    }
}

/// An error of the C library in its words: `No such file or directory`.
pub fn errno_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(at) => text.get(..at).unwrap_or(&text).to_owned(),
        None => text,
    }
}
