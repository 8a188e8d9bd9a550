//! Which file has which name, while files are renamed and removed.

use std::path::Path;

use super::Set;

impl Set {
    pub(crate) fn index_of(&self, path: &Path) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// The file has lost its name: it is dropped by [`Set::drop_orphans`] unless it is found under
    /// another.
    pub(crate) fn orphan(&mut self, path: &Path) {
        let index = self.by_path.remove(path);
        if let Some(slot) =
            index.and_then(|index| self.files.get_mut(index as usize)).and_then(Option::as_mut)
        {
            slot.is_orphan = true;
        }
    }

    pub(crate) fn orphans(&self) -> Vec<u32> {
        (0..)
            .zip(&self.files)
            .filter(|(_, slot)| slot.as_ref().is_some_and(|slot| slot.is_orphan))
            .map(|(index, _)| index)
            .collect()
    }

    pub(crate) fn drop_file(&mut self, index: u32) {
        if let Some(slot) = self.files.get_mut(index as usize).and_then(Option::take)
            && self.by_path.get(&slot.path) == Some(&index)
        {
            self.by_path.remove(&slot.path);
        }
    }

    pub(crate) fn forget_folder(&mut self, path: &Path) {
        self.folders.retain(|folder| folder.is_root || folder.path != path);
    }
}
