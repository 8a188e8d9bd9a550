//! What a service's configuration says, and what its own test of it says.

use super::{Exit, Seen};

/// How a test of a configuration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestEnd {
    /// The configuration is valid.
    Passed,
    /// It is not.
    Failed(Exit),
    /// It took too long and was ended.
    TimedOut,
    /// It was not run.
    NotRun,
}

/// A daemon's own test of its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigTest {
    /// The command line as typed to a shell, or `parsed by daemonctl`.
    pub command: String,
    /// As which user it was run.
    pub user: Option<String>,
    /// How it ended.
    pub end: TestEnd,
    /// What it wrote: standard output and error, in order. Foreign.
    pub output: Vec<String>,
    /// Why it was not run.
    pub not_run: Option<String>,
    /// What it says is wrong: (file, line from 1, message), as far as it was understood.
    pub complaints: Vec<(Option<String>, Option<u32>, String)>,
}

/// A PID file of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PidFile {
    /// Which.
    pub path: String,
    /// What stands in it; `Absent`: there is no such file.
    pub pid: Seen<u32>,
    /// The process of that pid, if one runs: its name, and whether it belongs to the service.
    pub process: Option<(String, bool)>,
    /// It is empty or holds no number.
    pub garbled: bool,
    /// The process began in the seconds before the file was written: whoever wrote it had just started that process.
    pub is_of_its_start: bool,
}

/// What a service does with a path that its configuration names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathUse {
    /// Reads a file: it must be there.
    Read,
    /// Reads a file that holds a secret: it must be there, and some daemons refuse it if others may read it.
    ReadSecret,
    /// Writes a file and makes it if it is not there: its directory must be there. Logs, pid files, sockets.
    Write,
    /// Lists or enters a directory: it must be there.
    Directory,
    /// Keeps its data in a directory: it must be there and writable.
    DataDirectory,
}

/// A path that a service's configuration names: `ssl_certificate_key /etc/x.key;`, `dir /var/lib/redis`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPath {
    /// The path. In `Lookups::paths` too.
    pub path: String,
    /// What it does with it.
    pub purpose: PathUse,
    /// The directive or option: `ssl_certificate_key`, `--pidfile`.
    pub key: String,
    /// Where it is written.
    pub place: Option<super::Place>,
    /// As which user; `None`: as the user that starts the service (its `User=`, else root).
    pub user: Option<String>,
}

impl ConfigPath {
    /// Names that lie in a data directory once it was made: of PostgreSQL and of MariaDB and MySQL. They are looked up
    /// below each [`PathUse::DataDirectory`].
    pub const MARKERS: [&str; 2] = ["PG_VERSION", "mysql"];
}
