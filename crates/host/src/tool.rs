//! Running scripts and a manager's own tools, and keeping what they wrote.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use launch::{Ended, Helper, Stream};
use rustix::process::geteuid;

use crate::{Event, Refusal, RefusalKind, Request, Watch};

/// Most lines of output that are kept; all are handed on as they come.
const MOST_LINES: usize = 2000;
/// Where tools lie, in this order.
const FOLDERS: [&str; 6] =
    ["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];
/// What service(8) leaves of its caller's environment besides `PATH` and `TERM`, see locale(7).
pub const KEPT_VARIABLES: [&str; 15] = [
    "LANG",
    "LANGUAGE",
    "LC_CTYPE",
    "LC_NUMERIC",
    "LC_TIME",
    "LC_COLLATE",
    "LC_MONETARY",
    "LC_MESSAGES",
    "LC_PAPER",
    "LC_NAME",
    "LC_ADDRESS",
    "LC_TELEPHONE",
    "LC_MEASUREMENT",
    "LC_IDENTIFICATION",
    "LC_ALL",
];

/// Whether a file is this very program, by whatever links, or a copy of it.
pub fn is_this_program(path: &Path) -> bool {
    let own = Path::new("/proc/self/exe");
    let (Ok(its), Ok(ours)) = (fs::metadata(path), fs::metadata(own)) else { return false };
    if (its.dev(), its.ino()) == (ours.dev(), ours.ino()) {
        return true;
    }
    // Nothing else has its length, as good as ever.
    its.is_file() && its.len() == ours.len() && fs::read(path).ok() == fs::read(own).ok()
}

/// The tools of the machine whose tree is at `root`, run by their path there.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    root: PathBuf,
}

impl Tools {
    pub fn new(root: &Path) -> Tools {
        Tools { root: root.to_owned() }
    }

    /// The machine's tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a tool lies, if it does. This program under the tool's name would only ask itself.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let paths = FOLDERS.iter().map(|folder| self.root.join(folder).join(name));
        paths.into_iter().find(|path| path.is_file() && !is_this_program(path))
    }

    /// A path of the machine, as it is run from here.
    pub fn at(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// A program with the environment that service(8) gives.
    pub fn helper(&self, program: PathBuf) -> Helper {
        let mut helper = Helper::new(program).env("PATH", path_variable());
        for name in KEPT_VARIABLES.into_iter().chain(["TERM"]) {
            if let Some(value) = std::env::var_os(name) {
                helper = helper.env(name, value);
            }
        }
        helper
    }

    /// Links in runlevels stay.
    ///
    /// # Errors
    /// The change was to last until the next boot only.
    pub fn may_stay(request: &Request<'_>) -> Result<(), Refusal> {
        if !(request.runtime && request.verb.is_of_files()) {
            return Ok(());
        }
        let message = "runlevels know no changes that last until the next boot only";
        Err(Refusal::new(RefusalKind::NotSupported, message).hint("leave out --runtime"))
    }

    /// Only root starts, stops and enables services.
    ///
    /// # Errors
    /// The caller is another user. Trees that are made up are anybody's.
    pub fn may_change(&self, doing: &str) -> Result<(), Refusal> {
        if self.root != Path::new("/") || geteuid().is_root() {
            return Ok(());
        }
        Err(Refusal::new(RefusalKind::NotPermitted, format!("only root may do that: {doing}"))
            .hint("run it by sudo, or as root"))
    }
}

/// The caller's `PATH`, completed by the folders of a system's own programs: from a user's session
/// or from cron those of administration are missing.
fn path_variable() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    let own: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for folder in FOLDERS {
        let folder = Path::new("/").join(folder);
        if !own.contains(&folder) {
            if !path.is_empty() {
                path.push(":");
            }
            path.push(folder);
        }
    }
    path
}

/// What is done for one service: who is told, how long it may take, and what was written so far.
pub(crate) struct Attempt<'a> {
    name: &'a str,
    watch: &'a mut dyn Watch,
    started: Instant,
    timeout: Duration,
    /// Both streams, in order.
    pub output: Vec<String>,
    /// What should be known besides.
    pub notes: Vec<String>,
    output_is_held: bool,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this exit status.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// It had to be ended.
    TimedOut,
}

impl End {
    fn of(ended: &Ended) -> End {
        if ended.timed_out {
            return End::TimedOut;
        }
        match (ended.status.code(), ended.status.signal()) {
            (Some(code), _) => End::Exit(code),
            (None, signal) => End::Signal(signal.unwrap_or_default()),
        }
    }

    /// The exit status, where there is one.
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Exit(code) => Some(code),
            Self::Signal(_) | Self::TimedOut => None,
        }
    }
}

impl<'a> Attempt<'a> {
    /// For the service `name`, with so much time in all.
    pub fn new(name: &'a str, timeout: Duration, watch: &'a mut dyn Watch) -> Attempt<'a> {
        let started = Instant::now();
        let (output, notes) = (Vec::new(), Vec::new());
        Attempt { name, watch, started, timeout, output, notes, output_is_held: false }
    }

    /// What is left of the time.
    pub fn left(&self) -> Duration {
        self.timeout.saturating_sub(self.started.elapsed())
    }

    /// Runs a program to its end; `at` says what it is there for.
    ///
    /// # Errors
    /// It could not be started.
    pub fn run(&mut self, helper: Helper, at: &str) -> Result<End, Refusal> {
        let (name, started) = (self.name, self.started);
        let helper = helper.timeout(self.left());
        // Both closures tell the one who watches.
        let watch = std::cell::RefCell::new(&mut *self.watch);
        let output = &mut self.output;
        let ended = helper.run(
            &mut |stream, line| {
                let is_error = stream == Stream::Err;
                // Some (sshd) end their lines as terminals want it.
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                watch.borrow_mut().event(&Event::Output { name, line, is_error });
                if output.len() < MOST_LINES {
                    output.push(String::from_utf8_lossy(line).into_owned());
                }
            },
            &mut || watch.borrow_mut().event(&Event::Waiting { name, since: started, at }),
        );
        let ended = ended.map_err(|error| {
            let kind = match error.source.kind() {
                std::io::ErrorKind::PermissionDenied => RefusalKind::NotPermitted,
                _ => RefusalKind::Failed,
            };
            self.refusal(Refusal::new(kind, error.to_string()))
        })?;
        self.output_is_held |= ended.output_is_held;
        Ok(End::of(&ended))
    }

    /// Waits a moment, and tells so. False when the time is over.
    pub fn pause(&mut self, length: Duration, at: &str) -> bool {
        let length = length.min(self.left());
        std::thread::sleep(length);
        let (name, since) = (self.name, self.started);
        self.watch.event(&Event::Waiting { name, since, at });
        !self.left().is_zero()
    }

    /// Something went on with the output of what was run. Where that is the daemon itself, and it
    /// has not let go of it since, this should be known.
    pub fn look_at_output(&mut self, root: &Path, main_pid: Option<u32>) {
        let Some(pid) = main_pid.filter(|_| self.output_is_held) else { return };
        let leads_to_pipe = |fd: &&str| {
            let link = std::fs::read_link(root.join(format!("proc/{pid}/fd/{fd}")));
            link.is_ok_and(|link| link.as_os_str().as_encoded_bytes().starts_with(b"pipe:"))
        };
        if ["1", "2"].iter().any(leads_to_pipe) {
            self.note(format!(
                "process {pid} keeps the output of its script open: what it writes there is lost"
            ));
        }
    }

    /// One more note.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A refusal with the output so far.
    pub fn refusal(&mut self, mut refusal: Refusal) -> Refusal {
        refusal.output = std::mem::take(&mut self.output);
        refusal
    }
}

/// A signal's name for a sentence: `signal 9 (SIGKILL)`.
pub(crate) fn signal_words(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal} ({name})")
}
