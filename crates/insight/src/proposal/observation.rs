//! What was seen.

use std::collections::{BTreeMap, BTreeSet};

/// How often something was done, and how that ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// So often it worked.
    pub worked: u64,
    /// So often it failed, by the error's number.
    pub failed: BTreeMap<i32, u64>,
}

/// A device that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Device {
    /// A block device; else a character device.
    pub is_block: bool,
    /// Its major number.
    pub major: u32,
    /// Its minor number.
    pub minor: u32,
}

/// What was done with a path, successfully.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileUse {
    /// Opened for reading, or looked at.
    pub read: bool,
    /// Opened for writing.
    pub written: bool,
    /// Its entry was made, removed or renamed.
    pub changed: bool,
    /// Its owner, modes or times were changed.
    pub attributes: bool,
    /// Run, or mapped as code.
    pub executed: bool,
    /// It is a directory.
    pub is_directory: bool,
    /// It is a device.
    pub device: Option<Device>,
}

/// A program that was run.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProgramRun {
    /// Its path.
    pub path: String,
    /// It takes another user or group, or has capabilities of its own: `no_new_privs` would take that away.
    pub gains_privileges: bool,
}

/// An address of a socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// An address and a port.
    Ip(std::net::SocketAddr),
    /// A path of the file system.
    Path(String),
    /// A name in the abstract namespace.
    Abstract(String),
    /// Anything else, by its family's name.
    Other(String),
}

/// A way in: an address that it has bound.
pub type Listening = BTreeSet<Address>;

/// All that was seen of a service while it was observed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// For so long, in seconds.
    pub seconds: f64,
    /// Its start was seen.
    pub start_seen: bool,
    /// Its stop was seen.
    pub stop_seen: bool,
    /// System calls by name.
    pub calls: BTreeMap<String, Use>,
    /// Architectures of system calls other than the machine's own: `x86`, `x32`, `arm`.
    pub foreign_architectures: BTreeSet<String>,
    /// Paths, as the service sees them.
    pub files: BTreeMap<String, FileUse>,
    /// Programs that it ran.
    pub programs: BTreeSet<ProgramRun>,
    /// Families of sockets: `AF_UNIX`, with what for.
    pub families: BTreeMap<String, String>,
    /// Addresses that were bound.
    pub bound: Listening,
    /// Addresses that it connected to or sent to, or was connected from.
    pub peers: BTreeSet<Address>,
    /// Capabilities that calls needed which worked: `CAP_CHOWN`, with what for.
    pub capabilities: BTreeMap<String, BTreeSet<String>>,
    /// Effective capabilities of its processes, as a mask, all together.
    pub effective: u64,
    /// Ambient capabilities of its processes, as a mask, all together.
    pub ambient: u64,
    /// Users that its processes run as (effective uid).
    pub uids: BTreeSet<u32>,
    /// Modes of the files that it made, all together; `None`: it made none.
    pub created_modes: Option<u32>,
    /// Other things that one setting or another takes away: each a word (see [`super::Fact`]), with the evidence.
    pub facts: BTreeMap<super::Fact, BTreeSet<String>>,
}

/// What holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// `nginx.service`.
    pub name: String,
    /// Settings of `[Service]` as written, in order, all of them.
    pub settings: Vec<(String, String)>,
    /// systemd's version, where known: settings that are newer are not proposed.
    pub version: Option<u32>,
}

impl Current {
    /// The last assignment of a setting.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.settings.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// It is a boolean that says yes.
    pub fn is_on(&self, key: &str) -> bool {
        let value = self.value(key).unwrap_or("").to_ascii_lowercase();
        matches!(value.as_str(), "1" | "yes" | "y" | "true" | "t" | "on")
    }

    /// Another user than root runs it from its first call on.
    pub fn has_own_user(&self) -> bool {
        let user = self.value("User").unwrap_or("");
        self.is_on("DynamicUser") || !matches!(user, "" | "root" | "0")
    }
}

impl Observation {
    /// That was seen.
    pub fn did(&self, fact: super::Fact) -> bool {
        self.facts.contains_key(&fact)
    }

    /// A sentence's worth of what was seen of it.
    pub fn evidence(&self, fact: super::Fact) -> String {
        let all = self.facts.get(&fact).into_iter().flatten();
        all.take(2).cloned().collect::<Vec<_>>().join(", ")
    }

    /// Paths below a directory that were used.
    pub fn below<'o>(&'o self, directory: &'o str) -> impl Iterator<Item = (&'o str, &'o FileUse)> {
        let is_below = move |path: &str| {
            path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
        };
        self.files
            .iter()
            .filter(move |(path, _)| is_below(path))
            .map(|(path, file)| (path.as_str(), file))
    }
}

impl FileUse {
    /// A file system that is read-only would have refused something.
    pub fn is_write(&self) -> bool {
        self.device.is_none() && (self.written || self.changed || self.attributes)
    }
}
