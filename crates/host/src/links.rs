//! Links in a manager's folders, before and after its tool was run: what that changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::read;

/// Most links of one folder that are looked at.
const MOST: usize = 4096;

/// The links to one service: link → what it leads to.
pub(crate) type Links = BTreeMap<PathBuf, PathBuf>;

/// The links in these folders of the tree at `root` whose name `is_ours`.
pub(crate) fn snapshot(
    root: &Path,
    folders: impl Iterator<Item = String>,
    is_ours: impl Fn(&str) -> bool,
) -> Links {
    let mut links = Links::new();
    for folder in folders {
        for name in read::names(&root.join(&folder), MOST).unwrap_or_default() {
            let path = Path::new(&folder).join(&name);
            if is_ours(&name)
                && let Ok(target) = std::fs::read_link(root.join(&path))
            {
                links.insert(Path::new("/").join(path), target);
            }
        }
    }
    links
}

/// What changed, in systemctl's sentences: those that went, then those that came.
pub(crate) fn changes(before: &Links, after: &Links) -> Vec<String> {
    let gone = before.iter().filter(|(link, _)| !after.contains_key(*link));
    let came = after.iter().filter(|(link, target)| before.get(*link) != Some(*target));
    let gone = gone.map(|(link, _)| format!("Removed \"{}\".", link.display()));
    let came = came.map(|(link, target)| {
        format!("Created symlink {} \u{2192} {}.", link.display(), target.display())
    });
    gone.chain(came).collect()
}
