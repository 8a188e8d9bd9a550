//! Looking for files, in the places and in the order in which sd-journal does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::file::{File, OpenError};
use crate::format::layout::header;
use crate::id::Id128;
use crate::places::MachineFolder;

use super::{Set, Slot, Unread, Why};

/// No more files than that are read, as with sd-journal.
const FILES_MAX: usize = 7168;
/// No more reports of files that can't be read are kept.
const UNREAD_MAX: usize = 1000;

/// The usual folders, in the order in which they are looked into.
const USUAL: [&str; 2] = ["/run/log/journal", "/var/log/journal"];
/// Where systemd-journal-remote puts what other machines send.
const REMOTE: &str = "/var/log/journal/remote";

/// A folder that is looked into.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub path: PathBuf,
    /// Has folders of machines in it.
    pub is_root: bool,
    /// Files come and go in it, so new ones are wanted; else only named ones are.
    pub is_searched: bool,
    round: u64,
}

/// What a round through the folders came upon.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// A folder; told before it is looked into.
    Folder(&'a Folder),
    /// A new file.
    File(u32),
}

impl Set {
    /// One round through all places. What is known already is kept.
    pub(crate) fn scan(&mut self, tell: &mut dyn FnMut(Found<'_>)) {
        self.round += 1;
        let places = self.places.clone();
        if !places.files.is_empty() {
            for path in &places.files {
                self.add_folder_of(path, tell);
                self.add_file(path, tell);
            }
        } else if let Some(folder) = &places.directory {
            self.add_root(folder, false, tell);
        } else {
            let is_local = !places.merge && places.root.is_none();
            for usual in USUAL.iter().chain((!is_local).then_some(&REMOTE)) {
                self.add_root(&below(places.root.as_deref(), usual), true, tell);
            }
        }
    }

    /// Drops what the last round did not see.
    pub(crate) fn drop_unseen(&mut self) -> Vec<u32> {
        let round = self.round;
        let gone: Vec<u32> = (0..)
            .zip(&self.files)
            .filter(|(_, slot)| slot.as_ref().is_some_and(|slot| slot.round != round))
            .map(|(index, _)| index)
            .collect();
        for index in &gone {
            self.drop_file(*index);
        }
        self.folders.retain(|folder| folder.is_root || folder.round == round);
        gone
    }

    /// A file that was named is looked at again when something happens in its folder.
    fn add_folder_of(&mut self, path: &Path, tell: &mut dyn FnMut(Found<'_>)) {
        if path.as_os_str() == "-" {
            return;
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        self.note_folder(folder, false, false, tell);
    }

    /// Whether the folder is to be looked into as what it was asked for.
    fn note_folder(
        &mut self,
        path: PathBuf,
        is_root: bool,
        is_searched: bool,
        tell: &mut dyn FnMut(Found<'_>),
    ) -> bool {
        let round = self.round;
        if let Some(folder) = self.folders.iter_mut().find(|folder| folder.path == path) {
            folder.round = round;
            tell(Found::Folder(folder));
            return folder.is_root == is_root;
        }
        let folder = Folder { path, is_root, is_searched, round };
        tell(Found::Folder(&folder));
        self.folders.push(folder);
        true
    }

    fn add_root(&mut self, path: &Path, may_be_missing: bool, tell: &mut dyn FnMut(Found<'_>)) {
        match fs::read_dir(path) {
            Ok(_) => {
                if self.note_folder(path.to_owned(), true, true, tell) {
                    self.look_into(path, true, tell);
                }
            }
            Err(error) if may_be_missing && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.report(path, error.into()),
        }
    }

    /// A machine's folder, if it is wanted.
    pub(crate) fn add_machine(&mut self, root: &Path, name: &str, tell: &mut dyn FnMut(Found<'_>)) {
        let Some(parts) = MachineFolder::parse(name) else { return };
        let path = root.join(name);
        let places = &self.places;
        let is_any_machine = places.merge || places.directory.is_some() || places.root.is_some();
        let is_wanted = places.namespace.wants(parts.namespace)
            && (is_any_machine || path.starts_with("/run") || machine_id() == Some(parts.machine));
        if !is_wanted {
            return;
        }
        match fs::read_dir(&path) {
            Ok(_) => {
                if self.note_folder(path.clone(), false, true, tell) {
                    self.look_into(&path, false, tell);
                }
            }
            Err(error) => self.report(&path, error.into()),
        }
    }

    fn look_into(&mut self, path: &Path, is_root: bool, tell: &mut dyn FnMut(Found<'_>)) {
        let Ok(entries) = fs::read_dir(path) else { return };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.report(path, error.into()),
            };
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if (kind.is_file() || kind.is_symlink()) && self.wants_name(name) {
                self.add_file(&path.join(name), tell);
            }
            if is_root && (kind.is_dir() || kind.is_symlink()) {
                self.add_machine(path, name, tell);
            }
        }
    }

    /// Whether a file of that name in a folder is one to read.
    pub(crate) fn wants_name(&self, name: &str) -> bool {
        self.places.whose.wants(name, self.uid)
    }

    /// Opens a file, unless it is known.
    pub(crate) fn add_file(&mut self, path: &Path, tell: &mut dyn FnMut(Found<'_>)) {
        if self.knows(path) {
            return;
        }
        if self.by_path.len() >= FILES_MAX {
            return self.report(path, Why::TooMany);
        }
        let opened = if path.as_os_str() == "-" { open_input() } else { File::open(path) };
        match opened {
            Ok(file) => {
                let index = self.files.len() as u32;
                let seqnum_id = seqnum_id(&file);
                self.by_path.insert(path.to_owned(), index);
                self.files.push(Some(Slot {
                    file,
                    seqnum_id,
                    path: path.to_owned(),
                    round: self.round,
                    is_orphan: false,
                }));
                tell(Found::File(index));
            }
            Err(error) => self.report(path, error.into()),
        }
    }

    /// Whether that file is open already, under this name or under one that it had before.
    fn knows(&mut self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        let known = self.by_path.get(path).copied();
        // In the first round nothing can have lost its name yet.
        if known.is_none() && self.round <= 1 {
            return false;
        }
        if path.as_os_str() == "-" {
            // Standard input has no name that could be given to another file.
            let slot = known.and_then(|index| self.files.get_mut(index as usize));
            return slot.and_then(Option::as_mut).is_some_and(|slot| {
                slot.round = self.round;
                true
            });
        }
        let Ok(metadata) = fs::metadata(path) else { return false };
        let identity = (metadata.dev(), metadata.ino());
        let round = self.round;
        if let Some(slot) =
            known.and_then(|index| self.files.get_mut(index as usize)).and_then(Option::as_mut)
        {
            if slot.file.identity() == identity {
                slot.round = round;
                return true;
            }
            // Another file has taken its name. Perhaps it was only renamed itself.
            slot.is_orphan = true;
            self.by_path.remove(path);
        }
        self.adopt(path, identity)
    }

    /// A file that lost its name and is found under another.
    fn adopt(&mut self, path: &Path, identity: (u64, u64)) -> bool {
        let round = self.round;
        let is_same = |slot: &Slot| {
            slot.file.identity() == identity && (slot.is_orphan || slot.round != round)
        };
        let found = (0..)
            .zip(&mut self.files)
            .filter_map(|(index, slot)| Some((index, slot.as_mut()?)))
            .find(|(_, slot)| is_same(slot));
        let Some((index, slot)) = found else { return false };
        self.by_path.remove(&slot.path);
        slot.path = path.to_owned();
        slot.is_orphan = false;
        slot.round = round;
        self.by_path.insert(path.to_owned(), index);
        true
    }

    fn report(&mut self, path: &Path, why: Why) {
        let is_known = |unread: &Unread| unread.path == path;
        if self.unread.len() < UNREAD_MAX && !self.unread.iter().any(is_known) {
            self.unread.push(Unread { path: path.to_owned(), why });
        }
    }
}

/// What is open as standard input.
fn open_input() -> Result<File, OpenError> {
    let input = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3).map_err(io::Error::from)?;
    File::from_fd(input, Path::new("/proc/self/fd/0"))
}

/// Whose numbers a file has; it never changes.
fn seqnum_id(file: &File) -> Id128 {
    let bytes = file.bytes(header::SEQNUM_ID as u64, 16).unwrap_or_default();
    Id128(bytes.first_chunk().copied().unwrap_or_default())
}

fn below(root: Option<&Path>, path: &str) -> PathBuf {
    match root {
        Some(root) => root.join(path.trim_start_matches('/')),
        None => PathBuf::from(path),
    }
}

fn machine_id() -> Option<Id128> {
    fs::read_to_string("/etc/machine-id").ok()?.trim().parse().ok()
}
