//! What lies around the scripts: their settings, and the runlevels' links to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{LONGEST_SCRIPT, MOST_SCRIPTS};
use crate::read;

/// Where the settings lie that scripts read before they use their variables: Debian's, Red Hat's
/// and OpenRC's place. What is there is listed once: most scripts have none.
pub(super) struct Settings(Vec<(&'static str, Option<Vec<String>>)>);

impl Settings {
    pub(super) fn list(root: &Path) -> Self {
        let folders = ["etc/default", "etc/sysconfig", "etc/conf.d"].into_iter();
        let names = |folder| read::names(&root.join(folder), MOST_SCRIPTS).ok();
        Self(folders.map(|folder| (folder, names(folder))).collect())
    }

    pub(super) fn of(&self, root: &Path, name: &str) -> String {
        self.files(name)
            .filter_map(|path| read::text(&root.join(path), LONGEST_SCRIPT).ok())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The files with the settings of a script, as its own machine spells them.
    pub(super) fn paths_of(&self, root: &Path, name: &str) -> Vec<PathBuf> {
        let there = self.files(name).filter(|path| root.join(path).is_file());
        there.map(|path| Path::new("/").join(path)).collect()
    }

    /// OpenRC reads, for `net.eth0`, what is set for `net` before.
    fn files<'a>(&'a self, name: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
        let base = name.split('.').next().filter(|base| *base != name && !base.is_empty());
        let names = base.into_iter().chain([name]);
        names.flat_map(move |name| {
            let holds =
                move |names: &Vec<String>| names.binary_search_by(|n| n.as_str().cmp(name)).is_ok();
            self.0
                .iter()
                // A folder that may not be listed may still be entered.
                .filter(move |(_, names)| names.as_ref().is_none_or(holds))
                .filter(move |(at, _)| *at == "etc/conf.d" || Some(name) != base)
                .map(move |(at, _)| Path::new(at).join(name))
        })
    }
}

/// The runlevels with a start link to one script.
pub(super) fn links_of(root: &Path, name: &str) -> Vec<String> {
    runlevel_links(root).remove(name).into_iter().flatten().collect()
}

/// Script name → runlevels with a start link (`/etc/rc2.d/S20ssh`) to it.
pub(super) fn runlevel_links(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut links: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for level in ["S", "0", "1", "2", "3", "4", "5", "6"] {
        for folder in [format!("etc/rc{level}.d"), format!("etc/rc.d/rc{level}.d")] {
            for link in read::names(&root.join(folder), MOST_SCRIPTS).unwrap_or_default() {
                // S, two digits, the script's name.
                let name = link
                    .strip_prefix('S')
                    .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
                if let Some(name) = name.filter(|n| !n.is_empty()) {
                    links.entry(name.to_owned()).or_default().insert(level.to_owned());
                }
            }
        }
    }
    links
}
