//! The service managers that a command speaks with, and the services that its words mean.

use std::cell::RefCell;
use std::collections::HashMap;

use bus::BusError;
use host::{HostError, ManagerKind, ServiceManager};

use crate::context::Context;
use crate::failure::Failure;

/// Options of all commands that speak with managers.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ManagerOptions {
    /// Speak with this manager, whatever runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager")]
    pub manager: Option<Which>,
    /// Speak with the calling user's own manager; the same as --manager systemd-user.
    #[arg(long, conflicts_with = "manager", help_heading = "Manager")]
    pub user: bool,
}

/// A manager as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Which {
    /// systemd, of the machine.
    Systemd,
    /// systemd, of the calling user.
    SystemdUser,
    /// OpenRC.
    Openrc,
    /// SysV init scripts.
    Sysv,
}

/// The managers that were found or asked for, in the order of [`host::managers`].
pub struct Managers {
    /// At least one.
    pub all: Vec<Box<dyn ServiceManager>>,
    /// What those said that did not answer in time: they are not waited for again.
    silent: RefCell<HashMap<usize, String>>,
}

/// A service that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chosen {
    /// Index into [`Managers::all`].
    pub manager: usize,
    /// By its manager's own name.
    pub name: String,
}

/// Why a manager told nothing.
#[derive(Debug)]
pub enum Unanswered {
    /// It said why, or could not be reached.
    Error(Box<HostError>),
    /// It did not answer before, and was not asked again: what was said then.
    Silent(String),
}

impl Managers {
    /// Finds the managers to speak with.
    ///
    /// # Errors
    /// There is none.
    pub fn open(context: &Context, options: &ManagerOptions) -> Result<Managers, Failure> {
        let all = Managers::found(context, options);
        match all.is_empty() {
            false => Ok(Managers { all, silent: RefCell::default() }),
            true => Err(none(options)),
        }
    }

    /// These.
    #[cfg(test)]
    pub fn of_all(all: Vec<Box<dyn ServiceManager>>) -> Managers {
        Managers { all, silent: RefCell::default() }
    }

    /// No manager at all: what processes and files tell is all there is.
    pub fn nobody() -> Managers {
        Managers { all: Vec::new(), silent: RefCell::default() }
    }

    /// The same; `None` where no manager runs. One that was asked for by name is always there, but
    /// for a user's own.
    ///
    /// # Errors
    /// The user's own manager was asked for and does not run.
    pub fn open_any(
        context: &Context,
        options: &ManagerOptions,
    ) -> Result<Option<Managers>, Failure> {
        match Managers::open(context, options) {
            Ok(managers) => Ok(Some(managers)),
            Err(failure) if options.user || options.manager.is_some() => Err(failure),
            Err(_) => Ok(None),
        }
    }

    fn found(context: &Context, options: &ManagerOptions) -> Vec<Box<dyn ServiceManager>> {
        let asked = host::Options::default();
        let root = &context.common.system_root;
        match (options.manager, options.user) {
            (None, false) => host::managers(root, &asked),
            (Some(Which::SystemdUser), _) | (None, true) => {
                let dir = asked.user_runtime_dir.filter(|dir| dir.join("systemd/private").exists());
                dir.into_iter()
                    .map(|dir| Box::new(host::Systemd::user(&dir, asked.timeout)) as _)
                    .collect()
            }
            (Some(Which::Systemd), _) => {
                vec![Box::new(host::Systemd::system(root, asked.timeout)) as _]
            }
            (Some(Which::Openrc), _) => vec![Box::new(host::OpenRc::new(root)) as _],
            (Some(Which::Sysv), _) => vec![Box::new(host::SysV::new(root)) as _],
        }
    }

    /// The manager of a service that was chosen.
    pub fn of(&self, chosen: &Chosen) -> Option<&dyn ServiceManager> {
        self.get(chosen.manager)
    }

    /// The manager of that index.
    pub fn get(&self, index: usize) -> Option<&dyn ServiceManager> {
        self.all.get(index).map(Box::as_ref)
    }

    /// Their indices.
    pub fn indices(&self) -> std::ops::Range<usize> {
        0..self.all.len()
    }

    /// The index of the manager of that stable word: `systemd`.
    pub fn called(&self, word: &str) -> Option<usize> {
        self.all.iter().position(|manager| manager.kind().name() == word)
    }

    /// The stable word of a manager.
    pub fn word(&self, index: usize) -> &'static str {
        self.get(index).map_or("", |manager| manager.kind().name())
    }

    /// Their words, as in a sentence: `systemd or systemd-user`.
    pub fn words(&self, joined_by: &str) -> String {
        let words: Vec<&str> = self.indices().map(|index| self.word(index)).collect();
        words.join(joined_by)
    }

    /// Puts a question to a manager, unless it did not answer the one before in time: somebody who
    /// asks for ten services waits once for a manager that hangs.
    ///
    /// # Errors
    /// As the question's, or it was silent before.
    pub fn ask<T>(
        &self,
        index: usize,
        question: impl FnOnce(&dyn ServiceManager) -> Result<T, HostError>,
    ) -> Result<T, Unanswered> {
        if let Some(said) = self.silent.borrow().get(&index) {
            return Err(Unanswered::Silent(said.clone()));
        }
        let Some(manager) = self.get(index) else {
            return Err(Unanswered::Silent("there is no such manager".to_owned()));
        };
        question(manager).map_err(|error| {
            if matches!(&error, HostError::Bus { source: BusError::TimedOut { .. }, .. }) {
                self.silent.borrow_mut().insert(index, error.to_string());
            }
            Unanswered::Error(Box::new(error))
        })
    }
}

/// Whether words of commands on definitions (`cat`, `deps`) mean services of a manager that runs scripts:
/// that manager was asked for or runs the machine, and neither another tree nor a unit file is meant.
pub fn means_scripts(
    context: &Context,
    manager: Option<Which>,
    tree: &crate::unit_tree::TreeOptions,
    what: &[String],
) -> bool {
    let is_unit = |word: &String| crate::resolve::unit_type(word).is_some() && word.contains('/');
    match manager {
        Some(Which::Openrc | Which::Sysv) => true,
        Some(_) => false,
        None if tree.root.is_some() || tree.user || what.iter().any(is_unit) => false,
        None => host::detect(&context.common.system_root)
            .iter()
            .any(|kind| matches!(kind, ManagerKind::OpenRc | ManagerKind::SysV)),
    }
}

/// The option that leaves one manager to speak with: `--user`, `--manager openrc`.
pub fn option_of(kind: ManagerKind) -> String {
    match kind {
        ManagerKind::SystemdUser => "--user".to_owned(),
        kind => format!("--manager {}", kind.name()),
    }
}

fn none(options: &ManagerOptions) -> Failure {
    if options.user || options.manager == Some(Which::SystemdUser) {
        return Failure::failed("no service manager of your own runs here").hint(
            "systemd starts one for each user who logs in, or at boot after: loginctl enable-linger",
        );
    }
    Failure::failed("no service manager runs here").hint(
        "daemonctl detach runs a program as a daemon without one; --manager KIND speaks with \
         one that was not noticed",
    )
}

impl Unanswered {
    /// The manager has no service of that name.
    pub fn is_no_such_service(&self) -> bool {
        matches!(self, Self::Error(error) if matches!(**error, HostError::NoSuchService { .. }))
    }

    /// The caller may not ask; another user might.
    pub fn is_not_permitted(&self) -> bool {
        matches!(self, Self::Error(error) if error.is_not_permitted())
    }

    /// In a word, for notes.
    pub fn why(&self) -> present::Why {
        match self {
            Self::Silent(_) => present::Why::NotMeasured,
            Self::Error(_) if self.is_not_permitted() => present::Why::NotPermitted,
            Self::Error(_) => present::Why::Unknown,
        }
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Silent(said) => f.write_str(said),
        }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Failure {
        Failure::from(Unanswered::Error(Box::new(error)))
    }
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Failure {
        if unanswered.is_no_such_service() {
            return Failure::not_found(&unanswered).hint("`daemonctl list --all` lists them");
        }
        let failure = Failure::failed(&unanswered);
        if unanswered.is_not_permitted() {
            return failure.hint("root may ask it: sudo daemonctl …");
        }
        let Unanswered::Error(error) = &unanswered else { return failure };
        match &**error {
            HostError::Bus { source: BusError::NotThere { .. }, manager } => {
                failure.hint(format_args!("{} does not run here", manager.name()))
            }
            HostError::Bus { source: BusError::TimedOut { .. }, .. } => {
                failure.hint("it is busy or hangs; what its processes show: daemonctl ps")
            }
            _ => failure,
        }
    }
}
