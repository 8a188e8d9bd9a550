//! A service: what its manager says of it, and all that belongs to it.

use super::{CoreDump, Definition, Line, Log, LogSource, Process, Run, Seen};

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

/// A condition or assertion, and whether it held at the last start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `ConditionPathExists`, `AssertUser`.
    pub name: String,
    /// What it asks for: `/etc/ssh/sshd_not_to_be_run`.
    pub parameter: String,
    /// It is negated (`!`).
    pub negated: bool,
    /// It is one of several of which one must hold (`|`).
    pub trigger: bool,
    /// Whether it held; `None`: it was not tried.
    pub held: Option<bool>,
    /// Where it is written.
    pub place: Option<super::Place>,
}

/// How one service stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It can't run without (`Requires=`, `BindsTo=`, `Requisite=`, OpenRC's `need`, LSB's `Required-Start:`).
    Needs,
    /// It wants it too (`Wants=`, `use`, `Should-Start:`).
    Wants,
    /// Only the order.
    After,
    /// It is started by it (a socket, a timer, a path).
    TriggeredBy,
    /// Not together.
    Conflicts,
}

/// What a service depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// How.
    pub relation: Relation,
    /// On what. If that one is in trouble it is a service of the snapshot too.
    pub name: String,
    /// How that one is, where it is known.
    pub state: State,
    /// Whether it has a definition.
    pub load: Load,
    /// Where the dependency is written.
    pub place: Option<super::Place>,
}

/// How a test of a configuration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestEnd {
    /// The configuration is valid.
    Passed,
    /// It is not.
    Failed(Exit),
    /// It took too long and was ended.
    TimedOut,
    /// It was not run.
    NotRun,
}

/// A daemon's own test of its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigTest {
    /// The command line as typed to a shell, or `parsed by daemonctl`.
    pub command: String,
    /// As which user it was run.
    pub user: Option<String>,
    /// How it ended.
    pub end: TestEnd,
    /// What it wrote: standard output and error, in order. Foreign.
    pub output: Vec<String>,
    /// Why it was not run.
    pub not_run: Option<String>,
    /// What it says is wrong: (file, line from 1, message), as far as it was understood.
    pub complaints: Vec<(Option<String>, Option<u32>, String)>,
}

/// A PID file of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PidFile {
    /// Which.
    pub path: String,
    /// What stands in it; `Absent`: there is no such file.
    pub pid: Seen<u32>,
    /// The process of that pid, if one runs: its name, and whether it belongs to the service.
    pub process: Option<(String, bool)>,
    /// It is empty or holds no number.
    pub garbled: bool,
}

/// What a service does with a path that its configuration names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathUse {
    /// Reads a file: it must be there.
    Read,
    /// Reads a file that holds a secret: it must be there, and some daemons refuse it if others may read it.
    ReadSecret,
    /// Writes a file and makes it if it is not there: its directory must be there. Logs, pid files, sockets.
    Write,
    /// Lists or enters a directory: it must be there.
    Directory,
    /// Keeps its data in a directory: it must be there and writable.
    DataDirectory,
}

/// A path that a service's configuration names: `ssl_certificate_key /etc/x.key;`, `dir /var/lib/redis`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPath {
    /// The path. In `Lookups::paths` too.
    pub path: String,
    /// What it does with it.
    pub purpose: PathUse,
    /// The directive or option: `ssl_certificate_key`, `--pidfile`.
    pub key: String,
    /// Where it is written.
    pub place: Option<super::Place>,
    /// As which user; `None`: as the user that starts the service (its `User=`, else root).
    pub user: Option<String>,
}

/// Its control group: what the kernel counts (cgroup v2; of v1 what there is).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cgroup {
    /// Below the mount point: `/system.slice/nginx.service`.
    pub path: String,
    /// `memory.current`, bytes.
    pub memory_bytes: Seen<u64>,
    /// The part of that which the kernel takes back when it needs it (`memory.stat`: file cache and slabs), bytes.
    pub memory_reclaimable_bytes: Seen<u64>,
    /// `memory.peak`, bytes.
    pub memory_peak_bytes: Seen<u64>,
    /// `memory.max`, bytes; `Absent`: no limit. Its own, or the nearest ancestor's (then named in `limited_by`).
    pub memory_max_bytes: Seen<u64>,
    /// `memory.high`, bytes; `Absent`: no limit.
    pub memory_high_bytes: Seen<u64>,
    /// `memory.swap.current`, bytes.
    pub swap_bytes: Seen<u64>,
    /// `memory.events`: (`oom_kill`, 3) and so on.
    pub memory_events: Vec<(String, u64)>,
    /// `pids.current` and `pids.max` (`Absent`: no limit).
    pub tasks: Seen<u64>,
    /// See above.
    pub tasks_max: Seen<u64>,
    /// `cpu.stat`: usage, user, system, throttled time in microseconds, periods and throttled periods.
    pub cpu_stat: Vec<(String, u64)>,
    /// `cpu.max`: quota and period in microseconds; `Absent`: no limit.
    pub cpu_max: Seen<(u64, u64)>,
    /// `io.stat` summed over devices: bytes read and written.
    pub io_bytes: Seen<(u64, u64)>,
    /// `cpu.pressure`, `io.pressure`, `memory.pressure`.
    pub pressure: super::Pressure,
    /// It is frozen.
    pub frozen: bool,
    /// The ancestor whose memory limit holds, if it is not its own.
    pub limited_by: Option<String>,
    /// What it did between two looks.
    pub growth: Option<super::CgroupGrowth>,
    /// `memory.events` of the ancestor that `limited_by` names.
    pub limiter_events: Vec<(String, u64)>,
    /// `memory.current` of that ancestor, bytes.
    pub limiter_bytes: Seen<u64>,
    /// `pids.events`: how often a fork was refused for `pids.max`.
    pub tasks_refused: Option<u64>,
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

impl Service {
    /// What its manager said since it last began to start the service: the last start's own story, also where the
    /// manager itself has forgotten it.
    pub fn last_start(&self) -> impl DoubleEndedIterator<Item = &Line> {
        let by_manager = |line: &&Line| line.source == LogSource::Manager && line.is_of_last_run;
        let is_begin = |line: &Line| is_about_start(line) && !line.message.starts_with("Failed to");
        let lines = &self.log.lines;
        let last = lines.iter().rposition(|line| by_manager(&line) && is_begin(line));
        // "Starting …" and "Started …" are of the same start.
        let first = last.map(|last| {
            let before = lines.iter().take(last).rposition(|line| by_manager(&line));
            before.filter(|at| lines.get(*at).is_some_and(is_begin)).unwrap_or(last)
        });
        lines.iter().skip(first.unwrap_or(0)).filter(by_manager)
    }

    /// It works: it runs (or did its work), and is not waiting to be started again.
    pub fn is_healthy(&self) -> bool {
        matches!(self.state, State::Running | State::Exited) && !self.is_looping
    }

    /// It should run, or was tried, and does not.
    pub fn is_broken(&self) -> bool {
        if self.is_looping || matches!(self.state, State::Failed | State::Crashed) {
            return true;
        }
        match self.state {
            // A definition that was taken away or spoilt under a running service is a warning.
            State::Running | State::Exited | State::Stopping => false,
            // Between two starts, or in one that its manager makes since the one before ended badly.
            State::Starting => {
                self.unit.sub == "auto-restart" || self.unit.restarts.is_some_and(|times| times > 0)
            }
            _ if matches!(self.load, Load::NotFound | Load::BadSetting | Load::Error) => true,
            _ if self.is_asserted_away() => true,
            _ => self.should_run && !self.is_skipped() && self.stop_request().is_none(),
        }
    }

    /// A condition did not hold at its last start, so that it was not started: by its author's will.
    pub fn is_skipped(&self) -> bool {
        self.state == State::Stopped && unmet(&self.conditions, "Condition")
    }

    fn is_asserted_away(&self) -> bool {
        self.state == State::Stopped && unmet(&self.conditions, "Assert")
    }

    /// The line with which its manager says that it stops the service on request (of its administrator, or because
    /// another unit wants it so), if that is how the last run ended and it has not been tried since.
    pub fn stop_request(&self) -> Option<&Line> {
        let is_clean = self.unit.result.is_empty() || self.unit.result == "success";
        if self.state != State::Stopped || !is_clean {
            return None;
        }
        let by_manager = |line: &&Line| line.source == LogSource::Manager && line.is_of_last_run;
        let mut lines = self.log.lines.iter().filter(by_manager).rev();
        let last = lines.find(|line| is_about_start(line) || is_about_stop(line))?;
        is_about_stop(last).then_some(last)
    }
}

impl Service {
    /// The line that says that it ended since it was asked to: its manager's ([`stop_request`](Self::stop_request)), or,
    /// of managers that log nothing, its own last words. It may have been tried again since, and have said nothing.
    pub fn ended_on_request(&self) -> Option<&Line> {
        if self.state != State::Stopped {
            return None;
        }
        if matches!(self.manager, Manager::Systemd | Manager::SystemdUser) {
            return self.stop_request();
        }
        let own = |line: &&Line| line.source == LogSource::Service && line.is_of_last_run;
        let mut last = self.log.lines.iter().filter(own).rev().take(LAST_WORDS);
        let is_bad = |line: &Line| line.level.is_some_and(|level| level <= super::Level::Error);
        let is_asked = |line: &Line| ASKED.iter().any(|words| line.message.contains(words));
        last.find(|line| is_bad(line) || is_asked(line)).filter(|line| is_asked(line))
    }
}

/// So many lines a daemon may write between the request and its end.
const LAST_WORDS: usize = 16;
/// Words of daemons that were asked to end: by SIGTERM, SIGINT, SIGQUIT or a command of their own.
const ASKED: [&str; 24] = [
    "User requested shutdown",
    "SIGTERM",
    "SIGINT",
    "SIGQUIT",
    "signal 15",
    "signal 3 ",
    "shutdown request",
    "Normal shutdown",
    "Shutdown complete",
    "database system is shut down",
    "Exiting on signal",
    "exiting on signal",
    "Terminated by signal",
    "terminating on signal",
    "gracefully shutting down",
    "graceful shutdown",
    "Graceful shutdown",
    "Server shutting down",
    "shutting down: ",
    "stopping command channel",
    "chronyd exiting",
    "Exiting Master process",
    "Proxy stopped",
    "has been stopped",
];

/// Whether conditions (or assertions) as a whole did not hold: one that must did not, or of those of which one must
/// none did (systemd.unit(5)).
fn unmet(conditions: &[Condition], family: &str) -> bool {
    let of_family = || conditions.iter().filter(|c| c.name.starts_with(family));
    let must = of_family().any(|c| !c.trigger && c.held == Some(false));
    let mut triggers = of_family().filter(|c| c.trigger && c.held.is_some()).peekable();
    let has_triggers = triggers.peek().is_some();
    must || (has_triggers && triggers.all(|c| c.held == Some(false)))
}

/// systemd's `MESSAGE_ID` of "Stopping …" (sd-messages.h).
const STOPPING: &str = "de5b426a63be47a7b6ac3eaac82e2f6f";
/// Of "Starting …", "Started …" and "Failed to start …".
const STARTING: [&str; 3] = [
    "7d4958e842da4a758f6c1cdc7b36dcc5",
    "39f53479d3a045ac8e11786248231fbf",
    "be02cf6855d2428ba40df7e9d022f03d",
];

fn is_about_stop(line: &Line) -> bool {
    match &line.message_id {
        // "Stopped …" alone also ends a restart's wait; only with "Stopping …" somebody asked for it.
        Some(id) => id == STOPPING,
        None => line.message.starts_with("Stopping "),
    }
}

fn is_about_start(line: &Line) -> bool {
    match &line.message_id {
        Some(id) => STARTING.contains(&id.as_str()),
        None => ["Starting ", "Started ", "Failed to start "]
            .iter()
            .any(|words| line.message.starts_with(words)),
    }
}
