//! Install state: which links make units start at boot, what `enable` and its kin change about
//! them, and in which state a unit is (systemctl(1), "Unit File Commands"; systemd.unit(5),
//! "\[INSTALL\] SECTION"; systemd.preset(5)).
//!
//! Start reading at [`Install`]: it is given a tree and a search path; each operation gives a
//! [`Plan`]: the changes in their order, notes and refusals. Nothing is written here. A plan is
//! computed on a draft of the tree which has the changes decided on so far, so that what is
//! computed is what comes out when the changes are carried out.

mod alias;
mod change;
mod context;
mod disable;
mod draft;
mod enable;
mod folders;
mod glob;
mod path;
mod preset;
mod report;
mod run;
mod scene;
mod section;
mod state;

pub use change::{Change, Was};
pub use preset::{PresetMode, Presets};
pub use report::{Clash, Failure, Note, Plan, Why};
pub use state::State;

use crate::{
    files::Files,
    load::SearchPath,
    name::Name,
    specifier::{Expander, Facts},
};
use draft::Draft;
use run::Run;

/// What masks a unit.
const NULL: &str = "/dev/null";

/// Operations on the links of a tree.
#[derive(Clone, Copy)]
pub struct Install<'a> {
    files: &'a dyn Files,
    search: &'a SearchPath,
    facts: &'a Facts,
    runtime: bool,
    force: bool,
}

impl<'a> Install<'a> {
    /// On a tree. `facts` are for specifiers in `[Install]` sections.
    pub fn new(files: &'a dyn Files, search: &'a SearchPath, facts: &'a Facts) -> Install<'a> {
        Install { files, search, facts, runtime: false, force: false }
    }

    /// The same until the next boot only: links go below `/run`.
    #[must_use]
    pub fn runtime(self, runtime: bool) -> Install<'a> {
        Install { runtime, ..self }
    }

    /// The same, replacing links that lead to something else.
    #[must_use]
    pub fn force(self, force: bool) -> Install<'a> {
        Install { force, ..self }
    }

    fn run(&self) -> Run<'a> {
        let config = if self.runtime { self.search.runtime() } else { self.search.config() };
        Run {
            draft: Draft::new(self.files),
            search: self.search,
            facts: self.facts,
            config,
            force: self.force,
            notes: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// The presets of the tree. What is wrong with their files is passed over.
    pub fn presets(&self) -> Presets {
        Presets::read(self.run())
    }

    /// Makes the links that `[Install]` sections ask for. Units are given by name, or by the path of
    /// a unit file, which is linked where it lies outside of the folders of units.
    pub fn enable(&self, units: &[&str]) -> Plan {
        let mut run = self.run();
        run.enable(units);
        run.into_plan()
    }

    /// Removes all links to units, those that were made by hand too.
    pub fn disable(&self, units: &[&str]) -> Plan {
        let mut run = self.run();
        run.disable(units);
        run.into_plan()
    }

    /// Both, the second first: links that are no longer asked for go.
    pub fn reenable(&self, units: &[&str]) -> Plan {
        let mut run = self.run();
        let files: Vec<String> = units.iter().map(|unit| run.file_of(unit)).collect();
        let names: Vec<&str> = units.iter().map(|unit| path::split(unit).1).collect();
        run.disable(&names);
        run.notes.clear();
        let is_possible = run.failures.is_empty()
            && run.enable(&files.iter().map(String::as_str).collect::<Vec<_>>());
        if is_possible {
            return run.into_plan();
        }
        // What can't be enabled is not disabled either.
        run.into_refusal()
    }

    /// Links units to `/dev/null`, so that nothing starts them.
    pub fn mask(&self, units: &[&str]) -> Plan {
        let mut run = self.run();
        for unit in units {
            let Ok(name) = unit.parse::<Name>() else {
                run.failures.push(Why::Name.about(*unit));
                continue;
            };
            if !run.exists(&name) {
                run.note(Note::NoSuchUnit(name.as_str().into()));
            }
            let link = path::join(run.config, name.as_str());
            if let Err(why) = run.draft.link(&link, NULL, run.force, run.search) {
                run.failures.push(why.about(link));
            }
        }
        run.into_plan()
    }

    /// Removes the links and empty files that mask units, and links to them.
    pub fn unmask(&self, units: &[&str]) -> Plan {
        let mut run = self.run();
        run.unmask(units);
        run.into_plan()
    }

    /// Links unit files that lie outside of the folders of units into them.
    pub fn link(&self, files: &[&str]) -> Plan {
        let mut run = self.run();
        let mut todo: Vec<String> = Vec::new();
        for file in files {
            match run.linkable(file) {
                Ok(false) => {}
                Ok(true) => {
                    let file = path::simple(file);
                    if !todo.contains(&file) {
                        todo.push(file);
                    }
                }
                Err(why) => return Plan::refuse(why.about(*file)),
            }
        }
        for file in &todo {
            let link = path::join(run.config, path::split(file).1);
            if let Err(why) = run.draft.link(&link, file, run.force, run.search) {
                run.failures.push(why.about(link));
            }
        }
        run.into_plan()
    }

    /// Enables or disables units as the preset files of the tree say.
    pub fn preset(&self, units: &[&str], mode: PresetMode) -> Plan {
        preset::units(self.run(), units, mode)
    }

    /// The same for all units of the tree. A unit that can't be changed is left out with a note.
    pub fn preset_all(&self, mode: PresetMode) -> Plan {
        preset::all(self.run(), mode)
    }

    /// The state of a unit, as `systemctl is-enabled` says it.
    ///
    /// # Errors
    /// There is no such unit, or what there is is none.
    pub fn state(&self, unit: &str) -> Result<State, Failure> {
        let mut run = self.run();
        let index = state::Index::read(&mut run);
        state::of(&mut run, &index, unit)
    }

    /// The states of all units in the folders of units, by name; [`State::Bad`] for those that
    /// can't be read.
    pub fn states(&self) -> Vec<(Name, State)> {
        let mut run = self.run();
        let mut names = run.all_names();
        names.sort_unstable();
        names.dedup();
        let index = state::Index::read(&mut run);
        let state = |name: Name| {
            let state = state::of(&mut run, &index, name.as_str()).unwrap_or(State::Bad);
            (name, state)
        };
        names.into_iter().map(state).collect()
    }
}

/// A text of an `[Install]` section with specifiers replaced.
fn expand(
    text: &str,
    facts: &Facts,
    unit: &Name,
    default_instance: Option<&str>,
) -> Result<String, String> {
    match Expander::for_install(facts, unit, default_instance).expand(text) {
        Ok(text) => Ok(text.into_owned()),
        Err(problem) => Err(format!("{text}: {}", problem.message)),
    }
}
