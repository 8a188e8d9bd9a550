//! What a unit's files say: settings, commands, accounts, paths, each with file and line.

mod commands;
mod paths;
mod trees;

use insight::snapshot::{
    Condition, Definition, Dependency, Diagnostic, Language, Place, Relation, Setting,
};
use unit::table::{Group, Id};
use unit::values::Value;
use unit::{LoadState, Severity, Unit, check};

use crate::surroundings::OnDisk;
use crate::unit_tree::UnitTree;

pub use trees::Trees;

const USER: Id = Id::of(Group::Exec, "User");
const GROUP: Id = Id::of(Group::Exec, "Group");
const GROUPS: Id = Id::of(Group::Exec, "SupplementaryGroups");
const DYNAMIC_USER: Id = Id::of(Group::Exec, "DynamicUser");
const RESTART: Id = Id::of(Group::Service, "Restart");
const RESTART_SEC: Id = Id::of(Group::Service, "RestartSec");
const TIMEOUT_START: Id = Id::of(Group::Service, "TimeoutStartSec");
const TIMEOUT: Id = Id::of(Group::Service, "TimeoutSec");
const BURST: Id = Id::of(Group::Unit, "StartLimitBurst");
const INTERVAL: Id = Id::of(Group::Unit, "StartLimitIntervalSec");
const PID_FILE: Id = Id::of(Group::Service, "PIDFile");

/// What systemd has where neither unit nor system.conf says otherwise (systemd-system.conf(5)).
const TIMEOUT_START_USEC: u64 = 90_000_000;
const START_LIMIT: (u64, u32) = (10_000_000, 5);
const RESTART_USEC: u64 = 100_000;

/// What systemd decided of settings whose defaults are its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decided {
    /// `TimeoutStartUSec`.
    pub timeout_start_usec: Option<u64>,
    /// `StartLimitIntervalUSec` and `StartLimitBurst`.
    pub start_limit: Option<(u64, u32)>,
    /// `RestartUSec`.
    pub restart_usec: Option<u64>,
}

/// A unit's definition. `checked`: what is wrong beyond a single setting is looked for as well.
pub fn of_unit(tree: &UnitTree, unit: &Unit, decided: Decided, checked: bool) -> Definition {
    let settings = &unit.settings;
    let text = |id| {
        let setting = settings.get(id)?;
        let text = settings.text(id).filter(|text| !text.is_empty())?;
        Some((text.to_owned(), place(unit, setting)))
    };
    let service_type = unit.service_type().to_owned();
    let timeout = written_usec(unit, TIMEOUT_START).or_else(|| written_usec(unit, TIMEOUT));
    let timeout = timeout.or(match service_type.as_str() {
        "oneshot" => None,
        _ => Some(decided.timeout_start_usec.unwrap_or(TIMEOUT_START_USEC)),
    });
    Definition {
        language: Language::Unit,
        files: unit.files.iter().filter(|f| !f.is_empty()).map(|f| f.to_string()).collect(),
        settings: settings.settings().iter().map(|setting| written(unit, setting)).collect(),
        commands: commands::of(tree, unit),
        user: text(USER),
        group: text(GROUP),
        groups: settings
            .texts(GROUPS)
            .map(|(name, origin)| (name.to_owned(), origin_place(unit, origin)))
            .collect(),
        dynamic_user: settings.flag(DYNAMIC_USER).unwrap_or_default(),
        working_directory: paths::working_directory(unit),
        root_directory: paths::root_directory(unit),
        environment_files: paths::environment_files(unit),
        pid_file: text(PID_FILE),
        directories: paths::managed(unit, tree.facts.is_user),
        timeout_start_usec: timeout.filter(|usec| *usec != u64::MAX && *usec != 0),
        start_limit: Some(start_limit(unit, decided)),
        restart: settings.text(RESTART).unwrap_or("no").to_owned(),
        restart_usec: written_usec(unit, RESTART_SEC)
            .or(decided.restart_usec)
            .or(Some(RESTART_USEC)),
        paths: paths::named(unit),
        diagnostics: diagnostics(tree, unit, checked),
        service_type,
    }
}

/// Finds where conditions are written.
pub fn place_conditions(unit: &Unit, conditions: &mut [Condition]) {
    for condition in conditions {
        let is_it = |setting: &&unit::Setting| match &setting.value {
            Value::Condition(written) => {
                setting.id.name() == condition.name
                    && *written.parameter == *condition.parameter
                    && written.is_negated == condition.negated
            }
            _ => false,
        };
        let found = unit.settings.settings().iter().find(is_it);
        condition.place = found.map(|setting| place(unit, setting));
    }
}

/// Finds where dependencies are written.
pub fn place_dependencies(unit: &Unit, dependencies: &mut [Dependency]) {
    const KEYS: [(&str, Relation); 9] = [
        ("Requires", Relation::Needs),
        ("Requisite", Relation::Needs),
        ("BindsTo", Relation::Needs),
        ("RequiresMountsFor", Relation::Needs),
        ("Wants", Relation::Wants),
        ("After", Relation::After),
        ("PartOf", Relation::After),
        ("Sockets", Relation::TriggeredBy),
        ("Conflicts", Relation::Conflicts),
    ];
    for dependency in dependencies {
        let names = |setting: &unit::Setting| match &setting.value {
            Value::Names(names) => names.iter().any(|name| name.as_str() == dependency.name),
            _ => false,
        };
        let is_it = |setting: &&unit::Setting| {
            let key = setting.id.name();
            KEYS.iter().any(|(k, relation)| *k == key && *relation == dependency.relation)
                && names(setting)
        };
        let found = unit.settings.settings().iter().find(is_it);
        dependency.place = found.map(|setting| place(unit, setting));
    }
}

fn start_limit(unit: &Unit, decided: Decided) -> (u64, u32) {
    let (interval, burst) = decided.start_limit.unwrap_or(START_LIMIT);
    let written = match unit.settings.value(BURST) {
        Some(Value::Integer(count)) => u32::try_from(*count).ok(),
        _ => None,
    };
    (written_usec(unit, INTERVAL).unwrap_or(interval), written.unwrap_or(burst))
}

fn written_usec(unit: &Unit, id: Id) -> Option<u64> {
    match unit.settings.value(id)? {
        Value::Usec(usec) => Some(*usec),
        _ => None,
    }
}

/// Where a setting is written.
fn place(unit: &Unit, setting: &unit::Setting) -> Place {
    origin_place(unit, setting.origin)
}

fn origin_place(unit: &Unit, origin: unit::unit::Origin) -> Place {
    let path = unit.file(origin).map(|file| file.to_string()).unwrap_or_default();
    Place { path, line: origin.line() }
}

fn written(unit: &Unit, setting: &unit::Setting) -> Setting {
    let kind = unit.name.unit_type();
    let section = match setting.id.group() {
        Group::Unit => "Unit",
        Group::Install => "Install",
        Group::Exec | Group::Kill | Group::Resource => kind.section().unwrap_or("Service"),
        group => group.sections().next().unwrap_or("Service"),
    };
    Setting {
        section: section.to_owned(),
        key: setting.id.name().to_owned(),
        value: setting.value.to_string(),
        place: place(unit, setting),
    }
}

/// What loading and checking said, without hints.
fn diagnostics(tree: &UnitTree, unit: &Unit, checked: bool) -> Vec<Diagnostic> {
    let mut found = unit.diagnostics.clone();
    if checked && unit.state == LoadState::Loaded {
        found.extend(check::settings::of(unit));
        let around = OnDisk::new(&tree.disk);
        found.extend(check::references::of(unit, &tree.catalogue, &around));
    }
    found.retain(|diagnostic| diagnostic.severity != Severity::Hint);
    let told = |diagnostic: unit::Diagnostic| Diagnostic {
        is_error: diagnostic.severity == Severity::Error,
        code: diagnostic.code.name().to_owned(),
        message: diagnostic.message,
        hint: diagnostic.help,
        place: diagnostic
            .place
            .map(|place| Place { path: place.file.to_string(), line: place.line }),
    };
    found.into_iter().map(told).collect()
}
