//! `--start`.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use launch::detach::pid_file::PidFileError;
use launch::detach::{Inherits, Output, Scheduling};
use launch::{Account, Detach, DetachError};

use super::matching::Wanted;
use super::options::Options;
use super::values::number;
use super::{Trouble, inform, reason, status};

/// Starts it unless it runs.
///
/// # Errors
/// It can't be started.
pub fn run(options: &Options, wanted: &mut Wanted<'_>) -> Result<u8, Trouble> {
    let change = Change::of(options)?;
    if !wanted.find()?.pids.is_empty() {
        let what = options.exec.as_ref().map(|path| path.display().to_string());
        let what = what.unwrap_or_else(|| "process".to_owned());
        inform(options, &format!("{what} already running."));
        return Ok(if options.ok_if_nothing { status::DONE } else { status::NOTHING_DONE });
    }
    let program = options.start_as.as_deref().unwrap_or(Path::new(""));
    if options.is_test {
        inform(options, &would(options, program, &change));
        return Ok(status::DONE);
    }
    if options.is_verbose {
        inform(options, &format!("Starting {}...", program.display()));
    }
    let detach = prepared(options, program, change);
    match options.is_background {
        true => background(options, detach, program),
        false => Err(trouble(&detach.execute(), program, options)),
    }
}

/// Who it becomes.
struct Change {
    account: Option<Account>,
    group: Option<u32>,
}

impl Change {
    fn of(options: &Options) -> Result<Change, Trouble> {
        let missing = |what: &str, name: &OsStr| {
            Trouble::fatal(format_args!("{what} '{}' not found", name.to_string_lossy()))
        };
        let group = match &options.group {
            Some(name) => {
                let known = || launch::detach::group_id(name).ok();
                Some(number(name).or_else(known).ok_or_else(|| missing("group", name))?)
            }
            None => None,
        };
        let Some(name) = &options.change_user else { return Ok(Change { account: None, group }) };
        // A number is a user's number here, never a name.
        let uid = number(name);
        let known = match uid {
            Some(uid) => uzers::get_user_by_uid(uid),
            None => uzers::get_user_by_name(name),
        };
        let known = known.ok_or_else(|| missing("user", name))?;
        let group_text = group.map(|gid| gid.to_string());
        let found = Account::find(known.name(), group_text.as_deref().map(OsStr::new));
        let account = found.map_err(|_| missing("user", name))?;
        Ok(Change { account: Some(account), group })
    }
}

fn would(options: &Options, program: &Path, change: &Change) -> String {
    let mut text = format!("Would start {} ", program.display());
    for argument in &options.arguments {
        text.push_str(&argument.to_string_lossy());
        text.push(' ');
    }
    if let Some(account) = &change.account {
        let group = options.group.as_deref().unwrap_or_default().to_string_lossy();
        let (user, uid, gid) = (account.shown(), account.uid, account.gid);
        text.push_str(&format!(" (as user {user}[{uid}], and group {group}[{gid}])"));
    }
    if let Some(root) = &options.root {
        text.push_str(&format!(" in directory {}", root.display()));
    }
    if options.nice != 0 {
        text.push_str(&format!(", and add {} to the priority", options.nice));
    }
    if let Some((policy, _, priority)) = &options.processor {
        text.push_str(&format!(", with scheduling policy {policy} with priority {priority}"));
    }
    if let Some((class, _, priority)) = &options.io {
        text.push_str(&format!(", with IO scheduling class {class} with priority {priority}"));
    }
    text.push('.');
    text
}

fn prepared(options: &Options, program: &Path, change: Change) -> Detach {
    // What is not absolute is meant from where it is started, and never looked for.
    let mut detach = launch::detach(from(options, program)).args(options.arguments.iter().cloned());
    let closes = options.is_background && options.closes;
    detach = detach
        .inherit(Inherits { environment: true, signals: true, descriptors: !closes })
        .directory(&options.directory)
        .enter_early()
        .keep_umask()
        .grace(Duration::from_millis(options.wait_milliseconds.into()))
        .scheduling(Scheduling {
            nice: (options.nice != 0).then(|| nice_level(options.nice)),
            processor: options.processor.as_ref().map(|(_, policy, priority)| (*policy, *priority)),
            io: options.io.as_ref().map(|(_, class, priority)| (*class, *priority)),
        });
    if let Some(umask) = options.umask {
        detach = detach.umask(umask);
    }
    if let Some(root) = &options.root {
        detach = detach.root(root);
    }
    if let Some(gid) = change.group {
        detach = detach.group(gid);
    }
    if let Some(account) = change.account {
        if let Some(home) = account.home.as_ref().filter(|home| home.exists()) {
            detach = detach.env("HOME", home);
        }
        detach = detach.account(account);
    }
    for (name, value) in &options.environment {
        detach = detach.env(name, value);
    }
    if let (true, Some(path)) = (options.makes_pid_file, &options.pid_file) {
        detach = detach.plain_pid_file(path);
    }
    detach
}

fn from(options: &Options, program: &Path) -> PathBuf {
    // `.` and `..` stay: they may be what the path is about.
    match program.as_os_str().as_bytes().starts_with(b"/") {
        true => program.to_owned(),
        false => options.directory.join(program),
    }
}

fn nice_level(more: i32) -> i32 {
    let now = rustix::process::getpriority_process(None).unwrap_or(0);
    now.saturating_add(more).clamp(-20, 19)
}

fn background(options: &Options, mut detach: Detach, program: &Path) -> Result<u8, Trouble> {
    if options.is_verbose {
        inform(options, &format!("Detaching to start {}...", program.display()));
    }
    if let Some(path) = &options.output {
        detach = detach.output(Output::PlainFile(path.clone()));
    }
    if let Some(path) = &options.errors {
        detach = detach.errors(path);
    }
    if options.awaits {
        let timeout = Duration::from_secs(options.notify_timeout_seconds.into());
        detach = detach.wait_ready(timeout).leave_unready();
    }
    match detach.launch() {
        Ok(daemon) if daemon.is_late => Err(Trouble::fatal("timed out waiting for a notification")),
        Ok(_) => {
            if options.is_verbose {
                inform(options, "Detaching complete...");
            }
            Ok(status::DONE)
        }
        // How it ends is nothing to start-stop-daemon(8), unless it was asked to wait.
        Err(DetachError::Ended { before_ready: false, .. }) if options.wait_milliseconds == 0 => {
            Ok(status::DONE)
        }
        Err(error) => Err(trouble(&error, program, options)),
    }
}

fn trouble(error: &DetachError, program: &Path, options: &Options) -> Trouble {
    let start = format!("unable to start {}", program.display());
    match error {
        DetachError::NotFound { .. } => {
            Trouble::fatal(format_args!("{start} (No such file or directory)"))
        }
        DetachError::NotExecutable { source, .. } => match source.kind() {
            ErrorKind::PermissionDenied => {
                Trouble::fatal(format_args!("{start} (Permission denied)"))
            }
            // The kernel's words alone would say that the program is missing, and it is not.
            ErrorKind::NotFound => {
                Trouble::fatal(format_args!("{start} (No such file or directory): {source}"))
            }
            _ => Trouble::with_reason(start, source),
        },
        DetachError::PidFile { file, source: PidFileError::Io(source) } => {
            let text = format!("unable to open pidfile '{}' for writing", file.display());
            Trouble::with_reason(text, source)
        }
        DetachError::Log { file, source } => {
            Trouble::with_reason(format!("unable to open '{}'", file.display()), source)
        }
        DetachError::Step { what, source, .. } => {
            let is_directory = what.contains("the working directory");
            let why = match (is_directory, &options.root) {
                (true, _) => format!("unable to chdir() to {}", options.directory.display()),
                (false, Some(root)) if what.contains("root directory") => {
                    format!("unable to chroot() to {}", root.display())
                }
                _ => format!("unable to {what}"),
            };
            Trouble::fatal(format_args!("{why} ({})", reason(source)))
        }
        DetachError::Ended { errno: Some(number), .. } => Trouble::with_reason(
            "program failed to initialize",
            &std::io::Error::from_raw_os_error(*number),
        ),
        other => Trouble::fatal(format_args!("{start}: {other}")),
    }
}
