//! A service: what its manager says of it, and all that belongs to it.

use super::{
    Cgroup, Condition, ConfigPath, ConfigTest, CoreDump, Definition, Dependency, Log, PidFile,
    Process, Run, Seen,
};

/// Whose service it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Manager {
    /// systemd as the machine's manager.
    Systemd,
    /// systemd as a user's manager.
    SystemdUser,
    /// OpenRC.
    OpenRc,
    /// SysV init scripts.
    SysV,
    /// Nobody's: a daemon without a manager, or a process.
    #[default]
    Nobody,
}

/// How it is, in one set of words for every manager (those of `host::ServiceState`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Its process runs; of what is no service: it is active.
    Running,
    /// It did its work and ended, and counts as active.
    Exited,
    /// It is being started.
    Starting,
    /// It is being stopped.
    Stopping,
    /// Its manager tried, and gave up.
    Failed,
    /// Its process is gone although it should run, or it waits to be started again.
    Crashed,
    /// It is not started.
    Stopped,
    /// It can't be known.
    #[default]
    Unknown,
}

/// Whether its definition could be had (systemd's `LoadState`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Load {
    /// Yes.
    #[default]
    Loaded,
    /// There is none.
    NotFound,
    /// It has settings with which it is refused.
    BadSetting,
    /// It could not be read.
    Error,
    /// It is masked.
    Masked,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// With this exit status.
    Status(i32),
    /// By this signal.
    Signal {
        /// Its number.
        number: i32,
        /// With a core dump.
        dumped: bool,
    },
}

/// What only systemd tells, in its own words. Of other managers all is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`.
    pub active: String,
    /// `running`, `auto-restart`, `start-pre` …
    pub sub: String,
    /// `Result`: `success`, `exit-code`, `signal`, `core-dump`, `timeout`, `watchdog`, `start-limit-hit`,
    /// `oom-kill`, `resources`, `protocol`, `exec-condition`, `dependency`.
    pub result: String,
    /// `NRestarts`.
    pub restarts: Option<u32>,
    /// `InvocationID` of the last start, 32 hexadecimal digits.
    pub invocation: Option<String>,
    /// `StatusText` (sd_notify(3)) and `StatusErrno`.
    pub status_text: Option<String>,
    /// Why it could not be loaded (`LoadError`).
    pub load_error: Option<String>,
    /// The definition on disk is newer than the one that is loaded.
    pub needs_daemon_reload: bool,
    /// The job that is queued for it: its kind and state.
    pub job: Option<(String, String)>,
    /// Which command of it ended last and how: `ExecStartPre`, its argv, its end; the main process too.
    pub command_ends: Vec<(String, Vec<String>, Exit)>,
    /// When the main process of the last start began and ended, in microseconds since 1970.
    pub main_start_usec: Option<u64>,
    /// See above.
    pub main_exit_usec: Option<u64>,
    /// `ActiveEnterTimestamp`, `StateChangeTimestamp`, `ConditionTimestamp` in microseconds since 1970.
    pub active_enter_usec: Option<u64>,
    /// See above.
    pub state_change_usec: Option<u64>,
}

/// A file that a process runs or maps and that is deleted or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneFile {
    /// The path that it had.
    pub path: String,
    /// It is the program itself.
    pub is_program: bool,
    /// Processes that use it.
    pub pids: Vec<u32>,
    /// Another file is at that path now.
    pub replaced: bool,
}

/// A service, or a process that belongs to none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// By its manager's name for it: `nginx.service`, `nginx`.
    pub name: String,
    /// In a few words.
    pub description: String,
    /// Whose it is.
    pub manager: Manager,
    /// How it is.
    pub state: State,
    /// The same in its manager's own words: `failed (exit-code)`.
    pub native: String,
    /// Whether its definition could be had.
    pub load: Load,
    /// Whether it starts at boot, in its manager's word: `enabled`, `disabled`, `static`.
    pub enablement: Option<String>,
    /// It is meant to run now: enabled, or asked for, or its pid file or a manager's record says that it was started.
    pub should_run: bool,
    /// It ends badly and is started again, over and over, up to now: three bad ends in a row, and the run that may
    /// be going on now is younger than those before it lasted, or than a minute.
    pub is_looping: bool,
    /// Since when it is in its state, in microseconds since 1970.
    pub since_usec: Option<u64>,
    /// What only systemd tells.
    pub unit: Unit,
    /// How the last start ended.
    pub last_exit: Option<Exit>,
    /// Starts and ends that are on record, oldest first: the crash loop.
    pub runs: Vec<Run>,
    /// Its definition; `None`: there is none, or it can't be read.
    pub definition: Option<Definition>,
    /// Conditions, and which did not hold.
    pub conditions: Vec<Condition>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// What it logged.
    pub log: Log,
    /// Its processes, the main one first.
    pub processes: Vec<Process>,
    /// The main one's pid.
    pub main_pid: Option<u32>,
    /// Its pid files.
    pub pid_files: Vec<PidFile>,
    /// Its control group.
    pub cgroup: Option<Cgroup>,
    /// Core dumps of its programs, newest first.
    pub core_dumps: Seen<Vec<CoreDump>>,
    /// The daemon's own test of its configuration; `None`: none is known for it.
    pub config_test: Option<ConfigTest>,
    /// Configuration files that it is known to read: (path, modified in microseconds since 1970).
    pub config_files: Vec<(String, u64)>,
    /// Files it runs that are gone from the disk.
    pub gone_files: Vec<GoneFile>,
    /// Addresses that its definition or configuration has it listen on: as text (`0.0.0.0:80`, `[::]:443`,
    /// `/run/x.sock`), where it is written.
    pub meant_to_listen: Vec<(String, Option<super::Place>)>,
    /// Paths that its configuration names, as far as that was understood.
    pub config_paths: Vec<ConfigPath>,
    /// What only an audit asks for.
    pub audit: super::Audit,
    /// Processes that run its program and are not its own: another instance, started by hand or by another service.
    pub others: Vec<super::Holder>,
}
