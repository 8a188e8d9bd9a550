//! Boxes: a small Debian each, booted with a real init system in namespaces of its own.
//!
//! [`boot`] gives a running [`Machine`]; [`Plan`] does the same with files put in before the init
//! starts. A box is gone when its `Machine` is dropped, and also when the process that holds it is
//! killed: a guardian outside waits for the end of a pipe, kills the box's outermost process
//! namespace and removes its control group. The tree of a box is an overlay whose upper half is a
//! tmpfs in a private mount namespace, so nothing is left on disk and nothing is mounted where the
//! machine could see it.
//!
//! A box has its own network (only `lo`), its own control group subtree and no `CAP_SYS_TIME`: it
//! can't set the machine's clock.

mod enter;
mod error;
mod find;
mod machine;
mod ready;
mod seed;
mod terminal;
mod tree;

pub use enter::{Output, Running};
pub use error::Error;
pub use machine::Machine;
pub use terminal::Terminal;

use seed::Seed;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a box boots with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// systemd on the unified hierarchy, without `libpam-systemd`: logins stay in the control
    /// group of sshd, as on many servers.
    Systemd,
    /// systemd with `libpam-systemd` and user buses: a login has a session scope and a user
    /// manager.
    SystemdLogind,
    /// sysvinit as pid 1 that runs OpenRC.
    OpenRc,
    /// sysvinit as pid 1 that runs the LSB scripts of `/etc/init.d`.
    Sysv,
    /// No init: pid 1 is the program that the [`Plan`] names (`sleep infinity` by default), as in
    /// a container.
    Bare,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: [Self; 5] =
        [Self::Systemd, Self::SystemdLogind, Self::OpenRc, Self::Sysv, Self::Bare];

    /// The kind's name as the command line of the example spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::SystemdLogind => "systemd-logind",
            Self::OpenRc => "openrc",
            Self::Sysv => "sysv",
            Self::Bare => "bare",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether systemd-nspawn boots it; the others are booted by unshare(1) and pivot_root(8).
    const fn by_nspawn(self) -> bool {
        matches!(self, Self::Systemd | Self::SystemdLogind)
    }
}

/// A box that is to be booted.
#[derive(Debug)]
pub struct Plan {
    kind: Kind,
    has_servers: bool,
    init: Vec<String>,
    timeout: Duration,
    seed: Seed,
}

impl Plan {
    /// A box of that kind, as it comes.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let init = match kind {
            Kind::Bare => vec!["sleep".to_owned(), "infinity".to_owned()],
            _ => vec!["/sbin/init".to_owned()],
        };
        Self {
            kind,
            has_servers: false,
            init,
            timeout: Duration::from_secs(90),
            seed: Seed::default(),
        }
    }

    /// The program that is pid 1 of a [`Kind::Bare`] box. Other kinds have their own.
    #[must_use]
    pub fn init(mut self, program: &[&str]) -> Self {
        if self.kind == Kind::Bare {
            self.init = program.iter().map(|word| (*word).to_owned()).collect();
        }
        self
    }

    /// On a tree with more servers, all of them enabled: besides nginx (port 80), sshd, cron,
    /// rsyslog and redis also apache (8080), haproxy (8000), MariaDB and PostgreSQL.
    #[must_use]
    pub const fn servers(mut self) -> Self {
        self.has_servers = true;
        self
    }

    /// How long the boot may take; 90 seconds unless told.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A file that is there before the init starts, with the permissions `mode`.
    #[must_use]
    pub fn file(
        mut self,
        path: impl Into<PathBuf>,
        mode: u32,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        self.seed.file(path.into(), mode, content.into());
        self
    }

    /// A symbolic link that is there before the init starts.
    #[must_use]
    pub fn link(mut self, path: impl Into<PathBuf>, target: impl Into<PathBuf>) -> Self {
        self.seed.link(path.into(), target.into());
        self
    }

    /// A copy of a file of the machine, executable where that is.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn put(mut self, from: &Path, to: impl Into<PathBuf>) -> Result<Self, Error> {
        self.seed.put(from, to.into())?;
        Ok(self)
    }

    /// Boots it and waits until its init says that everything is up.
    ///
    /// # Errors
    /// When the tree can't be built or the init does not come up in time; the error has the
    /// console's log.
    pub fn boot(self) -> Result<Machine, Error> {
        Machine::boot(&self)
    }
}

/// Boots a box of that kind, as it comes.
///
/// # Errors
/// As [`Plan::boot`].
pub fn boot(kind: Kind) -> Result<Machine, Error> {
    Plan::new(kind).boot()
}
