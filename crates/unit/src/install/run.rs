//! One operation under way, and what several of them need.

use std::collections::HashSet;

use super::{
    context::{Id, Mode, Subjects},
    draft::Draft,
    folders, path,
    report::{Failure, Note, Plan, Why},
    scene::{Look, Scene},
};
use crate::{
    files::{EntryKind, FileError},
    load::SearchPath,
    name::Name,
    specifier::Facts,
};

/// One operation under way.
pub(super) struct Run<'a> {
    pub draft: Draft<'a>,
    pub search: &'a SearchPath,
    pub facts: &'a Facts,
    pub config: &'a str,
    pub force: bool,
    pub notes: Vec<Note>,
    pub failures: Vec<Failure>,
}

impl<'a> Run<'a> {
    pub(super) fn into_plan(self) -> Plan {
        let mut said = HashSet::new();
        let notes = self.notes.into_iter().filter(|note| said.insert(note.to_string())).collect();
        Plan { changes: self.draft.into_changes(), notes, failures: self.failures }
    }

    /// The plan without its changes: one refusal is enough to leave all as it is.
    pub(super) fn into_refusal(self) -> Plan {
        Plan { changes: Vec::new(), ..self.into_plan() }
    }

    pub(super) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    pub(super) fn scene(&mut self) -> Scene<'_, 'a> {
        Scene {
            draft: &mut self.draft,
            search: self.search,
            facts: self.facts,
            notes: &mut self.notes,
        }
    }

    /// Whether a unit, or a template for it, exists.
    pub(super) fn exists(&mut self, name: &Name) -> bool {
        let found = Subjects::default().discover(name.as_str(), Look::EXISTS, &mut self.scene());
        !matches!(found, Err(Why::NoSuchUnit))
    }

    /// Finds the unit that a name or path means, which must be one that can be enabled.
    pub(super) fn discover(&mut self, subjects: &mut Subjects, given: &str) -> Result<Id, Failure> {
        let id = subjects
            .discover(given, Look::LOAD_AND_FOLLOW, &mut self.scene())
            .map_err(|why| why.about(given))?;
        let Some(subject) = subjects.get(id) else { return Err(Why::NoSuchUnit.about(given)) };
        let folder = path::split(&subject.path).0;
        if subject.mode == Mode::Masked {
            return Err(Why::Masked.about(subject.path.as_str()));
        }
        if SearchPath::is_generated(folder) || super::state::is_transient(folder) {
            return Err(Why::Generated.about(subject.path.as_str()));
        }
        Ok(id)
    }

    /// Where a unit's file lies, for one that may be linked from elsewhere: the name alone no longer
    /// finds it once it is disabled.
    pub(super) fn file_of(&mut self, given: &str) -> String {
        let is_instance = given
            .parse::<Name>()
            .is_ok_and(|name| name.instance().is_some_and(|instance| !instance.is_empty()));
        if given.contains('/') || is_instance {
            return given.to_owned();
        }
        let mut subjects = Subjects::default();
        match subjects.discover(given, Look::LOAD_AND_FOLLOW, &mut self.scene()) {
            Ok(id) => subjects.get(id).map_or_else(|| given.to_owned(), |unit| unit.path.clone()),
            Err(_) => given.to_owned(),
        }
    }

    /// Whether a file can be linked; `Ok(false)`: it is where it belongs already.
    pub(super) fn linkable(&mut self, file: &str) -> Result<bool, Why> {
        if !file.starts_with('/') {
            return Err(Why::NotAbsolute);
        }
        let file = path::simple(file);
        path::split(&file).1.parse::<Name>().map_err(|_| Why::Name)?;
        match self.draft.kind(&file).map_err(Why::File)? {
            None => return Err(Why::NoSuchUnit),
            Some(EntryKind::File) => {}
            Some(EntryKind::Link(_)) => return Err(Why::IsLink),
            Some(EntryKind::Folder) => return Err(Why::File(FileError::IsFolder)),
            Some(EntryKind::Other) => return Err(Why::File(FileError::NotRegular)),
        }
        if self.is_searched(path::split(&file).0) {
            return Ok(false);
        }
        if self.search.folders().iter().any(|folder| path::below(&file, folder)) {
            return Err(Why::BelowUnitFolders);
        }
        Ok(true)
    }

    /// Whether units are looked for in that folder.
    pub(super) fn is_searched(&mut self, folder: &str) -> bool {
        folders::searched(&mut self.scene()).iter().any(|searched| searched == folder)
    }

    /// All names of units that lie in the search path, files and links, in its order.
    pub(super) fn all_names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        for folder in self.search.folders() {
            let entries = match self.draft.list(folder) {
                Ok(entries) => entries,
                Err(FileError::Missing) => continue,
                Err(error) => {
                    let failure = Why::File(error).about(&**folder);
                    self.note(Note::Skipped(failure));
                    continue;
                }
            };
            for (name, kind) in entries {
                if matches!(kind, EntryKind::File | EntryKind::Link(_))
                    && let Ok(name) = name.parse()
                {
                    names.push(name);
                }
            }
        }
        names
    }
}
