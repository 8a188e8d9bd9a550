//! What must hold of a whole file, alone and in a tree of them.

use unit::{
    Definition, LoadState, Name, Place, Severity, Unit,
    check::{
        self,
        references::{Program, Surroundings},
    },
    graph::{self, Graph},
    install::{Install, PresetMode},
    load::{Catalogue, Loader, SearchPath},
    memory::MemoryFiles,
    syntax::{Item, Reader},
    table::Group,
};

use super::{Random, grammars, seeds};

type Verdict = Result<(), String>;

const FOLDER: &str = "/etc/systemd/system";

/// A machine with nothing on it.
struct Bare;

impl Surroundings for Bare {
    fn program(&self, _path: &str) -> Program {
        Program::Missing
    }

    fn user(&self, _name: &str) -> Option<bool> {
        None
    }

    fn group(&self, _name: &str) -> Option<bool> {
        Some(false)
    }

    fn exists(&self, _path: &str) -> Option<bool> {
        Some(false)
    }

    fn is_mounted(&self, _unit: &Name) -> bool {
        false
    }
}

/// Lines: each item stands behind the one before, and every part of a value has a place.
pub fn lines(text: &[u8]) -> Verdict {
    let mut last = 0;
    for item in Reader::new(text) {
        let at = match &item {
            Item::Section(_, at) | Item::Skipped(_, at) | Item::Refused(_, at) => *at,
            Item::Assignment(found) => found.at,
        };
        if at.line <= last || at.last_line < at.line {
            return Err(format!("{item:?} stands at or before line {last}"));
        }
        last = at.last_line;
        let Item::Assignment(found) = item else { continue };
        let key = found.at.in_key(text, found.key.len());
        if key.text.get(key.columns.clone()) != Some(found.key.as_bytes()) {
            return Err(format!("the key {:?} is said to be at {key:?}", found.key));
        }
        for (start, c) in found.value.char_indices().take(60) {
            let place = found.at.in_value(text, start..start + c.len_utf8());
            let there = place.text.get(place.columns.clone());
            let is_joint = c == ' ' && there.is_some_and(|there| there == b"\\");
            if !is_joint && there != Some(c.to_string().as_bytes()) {
                return Err(format!("{c:?} at {start} of {:?}: {place:?}", found.value));
            }
        }
    }
    Ok(())
}

fn place(place: &Place) -> Verdict {
    let (columns, from) = (&place.columns, place.from);
    let end = u64::from(from) + u64::try_from(place.text.len()).unwrap();
    // Bytes that are no UTF-8 are shown by characters that are longer.
    let is_good = columns.start <= columns.end
        && from <= columns.start
        && (place.text.is_empty() || u64::from(columns.end) <= end);
    let is_good = is_good && place.line > 0 && place.text.len() < 8000;
    if is_good { Ok(()) } else { Err(format!("a place that is none: {place:?}")) }
}

fn load(files: &MemoryFiles, name: &Name) -> Unit {
    let facts = grammars::facts();
    let (catalogue, _) = Catalogue::read(files, SearchPath::system(false));
    Loader::new(files, &catalogue, &facts).load(name)
}

/// A definition as a file.
fn written(unit: &Unit) -> Option<String> {
    let own = unit.name.unit_type().section();
    let mut text = String::from("#\n");
    for header in ["Unit"].into_iter().chain(own).chain(["Install"]) {
        text.push_str(&format!("[{header}]\n"));
        for setting in unit.settings.settings() {
            let section = match setting.id.group() {
                Group::Unit => "Unit",
                Group::Install => "Install",
                _ => own?,
            };
            if section != header {
                continue;
            }
            let value = setting.value.written(setting.id.directive().kind).to_string();
            // A file has no way to say it.
            let is_trimmed = value.trim_matches([' ', '\t']) == value;
            if value.contains(['\n', '\r', '\0']) || !is_trimmed {
                return None;
            }
            // A space behind a backslash keeps the line from going on in the next one.
            text.push_str(&format!("{}={value} \n", setting.id.name()));
        }
    }
    Some(text)
}

fn values(settings: &Definition) -> Vec<(&'static str, &unit::Value)> {
    let mut values: Vec<_> =
        settings.settings().iter().map(|setting| (setting.id, &setting.value)).collect();
    // Sections are written one after another.
    values.sort_by_key(|(id, _)| *id);
    values.into_iter().map(|(id, value)| (id.name(), value)).collect()
}

/// A file and a drop-in are loaded: places are places, reading twice gives the same, and so does
/// reading what the definition is written as.
pub fn file(random: &mut Random, text: &[u8]) -> Verdict {
    lines(text)?;
    let (name, other) = *random.one(seeds::FILES);
    let name: Name = name.parse().unwrap();
    let mut files = MemoryFiles::new().with(&format!("{FOLDER}/{name}"), text);
    if random.below(2) == 0 {
        files.write(&format!("{FOLDER}/{name}"), other);
        files.write(&format!("{FOLDER}/{name}.d/10-a.conf"), text);
    }
    let unit = load(&files, &name);
    for found in &unit.diagnostics {
        found.place.as_ref().map_or(Ok(()), place)?;
        if found.message.is_empty() || found.message.ends_with('.') {
            return Err(format!("no sentence: {found:?}"));
        }
    }
    let is_refused = unit.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let is_wrong = matches!(unit.state, LoadState::BadSetting | LoadState::Error);
    if is_wrong && !is_refused {
        return Err(format!("{:?} without a word: {:?}", unit.state, unit.diagnostics));
    }
    if unit.state == LoadState::Loaded {
        for found in check::settings::of(&unit) {
            found.place.as_ref().map_or(Ok(()), place)?;
        }
    }
    let again = load(&files, &name);
    if again.settings != unit.settings || again.diagnostics != unit.diagnostics {
        return Err("read twice it is not the same".to_owned());
    }
    let Some(text) = written(&unit) else { return Ok(()) };
    let copy = MemoryFiles::new().with(&format!("{FOLDER}/{name}"), &text);
    let copied = load(&copy, &name);
    if values(&copied.settings) != values(&unit.settings) {
        let (before, after) = (values(&unit.settings), values(&copied.settings));
        let differ = before.iter().zip(&after).find(|(before, after)| before != after);
        return Err(format!("written as a file it is another ({differ:?}): {text}"));
    }
    Ok(())
}

/// A tree of files, one of them as given: its graph is built, its circles are found, starting and
/// stopping is planned.
pub fn tree(random: &mut Random, text: &[u8]) -> Verdict {
    let mut files = MemoryFiles::new();
    for (name, text) in seeds::FILES {
        if random.below(3) > 0 {
            files.write(&format!("/usr/lib/systemd/system/{name}"), text);
        }
    }
    let (name, _) = *random.one(seeds::FILES);
    files.write(&format!("{FOLDER}/{name}"), text);
    let (other, _) = *random.one(seeds::FILES);
    files.link(&format!("{FOLDER}/{other}.wants/{name}"), &format!("../{name}"));
    let facts = grammars::facts();
    let (catalogue, _) = Catalogue::read(&files, SearchPath::system(false));
    let loader = Loader::new(&files, &catalogue, &facts);
    let options = graph::Options::of(&facts);
    let names = catalogue.own_names().into_iter().filter(|name| !name.is_template()).cloned();
    let units = graph::gather(names, &options, |name| loader.load(name));
    let graph = Graph::build(&units, &options);
    for circle in graph.cycles() {
        let count = circle.units().count();
        if count == 0 || circle.describe(&graph).is_empty() || circle.fix(&graph).is_empty() {
            return Err(format!("a circle of {count}: {}", circle.verdict(&graph)));
        }
    }
    let ids: Vec<_> = graph.ids().collect();
    for finding in check::relations::of(&graph, &ids, &Bare) {
        finding.place.as_ref().map_or(Ok(()), place)?;
    }
    let asked = *random.one(&ids);
    for verb in [graph::plan::Verb::Start, graph::plan::Verb::Stop] {
        if let Ok(plan) = graph::plan::plan(&graph, verb, &[asked]) {
            for job in &plan.jobs {
                plan.chain(job);
            }
        }
    }
    Ok(())
}

/// A preset file and the links that follow from it: a second time nothing is left to do.
pub fn presets(text: &[u8]) -> Verdict {
    let mut files = MemoryFiles::new().with("/etc/systemd/system-preset/a.preset", text);
    for (name, text) in seeds::FILES {
        files.write(&format!("/usr/lib/systemd/system/{name}"), text);
    }
    let facts = grammars::facts();
    let search = SearchPath::system(false);
    let install = Install::new(&files, &search, &facts);
    let plan = install.preset_all(PresetMode::Full);
    for note in &plan.notes {
        note.to_string();
    }
    for change in &plan.changes {
        if !change.path().starts_with("/etc/systemd/system/") {
            return Err(format!("changes {}", change.path()));
        }
    }
    Ok(())
}
