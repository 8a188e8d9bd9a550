//! What a definition is made of.

use crate::Place;

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
