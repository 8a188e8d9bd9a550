//! Handing over: to the machine's own tool of the same name, or to a service's script.
//!
//! What a script or the init's own tool does with its arguments, standard input and terminal can't be
//! bettered, so this process becomes it, and its exit status is the tool's.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::terminal;

/// Where the tools of a machine are, whatever the caller's search path says: that leads to us.
const FOLDERS: [&str; 6] =
    ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

/// Set for what this process becomes: `NAME:PID`. If that is this program once more (another version
/// of it, which isn't known by its file), it must not hand over again.
const HANDED_OVER: &str = "DAEMONCTL_HANDED_OVER";

/// The machine's own tool of that name, if it has one that isn't this program.
pub fn own_tool(name: &str) -> Option<PathBuf> {
    let marked = std::env::var(HANDED_OVER).is_ok_and(|mark| mark == mark_of(name));
    let found = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    found.filter(|_| !marked).find(|path| is_executable(path) && !host::is_this_program(path))
}

fn mark_of(name: &str) -> String {
    format!("{name}:{}", std::process::id())
}

/// It is a file that may be executed.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Becomes the machine's own tool. Returns only where that is not possible.
pub fn to_tool<S: AsRef<OsStr>>(tool: &Path, args: &[S]) -> ExitCode {
    let name = tool.file_name().unwrap_or_default().to_string_lossy();
    let mut command = Command::new(tool);
    command.args(args).env(HANDED_OVER, mark_of(&name));
    become_it(&mut command, tool)
}

/// A script with its arguments, in the surroundings that service(8) gives it.
pub fn script<S: AsRef<OsStr>>(script: &Path, args: &[S]) -> Command {
    let mut command = Command::new(script);
    command.env_clear().current_dir("/").args(args);
    // As service(8) has it: these variables, empty where they are not set, and no others.
    for name in host::KEPT_VARIABLES.into_iter().chain(["PATH", "TERM"]) {
        command.env(name, std::env::var_os(name).unwrap_or_default());
    }
    command
}

/// Becomes a script. Returns only where that is not possible.
pub fn to_script<S: AsRef<OsStr>>(path: &Path, args: &[S]) -> ExitCode {
    become_it(&mut script(path, args), path)
}

fn become_it(command: &mut Command, what: &Path) -> ExitCode {
    let error = command.exec();
    terminal::err(&format!("{}: {}", what.display(), why(what, &error)));
    ExitCode::from(status_of(&error))
}

/// The status with which a shell, and env(1), report that a program could not be run.
pub fn status_of(error: &std::io::Error) -> u8 {
    if error.kind() == ErrorKind::NotFound { 127 } else { 126 }
}

/// Why a script could not be run. That its interpreter isn't there comes as if the script itself
/// weren't.
pub fn why(script: &Path, error: &std::io::Error) -> String {
    if error.kind() != ErrorKind::NotFound || !script.exists() {
        return error.to_string();
    }
    let mut head = Vec::new();
    let read = fs::File::open(script).and_then(|file| file.take(256).read_to_end(&mut head));
    let first = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    match (read, first.strip_prefix(b"#!")) {
        (Ok(_), Some(line)) if line.ends_with(b"\r") => {
            "its lines end with CR LF, so the kernel looks for an interpreter whose name ends with a \
             carriage return; convert it to LF (sed -i 's/\\r$//')"
                .to_owned()
        }
        (Ok(_), Some(line)) => {
            format!("its interpreter {} is not there", String::from_utf8_lossy(line).trim())
        }
        _ => error.to_string(),
    }
}

/// Runs something and waits: its exit status as a shell has it (128 and the signal's number for
/// what a signal ended).
///
/// # Errors
/// It can't be run at all.
pub fn wait_for(command: &mut Command) -> std::io::Result<u8> {
    use std::os::unix::process::ExitStatusExt as _;
    let status = command.status()?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Arguments that are text.
pub fn words(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_with_carriage_returns_is_told_from_one_that_is_not_there() {
        let path = std::env::temp_dir().join(format!("crlf-{}", std::process::id()));
        fs::write(&path, "#!/bin/sh\r\nexit 0\r\n").unwrap();
        let missing = std::io::Error::from(ErrorKind::NotFound);
        assert!(why(&path, &missing).contains("CR LF"));
        fs::write(&path, "#!/nowhere/sh\n").unwrap();
        assert!(why(&path, &missing).contains("/nowhere/sh"));
        fs::remove_file(&path).unwrap();
        assert_eq!(why(&path, &missing), missing.to_string());
        assert_eq!(status_of(&missing), 127);
    }

    #[test]
    fn the_environment_of_a_script_is_that_of_service() {
        let command = script(Path::new("/etc/init.d/x"), &["start"]);
        let names: Vec<_> = command.get_envs().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(names.len(), host::KEPT_VARIABLES.len() + 2);
        assert!(names.contains(&"PATH") && !names.contains(&"HOME"));
        assert_eq!(command.get_current_dir(), Some(Path::new("/")));
    }
}
