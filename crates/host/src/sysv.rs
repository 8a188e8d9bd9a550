//! SysV init: scripts in `/etc/init.d`, links to them for each runlevel, and pid files.
//!
//! sysvinit keeps no state of services: what a script started is known only by the pid file that
//! its daemon left. The words are those of `status` in the LSB's "Init Script Actions".

use std::path::{Path, PathBuf};

use crate::HostError;
use crate::proc::{Known, PidFile, Processes};
use crate::script::{Script, ScriptIndex, read_scripts};
use crate::service::{Field, ManagerKind, Reason, Service, ServiceState};
use crate::{
    Ability, Dependency, Done, Installed, Job, Outcome, Refusal, Request, ServiceManager, Verb,
    Watch,
};

/// Scripts that are the machinery of the runlevels, not services.
const MACHINERY: [&str; 8] =
    ["rc", "rcS", "halt", "reboot", "single", "skeleton", "functions", "killprocs"];

/// The services of a machine that sysvinit runs.
#[derive(Clone, Debug)]
pub struct SysV {
    root: PathBuf,
}

impl SysV {
    /// Of the machine whose tree is at `root` (`/` but in tests).
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// As [`ServiceManager::services`], from scripts that were read before.
    pub fn services_of(&self, index: &ScriptIndex) -> Vec<Service> {
        let processes = Processes::new(&self.root);
        let scripts = index.scripts.iter().filter(|s| !MACHINERY.contains(&s.name.as_str()));
        scripts.map(|script| service_of(script, &processes)).collect()
    }

    fn index(&self) -> Result<ScriptIndex, HostError> {
        read_scripts(&self.root).map_err(|(path, source)| HostError::Folder {
            manager: ManagerKind::SysV,
            path,
            source,
        })
    }
}

impl ServiceManager for SysV {
    fn kind(&self) -> ManagerKind {
        ManagerKind::SysV
    }

    fn services(&self) -> Result<Vec<Service>, HostError> {
        Ok(self.services_of(&self.index()?))
    }

    fn service(&self, name: &str) -> Result<Service, HostError> {
        let index = self.index()?;
        let script = index.by_name(name).ok_or_else(|| HostError::NoSuchService {
            manager: ManagerKind::SysV,
            name: name.to_owned(),
        })?;
        Ok(service_of(script, &Processes::new(&self.root)))
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        Ok(Vec::new())
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        Ok(Vec::new())
    }

    fn dependencies(&self, _name: &str, _reverse: bool) -> Result<Vec<Dependency>, HostError> {
        Ok(Vec::new())
    }

    fn ability(&self, _verb: Verb) -> Ability {
        Ability::Can
    }

    fn act(&self, _request: &Request<'_>, _watch: &mut dyn Watch) -> Vec<Outcome> {
        Vec::new()
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        Ok(Done::default())
    }
}

fn service_of(script: &Script, processes: &Processes) -> Service {
    let mut service = Service::new(&script.name, ManagerKind::SysV);
    describe(&mut service, script);
    service.enabled_in = Some(script.runlevels.clone());
    let enabled = script.runlevels.iter().any(|level| level != "0" && level != "6");
    service.enablement = Some(if enabled { "enabled" } else { "disabled" }.to_owned());
    service.lacks(Field::Restarts, Reason::NotApplicable, "SysV init restarts nothing");
    service.lacks(Field::Result, Reason::Unknown, "SysV init keeps no exit status");
    service.lacks(Field::TriggeredBy, Reason::NotApplicable, "SysV init has no triggers");
    service.lacks(
        Field::Since,
        Reason::Unknown,
        "SysV init keeps no times; the main process's start tells",
    );
    judge(&mut service, script, &processes.find(script));
    service
}

/// What a script says of itself, for whichever manager runs it.
pub(crate) fn describe(service: &mut Service, script: &Script) {
    if let Some(description) = &script.description {
        service.description.clone_from(description);
    }
    service.definition = Some(script.path.clone());
    service.pid_files.clone_from(&script.pid_files);
}

/// What the pid files of a script come to.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// This one's process runs.
    Alive(u32),
    /// This one is there, and its process is not.
    Dead { path: PathBuf, pid: u32, taken_by: Option<String> },
    /// It is there, and whether its process runs can't be known.
    Unclear { path: PathBuf, detail: String },
    /// None is there.
    None,
}

impl Processes {
    /// Looks at the pid files that a script names, else at those that are usual for its name.
    pub(crate) fn find(&self, script: &Script) -> Found {
        let mut names = script.process_names.clone();
        names.push(script.name.clone());
        let known = Known { programs: &script.daemon_paths, names: &names };
        let mut found = Found::None;
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
                PidFile::Hidden(pid) => Found::Unclear {
                    path,
                    detail: format!("it names pid {pid}, which cannot be seen from here"),
                },
                PidFile::Unreadable(detail) => Found::Unclear { path, detail },
            };
            if matches!(found, Found::None) {
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

fn judge(service: &mut Service, script: &Script, found: &Found) {
    let no_daemon = script.daemon_paths.is_empty() && script.pid_files.is_empty();
    match found {
        Found::Alive(pid) => {
            service.state = ServiceState::Running;
            service.main_pid = Some(*pid);
            service.native = "running".to_owned();
            return;
        }
        Found::Dead { .. } => {
            service.state = ServiceState::Crashed;
            service.native = "dead but pid file exists".to_owned();
        }
        Found::None if !script.pid_files.is_empty() => {
            service.state = ServiceState::Stopped;
            service.native = "not running".to_owned();
        }
        Found::None | Found::Unclear { .. } => "unknown".clone_into(&mut service.native),
    }
    let (reason, detail) = no_pid(found, no_daemon);
    if service.state == ServiceState::Unknown {
        service.lacks(Field::State, reason, detail.clone());
    }
    service.lacks(Field::MainPid, reason, detail);
}

/// Why a script's daemon has no pid that is known.
pub(crate) fn no_pid(found: &Found, no_daemon: bool) -> (Reason, String) {
    match found {
        Found::Alive(_) => (Reason::NotApplicable, String::new()),
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
        Found::None if no_daemon => {
            (Reason::NotApplicable, "its script names neither a daemon nor a pid file".to_owned())
        }
        Found::None => (Reason::Unknown, "there is no pid file".to_owned()),
    }
}
