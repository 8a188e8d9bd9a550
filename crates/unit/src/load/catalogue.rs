//! What unit files there are: the search path, listed once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{SearchPath, listing::resolved};
use crate::{diagnostic::Diagnostic, files::Files, name::Name, unit::LoadState};

/// How many aliases are followed one after another.
const MAX_HOPS: usize = 8;

/// What a name in the search path stands for.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A file, by the folder of the search path that has it: the path follows from that and the name.
    File(u16),
    /// Another unit.
    Alias(Name),
    /// A link to /dev/null, by its folder.
    Mask(u16),
}

/// The unit files of a search path, by name.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) path: SearchPath,
    pub(super) names: HashMap<Name, Target>,
    /// Names by what they are aliases of, directly or by way of others.
    aliases: HashMap<Name, Vec<Name>>,
    /// `foo.service.d`, `foo.service.wants` …: where they really are, with the folder of the search
    /// path that has them.
    pub(super) folders: HashMap<Box<str>, Vec<(u16, UnitFolder)>>,
    /// Per search folder, where it really is.
    pub(super) resolved: Vec<Option<Arc<str>>>,
    pub(super) diagnostics: HashMap<Name, Vec<Diagnostic>>,
}

/// A folder of a unit, such as `foo.service.d`.
#[derive(Clone, Debug)]
pub(super) enum UnitFolder {
    /// It lies in the folder of the search path.
    Here,
    /// There is a link to this folder.
    Linked(Arc<str>),
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
        catalogue.reverse(files);
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

    /// A file of that name, or the mask in its place.
    fn found(&self, file: &Name, target: &Target) -> FoundState {
        let path = |folder: &u16| {
            let folder = self.path.folders().get(usize::from(*folder));
            Arc::from(format!("{}/{file}", folder.map_or("", |folder| folder)))
        };
        match target {
            Target::File(folder) => FoundState::File(path(folder)),
            Target::Mask(folder) => FoundState::Masked(path(folder)),
            Target::Alias(_) => FoundState::Missing,
        }
    }

    /// The state in which a unit of that name would be: loaded, masked or not found.
    pub fn presence(&self, name: &Name) -> LoadState {
        match self.follow(name) {
            Some((_, _, Target::File(_))) => LoadState::Loaded,
            Some((_, _, Target::Mask(_))) => LoadState::Masked,
            Some((_, _, Target::Alias(_))) | None => LoadState::NotFound,
        }
    }

    /// The same name, in the copy that the catalogue keeps.
    pub(super) fn shared(&self, name: &Name) -> Option<&Name> {
        self.names.get_key_value(name).map(|(name, _)| name)
    }

    /// Whether there is a file, an alias or a mask of that name, or a template for it.
    pub fn has(&self, name: &Name) -> bool {
        self.names.contains_key(name)
            || name.template().is_some_and(|template| self.names.contains_key(&template))
    }

    /// Follows aliases to a file: the unit's name, and the file's. `None`: they lead nowhere.
    fn follow<'a>(&'a self, name: &Name) -> Option<(Name, &'a Name, &'a Target)> {
        let found = self.hop(name).or_else(|| self.hop(&name.template()?));
        let (last, target) = found?;
        let instance = name.instance().filter(|instance| !instance.is_empty());
        let Some(instance) = instance.filter(|_| last.is_template()) else {
            return Some((last.clone(), last, target));
        };
        let main = last.with_instance(instance)?;
        // Where that instance has a file of its own, the alias is another unit.
        let is_other =
            self.names.contains_key(&main) && self.hop(&main).is_none_or(|(own, _)| *own != *last);
        Some((if is_other { name.clone() } else { main }, last, target))
    }

    /// Follows aliases, each by the name that its link gives: an alias of a template leads to that
    /// template, also where an instance has a file of its own.
    fn hop<'a>(&'a self, name: &Name) -> Option<(&'a Name, &'a Target)> {
        let (mut last, mut target) = self.names.get_key_value(name)?;
        for _ in 1..MAX_HOPS {
            let Target::Alias(next) = target else { return Some((last, target)) };
            let found = self.names.get_key_value(next);
            (last, target) = found.or_else(|| self.names.get_key_value(&next.template()?))?;
        }
        (!matches!(target, Target::Alias(_))).then_some((last, target))
    }

    /// What is masked or can't be read has no other names: they are all masked or missing, each on
    /// its own.
    fn reverse(&mut self, files: &dyn Files) {
        let mut aliases: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
        for (name, target) in &self.names {
            if matches!(target, Target::Alias(_))
                && let Some((main, file, target)) = self.follow(name)
                && main != *name
                && let FoundState::File(path) = self.found(file, target)
                && files.read(&path).is_ok_and(|content| !content.bytes.is_empty())
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
        let Some((main, file, target)) = self.follow(name) else {
            return Found {
                name: name.clone(),
                aliases: Vec::new(),
                state: FoundState::Missing,
                diagnostics: complaints(name),
            };
        };
        let state = self.found(file, target);
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
                    name.filter(|name| self.follow(name).is_some_and(|(found, ..)| found == *main)),
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

    /// The folders of that name (`foo.service.d`), in the order of the search path: the place of the
    /// one that has it there, and the path without links, as systemd gives it.
    pub(super) fn folders(&self, name: &str) -> impl Iterator<Item = (u16, String)> {
        let found = self.folders.get(name).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(move |(index, folder)| {
            let path = match folder {
                UnitFolder::Linked(path) => path.to_string(),
                UnitFolder::Here => {
                    let here = self.resolved.get(usize::from(*index))?.as_ref()?;
                    format!("{here}/{name}")
                }
            };
            Some((*index, path))
        })
    }

    /// Whether there is any folder of that kind at all: most trees have none of most.
    pub(super) fn has_folders(&self) -> bool {
        !self.folders.is_empty()
    }
}
