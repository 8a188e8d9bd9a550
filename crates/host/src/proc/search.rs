//! Finding a daemon by its program, where no pid file tells.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Life, Processes, is_comm};
use crate::read;

/// Most processes that are looked at.
const MOST: usize = 1 << 16;
/// Longest command line that is read, in bytes.
const LONGEST: u64 = 4096;

/// Programs that run other people's programs: one of them as a daemon's program says nothing.
/// Versions may follow (`python3.11`).
const RUNNERS: [&str; 22] = [
    "sh", "bash", "dash", "ash", "ksh", "zsh", "busybox", "python", "perl", "ruby", "node",
    "nodejs", "php", "java", "lua", "tclsh", "env", "nice", "ionice", "su", "sudo", "setsid",
];

/// Which pids run which program, and where programs really lie: read at most once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Programs {
    running: OnceCell<Running>,
    real: RefCell<BTreeMap<PathBuf, Option<PathBuf>>>,
}

#[derive(Clone, Debug, Default)]
struct Running {
    pids: BTreeMap<PathBuf, Vec<u32>>,
    /// What those call themselves whose program may not be seen.
    hidden: BTreeSet<String>,
}

/// Whether a program runs others, so that its being a process's program tells nothing.
pub(crate) fn is_runner(program: &Path) -> bool {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    RUNNERS.contains(&plain) || RUNNERS.contains(&&*name)
}

impl Processes {
    /// The process that is the daemon behind one of these programs, judged strictly: no terminal,
    /// in this pid namespace, and its command line still names the program. (An sshd that serves
    /// one login calls itself otherwise.) Of several, the one that none of the others started;
    /// of several of those, the oldest.
    pub fn daemon_of(&self, programs: &[PathBuf]) -> Option<u32> {
        let mut best: Option<(u64, u32)> = None;
        let candidates: Vec<(u32, Candidate)> = programs
            .iter()
            .filter(|program| !is_runner(program))
            .flat_map(|program| {
                let pids = self.running(program).into_iter();
                pids.filter_map(|pid| Some((pid, self.candidate(pid, program)?)))
            })
            .collect();
        for (pid, candidate) in &candidates {
            let is_child = candidates.iter().any(|(other, _)| *other == candidate.parent);
            let age = (candidate.started, *pid);
            if !is_child && best.is_none_or(|best| age < best) {
                best = Some(age);
            }
        }
        best.map(|(_, pid)| pid)
    }

    /// Whether any process at all runs one of these programs; `None` where that can't be seen.
    pub fn any_runs(&self, programs: &[PathBuf]) -> Option<bool> {
        if programs.iter().any(|program| !self.running(program).is_empty()) {
            return Some(true);
        }
        // Others' programs are shown to root only; their names to everybody, but with hidepid.
        let may_be = |comm: &String| {
            let named =
                |path: &Path| path.file_name().is_some_and(|n| is_comm(comm, &n.to_string_lossy()));
            programs.iter().any(|p| named(p) || self.real(p).is_some_and(|real| named(&real)))
        };
        let hidden = &self.programs.running.get_or_init(|| self.read_programs()).hidden;
        (self.sees_others() && !hidden.iter().any(may_be)).then_some(false)
    }

    /// The programs that run from these folders: those that a daemon's control program starts
    /// (postfix starts `master` in a folder of its own). Folders that everybody's programs lie in
    /// say nothing.
    pub fn running_below(&self, folders: &[PathBuf]) -> Vec<PathBuf> {
        let own: Vec<PathBuf> = folders
            .iter()
            .filter(|folder| !is_common(folder))
            .filter_map(|folder| {
                let inside = self.root.join(folder.strip_prefix("/").unwrap_or(folder));
                inside.is_dir().then(|| self.real(folder)).flatten()
            })
            .collect();
        if own.is_empty() {
            return Vec::new();
        }
        let programs = &self.programs.running.get_or_init(|| self.read_programs()).pids;
        let below = programs.keys().filter(|exe| own.iter().any(|folder| exe.starts_with(folder)));
        below.cloned().collect()
    }

    /// The program with links followed: many scripts name the same.
    fn real(&self, program: &Path) -> Option<PathBuf> {
        if let Some(known) = self.programs.real.borrow().get(program) {
            return known.clone();
        }
        let inside = self.root.join(program.strip_prefix("/").unwrap_or(program));
        let real = fs::canonicalize(inside).ok();
        self.programs.real.borrow_mut().insert(program.to_owned(), real.clone());
        real
    }

    fn running(&self, program: &Path) -> Vec<u32> {
        let programs = &self.programs.running.get_or_init(|| self.read_programs()).pids;
        let real = self.real(program);
        // As the kernel spells it: links followed (`/sbin` is `/usr/sbin`), and from our root.
        let of = |path: &Path| programs.get(path).into_iter().flatten().copied();
        let mut found: Vec<u32> = of(program).collect();
        found.extend(real.iter().filter(|real| *real != program).flat_map(|real| of(real)));
        found
    }

    fn read_programs(&self) -> Running {
        let mut running = Running::default();
        let Ok(entries) = fs::read_dir(self.root.join("proc")) else { return running };
        for entry in entries.filter_map(Result::ok).take(MOST) {
            let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            let Some(pid) = pid else { continue };
            let exe = match fs::read_link(entry.path().join("exe")) {
                Ok(exe) => exe,
                Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                    let comm = read::text(&entry.path().join("comm"), 64).unwrap_or_default();
                    running.hidden.insert(comm.trim_end_matches('\n').to_owned());
                    continue;
                }
                // The kernel's own have none, and what has ended has none any more.
                Err(_) => continue,
            };
            let bytes = exe.as_os_str().as_bytes();
            let bytes = bytes.strip_suffix(b" (deleted)").unwrap_or(bytes);
            let program = PathBuf::from(OsStr::from_bytes(bytes));
            running.pids.entry(program).or_default().push(pid);
        }
        running
    }

    fn candidate(&self, pid: u32, program: &Path) -> Option<Candidate> {
        if !matches!(self.look(pid), Life::Alive(_)) {
            return None;
        }
        let folder = self.root.join("proc").join(pid.to_string());
        let stat = read::head(&folder.join("stat"), 4096).ok()?;
        let stat = String::from_utf8_lossy(&stat).into_owned();
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<i64>().ok());
        let (parent, terminal, started) = (number(1)?, number(4)?, number(19)?);
        // More than one pid: it lives in a pid namespace of its own.
        let status = read::text(&folder.join("status"), 1 << 16).unwrap_or_default();
        let pids = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
        if terminal != 0 || pids.is_some_and(|pids| pids.split_whitespace().count() > 1) {
            return None;
        }
        let command = read::head(&folder.join("cmdline"), LONGEST).ok()?;
        let names = |path: &Path| {
            let path = path.as_os_str().as_bytes();
            !path.is_empty() && command.windows(path.len()).any(|part| part == path)
        };
        let real = fs::read_link(folder.join("exe")).ok();
        if !names(program) && !real.is_some_and(|real| names(&real)) {
            return None;
        }
        Some(Candidate { parent: u32::try_from(parent).ok()?, started: started.unsigned_abs() })
    }
}

/// A folder that programs of many packages lie in: `/usr/lib`, `/usr/local/sbin`, `/lib/init`.
fn is_common(folder: &Path) -> bool {
    let top = ["/", "/usr", "/usr/local", "/opt"].map(Path::new);
    let is_top = |folder: &Path| top.contains(&folder);
    let parent = folder.parent().unwrap_or(folder);
    let own = ["/lib/init", "/lib/lsb", "/opt"].map(Path::new);
    is_top(folder) || own.contains(&folder) || (is_top(parent) && parent != Path::new("/opt"))
}

struct Candidate {
    parent: u32,
    started: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_are_told_from_daemons() {
        for path in ["/bin/sh", "/usr/bin/python3.11", "/usr/bin/perl5.36.0", "/usr/bin/java"] {
            assert!(is_runner(Path::new(path)), "{path}");
        }
        for path in ["/usr/sbin/sshd", "/usr/sbin/php-fpm8.2", "/usr/bin/pythond"] {
            assert!(!is_runner(Path::new(path)), "{path}");
        }
    }
}
