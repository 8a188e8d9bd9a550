//! What lies around the scripts: their settings, and the runlevels' links to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{LONGEST_SCRIPT, MOST_SCRIPTS};
use crate::read;

/// Folders of settings: Debian's, Red Hat's and OpenRC's.
const FOLDERS: [&str; 3] = ["etc/default", "etc/sysconfig", "etc/conf.d"];
/// The runlevels of inittab(5).
const LEVELS: [&str; 8] = ["S", "0", "1", "2", "3", "4", "5", "6"];

/// Most files that a script reads, of those that are followed.
const MOST_SOURCED: usize = 4;

/// The settings that scripts read before they use their variables. What is there is listed once: most
/// scripts have none.
#[derive(Debug)]
pub(super) struct Settings(Vec<(&'static str, Option<Vec<String>>)>);

impl Settings {
    pub(super) fn list(root: &Path) -> Self {
        let names = |folder| read::names(&root.join(folder), MOST_SCRIPTS).ok();
        Self(FOLDERS.into_iter().map(|folder| (folder, names(folder))).collect())
    }

    /// Of one script alone: its files are looked for by name.
    pub(super) fn of_one() -> Self {
        Self(FOLDERS.map(|folder| (folder, None)).into())
    }

    /// What is set for a script besides what it sets itself.
    pub(super) fn of(&self, root: &Path, name: &str, text: &str) -> String {
        self.files(name)
            .filter_map(|path| read::text(&root.join(path), LONGEST_SCRIPT).ok())
            .chain(Some(sourced(root, text)).filter(|sourced| !sourced.is_empty()))
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

/// What is set by files of its package that a script reads by `. FILE`. Libraries that all scripts
/// share set nothing of its own.
pub(super) fn sourced(root: &Path, text: &str) -> String {
    const SHARED: [&str; 6] = [
        "/lib/lsb/",
        "/lib/init/",
        "/etc/default/",
        "/etc/sysconfig/",
        "/etc/init.d/",
        "/etc/rc.d/init.d/",
    ];
    let mut found: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let path = [". /", "source /"].iter().find_map(|command| {
            let (before, _) = line.split_once(command)?;
            let ends_command = before.is_empty() || before.ends_with([' ', ';', '&', '{', '(']);
            let from = before.len() + command.len() - 1;
            line.get(from..).filter(|_| ends_command)
        });
        let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '"' | '\'' | ')');
        let path = path.and_then(|path| path.split(ends).next()).unwrap_or_default();
        let is_own = !path.is_empty()
            && !path.contains(['$', '*', '`'])
            && !SHARED.iter().any(|folder| path.starts_with(folder));
        if is_own && !found.contains(&path) && found.len() < MOST_SOURCED {
            found.push(path);
        }
    }
    let read = |path: &&str| {
        let inside = root.join(path.trim_start_matches('/'));
        read::text(&inside, LONGEST_SCRIPT).ok()
    };
    found.iter().filter_map(read).collect::<Vec<_>>().join("\n")
}

/// The runlevels with a start link to one script.
pub(super) fn links_of(root: &Path, name: &str) -> Vec<String> {
    let folders = LEVELS.into_iter().filter(|level| {
        let mut links = folders_of(level).into_iter().flat_map(|folder| {
            // The folder is listed as it comes: whatever is in it, one link is sought.
            std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten()
        });
        links.any(|link| link.file_name().to_str().and_then(started) == Some(name))
    });
    let found: BTreeSet<&str> = folders.collect();
    found.into_iter().map(str::to_owned).collect()
}

fn folders_of(level: &str) -> [String; 2] {
    [format!("etc/rc{level}.d"), format!("etc/rc.d/rc{level}.d")]
}

/// The script that a link starts: S, two digits, the script's name.
fn started(link: &str) -> Option<&str> {
    let name = link.strip_prefix('S')?.trim_start_matches(|c: char| c.is_ascii_digit());
    Some(name).filter(|name| !name.is_empty())
}

/// Script name → runlevels with a start link (`/etc/rc2.d/S20ssh`) to it.
pub(super) fn runlevel_links(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut links: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for level in LEVELS {
        for folder in folders_of(level) {
            for link in read::names(&root.join(folder), MOST_SCRIPTS).unwrap_or_default() {
                if let Some(name) = started(&link) {
                    links.entry(name.to_owned()).or_default().insert(level.to_owned());
                }
            }
        }
    }
    links
}
