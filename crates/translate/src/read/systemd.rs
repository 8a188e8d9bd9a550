//! Unit files: a service with its drop-ins, or a timer with the service that it starts. What the
//! settings come to is the `unit` room's business; here each goes to its place in the definition.

use std::collections::BTreeMap;
use std::sync::Arc;

use unit::diagnostic::Severity;
use unit::load::{Catalogue, Loader, SearchPath};
use unit::memory::MemoryFiles;
use unit::syntax::{Item, Reader};
use unit::unit::Setting;
use unit::{Code, Facts, LoadState, Name, Unit, UnitType};

use super::{ReadError, Reading, Source, systemd_exec, systemd_service, systemd_timer};
use crate::{Definition, Lost, Native, Place, System};

/// The folder that the files are put in to be read.
const FOLDER: &str = "/in";

/// A unit, and where its lines stand.
pub(super) struct Loaded {
    pub unit: Unit,
    /// The given path by that in the tree.
    paths: BTreeMap<String, String>,
    /// What stands behind `=`, by file and line: specifiers as they are written.
    raw: BTreeMap<(Arc<str>, u32), String>,
}

/// Reads a service or a timer.
pub(super) fn read(
    main: &Source<'_>,
    others: &[Source<'_>],
    name: Option<&str>,
) -> Result<Reading, ReadError> {
    let unit_name = unit_name(main, name)?;
    let own = Loaded::new(main, others, &unit_name)?;
    let (timer, service) = match unit_name.unit_type() {
        UnitType::Service => (None, own),
        UnitType::Timer => {
            let service = systemd_timer::service_name(&own.unit);
            let Some(found) = others.iter().find(|other| other.file_name() == service.as_str())
            else {
                let message = format!("it starts {service}, whose file was not given");
                let help = format!("put {service} beside it");
                return Err(ReadError::new(message).at(main.place(1)).help(help));
            };
            (Some(own), Loaded::new(found, others, &service)?)
        }
        other => {
            let message = format!("a {} unit has no counterpart elsewhere", other.suffix());
            let help = "services and timers can be converted";
            return Err(ReadError::new(message).at(main.place(1)).help(help));
        }
    };
    let mut definition = Definition::new(service.unit.name.stem());
    definition.lost = service.remarks();
    systemd_service::fill(&service, &mut definition);
    systemd_exec::fill(&service, &mut definition);
    if let Some(timer) = timer {
        definition.lost.append(&mut timer.remarks());
        systemd_timer::fill(&timer, &mut definition);
    }
    Ok(Reading { definitions: vec![definition], lost: Vec::new() })
}

/// The unit's name: from the file's, or from the one that was asked for.
fn unit_name(main: &Source<'_>, asked: Option<&str>) -> Result<Name, ReadError> {
    let file = main.file_name();
    let of_file = file.parse::<Name>().ok();
    let is_timer = main.text.split(|byte| *byte == b'\n').any(|l| l.trim_ascii() == b"[Timer]");
    let kind = match (&of_file, is_timer) {
        (Some(name), _) => name.unit_type().suffix().trim_start_matches('.').to_owned(),
        (None, true) => "timer".to_owned(),
        (None, false) => "service".to_owned(),
    };
    let stem = match (asked, &of_file) {
        (Some(asked), _) => asked.trim_end_matches(&format!(".{kind}")).to_owned(),
        (None, Some(name)) => name.stem().to_owned(),
        (None, None) => file.split_once('.').map_or(file, |(stem, _)| stem).to_owned(),
    };
    let name: Name = format!("{stem}.{kind}").parse().map_err(|error: unit::name::NameError| {
        ReadError::new(format!("{stem} can't be the name of a service: {error}"))
            .help("give it another with --name")
    })?;
    if name.is_template() {
        let message = format!("{name} is a template: it is no service before it has an instance");
        let help = format!("name one: --name {stem}INSTANCE");
        return Err(ReadError::new(message).at(main.place(1)).help(help));
    }
    Ok(name)
}

impl Loaded {
    fn new(main: &Source<'_>, others: &[Source<'_>], name: &Name) -> Result<Loaded, ReadError> {
        let mut files = MemoryFiles::new();
        let mut paths = BTreeMap::new();
        let mut raw = BTreeMap::new();
        let mut put = |path: String, source: &Source<'_>| {
            let shared: Arc<str> = path.as_str().into();
            for item in Reader::new(source.text) {
                if let Item::Assignment(found) = item {
                    raw.insert((shared.clone(), found.at.line), found.value.into_owned());
                }
            }
            files.write(&path, source.text);
            paths.insert(path, source.path.to_owned());
        };
        put(format!("{FOLDER}/{name}"), main);
        let folder_name = format!("{}.d", main.file_name());
        for other in others {
            let folder = other.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let folder = folder.rsplit_once('/').map_or(folder, |(_, name)| name);
            if folder == folder_name {
                put(format!("{FOLDER}/{name}.d/{}", other.file_name()), other);
            }
        }
        let (catalogue, _) = Catalogue::read(&files, SearchPath::of(&[FOLDER]));
        // Whose machine the file is for is not known, so what only that machine knows stays.
        let facts = Facts::default();
        let unit = Loader::new(&files, &catalogue, &facts).load(name);
        let loaded = Loaded { unit, paths, raw };
        match loaded.unit.state {
            LoadState::Loaded => Ok(loaded),
            LoadState::Masked => {
                let message = "it is empty, which masks the unit: it defines no service";
                Err(ReadError::new(message).at(main.place(1)))
            }
            _ => Err(loaded.refused(main)),
        }
    }

    fn refused(&self, main: &Source<'_>) -> ReadError {
        let worst = self.unit.diagnostics.iter().max_by_key(|found| found.severity);
        let message = worst.map_or("systemd refuses it".to_owned(), |found| found.message.clone());
        let place = worst.and_then(|found| found.place.as_ref()).map(|place| self.shown(place));
        let help = worst.and_then(|found| found.help.clone());
        let error = ReadError::new(message).at(place.or(main.place(1)));
        error.help(help.unwrap_or_else(|| "daemonctl verify says more".to_owned()))
    }

    fn shown(&self, place: &unit::Place) -> Place {
        let file = self.paths.get(&*place.file).cloned();
        Place { file: file.unwrap_or_else(|| place.file.to_string()), line: place.line }
    }

    /// Where a setting was written.
    pub fn place(&self, setting: &Setting) -> Option<Place> {
        let file = self.unit.file(setting.origin)?;
        let file = self.paths.get(&**file).cloned().unwrap_or_else(|| file.to_string());
        Some(Place { file, line: setting.origin.line() })
    }

    /// A setting that only systemd knows, as it is written.
    pub fn native(&self, section: &str, setting: &Setting) -> Native {
        let file = self.unit.file(setting.origin).cloned();
        let raw = file.and_then(|file| self.raw.get(&(file, setting.origin.line())).cloned());
        let kind = setting.id.directive().kind;
        Native {
            system: System::Systemd,
            section: section.to_owned(),
            key: setting.id.name().to_owned(),
            value: raw.unwrap_or_else(|| setting.value.written(kind).to_string()),
            place: self.place(setting),
        }
    }

    /// What is wrong with the file: systemd ignores it, and so does its translation.
    fn remarks(&self) -> Vec<Lost> {
        let is_worth = |found: &&unit::Diagnostic| {
            found.code == Code::Specifier
                || (found.severity > Severity::Hint && found.code != Code::Permissions)
        };
        let tell = |found: &unit::Diagnostic| {
            let place = found.place.as_ref().map(|place| self.shown(place));
            let text = found.place.as_ref().map_or("", |place| place.text.trim());
            let what = if text.is_empty() { "the unit" } else { text };
            let lost = Lost::new(what, found.message.clone()).at(place);
            match &found.help {
                Some(help) => lost.instead(help.clone()),
                None => lost,
            }
        };
        self.unit.diagnostics.iter().filter(is_worth).map(tell).collect()
    }
}
