//! OpenRC's state folders, read in one go.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::runlevels::Runlevels;
use super::{folder_error, sorted};
use crate::found::describe;
use crate::proc::Processes;
use crate::script::{Script, ScriptIndex, Scripts as OneByOne};
use crate::service::{Field, ManagerKind, Reason, Service, ServiceState};
use crate::{HostError, read};

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

/// The scripts of the machine.
#[derive(Clone, Copy)]
pub(super) enum Scripts<'a> {
    /// They were read before.
    Read(&'a ScriptIndex),
    /// They are read when they are needed.
    Later(&'a OneByOne),
}

/// All that was read in one go.
pub(super) struct Look<'a> {
    pub(super) root: &'a Path,
    pub(super) processes: Processes,
    state_of: BTreeMap<String, &'static str>,
    hotplugged: BTreeSet<String>,
    /// Service → those whose start it waits for.
    scheduled: BTreeMap<String, Vec<String>>,
    runlevels: Runlevels,
    scripts: Scripts<'a>,
}

impl<'a> Look<'a> {
    /// Reads the folders of the machine whose tree is at `root`.
    pub(super) fn take(root: &'a Path, scripts: Scripts<'a>) -> Result<Look<'a>, HostError> {
        let folder = root.join("run/openrc");
        let list = |state: &str| {
            let path = folder.join(state);
            read::names(&path, MOST).map_err(|e| folder_error((path, e)))
        };
        let mut state_of: BTreeMap<String, &'static str> = BTreeMap::new();
        for (state, _) in STATES {
            for name in list(state)? {
                state_of.entry(name).or_insert(state);
            }
        }
        let mut scheduled: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for awaited in list("scheduled")? {
            let path: PathBuf = folder.join("scheduled").join(&awaited);
            for name in read::names(&path, MOST).unwrap_or_default() {
                scheduled.entry(name).or_default().push(awaited.clone());
            }
        }
        Ok(Look {
            root,
            processes: Processes::new(root),
            state_of,
            hotplugged: list("hotplugged")?.into_iter().collect(),
            scheduled,
            runlevels: Runlevels::read(root)?,
            scripts,
        })
    }

    /// Every name that OpenRC has something of, and those of scripts.
    pub(super) fn names<'n>(&'n self, scripts: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
        let states = self.state_of.keys().map(String::as_str);
        sorted(scripts.chain(states).chain(self.runlevels.services()))
    }

    /// OpenRC has something of that name, be it without a script.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.state_of.contains_key(name) || !self.runlevels.linked(name).is_empty()
    }

    /// The folder that it is in: OpenRC's own word for its state.
    pub(super) fn folder(&self, name: &str) -> Option<&'static str> {
        self.state_of.get(name).copied()
    }

    /// Those that OpenRC counts as started.
    pub(super) fn started(&self) -> BTreeSet<String> {
        let started = self.state_of.iter().filter(|(_, state)| **state == "started");
        started.map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn runlevels(&self) -> &Runlevels {
        &self.runlevels
    }

    /// OpenRC's own word against the processes.
    pub(super) fn disagreement(&self, service: &Service) -> Option<String> {
        let counted = self.folder(&service.name) == Some("started");
        let gap = service.gap(Field::MainPid).filter(|_| service.state == ServiceState::Crashed)?;
        counted.then(|| format!("OpenRC counts it as started (not believed); {}", gap.detail))
    }

    /// Those that wait until another has started.
    pub(super) fn scheduled(&self) -> Vec<String> {
        self.scheduled.keys().cloned().collect()
    }

    /// What it waits for.
    pub(super) fn waits_for(&self, name: &str) -> Option<String> {
        self.scheduled.get(name).map(|awaited| awaited.join(", "))
    }

    /// Those that are being started or stopped.
    pub(super) fn under_way(&self) -> Vec<(String, &'static str)> {
        let under_way = self.state_of.iter().filter_map(|(name, state)| match *state {
            "starting" => Some((name.clone(), "start")),
            "stopping" => Some((name.clone(), "stop")),
            _ => None,
        });
        under_way.collect()
    }

    /// No other script starts one of its programs.
    pub(super) fn owns_programs(&self, script: &Script) -> bool {
        let index = match self.scripts {
            Scripts::Read(index) => index,
            Scripts::Later(scripts) => return scripts.owns_programs(script),
        };
        index.owns_programs(script)
    }

    /// A service, with its script where there is one.
    pub(super) fn service(&self, name: &str, script: Option<&Script>) -> Service {
        let mut service = Service::new(name, ManagerKind::OpenRc);
        match script {
            Some(script) => describe(&mut service, script),
            None => service.lacks(
                Field::Definition,
                Reason::Vanished,
                "its script is not in /etc/init.d, or can't be read",
            ),
        }
        service.enabled_in = Some(self.runlevels.of(name));
        service.enablement = Some(self.runlevels.enablement(name).to_owned());
        service.lacks(Field::TriggeredBy, Reason::NotApplicable, "OpenRC has no triggers");
        service.lacks(Field::Result, Reason::Unknown, "OpenRC keeps no exit status");

        let folder = self.folder(name);
        service.native = folder.unwrap_or("stopped").to_owned();
        if self.hotplugged.contains(name) {
            service.native.push_str(" (hotplugged)");
        }
        if let Some(awaited) = self.waits_for(name) {
            service.native = format!("scheduled (starts when {awaited} has)");
        }
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
        self.find_process(&mut service, script);
        service
    }
}
