//! What was seen.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

pub use crate::names::Capability;

/// How often a system call was made, and how that ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// So often it worked.
    pub worked: u64,
    /// So often it failed, by the error's number (errno(3)).
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

/// What was done with a path, and worked.
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// Its path; of a script that of the interpreter.
    pub path: String,
    /// Its file takes another user or group, or has capabilities: execve(2).
    pub gains_privileges: bool,
}

/// An address of a socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// An address and a port.
    Ip(SocketAddr),
    /// A path of the file system, as the process gave it.
    Path(String),
    /// A name in the abstract namespace of unix(7).
    Abstract(String),
    /// Anything else, by its family's name.
    Other(String),
}

/// Something that was done which sandboxes can forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// Memory that can be written and run, or that was written and is made to run.
    WritableCode,
    /// Another execution domain: personality(2).
    Personality,
    /// A scheduling policy of real time: sched(7).
    Realtime,
    /// A file or directory with the set-user-ID or set-group-ID bit.
    SetIdFile,
    /// A namespace made or entered, the kind in the evidence: namespaces(7).
    Namespace,
    /// The clock set or steered.
    Clock,
    /// The host's name changed.
    Hostname,
    /// A kernel module loaded or unloaded, or looked for.
    Module,
    /// The kernel's log read.
    KernelLog,
    /// A mount, or another root.
    Mount,
    /// Files below /proc of processes that are not the service's.
    OthersProc,
    /// Files of /proc that are not about processes.
    ProcBeside,
    /// The keyring: keyrings(7).
    Keyring,
    /// Objects of System V or POSIX IPC.
    Ipc,
    /// Messages to the kernel's audit.
    Audit,
    /// A process took the user of a person (uid 1000 and above).
    Login,
}

/// All that was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// For so long, in seconds.
    pub seconds: f64,
    /// So many processes were watched.
    pub processes: u32,
    /// Programs came through [`crate::gate`]: their start was seen from the first call.
    pub starts_seen: u32,
    /// Processes that could not be watched, and why.
    pub missed: BTreeMap<u32, String>,
    /// System calls of the machine's own architecture, by name.
    pub calls: BTreeMap<String, Use>,
    /// Architectures of other system calls: `x86`, `x32`, `arm`, and how many there were.
    pub foreign_calls: BTreeMap<String, u64>,
    /// Paths as the processes see them, and what was done with them.
    pub files: BTreeMap<String, FileUse>,
    /// Paths were left out (only their directories are in), since there were too many.
    pub files_folded: bool,
    /// Programs that were run.
    pub programs: BTreeSet<Program>,
    /// Families of sockets: `AF_UNIX`, with what for.
    pub families: BTreeMap<String, String>,
    /// Addresses that were bound.
    pub bound: BTreeSet<Address>,
    /// Addresses that were connected or sent to, or came from.
    pub peers: BTreeSet<Address>,
    /// Capabilities that calls needed which worked, with what for (a few for each).
    pub capabilities: BTreeMap<Capability, BTreeSet<String>>,
    /// Effective capabilities of the processes, all together, as a mask.
    pub effective: u64,
    /// Ambient capabilities, the same.
    pub ambient: u64,
    /// Effective uids of the processes.
    pub uids: BTreeSet<u32>,
    /// Modes of what was made, all together; `None`: nothing was made.
    pub created_modes: Option<u32>,
    /// What else was done, with the evidence (a few for each).
    pub things: BTreeMap<Thing, BTreeSet<String>>,
}
