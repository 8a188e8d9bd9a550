//! A tree as it will be: what lies on disk, with the changes that were decided on so far. Later
//! decisions see the earlier ones, and nothing is written.

use std::collections::{BTreeMap, HashMap};

use super::{
    change::{Change, Was},
    path,
    report::Why,
};
use crate::{
    files::{EntryKind, FileError, Files},
    load::SearchPath,
};

/// How many links are followed on one path, as in Linux.
const MAX_LINKS: u32 = 40;

/// Names in a folder, sorted so that what is decided does not depend on the order on disk.
type Folder = BTreeMap<Box<str>, EntryKind>;

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The path without links, but for the last part where that was asked for.
    pub path: String,
    /// What lies there; `None` for nothing.
    pub kind: Option<EntryKind>,
}

/// Whether the last part of a path is followed where it is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Follow,
    Keep,
}

/// The tree.
pub(super) struct Draft<'f> {
    files: &'f dyn Files,
    folders: HashMap<Box<str>, Result<Folder, FileError>>,
    empty: HashMap<Box<str>, bool>,
    changes: Vec<Change>,
}

impl<'f> Draft<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Draft<'f> {
        Draft { files, folders: HashMap::new(), empty: HashMap::new(), changes: Vec::new() }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub(super) fn has_changes(&self) -> bool {
        self.changes.iter().any(Change::is_link)
    }

    /// The names in a folder, links in its path followed.
    pub(super) fn list(&mut self, folder: &str) -> Result<Vec<(Box<str>, EntryKind)>, FileError> {
        let end = self.chase(folder, Last::Follow)?;
        match end.kind {
            Some(EntryKind::Folder) => {}
            Some(_) => return Err(FileError::NotRegular),
            None => return Err(FileError::Missing),
        }
        let entries = self.folder(&end.path)?;
        Ok(entries.iter().map(|(name, kind)| (name.clone(), kind.clone())).collect())
    }

    fn folder(&mut self, canonical: &str) -> Result<&mut Folder, FileError> {
        if !self.folders.contains_key(canonical) {
            let listed = self
                .files
                .list(canonical)
                .map(|entries| entries.into_iter().map(|entry| (entry.name, entry.kind)).collect());
            self.folders.insert(canonical.into(), listed);
        }
        match self.folders.get_mut(canonical) {
            Some(Ok(folder)) => Ok(folder),
            Some(Err(error)) => Err(*error),
            None => Err(FileError::Missing),
        }
    }

    /// What lies under a path, not followed.
    pub(super) fn kind(&mut self, path: &str) -> Result<Option<EntryKind>, FileError> {
        self.chase(path, Last::Keep).map(|end| end.kind)
    }

    /// Follows the links in a path. `..` never leads above the root of the tree. Where a part of
    /// the path does not exist the rest of it is taken as it is, unless there is a `..` in it.
    pub(super) fn chase(&mut self, path: &str, last: Last) -> Result<End, FileError> {
        let mut todo: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut done = String::new();
        let mut kind = EntryKind::Folder;
        let mut links = 0;
        while let Some(part) = todo.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    done.truncate(done.rfind('/').unwrap_or(0));
                    kind = EntryKind::Folder;
                    continue;
                }
                _ => {}
            }
            if kind != EntryKind::Folder {
                return Err(FileError::NotRegular);
            }
            let here = if done.is_empty() { "/" } else { &done };
            let Some(found) = self.folder(here)?.get(part.as_str()).cloned() else {
                return missing(done, &part, &todo);
            };
            let is_last = todo.iter().all(|part| part.is_empty());
            match found {
                EntryKind::Link(target) if !(is_last && last == Last::Keep) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FileError::Loop);
                    }
                    if target.starts_with('/') {
                        done.clear();
                    }
                    todo.extend(target.split('/').rev().map(str::to_owned));
                    kind = EntryKind::Folder;
                }
                found => {
                    done.push('/');
                    done.push_str(&part);
                    kind = found;
                }
            }
        }
        if done.is_empty() {
            done.push('/');
        }
        Ok(End { path: done, kind: Some(kind) })
    }

    /// A regular file's bytes, links followed.
    pub(super) fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        let end = self.chase(path, Last::Follow)?;
        if path::is_null(&end.path) {
            return Ok(Vec::new());
        }
        match end.kind {
            None => Err(FileError::Missing),
            Some(EntryKind::Folder) => Err(FileError::IsFolder),
            Some(EntryKind::File) => self.files.read(&end.path).map(|content| content.bytes),
            Some(_) => Err(FileError::NotRegular),
        }
    }

    /// Whether a path leads to `/dev/null` or to an empty file: what masks a unit.
    pub(super) fn masks(&mut self, path: &str) -> Result<bool, FileError> {
        let end = self.chase(path, Last::Follow)?;
        if path::is_null(&end.path) {
            return Ok(true);
        }
        match end.kind {
            None => Err(FileError::Missing),
            Some(EntryKind::File) => {
                if let Some(known) = self.empty.get(end.path.as_str()) {
                    return Ok(*known);
                }
                let is_empty = self.files.read(&end.path)?.bytes.is_empty();
                self.empty.insert(end.path.into(), is_empty);
                Ok(is_empty)
            }
            Some(_) => Ok(false),
        }
    }

    /// Decides on a link. One that is there already and leads to the same is left alone.
    pub(super) fn link(
        &mut self,
        link: &str,
        target: &str,
        force: bool,
        search: &SearchPath,
    ) -> Result<(), Why> {
        let (folder, name) = path::split(link);
        let folder = self.make_folders(folder).map_err(Why::File)?;
        let at: Box<str> = path::join(&folder, name).into();
        let found = self.folder(&folder).map_err(Why::File)?.get(name).cloned();
        let change = match found {
            None => Change::Link { path: at, target: target.into() },
            Some(EntryKind::Link(was)) => {
                if self.same_unit(&folder, &was, target, search) {
                    return Ok(());
                }
                if !force {
                    return Err(Why::Exists(Some(was)));
                }
                Change::Replace { path: at, target: target.into(), was }
            }
            Some(_) => return Err(Why::Exists(None)),
        };
        self.folder(&folder)
            .map_err(Why::File)?
            .insert(name.into(), EntryKind::Link(target.into()));
        self.changes.push(change);
        Ok(())
    }

    /// Whether two targets of a link in a folder are as good as each other: the same file, or files
    /// of the same name where units are looked for, of which the same one wins in the end.
    fn same_unit(&mut self, folder: &str, a: &str, b: &str, search: &SearchPath) -> bool {
        let (a, b) = (path::absolute(a, folder), path::absolute(b, folder));
        if a == b {
            return true;
        }
        let ends = (self.chase(&a, Last::Follow), self.chase(&b, Last::Follow));
        if let (Ok(a), Ok(b)) = &ends
            && a.path == b.path
            && (a.kind.is_some() || path::is_null(&a.path))
        {
            return true;
        }
        let below = |path: &str| search.folders().iter().any(|folder| path::below(path, folder));
        path::split(&a).1 == path::split(&b).1 && below(&a) && below(&b)
    }

    /// Makes up the folders of a path that are missing, and says where it leads.
    fn make_folders(&mut self, folder: &str) -> Result<String, FileError> {
        let end = self.chase(folder, Last::Follow)?;
        match end.kind {
            Some(EntryKind::Folder) => return Ok(end.path),
            Some(_) => return Err(FileError::NotRegular),
            None => {}
        }
        let (parent, name) = path::split(&end.path);
        let parent = self.make_folders(parent)?;
        let canonical = path::join(&parent, name);
        self.folder(&parent)?.insert(name.into(), EntryKind::Folder);
        self.folders.insert(canonical.as_str().into(), Ok(Folder::new()));
        Ok(canonical)
    }

    /// Decides that a link, or an empty file that masks, goes away, and with it the folders above
    /// it that become empty, up to `stop`.
    pub(super) fn unlink(&mut self, path: &str, stop: &str) -> Result<(), FileError> {
        let end = self.chase(path, Last::Keep)?;
        let was = match end.kind {
            Some(EntryKind::Link(target)) => Was::Link(target),
            Some(EntryKind::File) => Was::EmptyFile,
            Some(_) => return Err(FileError::NotRegular),
            None => return Err(FileError::Missing),
        };
        let stop = self.chase(stop, Last::Follow)?.path;
        let (mut folder, mut name) = path::split(&end.path);
        self.folder(folder)?.remove(name);
        self.changes.push(Change::Unlink { path: end.path.as_str().into(), was });
        while folder != stop && path::below(folder, &stop) && self.folder(folder)?.is_empty() {
            self.folders.remove(folder);
            self.changes.push(Change::RemoveFolder { path: folder.into() });
            (folder, name) = path::split(folder);
            self.folder(folder)?.remove(name);
        }
        Ok(())
    }
}

fn missing(mut done: String, part: &str, todo: &[String]) -> Result<End, FileError> {
    if todo.iter().any(|part| part == "..") {
        return Err(FileError::Missing);
    }
    let rest = todo.iter().rev().map(String::as_str).filter(|part| !matches!(*part, "" | "."));
    for part in std::iter::once(part).chain(rest) {
        done.push('/');
        done.push_str(part);
    }
    Ok(End { path: done, kind: None })
}
