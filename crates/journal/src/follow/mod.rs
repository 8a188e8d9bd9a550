//! Noticing that files grow, come and go.
//!
//! inotify(7) tells what happens in the folders of a [`Set`]; where it can't (its watches are used up,
//! files on a network), a timer makes us look ourselves.

mod sources;

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use crate::set::{Found, Set};
use sources::{Event, Sources, What};

/// Tells when the files of a [`Set`] may have changed. Poll its descriptor ([`AsFd`]) for reading, then
/// call [`Watch::update`]. While nothing happens it doesn't wake anybody up.
#[derive(Debug)]
pub struct Watch {
    sources: Sources,
    /// By watch descriptor.
    folders: HashMap<i32, Watched>,
    /// Files without a name at the last update. A second update later they don't come back.
    orphans: Vec<u32>,
}

/// A folder that is watched.
#[derive(Clone, Debug)]
struct Watched {
    path: PathBuf,
    is_root: bool,
    is_searched: bool,
}

/// What [`Watch::update`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Indexes of new files.
    pub added: Vec<u32>,
    /// Indexes of files that are gone; what was not read of them is gone with them.
    pub removed: Vec<u32>,
    /// Whether anything happened at all: there may be new entries.
    pub any: bool,
}

impl Watch {
    pub(crate) fn new(set: &mut Set) -> io::Result<Watch> {
        let mut watch =
            Watch { sources: Sources::new()?, folders: HashMap::new(), orphans: Vec::new() };
        // Folders are watched first and looked into then: nothing falls in between.
        watch.look_through(set, &mut Change::default());
        Ok(watch)
    }

    /// Brings the set up to date: opens new files, drops those that are gone, and looks how far the
    /// others have grown. A file that is only renamed stays what it is. Never blocks.
    ///
    /// # Errors
    /// The kernel's answers can't be read.
    pub fn update(&mut self, set: &mut Set) -> io::Result<Change> {
        let mut change = Change::default();
        let mut must_look_through = false;
        for event in self.sources.read()? {
            change.any = true;
            must_look_through |= !self.handle(&event, set, &mut change);
        }
        if must_look_through {
            self.look_through(set, &mut change);
        }
        self.drop_orphans(set, &mut change);
        if change.any {
            set.bump_epoch();
        }
        Ok(change)
    }

    /// One round through all places.
    fn look_through(&mut self, set: &mut Set, change: &mut Change) {
        set.scan(&mut |found| self.note(&found, change));
        change.removed.extend(set.drop_unseen());
        for (_, file) in set.files() {
            // What can't be asked is found to be gone next time.
            let _ = file.refresh();
        }
        set.bump_epoch();
    }

    fn note(&mut self, found: &Found<'_>, change: &mut Change) {
        match found {
            Found::File(index) => change.added.push(*index),
            Found::Folder(folder) => {
                if let Some(watch) = self.sources.watch(&folder.path) {
                    self.folders.insert(
                        watch,
                        Watched {
                            path: folder.path.clone(),
                            is_root: folder.is_root,
                            is_searched: folder.is_searched,
                        },
                    );
                }
            }
        }
    }

    /// Whether the event told all there is to know; else everything must be looked through.
    fn handle(&mut self, event: &Event, set: &mut Set, change: &mut Change) -> bool {
        let Event::Folder { watch, what, name, is_folder } = event else { return false };
        let Some(folder) = self.folders.get(watch).cloned() else { return true };
        match (name.as_deref(), what) {
            (None, What::Gone | What::Left) => {
                self.folders.remove(watch);
                set.forget_folder(&folder.path);
                true
            }
            (None, What::Changed) => true,
            (Some(name), what) if *is_folder => {
                if folder.is_root && *what == What::Changed {
                    set.add_machine(&folder.path, name, &mut |found| self.note(&found, change));
                }
                true
            }
            (Some(name), what) => {
                self.handle_file(&folder, name, *what, set, change);
                true
            }
        }
    }

    fn handle_file(
        &mut self,
        folder: &Watched,
        name: &str,
        what: What,
        set: &mut Set,
        change: &mut Change,
    ) {
        let path = named(set, &folder.path.join(name));
        match what {
            What::Changed => {
                let is_wanted = if folder.is_searched {
                    set.wants_name(name)
                } else {
                    set.places().files.contains(&path)
                };
                if is_wanted {
                    set.add_file(&path, &mut |found| self.note(&found, change));
                }
                if let Some(file) = set.index_of(&path).and_then(|index| set.file(index)) {
                    let _ = file.refresh();
                }
            }
            What::Left => set.orphan(&path),
            What::Gone => {
                if let Some(index) = set.index_of(&path) {
                    set.drop_file(index);
                    change.removed.push(index);
                }
            }
        }
    }

    /// A renamed file loses its name first and is found under the other right after. Files that were
    /// named by the user are read to their end whatever they are called now.
    fn drop_orphans(&mut self, set: &mut Set, change: &mut Change) {
        let orphans = set.orphans();
        if set.places().files.is_empty() {
            for index in orphans.iter().filter(|index| self.orphans.contains(index)) {
                set.drop_file(*index);
                change.removed.push(*index);
            }
        }
        self.orphans = orphans;
    }
}

/// A file in the current folder was named without one.
fn named(set: &Set, path: &Path) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) if set.places().files.iter().any(|file| file == rest) => rest.to_owned(),
        _ => path.to_owned(),
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sources.as_fd()
    }
}
