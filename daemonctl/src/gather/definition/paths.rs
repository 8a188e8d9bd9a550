//! Paths that a unit names.

use insight::snapshot::{ManagedDirectory, Place};
use unit::table::{Group, Id};
use unit::values::Value;
use unit::values::sandbox::Stream;
use unit::{Setting, Unit};

const WORKING_DIRECTORY: Id = Id::of(Group::Exec, "WorkingDirectory");
const ROOT_DIRECTORY: Id = Id::of(Group::Exec, "RootDirectory");
const ENVIRONMENT_FILE: Id = Id::of(Group::Exec, "EnvironmentFile");

/// Directives whose directories systemd makes, and below what.
const MANAGED: [(&str, &str); 5] = [
    ("RuntimeDirectory", "/run"),
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
    ("ConfigurationDirectory", "/etc"),
];

/// Directives whose paths have to be there.
const NAMED: [&str; 15] = [
    "ReadWritePaths",
    "ReadOnlyPaths",
    "InaccessiblePaths",
    "ExecPaths",
    "NoExecPaths",
    "ReadWriteDirectories",
    "ReadOnlyDirectories",
    "InaccessibleDirectories",
    "BindPaths",
    "BindReadOnlyPaths",
    "RootImage",
    "LoadCredential",
    "LoadCredentialEncrypted",
    "TemporaryFileSystem",
    "RequiresMountsFor",
];

/// A path that may be missing where `-` stands in front; `+` means below the unit's root.
fn optional(text: &str) -> (String, bool) {
    let may_be_missing = text.starts_with('-');
    (text.trim_start_matches(['-', '+']).to_owned(), may_be_missing)
}

fn text(setting: &Setting) -> Option<&str> {
    match &setting.value {
        Value::Text(text) => Some(text),
        Value::Word(word) => Some(word),
        _ => None,
    }
}

/// `WorkingDirectory=`.
pub(super) fn working_directory(unit: &Unit) -> Option<(String, bool, Place)> {
    let setting = unit.settings.get(WORKING_DIRECTORY)?;
    let (path, may_be_missing) = optional(text(setting)?);
    Some((path, may_be_missing, super::place(unit, setting))).filter(|(path, ..)| !path.is_empty())
}

/// `RootDirectory=`.
pub(super) fn root_directory(unit: &Unit) -> Option<(String, Place)> {
    let setting = unit.settings.get(ROOT_DIRECTORY)?;
    let (path, _) = optional(text(setting)?);
    Some((path, super::place(unit, setting))).filter(|(path, _)| !path.is_empty() && path != "/")
}

/// `EnvironmentFile=`.
pub(super) fn environment_files(unit: &Unit) -> Vec<(String, bool, Place)> {
    let files = unit.settings.texts(ENVIRONMENT_FILE);
    let one = |(written, origin): (&str, unit::unit::Origin)| {
        let (path, may_be_missing) = optional(written);
        (path, may_be_missing, super::origin_place(unit, origin))
    };
    files.map(one).collect()
}

/// Directories that systemd makes at start.
pub(super) fn managed(unit: &Unit, is_user: bool) -> Vec<ManagedDirectory> {
    // Those of a user lie below his home, which is not worth knowing here.
    if is_user {
        return Vec::new();
    }
    let mut all = Vec::new();
    for setting in unit.settings.settings() {
        let name = setting.id.name();
        let Some((_, base)) = MANAGED.iter().find(|(known, _)| *known == name) else { continue };
        let Value::Directories(directories) = &setting.value else { continue };
        all.extend(directories.iter().map(|directory| ManagedDirectory {
            path: format!("{base}/{}", directory.path),
            key: name.to_owned(),
            place: super::place(unit, setting),
        }));
    }
    all
}

/// Paths that have to be there: of mounts, credentials, streams.
pub(super) fn named(unit: &Unit) -> Vec<(String, String, bool, Place)> {
    let mut all = Vec::new();
    for setting in unit.settings.settings() {
        let name = setting.id.name();
        let place = super::place(unit, setting);
        let mut add = |path: &str, may_be_missing: bool| {
            let (path, marked) = optional(path);
            if path.starts_with('/') {
                let entry = (name.to_owned(), path, may_be_missing || marked, place.clone());
                all.push(entry);
            }
        };
        match &setting.value {
            Value::Stream(stream) => match &**stream {
                Stream::File(path) | Stream::Append(path) | Stream::Truncate(path) => {
                    add(path, false);
                }
                Stream::Word(_) | Stream::Descriptor(_) => {}
            },
            _ if !NAMED.contains(&name) || name == "TemporaryFileSystem" => {}
            Value::Binds(binds) => {
                binds.iter().for_each(|bind| add(&bind.source, bind.may_be_missing));
            }
            Value::List(list) => list.iter().for_each(|path| add(path, false)),
            Value::Pairs(pairs) => pairs.iter().for_each(|(_, path)| add(path, false)),
            Value::Text(path) => add(path, false),
            _ => {}
        }
    }
    all
}
