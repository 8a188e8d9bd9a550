//! How exposed it is: who can become it, read what is its own, or reach it without need.
//!
//! Rules judge what processes can do now and what files allow now; what a unit declares counts where the two differ
//! ([`privileges`]) and for the figure ([`crate::exposure`]). An error is what somebody without privileges, or the
//! network, can use now; a warning is exposure without need; the rest is for information. What a service is known to
//! need ([`needs`]) is no finding.

mod accounts;
mod capabilities;
mod changers;
mod common;
mod content;
mod daemons;
mod folders;
pub(crate) mod needs;
mod network;
mod privileges;
mod running;
mod sandbox;
mod secrets;
#[cfg(test)]
mod tests;
mod weak_config;
mod writable;

use super::Rule;

/// The rules of this family, a table from each of its files.
pub(super) const RULES: &[&[Rule]] = &[
    writable::RULES,
    folders::RULES,
    secrets::RULES,
    daemons::RULES,
    weak_config::RULES,
    network::RULES,
    privileges::RULES,
    capabilities::RULES,
    running::RULES,
    accounts::RULES,
    content::RULES,
    sandbox::RULES,
];
