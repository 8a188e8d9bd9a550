//! Which processes are meant.
//!
//! As start-stop-daemon(8) finds them: the executable by device and inode of what `/proc/PID/exe`
//! leads to (so an instance of a replaced file counts as one of the new), the user by the owner of
//! `/proc/PID`, the name by the kernel's, of at most 15 bytes.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, test_kill_process};

use super::options::{Action, Options};
use super::values::number;
use super::{Trouble, complain, status};

/// The kernel keeps no more of a process's name.
const LONGEST_NAME: usize = 15;
/// Of `--status`: it runs, it does not and has left a PID file, it does not.
const RUNS: u8 = 0;
const DEAD_WITH_PID_FILE: u8 = 1;
const DEAD: u8 = 3;

/// What a process must be.
pub struct Wanted<'a> {
    options: &'a Options,
    /// Device and inode.
    exec: Option<(u64, u64)>,
    uid: Option<u32>,
    /// The pid that the PID file had when it was first read.
    from_file: Option<i32>,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The status that `--status` ends with.
    pub status: u8,
    /// The processes, the last found first.
    pub pids: Vec<i32>,
}

impl<'a> Wanted<'a> {
    /// Looks up what the options name.
    ///
    /// # Errors
    /// There is no such executable or user.
    pub fn of(options: &'a Options) -> Result<Wanted<'a>, Trouble> {
        if options.name.as_ref().is_some_and(|name| name.len() > LONGEST_NAME) {
            complain(&format!(
                "warning: this system is not able to track process names\nlonger than \
                 {LONGEST_NAME} characters, please use --exec instead of --name."
            ));
        }
        let exec = options.exec.as_deref().map(|path| executable(options, path)).transpose()?;
        let uid = options.user.as_deref().map(user).transpose()?;
        Ok(Wanted { options, exec, uid, from_file: None })
    }

    /// The processes that are it now.
    ///
    /// # Errors
    /// The PID file can't be trusted or read, or `/proc` can't.
    pub fn find(&mut self) -> Result<Found, Trouble> {
        let mut found = Found { status: DEAD, pids: Vec::new() };
        if let Some(pid) = self.options.pid.or(self.from_file) {
            let with_file = self.options.pid.is_none();
            match self.is_it(pid) {
                true => found = Found { status: RUNS, pids: vec![pid] },
                // The file is not read again.
                false if with_file => found.status = DEAD,
                false => {}
            }
            return Ok(found);
        }
        if let Some(path) = &self.options.pid_file {
            return self.find_by_file(path);
        }
        for pid in all()? {
            if self.is_it(pid) {
                found.status = RUNS;
                found.pids.insert(0, pid);
            }
        }
        Ok(found)
    }

    fn find_by_file(&mut self, path: &Path) -> Result<Found, Trouble> {
        let shown = path.display();
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Found { status: DEAD, pids: Vec::new() });
            }
            Err(error) => {
                return Err(Trouble::with_reason(
                    format_args!("unable to open pidfile {shown}"),
                    &error,
                ));
            }
        };
        if path != Path::new("/dev/null") {
            let data = file.metadata();
            let data = data.map_err(|error| {
                Trouble::with_reason(format_args!("cannot stat pidfile {shown}"), &error)
            })?;
            self.trust(path, &data)?;
        }
        let mut text = Vec::new();
        // A pid is short; a file that is not is something else.
        let read = file.by_ref().take(256).read_to_end(&mut text);
        let Some(pid) = read.ok().and_then(|_| first_number(&text)) else {
            return Ok(Found { status: status::UNKNOWN, pids: Vec::new() });
        };
        self.from_file = Some(pid);
        Ok(match self.is_it(pid) {
            true => Found { status: RUNS, pids: vec![pid] },
            false => Found { status: DEAD_WITH_PID_FILE, pids: Vec::new() },
        })
    }

    /// Whoever may write the file says whom root signals.
    fn trust(&self, path: &Path, data: &Metadata) -> Result<(), Trouble> {
        let options = self.options;
        let is_alone = options.exec.is_none()
            && options.name.is_none()
            && options.user.is_none()
            && options.ppid.is_none();
        let own = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
        let is_others = |id: u32, own: u32| id != own && id != 0;
        let path = path.display();
        if is_alone && (is_others(data.uid(), own.0) || is_others(data.gid(), own.1)) {
            let text = format_args!("matching only on non-root pidfile {path} is insecure");
            return Err(Trouble::fatal(text));
        }
        if data.mode() & 0o002 != 0 {
            let text = format_args!("matching on world-writable pidfile {path} is insecure");
            return Err(Trouble::fatal(text));
        }
        Ok(())
    }

    fn is_it(&self, pid: i32) -> bool {
        let place = PathBuf::from(format!("/proc/{pid}"));
        self.exec.is_none_or(|wanted| runs(&place, wanted))
            && self.options.ppid.is_none_or(|wanted| parent(&place) == Some(wanted))
            && self.uid.is_none_or(|wanted| place.metadata().is_ok_and(|at| at.uid() == wanted))
            && self.options.name.as_ref().is_none_or(|wanted| has_name(&place, wanted))
            // --stop finds out by sending.
            && (self.options.action == Action::Stop || exists(pid))
    }
}

fn executable(options: &Options, path: &Path) -> Result<(u64, u64), Trouble> {
    let path = options.directory.join(path);
    let path = match &options.root {
        Some(root) => root.join(path.strip_prefix("/").unwrap_or(&path)),
        None => path,
    };
    let data = path.metadata().map_err(|error| {
        Trouble::with_reason(format_args!("unable to stat {}", path.display()), &error)
    })?;
    Ok((data.dev(), data.ino()))
}

fn user(text: &OsStr) -> Result<u32, Trouble> {
    if let Some(uid) = number(text) {
        return Ok(uid);
    }
    let known = uzers::get_user_by_name(text);
    known
        .map(|user| user.uid())
        .ok_or_else(|| Trouble::fatal(format_args!("user '{}' not found", text.to_string_lossy())))
}

/// As fscanf(3) with `%d` reads it; 0 and less are no process, and to kill(2) whole groups.
fn first_number(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let digits = std::str::from_utf8(digits.get(..end)?).ok()?;
    digits.parse().ok().filter(|pid| *pid > 0)
}

fn all() -> Result<Vec<i32>, Trouble> {
    let folder = std::fs::read_dir("/proc")
        .map_err(|error| Trouble::with_reason("unable to opendir /proc", &error))?;
    let pid = |entry: io::Result<std::fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    let pids: Vec<i32> = folder.filter_map(pid).collect();
    match pids.is_empty() {
        true => Err(Trouble::fatal("nothing in /proc - not mounted?")),
        false => Ok(pids),
    }
}

fn runs(place: &Path, wanted: (u64, u64)) -> bool {
    let Ok(target) = place.join("exe").read_link() else { return false };
    let target = target.into_os_string().into_vec();
    let target = target.strip_suffix(b" (deleted)").unwrap_or(&target);
    let found = Path::new(OsStr::from_bytes(target)).metadata();
    found.is_ok_and(|found| (found.dev(), found.ino()) == wanted)
}

/// A line of `/proc/PID/status`.
fn field(place: &Path, name: &[u8]) -> Option<Vec<u8>> {
    let text = std::fs::read(place.join("status")).ok()?;
    let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_ascii_start().to_vec())
}

fn parent(place: &Path) -> Option<i32> {
    std::str::from_utf8(&field(place, b"PPid:")?).ok()?.parse().ok()
}

fn has_name(place: &Path, wanted: &OsString) -> bool {
    field(place, b"Name:").is_some_and(|name| name == wanted.as_bytes())
}

fn exists(pid: i32) -> bool {
    let Some(pid) = Pid::from_raw(pid) else { return false };
    !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::first_number;

    #[test]
    fn pids_are_read_as_scanf_reads_them() {
        assert_eq!(first_number(b"12\n"), Some(12));
        assert_eq!(first_number(b"\n  12 34"), Some(12));
        assert_eq!(first_number(b"12abc"), Some(12));
        for wrong in [&b""[..], b"abc", b"-1", b"0", b"99999999999"] {
            assert_eq!(first_number(wrong), None);
        }
    }
}
