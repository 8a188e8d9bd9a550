//! What unit files there are: the search path, listed once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{SearchPath, listing::resolved};
use crate::{diagnostic::Diagnostic, files::Files, name::Name};

/// How many aliases are followed one after another.
const MAX_HOPS: usize = 8;

/// What a name in the search path stands for.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A file of this path.
    File(Arc<str>),
    /// Another unit.
    Alias(Name),
    /// A link to /dev/null of this path.
    Mask(Arc<str>),
}

/// The unit files of a search path, by name.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) path: SearchPath,
    pub(super) names: HashMap<Name, Target>,
    /// Names by what they are aliases of, directly or by way of others.
    aliases: HashMap<Name, Vec<Name>>,
    /// `foo.service.d`, `foo.service.wants` …: the folders of the search path that have it.
    pub(super) folders: HashMap<Box<str>, Vec<u16>>,
    /// Per search folder, where it really is.
    pub(super) resolved: Vec<Option<Arc<str>>>,
    pub(super) diagnostics: HashMap<Name, Vec<Diagnostic>>,
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The unit's main name.
    pub name: Name,
    /// Its other names, sorted.
    pub aliases: Vec<Name>,
    /// Its file.
    pub state: FoundState,
    /// What is wrong with the links.
    pub diagnostics: Vec<Diagnostic>,
}

/// What there is under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundState {
    /// A file of this path.
    File(Arc<str>),
    /// A link of this path to /dev/null.
    Masked(Arc<str>),
    /// Nothing.
    Missing,
}

impl Catalogue {
    /// Lists the search path. Folders that don't exist are left out; what else can't be listed is a
    /// diagnostic.
    pub fn read(files: &dyn Files, path: SearchPath) -> (Catalogue, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut catalogue = Catalogue {
            names: HashMap::new(),
            aliases: HashMap::new(),
            folders: HashMap::new(),
            resolved: path.folders().iter().map(|folder| resolved(files, folder)).collect(),
            diagnostics: HashMap::new(),
            path,
        };
        for index in 0..catalogue.resolved.len() {
            catalogue.list(files, index, &mut diagnostics);
        }
        catalogue.reverse();
        (catalogue, diagnostics)
    }

    /// The search path.
    pub fn search_path(&self) -> &SearchPath {
        &self.path
    }

    /// All names, templates and aliases too, in no certain order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.keys()
    }

    /// All names that are a file of their own or masked, sorted.
    pub fn own_names(&self) -> Vec<&Name> {
        let is_own = |target: &Target| !matches!(target, Target::Alias(_));
        let mut names: Vec<&Name> =
            self.names.iter().filter(|(_, target)| is_own(target)).map(|(name, _)| name).collect();
        names.sort_unstable();
        names
    }

    /// What there is under a name, without its aliases and diagnostics.
    pub fn state(&self, name: &Name) -> FoundState {
        match self.follow(name) {
            Some((_, Target::File(path))) => FoundState::File(path.clone()),
            Some((_, Target::Mask(path))) => FoundState::Masked(path.clone()),
            Some((_, Target::Alias(_))) | None => FoundState::Missing,
        }
    }

    /// Whether there is a file, an alias or a mask of that name, or a template for it.
    pub fn has(&self, name: &Name) -> bool {
        self.names.contains_key(name)
            || name.template().is_some_and(|template| self.names.contains_key(&template))
    }

    /// Follows aliases to a file. `None`: they lead nowhere.
    fn follow(&self, name: &Name) -> Option<(Name, &Target)> {
        let mut name = name.clone();
        for _ in 0..MAX_HOPS {
            let target = match self.names.get(&name) {
                Some(target) => target,
                // An instance of a template, or of a template's alias.
                None => self.names.get(&name.template()?)?,
            };
            match target {
                Target::Alias(next) => {
                    name = match (name.instance(), next.is_template()) {
                        (Some(instance), true) if !instance.is_empty() => {
                            next.with_instance(instance)?
                        }
                        _ => next.clone(),
                    }
                }
                target => return Some((name, target)),
            }
        }
        None
    }

    fn reverse(&mut self) {
        let mut aliases: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
        for (name, target) in &self.names {
            if matches!(target, Target::Alias(_))
                && let Some((main, _)) = self.follow(name)
            {
                aliases.entry(main).or_default().push(name.clone());
            }
        }
        self.aliases = aliases.into_iter().collect();
    }

    /// The unit that a name stands for.
    pub fn find(&self, name: &Name) -> Found {
        let complaints = |name: &Name| {
            let found = self.diagnostics.get(name).into_iter().flatten();
            found.map(|found| found.clone().about(name.as_str())).collect::<Vec<_>>()
        };
        let Some((main, _)) = self.follow(name) else {
            return Found {
                name: name.clone(),
                aliases: Vec::new(),
                state: FoundState::Missing,
                diagnostics: complaints(name),
            };
        };
        let state = self.state(name);
        let mut diagnostics = complaints(name);
        if main != *name {
            diagnostics.extend(complaints(&main));
        }
        Found { aliases: self.aliases_of(&main, name), name: main, state, diagnostics }
    }

    fn aliases_of(&self, main: &Name, asked: &Name) -> Vec<Name> {
        let mut aliases = self.aliases.get(main).cloned().unwrap_or_default();
        // An instance has the aliases of its template too, where no file makes them another unit.
        if let (Some(template), Some(instance)) = (main.template(), main.instance()) {
            for alias in self.aliases.get(&template).into_iter().flatten() {
                let name = match alias.is_template() {
                    true => alias.with_instance(instance),
                    false => None,
                };
                aliases.extend(
                    name.filter(|name| self.follow(name).is_some_and(|(found, _)| found == *main)),
                );
            }
        }
        if asked != main {
            aliases.push(asked.clone());
        }
        aliases.sort_unstable();
        aliases.dedup();
        aliases
    }

    /// The folders of that name (`foo.service.d`), in the order of the search path, as paths.
    pub(super) fn folders(&self, name: &str) -> impl Iterator<Item = String> {
        let found = self.folders.get(name).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(move |index| {
            let folder = self.path.folders().get(usize::from(*index))?;
            Some(format!("{folder}/{name}"))
        })
    }

    /// Whether there is any folder of that kind at all: most trees have none of most.
    pub(super) fn has_folders(&self) -> bool {
        !self.folders.is_empty()
    }
}
