//! What the folders of the search path hold: files, links, folders of units.

use std::sync::Arc;

use super::catalogue::{Catalogue, Target, UnitFolder};
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    files::{Entry, EntryKind, FileError, Files},
    name::{Name, UnitType},
    unit::FolderKind,
};

impl Catalogue {
    pub(super) fn list(
        &mut self,
        files: &dyn Files,
        index: usize,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(folder) = self.path.folders().get(index).cloned() else { return };
        // A folder that is another one of the search path by a link was listed as that one.
        let here = self.resolved.get(index).cloned().flatten();
        let before = self.resolved.get(..index).unwrap_or_default();
        if here.is_some() && before.contains(&here) {
            return;
        }
        let entries = match files.list(&folder) {
            Ok(entries) => entries,
            Err(FileError::Missing) => return,
            Err(error) => {
                let what = match error {
                    FileError::Os(NOT_A_FOLDER) => "is no folder, or lies below a file".to_owned(),
                    error => error.to_string(),
                };
                let message = format!("{folder} {what}; its units are not known");
                let found = Diagnostic::new(Severity::Warning, Code::File, message);
                let help = "put a folder there that may be read, or nothing";
                diagnostics.push(found.with_help(help));
                return;
            }
        };
        self.names.reserve(entries.len());
        for entry in entries {
            self.enter(files, &folder, index, entry);
        }
    }

    fn enter(&mut self, files: &dyn Files, folder: &Arc<str>, index: usize, entry: Entry) {
        if is_folder_of_a_unit(&entry.name) {
            let unit_folder = match entry.kind {
                EntryKind::Folder => Some(UnitFolder::Here),
                EntryKind::Link(_) => {
                    let path = resolved(files, &format!("{folder}/{}", entry.name));
                    path.map(UnitFolder::Linked)
                }
                EntryKind::File | EntryKind::Other => None,
            };
            if let Some(unit_folder) = unit_folder {
                let index = u16::try_from(index).unwrap_or(u16::MAX);
                let folders = self.folders.entry(entry.name);
                // Nearly always there is one.
                folders.or_insert_with(|| Vec::with_capacity(1)).push((index, unit_folder));
            }
            return;
        }
        let Ok(name) = entry.name.parse::<Name>() else { return };
        if self.names.contains_key(&name) {
            return;
        }
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let target = match entry.kind {
            EntryKind::File => Target::File(index),
            EntryKind::Link(target) => match self.link(files, (folder, index), &name, &target) {
                Ok(target) => target,
                Err(problem) => return self.complain(name, problem),
            },
            EntryKind::Folder | EntryKind::Other => {
                let what =
                    if entry.kind == EntryKind::Folder { "a folder" } else { "no regular file" };
                let message = format!("{folder}/{name} is {what}; it is ignored");
                let found = Diagnostic::new(Severity::Error, Code::File, message)
                    .with_help("put a regular file there, or remove it");
                return self.complain(name, found);
            }
        };
        self.names.insert(name, target);
    }

    fn complain(&mut self, name: Name, found: Diagnostic) {
        self.diagnostics.entry(name).or_default().push(found);
    }

    /// A link within the search path is an alias, any other one lends its name to a file elsewhere.
    fn link(
        &self,
        files: &dyn Files,
        (folder, index): (&str, u16),
        name: &Name,
        target: &str,
    ) -> Result<Target, Diagnostic> {
        if target == "/dev/null" {
            return Ok(Target::Mask(index));
        }
        let path = format!("{folder}/{name}");
        let absolute = absolute(folder, target);
        let (parent, last) = absolute.rsplit_once('/').unwrap_or(("", &absolute));
        if !self.is_within(files, parent) {
            return match files.resolve(&path).as_deref() {
                Ok("/dev/null") => Ok(Target::Mask(index)),
                _ => Ok(Target::File(index)),
            };
        }
        let refuse = |why: String| {
            let message = format!("{path} links to {target}: {why}; the link is ignored");
            Diagnostic::new(Severity::Warning, Code::Alias, message)
        };
        alias(name, last).map(Target::Alias).map_err(refuse)
    }

    fn is_within(&self, files: &dyn Files, parent: &str) -> bool {
        let is_known = |folder: &str| {
            let is_below = |known: &str| {
                folder
                    .strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            self.path.folders().iter().any(|known| is_below(known))
                || self.resolved.iter().flatten().any(|known| is_below(known))
        };
        // Nearly all lie right in a folder of the search path. Others may be led away by a link on
        // the way; where there is nothing the path tells.
        self.path.folders().iter().any(|known| **known == *parent)
            || match resolved(files, parent) {
                Some(parent) => is_known(&parent),
                None => is_known(parent),
            }
    }
}

/// Whether links between names of units are as systemd wants them: what the alias stands for.
fn alias(name: &Name, target: &str) -> Result<Name, String> {
    let Ok(target) = target.parse::<Name>() else {
        return Err("that is no unit name".into());
    };
    let kind = name.unit_type();
    use UnitType::{Automount, Mount, Scope, Slice, Swap};
    if matches!(kind, Mount | Slice | Swap | Automount | Scope) {
        return Err(format!("a {} can have no other name", kind.suffix()));
    }
    if target.unit_type() != kind {
        return Err("the types of the two differ".into());
    }
    if target == *name {
        return Err("it is an alias of itself".into());
    }
    let fits = match (name.instance(), target.instance()) {
        (None, None) => true,
        (Some(""), Some(target)) => target.is_empty(),
        (Some(own), Some(target)) => target.is_empty() || target == own,
        _ => false,
    };
    match fits {
        true => Ok(target),
        false => Err("one is a template or an instance and the other does not fit it".into()),
    }
}

/// errno(3): ENOTDIR.
const NOT_A_FOLDER: i32 = 20;

/// `foo.service.d`, `service.wants` and their kin.
fn is_folder_of_a_unit(name: &str) -> bool {
    let ends = [".d"].into_iter().chain(FolderKind::ALL.iter().map(|kind| kind.suffix()));
    ends.filter_map(|end| name.strip_suffix(end))
        .any(|stem| UnitType::of_suffix(stem).is_some() || stem.parse::<Name>().is_ok())
}

pub(super) fn resolved(files: &dyn Files, folder: &str) -> Option<Arc<str>> {
    files.resolve(folder).ok().map(Arc::from)
}

/// A link's target from the folder that holds the link, `.` and `..` taken out.
pub(crate) fn absolute(folder: &str, target: &str) -> String {
    let base = if target.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
