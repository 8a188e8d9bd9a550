//! What can go wrong in a command, what it says, and the exit status it ends with.

use std::fmt;
use std::process::ExitCode;

/// Exit statuses, as systemctl(1) and LSB have them where they speak of the same thing.
pub mod exit {
    /// Something was asked for and could not be done or read.
    pub const FAILED: u8 = 1;
    /// The command line makes no sense (clap's own status too).
    pub const USAGE: u8 = 2;
    /// There is no such process, service, port or path (`systemctl status`: "no such unit").
    pub const NOT_FOUND: u8 = 4;
}

/// Prints what the parser of the command line has to say: help and version as they are, an error
/// with the arguments that it repeats made safe for a terminal.
pub fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => Failure::from(error).report(),
        };
    }
    for line in error.render().to_string().lines() {
        // Nothing is left to do when standard error itself is closed.
        let _ = fmt::Write::write_fmt(
            &mut Stderr,
            format_args!("{}\n", present::text::clean(line.as_bytes())),
        );
    }
    ExitCode::from(exit::USAGE)
}

/// An error with what to do about it.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Something could not be done.
    pub fn failed(message: impl fmt::Display) -> Failure {
        Failure { status: exit::FAILED, message: message.to_string(), hint: None }
    }

    /// The user asked for something that makes no sense.
    pub fn usage(message: impl fmt::Display) -> Failure {
        Failure { status: exit::USAGE, message: message.to_string(), hint: None }
    }

    /// There is no such thing.
    pub fn not_found(message: impl fmt::Display) -> Failure {
        Failure { status: exit::NOT_FOUND, message: message.to_string(), hint: None }
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl fmt::Display) -> Failure {
        self.hint = Some(hint.to_string());
        self
    }

    /// Prints it to standard error and gives the exit status. A closed pipe (`daemonctl ps | head`)
    /// is no error.
    pub fn report(&self) -> ExitCode {
        if self.message.is_empty() {
            return ExitCode::from(self.status);
        }
        // Nothing is left to do when standard error itself is closed.
        let _ = fmt::Write::write_str(&mut Stderr, &self.to_string());
        ExitCode::from(self.status)
    }
}

struct Stderr;

impl fmt::Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        use std::io::Write as _;
        std::io::stderr().write_all(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Messages hold names that came from elsewhere.
        let safe = |text: &str| {
            let lines: Vec<_> = text
                .lines()
                .map(|line| present::text::clean(line.as_bytes()).into_owned())
                .collect();
            lines.join("\n")
        };
        writeln!(f, "daemonctl: {}", safe(&self.message))?;
        match &self.hint {
            Some(hint) => writeln!(f, "  hint: {}", safe(hint)),
            None => Ok(()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            // Who read us has seen enough.
            return Failure { status: 0, message: String::new(), hint: None };
        }
        Failure::failed(format_args!("cannot write the output: {error}"))
    }
}

impl From<process::procfs::ProcError> for Failure {
    fn from(error: process::procfs::ProcError) -> Failure {
        Failure::failed(error)
    }
}

impl From<present::QueryError> for Failure {
    fn from(error: present::QueryError) -> Failure {
        Failure::usage(error)
    }
}
