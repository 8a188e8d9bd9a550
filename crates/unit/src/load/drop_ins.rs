//! Drop-ins (`foo.service.d/*.conf`) and folders that add dependencies (`foo.service.wants/`).

use std::{collections::BTreeMap, sync::Arc};

use super::{Catalogue, listing};
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    files::{Entry, EntryKind, Files},
    name::Name,
    unit::FolderKind,
};

/// The names of a unit's folders without their ends.
pub(super) struct Stems {
    /// For each of the unit's names.
    of_names: Vec<Vec<String>>,
    suffix: &'static str,
}

impl Stems {
    /// `None` where there is no folder of any unit.
    pub(super) fn of<'a>(
        catalogue: &Catalogue,
        names: impl Iterator<Item = &'a Name>,
    ) -> Option<Stems> {
        if !catalogue.has_folders() {
            return None;
        }
        let mut suffix = "";
        let of_names = names.map(|name| {
            suffix = name.unit_type().suffix();
            name.folders("").collect()
        });
        Some(Stems { of_names: of_names.collect(), suffix })
    }

    /// The folders with that end, those that win first. For each name all folders of the search path
    /// are gone through with all stems: what is more specific wins only within one of them.
    fn folders(&self, catalogue: &Catalogue, end: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut folder = String::new();
        let mut of_name: Vec<(u16, usize, String)> = Vec::new();
        for stems in &self.of_names {
            for (rank, stem) in stems.iter().enumerate() {
                folder.clear();
                folder.push_str(stem);
                folder.push_str(end);
                let paths = catalogue.folders(&folder);
                of_name.extend(paths.map(|(place, path)| (place, rank, path)));
            }
            of_name.sort();
            found.extend(of_name.drain(..).map(|(_, _, path)| path));
        }
        let of_type = format!("{}{end}", self.suffix);
        found.extend(catalogue.folders(&of_type).map(|(_, path)| path));
        found
    }
}

/// What editors and packages leave behind; it counts for nothing.
fn is_left_over(name: &str) -> bool {
    const ENDS: [&str; 20] = [
        "~",
        ".rpmnew",
        ".rpmsave",
        ".rpmorig",
        ".dpkg-old",
        ".dpkg-new",
        ".dpkg-tmp",
        ".dpkg-dist",
        ".dpkg-bak",
        ".dpkg-backup",
        ".dpkg-remove",
        ".ucf-new",
        ".ucf-old",
        ".ucf-dist",
        ".swp",
        ".bak",
        ".old",
        ".new",
        "aquota.user",
        "aquota.group",
    ];
    name.starts_with('.') || ENDS.iter().any(|end| name.ends_with(end))
}

/// Names in the folders, each with the first folder that has it, sorted by name.
fn entries(files: &dyn Files, folders: &[String]) -> BTreeMap<Box<str>, (String, EntryKind)> {
    let mut found = BTreeMap::new();
    for folder in folders {
        // A folder that vanished or can't be read adds nothing, as in systemd.
        for Entry { name, kind } in files.list(folder).unwrap_or_default() {
            if is_left_over(&name) {
                continue;
            }
            found.entry(name).or_insert_with_key(|name| (format!("{folder}/{name}"), kind));
        }
    }
    found
}

/// The drop-ins of a unit with these names, in the order in which they are read. One that is empty
/// or a link to /dev/null still hides those of its name in folders that come later.
pub(super) fn files(files: &dyn Files, catalogue: &Catalogue, stems: &Stems) -> Vec<Arc<str>> {
    let folders = stems.folders(catalogue, ".d");
    if folders.is_empty() {
        return Vec::new();
    }
    entries(files, &folders)
        .into_iter()
        .filter(|(name, _)| name.ends_with(".conf"))
        .map(|(_, (path, _))| path.into())
        .collect()
}

/// The units that lie in the unit's folders, and what is wrong there.
pub(super) fn dependency_folders(
    files: &dyn Files,
    catalogue: &Catalogue,
    unit: &Name,
    stems: &Stems,
) -> (Vec<(FolderKind, Name)>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut diagnostics = Vec::new();
    for kind in FolderKind::ALL {
        let folders = stems.folders(catalogue, kind.suffix());
        for (name, (path, entry)) in entries(files, &folders) {
            match dependency(files, &name, &path, &entry, unit) {
                Ok(None) => {}
                Ok(Some((name, hint))) => {
                    found.push((kind, name));
                    diagnostics.extend(hint);
                }
                Err(message) => {
                    let help = "only links named like units count there";
                    let found = Diagnostic::new(Severity::Warning, Code::DropIn, message);
                    diagnostics.push(found.with_help(help));
                }
            }
        }
    }
    (found, diagnostics)
}

type Dependency = Option<(Name, Option<Diagnostic>)>;

fn dependency(
    files: &dyn Files,
    name: &str,
    path: &str,
    entry: &EntryKind,
    of: &Name,
) -> Result<Dependency, String> {
    // A mask, or a link to what is masked, hides the link of its name in folders that come later.
    if files.read(path).is_ok_and(|content| content.bytes.is_empty()) {
        return Ok(None);
    }
    let EntryKind::Link(target) = entry else {
        return Err(format!("{path} is no link; it is ignored"));
    };
    let unit: Name =
        name.parse().map_err(|_| format!("{path} is not named like a unit; it is ignored"))?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = listing::absolute(folder, target);
    let last = target.rsplit_once('/').map_or("", |(_, last)| last);
    let is_template = unit.template().is_some_and(|template| template.as_str() == last);
    let hint = (last != name && !is_template).then(|| {
        let message =
            format!("{path} links to {target}, whose name is another; the link's name counts");
        Diagnostic::new(Severity::Warning, Code::DropIn, message)
    });
    // In `foo@x.target.wants/`, `bar@.service` means `bar@x.service`, in `foo.target.wants/` it
    // means `bar@foo.service`.
    let unit = match unit.is_template() {
        true => {
            let instance = of.instance().filter(|own| !own.is_empty()).unwrap_or(of.prefix());
            unit.with_instance(instance)
        }
        false => Some(unit),
    };
    match unit {
        Some(unit) => Ok(Some((unit, hint))),
        None => {
            Err(format!("{path} is a template, and with an instance its name would be too long"))
        }
    }
}
