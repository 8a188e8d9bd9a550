//! Running a service's script where OpenRC runs the machine: through its own rc-service.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use super::{hand_over, terminal};

/// Where OpenRC keeps the programs with which scripts tell it what became of them.
const MARKERS: [&str; 2] = ["/lib/rc/sbin", "/usr/lib/rc/sbin"];

/// Gives a script a command, with these options of rc-service's. Returns only where something is
/// left to do afterwards, or where it can't be run.
pub fn run(script: &Path, options: &[OsString], args: &[OsString]) -> ExitCode {
    if marker(script, args).is_some() {
        return ExitCode::from(wait(script, options, args));
    }
    match hand_over::own_tool("rc-service") {
        Some(tool) => hand_over::to_tool(&tool, &words(script, options, args)),
        None => hand_over::to_script(script, args),
    }
}

/// The same, and waits: its exit status.
pub fn wait(script: &Path, options: &[OsString], args: &[OsString]) -> u8 {
    let mut command = match hand_over::own_tool("rc-service") {
        Some(tool) => {
            let mut command = Command::new(tool);
            command.args(words(script, options, args));
            command
        }
        None => hand_over::script(script, args),
    };
    let status = hand_over::wait_for(&mut command).unwrap_or_else(|error| {
        terminal::err(&format!("{}: {}", script.display(), hand_over::why(script, &error)));
        hand_over::status_of(&error)
    });
    if status == 0
        && let Some(marker) = marker(script, args)
        && let Some(name) = script.file_name()
    {
        // That OpenRC doesn't hear of it changes nothing in what became of the service.
        let _marked = Command::new(marker).arg(name).env("RC_SVCNAME", name).status();
    }
    status
}

fn words(script: &Path, options: &[OsString], args: &[OsString]) -> Vec<OsString> {
    let name = script.file_name().unwrap_or_default().to_owned();
    // Behind `--`, so that a script's options aren't taken for rc-service's.
    let words = options.iter().cloned().chain([OsString::from("--"), name]);
    words.chain(args.iter().cloned()).collect()
}

/// The program that tells OpenRC what a script of the LSB's kind did: such a script does not tell
/// it itself, and OpenRC would go on believing what was.
fn marker(script: &Path, args: &[OsString]) -> Option<std::path::PathBuf> {
    let name = match args.first()?.to_str()? {
        "start" | "restart" | "force-reload" => "mark_service_started",
        "stop" => "mark_service_stopped",
        _ => return None,
    };
    if tells_openrc(script) {
        return None;
    }
    let paths = MARKERS.iter().map(|folder| Path::new(folder).join(name));
    paths.into_iter().find(|path| hand_over::is_executable(path))
}

/// Whether a script is OpenRC's own kind.
fn tells_openrc(script: &Path) -> bool {
    let text = std::fs::read(script).unwrap_or_default();
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    first.contains("openrc-run") || first.contains("runscript")
}
