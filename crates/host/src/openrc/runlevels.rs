//! Which runlevels start which services: `/etc/runlevels`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::folder_error;
use crate::{HostError, read};

/// Most runlevels, and most services of one, that are read.
const MOST: usize = 4096;
/// Where the runlevels lie.
pub(super) const FOLDER: &str = "etc/runlevels";

/// The runlevels and what they start.
#[derive(Clone, Debug, Default)]
pub(super) struct Runlevels {
    /// Runlevel → services with a link in it.
    levels: BTreeMap<String, BTreeSet<String>>,
    /// Runlevel → runlevels that are stacked in it: what they start it starts too.
    stacks: BTreeMap<String, BTreeSet<String>>,
}

impl Runlevels {
    /// Reads them. Without the folder there are none.
    pub(super) fn read(root: &Path) -> Result<Runlevels, HostError> {
        let folder = root.join(FOLDER);
        let mut runlevels = Runlevels::default();
        let names = read::names(&folder, MOST);
        for level in names.map_err(|e| folder_error((PathBuf::from("/etc/runlevels"), e)))? {
            let (mut services, mut stacks) = (BTreeSet::new(), BTreeSet::new());
            for name in read::names(&folder.join(&level), MOST).unwrap_or_default() {
                // A stacked runlevel is a link to its folder.
                let is_level = folder.join(&level).join(&name).is_dir();
                if is_level {
                    stacks.insert(name)
                } else {
                    services.insert(name)
                };
            }
            runlevels.levels.insert(level.clone(), services);
            runlevels.stacks.insert(level, stacks);
        }
        Ok(runlevels)
    }

    /// The runlevels that start a service: by its own link, or because they are stacked on one.
    pub(super) fn of(&self, service: &str) -> Vec<String> {
        let starts = |level: &&String| self.starts(level, service, &mut BTreeSet::new());
        self.levels.keys().filter(starts).cloned().collect()
    }

    fn starts(&self, level: &str, service: &str, seen: &mut BTreeSet<String>) -> bool {
        // Stacks may be laid in a circle.
        if !seen.insert(level.to_owned()) {
            return false;
        }
        let own = self.levels.get(level).is_some_and(|services| services.contains(service));
        own || self.stacks.get(level).into_iter().flatten().any(|s| self.starts(s, service, seen))
    }

    /// The runlevels with a link of their own to it.
    pub(super) fn linked(&self, service: &str) -> Vec<String> {
        let has = |(level, services): (&String, &BTreeSet<String>)| {
            services.contains(service).then(|| level.clone())
        };
        self.levels.iter().filter_map(has).collect()
    }

    /// As `is-enabled` says it.
    pub(super) fn enablement(&self, service: &str) -> &'static str {
        if self.linked(service).is_empty() { "disabled" } else { "enabled" }
    }

    pub(super) fn exists(&self, level: &str) -> bool {
        self.levels.contains_key(level)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.levels.keys().map(String::as_str)
    }

    /// Every service that some runlevel has a link to.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.levels.values().flatten().map(String::as_str)
    }
}
