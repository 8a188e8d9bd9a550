//! Which process a script's daemon is: by its pid file, else by its program.

use std::path::PathBuf;

use crate::proc::{Known, PidFile, Processes};
use crate::script::Script;
use crate::service::{Reason, Service};

/// What the pid files and processes of a script come to.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// This one's process runs.
    Alive(u32),
    /// No pid file tells of it, and this process runs its program. A pid file that names another
    /// process is `stale`.
    ByProgram { pid: u32, stale: Option<(PathBuf, u32)> },
    /// This one is there, and its process is not.
    Dead { path: PathBuf, pid: u32, taken_by: Option<String> },
    /// It is there and can't be read, or names no pid.
    Unclear { path: PathBuf, detail: String },
    /// It is there, and its process can't be seen from here.
    Hidden { path: PathBuf, pid: u32 },
    /// None is there. `certain`: nor does any process run its program.
    None { certain: bool },
}

impl Processes {
    /// Looks at the pid files that a script names, else at those that are usual for its name, else
    /// for a process of its program, where `is_own` says that it is no other script's too.
    pub(crate) fn find(&self, script: &Script, is_own: &dyn Fn() -> bool) -> Found {
        let found = self.by_pid_file(script);
        let stale = match &found {
            Found::Dead { path, pid, .. } => Some((path.clone(), *pid)),
            Found::None { .. } | Found::Unclear { .. } => None,
            Found::Alive(_) | Found::ByProgram { .. } | Found::Hidden { .. } => return found,
        };
        if script.daemon_paths.is_empty() {
            return found;
        }
        let nothing_runs = self.any_runs(&script.daemon_paths) == Some(false);
        // Whose a program is takes reading other scripts: where no process runs one, it does not matter.
        if !nothing_runs && !is_own() {
            return found;
        }
        // What the script starts may only be what controls the daemon.
        let below = || {
            let below = self.running_below(&script.mentions);
            (!below.is_empty() && (!nothing_runs || is_own())).then(|| self.daemon_of(&below))?
        };
        if let Some(pid) = self.daemon_of(&script.daemon_paths).or_else(below) {
            return Found::ByProgram { pid, stale };
        }
        let runner = script.daemon_paths.iter().any(|p| crate::proc::is_runner(p));
        match found {
            Found::None { .. } => Found::None { certain: !runner && nothing_runs },
            other => other,
        }
    }

    fn by_pid_file(&self, script: &Script) -> Found {
        let mut names = script.process_names.clone();
        names.push(script.name.clone());
        let known = Known { programs: &script.daemon_paths, names: &names };
        let mut found = Found::None { certain: false };
        let usual = if script.pid_files.is_empty() && !script.daemon_paths.is_empty() {
            usual_pid_files(script)
        } else {
            Vec::new()
        };
        for path in script.pid_files.iter().chain(&usual) {
            let path = path.clone();
            let next = match self.of_pid_file(&path, known) {
                PidFile::Alive(pid) => return Found::Alive(pid),
                PidFile::Absent => continue,
                PidFile::Dead { pid, taken_by } => Found::Dead { path, pid, taken_by },
                PidFile::Hidden(pid) => Found::Hidden { path, pid },
                PidFile::Unreadable(detail) => Found::Unclear { path, detail },
            };
            if matches!(found, Found::None { .. }) {
                found = next;
            }
        }
        found
    }
}

fn usual_pid_files(script: &Script) -> Vec<PathBuf> {
    let programs = script.daemon_paths.iter().filter_map(|p| p.file_name()?.to_str());
    let mut files = Vec::new();
    for name in std::iter::once(script.name.as_str()).chain(programs) {
        for file in [format!("/run/{name}.pid"), format!("/run/{name}/{name}.pid")] {
            let file = PathBuf::from(file);
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files
}

/// What a script says of itself, for whichever manager runs it.
pub(crate) fn describe(service: &mut Service, script: &Script) {
    if let Some(description) = &script.description {
        service.description.clone_from(description);
    }
    service.definition = Some(script.path.clone());
    service.pid_files.clone_from(&script.pid_files);
}

/// Why a script's daemon has no pid that is known, or none that its pid file tells.
pub(crate) fn no_pid(found: &Found, no_daemon: bool) -> (Reason, String) {
    match found {
        Found::Alive(_) => (Reason::NotApplicable, String::new()),
        Found::ByProgram { pid, stale: None } => {
            (Reason::Unknown, format!("process {pid} runs its program; there is no pid file"))
        }
        Found::ByProgram { pid, stale: Some((path, old)) } => (
            Reason::Unknown,
            format!("process {pid} runs its program; {} names pid {old}", path.display()),
        ),
        Found::Dead { path, pid, taken_by: None } => {
            (Reason::Vanished, format!("{} names pid {pid}, which is gone", path.display()))
        }
        Found::Dead { path, pid, taken_by: Some(other) } => (
            Reason::Vanished,
            format!(
                "{} names pid {pid}, which another process has now: {}",
                path.display(),
                other.escape_debug()
            ),
        ),
        Found::Unclear { path, detail } => {
            (Reason::Unknown, format!("{}: {detail}", path.display()))
        }
        Found::Hidden { path, pid } => (
            Reason::Unknown,
            format!("{}: it names pid {pid}, which cannot be seen from here", path.display()),
        ),
        Found::None { .. } if no_daemon => {
            (Reason::NotApplicable, "its script names neither a daemon nor a pid file".to_owned())
        }
        Found::None { certain: true } => (
            Reason::NotApplicable,
            "there is no pid file, and no process of its program".to_owned(),
        ),
        Found::None { certain: false } => (Reason::Unknown, "there is no pid file".to_owned()),
    }
}
