//! The processes that a command is about, found without looking at the whole machine where a pid
//! is given.

use process::needs::Needs;

use crate::context::Context;
use crate::failure::Failure;
use crate::snapshot::{Row, Snapshot};
use crate::what::{self, What};

/// A snapshot, and which of its processes are meant.
pub struct Targets {
    /// What was looked at; may be one process and those that its verdict depends on.
    pub snapshot: Snapshot,
    /// Indices of those that are meant, ascending.
    pub chosen: Vec<usize>,
}

impl Targets {
    /// Finds what the arguments name.
    ///
    /// # Errors
    /// As [`what::find`], and `/proc` can't be read.
    pub fn find(context: &Context, texts: &[String], needs: Needs) -> Result<Targets, Failure> {
        let snapshot = match texts {
            [text] => match What::parse(text)? {
                What::Pid(pid) => Snapshot::near(context, &[pid], needs)?,
                _ => Snapshot::take(context, needs)?,
            },
            _ => Snapshot::take(context, needs)?,
        };
        let chosen = what::find(context, &snapshot, texts)?.into_iter().collect();
        Ok(Targets { snapshot, chosen })
    }

    /// The processes that are meant.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.chosen.iter().filter_map(|&index| self.snapshot.row(index))
    }
}
