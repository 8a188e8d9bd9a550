//! The rows: what daemons say, and what it means.
//!
//! A row's pattern is a regular expression over bytes (ASCII classes, case ignored), tried only on lines that hold its
//! needle. What a named group captures is the value of that word; `{path}` and other words in braces stand for parts
//! that occur often. Every row has a line of the daemon, and a test holds it against the row.
//!
//! What one daemon says is asked for before what many say: the rows of errno(3) come last.

mod base;
mod crashes;
mod databases;
mod errno;
mod kernel;
mod languages;
mod loader;
mod mail;
mod mariadb;
mod names;
mod nothing;
mod openrc;
mod others;
mod postgres;
mod proxies;
mod redis;
mod runtimes;
mod shells;
mod stores;
mod systemd;
mod web;

use super::Kind;

/// How much a line says about the end of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Looks bad and means nothing: clients' faults, warnings that are none.
    Nothing,
    /// May have to do with it; a working service writes such lines too.
    Hint,
    /// Something failed; the service may go on.
    Failure,
    /// The service ends for it.
    Fatal,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Who writes it.
    pub from: &'static str,
    /// What it means.
    pub kind: Kind,
    /// How much it says.
    pub grade: Grade,
    /// A word that every line of this row holds.
    pub needle: &'static str,
    /// The pattern.
    pub pattern: &'static str,
    /// A line.
    pub example: &'static str,
    /// What it gives.
    pub gives: &'static [(&'static str, &'static str)],
}

/// All rows; the first that matches counts.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().flat_map(|table| table.iter())
}

const TABLES: &[&[Row]] = &[
    nothing::ROWS,
    systemd::ROWS,
    openrc::ROWS,
    kernel::ROWS,
    loader::ROWS,
    web::ROWS,
    proxies::ROWS,
    base::ROWS,
    mail::ROWS,
    names::ROWS,
    postgres::ROWS,
    mariadb::ROWS,
    redis::ROWS,
    stores::ROWS,
    databases::ROWS,
    others::ROWS,
    crashes::ROWS,
    runtimes::ROWS,
    languages::ROWS,
    shells::ROWS,
    errno::ROWS,
];

type Gives = &'static [(&'static str, &'static str)];

/// A line for which the service ends.
const fn fatal(
    from: &'static str,
    kind: Kind,
    needle: &'static str,
    pattern: &'static str,
    example: &'static str,
    gives: Gives,
) -> Row {
    Row { from, kind, grade: Grade::Fatal, needle, pattern, example, gives }
}

/// A line that says what failed.
const fn failure(
    from: &'static str,
    kind: Kind,
    needle: &'static str,
    pattern: &'static str,
    example: &'static str,
    gives: Gives,
) -> Row {
    Row { from, kind, grade: Grade::Failure, needle, pattern, example, gives }
}

/// A line that means nothing for the service.
const fn nothing(
    from: &'static str,
    needle: &'static str,
    pattern: &'static str,
    example: &'static str,
) -> Row {
    Row { from, kind: Kind::GaveUp, grade: Grade::Nothing, needle, pattern, example, gives: &[] }
}

/// A line that a working service writes too.
const fn hint(
    from: &'static str,
    kind: Kind,
    needle: &'static str,
    pattern: &'static str,
    example: &'static str,
    gives: Gives,
) -> Row {
    Row { from, kind, grade: Grade::Hint, needle, pattern, example, gives }
}
