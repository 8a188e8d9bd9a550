//! The files of a query, while they grow, rotate and vanish.

mod access;
mod names;
mod scan;

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::cursor::Cursor;
use crate::file::{Damage, Entry, File};
use crate::follow::Watch;
use crate::id::Id128;
use crate::places::Places;

pub use access::{Access, Unread, Why};
pub(crate) use scan::{Folder, Found};

/// An entry's place: which file of the [`Set`], and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// For [`Set::file`].
    pub file: u32,
    /// In bytes from the file's start.
    pub offset: u64,
}

/// Journal files that are read as one. A file's index stays its own as long as the set lives: of a file
/// that vanished the index is never given to another. Threads may share it.
#[derive(Debug)]
pub struct Set {
    places: Places,
    /// In the order in which they were found; None where a file is gone.
    files: Vec<Option<Slot>>,
    by_path: HashMap<PathBuf, u32>,
    folders: Vec<Folder>,
    unread: Vec<Unread>,
    /// Counts rounds through the folders: what a round didn't see is gone.
    round: u64,
    /// Counts the times that something may have changed.
    epoch: u64,
    is_watched: bool,
    /// The caller's: `--user` are the files of this one.
    uid: u32,
}

/// A file that is open.
#[derive(Debug)]
struct Slot {
    file: File,
    seqnum_id: Id128,
    /// Where it lies now: files are renamed when they are rotated.
    path: PathBuf,
    /// The last round that saw it.
    round: u64,
    /// Its name is gone; perhaps it comes back under another.
    is_orphan: bool,
}

impl Set {
    /// Opens what is there. What can't be read is told by [`Set::unread`].
    pub fn open(places: &Places) -> Set {
        let mut set = Set {
            places: places.clone(),
            files: Vec::new(),
            by_path: HashMap::new(),
            folders: Vec::new(),
            unread: Vec::new(),
            round: 0,
            epoch: 1,
            is_watched: false,
            uid: rustix::process::getuid().as_raw(),
        };
        set.scan(&mut |_| {});
        set
    }

    /// What could not be read, and why, in the order in which it was met.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// What was asked for.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The folders that were looked into (`--vacuum-…` works on these).
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().filter(|folder| folder.is_searched).map(|folder| folder.path.as_path())
    }

    /// The file of that index, unless it is gone.
    pub fn file(&self, index: u32) -> Option<&File> {
        self.slot(index).map(|slot| &slot.file)
    }

    fn slot(&self, index: u32) -> Option<&Slot> {
        self.files.get(index as usize)?.as_ref()
    }

    /// All files with their indexes, in the order in which they were found.
    pub fn files(&self) -> impl Iterator<Item = (u32, &File)> {
        (0..).zip(&self.files).filter_map(|(index, slot)| Some((index, &slot.as_ref()?.file)))
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files().next().is_none()
    }

    /// How many indexes were given; some of these files may be gone.
    pub(crate) fn slots(&self) -> usize {
        self.files.len()
    }

    /// Another number each time that something may have changed.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn bump_epoch(&mut self) {
        self.epoch += 1;
    }

    /// The entry there. A file that is gone is [`Damage`] too.
    ///
    /// # Errors
    /// No entry lies there.
    pub fn entry(&self, at: Position) -> Result<Entry, Damage> {
        match self.file(at.file) {
            Some(file) => file.entry(at.offset),
            None => Err(Damage { offset: at.offset, what: "the file is gone" }),
        }
    }

    /// The cursor of the entry there.
    ///
    /// # Errors
    /// No entry lies there.
    pub fn cursor(&self, at: Position) -> Result<Cursor, Damage> {
        Ok(Cursor::of(&self.entry(at)?, self.seqnum_id(at.file)))
    }

    /// The sequence that the numbers of that file are of; zeroes when it is gone.
    pub fn seqnum_id(&self, file: u32) -> Id128 {
        self.slot(file).map_or(Id128::default(), |slot| slot.seqnum_id)
    }

    /// How much all files take up, in bytes of the file system.
    ///
    /// # Errors
    /// A file can't be asked.
    pub fn disk_usage(&self) -> io::Result<u64> {
        let mut sum = 0_u64;
        for slot in self.files.iter().flatten() {
            match std::fs::metadata(&slot.path) {
                Ok(metadata) => sum = sum.saturating_add(metadata.blocks().saturating_mul(512)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sum)
    }

    /// Whether any file lies below /run.
    pub fn has_runtime_files(&self) -> bool {
        self.has_files_below("/run")
    }

    /// Whether any file lies below /var.
    pub fn has_persistent_files(&self) -> bool {
        self.has_files_below("/var")
    }

    fn has_files_below(&self, folder: &str) -> bool {
        self.files.iter().flatten().any(|slot| slot.path.starts_with(folder))
    }

    /// Tells of changes from now on, for `-f`. What has changed since the set was opened is in it when
    /// this returns. To be called before the walk begins: a walk remembers what it has given only where
    /// files are watched.
    ///
    /// # Errors
    /// The process has no descriptors left.
    pub fn watch(&mut self) -> io::Result<Watch> {
        self.is_watched = true;
        Watch::new(self)
    }

    /// Whether files may come and go while it is read.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched
    }
}
