//! Causes that a line of the service's own log names.
//!
//! A clue alone says what was so at that moment; each rule looks whether it is still so: who has the port, which step
//! of the path refuses, whether the file is there now.

mod accounts;
mod config;
mod crashes;
mod data;
mod files;
mod files_about;
mod last_words;
mod limits;
mod network;
mod network_about;
mod programs;
mod told;

use super::Rule;

/// The rules of this family, a table from each of its files.
pub(super) const RULES: &[&[Rule]] = &[
    programs::RULES,
    accounts::RULES,
    network::RULES,
    data::RULES,
    files::RULES,
    limits::RULES,
    config::RULES,
    crashes::RULES,
    last_words::RULES,
];

#[cfg(test)]
mod tests;
