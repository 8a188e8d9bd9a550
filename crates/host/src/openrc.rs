//! OpenRC, by the folders that it keeps its state in: `/run/openrc`, and by its scripts.
//!
//! OpenRC writes down what it started, and looks again only when it is asked: a daemon that died
//! stays in `started`. Whether it lives is found out here from the pids that OpenRC, its
//! supervisor or the script left. What is to be done is done by `rc-service` and `rc-update`.
//!
//! Scripts that are not its own (`#!/bin/sh` with an LSB header, most of Debian's) OpenRC runs too.
//! `rc-service` only passes the command on for them and records nothing; OpenRC's own
//! `mark_service_started` and `mark_service_stopped` do, so that `rc-status` and a shutdown know.

mod act;
mod deptree;
mod enable;
mod judge;
mod look;
mod native;
mod records;
mod refusals;
mod runlevels;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::script::{ScriptIndex, Scripts as OneByOne, Source, Unfit, read_scripts, read_source};
use crate::service::{ManagerKind, Service};
use crate::sysv::own_commands;
use crate::tool::Tools;
use crate::{
    Ability, Dependency, Details, Done, HostError, Installed, Job, Outcome, Refusal, Request,
    ServiceManager, Verb, Watch,
};
use deptree::DepTree;
use look::{Look, Scripts};
use runlevels::Runlevels;

/// The services of a machine that OpenRC runs.
#[derive(Clone, Debug)]
pub struct OpenRc {
    root: PathBuf,
    tools: Tools,
    /// The scripts as they were when it was first asked which program is whose.
    scripts: Arc<OneByOne>,
}

/// Scripts in the folder that are no services.
const MACHINERY: [&str; 3] = ["rc", "rcS", "functions.sh"];

impl OpenRc {
    /// Of the machine whose tree is at `root` (`/` but in tests). Tools and scripts are run by
    /// their path there.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            tools: Tools::new(root),
            scripts: Arc::new(OneByOne::new(root)),
        }
    }

    /// As [`ServiceManager::services`], from scripts that were read before.
    ///
    /// # Errors
    /// [`HostError::Folder`].
    pub fn services_of(&self, index: &ScriptIndex) -> Result<Vec<Service>, HostError> {
        let look = Look::take(&self.root, Scripts::Read(index))?;
        let names = look.names(index.scripts.iter().map(|script| script.name.as_str()));
        let one = |name: &String| {
            let script = index.scripts.iter().find(|script| script.name == *name);
            look.service(name, script)
        };
        Ok(names.iter().map(one).collect())
    }

    fn index(&self) -> Result<ScriptIndex, HostError> {
        read_scripts(&self.root).map_err(folder_error)
    }

    /// What OpenRC's folders and the processes tell now.
    fn look(&self) -> Result<Look<'_>, HostError> {
        Look::take(&self.root, Scripts::Later(&self.scripts))
    }

    /// The name that OpenRC itself has for a service, and its script where there is one.
    fn find(&self, name: &str, look: &Look<'_>) -> Result<(String, Option<Source>), HostError> {
        let missing =
            || HostError::NoSuchService { manager: ManagerKind::OpenRc, name: name.to_owned() };
        if MACHINERY.contains(&name) {
            return Err(missing());
        }
        match read_source(&self.root, name) {
            Ok(source) => Ok((name.to_owned(), Some(source))),
            Err(Unfit::Missing) if look.knows(name) => Ok((name.to_owned(), None)),
            Err(Unfit::Missing) => {
                let index = self.index()?;
                let script = index.by_name(name).ok_or_else(missing)?;
                let source = read_source(&self.root, &script.name).map_err(|_| missing())?;
                Ok((script.name.clone(), Some(source)))
            }
            Err(_) if look.knows(name) => Ok((name.to_owned(), None)),
            Err(_) => Err(missing()),
        }
    }

    /// What a service depends on: by OpenRC's own cache, else by what the script declares.
    fn depends(&self, name: &str, source: Option<&Source>, look: &Look<'_>) -> Vec<Dependency> {
        let tree = DepTree::load(&self.root);
        if let Some(depends) = tree.as_ref().and_then(|tree| tree.of(name, look)) {
            return depends;
        }
        match source {
            Some(source) if source.script.is_openrc => {
                let mut depends = source.declared.depends.clone();
                if let Some(tree) = &tree {
                    tree.resolve_all(&mut depends, look);
                }
                depends
            }
            Some(source) => crate::sysv::Names::read(&self.root).of(source),
            None => Vec::new(),
        }
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
        let mut service = self.service_alone(name)?;
        if let Some(details) = &mut service.details {
            details.dependencies = self.dependencies(&service.name, false)?;
        }
        Ok(service)
    }

    fn service_alone(&self, name: &str) -> Result<Service, HostError> {
        let look = self.look()?;
        let (name, source) = self.find(name, &look)?;
        let mut service = look.service(&name, source.as_ref().map(|source| &source.script));
        let mut details = Details {
            condition: look.waits_for(&name).map(|other| format!("it starts when {other} has")),
            ..Details::default()
        };
        if let Some(source) = &source {
            details.configuration.clone_from(&source.settings);
            details.provides.clone_from(&source.script.provides);
            if source.script.is_openrc {
                details.commands.clone_from(&source.declared.commands);
                details.can_reload = Some(details.commands.iter().any(|c| c.name == "reload"));
                details.restart_policy.clone_from(&source.declared.supervisor);
                details.disagreement = look.disagreement(&service);
                let there = source.declared.files.iter().filter(|f| self.tools.at(f).exists());
                details.configuration.extend(there.cloned());
            } else {
                details.commands = own_commands(source);
                details.can_reload = source.commands.has("reload");
                let again = || look.service(&name, Some(&source.script));
                if let Some(lsb) = self.lsb(source, &again) {
                    lsb.complete(&mut service, &mut details);
                }
            }
        }
        service.details = Some(Box::new(details));
        Ok(service)
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        let levels = Runlevels::read(&self.root)?;
        let index = self.index()?;
        let scripts = index.scripts.iter().filter(|s| !MACHINERY.contains(&s.name.as_str()));
        let one = |script: &crate::Script| Installed {
            name: script.name.clone(),
            path: script.path.clone(),
            enablement: levels.enablement(&script.name).to_owned(),
            preset: None,
        };
        Ok(scripts.map(one).collect())
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        let look = self.look()?;
        let scheduled = look.scheduled().into_iter().map(|name| Job {
            id: None,
            name,
            kind: "start".to_owned(),
            state: "waiting".to_owned(),
        });
        let under_way = look.under_way().into_iter().map(|(name, kind)| Job {
            id: None,
            name,
            kind: kind.to_owned(),
            state: "running".to_owned(),
        });
        let mut jobs: Vec<Job> = under_way.chain(scheduled).collect();
        jobs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(jobs)
    }

    fn dependencies(&self, name: &str, reverse: bool) -> Result<Vec<Dependency>, HostError> {
        let look = self.look()?;
        let (name, source) = self.find(name, &look)?;
        if reverse {
            let tree = DepTree::load(&self.root).unwrap_or_default();
            return Ok(tree.on(&name));
        }
        Ok(self.depends(&name, source.as_ref(), &look))
    }

    fn ability(&self, verb: Verb) -> Ability {
        act::ability(verb, None)
    }

    fn act(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome> {
        request.names.iter().map(|name| self.act_on(request, name, watch)).collect()
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        self.update_deptree()
    }
}

/// Sorted and without doubles.
fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    names.filter(|name| !MACHINERY.contains(name)).map(str::to_owned).collect()
}
