//! `journalctl`, on whatever init there is: its arguments, its output and its exit statuses, as
//! systemd 252 has them (journalctl(1)).
//!
//! Start reading at [`settings::Settings`], what a command line asks for; [`option_table`] and
//! [`grammar`] are how it says so. [`show`] shows entries, through the engine that `daemonctl logs` has too
//! ([`crate::logs`]); [`boots`], [`fields`], [`header`], [`explain`] and [`verify`] answer other
//! questions; [`vacuum`] deletes, and [`journald`] has journald do what only that can.
//!
//! What it deliberately does not do: images (`--image`), and codes for telephones' cameras
//! (`--setup-keys`).

mod apply;
mod boots;
mod elsewhere;
mod explain;
mod failure;
mod fields;
mod grammar;
mod header;
mod help;
mod journald;
mod new_id;
mod option_table;
mod places;
mod settings;
mod show;
mod times;
mod vacuum;
mod values;
mod verify;

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::process::ExitCode;

use present::text::clean;
use serde_json::Value;

use super::screen;
use super::systemctl::json;
use super::systemctl::times::now_usec;
use crate::logs::pager::{Choice, Sink};
use failure::{Failure, words};
use grammar::Understood;
use present::log::{Colours, Format};
use settings::{Action, Settings};

/// One invocation.
pub struct Tool {
    /// What its options ask for.
    pub settings: Settings,
}

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = program.to_string_lossy();
    let outcome = match Settings::parse(&program, args, now_usec()) {
        Ok(Understood::Do(settings, words)) => Tool { settings: *settings }.run(&words),
        Ok(Understood::Answer(text)) => print(text.as_bytes()),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let level = if failure.is_plain { Level::Info } else { Level::Error };
            say(level, &failure.text);
            ExitCode::FAILURE
        }
    }
}

impl Tool {
    fn run(&self, words: &[OsString]) -> Result<(), Failure> {
        if self.settings.image.is_some() {
            return Err(Failure::new("--image is not supported: mount it, and give --root=PATH."));
        }
        match self.settings.action {
            Action::NewId => new_id::print(self),
            Action::SetupKeys => Err(Failure::new(
                "--setup-keys is not supported: sealing is journald's, and its journalctl makes the keys.",
            )),
            Action::ListCatalog | Action::DumpCatalog => explain::show(self, words),
            Action::UpdateCatalog => explain::update(self),
            Action::Flush => journald::flush(self),
            Action::RelinquishVar => journald::relinquish_var(self),
            Action::Sync => journald::sync(self),
            Action::Rotate => journald::rotate(self),
            _ => self.read(words),
        }
    }

    /// What needs journal files.
    fn read(&self, words: &[OsString]) -> Result<(), Failure> {
        let set = places::open(self)?;
        if elsewhere::applies(&self.settings, &set) {
            return elsewhere::show(self, words);
        }
        match self.settings.action {
            Action::Header => header::print(self, &set),
            Action::Verify => verify::run(self, &set),
            Action::DiskUsage => header::disk_usage(self, &set),
            Action::ListBoots => boots::list(self, &set),
            Action::RotateAndVacuum => {
                journald::rotate(self)?;
                // What was active is archived now.
                vacuum::run(self, &places::open(self)?)
            }
            Action::Vacuum => vacuum::run(self, &set),
            Action::Names => fields::names(self, &set),
            _ => show::run(self, set, words),
        }
    }

    /// Writes a message to standard error; a line end is added.
    pub fn say(&self, level: Level, text: &str) {
        say(level, text);
    }

    /// Writes to standard output. Whoever reads it may have seen enough: that is no error.
    ///
    /// # Errors
    /// It can't be written.
    pub fn print(&self, text: &[u8]) -> Result<(), Failure> {
        print(text)
    }

    /// The same through a pager, where a person looks at it.
    ///
    /// # Errors
    /// It can't be written.
    pub fn print_paged(&self, text: &[u8]) -> Result<(), Failure> {
        let mut sink = self.sink()?;
        let written = match sink.is_paged() || io::stdout().is_terminal() {
            true => sink.write_all(&each_line(text)),
            false => sink.write_all(text),
        };
        sink.close();
        done(written)
    }

    /// A value, in the JSON format that is asked for.
    ///
    /// # Errors
    /// It can't be written.
    pub fn print_json(&self, value: &Value) -> Result<(), Failure> {
        let pretty = self.settings.format == Format::JsonPretty;
        let text = json::text(value, pretty);
        self.print_paged(
            match self.settings.format {
                Format::JsonSse => format!("data: {text}\n"),
                Format::JsonSeq => format!("\x1e{text}"),
                _ => text,
            }
            .as_bytes(),
        )
    }

    /// Standard output, or a pager in front of it.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn sink(&self) -> Result<Sink, Failure> {
        let settings = &self.settings;
        let sink = match settings.no_pager || settings.follow {
            true => Sink::direct(),
            false => Sink::paged(&Choice {
                variables: &["SYSTEMD_PAGER", "PAGER"],
                at_end: settings.pager_end,
            }),
        };
        sink.map_err(|error| written_failure(&error))
    }
}

fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout();
    done(match out.is_terminal() {
        true => out.write_all(&each_line(text)).and_then(|()| out.flush()),
        false => out.write_all(text).and_then(|()| out.flush()),
    })
}

fn done(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(written_failure(&error)),
        _ => Ok(()),
    }
}

fn written_failure(error: &io::Error) -> Failure {
    Failure::new(format!("Failed to write output: {}", words(error)))
}

/// How bad it is what a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something was not done.
    Error,
    /// Something is not as it should be.
    Warning,
    /// Somebody may want to know.
    Notice,
    /// That something was done.
    Info,
}

impl Level {
    /// The escape sequences around it.
    fn colour(self, colours: Colours) -> (&'static str, &'static str) {
        let on = match self {
            _ if !colours.is_on() => return ("", ""),
            Level::Error => "\x1b[0;1;31m",
            Level::Warning if colours == Colours::Sixteen => "\x1b[0;1;33m",
            Level::Warning => "\x1b[0;1;38;5;185m",
            Level::Notice => "\x1b[0;1;39m",
            Level::Info => return ("", ""),
        };
        (on, "\x1b[0m")
    }
}

/// Writes a message to standard error, line by line.
fn say(level: Level, text: &str) {
    let is_terminal = io::stderr().is_terminal();
    let (on, off) = level.colour(screen::colours());
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(on);
        match is_terminal {
            true => out.push_str(&clean(line.as_bytes())),
            false => out.push_str(line),
        }
        out.push_str(off);
        out.push('\n');
    }
    // Nothing is left to do when standard error itself is closed.
    let _ = io::stderr().write_all(out.as_bytes());
}

/// The lines made safe for a terminal; line ends stay.
fn each_line(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for piece in text.split_inclusive(|byte| *byte == b'\n') {
        let line = piece.strip_suffix(b"\n");
        out.extend_from_slice(clean(line.unwrap_or(piece)).as_bytes());
        if line.is_some() {
            out.push(b'\n');
        }
    }
    out
}
