//! A service in nobody's language.

use std::collections::BTreeMap;

use crate::{
    Command, Dependency, Directory, EnvironmentFile, Level, Limit, Link, Lost, Native, Output,
    PathCondition, Place, Readiness, Restart, Schedule,
};

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
