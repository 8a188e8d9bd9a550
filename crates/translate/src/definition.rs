//! A service in nobody's language.

use std::collections::BTreeMap;

use crate::{Command, Lost, Place};

/// A language that definitions can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Unit files (systemd.unit(5)).
    Systemd,
    /// OpenRC service scripts (openrc-run(8)).
    OpenRc,
    /// Init scripts with LSB headers (LSB 5.0, "Init Script Actions").
    SysV,
}

impl System {
    /// The stable word for programs: `systemd`, `openrc`, `sysv`.
    pub fn name(self) -> &'static str {
        match self {
            System::Systemd => "systemd",
            System::OpenRc => "openrc",
            System::SysV => "sysv",
        }
    }
}

/// How a manager learns that the service is up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Readiness {
    /// As soon as its process exists.
    #[default]
    Simple,
    /// As soon as the program was executed.
    Exec,
    /// When the process that was started ends and leaves a daemon behind.
    Forking,
    /// When it says so (sd_notify(3)).
    Notify,
    /// The same, and it reloads on a signal.
    NotifyReload,
    /// When its commands have ended: no process stays.
    Oneshot,
    /// When it has taken this name on the bus.
    Dbus(String),
    /// When nothing else is to be started.
    Idle,
}

/// After which kinds of end a service is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Never.
    #[default]
    No,
    /// After every end.
    Always,
    /// After a failure.
    OnFailure,
    /// After success.
    OnSuccess,
    /// After a signal, a timeout or the watchdog.
    OnAbnormal,
    /// After a signal that no one asked for.
    OnAbort,
    /// After the watchdog.
    OnWatchdog,
}

impl RestartPolicy {
    /// All of them, with the words of `Restart=`.
    pub const ALL: [(RestartPolicy, &'static str); 7] = [
        (RestartPolicy::No, "no"),
        (RestartPolicy::Always, "always"),
        (RestartPolicy::OnFailure, "on-failure"),
        (RestartPolicy::OnSuccess, "on-success"),
        (RestartPolicy::OnAbnormal, "on-abnormal"),
        (RestartPolicy::OnAbort, "on-abort"),
        (RestartPolicy::OnWatchdog, "on-watchdog"),
    ];

    /// systemd's word for it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(policy, _)| *policy == self).map_or("no", |(_, word)| word)
    }

    /// The policy of that word.
    pub fn named(word: &str) -> Option<RestartPolicy> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(policy, _)| *policy)
    }
}

/// Starting again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restart {
    /// When.
    pub policy: RestartPolicy,
    /// How long to wait before, in microseconds.
    pub delay_usec: Option<u64>,
    /// How many starts are allowed within the interval; 0: any number.
    pub burst: Option<u64>,
    /// The interval, in microseconds.
    pub interval_usec: Option<u64>,
}

/// How one service stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// It can't run without: started too, and its failure is ours.
    Needs,
    /// Started too, whether or not it succeeds.
    Wants,
    /// If it is to be started anyway, then before us.
    After,
    /// If it is to be started anyway, then after us.
    Before,
    /// Not beside us.
    Conflicts,
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// How.
    pub link: Link,
    /// On what: a service's name without a suffix, or a facility of LSB (`$network`).
    pub name: String,
    /// Where it was said.
    pub place: Option<Place>,
}

/// When in the machine's life a service is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Early at boot: sysinit.target, OpenRC's `boot`, LSB's `S`.
    Early,
    /// On a machine in use: multi-user.target, OpenRC's `default`, 2 to 5.
    Normal,
    /// With a graphical login only.
    Graphical,
}

/// A folder that must be there before the service starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Its absolute path.
    pub path: String,
    /// Permission bits.
    pub mode: Option<u32>,
    /// Who owns it; `None`: the service's user.
    pub owner: Option<String>,
    /// Its group; `None`: the service's group.
    pub group: Option<String>,
}

/// A file with environment variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentFile {
    /// Its path.
    pub path: String,
    /// It need not be there.
    pub is_optional: bool,
}

/// Where output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// To the system's log.
    Log,
    /// Nowhere.
    Null,
    /// Where standard output goes (standard error only).
    Same,
    /// To the end of a file.
    Append(String),
    /// Over a file's content.
    Truncate(String),
}

/// A resource limit. Each in the kernel's own unit; `u64::MAX` is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// As systemd.exec(5) has it, without `Limit`: `NOFILE`.
    pub name: String,
    /// What holds.
    pub soft: u64,
    /// Up to where the process may raise it.
    pub hard: u64,
}

/// A test of a path, in the words of test(1), that must hold before the service starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathCondition {
    /// The letter of test(1): `e`, `d`, `x` …
    pub test: char,
    /// What is tested.
    pub path: String,
    /// It must not hold.
    pub is_negated: bool,
    /// Where it does not hold the start fails; otherwise it is skipped.
    pub is_assertion: bool,
}

/// When a timed service runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Calendar events of systemd.time(7).
    pub calendars: Vec<String>,
    /// Other triggers of systemd.timer(5): the directive's name and microseconds.
    pub spans: Vec<(String, u64)>,
    /// Times that were missed while the machine was off are made up for.
    pub is_persistent: bool,
    /// At most how much later, at random, in microseconds.
    pub random_usec: Option<u64>,
    /// At most how much later, for the manager's convenience, in microseconds.
    pub accuracy_usec: Option<u64>,
    /// Where it was said.
    pub place: Option<Place>,
}

/// A setting that only one language knows: carried over to itself, lost elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Native {
    /// Whose it is.
    pub system: System,
    /// The section, where the language has them.
    pub section: String,
    /// Its name.
    pub key: String,
    /// Its value, raw.
    pub value: String,
    /// Where it was said.
    pub place: Option<Place>,
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Its name, without a suffix.
    pub name: String,
    /// What it is, in a line.
    pub description: Option<String>,
    /// Addresses of documentation.
    pub documentation: Vec<String>,
    /// What must hold of paths.
    pub conditions: Vec<PathCondition>,
    /// Before the start.
    pub pre: Vec<Command>,
    /// The start. Several only with [`Readiness::Oneshot`].
    pub start: Vec<Command>,
    /// After the start.
    pub post: Vec<Command>,
    /// What stops it, before signals do.
    pub stop: Vec<Command>,
    /// After it has ended.
    pub after_stop: Vec<Command>,
    /// What makes it read its configuration again.
    pub reload: Vec<Command>,
    /// How its manager learns that it is up.
    pub readiness: Readiness,
    /// A oneshot counts as started after its commands have ended.
    pub remains: bool,
    /// The file with its main process's ID.
    pub pid_file: Option<String>,
    /// Its manager writes that file, not the program itself.
    pub is_pid_file_made: bool,
    /// Who runs it; `None`: root.
    pub user: Option<String>,
    /// Its group; `None`: the user's.
    pub group: Option<String>,
    /// More groups.
    pub supplementary_groups: Vec<String>,
    /// Its working directory: an absolute path, or `~` for its user's home.
    pub directory: Option<String>,
    /// Its root directory.
    pub root: Option<String>,
    /// The access bits that new files do not get.
    pub umask: Option<u32>,
    /// Its environment.
    pub environment: Vec<(String, String)>,
    /// Files with more of it, which win.
    pub environment_files: Vec<EnvironmentFile>,
    /// Resource limits.
    pub limits: Vec<Limit>,
    /// The nice level.
    pub nice: Option<i64>,
    /// The kernel's processor scheduler: a policy of systemd.exec(5), and a priority.
    pub cpu_scheduling: Option<(String, Option<i64>)>,
    /// The class of input and output: `idle`, `best-effort`, `realtime`, and the priority within.
    pub io_scheduling: Option<(String, Option<i64>)>,
    /// How likely the kernel kills it for want of memory.
    pub oom_score_adjust: Option<i64>,
    /// Starting again.
    pub restart: Restart,
    /// The signal that stops it, with its prefix: `SIGINT`.
    pub stop_signal: Option<String>,
    /// How long stopping may take, in microseconds; `u64::MAX`: as long as it takes.
    pub stop_timeout_usec: Option<u64>,
    /// How long starting may take, in microseconds.
    pub start_timeout_usec: Option<u64>,
    /// Folders that must be there.
    pub directories: Vec<Directory>,
    /// What standard input holds.
    pub input: Option<String>,
    /// Where standard output goes; `None`: the manager's default.
    pub output: Option<Output>,
    /// Where standard error goes.
    pub error: Option<Output>,
    /// Dependencies.
    pub dependencies: Vec<Dependency>,
    /// Other names that it answers for.
    pub provides: Vec<String>,
    /// When it is started where it is enabled.
    pub levels: Vec<Level>,
    /// When it runs, where it is timed.
    pub schedule: Option<Schedule>,
    /// What only its own language knows.
    pub natives: Vec<Native>,
    /// What its reader could not put into all this.
    pub lost: Vec<Lost>,
    /// Where fields were said, by the name of the field here.
    pub places: BTreeMap<&'static str, Place>,
}

impl Definition {
    /// A service of that name, of which nothing is known yet.
    pub fn new(name: impl Into<String>) -> Definition {
        Definition { name: name.into(), ..Definition::default() }
    }

    /// Where a field was said.
    pub fn place(&self, field: &str) -> Option<Place> {
        self.places.get(field).cloned()
    }

    /// Adds a dependency, unless it is there.
    pub fn depends(&mut self, link: Link, name: impl Into<String>, place: Option<Place>) {
        let name = name.into();
        if !self.has(link, &name) {
            self.dependencies.push(Dependency { link, name, place });
        }
    }

    /// Whether there is such a dependency.
    pub fn has(&self, link: Link, name: &str) -> bool {
        self.dependencies.iter().any(|known| known.link == link && known.name == name)
    }

    /// Its process stays in the foreground of whoever starts it.
    pub fn stays_in_foreground(&self) -> bool {
        !matches!(self.readiness, Readiness::Forking | Readiness::Oneshot)
    }

    /// `user:group`, as chown(1) and start-stop-daemon(8) have it.
    pub fn account(&self) -> Option<String> {
        match (&self.user, &self.group) {
            (Some(user), Some(group)) => Some(format!("{user}:{group}")),
            (Some(user), None) => Some(user.clone()),
            (None, Some(group)) => Some(format!("root:{group}")),
            (None, None) => None,
        }
    }

    /// All its commands.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        let groups = [&self.pre, &self.start, &self.post, &self.stop, &self.after_stop];
        groups.into_iter().chain([&self.reload]).flatten()
    }
}
