//! What does not hold together, kept until somebody asks.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::file::{Damage, File};

/// Damage that a walk met and walked around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDamage {
    /// Which file.
    pub path: PathBuf,
    /// What and where.
    pub damage: Damage,
}

/// The damage that was met, each kind of it once for each file.
#[derive(Clone, Debug, Default)]
pub(crate) struct DamageLog {
    pub found: Vec<FileDamage>,
    known: HashSet<(u64, &'static str)>,
}

impl DamageLog {
    pub fn add(&mut self, file: &File, damage: Damage) {
        if self.known.insert((file.serial(), damage.what)) {
            self.found.push(FileDamage { path: file.path().to_owned(), damage });
        }
    }
}
