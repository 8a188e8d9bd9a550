//! Running another program to its end: init scripts, a manager's own tools.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::confine::Confinement;
use crate::lines::Lines;
use crate::{drain, program, sys};

/// How often `tick` is called.
const TICK: Duration = Duration::from_millis(100);
/// How long a program has to end after SIGTERM.
const LAST_CHANCE: Duration = Duration::from_secs(5);
/// How long the output of a program that has ended is waited for: what it ran beside itself (the
/// `tee` of a script) ends a moment later.
const LAST_WORDS: Duration = Duration::from_millis(100);

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
    confinement: Option<Confinement>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// It had to be ended: its time was over.
    pub timed_out: bool,
    /// Something that it started goes on, and holds its output open. Whatever that writes from now
    /// on is lost: a small process, a child of init, reads it until it is closed, so that nobody is
    /// ended by SIGPIPE or stopped by a full pipe.
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
        Helper {
            program: program.into(),
            args: Vec::new(),
            environment: Vec::new(),
            timeout: None,
            confinement: None,
        }
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

    /// Confined so. When its time is over it is ended at once, by SIGKILL.
    pub fn confined(mut self, confinement: Confinement) -> Helper {
        self.confinement = Some(confinement);
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
        let mut child = self.spawn().map_err(|source| HelperError {
            program: self.program.clone(),
            source: program::explained(&self.program, source),
        })?;
        let mut outputs = Outputs::of(&mut child);
        let mut clock = Clock::new(self.timeout);
        clock.is_patient = self.confinement.is_none();
        let pid = Pid::from_child(&child);
        // Without one (a filter of system calls), the ticks look.
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).ok();
        let status = loop {
            outputs.wait(pidfd.as_ref(), clock.until_next());
            outputs.read(line);
            if clock.is_tick() {
                tick();
            }
            // Asked last: what it wrote before it ended is in the pipe when this says so.
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => clock.end_what_is_late(pid),
                Err(source) => {
                    return Err(HelperError { program: self.program.clone(), source });
                }
            }
        };
        let output_is_held = outputs.finish(line);
        Ok(Ended { status, timed_out: clock.is_over, output_is_held })
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().envs(self.environment.iter().map(|(n, v)| (n, v)));
        command.current_dir("/").process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        sys::start_clean(&mut command);
        if let Some(confinement) = &self.confinement {
            sys::confine::start_confined(&mut command, confinement.plan()?);
        }
        command.spawn()
    }
}

/// When the next tick is due, and when a program's time is over.
struct Clock {
    next_tick: Instant,
    timeout: Option<Duration>,
    started: Instant,
    /// SIGTERM was sent.
    is_over: bool,
    is_killed: bool,
    /// SIGTERM comes first.
    is_patient: bool,
}

impl Clock {
    fn new(timeout: Option<Duration>) -> Clock {
        let now = Instant::now();
        Clock {
            next_tick: now + TICK,
            timeout,
            started: now,
            is_over: false,
            is_killed: false,
            is_patient: true,
        }
    }

    fn until_next(&self) -> Duration {
        self.next_tick.saturating_duration_since(Instant::now())
    }

    fn is_tick(&mut self) -> bool {
        let now = Instant::now();
        let is_due = now >= self.next_tick;
        if is_due {
            self.next_tick = now + TICK;
        }
        is_due
    }

    fn end_what_is_late(&mut self, group: Pid) {
        let Some(timeout) = self.timeout else { return };
        let runs = self.started.elapsed();
        // The group's leader is not reaped yet: the number is still its own.
        if !self.is_patient && !self.is_killed && runs >= timeout {
            (self.is_over, self.is_killed) = (true, true);
            let _ = kill_process_group(group, Signal::KILL);
        } else if !self.is_over && runs >= timeout {
            self.is_over = true;
            let _ = kill_process_group(group, Signal::TERM);
            // What is stopped does not end.
            let _ = kill_process_group(group, Signal::CONT);
        } else if self.is_over && !self.is_killed && runs >= timeout + LAST_CHANCE {
            self.is_killed = true;
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Both outputs of a program; an output that has ended is gone.
struct Outputs {
    out: Option<Lines>,
    err: Option<Lines>,
}

impl Outputs {
    fn of(child: &mut Child) -> Outputs {
        Outputs {
            out: child.stdout.take().map(|pipe| Lines::new(pipe.into())),
            err: child.stderr.take().map(|pipe| Lines::new(pipe.into())),
        }
    }

    /// Waits until there is something to read, the program has ended, or so long.
    fn wait(&self, program: Option<&OwnedFd>, at_most: Duration) {
        let pipes = [self.out.as_ref(), self.err.as_ref()].into_iter().flatten();
        let waited_for = pipes.map(AsFd::as_fd).chain(program.map(AsFd::as_fd));
        let mut polled: Vec<PollFd<'_>> =
            waited_for.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        // A signal makes it return early, which costs one round more.
        let _ = poll(&mut polled, Timespec::try_from(at_most).ok().as_ref());
    }

    /// Reads what is there.
    fn read(&mut self, line: &mut dyn FnMut(Stream, &[u8])) {
        for (pipe, stream) in [(&mut self.out, Stream::Out), (&mut self.err, Stream::Err)] {
            let is_at_end = |lines: &mut Lines| lines.read(&mut |bytes| line(stream, bytes));
            if pipe.as_mut().is_some_and(is_at_end) {
                *pipe = None;
            }
        }
    }

    /// Reads what a program wrote that has ended, and says whether somebody still holds its output.
    fn finish(&mut self, line: &mut dyn FnMut(Stream, &[u8])) -> bool {
        let end = Instant::now() + LAST_WORDS;
        loop {
            self.read(line);
            let is_open = self.out.is_some() || self.err.is_some();
            let left = end.saturating_duration_since(Instant::now());
            if !is_open || left.is_zero() {
                for (pipe, stream) in [(&mut self.out, Stream::Out), (&mut self.err, Stream::Err)] {
                    if let Some(lines) = pipe {
                        lines.flush(&mut |bytes| line(stream, bytes));
                    }
                }
                if is_open {
                    drain::leave_behind(
                        [&self.out, &self.err].map(|p| p.as_ref().map(AsFd::as_fd)),
                    );
                }
                return is_open;
            }
            self.wait(None, left);
        }
    }
}
