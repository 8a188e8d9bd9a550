//! **How is it said elsewhere?** Room of the languages that services are defined in: unit files,
//! OpenRC scripts, LSB scripts, supervisord.conf, Procfile, crontab.
//!
//! Start reading at [`Definition`], what is known of a service in nobody's language. [`read()`]
//! makes definitions of a file's text, [`write()`] makes files of a definition. What can't be carried
//! over is a [`Lost`] with the place where it was said: nothing is left out silently.
//!
//! # What this room does not do
//!
//! - It touches no file, runs no shell, reads no clock: texts in, texts out.
//! - It guesses no shell program's meaning. Scripts are read as far as they only state facts
//!   (assignments, `start-stop-daemon` lines, the functions that OpenRC documents); the rest is
//!   listed as lost.
//! - It does not install anything; who writes the files decides where.

#![forbid(unsafe_code)]

pub mod calendar;
mod command;
mod definition;
mod detect;
mod facility;
mod lost;
mod parts;
mod read;
mod shell;
mod write;

pub use command::{Command, Piece, Word};
pub use definition::Definition;
pub use detect::{Format, detect};
pub use lost::{Lost, Place};
pub use parts::{
    Dependency, Directory, EnvironmentFile, Level, Limit, Link, Native, Output, PathCondition,
    Readiness, Restart, RestartPolicy, Schedule, System,
};
pub use read::{ReadError, Reading, Source, read};
pub use shell::quote;
pub use write::{OutFile, Unwritable, Written, write, write_cron};
