//! What can go wrong in a command, what it says, and the exit status it ends with.

use std::fmt;
use std::process::ExitCode;

/// Exit statuses, as systemctl(1) and LSB have them where they speak of the same thing.
pub mod exit {
    /// Something was asked for and could not be done or read.
    pub const FAILED: u8 = 1;
    /// The command line makes no sense (clap's own status too).
    pub const USAGE: u8 = 2;
    /// The manager, or the service, has no such thing (LSB: "unimplemented feature").
    pub const NOT_SUPPORTED: u8 = 3;
    /// There is no such process, service, port or path (`systemctl status`: "no such unit").
    pub const NOT_FOUND: u8 = 4;
    /// The caller may not do that (LSB, of actions: "user had insufficient privilege").
    pub const NOT_PERMITTED: u8 = 4;
    /// There is no such service to do something with (LSB: "program is not installed").
    pub const NOT_INSTALLED: u8 = 5;
    /// It is there and its settings are missing or wrong (LSB: "program is not configured").
    pub const NOT_CONFIGURED: u8 = 6;
    /// It would have to run for that (LSB: "program is not running").
    pub const NOT_RUNNING: u8 = 7;
    /// An instance has the PID file (`detach`). Not a status of the LSB's.
    pub const ALREADY_RUNS: u8 = 8;
    /// The program is there and can't be executed, as env(1) and shells end (`detach`).
    pub const NOT_EXECUTABLE: u8 = 126;
    /// There is no such program, as env(1) and shells end (`detach`).
    pub const NO_PROGRAM: u8 = 127;
}

/// The exit status for something that a manager did not do: the one table, for every manager, as
/// systemctl ends for the same reason, and as the LSB has it for init scripts.
pub fn of_refusal(refusal: &host::Refusal) -> u8 {
    use host::RefusalKind as Kind;
    // What systemctl tells apart by the name of the error alone.
    let error = refusal.native.as_deref().and_then(|n| n.strip_prefix("org.freedesktop.systemd1."));
    match error {
        Some("LoadFailed") => return exit::NOT_CONFIGURED,
        Some("OnlyByDependency" | "NoIsolation" | "TransactionIsDestructive") => {
            return exit::NOT_PERMITTED;
        }
        _ => {}
    }
    match refusal.kind {
        Kind::NoSuchService => exit::NOT_INSTALLED,
        Kind::NotPermitted => exit::NOT_PERMITTED,
        Kind::NotSupported => exit::NOT_SUPPORTED,
        // A script that knows the LSB's words says more than "failed".
        Kind::Failed => match refusal.exit_status {
            Some(5) => exit::NOT_INSTALLED,
            Some(6) => exit::NOT_CONFIGURED,
            Some(7) => exit::NOT_RUNNING,
            _ => exit::FAILED,
        },
        Kind::Masked
        | Kind::DependencyFailed
        | Kind::TimedOut
        | Kind::Cancelled
        | Kind::Refused
        | Kind::ManagerUnavailable => exit::FAILED,
    }
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

    /// With another exit status.
    pub fn with_status(mut self, status: u8) -> Failure {
        self.status = status;
        self
    }

    /// As a verb that does something ends: what is not there is "not installed" to it, not "unknown".
    pub fn of_action(self) -> Failure {
        match self.status {
            exit::NOT_FOUND => self.with_status(exit::NOT_INSTALLED),
            _ => self,
        }
    }

    /// What it says, without its hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do, where it says so.
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
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
