//! Does the process behind a pid live, and is it the one that is meant?

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

mod search;

use crate::read;
use search::Programs;
pub(crate) use search::is_runner;

/// Clock ticks a second in `/proc/PID/stat`: fixed for every architecture that is still made.
const TICKS: u64 = 100;
/// A process that started this much after its pid file was written is not the file's process.
const SLACK_USEC: u64 = 5_000_000;
/// Highest pid that Linux gives (PID_MAX_LIMIT).
const HIGHEST_PID: u32 = 1 << 22;

/// A process, as far as it tells whether it is the one that is meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Process {
    pub comm: String,
    /// `None` where the caller may not see it.
    pub exe: Option<PathBuf>,
    pub started_unix_usec: Option<u64>,
}

/// What became of a pid.
#[derive(Clone, Debug)]
pub(crate) enum Life {
    Alive(Process),
    /// No such process, or one that has ended and waits to be reaped.
    Dead,
    /// `/proc` does not tell.
    Unknown,
}

/// The processes of the machine whose tree is at `root`.
#[derive(Clone, Debug)]
pub(crate) struct Processes {
    root: PathBuf,
    boot_unix_usec: Option<u64>,
    mounted: bool,
    programs: Programs,
}

impl Processes {
    pub fn new(root: &Path) -> Self {
        let stat = read::text(&root.join("proc/stat"), 1 << 20).unwrap_or_default();
        let boot = stat.lines().find_map(|l| l.strip_prefix("btime "));
        Self {
            root: root.to_owned(),
            boot_unix_usec: boot
                .and_then(|s| s.trim().parse::<u64>().ok())
                .and_then(|s| s.checked_mul(1_000_000)),
            mounted: !stat.is_empty(),
            programs: Programs::default(),
        }
    }

    pub fn look(&self, pid: u32) -> Life {
        let folder = self.root.join("proc").join(pid.to_string());
        let stat = match read::head(&folder.join("stat"), 4096) {
            Ok(stat) => stat,
            // hidepid=2 hides others' processes as if they were not there.
            Err(e) if e.kind() == io::ErrorKind::NotFound && self.mounted => {
                return if self.sees_others() { Life::Dead } else { Life::Unknown };
            }
            // The process ended between open and read (ESRCH).
            Err(e) if e.raw_os_error() == Some(3) => return Life::Dead,
            Err(_) => return Life::Unknown,
        };
        // The name stands in parentheses and may hold any byte, a parenthesis too.
        let stat = String::from_utf8_lossy(&stat);
        let Some((Some((_, comm)), rest)) =
            stat.rsplit_once(')').map(|(head, rest)| (head.split_once('('), rest))
        else {
            return Life::Unknown;
        };
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        if matches!(fields.first(), Some(&("Z" | "X"))) {
            return Life::Dead;
        }
        let ticks = fields.get(19).and_then(|t| t.parse::<u64>().ok());
        Life::Alive(Process {
            comm: comm.to_owned(),
            exe: fs::read_link(folder.join("exe")).ok(),
            started_unix_usec: ticks
                .and_then(|t| t.checked_mul(1_000_000 / TICKS))
                .zip(self.boot_unix_usec)
                .and_then(|(since_boot, boot)| boot.checked_add(since_boot)),
        })
    }

    /// Process 1 is somebody else's for all but root: who sees it sees all.
    fn sees_others(&self) -> bool {
        self.root.join("proc/1").exists()
    }

    /// The two are one file, however the paths are spelled.
    pub fn same_program(&self, pid: u32, process: &Process, daemon: &Path) -> bool {
        let Some(exe) = &process.exe else { return false };
        let name = exe.to_string_lossy();
        let name = name.strip_suffix(" (deleted)").unwrap_or(&name);
        if Path::new(name) == daemon {
            return true;
        }
        let inside = self.root.join(daemon.strip_prefix("/").unwrap_or(daemon));
        let running = fs::metadata(self.root.join(format!("proc/{pid}/exe")));
        running.is_ok_and(|a| {
            fs::metadata(inside).is_ok_and(|b| (a.dev(), a.ino()) == (b.dev(), b.ino()))
        })
    }
}

/// What a pid file says about its process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PidFile {
    /// The file is not there, or is empty.
    Absent,
    /// It can't be read, or names no pid: why.
    Unreadable(String),
    /// Its process runs.
    Alive(u32),
    /// Its process is gone; `taken_by` runs under its pid now.
    Dead { pid: u32, taken_by: Option<String> },
    /// The process can't be seen from here.
    Hidden(u32),
}

impl PidFile {
    /// The process that runs.
    pub fn alive(self) -> Option<u32> {
        match self {
            Self::Alive(pid) => Some(pid),
            _ => None,
        }
    }
}

/// By what a daemon's process is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known<'a> {
    pub programs: &'a [PathBuf],
    pub names: &'a [String],
}

impl Processes {
    /// Reads a pid file (its first word is a pid) and looks the process up.
    pub fn of_pid_file(&self, path: &Path, known: Known<'_>) -> PidFile {
        let inside = self.root.join(path.strip_prefix("/").unwrap_or(path));
        let text = match read::text(&inside, 256) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return PidFile::Absent,
            Err(e) => return PidFile::Unreadable(e.to_string()),
        };
        // Some scripts make the file before their daemon writes to it.
        if text.trim().is_empty() {
            return PidFile::Absent;
        }
        let pid = text.split_ascii_whitespace().next().and_then(|w| w.parse::<u32>().ok());
        let Some(pid) = pid.filter(|p| (1..=HIGHEST_PID).contains(p)) else {
            return PidFile::Unreadable("it names no pid".to_owned());
        };
        match self.look(pid) {
            Life::Dead => PidFile::Dead { pid, taken_by: None },
            Life::Unknown => PidFile::Hidden(pid),
            Life::Alive(process) => {
                let written = read::changed_unix_usec(&inside);
                if self.is_another(pid, &process, known, written) {
                    PidFile::Dead { pid, taken_by: Some(process.comm) }
                } else {
                    PidFile::Alive(pid)
                }
            }
        }
    }

    /// The pid was given to another process since: neither program nor name fits, and it started
    /// after the file was written. Both are asked: daemons rename themselves and run in
    /// interpreters, and a clock that was set makes every pid file look old.
    fn is_another(
        &self,
        pid: u32,
        process: &Process,
        known: Known<'_>,
        written_unix_usec: Option<u64>,
    ) -> bool {
        let fits = known.programs.iter().any(|p| {
            self.same_program(pid, process, p)
                || p.file_name().is_some_and(|n| is_comm(&process.comm, &n.to_string_lossy()))
        }) || known.names.iter().any(|n| is_comm(&process.comm, n));
        let later = process
            .started_unix_usec
            .zip(written_unix_usec)
            .is_some_and(|(started, written)| started > written.saturating_add(SLACK_USEC));
        !fits && later
    }
}

/// The kernel keeps 15 bytes of a name.
fn is_comm(comm: &str, name: &str) -> bool {
    comm == name || (comm.len() == 15 && name.starts_with(comm))
}
