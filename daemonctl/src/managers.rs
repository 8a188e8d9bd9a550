//! The service managers that a command speaks with, and the services that its words mean.

use host::{ManagerKind, ServiceManager};

use crate::context::Context;
use crate::failure::Failure;

/// Options of all commands that speak with managers.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ManagerOptions {
    /// Speak with this manager, whatever runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager")]
    pub manager: Option<Which>,
    /// Speak with the calling user's own manager.
    #[arg(long, conflicts_with = "manager", help_heading = "Manager")]
    pub user: bool,
}

/// A manager as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Which {
    /// systemd, of the machine.
    Systemd,
    /// OpenRC.
    Openrc,
    /// SysV init scripts.
    Sysv,
}

/// The managers that were found or asked for, in the order of [`host::managers`].
pub struct Managers {
    /// At least one.
    pub all: Vec<Box<dyn ServiceManager>>,
}

/// A service that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Index into [`Managers::all`].
    pub manager: usize,
    /// By its manager's own name.
    pub name: String,
}

impl Managers {
    /// Finds the managers to speak with.
    ///
    /// # Errors
    /// There is none.
    pub fn open(context: &Context, options: &ManagerOptions) -> Result<Managers, Failure> {
        let asked = host::Options::default();
        let root = &context.common.system_root;
        let mut all = match options.manager {
            None => host::managers(root, &asked),
            Some(Which::Systemd) => {
                vec![Box::new(host::Systemd::system(root, asked.timeout)) as Box<dyn ServiceManager>]
            }
            Some(Which::Openrc) => vec![Box::new(host::OpenRc::new(root)) as _],
            Some(Which::Sysv) => vec![Box::new(host::SysV::new(root)) as _],
        };
        if options.user {
            all.retain(|manager| manager.kind() == ManagerKind::SystemdUser);
        }
        match all.is_empty() {
            false => Ok(Managers { all }),
            true => Err(Failure::failed("no service manager runs here").hint(
                "daemonctl detach runs a program as a daemon without one; --manager KIND speaks with \
                 one that was not noticed",
            )),
        }
    }

    /// The manager of a service that was chosen.
    pub fn of(&self, chosen: &Chosen) -> Option<&dyn ServiceManager> {
        self.all.get(chosen.manager).map(Box::as_ref)
    }
}
