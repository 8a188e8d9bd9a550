//! What should run: a unit file or a script, as far as rules ask.

/// Where something is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: String,
    /// The line, from 1; 0: the file as a whole.
    pub line: u32,
}

/// In which language it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// A unit file.
    #[default]
    Unit,
    /// An OpenRC script.
    OpenRc,
    /// An LSB init script.
    Lsb,
}

/// A setting that holds: `[Service] User=nginx`. Of scripts: variables (`section` is empty).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// `Service`.
    pub section: String,
    /// `User`.
    pub key: String,
    /// As written, specifiers replaced.
    pub value: String,
    /// Where.
    pub place: Place,
}

/// When a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommandRole {
    /// `ExecCondition=`
    Condition,
    /// `ExecStartPre=`
    Before,
    /// `ExecStart=`, the daemon of a script.
    Main,
    /// `ExecStartPost=`
    After,
    /// `ExecReload=`
    Reload,
    /// `ExecStop=`
    Stop,
    /// `ExecStopPost=`
    AfterStop,
}

/// A command of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// When.
    pub role: CommandRole,
    /// The directive's name: `ExecStart`; of scripts the variable: `DAEMON`, `command`.
    pub key: String,
    /// The program, as a path where it is one (found in systemd's search path otherwise, if it is there).
    pub program: String,
    /// Its arguments, without the program; variables of the environment replaced where known.
    pub arguments: Vec<String>,
    /// A failure does not count (`-`).
    pub ignores_failure: bool,
    /// With full privileges (`+`), or without `User=` (`!`, `!!`).
    pub privileged: bool,
    /// Where it is written.
    pub place: Place,
}

/// A directory that the manager makes: `RuntimeDirectory=` and kin, OpenRC's checkpath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedDirectory {
    /// The path.
    pub path: String,
    /// The directive.
    pub key: String,
    /// Where it is written.
    pub place: Place,
}

/// What loading or checking it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// systemd refuses the unit, or the setting, for it.
    pub is_error: bool,
    /// Its stable name, as `daemonctl verify --json` has it.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Option<Place>,
}

/// A definition: what holds after drop-ins and defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// In which language.
    pub language: Language,
    /// Its files: the unit file or script first, then drop-ins, conf.d or default file.
    pub files: Vec<String>,
    /// Every setting as written, in order.
    pub settings: Vec<Setting>,
    /// Commands, in the order in which they are run.
    pub commands: Vec<Command>,
    /// `Type=`, its default filled in: `simple`, `exec`, `forking`, `notify`, `notify-reload`, `dbus`, `oneshot`, `idle`.
    pub service_type: String,
    /// Name or number; `None`: root (of a user's manager: that user).
    pub user: Option<(String, Place)>,
    /// Name or number.
    pub group: Option<(String, Place)>,
    /// `SupplementaryGroups=`.
    pub groups: Vec<(String, Place)>,
    /// `DynamicUser=yes`: the user is made at start.
    pub dynamic_user: bool,
    /// `WorkingDirectory=`: path, and whether it may be missing (`-`).
    pub working_directory: Option<(String, bool, Place)>,
    /// `RootDirectory=`.
    pub root_directory: Option<(String, Place)>,
    /// `EnvironmentFile=`: path, and whether it may be missing.
    pub environment_files: Vec<(String, bool, Place)>,
    /// `PIDFile=` (of scripts: those that it names).
    pub pid_file: Option<(String, Place)>,
    /// Directories that are made at start.
    pub directories: Vec<ManagedDirectory>,
    /// `TimeoutStartUSec` in microseconds; `None`: infinite or unknown.
    pub timeout_start_usec: Option<u64>,
    /// `StartLimitIntervalSec=` in microseconds and `StartLimitBurst=`.
    pub start_limit: Option<(u64, u32)>,
    /// `Restart=`: `no`, `on-failure` …
    pub restart: String,
    /// `RestartSec=` in microseconds.
    pub restart_usec: Option<u64>,
    /// Paths that the unit must have or that it binds: `ReadWritePaths=`, `BindPaths=`, `LoadCredential=` …: key, path,
    /// may be missing, place.
    pub paths: Vec<(String, String, bool, Place)>,
    /// What loading and checking said.
    pub diagnostics: Vec<Diagnostic>,
}

impl Definition {
    /// The last assignment of a setting.
    pub fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.key == key)
    }

    /// The command that is the daemon.
    pub fn main_command(&self) -> Option<&Command> {
        self.commands.iter().find(|command| command.role == CommandRole::Main)
    }
}
