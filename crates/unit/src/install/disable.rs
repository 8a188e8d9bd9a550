//! Removing links.

use std::collections::HashSet;

use super::{
    Run,
    change::{Change, Was},
    context::{Mode, Subjects},
    draft::Last,
    path,
    report::{Note, Why},
    scene::Look,
};
use crate::{files::EntryKind, name::Name};

/// What goes: names of units and paths of links. What leads to one of them goes as well.
type Marks = HashSet<String>;

/// Whether a link that leads to that path leads to something marked. An instance's link to the file
/// of a template leads to that instance: another name of it.
fn leads_to(link: &Name, path: &str, marks: &Marks) -> bool {
    let file = path::split(path).1;
    let of_template = || {
        let template = file.parse::<Name>().ok().filter(Name::is_template)?;
        template.with_instance(link.instance().filter(|instance| !instance.is_empty())?)
    };
    marks.contains(path)
        || marks.contains(file)
        || of_template().is_some_and(|unit| marks.contains(unit.as_str()))
}

impl Run<'_> {
    pub(super) fn disable(&mut self, units: &[&str]) {
        let mut subjects = Subjects::default();
        let (mut has_rules, mut missing) = (false, Vec::new());
        for unit in units {
            let Ok(name) = unit.parse::<Name>() else {
                self.failures.push(Why::Name.about(*unit));
                return;
            };
            let id = subjects.add(&name, None, false);
            match subjects.traverse(id, Look::LOAD_AND_FOLLOW, &mut self.scene()) {
                Ok(_) => {}
                // What is left of a unit that is gone can still be removed.
                Err(Why::NoSuchUnit | Why::Dangling) => missing.push(name),
                Err(why) => {
                    self.failures.push(why.about(*unit));
                    return;
                }
            }
            has_rules |= subjects
                .get(id)
                .is_some_and(|unit| unit.section.has_links() || !unit.section.also.is_empty());
        }
        let marks = self.marks(&mut subjects);
        self.remove_marked(marks);
        self.report_missing(&missing);
        if !has_rules && missing.is_empty() && !self.draft.has_changes() {
            self.note(Note::NothingToInstall);
        }
    }

    /// A name of which nothing was found is probably misspelt.
    fn report_missing(&mut self, missing: &[Name]) {
        for name in missing {
            let is_it = |path: &str| {
                let file = path::split(path).1.parse::<Name>();
                file.is_ok_and(|file| file == *name || file.template().as_ref() == Some(name))
            };
            let is_left = self.draft.changes().iter().any(|change| match change {
                Change::Unlink { path, was: Was::Link(target) } => is_it(path) || is_it(target),
                _ => false,
            });
            if is_left {
                self.note(Note::NoSuchUnit(name.as_str().into()));
            } else {
                self.failures.push(Why::NoSuchUnit.about(name.as_str()));
            }
        }
    }

    /// Marks the units that came up.
    pub(super) fn marks(&mut self, subjects: &mut Subjects) -> Marks {
        let mut marks = Marks::new();
        while let Some(id) = subjects.next() {
            let found = subjects.traverse(id, Look::LOAD_AND_FOLLOW, &mut self.scene());
            let Some(subject) = subjects.get(id) else { continue };
            let name = subject.name.as_str();
            match (found, subject.mode) {
                (Err(Why::Dangling), _) => self.note(Note::Dangling(name.into())),
                (Err(Why::NoSuchUnit), _) | (Ok(_), Mode::File) => {}
                (Err(why), _) => self.note(Note::Skipped(why.about(name))),
                (Ok(_), Mode::Masked) => {
                    self.note(Note::Masked(subject.path.as_str().into()));
                    continue;
                }
                (Ok(_), Mode::Unknown | Mode::Linked | Mode::Alias) => continue,
            }
            marks.insert(name.to_owned());
        }
        marks
    }

    /// Removes all links below the folder of links that are marked or lead to something marked,
    /// until none is left.
    pub(super) fn remove_marked(&mut self, mut marks: Marks) {
        loop {
            let known = marks.len();
            let mut folders = vec![self.config.to_owned()];
            while let Some(folder) = folders.pop() {
                for (name, kind) in self.draft.list(&folder).unwrap_or_default() {
                    let here = path::join(&folder, &name);
                    match kind {
                        EntryKind::Folder => folders.push(here),
                        EntryKind::Link(_) => self.remove_link(&here, &name, &mut marks),
                        EntryKind::File | EntryKind::Other => {}
                    }
                }
            }
            if marks.len() == known {
                return;
            }
        }
    }

    fn remove_link(&mut self, link: &str, name: &str, marks: &mut Marks) {
        let Ok(name) = name.parse::<Name>() else { return };
        let is_marked = marks.contains(name.as_str())
            || name.template().is_some_and(|template| marks.contains(template.as_str()))
            || match self.draft.chase(link, Last::Follow) {
                Ok(end) => leads_to(&name, &end.path, marks),
                Err(error) => {
                    self.note(Note::Skipped(Why::File(error).about(link)));
                    false
                }
            };
        if !is_marked {
            return;
        }
        let Ok(end) = self.draft.chase(link, Last::Keep) else { return };
        match self.draft.unlink(link, self.config) {
            Ok(()) => {
                marks.insert(end.path);
            }
            Err(error) => self.failures.push(Why::File(error).about(link)),
        }
    }

    pub(super) fn unmask(&mut self, units: &[&str]) {
        let mut links: Vec<String> = Vec::new();
        for unit in units {
            let Ok(name) = unit.parse::<Name>() else {
                self.failures.push(Why::Name.about(*unit));
                return;
            };
            let link = path::join(self.config, name.as_str());
            if !links.contains(&link) && matches!(self.draft.masks(&link), Ok(true)) {
                links.push(link);
            }
        }
        let mut marks = Marks::new();
        for link in links {
            let Ok(end) = self.draft.chase(&link, Last::Keep) else { continue };
            match self.draft.unlink(&link, self.config) {
                Ok(()) => {
                    marks.insert(end.path);
                }
                Err(error) => self.failures.push(Why::File(error).about(link)),
            }
        }
        self.remove_marked(marks);
    }
}
