//! OpenRC, by the folders that it keeps its state in: `/run/openrc`, and by its scripts.
//!
//! OpenRC writes down what it started, and looks again only when it is asked: a daemon that died
//! stays in `started`. Whether it lives is found out here from the pids that OpenRC, its
//! supervisor or the script left.

mod records;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::proc::{Known, Life, PidFile, Processes};
use crate::script::{Script, ScriptIndex, read_scripts};
use crate::service::{Field, ManagerKind, Reason, Service, ServiceState};
use crate::sysv::{Found, describe, no_pid};
use crate::{
    Ability, Dependency, Done, Installed, Job, Outcome, Refusal, Request, ServiceManager, Verb,
    Watch,
};
use crate::{HostError, read};
use records::Records;

/// Most services that are listed.
const MOST: usize = 4096;
/// OpenRC's state folders, the more telling first: a service can be in two while it changes.
const STATES: [(&str, ServiceState); 5] = [
    ("starting", ServiceState::Starting),
    ("stopping", ServiceState::Stopping),
    ("failed", ServiceState::Failed),
    ("inactive", ServiceState::Starting),
    ("started", ServiceState::Running),
];

/// The services of a machine that OpenRC runs.
#[derive(Clone, Debug)]
pub struct OpenRc {
    root: PathBuf,
}

impl OpenRc {
    /// Of the machine whose tree is at `root` (`/` but in tests).
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// As [`ServiceManager::services`], from scripts that were read before.
    ///
    /// # Errors
    /// [`HostError::Folder`].
    pub fn services_of(&self, index: &ScriptIndex) -> Result<Vec<Service>, HostError> {
        let look = self.look(index)?;
        let scripts = index.scripts.iter().map(|s| s.name.as_str());
        let names: BTreeSet<&str> = scripts
            .filter(|name| !matches!(*name, "rc" | "rcS" | "functions.sh"))
            .chain(look.state_of.keys().map(String::as_str))
            .chain(look.runlevels.keys().map(String::as_str))
            .collect();
        Ok(names.into_iter().map(|name| look.service(name)).collect())
    }

    fn index(&self) -> Result<ScriptIndex, HostError> {
        read_scripts(&self.root).map_err(folder_error)
    }

    fn look<'a>(&'a self, index: &'a ScriptIndex) -> Result<Look<'a>, HostError> {
        let folder = self.root.join("run/openrc");
        let mut state_of: BTreeMap<String, &'static str> = BTreeMap::new();
        for (state, _) in STATES {
            let path = folder.join(state);
            for name in read::names(&path, MOST).map_err(|e| folder_error((path, e)))? {
                state_of.entry(name).or_insert(state);
            }
        }
        let mut runlevels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let levels = self.root.join("etc/runlevels");
        for level in read::names(&levels, MOST).map_err(|e| folder_error((levels.clone(), e)))? {
            for name in read::names(&levels.join(&level), MOST).unwrap_or_default() {
                runlevels.entry(name).or_default().insert(level.clone());
            }
        }
        let processes = Processes::new(&self.root);
        Ok(Look { root: &self.root, index, state_of, runlevels, processes })
    }
}

fn folder_error((path, source): (PathBuf, io::Error)) -> HostError {
    HostError::Folder { manager: ManagerKind::OpenRc, path, source }
}

impl ServiceManager for OpenRc {
    fn kind(&self) -> ManagerKind {
        ManagerKind::OpenRc
    }

    fn services(&self) -> Result<Vec<Service>, HostError> {
        self.services_of(&self.index()?)
    }

    fn service(&self, name: &str) -> Result<Service, HostError> {
        let index = self.index()?;
        let look = self.look(&index)?;
        let known = look.state_of.contains_key(name)
            || look.runlevels.contains_key(name)
            || look.index.scripts.iter().any(|s| s.name == name);
        let name = match look.index.by_name(name) {
            _ if known => name,
            Some(script) => script.name.as_str(),
            None => {
                let name = name.to_owned();
                return Err(HostError::NoSuchService { manager: ManagerKind::OpenRc, name });
            }
        };
        Ok(look.service(name))
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

/// All that was read in one go.
struct Look<'a> {
    root: &'a Path,
    index: &'a ScriptIndex,
    state_of: BTreeMap<String, &'static str>,
    runlevels: BTreeMap<String, BTreeSet<String>>,
    processes: Processes,
}

impl Look<'_> {
    fn service(&self, name: &str) -> Service {
        let mut service = Service::new(name, ManagerKind::OpenRc);
        let empty = Script::default();
        let script = self.index.scripts.iter().find(|s| s.name == name);
        if let Some(script) = script {
            describe(&mut service, script);
        } else {
            service.lacks(Field::Definition, Reason::Vanished, "its script is not in /etc/init.d");
        }
        let levels = self.runlevels.get(name);
        service.enabled_in = Some(levels.into_iter().flatten().cloned().collect());
        let enabled = if levels.is_some() { "enabled" } else { "disabled" };
        service.enablement = Some(enabled.to_owned());
        service.lacks(Field::TriggeredBy, Reason::NotApplicable, "OpenRC has no triggers");
        service.lacks(Field::Result, Reason::Unknown, "OpenRC keeps no exit status");

        let folder = self.state_of.get(name).copied();
        service.native = folder.unwrap_or("stopped").to_owned();
        service.state = STATES
            .iter()
            .find(|(word, _)| Some(*word) == folder)
            .map_or(ServiceState::Stopped, |(_, state)| *state);
        match folder {
            Some(folder) => {
                let link = self.root.join("run/openrc").join(folder).join(name);
                service.since_unix_usec = read::changed_unix_usec(&link);
            }
            None => {
                service.lacks(Field::Since, Reason::Unknown, "OpenRC keeps no times of stopping");
            }
        }
        if service.state == ServiceState::Running {
            self.find_process(&mut service, script.unwrap_or(&empty));
        } else {
            service.lacks(Field::MainPid, Reason::NotApplicable, "it is not started");
            service.lacks(Field::Restarts, Reason::NotApplicable, "it is not started");
        }
        service
    }

    /// Of a service that OpenRC counts as started: does it live?
    fn find_process(&self, service: &mut Service, script: &Script) {
        let records = self.records(&service.name);
        service.restarts = records.restarts;
        if !records.supervised {
            service.lacks(
                Field::Restarts,
                Reason::NotApplicable,
                "OpenRC restarts only what supervise-daemon watches",
            );
        }
        for (path, _) in &records.pid_files {
            if !service.pid_files.contains(path) {
                service.pid_files.push(path.clone());
            }
        }
        if records.supervised {
            self.judge_supervised(service, &records);
        } else if records.pid_files.is_empty() {
            self.judge_by_script(service, script);
        } else {
            self.judge_recorded(service, &records);
        }
    }

    /// supervise-daemon runs, and tells its child's pid.
    fn judge_supervised(&self, service: &mut Service, records: &Records) {
        let supervisor = ["supervise-daemon".to_owned()];
        let known = Known { programs: &[], names: &supervisor };
        let supervised = records
            .pid_files
            .iter()
            .any(|(path, _)| matches!(self.processes.of_pid_file(path, known), PidFile::Alive(_)));
        let child = records.child.map(|pid| (pid, self.processes.look(pid)));
        match child {
            Some((pid, Life::Alive(_))) => {
                service.main_pid = Some(pid);
                service.since_unix_usec = records.started_unix_usec.or(service.since_unix_usec);
                if !supervised {
                    service.native.push_str(" (unsupervised: its supervisor is gone)");
                }
            }
            Some((_, Life::Dead)) | None if supervised => {
                service.state = ServiceState::Crashed;
                service.native.push_str(" (waits to be restarted)");
                service.lacks(Field::MainPid, Reason::Vanished, "its process ended");
            }
            Some((_, Life::Unknown)) => {
                service.state = ServiceState::Unknown;
                let detail = "its process cannot be seen from here";
                service.lacks(Field::State, Reason::NotPermitted, detail);
                service.lacks(Field::MainPid, Reason::NotPermitted, detail);
            }
            _ => {
                service.state = ServiceState::Crashed;
                "crashed".clone_into(&mut service.native);
                let detail = "both its process and its supervisor are gone";
                service.lacks(Field::MainPid, Reason::Vanished, detail);
            }
        }
    }

    /// OpenRC itself recorded where the pid stands: no live pid there is a crash.
    fn judge_recorded(&self, service: &mut Service, records: &Records) {
        let names = [service.name.clone()];
        let mut found = Found::None;
        for (path, program) in &records.pid_files {
            let known = Known { programs: program.as_slice(), names: &names };
            let path = path.clone();
            found = match self.processes.of_pid_file(&path, known) {
                PidFile::Alive(pid) => {
                    service.main_pid = Some(pid);
                    return;
                }
                PidFile::Absent => continue,
                PidFile::Dead { pid, taken_by } => Found::Dead { path, pid, taken_by },
                PidFile::Hidden(pid) => {
                    Found::Unclear { path, detail: format!("pid {pid} cannot be seen from here") }
                }
                PidFile::Unreadable(detail) => Found::Unclear { path, detail },
            };
        }
        let (reason, detail) = no_pid(&found, false);
        if let Found::Unclear { .. } = found {
            service.state = ServiceState::Unknown;
            service.lacks(Field::State, reason, detail.clone());
        } else {
            service.state = ServiceState::Crashed;
            "crashed".clone_into(&mut service.native);
        }
        service.lacks(Field::MainPid, reason, detail);
    }

    /// OpenRC recorded no daemon: an LSB script, or one that starts none.
    fn judge_by_script(&self, service: &mut Service, script: &Script) {
        let found = self.processes.find(script);
        let no_daemon = script.daemon_paths.is_empty() && script.pid_files.is_empty();
        match &found {
            Found::Alive(pid) => {
                service.main_pid = Some(*pid);
                return;
            }
            Found::Dead { .. } => {
                service.state = ServiceState::Crashed;
                "crashed".clone_into(&mut service.native);
            }
            Found::None if no_daemon => service.state = ServiceState::Exited,
            Found::None | Found::Unclear { .. } => {
                service.state = ServiceState::Unknown;
                service.lacks(
                    Field::State,
                    Reason::Unknown,
                    "OpenRC started it, and nothing tells which process is its daemon",
                );
            }
        }
        let (reason, detail) = no_pid(&found, no_daemon);
        service.lacks(Field::MainPid, reason, detail);
    }
}
