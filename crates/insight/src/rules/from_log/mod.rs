//! Causes that a line of the service's own log names.
//!
//! A clue alone says what was so at that moment; each rule looks whether it is still so: who has the port, which step
//! of the path refuses, whether the file is there now.

mod accounts;
mod config;
mod crashes;
mod data;
mod disk;
mod files;
mod files_about;
mod last_words;
mod limits;
mod missing;
mod network;
mod network_about;
mod ports;
mod programs;
mod scripts;
mod told;

use super::Rule;

/// The rules of this family, a table from each of its files.
pub(super) const RULES: &[&[Rule]] = &[
    programs::RULES,
    scripts::RULES,
    accounts::RULES,
    ports::RULES,
    network::RULES,
    data::RULES,
    missing::RULES,
    files::RULES,
    disk::RULES,
    limits::RULES,
    config::RULES,
    crashes::RULES,
    last_words::RULES,
];

#[cfg(test)]
mod more_tests;
#[cfg(test)]
mod tests;
