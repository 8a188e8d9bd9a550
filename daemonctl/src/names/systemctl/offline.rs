//! Unit files without a manager: `--root`, `--global`, and inside of chroots.

mod words;

use std::path::Path;

use files::Disk;
use unit::install::{Change, Failure as Refusal, Install, Plan, PresetMode, Why};
use unit::load::SearchPath;
use unit::{EntryKind, Facts, Files as _};
pub use words::errno;
use words::{refused, say_note};

use super::failure::Failure;
use super::options::Scope;
use super::source::UnitFile;
use super::source::scripts::fits;
use super::{Tool, borrowed, unit_files};
use crate::unit_tree::{self, TreeOptions};

/// Whether files are to be changed and read here, and no manager is asked: also where there is none,
/// as while an image is built.
pub fn is_wanted(tool: &Tool) -> bool {
    tool.options.root.is_some()
        || tool.options.scope == Scope::Global
        || super::is_offline()
        || (tool.options.scope == Scope::System && host::detect(Path::new("/")).is_empty())
        || std::env::var("SYSTEMCTL_INSTALL_CLIENT_SIDE")
            .is_ok_and(|value| unit::values::scalar::parse_bool(&value) == Some(true))
}

/// The unit files that an invocation means.
pub struct Tree {
    disk: Disk,
    search: SearchPath,
    facts: Facts,
    runtime: bool,
    force: bool,
}

/// Opens them.
///
/// # Errors
/// There is no such folder.
pub fn tree(tool: &Tool) -> Result<Tree, Failure> {
    let options = TreeOptions {
        root: tool.options.root.clone().filter(|root| root != "/"),
        user: tool.options.scope != Scope::System,
    };
    let disk = unit_tree::disk(&options).map_err(|_| {
        let root = options.root.as_deref().unwrap_or("/");
        Failure::new(format!("Failed to look for unit files in {root}: No such file or directory"))
    })?;
    let search = match tool.options.scope {
        Scope::Global => SearchPath::global(),
        _ => unit_tree::search_path(&options, &disk),
    };
    let mut facts = files::facts(&disk, files::Whose::System);
    facts.is_user = options.user;
    let (runtime, force) = (tool.options.runtime, tool.options.force > 0);
    Ok(Tree { disk, search, facts, runtime, force })
}

impl Tree {
    /// Does something with the links of the tree.
    pub fn with<T>(&self, work: impl FnOnce(&Install<'_>) -> T) -> T {
        let install = Install::new(&self.disk, &self.search, &self.facts);
        work(&install.runtime(self.runtime).force(self.force))
    }

    /// Whether there is a unit file of that name which no generator has made.
    pub fn has_native(&self, name: &str) -> bool {
        use unit::install::State;
        self.with(|install| match install.state(name) {
            Ok(state) => state != State::Generated,
            Err(refusal) => !matches!(refusal.why, Why::NoSuchUnit | Why::Dangling),
        })
    }

    /// The unit files and their states.
    pub fn unit_files(&self, states: &[&str], patterns: &[&str]) -> Vec<UnitFile> {
        let all = self.with(|install| install.states());
        let file = |(name, state): (unit::Name, unit::install::State)| UnitFile {
            path: name.as_str().to_owned(),
            state: state.word().to_owned(),
            preset: None,
        };
        let is_wanted = |file: &UnitFile| {
            (states.is_empty() || states.contains(&&*file.state))
                && (patterns.is_empty() || patterns.iter().any(|p| fits(p, &file.path)))
        };
        all.into_iter().map(file).filter(is_wanted).collect()
    }

    /// Carries out `enable` and its kin.
    ///
    /// # Errors
    /// It was refused, or the files can't be changed.
    pub fn change(&self, tool: &Tool, verb: &str, names: &[String]) -> Result<u8, Failure> {
        let units = borrowed(names);
        let mode = match tool.options.preset_mode.as_deref() {
            Some("enable-only") => PresetMode::EnableOnly,
            Some("disable-only") => PresetMode::DisableOnly,
            _ => PresetMode::Full,
        };
        let plan = self.with(|install| match verb {
            "enable" => Some(install.enable(&units)),
            "disable" => Some(install.disable(&units)),
            "reenable" => Some(install.reenable(&units)),
            "preset" => Some(install.preset(&units, mode)),
            "preset-all" => Some(install.preset_all(mode)),
            "mask" => Some(install.mask(&units)),
            "unmask" => Some(install.unmask(&units)),
            "link" => Some(install.link(&units)),
            _ => None,
        });
        let Some(plan) = plan else {
            return Err(Failure::new(format!(
                "Verb '{verb}' is not supported on files alone: only a running manager does it."
            )));
        };
        self.carry_out(tool, verb, &plan)
    }

    fn carry_out(&self, tool: &Tool, verb: &str, plan: &Plan) -> Result<u8, Failure> {
        let changes: Vec<files::Change> =
            plan.changes.iter().map(crate::install::on_disk).collect();
        self.disk
            .apply(&changes)
            .map_err(|error| Failure::new(format!("Failed to {verb} unit: {error}")))?;
        for change in &plan.changes {
            match change {
                Change::Link { path, target } => {
                    tool.note(&unit_files::created(tool, path, target));
                }
                Change::Replace { path, target, .. } => {
                    tool.note(&unit_files::removed(path));
                    tool.note(&unit_files::created(tool, path, target));
                }
                Change::Unlink { path, .. } => tool.note(&unit_files::removed(path)),
                Change::RemoveFolder { .. } => {}
            }
        }
        for note in &plan.notes {
            say_note(tool, verb, note);
        }
        for refusal in &plan.failures {
            tool.say(&refused(verb, refusal));
        }
        // Who wants nothing to be enabled has it so where there is nothing.
        let is_trouble = |refusal: &Refusal| verb != "disable" || refusal.why != Why::NoSuchUnit;
        Ok(u8::from(plan.failures.iter().any(is_trouble)))
    }

    /// Has a target want or require units.
    ///
    /// # Errors
    /// The files can't be changed.
    pub fn add_dependency(
        &self,
        tool: &Tool,
        target: &str,
        kind: &str,
        units: &[String],
    ) -> Result<u8, Failure> {
        let folder = if kind == "Wants" { "wants" } else { "requires" };
        let config = if self.runtime { self.search.runtime() } else { self.search.config() };
        let mut status = 0;
        for unit in units {
            let Some(file) = self.file_of(unit) else {
                tool.say(&format!("Failed to add dependency on unit, unit {unit} does not exist."));
                status = 1;
                continue;
            };
            let path = format!("{config}/{target}.{folder}/{unit}");
            self.link(tool, &path, &file, "add dependency on")?;
        }
        Ok(status)
    }

    /// The target that is booted into.
    ///
    /// # Errors
    /// There is none.
    pub fn default_target(&self) -> Result<String, String> {
        let missing = || "No such file or directory".to_owned();
        let path = self.path_of("default.target").ok_or_else(missing)?;
        match self.entry(&path) {
            Some(EntryKind::Link(target)) => {
                Ok(target.rsplit('/').next().unwrap_or(&target).to_owned())
            }
            _ => Ok("default.target".to_owned()),
        }
    }

    /// Makes it another one.
    ///
    /// # Errors
    /// There is no such target, or the files can't be changed.
    pub fn set_default_target(&self, tool: &Tool, name: &str) -> Result<u8, Failure> {
        let Some(file) = self.file_of(name) else {
            return Err(Failure::new(format!(
                "Failed to set default unit, unit {name} does not exist."
            )));
        };
        let path = format!("{}/default.target", self.search.config());
        self.link(tool, &path, &file, "set default").map(|()| 0)
    }

    /// Makes one link, and says so; a link that is there already goes.
    fn link(&self, tool: &Tool, path: &str, target: &str, verb: &str) -> Result<(), Failure> {
        let mut changes = Vec::new();
        match self.entry(path) {
            Some(EntryKind::Link(old)) if *old == *target => return Ok(()),
            Some(EntryKind::Link(_)) => {
                changes.push(files::Change::RemoveLink { path: path.to_owned() });
                tool.note(&unit_files::removed(path));
            }
            _ => {}
        }
        let (path, target) = (path.to_owned(), target.to_owned());
        let said = unit_files::created(tool, &path, &target);
        changes.push(files::Change::Link { path, target });
        self.disk
            .apply(&changes)
            .map_err(|error| Failure::new(format!("Failed to {verb} unit: {error}")))?;
        tool.note(&said);
        Ok(())
    }

    /// The first file of that name in the search path.
    fn path_of(&self, name: &str) -> Option<String> {
        let mut paths = self.search.folders().iter().map(|folder| format!("{folder}/{name}"));
        paths.find(|path| self.entry(path).is_some())
    }

    /// What lies under a path, links not followed.
    fn entry(&self, path: &str) -> Option<EntryKind> {
        let (folder, name) = path.rsplit_once('/')?;
        let entries = self.disk.list(folder).ok()?;
        entries.into_iter().find(|entry| *entry.name == *name).map(|entry| entry.kind)
    }

    /// The same for a unit or the template that it is of.
    fn file_of(&self, name: &str) -> Option<String> {
        let template = name.parse::<unit::Name>().ok().and_then(|name| name.template());
        self.path_of(name).or_else(|| self.path_of(template?.as_str()))
    }
}
