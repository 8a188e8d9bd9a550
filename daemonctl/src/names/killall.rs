//! `killall`, as killall(1) of psmisc has it: a signal for all processes of a name.
//!
//! Besides, `NAME.service` means the processes of that service. Each process is held by a pidfd and
//! checked to be still the one that was found before the signal is sent.

mod ere;
mod grammar;
mod select;
mod send;

use std::ffi::OsString;
use std::process::ExitCode;

use process::signals::TABLE;

use super::terminal;
use grammar::{Asked, Settings};
use select::{Fault, Selection};

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    match grammar::ask(args) {
        Asked::Usage(problem) => {
            if !problem.is_empty() {
                terminal::err(&problem);
            }
            terminal::err_text(grammar::USAGE);
            ExitCode::FAILURE
        }
        Asked::Problem(problem) => {
            terminal::err(&problem);
            ExitCode::FAILURE
        }
        Asked::Version => {
            terminal::err(concat!("killall (daemonctl) ", env!("CARGO_PKG_VERSION")));
            ExitCode::SUCCESS
        }
        Asked::Signals => {
            list_signals();
            ExitCode::SUCCESS
        }
        Asked::Kill(settings) => match kill(&settings) {
            Ok(all) => ExitCode::from(u8::from(!all)),
            Err(problem) => {
                terminal::err(&problem);
                ExitCode::FAILURE
            }
        },
    }
}

/// The names of all signals that have their own, as many in a line as there is room for.
fn list_signals() {
    let mut line = String::new();
    for definition in TABLE.iter().filter(|definition| definition.number < 32) {
        // Its other name is the one that the original has.
        let name = if definition.name == "IO" { "POLL" } else { definition.name };
        if line.len() + 1 + name.len() > 79 {
            terminal::out(&line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(name);
    }
    terminal::out(&line);
}

/// What the kernel said, without its number.
fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Whether something was signalled for each name.
fn kill(settings: &Settings) -> Result<bool, String> {
    let mut selection = Selection::take(settings)?;
    let mut sender = send::Sender::open(settings)?;
    if settings.names.is_empty() {
        let all = selection.of_user();
        return Ok(sender.signal_all(&all));
    }
    let mut every = true;
    for name in &settings.names {
        let found = match selection.named(name) {
            Ok(found) => found,
            Err(Fault::Pattern) => {
                let text = format!("killall: Bad regular expression: {}", name.to_string_lossy());
                return Err(text);
            }
            Err(Fault::File(error)) => {
                terminal::err(&format!("{}: {}", name.to_string_lossy(), words(&error)));
                every = false;
                continue;
            }
        };
        let hit = sender.signal_all(&found);
        if !hit && !settings.quiet {
            terminal::err(&format!("{}: no process found", name.to_string_lossy()));
        }
        every &= hit;
    }
    sender.wait();
    Ok(every)
}
