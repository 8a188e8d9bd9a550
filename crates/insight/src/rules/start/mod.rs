//! Causes and mechanisms that come from the definition, the state and what was looked up.

mod account;
mod already;
mod common;
mod condition;
mod config;
mod cycle;
mod data;
mod denied;
mod depends;
mod exit;
mod files;
mod format;
#[cfg(test)]
mod healthy;
mod kind;
mod known;
mod load;
mod network;
mod pid;
mod places;
mod privileged;
mod program;
mod refused;
mod rest;
mod secrets;
mod setup;
#[cfg(test)]
mod testing;
mod time;

use super::Rule;
pub(crate) use pid::is_impersonated;

/// The rules of this family, a table from each of its files. Of two causes that are equally sure the first is shown
/// first: what comes first at a start comes first here.
pub(super) const RULES: &[&[Rule]] = &[
    load::RULES,
    rest::RULES,
    condition::RULES,
    cycle::RULES,
    depends::RULES,
    places::RULES,
    account::RULES,
    setup::RULES,
    refused::RULES,
    program::RULES,
    format::RULES,
    config::RULES,
    network::RULES,
    privileged::RULES,
    files::RULES,
    denied::RULES,
    secrets::RULES,
    data::RULES,
    already::RULES,
    pid::RULES,
    kind::RULES,
    time::RULES,
    exit::RULES,
];
