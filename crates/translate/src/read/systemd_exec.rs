//! What a unit file says of the surroundings of its processes (systemd.exec(5)).

use unit::Value;
use unit::table::Group;
use unit::unit::Setting;
use unit::values::Stream;

use super::systemd::Loaded;
use super::systemd_service::text;
use crate::{Definition, Directory, EnvironmentFile, Limit, Output};

/// Folders of a unit's own: the directive, its mode's, and below what.
const DIRECTORIES: [(&str, &str, &str); 5] = [
    ("RuntimeDirectory", "RuntimeDirectoryMode", "/run"),
    ("StateDirectory", "StateDirectoryMode", "/var/lib"),
    ("CacheDirectory", "CacheDirectoryMode", "/var/cache"),
    ("LogsDirectory", "LogsDirectoryMode", "/var/log"),
    ("ConfigurationDirectory", "ConfigurationDirectoryMode", "/etc"),
];

/// Where writers may have to say that something was said.
const FIELDS: [(&str, &str); 14] = [
    ("User", "user"),
    ("Group", "group"),
    ("SupplementaryGroups", "supplementary_groups"),
    ("WorkingDirectory", "directory"),
    ("RootDirectory", "root"),
    ("EnvironmentFile", "environment_files"),
    ("Nice", "nice"),
    ("IOSchedulingClass", "io_scheduling"),
    ("IOSchedulingPriority", "io_scheduling"),
    ("CPUSchedulingPolicy", "cpu_scheduling"),
    ("OOMScoreAdjust", "oom_score_adjust"),
    ("StandardOutput", "output"),
    ("StandardError", "error"),
    ("StandardInputText", "input"),
];

/// Fills in what the directives say.
pub(super) fn fill(loaded: &Loaded, definition: &mut Definition) {
    let mut input = Vec::new();
    for setting in loaded.unit.settings.settings() {
        if setting.id.group() != Group::Exec {
            continue;
        }
        let name = setting.id.name();
        if name == "StandardInputText" {
            input.extend(text(setting));
        } else if !(account(definition, setting)
            || surroundings(definition, setting)
            || variables(definition, setting)
            || scheduling(definition, setting)
            || streams(definition, setting)
            || limit(definition, setting)
            || directory(loaded, definition, setting))
        {
            definition.natives.push(loaded.native("Service", setting));
        }
        let field = FIELDS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
        let field = field.or_else(|| name.starts_with("Limit").then_some("limits"));
        if let (Some(field), Some(place)) = (field, loaded.place(setting)) {
            definition.places.entry(field).or_insert(place);
        }
    }
    if !input.is_empty() {
        definition.input = Some(input.iter().map(|line| format!("{line}\n")).collect());
    }
}

fn account(definition: &mut Definition, setting: &Setting) -> bool {
    match (setting.id.name(), &setting.value) {
        ("User", _) => {
            definition.user = text(setting).filter(|user| user != "root" && user != "0");
        }
        ("Group", _) => definition.group = text(setting),
        ("SupplementaryGroups", Value::List(list)) => {
            definition.supplementary_groups.extend(list.iter().map(|group| group.to_string()));
        }
        _ => return false,
    }
    true
}

fn surroundings(definition: &mut Definition, setting: &Setting) -> bool {
    match (setting.id.name(), &setting.value) {
        ("WorkingDirectory", _) => match text(setting) {
            Some(path) if path.starts_with('/') || path == "~" => definition.directory = Some(path),
            // Folders that need not be there.
            _ => return false,
        },
        ("RootDirectory", _) => definition.root = text(setting).filter(|path| path != "/"),
        ("UMask", Value::Mode(mask)) => definition.umask = Some(*mask),
        _ => return false,
    }
    true
}

fn variables(definition: &mut Definition, setting: &Setting) -> bool {
    match (setting.id.name(), &setting.value) {
        ("Environment", Value::Pairs(pairs)) => {
            for (name, value) in pairs {
                definition.environment.retain(|(known, _)| **known != **name);
                definition.environment.push((name.to_string(), value.to_string()));
            }
        }
        ("EnvironmentFile", _) => {
            let Some(path) = text(setting) else { return false };
            let is_optional = path.starts_with('-');
            let path = path.trim_start_matches('-').to_owned();
            definition.environment_files.push(EnvironmentFile { path, is_optional });
        }
        _ => return false,
    }
    true
}

fn scheduling(definition: &mut Definition, setting: &Setting) -> bool {
    let (io, cpu) = (&mut definition.io_scheduling, &mut definition.cpu_scheduling);
    match (setting.id.name(), &setting.value) {
        ("Nice", Value::Integer(nice)) => definition.nice = Some(*nice),
        ("OOMScoreAdjust", Value::Integer(score)) => definition.oom_score_adjust = Some(*score),
        ("IOSchedulingClass", Value::Word(class)) if *class != "none" => {
            let priority = io.take().and_then(|(_, priority)| priority);
            *io = Some(((*class).to_owned(), priority));
        }
        ("IOSchedulingPriority", Value::Integer(priority)) => {
            let class = io.take().map_or_else(|| "best-effort".to_owned(), |(class, _)| class);
            *io = Some((class, Some(*priority)));
        }
        ("CPUSchedulingPolicy", Value::Word(policy)) => {
            let priority = cpu.take().and_then(|(_, priority)| priority);
            *cpu = Some(((*policy).to_owned(), priority));
        }
        ("CPUSchedulingPriority", Value::Integer(priority)) => {
            let policy = cpu.take().map_or_else(|| "other".to_owned(), |(policy, _)| policy);
            *cpu = Some((policy, Some(*priority)));
        }
        _ => return false,
    }
    true
}

fn streams(definition: &mut Definition, setting: &Setting) -> bool {
    let Value::Stream(stream) = &setting.value else { return false };
    let output = match &**stream {
        Stream::Word("journal") => Some(Output::Log),
        Stream::Word("null") => Some(Output::Null),
        Stream::Word("inherit") => Some(Output::Same),
        Stream::Append(path) => Some(Output::Append(path.to_string())),
        Stream::Truncate(path) => Some(Output::Truncate(path.to_string())),
        // Written from its start without being cut: nothing else can.
        _ => None,
    };
    match (setting.id.name(), &**stream, output) {
        ("StandardInput", Stream::Word("null" | "data"), _) => {}
        ("StandardInput", _, _) | (_, _, None) => return false,
        ("StandardOutput", _, Some(Output::Same)) => definition.output = Some(Output::Null),
        ("StandardOutput", _, output) => definition.output = output,
        (_, _, output) => definition.error = output,
    }
    true
}

fn limit(definition: &mut Definition, setting: &Setting) -> bool {
    let name = setting.id.name().strip_prefix("Limit");
    let (Some(name), Value::Limit(limit)) = (name, &setting.value) else { return false };
    definition.limits.retain(|known| known.name != name);
    let (soft, hard) = (limit.soft, limit.hard);
    definition.limits.push(Limit { name: name.to_owned(), soft, hard });
    true
}

fn directory(loaded: &Loaded, definition: &mut Definition, setting: &Setting) -> bool {
    let name = setting.id.name();
    let row = DIRECTORIES.iter().find(|(own, mode, _)| *own == name || *mode == name);
    let Some((_, mode_name, below)) = row else { return false };
    let Value::Directories(directories) = &setting.value else { return name == *mode_name };
    if directories.iter().any(|directory| directory.link.is_some() || directory.read_only) {
        return false;
    }
    let settings = loaded.unit.settings.settings();
    let mode = settings.iter().rev().find_map(|other| match other.value {
        Value::Mode(mode) if other.id.name() == *mode_name => Some(mode),
        _ => None,
    });
    // What is below /etc stays root's, whoever runs the service.
    let owner = (*below == "/etc").then(|| "root".to_owned());
    for directory in directories {
        let path = format!("{below}/{}", directory.path);
        let group = owner.clone();
        definition.directories.push(Directory { path, mode, owner: owner.clone(), group });
    }
    true
}
