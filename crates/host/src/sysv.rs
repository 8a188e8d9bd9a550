//! SysV init: scripts in `/etc/init.d`, links to them for each runlevel, and pid files.
//!
//! sysvinit keeps no state of services: what a script started is known by the pid file that its
//! daemon left, by its process, and, when one service is asked for, by the script's own `status`.
//! The words are those of `status` in the LSB's "Init Script Actions".

mod act;
mod depends;
mod enable;
mod state;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::proc::Processes;
use crate::script::{ScriptIndex, Scripts, Source, Unfit, read_scripts, read_source};
use crate::service::{ManagerKind, Service};
use crate::tool::Tools;
use crate::{
    Ability, CustomCommand, Dependency, Details, Done, HostError, Installed, Job, Outcome, Refusal,
    Request, ServiceManager, Verb, Watch,
};
pub(crate) use depends::Names;

/// Scripts that are the machinery of the runlevels, not services.
const MACHINERY: [&str; 8] =
    ["rc", "rcS", "halt", "reboot", "single", "skeleton", "functions", "killprocs"];

/// The services of a machine that sysvinit runs.
#[derive(Clone, Debug)]
pub struct SysV {
    root: PathBuf,
    tools: Tools,
    /// The scripts as they were when it was first asked which program is whose.
    scripts: Arc<Scripts>,
    /// Likewise, who provides what.
    names: OnceLock<depends::Names>,
}

impl SysV {
    /// Of the machine whose tree is at `root` (`/` but in tests). Tools and scripts are run by
    /// their path there.
    pub fn new(root: &Path) -> Self {
        let (scripts, names) = (Arc::new(Scripts::new(root)), OnceLock::new());
        Self { root: root.to_owned(), tools: Tools::new(root), scripts, names }
    }

    /// As [`ServiceManager::services`], from scripts that were read before.
    pub fn services_of(&self, index: &ScriptIndex) -> Vec<Service> {
        let processes = Processes::new(&self.root);
        let scripts = index.scripts.iter().filter(|s| !MACHINERY.contains(&s.name.as_str()));
        scripts
            .map(|script| state::of(script, &processes, &|| index.owns_programs(script)))
            .collect()
    }

    fn index(&self) -> Result<ScriptIndex, HostError> {
        read_scripts(&self.root).map_err(|(path, source)| HostError::Folder {
            manager: ManagerKind::SysV,
            path,
            source,
        })
    }

    /// The script of that name, or that provides it.
    fn source(&self, name: &str) -> Result<Source, HostError> {
        let missing =
            || HostError::NoSuchService { manager: ManagerKind::SysV, name: name.to_owned() };
        match read_source(&self.root, name) {
            Ok(source) => Ok(source),
            Err(Unfit::Missing) => {
                let index = self.index()?;
                let script = index.by_name(name).ok_or_else(missing)?;
                read_source(&self.root, &script.name).map_err(|_| missing())
            }
            Err(_) => Err(missing()),
        }
    }

    fn names(&self) -> &depends::Names {
        self.names.get_or_init(|| depends::Names::read(&self.root))
    }

    /// Its state as far as it is known without running its script.
    fn look(&self, source: &Source) -> Service {
        let is_own = || self.scripts.owns_programs(&source.script);
        state::of(&source.script, &Processes::new(&self.root), &is_own)
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
        let mut service = self.service_alone(name)?;
        let source = self.source(&service.name)?;
        if let Some(details) = &mut service.details {
            details.dependencies = self.names().of(&source);
        }
        Ok(service)
    }

    fn service_alone(&self, name: &str) -> Result<Service, HostError> {
        let source = self.source(name)?;
        let mut service = self.look(&source);
        let mut details = Details {
            configuration: source.settings.clone(),
            provides: source.script.provides.clone(),
            can_reload: source.commands.has("reload"),
            commands: own_commands(&source),
            ..Details::default()
        };
        self.lsb(&source, &|| self.look(&source)).complete(&mut service, &mut details);
        service.details = Some(Box::new(details));
        Ok(service)
    }

    fn installed(&self) -> Result<Vec<Installed>, HostError> {
        let index = self.index()?;
        let scripts = index.scripts.iter().filter(|s| !MACHINERY.contains(&s.name.as_str()));
        let one = |script: &crate::Script| Installed {
            name: script.name.clone(),
            path: script.path.clone(),
            enablement: state::enablement(script).to_owned(),
            preset: None,
        };
        Ok(scripts.map(one).collect())
    }

    fn jobs(&self) -> Result<Vec<Job>, HostError> {
        Ok(Vec::new())
    }

    fn dependencies(&self, name: &str, reverse: bool) -> Result<Vec<Dependency>, HostError> {
        let source = self.source(name)?;
        Ok(if reverse { self.names().on(&source) } else { self.names().of(&source) })
    }

    fn ability(&self, verb: Verb) -> Ability {
        act::ability(verb, None)
    }

    fn act(&self, request: &Request<'_>, watch: &mut dyn Watch) -> Vec<Outcome> {
        request.names.iter().map(|name| self.act_on(request, name, watch)).collect()
    }

    fn reload_definitions(&self) -> Result<Done, Refusal> {
        let note = "SysV init reads a script each time that it runs it: there is nothing to reload";
        Ok(Done { nothing_to_do: true, notes: vec![note.to_owned()], ..Done::default() })
    }
}

/// The commands that a script has besides those that a verb stands for.
pub(crate) fn own_commands(source: &Source) -> Vec<CustomCommand> {
    let usual = [
        "start",
        "stop",
        "restart",
        "try-restart",
        "condrestart",
        "conditionalrestart",
        "reload",
        "force-reload",
        "status",
    ];
    let own = source.commands.names.iter().filter(|name| !usual.contains(&name.as_str()));
    own.map(|name| CustomCommand {
        name: name.clone(),
        description: None,
        only_started: false,
        only_stopped: false,
    })
    .collect()
}
