//! Sandboxes: capabilities, system calls, namespaces, paths (systemd.exec(5)).

use super::{Lines, Show, dynamic, one, text, yes_no};
use crate::{
    table::{Group, Id},
    values::{
        Bind, Directory, Value,
        sandbox::{effective, names},
    },
};

const BOUNDING: Id = Id::of(Group::Exec, "CapabilityBoundingSet");
const AMBIENT: Id = Id::of(Group::Exec, "AmbientCapabilities");
const SECURE_BITS: Id = Id::of(Group::Exec, "SecureBits");
const SYSTEM_CALLS: Id = Id::of(Group::Exec, "SystemCallFilter");
const SYSTEM_CALL_LOG: Id = Id::of(Group::Exec, "SystemCallLog");
const SYSTEM_CALL_ERROR: Id = Id::of(Group::Exec, "SystemCallErrorNumber");
const ARCHITECTURES: Id = Id::of(Group::Exec, "SystemCallArchitectures");
const FAMILIES: Id = Id::of(Group::Exec, "RestrictAddressFamilies");
const NAMESPACES: Id = Id::of(Group::Exec, "RestrictNamespaces");
const FILE_SYSTEMS: Id = Id::of(Group::Exec, "RestrictFileSystems");
const MOUNT_API_VFS: Id = Id::of(Group::Exec, "MountAPIVFS");
const ROOT_DIRECTORY: Id = Id::of(Group::Exec, "RootDirectory");
const ROOT_IMAGE: Id = Id::of(Group::Exec, "RootImage");
const KEYRING: Id = Id::of(Group::Exec, "KeyringMode");

/// Settings that take capabilities away.
const TAKEN: [(Id, &[u8]); 4] = [
    (Id::of(Group::Exec, "PrivateDevices"), &[27, 17]),
    (Id::of(Group::Exec, "ProtectKernelModules"), &[16]),
    (Id::of(Group::Exec, "ProtectKernelLogs"), &[34]),
    (Id::of(Group::Exec, "ProtectClock"), &[25, 35]),
];

/// The version that brought time namespaces.
const TIME_NAMESPACES: u16 = 258;

/// Bits of securebits (capabilities(7)).
const BITS: [(&str, u32); 6] = [
    ("noroot", 1),
    ("noroot-locked", 2),
    ("no-setuid-fixup", 4),
    ("no-setuid-fixup-locked", 8),
    ("keep-caps", 16),
    ("keep-caps-locked", 32),
];

pub(super) fn special(show: &Show<'_>, name: &str) -> Option<Lines> {
    if let Some(lines) = dynamic::special(show, name) {
        return Some(lines);
    }
    let id = || Id::look_up(Group::Exec, name);
    Some(match name {
        "CapabilityBoundingSet" => bounding(show),
        "AmbientCapabilities" => capabilities(show, effective::ambient_set(show.values(AMBIENT))),
        "SecureBits" => one(secure_bits(show)),
        "SystemCallFilter" => system_calls(show, SYSTEM_CALLS, true),
        "SystemCallLog" => system_calls(show, SYSTEM_CALL_LOG, false),
        "SystemCallErrorNumber" => error_number(show),
        "SystemCallArchitectures" => sorted(show, ARCHITECTURES),
        "RestrictAddressFamilies" => words(effective::address_families(show.values(FAMILIES))),
        "RestrictFileSystems" => words(effective::file_systems(show.values(FILE_SYSTEMS))),
        "RestrictNamespaces" => one(namespaces(show)),
        "MountAPIVFS" => {
            let default = show.has(ROOT_DIRECTORY) || show.has(ROOT_IMAGE);
            let written = show.unit.settings.flag(MOUNT_API_VFS);
            one(yes_no(written.unwrap_or(default)))
        }
        "KeyringMode" if !show.has(KEYRING) => one(keyring(show)),
        "PrivateMounts" | "MemoryKSM" | "BindLogSockets" | "SetLoginEnvironment"
            if !show.has(id()?) =>
        {
            one("no")
        }
        // On the bus these are booleans: which kind of yes it is says a second property.
        "PrivateTmp" | "PrivateUsers" | "ProtectControlGroups" | "ProtectHostname"
            if !matches!(show.value(id()?), None | Some(Value::Flag(_))) =>
        {
            let written = show.unit.settings.text(id()?).unwrap_or_default();
            one(yes_no(!matches!(written, "" | "no")))
        }
        "BindPaths" | "BindReadOnlyPaths" => one(binds(show, id()?)),
        "TemporaryFileSystem" => one(pairs(show, id()?, ":")),
        "RuntimeDirectory"
        | "StateDirectory"
        | "CacheDirectory"
        | "LogsDirectory"
        | "ConfigurationDirectory" => {
            let found = directories(show, id()?);
            one(text::join(found.iter().map(|directory| &*directory.path)))
        }
        _ => return super::credentials::special(show, name),
    })
}

fn bounding(show: &Show<'_>) -> Lines {
    let written = effective::bounding_set(show.values(BOUNDING)).unwrap_or(u64::MAX);
    let taken = TAKEN.iter().filter(|(id, _)| show.flag(*id)).flat_map(|(_, numbers)| *numbers);
    capabilities(show, taken.fold(written, |set, number| set & !(1 << number)))
}

/// Names of capabilities, those that the kernel has.
fn capabilities(show: &Show<'_>, set: u64) -> Lines {
    let last = show.context.machine.last_capability?;
    let has = |number: &u8| set.checked_shr(u32::from(*number)).is_some_and(|bits| bits & 1 == 1);
    let name = |number: u8| match names::capability_name(number) {
        Some(name) => name.to_ascii_lowercase(),
        None => format!("0x{number:x}"),
    };
    let found: Vec<String> = (0..=last).filter(has).map(name).collect();
    one(found.join(" "))
}

fn secure_bits(show: &Show<'_>) -> String {
    let words = show.values(SECURE_BITS).flat_map(|value| match value {
        Value::List(words) => &**words,
        _ => &[],
    });
    let bit = |word: &str| BITS.iter().find(|(name, _)| *name == word).map_or(0, |(_, bit)| *bit);
    words.fold(0, |all, word| all | bit(word)).to_string()
}

/// What is allowed, or with `~` denied; `None` is no restriction.
fn words(found: Option<effective::Words<'_>>) -> Lines {
    let Some(found) = found else { return Some(Vec::new()) };
    let names: Vec<&str> = found.words.into_iter().collect();
    list(found.allow, &names)
}

fn list(allow: bool, names: &[&str]) -> Lines {
    match (allow, names) {
        (false, []) => Some(Vec::new()),
        (true, names) => Some(vec![names.join(" ")]),
        (false, names) => Some(vec![format!("~{}", names.join(" "))]),
    }
}

fn system_calls(show: &Show<'_>, id: Id, is_filter: bool) -> Lines {
    let Some(found) = effective::system_calls(show.values(id), is_filter) else {
        return Some(Vec::new());
    };
    let calls = found.calls.iter().filter(|(_, error)| !(found.allow && error.is_some()));
    let mut calls: Vec<String> = calls
        .map(|(name, error)| match error {
            Some(error) => format!("{name}:{}", error_name(error)),
            None => (*name).to_owned(),
        })
        .collect();
    calls.sort_unstable();
    list(found.allow, &calls.iter().map(String::as_str).collect::<Vec<_>>())
}

/// An error's name, of a number too.
fn error_name(error: &str) -> &str {
    let number = names::error(error).map(|known| known.1).or_else(|| names::error_number(error));
    let named = |name: &&str| names::error(name).map(|known| known.1) == number;
    if number.is_some() { names::errors().find(named).unwrap_or(error) } else { error }
}

fn error_number(show: &Show<'_>) -> Lines {
    /// What stands for ending the process.
    const KILL: u64 = 0x7fff_fffe;
    let written = show.unit.settings.text(SYSTEM_CALL_ERROR).filter(|word| *word != "kill");
    let number = match written {
        None => KILL,
        Some(word) => {
            names::error(word).map(|found| found.1).or_else(|| names::error_number(word))?
        }
    };
    one(number.to_string())
}

fn sorted(show: &Show<'_>, id: Id) -> Lines {
    let mut words: Vec<&str> = show
        .values(id)
        .flat_map(|value| match value {
            Value::List(words) => &**words,
            _ => &[],
        })
        .map(|word| &**word)
        .collect();
    words.sort_unstable();
    words.dedup();
    one(text::join(words))
}

fn namespaces(show: &Show<'_>) -> String {
    let Some(allowed) = effective::namespaces(show.values(NAMESPACES), false) else {
        return "no".to_owned();
    };
    let is_known = |name: &&str| *name != "time" || show.version() >= TIME_NAMESPACES;
    let known: Vec<&str> = names::NAMESPACES.iter().copied().filter(is_known).collect();
    let left: Vec<&str> = known.iter().copied().filter(|name| allowed.contains(name)).collect();
    match left.len() {
        0 => "yes".to_owned(),
        count if count == known.len() => "no".to_owned(),
        _ => left.join(" "),
    }
}

fn keyring(show: &Show<'_>) -> &'static str {
    match show.unit.name.unit_type() {
        _ if show.context.options.is_user => "inherit",
        crate::name::UnitType::Service => "private",
        _ => "shared",
    }
}

fn binds(show: &Show<'_>, id: Id) -> String {
    let binds = show.values(id).flat_map(|value| match value {
        Value::Binds(binds) => &**binds,
        _ => &[],
    });
    let print = |bind: &Bind| {
        let dash = if bind.may_be_missing { "-" } else { "" };
        let to = bind.destination.as_deref().unwrap_or(&bind.source);
        let recursive = if bind.recursive { ":rbind" } else { "" };
        format!("{dash}{}:{to}{recursive}", bind.source)
    };
    binds.map(print).collect::<Vec<_>>().join(" ")
}

/// Pairs in one line; what belongs to a name may be missing.
pub(super) fn pairs(show: &Show<'_>, id: Id, between: &str) -> String {
    let pairs = show.values(id).flat_map(|value| match value {
        Value::Pairs(pairs) => &**pairs,
        _ => &[],
    });
    let print = |(name, value): &(Box<str>, Box<str>)| match value.is_empty() {
        true => name.to_string(),
        false => format!("{name}{between}{value}"),
    };
    pairs.map(print).collect::<Vec<_>>().join(" ")
}

/// The directories of a kind as they are written, sorted.
pub(super) fn all_directories<'a>(show: &Show<'a>, id: Id) -> Vec<&'a Directory> {
    let mut all: Vec<&Directory> = show
        .values(id)
        .flat_map(|value| match value {
            Value::Directories(directories) => &**directories,
            _ => &[],
        })
        .collect();
    all.sort_by(|left, right| left.path.split('/').cmp(right.path.split('/')));
    all
}

/// The directories of a kind, each once.
pub(super) fn directories<'a>(show: &Show<'a>, id: Id) -> Vec<&'a Directory> {
    let mut all = all_directories(show, id);
    all.dedup_by(|left, right| left.path == right.path);
    all
}
