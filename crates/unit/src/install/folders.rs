//! Folders of units and of configuration.

use std::collections::BTreeMap;

use super::{
    draft::{Draft, Last},
    path,
    scene::Scene,
};
use crate::{files::EntryKind, load::SearchPath};

/// The folders of the search path, and where they really are: a link may lead to either.
pub(super) fn searched(scene: &mut Scene<'_, '_>) -> Vec<String> {
    let mut folders = Vec::with_capacity(scene.search.folders().len());
    for folder in scene.search.folders() {
        folders.push(folder.to_string());
        if let Ok(end) = scene.draft.chase(folder, Last::Follow)
            && end.path != **folder
            && end.kind == Some(EntryKind::Folder)
        {
            folders.push(end.path);
        }
    }
    folders
}

/// Whether it is a folder that `enable` writes to.
pub(super) fn is_config(search: &SearchPath, folder: &str) -> bool {
    [search.config(), search.runtime()].iter().any(|config| ***config == *folder)
}

/// Files with that end in folders, sorted by name; of those with the same name the one in the
/// first folder counts.
pub(super) fn configuration(draft: &mut Draft<'_>, folders: &[&str], end: &str) -> Vec<String> {
    let mut files: BTreeMap<Box<str>, String> = BTreeMap::new();
    for folder in folders {
        // A folder that is not there, or can't be read, adds nothing.
        for (name, kind) in draft.list(folder).unwrap_or_default() {
            let is_file = matches!(kind, EntryKind::File | EntryKind::Link(_));
            if is_file && name.ends_with(end) && !name.starts_with('.') {
                files.entry(name.clone()).or_insert_with(|| path::join(folder, &name));
            }
        }
    }
    files.into_values().collect()
}
