//! A daemon made by hand: any program, without a manager.
//!
//! [`Detach`] says what is wanted, [`Detach::launch`] does it. The new process has a session that it
//! does not lead (so no controlling terminal, and no way to get one), descriptors 0 to 2 at
//! `/dev/null`, a log or the syslog and no others, the working directory `/`, a umask, an
//! environment that was given and not inherited, every signal at its default and none held back.
//! Limits, nice level, `oom_score_adj`, control group and namespaces stay the caller's.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), launch::DetachError> {
//! let daemon = launch::detach("/usr/sbin/nginx")
//!     .args(["-g", "daemon off;"])
//!     .env("TZ", "UTC")
//!     .pid_file("/run/web.pid")
//!     .log("/var/log/web.log")
//!     .launch()?;
//! println!("pid {}", daemon.pid);
//!
//! // A program that speaks sd_notify(3) says itself when it is up.
//! launch::detach("redis-server")
//!     .args(["--supervised", "systemd"])
//!     .wait_ready(Duration::from_secs(30))
//!     .launch()?;
//! # Ok(())
//! # }
//! ```
//!
//! # In what order
//! 1. The caller's side, with its rights: accounts and the program's path are looked up, the PID file
//!    is locked, the log opened.
//! 2. Two forks. The first child leads the session and watches over the second, which is to be the
//!    daemon, until it is up; then it goes, and the daemon belongs to init.
//! 3. The daemon: signals, umask, descriptors; nice level, scheduling and root directory; then its
//!    rights are dropped (supplementary groups, group, user, and whether they could be taken back is
//!    tried); then its working directory, which its own user must be able to enter.
//! 4. When all that has succeeded the PID file is written, and only then the program executed.
//!    That it was executed is known by a pipe that exec closes; that it did not end at once is
//!    waited for ([`Detach::grace`]), or that it says it is ready ([`Detach::wait_ready`]).
//!
//! Whatever fails, the launch is taken back: no process is left, nor a PID file. The same where the
//! launcher is interrupted: SIGINT, SIGTERM and SIGHUP are held back in the calling thread
//! meanwhile, and where one arrives (or the launcher is killed), the daemon is ended first.
//!
//! # In programs with threads
//! [`Detach::launch`] may be called in any thread. What runs between fork and exec makes system
//! calls alone. A signal that another thread takes does not take the launch back. A handler for SIGCHLD
//! sees one child end, which is waited for here.

pub mod account;
mod child;
mod course;
mod error;
mod launcher;
mod log;
pub mod pid_file;
mod plan;
mod prepare;
mod ready;
mod settings;
mod wire;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

pub use account::Account;
pub use error::DetachError;
pub use plan::{DEFAULT_PATH, Plan};
pub use settings::{Daemon, Inherits, IoClass, Output, Policy, Scheduling};

/// A program that is to run as a daemon.
#[derive(Clone, Debug)]
pub struct Detach {
    program: PathBuf,
    arguments: Vec<OsString>,
    name: Option<OsString>,
    environment: Vec<(OsString, OsString)>,
    inherits: Inherits,
    directory: PathBuf,
    root: Option<PathBuf>,
    umask: Option<u32>,
    account: Option<Account>,
    group: Option<u32>,
    enters_early: bool,
    scheduling: Scheduling,
    output: Output,
    errors: Option<Output>,
    pid_file: Option<PathBuf>,
    has_plain_pid_file: bool,
    waits_ready: bool,
    leaves_unready: bool,
    timeout: Duration,
    grace: Duration,
}

/// A program as a daemon, with everything at its default. See [`Detach`] and the [module](self).
pub fn detach(program: impl Into<PathBuf>) -> Detach {
    Detach {
        program: program.into(),
        arguments: Vec::new(),
        name: None,
        environment: Vec::new(),
        inherits: Inherits::default(),
        directory: "/".into(),
        root: None,
        umask: Some(0o022),
        account: None,
        group: None,
        enters_early: false,
        scheduling: Scheduling::default(),
        output: Output::Null,
        errors: None,
        pid_file: None,
        has_plain_pid_file: false,
        waits_ready: false,
        leaves_unready: false,
        timeout: Duration::from_secs(90),
        grace: Duration::from_millis(200),
    }
}

impl Detach {
    /// With one more argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Detach {
        self.arguments.push(argument.into());
        self
    }

    /// With more arguments.
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Detach {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Its name: in the syslog, and in lists of processes (`argv[0]`), but where the program is reached by
    /// a link of another name, which may know by its name what it is to do. By default the name of the
    /// program's file.
    pub fn name(mut self, name: impl Into<OsString>) -> Detach {
        self.name = Some(name.into());
        self
    }

    /// With this variable. Without any it has `PATH` ([`DEFAULT_PATH`]), and with an account `HOME`,
    /// `SHELL`, `USER` and `LOGNAME`. A `PATH` that is given is also where the program is looked for.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Detach {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// In that working directory, by default `/`. It is entered with the daemon's rights.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Detach {
        self.directory = path.into();
        self
    }

    /// With that directory as its root, chroot(2). The program's path and the working directory are
    /// then looked up in there.
    pub fn root(mut self, path: impl Into<PathBuf>) -> Detach {
        self.root = Some(path.into());
        self
    }

    /// With that umask, by default 022.
    pub fn umask(mut self, mask: u32) -> Detach {
        self.umask = Some(mask & 0o777);
        self
    }

    /// As that user. Takes root's rights, unless the caller is that user already.
    pub fn account(mut self, account: Account) -> Detach {
        self.account = Some(account);
        self
    }

    /// With that group in place of the caller's; an account has its own.
    pub fn group(mut self, gid: u32) -> Detach {
        self.group = Some(gid);
        self
    }

    /// Enters the working directory with the caller's rights.
    pub fn enter_early(mut self) -> Detach {
        self.enters_early = true;
        self
    }

    /// With that of the caller's.
    pub fn inherit(mut self, inherits: Inherits) -> Detach {
        self.inherits = inherits;
        self
    }

    /// With its output there.
    pub fn output(mut self, output: Output) -> Detach {
        self.output = output;
        self
    }

    /// With its standard error in another file than its standard output.
    pub fn errors(mut self, path: impl Into<PathBuf>) -> Detach {
        self.errors = Some(Output::PlainFile(path.into()));
        self
    }

    /// With its pid in that file, which is not locked and stays if the launch fails.
    pub fn plain_pid_file(mut self, path: impl Into<PathBuf>) -> Detach {
        self.pid_file = Some(path.into());
        self.has_plain_pid_file = true;
        self
    }

    /// With the caller's umask.
    pub fn keep_umask(mut self) -> Detach {
        self.umask = None;
        self
    }

    /// Leaves it running where it does not say in time that it is ready.
    pub fn leave_unready(mut self) -> Detach {
        self.leaves_unready = true;
        self
    }

    /// With that priority.
    pub fn scheduling(mut self, scheduling: Scheduling) -> Detach {
        self.scheduling = scheduling;
        self
    }

    /// With its output appended to that file, see [`Output::File`].
    pub fn log(mut self, path: impl Into<PathBuf>) -> Detach {
        self.output = Output::File(path.into());
        self
    }

    /// With its output in the syslog, see [`Output::Syslog`].
    pub fn syslog(mut self) -> Detach {
        self.output = Output::Syslog;
        self
    }

    /// With its pid in that file, locked as long as the daemon lives, see [`pid_file`]. Not to be a
    /// file that the program itself writes and locks.
    pub fn pid_file(mut self, path: impl Into<PathBuf>) -> Detach {
        self.pid_file = Some(path.into());
        self
    }

    /// Waits until it says that it is ready (`READY=1`, sd_notify(3)), at most so long.
    pub fn wait_ready(mut self, timeout: Duration) -> Detach {
        self.waits_ready = true;
        self.timeout = timeout;
        self
    }

    /// Waits so long whether it ends again, by default 200 ms; not where [`Detach::wait_ready`] is asked.
    pub fn grace(mut self, grace: Duration) -> Detach {
        self.grace = grace;
        self
    }

    /// What a launch would come to.
    ///
    /// # Errors
    /// There is no such program, or the working directory is needed and can't be learned.
    pub fn plan(&self) -> Result<Plan, DetachError> {
        Plan::of(self)
    }

    /// Launches it, and returns when it is up.
    ///
    /// # Errors
    /// Why it is not. Nothing of it is left then.
    pub fn launch(&self) -> Result<Daemon, DetachError> {
        launcher::launch(self)
    }

    /// Becomes the program: all of the above but a new process and session, a locked PID file and waiting.
    /// Returns only when that failed; this process may then have changed already, and should end.
    pub fn execute(&self) -> DetachError {
        launcher::execute(self)
    }
}

/// The number of a user or group that this name or number means, see [`account::group_id`].
pub fn group_id(group: &OsStr) -> Result<u32, account::AccountError> {
    account::group_id(group)
}
