//! Faults: a table of what goes wrong with real daemons, and of what only looks as if.
//!
//! Each [`Case`] breaks a service of a box in one way, as administrators, upgrades and full disks
//! do it, and says what a person who knows the daemon would name as the cause; or it leaves the
//! service well, however bad its log looks, and then nothing may be called an error. The cases
//! stand in the text files of this folder; `prelude.sh` has the words that their scripts use.
//! An [`Arena`] is a box in which case after case is tried and taken back.
//!
//! This module knows nothing of the rules it judges but their names. What is expected is written
//! from the daemons' and the kernel's documentation, never from what was found before.

mod arena;
mod campaign;
mod parse;
mod verdict;

pub use arena::{Arena, Trial};
pub use campaign::{Row, Score, campaign};
pub use verdict::{Answer, First, Verdict, judge};

use crate::boxes::Kind;
use std::fmt;

/// The tables, in the order in which they are tried: a service's cases together.
const TABLES: &[(&str, &str)] = &[
    ("nginx.txt", include_str!("nginx.txt")),
    ("apache.txt", include_str!("apache.txt")),
    ("haproxy.txt", include_str!("haproxy.txt")),
    ("redis.txt", include_str!("redis.txt")),
    ("sshd.txt", include_str!("sshd.txt")),
    ("system.txt", include_str!("system.txt")),
    ("postgresql.txt", include_str!("postgresql.txt")),
    ("mariadb.txt", include_str!("mariadb.txt")),
    ("units.txt", include_str!("units.txt")),
    ("programs.txt", include_str!("programs.txt")),
    ("scripts.txt", include_str!("scripts.txt")),
    ("resources.txt", include_str!("resources.txt")),
    ("healthy.txt", include_str!("healthy.txt")),
    ("misleading.txt", include_str!("misleading.txt")),
    ("unseen.txt", include_str!("unseen.txt")),
];

/// The init system on which a case is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Init {
    /// systemd.
    Systemd,
    /// OpenRC.
    OpenRc,
    /// SysV init.
    Sysv,
}

impl Init {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Systemd, Self::OpenRc, Self::Sysv];

    /// As the tables and the command line spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.kind().name()
    }

    /// The init of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|init| init.name() == name)
    }

    /// The box that it boots.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Systemd => Kind::Systemd,
            Self::OpenRc => Kind::OpenRc,
            Self::Sysv => Kind::Sysv,
        }
    }
}

impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the service must really be when it is asked about, or the case is no case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It should run and does not.
    Broken,
    /// It runs.
    Runs,
    /// It does not run, and should not.
    Rests,
}

/// Something that is done to a service, and what is to be found then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name in reports.
    pub name: String,
    /// Where it can be tried.
    pub on: Vec<Init>,
    /// The service that is looked after: running before, running again afterwards.
    pub service: Option<String>,
    /// What is asked about: the service, unless told.
    pub ask: Option<String>,
    /// Options that it is asked with.
    pub options: Vec<String>,
    /// How the service is then.
    pub state: State,
    /// The rules of which one must be found first; none: nothing may be called an error.
    pub rules: Vec<String>,
    /// What title and sentence of the first finding must name: of each entry one of the words.
    pub words: Vec<Vec<String>>,
    /// The script that does it.
    pub inject: String,
    /// It takes half a minute or more, on an init whose scripts wait.
    pub is_slow: bool,
    /// The script that makes it show: the service is stopped and started, unless told.
    pub provoke: Option<String>,
    /// The script that succeeds if the case is what it is meant to be; unless told, what the init
    /// says of the service must agree with [`Case::state`].
    pub check: Option<String>,
    /// What `clear_away` of the prelude can't know.
    pub undo: String,
}

impl Case {
    /// Whether it is a fault; otherwise it is a control in which nothing is wrong.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The name that its service has on an init.
    #[must_use]
    pub fn service_on(&self, init: Init) -> Option<&str> {
        self.service.as_deref().map(|name| name_on(name, init))
    }

    /// What is asked about on an init.
    #[must_use]
    pub fn ask_on(&self, init: Init) -> &str {
        let asked = self.ask.as_deref().map(|name| name_on(name, init));
        asked.or_else(|| self.service_on(init)).unwrap_or("app")
    }
}

/// PostgreSQL's clusters are services of their own where the init has templates.
fn name_on(name: &str, init: Init) -> &str {
    match (name, init) {
        ("postgresql", Init::Systemd) => "postgresql@15-main",
        _ => name,
    }
}

/// All cases.
///
/// # Errors
/// When a table is malformed: file, line and what is wrong.
pub fn cases() -> Result<Vec<Case>, String> {
    let mut all = Vec::new();
    for (name, text) in TABLES {
        all.extend(parse::table(name, text)?);
    }
    let mut names: Vec<&str> = all.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(twice) => Err(format!("two cases have the name {:?}", twice.first())),
        None => Ok(all),
    }
}

/// The cases of a table that is not among the others.
///
/// # Errors
/// As [`cases`].
pub fn cases_of(name: &str, text: &str) -> Result<Vec<Case>, String> {
    parse::table(name, text)
}
