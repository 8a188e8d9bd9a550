//! Why something was not done.

use std::fmt;

/// A message in journalctl's words; journalctl ends with status 1 then, whatever it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Without a line end; empty if all is said already.
    pub text: String,
    /// It comes from getopt_long(3), which has no colours.
    pub is_plain: bool,
}

impl Failure {
    /// With that message.
    pub fn new(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), is_plain: false }
    }

    /// Everything was said already.
    pub fn silent() -> Failure {
        Failure { text: String::new(), is_plain: true }
    }

    /// What is wrong with how options are written.
    pub fn usage(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), is_plain: true }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What the C library says of an error number; for errors of another kind what they say themselves.
pub fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(code) => text.strip_suffix(&format!(" (os error {code})")).unwrap_or(&text).to_owned(),
        None => text,
    }
}
