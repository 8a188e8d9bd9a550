//! Why a daemon did not come up.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::account::AccountError;
use super::pid_file::PidFileError;
use super::wire::Step;

/// Why a program did not come up as a daemon. Nothing of it runs any more, and a PID file that was
/// made for it is gone.
#[derive(Debug)]
pub enum DetachError {
    /// An argument, variable or path has a NUL byte in it.
    Nul(&'static str),
    /// There is no such program.
    NotFound {
        /// As it was given.
        program: PathBuf,
        /// Where it was looked for, if it was looked for.
        searched: Option<String>,
    },
    /// The program is there and can't be executed.
    NotExecutable {
        /// Its path.
        program: PathBuf,
        /// As whom.
        user: Option<String>,
        /// Why.
        source: io::Error,
    },
    /// The account is not known.
    Account(AccountError),
    /// An instance has the PID file.
    AlreadyRuns {
        /// The PID file.
        file: PathBuf,
        /// The instance; not known while it is being started.
        pid: Option<u32>,
        /// It has closed the file's lock, and was known by other signs.
        is_unlocked: bool,
    },
    /// The PID file can't be had.
    PidFile {
        /// Its path.
        file: PathBuf,
        /// Why.
        source: PidFileError,
    },
    /// The log can't be opened.
    Log {
        /// Its path.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The kernel refused a step.
    Step {
        /// What was to be done.
        what: String,
        /// It takes a privilege that the caller does not have.
        is_privilege: bool,
        /// The kernel's reason.
        source: io::Error,
    },
    /// It was executed and ended before it was up.
    Ended {
        /// How.
        status: ExitStatus,
        /// It was waited for until it would say that it is ready.
        before_ready: bool,
        /// The last that it said of its state (`STATUS=`), without control characters.
        said: Option<String>,
        /// The error that it reported (`ERRNO=`).
        errno: Option<i32>,
        /// What it wrote to its log.
        wrote: Vec<Vec<u8>>,
    },
    /// It runs and did not say in time that it is ready; it was ended.
    NotReady {
        /// How long it had.
        timeout: Duration,
        /// The last that it said of its state.
        said: Option<String>,
        /// What it wrote to its log.
        wrote: Vec<Vec<u8>>,
    },
    /// A signal to the launcher: the launch was taken back.
    Interrupted,
    /// Something that a launch needs could not be made.
    Resources {
        /// What.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
}

impl DetachError {
    pub(super) fn resources(what: &'static str) -> impl Fn(io::Error) -> DetachError {
        move |source| DetachError::Resources { what, source }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            DetachError::NotFound { searched: Some(_), .. } => {
                "give its path, or the folder with --env PATH=…"
            }
            DetachError::NotExecutable { user: Some(_), source, .. }
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                "each folder on the way and the file itself must be open to that user"
            }
            DetachError::Step { is_privilege: true, .. } => "run it as root, with sudo for one",
            DetachError::AlreadyRuns { is_unlocked: false, pid: Some(_), .. } => {
                "end that one first, or give this one another PID file"
            }
            DetachError::AlreadyRuns { is_unlocked: true, .. } => {
                "it has closed the lock of its PID file; end it, or take the file away"
            }
            DetachError::PidFile { source: PidFileError::Foreign(_), .. } => {
                "it was left as it is: give another path"
            }
            DetachError::PidFile { source: PidFileError::Io(error), .. }
            | DetachError::Log { source: error, .. } => return of_file(error),
            DetachError::Ended { status, before_ready: true, .. } if status.success() => {
                "a program that detaches by itself is to be run in its foreground mode"
            }
            DetachError::Ended { wrote, .. } if wrote.is_empty() => {
                "see what it writes: run it without detach, or give --log FILE"
            }
            DetachError::NotReady { .. } => {
                "only programs that speak sd_notify(3) can be waited for; see --timeout too"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

fn of_file(error: &io::Error) -> Option<String> {
    let text = match error.kind() {
        io::ErrorKind::NotFound => "make the folder first",
        io::ErrorKind::PermissionDenied => "choose a folder that you may write to, or run as root",
        io::ErrorKind::StorageFull => "make room on that file system",
        _ => return None,
    };
    Some(text.to_owned())
}

impl fmt::Display for DetachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DetachError::Nul(what) => write!(f, "{what} has a NUL byte in it"),
            DetachError::NotFound { program, searched: Some(searched) } => {
                let searched = harmless(searched);
                write!(f, "there is no program {} in {searched}", shown(program))
            }
            DetachError::NotFound { program, searched: None } => {
                write!(f, "there is no program {}", shown(program))
            }
            DetachError::NotExecutable { program, user, source } => {
                write!(f, "cannot execute {}", shown(program))?;
                if let Some(user) = user {
                    write!(f, " as {}", harmless(user))?;
                }
                write!(f, ": {source}")
            }
            DetachError::Account(error) => error.fmt(f),
            DetachError::AlreadyRuns { file, pid: Some(pid), .. } => {
                write!(f, "it runs already, with pid {pid} ({})", shown(file))
            }
            DetachError::AlreadyRuns { file, pid: None, .. } => {
                write!(f, "it is being started by another right now ({})", shown(file))
            }
            DetachError::PidFile { file, source: PidFileError::Foreign(what) } => {
                write!(f, "{} is no PID file: it {what}", shown(file))
            }
            DetachError::PidFile { file, source } => {
                write!(f, "cannot write the PID file {}: {source}", shown(file))
            }
            DetachError::Log { file, source } => {
                write!(f, "cannot open the log {}: {source}", shown(file))
            }
            DetachError::Step { what, source, .. } => write!(f, "cannot {what}: {source}"),
            DetachError::Ended { status, before_ready, said, errno, wrote } => {
                write!(f, "it ended with {}", how(*status))?;
                let ready = if *before_ready { "it was ready" } else { "it was up" };
                write!(f, " before {ready}")?;
                if let Some(errno) = errno {
                    write!(f, "; its error: {}", io::Error::from_raw_os_error(*errno))?;
                }
                last_words(f, said.as_deref(), wrote)
            }
            DetachError::NotReady { timeout, said, wrote } => {
                write!(f, "it did not say within {timeout:?} that it is ready, and was ended")?;
                last_words(f, said.as_deref(), wrote)
            }
            DetachError::Interrupted => f.write_str("interrupted: the launch was taken back"),
            DetachError::Resources { what, source } => write!(f, "cannot {what}: {source}"),
        }
    }
}

impl std::error::Error for DetachError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DetachError::NotExecutable { source, .. }
            | DetachError::Log { source, .. }
            | DetachError::Step { source, .. }
            | DetachError::Resources { source, .. } => Some(source),
            DetachError::Account(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for PidFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PidFileError::Held(Some(pid)) | PidFileError::Abandoned(pid) => {
                write!(f, "pid {pid} has it")
            }
            PidFileError::Held(None) => f.write_str("another has it"),
            PidFileError::Foreign(what) => write!(f, "it {what}"),
            PidFileError::Io(error) => error.fmt(f),
        }
    }
}

fn shown(path: &Path) -> String {
    harmless(&path.to_string_lossy())
}

/// Control characters made visible, all else as it is.
fn harmless(text: &str) -> String {
    let shown = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(shown).collect()
}

/// `status 3`, `signal 9 (SIGKILL)`.
fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("status {code}"),
        // `signal: 9 (SIGKILL)`
        None => status.to_string().replacen("signal: ", "signal ", 1),
    }
}

fn last_words(f: &mut fmt::Formatter<'_>, said: Option<&str>, wrote: &[Vec<u8>]) -> fmt::Result {
    if let Some(said) = said {
        write!(f, "\nit said: {}", harmless(said))?;
    }
    if !wrote.is_empty() {
        f.write_str("\nit wrote:")?;
    }
    for line in wrote {
        write!(f, "\n  {}", harmless(&String::from_utf8_lossy(line)))?;
    }
    Ok(())
}

/// What a step is called in an error.
pub(super) fn step_text(step: Step) -> &'static str {
    match step {
        Step::Fork => "make a new process",
        Step::Session => "make a new session",
        Step::Descriptors => "set standard input and output",
        Step::Nice => "set the nice level",
        Step::Scheduler => "set the scheduling policy",
        Step::IoPriority => "set the I/O priority",
        Step::Root => "change the root directory",
        Step::Groups => "set the supplementary groups",
        Step::Group => "become another group",
        Step::User => "become another user",
        Step::Regain => "give up root's rights for good (they could be taken back)",
        Step::Directory => "enter the working directory",
        Step::Exec => "execute it",
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    use super::DetachError;

    #[test]
    fn last_words_can_not_reach_the_terminal_raw() {
        let error = DetachError::Ended {
            status: ExitStatus::from_raw(9),
            before_ready: true,
            said: Some("\u{1b}[2J".to_owned()),
            errno: Some(2),
            wrote: vec![b"the \"pid\"\x07 is wrong\xff".to_vec()],
        };
        assert_eq!(
            error.to_string(),
            "it ended with signal 9 (SIGKILL) before it was ready; its error: No such file or \
             directory (os error 2)\nit said: \\u{1b}[2J\nit wrote:\n  the \"pid\"\\u{7} is wrong\u{fffd}"
        );
    }
}
