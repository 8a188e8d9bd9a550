//! What a launch comes to, before anything is done.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::{Account, Detach, DetachError, Output};

/// The search path that a daemon gets.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a launch comes to: every path absolute, every account looked up. Nothing is done yet.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program's path.
    pub program: PathBuf,
    /// Its arguments, its own name (`argv[0]`) first.
    pub argv: Vec<OsString>,
    /// All of its environment, but what is known only later (`NOTIFY_SOCKET`).
    pub environment: Vec<(OsString, OsString)>,
    /// Its working directory, as seen from its root.
    pub directory: PathBuf,
    /// Its root, if that is another.
    pub root: Option<PathBuf>,
    /// Whom it runs as, if not as the caller.
    pub account: Option<Account>,
    /// The PID file.
    pub pid_file: Option<PathBuf>,
    /// Where its output goes.
    pub output: Output,
    /// Where its errors go, if elsewhere.
    pub errors: Option<Output>,
    /// The name that its lines have in the syslog.
    pub tag: String,
}

impl Plan {
    pub(super) fn of(detach: &Detach) -> Result<Plan, DetachError> {
        let account = detach.account.clone();
        let environment = environment(detach, account.as_ref());
        let here = std::env::current_dir()
            .map_err(DetachError::resources("learn the working directory"))
            .or_else(|error| match is_relative(detach) {
                true => Err(error),
                false => Ok(PathBuf::from("/")),
            })?;
        let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path);
        let program = match &detach.root {
            // Its path is one within the new root.
            Some(_) => detach.program.clone(),
            None => find(&detach.program, path.map(OsString::as_os_str), detach, &here)?,
        };
        let argv = [own_name(detach, &program)]
            .into_iter()
            .chain(detach.arguments.iter().cloned())
            .collect();
        let file_name = detach.program.file_name().unwrap_or(detach.program.as_os_str());
        let tag = detach.name.as_deref().unwrap_or(file_name).to_string_lossy().into_owned();
        let absolute = |output: &Output| match output {
            Output::File(path) => Output::File(here.join(path)),
            Output::PlainFile(path) => Output::PlainFile(here.join(path)),
            other => other.clone(),
        };
        Ok(Plan {
            program,
            argv,
            environment,
            directory: detach.directory.clone(),
            root: detach.root.clone(),
            account,
            pid_file: detach.pid_file.as_ref().map(|path| here.join(path)),
            output: absolute(&detach.output),
            errors: detach.errors.as_ref().map(absolute),
            tag,
        })
    }

    pub(super) fn image(&self, notify: Option<&Path>) -> Result<crate::sys::Image, DetachError> {
        let nul = |what| move |_| DetachError::Nul(what);
        let path = CString::new(self.program.as_os_str().as_bytes());
        let arguments = self.argv.iter().map(|argument| CString::new(argument.as_bytes()));
        let assigned = |(name, value): (&OsStr, &OsStr)| {
            CString::new([name.as_bytes(), b"=", value.as_bytes()].concat())
        };
        let known = self.environment.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let notify = notify.map(|path| (OsStr::new("NOTIFY_SOCKET"), path.as_os_str()));
        Ok(crate::sys::Image::new(
            path.map_err(nul("the program's path"))?,
            arguments.collect::<Result<_, _>>().map_err(nul("an argument"))?,
            known
                .chain(notify)
                .map(assigned)
                .collect::<Result<_, _>>()
                .map_err(nul("a variable"))?,
        ))
    }
}

fn is_relative(detach: &Detach) -> bool {
    let has_slash = detach.program.as_os_str().as_bytes().contains(&b'/');
    let log = matches!(&detach.output, Output::File(path) if path.is_relative());
    log || has_slash && detach.program.is_relative()
        || detach.pid_file.as_ref().is_some_and(|path| path.is_relative())
}

/// `PATH`, who it is where it becomes another, and what was given; the later counts.
fn environment(detach: &Detach, account: Option<&Account>) -> Vec<(OsString, OsString)> {
    let mut all: Vec<(OsString, OsString)> = Vec::new();
    let mut set =
        |name: &OsStr, value: &OsStr| match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => all.push((name.to_owned(), value.to_owned())),
        };
    if detach.inherits.environment {
        for (name, value) in std::env::vars_os() {
            set(&name, &value);
        }
    } else {
        set("PATH".as_ref(), DEFAULT_PATH.as_ref());
        if let Some(account) = account {
            if let Some(home) = &account.home {
                set("HOME".as_ref(), home.as_os_str());
            }
            if let Some(shell) = &account.shell {
                set("SHELL".as_ref(), shell.as_os_str());
            }
            if let Some(name) = &account.name {
                set("USER".as_ref(), name);
                set("LOGNAME".as_ref(), name);
            }
        }
    }
    for (name, value) in &detach.environment {
        set(name, value);
    }
    all
}

/// `argv[0]`: the name, or what was given. A program that is reached by a link of another name may be many
/// programs in one, and know by that name which it is (busybox): there the name stays out.
fn own_name(detach: &Detach, program: &Path) -> OsString {
    let given = || detach.program.clone().into_os_string();
    let Some(name) = &detach.name else { return given() };
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    match real.file_name() == program.file_name() {
        true => name.clone(),
        false => given(),
    }
}

/// As a shell would look for it: where the caller is and along the caller's `PATH`, then along the
/// daemon's. An explicit `PATH` for the daemon comes in place of both.
fn find(
    program: &Path,
    path: Option<&OsStr>,
    detach: &Detach,
    here: &Path,
) -> Result<PathBuf, DetachError> {
    let given = program.as_os_str().as_bytes();
    if given.contains(&b'/') {
        // `./` in the middle of a path is ugly in every list of processes.
        let program = program.strip_prefix("./").unwrap_or(program);
        let found = here.join(program);
        return match found.symlink_metadata() {
            Err(error) if is_absent(&error) => {
                Err(DetachError::NotFound { program: found, searched: None })
            }
            _ => Ok(found),
        };
    }
    let is_explicit = detach.environment.iter().any(|(name, _)| name == "PATH");
    let own = std::env::var_os("PATH").filter(|_| !is_explicit);
    let mut searched: Vec<PathBuf> = Vec::new();
    let mut unusable = None;
    for list in [own.as_deref(), path].into_iter().flatten() {
        for folder in std::env::split_paths(list).filter(|_| !given.is_empty()) {
            if searched.contains(&folder) {
                continue;
            }
            searched.push(folder.clone());
            let found = here.join(folder).join(program);
            match found.metadata() {
                Ok(data) if data.is_file() => {
                    if rustix::fs::access(&found, rustix::fs::Access::EXEC_OK).is_ok() {
                        return Ok(found);
                    }
                    unusable.get_or_insert(found);
                }
                _ => {}
            }
        }
    }
    // execve(2) will say why.
    unusable.ok_or_else(|| DetachError::NotFound {
        program: program.to_owned(),
        searched: Some(
            searched.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(":"),
        ),
    })
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}
