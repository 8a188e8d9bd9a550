//! What was looked up by name: paths, accounts, programs, listeners.

use std::collections::BTreeMap;

use super::Seen;

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A socket.
    Socket,
    /// A FIFO.
    Fifo,
    /// A device.
    Device,
}

/// Whom an ACL's entry is about (acl(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AclTag {
    /// A user of that uid.
    User(u32),
    /// A group of that gid.
    Group(u32),
    /// The owning group.
    OwningGroup,
    /// The mask.
    Mask,
}

/// An entry of an ACL beyond the mode's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AclEntry {
    /// Whom.
    pub tag: AclTag,
    /// Read 4, write 2, execute 1.
    pub bits: u8,
}

/// What stat(2) says of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, with set-user-id and sticky: the low 12 bits of `st_mode`.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// In bytes.
    pub size_bytes: u64,
    /// In microseconds since 1970.
    pub modified_usec: u64,
    /// Beyond the mode; empty: none.
    pub acl: Vec<AclEntry>,
    /// Immutable or append-only (chattr(1)).
    pub immutable: bool,
}

/// One name on the way to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The path up to here, links of earlier names resolved.
    pub path: String,
    /// What it is; `Absent`: there is nothing of that name.
    pub entry: Seen<Entry>,
    /// Where it leads, if it is a link.
    pub link: Option<String>,
}

/// A path, name by name from `/`, links followed (path_resolution(7)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathFact {
    /// As it was asked for.
    pub path: String,
    /// The names on the way; the last one is what is there, or the first that is missing.
    pub steps: Vec<Step>,
    /// Too many links (ELOOP).
    pub is_loop: bool,
}

impl PathFact {
    /// What is at the end, links followed; `None`: nothing, or it can't be seen.
    pub fn target(&self) -> Option<&Entry> {
        let last = self.steps.last()?;
        last.entry.known().filter(|entry| entry.kind != FileKind::Link)
    }

    /// The first name that is not there.
    pub fn missing(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.entry == Seen::Absent)
    }
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: u32,
    /// Its primary group.
    pub gid: u32,
    /// All its groups.
    pub groups: Vec<u32>,
    /// Its home.
    pub home: String,
    /// Its shell.
    pub shell: String,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its gid.
    pub gid: u32,
}

/// What a program's file is: its first bytes, and of ELF files what they ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// As it was asked for.
    pub path: String,
    /// `elf`, `script`, `empty`, `other`.
    pub format: String,
    /// ELF: its machine as uname(2) calls it: `x86_64`, `aarch64`, `i686`; unknown ones as a number.
    pub architecture: Option<String>,
    /// This machine can run it: its own architecture, one that the kernel supports besides, or binfmt_misc has it.
    pub runs_here: bool,
    /// ELF: the loader (`PT_INTERP`); script: the interpreter.
    pub interpreter: Option<String>,
    /// Script: the argument of the interpreter.
    pub interpreter_argument: Option<String>,
    /// Script: its first line ends with a carriage return (CRLF).
    pub has_crlf: bool,
    /// Libraries it needs that are nowhere: (library, who needs it). Found by following `DT_NEEDED` as ld.so(8) does.
    pub missing_libraries: Vec<(String, String)>,
    /// Symbols' versions that a library does not have: (library, version): `GLIBC_2.38`.
    pub missing_versions: Vec<(String, String)>,
    /// The interpreter's path is in `Lookups::paths` too.
    pub file_capabilities: Option<u64>,
    /// It is truncated or otherwise no program that the kernel takes, in a sentence.
    pub damage: Option<String>,
}

/// Who holds a socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its pid.
    pub pid: u32,
    /// The program's name.
    pub name: String,
    /// Its command line.
    pub command: String,
    /// The service that it belongs to.
    pub service: Option<String>,
}

/// A listening or bound socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// `tcp`, `udp`, `unix`.
    pub protocol: &'static str,
    /// The address; `None` for Unix sockets.
    pub address: Option<std::net::SocketAddr>,
    /// It takes IPv4 as well (a `::` socket without `IPV6_V6ONLY`).
    pub is_dual: bool,
    /// The path of a Unix socket; abstract names begin with `@`.
    pub path: Option<String>,
    /// Who holds it; empty: not permitted to see, or the kernel.
    pub holders: Vec<Holder>,
    /// Connections that wait to be accepted, and the limit (`Recv-Q`, `Send-Q` of ss(8)).
    pub queue: Option<(u32, u32)>,
    /// The network namespace is another than ours: its inode.
    pub namespace: Option<u64>,
}

/// What was looked up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lookups {
    /// Paths.
    pub paths: BTreeMap<String, PathFact>,
    /// Users by name (or number as text); `Absent`: there is none.
    pub users: BTreeMap<String, Seen<Account>>,
    /// Groups by name (or number as text).
    pub groups: BTreeMap<String, Seen<Group>>,
    /// Programs by path.
    pub programs: BTreeMap<String, Program>,
    /// Everything that listens.
    pub listeners: Seen<Vec<Listener>>,
    /// Names of hosts that were looked up (in /etc/hosts only; the network is never asked): `Absent`, or addresses.
    pub hosts: BTreeMap<String, Seen<Vec<std::net::IpAddr>>>,
    /// Packages that would bring a file: path or library → package names, where a local database tells.
    pub packages: BTreeMap<String, Vec<String>>,
    /// Environment files' and other small texts' lines, by path, cut after 64 KiB: what rules quote with a line.
    pub texts: BTreeMap<String, Vec<String>>,
    /// Of programs, files and accounts that are missing: existing ones whose names are like theirs (a typo, another
    /// directory), the nearest first. Paths by path, users and groups by name.
    pub near: BTreeMap<String, Vec<String>>,
    /// Paths whose set of open holders was asked for: who has it locked (`flock`, `fcntl`).
    pub lock_holders: BTreeMap<String, Vec<Holder>>,
}
