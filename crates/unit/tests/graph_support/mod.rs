//! A tree of unit files in memory, and the graph of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;

use unit::files::{Content, Entry, EntryKind, FileError, Files};
use unit::graph::{Dependency, Graph, Options, gather};
use unit::load::{Catalogue, Loader, SearchPath};
use unit::{Facts, Name, Unit};

/// The only folder of units.
pub const FOLDER: &str = "/etc/systemd/system";

/// Files by path; a text that starts with `-> ` is a link.
#[derive(Default)]
pub struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Of `(name, text)`; names are relative to [`FOLDER`] unless absolute.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (name, text) in files {
            tree.add(name, text);
        }
        tree
    }

    pub fn add(&mut self, name: &str, text: &str) {
        let path = if name.starts_with('/') { name.into() } else { format!("{FOLDER}/{name}") };
        self.0.insert(path, text.into());
    }

    /// All units of the tree and what they lead to.
    pub fn units(&self, options: &Options) -> Vec<Unit> {
        let facts = Facts::default();
        let (catalogue, problems) =
            Catalogue::read(self, SearchPath::of(&[FOLDER, "/usr/lib/systemd/system"]));
        assert_eq!(problems, []);
        let names: Vec<Name> =
            catalogue.own_names().into_iter().filter(|name| !name.is_template()).cloned().collect();
        let loader = Loader::new(self, &catalogue, &facts);
        gather(names, options, |name| loader.load(name))
    }
}

impl Files for Tree {
    fn list(&self, folder: &str) -> Result<Vec<Entry>, FileError> {
        let start = format!("{}/", folder.trim_end_matches('/'));
        let mut entries: Vec<Entry> = Vec::new();
        for (path, text) in self.0.range(start.clone()..) {
            let Some(rest) = path.strip_prefix(&start) else { break };
            let (name, kind) = match (rest.split_once('/'), text.strip_prefix("-> ")) {
                (Some((name, _)), _) => (name, EntryKind::Folder),
                (None, Some(target)) => (rest, EntryKind::Link(target.into())),
                (None, None) => (rest, EntryKind::File),
            };
            if entries.last().is_none_or(|last| &*last.name != name) {
                entries.push(Entry { name: name.into(), kind });
            }
        }
        if entries.is_empty() { Err(FileError::Missing) } else { Ok(entries) }
    }

    fn read(&self, path: &str) -> Result<Content, FileError> {
        let text = self.0.get(&self.resolve(path)?).ok_or(FileError::Missing)?;
        Ok(Content { bytes: text.clone().into_bytes(), mode: 0o644 })
    }

    fn resolve(&self, path: &str) -> Result<String, FileError> {
        let start = format!("{path}/");
        let is_folder =
            self.0.range(start.clone()..).next().is_some_and(|(p, _)| p.starts_with(&start));
        match self.0.get(path) {
            Some(text) => match text.strip_prefix("-> ") {
                Some(target) if target.starts_with('/') => self.resolve(target),
                Some(target) => {
                    let (folder, _) = path.rsplit_once('/').unwrap();
                    self.resolve(&format!("{folder}/{target}"))
                }
                None => Ok(path.to_owned()),
            },
            None if is_folder => Ok(path.to_owned()),
            None => Err(FileError::Missing),
        }
    }
}

/// The other ends of a unit's dependencies of one kind, sorted, in one line.
pub fn others(graph: &Graph<'_>, unit: &str, kind: Dependency) -> String {
    let id = graph.find(unit).unwrap_or_else(|| panic!("no {unit}"));
    let mut names: Vec<&str> = graph.neighbours(id, kind).map(|id| graph.name(id)).collect();
    names.sort_unstable();
    names.join(" ")
}
