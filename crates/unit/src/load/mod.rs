//! From a name to a unit: search path, fragment, aliases, masks, drop-ins and the folders that add
//! dependencies (systemd.unit(5), "UNIT FILE LOAD PATH" and what follows it).
//!
//! [`Catalogue::read`] lists the search path once; [`Loader::load`] then reads one unit's files.
//! A loader is shared: units can be loaded from several threads at once.

mod apply;
mod catalogue;
mod drop_ins;
mod listing;
mod manager;
mod remarks;
mod search_path;

use std::sync::Arc;

pub use catalogue::{Catalogue, Found, FoundState};
pub use manager::ManagerDefaults;
pub use search_path::{SearchPath, UserFolders};

use crate::{
    assignments::Assignments,
    check,
    diagnostic::{Code, Diagnostic, Severity},
    files::{FileError, Files},
    name::{Name, UnitType},
    specifier::{Expander, Facts},
    unit::{Definition, LoadState, Unit},
};
use apply::{Applied, Source};

/// Loads units from a tree of files.
pub struct Loader<'a> {
    files: &'a (dyn Files + Sync),
    catalogue: &'a Catalogue,
    facts: &'a Facts,
}

impl<'a> Loader<'a> {
    /// A loader. `catalogue` was read from `files`.
    pub fn new(
        files: &'a (dyn Files + Sync),
        catalogue: &'a Catalogue,
        facts: &'a Facts,
    ) -> Loader<'a> {
        Loader { files, catalogue, facts }
    }

    /// What the tree has.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// Loads the unit of that name, or the one it is an alias of. Never fails: what is wrong is in
    /// the unit's state and diagnostics.
    pub fn load(&self, name: &Name) -> Unit {
        let found = self.catalogue.find(name);
        let (state, path) = match &found.state {
            FoundState::File(path) => (LoadState::NotFound, Some(path.clone())),
            FoundState::Masked(path) => (LoadState::Masked, Some(path.clone())),
            FoundState::Missing => (LoadState::NotFound, None),
        };
        let mut unit = self.empty(found.name, found.aliases, state);
        unit.diagnostics = found.diagnostics;
        self.fill(&mut unit, path);
        unit
    }

    fn empty(&self, name: Name, aliases: Vec<Name>, state: LoadState) -> Unit {
        Unit {
            name,
            aliases,
            state,
            files: Vec::new(),
            settings: Definition::default(),
            folders: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn fill(&self, unit: &mut Unit, fragment: Option<Arc<str>>) {
        let name = unit.name.clone();
        let path = fragment.clone();
        let expander = Expander::new(self.facts, &name).with_fragment(path.as_deref());
        let mut settings = Assignments::default();
        match fragment {
            None => unit.files.push("".into()),
            Some(path) => {
                unit.files.push(path.clone());
                if unit.state != LoadState::Masked {
                    self.read_fragment(unit, &path, &expander, &mut settings);
                }
            }
        }
        // Without a file most units do not exist, whatever their drop-ins say; a masked one can't be
        // started, yet it has them. Where the file is wrong systemd reads no drop-in: what is wrong
        // there is worth telling all the same.
        let (has_folders, has_drop_ins) = match unit.state {
            LoadState::Loaded | LoadState::Masked => (true, true),
            LoadState::NotFound => {
                let has = !needs_a_fragment(name.unit_type());
                (has, has)
            }
            LoadState::BadSetting | LoadState::Error => (false, true),
        };
        let names = std::iter::once(&name).chain(&unit.aliases);
        if let Some(stems) = drop_ins::Stems::of(self.catalogue, names) {
            if has_folders {
                let (folders, mut complaints) =
                    drop_ins::dependency_folders(self.files, self.catalogue, &name, &stems);
                unit.folders = folders;
                unit.diagnostics.append(&mut complaints);
            }
            for path in drop_ins::files(self.files, self.catalogue, &stems) {
                let index = unit.files.len();
                unit.files.push(path.clone());
                if has_drop_ins {
                    self.read_drop_in(unit, index, &path, &expander, &mut settings);
                }
            }
        }
        unit.settings = settings.finish();
        // The same few targets are named by every unit.
        unit.settings.share_names(|name| self.catalogue.shared(name).cloned());
        if unit.state == LoadState::Loaded {
            let mut refusals = check::refusals::of(unit);
            if !refusals.is_empty() {
                unit.state = LoadState::BadSetting;
                unit.diagnostics.append(&mut refusals);
            }
        }
        unit.files.shrink_to_fit();
        unit.folders.shrink_to_fit();
        unit.diagnostics.shrink_to_fit();
    }

    fn read_fragment(
        &self,
        unit: &mut Unit,
        path: &Arc<str>,
        expander: &Expander<'_>,
        settings: &mut Assignments,
    ) {
        let content = match self.files.read(path) {
            Ok(content) => content,
            Err(error) => {
                // A link that leads nowhere is no unit, to systemd too.
                unit.state = match error {
                    FileError::Missing | FileError::Loop => LoadState::NotFound,
                    _ => LoadState::Error,
                };
                unit.diagnostics.push(unreadable(path, error).about(unit.name.as_str()));
                return;
            }
        };
        if content.bytes.is_empty() {
            unit.state = LoadState::Masked;
            let found = format!("{path} is empty: that masks the unit, it can't be started");
            let found = Diagnostic::new(Severity::Hint, Code::File, found);
            let help = "write the unit, or link it to /dev/null if that is what was meant";
            unit.diagnostics.push(found.about(unit.name.as_str()).with_help(help));
            return;
        }
        unit.state = LoadState::Loaded;
        permissions(path, content.mode, &mut unit.diagnostics);
        let source = Source { path, index: 0, bytes: &content.bytes };
        match apply::file(&source, unit.name.unit_type(), expander, unit, settings) {
            Applied::All => {}
            Applied::Refused => unit.state = LoadState::Error,
            Applied::BadSetting => unit.state = LoadState::BadSetting,
        }
    }

    /// What is wrong with a drop-in never keeps the unit from loading, but for settings that make
    /// it invalid.
    fn read_drop_in(
        &self,
        unit: &mut Unit,
        index: usize,
        path: &Arc<str>,
        expander: &Expander<'_>,
        settings: &mut Assignments,
    ) {
        let content = match self.files.read(path) {
            Ok(content) => content,
            Err(error) => {
                let mut found = unreadable(path, error).about(unit.name.as_str());
                found.severity = Severity::Warning;
                found.message.push_str("; the drop-in is ignored");
                unit.diagnostics.push(found);
                return;
            }
        };
        if content.bytes.is_empty() {
            return;
        }
        permissions(path, content.mode, &mut unit.diagnostics);
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let source = Source { path, index, bytes: &content.bytes };
        apply::file(&source, unit.name.unit_type(), expander, unit, settings);
    }
}

/// Whether a unit of the type is nothing without a file. The others are made on demand, or the
/// kernel tells of them.
fn needs_a_fragment(kind: UnitType) -> bool {
    use UnitType::{Automount, Path, Service, Socket, Target, Timer};
    matches!(kind, Service | Socket | Target | Timer | Path | Automount)
}

fn unreadable(path: &str, error: FileError) -> Diagnostic {
    let found = Diagnostic::new(Severity::Error, Code::File, format!("{path} {error}"));
    match error {
        FileError::Missing => found.with_help("a link that leads nowhere? remove it or mend it"),
        FileError::Denied => found.with_help("unit files are public: chmod 0644"),
        FileError::IsFolder | FileError::NotRegular => {
            found.with_help("put a regular file there, or remove it")
        }
        FileError::Loop => found.with_help("remove one of the links"),
        FileError::TooLarge | FileError::Os(_) => found,
    }
}

/// The complaints that systemd has about modes of configuration files.
fn permissions(path: &str, mode: u32, diagnostics: &mut Vec<Diagnostic>) {
    let mut complain = |message: String, help: String| {
        let found = Diagnostic::new(Severity::Warning, Code::Permissions, message);
        diagnostics.push(found.with_help(help));
    };
    if mode & 0o111 != 0 {
        complain(format!("{path} is marked executable"), format!("chmod a-x {path}"));
    }
    if mode & 0o002 != 0 {
        complain(format!("{path} can be written by everybody"), format!("chmod o-w {path}"));
    }
    // systemd itself says this only as a machine's manager, not in systemd-analyze verify.
    if mode & 0o044 != 0o044 {
        let message = format!("{path} is not readable for everybody, yet its settings are public");
        let found = Diagnostic::new(Severity::Hint, Code::Permissions, message);
        let help = format!("chmod a+r {path}, and keep secrets in a file of their own");
        diagnostics.push(found.with_help(help));
    }
}
