//! Readers: texts of each language into definitions.

mod account;
mod call;
mod cron_line;
mod crontab;
mod folders;
mod ini;
mod lsb;
mod lsb_actions;
mod lsb_header;
mod openrc;
mod openrc_functions;
mod procfile;
mod script;
mod signals;
mod ssd_options;
mod start_stop;
mod steps;
mod supervisord;
mod supervisord_output;
mod supervisord_program;
mod supervisord_words;
mod systemd;
mod systemd_exec;
mod systemd_service;
mod systemd_timer;
mod systemd_words;

use std::fmt;

use crate::{Definition, Format, Lost, Place};

pub(crate) use account::limit_letter;

/// A file's text.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path, as messages show it.
    pub path: &'a str,
    /// All of it.
    pub text: &'a [u8],
}

impl Source<'_> {
    /// The last part of the path.
    fn file_name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path, |(_, name)| name)
    }

    fn place(&self, line: u32) -> Option<Place> {
        Some(Place { file: self.path.to_owned(), line })
    }

    /// The text, and what is lost where it is no UTF-8.
    fn text(&self) -> (String, Option<Lost>) {
        match std::str::from_utf8(self.text) {
            Ok(text) => (text.replace("\r\n", "\n"), None),
            Err(error) => {
                let before = self.text.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
                let lost = Lost::new("bytes that are no UTF-8", "no other language has them")
                    .at(self.place(u32::try_from(line).unwrap_or(u32::MAX)));
                (String::from_utf8_lossy(self.text).replace("\r\n", "\n"), Some(lost))
            }
        }
    }
}

/// What a file defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The services, in order.
    pub definitions: Vec<Definition>,
    /// What was said of no service of these.
    pub lost: Vec<Lost>,
}

/// Why a file defines nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Where.
    pub place: Option<Place>,
    /// Why, in a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What was lost besides, which often tells more.
    pub lost: Vec<Lost>,
}

impl ReadError {
    fn new(message: impl Into<String>) -> ReadError {
        ReadError { place: None, message: message.into(), help: None, lost: Vec::new() }
    }

    fn at(self, place: Option<Place>) -> ReadError {
        ReadError { place, ..self }
    }

    fn help(self, help: impl Into<String>) -> ReadError {
        ReadError { help: Some(help.into()), ..self }
    }

    fn with(self, lost: Vec<Lost>) -> ReadError {
        ReadError { lost, ..self }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads a file.
///
/// `others` are files that belong to it: drop-ins of a unit, the service that a timer starts.
/// `name` is the service's name, instead of the one that follows from the file's.
///
/// # Errors
/// The file defines no service, or one whose start can't be known from its text.
pub fn read(
    format: Format,
    main: &Source<'_>,
    others: &[Source<'_>],
    name: Option<&str>,
) -> Result<Reading, ReadError> {
    if main.text.contains(&0) {
        return Err(ReadError::new("it is no text file").at(main.place(1)));
    }
    match format {
        Format::Systemd => systemd::read(main, others, name),
        Format::OpenRc => openrc::read(main, name),
        Format::Lsb => lsb::read(main, name),
        Format::Supervisord => supervisord::read(main, name),
        Format::Procfile => procfile::read(main, name),
        Format::Crontab => crontab::read(main, name, false),
        Format::SystemCrontab => crontab::read(main, name, true),
    }
}
