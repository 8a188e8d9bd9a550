//! What is wrong?
//!
//! This room has rules over a [`Snapshot`] of services and their machine, and gives ranked
//! [`Finding`](finding::Finding)s: why a service is broken ([`diagnose`]), how exposed it is ([`audit`]).
//!
//! Start reading at [`snapshot::Snapshot`], all that rules may know, and at [`rules::Rule`], the one table of
//! rules; `docs/findings.md` is made from it. [`clues`] says what lines of logs mean, [`wanted`] what should be
//! looked up because a definition or a clue names it, [`access`] what a user may do with a path, [`rank`] puts
//! a cause before its consequences.
//!
//! # What this room does not do
//!
//! It looks at nothing itself: no file, no process, no clock. It does not know how a snapshot was taken, nor how a
//! finding is shown: its texts are plain sentences, and what they quote may hold any character.

#![forbid(unsafe_code)]

pub mod access;
pub mod clues;
pub mod exposure;
pub mod finding;
pub mod proposal;
pub mod rank;
pub mod rules;
pub mod snapshot;
pub mod statuses;
pub mod system_calls;
pub mod wanted;

use finding::Report;
use rules::Purpose;
use snapshot::Snapshot;

/// Why the services that were asked about are broken: a report for each of them, in their order.
pub fn diagnose(snapshot: &Snapshot) -> Vec<Report> {
    rank::reports(snapshot, Purpose::Diagnose)
}

/// The same with a table of clues that is ready, as [`wanted::wanted_with`] was asked with: making one takes longer
/// than using it.
pub fn diagnose_with(clues: &clues::Clues, snapshot: &Snapshot) -> Vec<Report> {
    rank::reports_with(snapshot, Purpose::Diagnose, Some(clues))
}

/// What is wrong with the machine as a whole: a report without a service's name.
pub fn machine(snapshot: &Snapshot) -> Report {
    rank::machine(snapshot)
}

/// How exposed the services that were asked about are: a report for each of them, in their order.
pub fn audit(snapshot: &Snapshot) -> Vec<Report> {
    rank::reports(snapshot, Purpose::Audit)
}
