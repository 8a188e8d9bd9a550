//! Running another program to its end: init scripts, a manager's own tools.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// Which of a program's outputs a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A program that is run to its end with a clean environment, as service(8) runs init scripts:
/// working directory `/`, standard input `/dev/null`, no variables but those that are given here,
/// descriptors above 2 closed, signals at their defaults, in a process group of its own.
#[derive(Clone, Debug)]
pub struct Helper {
    program: PathBuf,
    args: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    timeout: Option<Duration>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// It had to be ended: its time was over.
    pub timed_out: bool,
    /// Something that it started goes on, and holds its output open: whatever that writes from now
    /// on is lost, and may end it by SIGPIPE.
    pub output_is_held: bool,
}

/// A program could not be started.
#[derive(Debug)]
pub struct HelperError {
    /// Which program.
    pub program: PathBuf,
    /// What the kernel said.
    pub source: io::Error,
}

impl fmt::Display for HelperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.program.to_string_lossy();
        write!(f, "cannot run {}: {}", program.escape_debug(), self.source)
    }
}

impl std::error::Error for HelperError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Helper {
    /// That program, by its path.
    pub fn new(program: impl Into<PathBuf>) -> Helper {
        Helper { program: program.into(), args: Vec::new(), environment: Vec::new(), timeout: None }
    }

    /// With one more argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Helper {
        self.args.push(arg.into());
        self
    }

    /// With this variable in its environment.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Helper {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Ended when it runs longer than that: SIGTERM to its process group, five seconds later
    /// SIGKILL.
    pub fn timeout(mut self, timeout: Duration) -> Helper {
        self.timeout = Some(timeout);
        self
    }

    /// The program's path.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs it and hands on each line of its output as it comes (without its line end; pieces of
    /// 64 KiB where lines are longer). `tick` is called about ten times a second meanwhile.
    ///
    /// Returns when the program has ended and what it wrote until then is read; processes that it
    /// left behind are not waited for.
    ///
    /// # Errors
    /// It could not be started.
    pub fn run(
        &self,
        line: &mut dyn FnMut(Stream, &[u8]),
        tick: &mut dyn FnMut(),
    ) -> Result<Ended, HelperError> {
        let _ = (line, tick);
        Err(HelperError {
            program: self.program.clone(),
            source: io::Error::other("to be written"),
        })
    }
}
