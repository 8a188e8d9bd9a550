//! Why something was not done.

use std::fmt;

/// What kind of reason there is for not having done it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The manager has no such service.
    NoSuchService,
    /// The caller may not.
    NotPermitted,
    /// This manager, or this service, has no such thing.
    NotSupported,
    /// It is masked.
    Masked,
    /// It was tried and failed.
    Failed,
    /// Something that it depends on failed.
    DependencyFailed,
    /// It was not done in time.
    TimedOut,
    /// Another request took its place.
    Cancelled,
    /// A start-up limit, an assertion or the service's own definition forbids it. (A condition
    /// that does not hold is no refusal: it is [`crate::Done`] with nothing to do, and a note.)
    Refused,
    /// The manager itself can't be reached, or is shutting down.
    ManagerUnavailable,
}

impl RefusalKind {
    /// The stable word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoSuchService => "no_such_service",
            Self::NotPermitted => "not_permitted",
            Self::NotSupported => "not_supported",
            Self::Masked => "masked",
            Self::Failed => "failed",
            Self::DependencyFailed => "dependency_failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::ManagerUnavailable => "manager_unavailable",
        }
    }
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In a word.
    pub kind: RefusalKind,
    /// In a sentence, without the service's name: `its start script ended with status 1`.
    pub message: String,
    /// What to do, where that is known.
    pub hint: Option<String>,
    /// The script's or the native tool's own words, line by line.
    pub output: Vec<String>,
    /// The exit status of the script or of the native tool, where one was run.
    pub exit_status: Option<i32>,
    /// The manager's own word for it, for programs that know that manager. systemd: the D-Bus
    /// error's name (`org.freedesktop.systemd1.NoSuchUnit`; its sentence is in `output`), or the
    /// job's result with the unit's behind a slash (`failed/exit-code`, `dependency`, `canceled`).
    pub native: Option<String>,
}

impl Refusal {
    /// A refusal without a hint.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message, hint: None, output: Vec::new(), exit_status: None, native: None }
    }

    /// With what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
