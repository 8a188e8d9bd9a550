//! The units that an operation is about, in the order in which they came up, and how a name leads
//! to a unit file.

use std::collections::HashMap;

use super::{
    alias, folders, path,
    report::{Note, Why},
    scene::{Look, Scene, linked},
    section::{Reading, Section},
};
use crate::{
    files::{EntryKind, FileError},
    name::Name,
};

/// How many links lead from a name to a unit at most.
const MAX_HOPS: u32 = 64;

/// What was found under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nobody looked yet.
    Unknown,
    /// A unit file.
    File,
    /// A link to a file outside of the folders in which units are looked for: the unit itself.
    Linked,
    /// A link to another unit.
    Alias,
    /// An empty file, or a link to `/dev/null`.
    Masked,
}

/// A unit that an operation is about.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub name: Name,
    /// Its file, as it was found.
    pub path: String,
    pub mode: Mode,
    /// Where the link leads, for [`Mode::Linked`] and [`Mode::Alias`].
    pub target: String,
    pub section: Section,
    /// It came up in `Also=` only.
    pub is_auxiliary: bool,
}

/// Units by their place in a [`Subjects`].
pub(super) type Id = usize;

/// The units that an operation is about.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    all: Vec<Subject>,
    by_name: HashMap<Name, Id>,
    next: Id,
}

impl Subjects {
    /// The next unit that was not yet given out.
    pub(super) fn next(&mut self) -> Option<Id> {
        let id = self.next;
        self.all.get(id)?;
        self.next += 1;
        Some(id)
    }

    pub(super) fn has(&self, name: &Name) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn get(&self, id: Id) -> Option<&Subject> {
        self.all.get(id)
    }

    /// The unit of that name, which is added where it is new.
    pub(super) fn add(&mut self, name: &Name, path: Option<String>, is_auxiliary: bool) -> Id {
        if let Some(id) = self.by_name.get(name) {
            if let Some(subject) = self.all.get_mut(*id) {
                subject.is_auxiliary &= is_auxiliary;
            }
            return *id;
        }
        let id = self.all.len();
        self.by_name.insert(name.clone(), id);
        self.all.push(Subject {
            name: name.clone(),
            path: path.unwrap_or_default(),
            mode: Mode::Unknown,
            target: String::new(),
            section: Section::default(),
            is_auxiliary,
        });
        id
    }

    /// Adds a name, or a unit file by its path, and follows it to the unit that it means.
    pub(super) fn discover(
        &mut self,
        given: &str,
        look: Look,
        scene: &mut Scene<'_, '_>,
    ) -> Result<Id, Why> {
        let (file, path) = match given.starts_with('/') {
            true => (path::split(given).1, Some(path::simple(given))),
            false => (given, None),
        };
        let name: Name = file.parse().map_err(|_| Why::Name)?;
        let id = self.add(&name, path, false);
        self.traverse(id, look, scene)
    }

    /// Follows links from a unit to the one that it means, adding those on the way.
    pub(super) fn traverse(
        &mut self,
        start: Id,
        look: Look,
        scene: &mut Scene<'_, '_>,
    ) -> Result<Id, Why> {
        self.search(start, look, scene)?;
        let mut id = start;
        for _ in 0..MAX_HOPS {
            let Some(subject) = self.all.get(id) else { return Err(Why::NoSuchUnit) };
            if !matches!(subject.mode, Mode::Alias | Mode::Linked) {
                return Ok(id);
            }
            let folder = path::split(&subject.path).0;
            if !look.follow_config && folders::is_config(scene.search, folder) {
                return Err(Why::IsLink);
            }
            id = match self.alias_of(id)? {
                None => self.follow(id, look, scene)?,
                Some(name) => {
                    let next = self.add(&name, None, false);
                    self.search(next, look, scene).map_err(|why| match why {
                        Why::NoSuchUnit => Why::Dangling,
                        why => why,
                    })?;
                    next
                }
            };
        }
        Err(Why::IsLink)
    }

    /// The other unit that a link leads to; `None` where it leads to the unit's own file.
    fn alias_of(&self, id: Id) -> Result<Option<Name>, Why> {
        let Some(subject) = self.all.get(id) else { return Err(Why::NoSuchUnit) };
        let file = path::split(&subject.target).1;
        if subject.mode == Mode::Linked || file == subject.name.as_str() {
            return Ok(None);
        }
        let name: Name = file.parse().map_err(|_| Why::Name)?;
        let name = match subject.name.instance() {
            Some(instance) if name.is_template() && !instance.is_empty() => {
                name.with_instance(instance).ok_or(Why::Name)?
            }
            _ => name,
        };
        Ok(Some(name).filter(|name| *name != subject.name))
    }

    /// Goes on with the file that a unit's link leads to.
    fn follow(&mut self, id: Id, look: Look, scene: &mut Scene<'_, '_>) -> Result<Id, Why> {
        let Some(subject) = self.all.get_mut(id) else { return Err(Why::NoSuchUnit) };
        subject.path = std::mem::take(&mut subject.target);
        subject.mode = Mode::Unknown;
        self.open(id, look, scene)?;
        Ok(id)
    }

    /// Looks for a unit's file, and its drop-ins.
    pub(super) fn search(
        &mut self,
        id: Id,
        look: Look,
        scene: &mut Scene<'_, '_>,
    ) -> Result<(), Why> {
        let Some(subject) = self.all.get(id) else { return Err(Why::NoSuchUnit) };
        if subject.mode != Mode::Unknown {
            return Ok(());
        }
        if !subject.path.is_empty() {
            return self.open(id, look, scene);
        }
        let names = [Some(subject.name.clone()), subject.name.template()];
        for name in names.iter().flatten() {
            for folder in scene.search.folders() {
                let Some(subject) = self.all.get_mut(id) else { return Err(Why::NoSuchUnit) };
                subject.path = path::join(folder, name.as_str());
                match self.open(id, look, scene) {
                    Ok(()) => return self.drop_ins(id, look, scene),
                    Err(Why::NoSuchUnit) => {}
                    // A folder of the search path that is no folder, or not for us.
                    Err(Why::File(
                        FileError::Missing | FileError::Denied | FileError::NotRegular,
                    )) => {}
                    Err(why) => return Err(why),
                }
            }
        }
        if let Some(subject) = self.all.get_mut(id) {
            subject.path.clear();
        }
        Err(Why::NoSuchUnit)
    }

    /// Finds out what a unit's path is, and reads it.
    fn open(&mut self, id: Id, look: Look, scene: &mut Scene<'_, '_>) -> Result<(), Why> {
        let Some(subject) = self.all.get_mut(id) else { return Err(Why::NoSuchUnit) };
        let name = &subject.name;
        if name.instance().is_some() && !alias::may_template(name.unit_type()) {
            return Err(Why::NoTemplates);
        }
        match scene.draft.kind(&subject.path).map_err(Why::File)? {
            None => Err(Why::NoSuchUnit),
            Some(EntryKind::Folder) => Err(Why::File(FileError::IsFolder)),
            // Not NotRegular, which is a path through a file: as good as nothing there.
            Some(EntryKind::Other) => Err(Why::Unreadable("it is no regular file".into())),
            Some(EntryKind::Link(target)) => {
                let (target, mode) = linked(subject, &target, scene)?;
                (subject.target, subject.mode) = (target, mode);
                Ok(())
            }
            Some(EntryKind::File) if scene.draft.masks(&subject.path).map_err(Why::File)? => {
                subject.mode = Mode::Masked;
                Ok(())
            }
            Some(EntryKind::File) => {
                let path = subject.path.clone();
                if look.load {
                    self.read(id, &path, scene)?;
                }
                if let Some(subject) = self.all.get_mut(id) {
                    subject.mode = Mode::File;
                }
                Ok(())
            }
        }
    }

    fn read(&mut self, id: Id, file: &str, scene: &mut Scene<'_, '_>) -> Result<(), Why> {
        let bytes = scene.draft.read(file).map_err(Why::File)?;
        let Some(subject) = self.all.get_mut(id) else { return Err(Why::NoSuchUnit) };
        let known = subject.section.also.len();
        let mut reading =
            Reading { facts: scene.facts, unit: &subject.name, file, notes: scene.notes };
        subject
            .section
            .read(&bytes, &mut reading)
            .map_err(|problem| Why::Unreadable(format!("{file}: {problem}").into()))?;
        let also = subject.section.also.get(known..).unwrap_or_default().to_vec();
        for name in also {
            self.add(&name, None, true);
        }
        Ok(())
    }

    fn drop_ins(&mut self, id: Id, look: Look, scene: &mut Scene<'_, '_>) -> Result<(), Why> {
        let Some(subject) = self.all.get(id) else { return Err(Why::NoSuchUnit) };
        if subject.mode == Mode::Masked || !look.load {
            return Ok(());
        }
        let names = [Some(subject.name.clone()), subject.name.template()];
        let folders: Vec<String> = names
            .iter()
            .flatten()
            .flat_map(|name| {
                let folders = scene.search.folders().iter();
                folders.map(move |folder| format!("{}.d", path::join(folder, name.as_str())))
            })
            .collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        for file in folders::configuration(scene.draft, &folders, ".conf") {
            if let Err(why) = self.read(id, &file, scene) {
                if let Why::File(_) = why {
                    scene.notes.push(Note::Skipped(why.about(file)));
                } else {
                    return Err(why);
                }
            }
        }
        Ok(())
    }
}
