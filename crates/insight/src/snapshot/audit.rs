//! What an audit asks for beyond what a diagnosis does.

use super::{Place, Seen};
use crate::exposure::Facts;

/// What a file is to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRole {
    /// Its program, or what an interpreter runs for it.
    Program,
    /// A library that its environment or its configuration has it load.
    Library,
    /// Its unit file, a drop-in, its init script.
    Definition,
    /// What its definition reads: a conf.d or default file, an environment file.
    Settings,
    /// Its configuration.
    Config,
    /// A file that holds a private key or a password.
    Secret,
    /// A file or script that it runs for root at times: cron's tables and what they call.
    Job,
    /// Its PID file.
    PidFile,
    /// A log that it writes.
    Log,
    /// A folder of its logs, its data, or its run-time files.
    Folder,
    /// A folder of its data.
    Data,
    /// A file of a database.
    DataFile,
    /// A core dump of it.
    CoreDump,
}

/// A file that matters to who can become the service, or read what is its own. The path is in `Lookups::paths`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFile {
    /// Which.
    pub path: String,
    /// What it is to the service.
    pub role: FileRole,
    /// Where it is named, if a file names it.
    pub place: Option<Place>,
    /// root runs it, reads it as its own, or writes to it.
    pub by_root: bool,
}

/// How a secret is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// A private key.
    Key,
    /// A password or token behind a name.
    Password,
    /// A password in an address: `scheme://user:password@host`.
    Address,
}

/// A secret, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// How it is written down.
    pub kind: SecretKind,
    /// Its name: `requirepass`, `DB_PASSWORD`, `--password`.
    pub name: String,
    /// The file and line; of a command line: an empty path.
    pub place: Place,
    /// It stands on the command line of this process.
    pub pid: Option<u32>,
}

/// An option of a daemon's configuration, or of its command line, that rules judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigOption {
    /// Whose configuration it is: `redis`, `postgresql`.
    pub daemon: &'static str,
    /// Its name in lower case; of sections `section.key`.
    pub key: String,
    /// Its value, quotes removed.
    pub value: String,
    /// Where; of command lines an empty path.
    pub place: Place,
}

/// What is odd in a folder of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderLook {
    /// Which.
    pub path: String,
    /// Files that belong neither to root nor to a user of the service: path and owner.
    pub foreign: Vec<(String, u32)>,
    /// Files that everybody may write to.
    pub open: Vec<String>,
    /// Programs that run with another user's or group's privileges: path, mode, owner, group.
    pub set_id: Vec<(String, u32, u32, u32)>,
    /// Files of databases that everybody may read.
    pub readable: Vec<String>,
    /// So many were looked at.
    pub looked: u32,
    /// There were more.
    pub is_cut: bool,
}

/// What an audit knows of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// What it declares of its sandbox; `None`: its manager has no such settings.
    pub declared: Option<Facts>,
    /// By the checks of that version of systemd; 0: none runs here.
    pub systemd_version: u16,
    /// Files that matter.
    pub files: Vec<AuditFile>,
    /// Secrets that were found in its files and command lines.
    pub secrets: Vec<Secret>,
    /// What its configuration says, where it is one that is known.
    pub options: Vec<ConfigOption>,
    /// Its folders.
    pub folders: Vec<FolderLook>,
    /// Other services that run as its user.
    pub same_user: Vec<String>,
}

/// An account of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalAccount {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: u32,
    /// Its primary group.
    pub gid: u32,
    /// Its shell lets it log in.
    pub has_shell: bool,
    /// Its shell.
    pub shell: String,
    /// Its home.
    pub home: String,
    /// It has a password that opens it.
    pub has_password: Seen<bool>,
}

/// Accounts of the machine, as its files list them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Users.
    pub users: Vec<LocalAccount>,
    /// Groups: name, gid, members by name.
    pub groups: Vec<(String, u32, Vec<String>)>,
}

impl Accounts {
    /// A user by number.
    pub fn user(&self, uid: u32) -> Option<&LocalAccount> {
        self.users.iter().find(|user| user.uid == uid)
    }

    /// A group's name.
    pub fn group_name(&self, gid: u32) -> Option<&str> {
        self.groups.iter().find(|(_, id, _)| *id == gid).map(|(name, _, _)| name.as_str())
    }

    /// Who is in a group: its members, and those whose primary group it is.
    pub fn members(&self, gid: u32) -> Vec<&LocalAccount> {
        let listed = self.groups.iter().filter(|(_, id, _)| *id == gid).flat_map(|(_, _, m)| m);
        let listed: Vec<&str> = listed.map(String::as_str).collect();
        let is_in = |user: &&LocalAccount| user.gid == gid || listed.contains(&user.name.as_str());
        self.users.iter().filter(is_in).collect()
    }
}

/// The first uid of people (login.defs(5), `UID_MIN`).
pub const FIRST_PERSON: u32 = 1000;
/// nobody: no person, and no service's own.
pub const NOBODY: u32 = 65534;

impl LocalAccount {
    /// It is somebody's who logs in.
    pub fn is_person(&self) -> bool {
        self.uid >= FIRST_PERSON && self.uid != NOBODY && self.has_shell
    }
}
