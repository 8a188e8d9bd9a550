//! Reads configurations within a budget, and nothing that a service's user put there for us to find.

use std::collections::BTreeMap;
use std::io::Read as _;

use insight::snapshot::{FileKind, PathFact};

use super::super::lookups::paths::{Found, Resolver};

/// What is read of one file at most.
const FILE_BYTES: u64 = 512 * 1024;
/// Files of one service at most.
const FILES_MAX: usize = 200;
/// Names in one folder at most.
const NAMES_MAX: usize = 500;

/// Reads texts below one root, each once.
pub struct Reader<'r> {
    resolver: &'r Resolver,
    texts: BTreeMap<String, Option<String>>,
    /// Files that may be read yet, of the service that is looked at.
    left: usize,
    /// Files that may not be read.
    pub denied: Vec<String>,
}

impl<'r> Reader<'r> {
    /// Nothing is read yet.
    pub fn new(resolver: &'r Resolver) -> Reader<'r> {
        Reader { resolver, texts: BTreeMap::new(), left: FILES_MAX, denied: Vec::new() }
    }

    /// The next service has a budget of its own.
    pub fn begin(&mut self) {
        self.left = FILES_MAX;
    }

    /// The beginning of a text; `None`: it is no plain text file, may not be read, or lies behind a link that
    /// somebody else than root could have made.
    pub fn text(&mut self, path: &str) -> Option<String> {
        if let Some(known) = self.texts.get(path) {
            return known.clone();
        }
        self.left = self.left.checked_sub(1)?;
        let found = self.resolver.look(path);
        let text = if is_ours(&found.fact) { self.read(path, &found) } else { None };
        self.texts.insert(path.to_owned(), text.clone());
        text
    }

    fn read(&mut self, path: &str, found: &Found) -> Option<String> {
        let file = match Resolver::read_found(found) {
            Ok(file) => file,
            Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => {
                self.denied.push(path.to_owned());
                return None;
            }
            Err(_) => return None,
        };
        let mut bytes = Vec::new();
        file.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
        let head = bytes.get(..512).unwrap_or(&bytes);
        (!head.contains(&0)).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Paths that fit a pattern: a `*` in a name stands for any part of it.
    pub fn matching(&self, pattern: &str) -> Vec<String> {
        let mut paths = vec![String::new()];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            paths = match part.split_once('*') {
                None => paths.into_iter().map(|path| format!("{path}/{part}")).collect(),
                Some((start, end)) => paths
                    .into_iter()
                    .flat_map(|folder| {
                        let names = self.names(&folder).into_iter().filter(|name| {
                            name.len() >= start.len() + end.len()
                                && name.starts_with(start)
                                && name.ends_with(end)
                        });
                        names.map(|name| format!("{folder}/{name}")).collect::<Vec<_>>()
                    })
                    .collect(),
            };
        }
        let is_file = |path: &String| self.kind(path) == Some(FileKind::File);
        paths.into_iter().filter(is_file).collect()
    }

    /// Regular files in a folder and those below it.
    pub fn files_below(&self, folder: &str, depth: u32) -> Vec<String> {
        let mut found = Vec::new();
        self.collect(folder, depth, &mut found);
        found
    }

    fn collect(&self, folder: &str, depth: u32, found: &mut Vec<String>) {
        for name in self.names(folder) {
            let path = format!("{folder}/{name}");
            let looked = self.resolver.look(&path);
            let is_link =
                looked.fact.steps.iter().any(|step| step.link.is_some() && step.path == path);
            match looked.fact.target().map(|entry| entry.kind) {
                Some(FileKind::File) => found.push(path),
                // A link to a folder could lead round in a circle.
                Some(FileKind::Directory) if depth > 0 && !is_link => {
                    self.collect(&path, depth - 1, found)
                }
                _ => {}
            }
            if found.len() >= FILES_MAX {
                return;
            }
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let folder = if folder.is_empty() { "/" } else { folder };
        let mut names = self.resolver.list(folder).unwrap_or_default();
        names.sort();
        names.truncate(NAMES_MAX);
        names
    }

    /// What is at a path.
    pub fn kind(&self, path: &str) -> Option<FileKind> {
        self.resolver.look(path).fact.target().map(|entry| entry.kind)
    }

    /// Looks at a path.
    pub fn look(&self, path: &str) -> Found {
        self.resolver.look(path)
    }
}

/// No link on the way lies in a folder that somebody else than root can write to.
fn is_ours(fact: &PathFact) -> bool {
    let mut folder_is_roots = true;
    for step in &fact.steps {
        if step.link.is_some() && !folder_is_roots {
            return false;
        }
        if let Some(entry) = step.entry.known().filter(|entry| entry.kind == FileKind::Directory) {
            folder_is_roots = entry.uid == 0 && entry.mode & 0o022 == 0;
        }
    }
    true
}
