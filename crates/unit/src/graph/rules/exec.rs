//! What follows from the settings of systemd.exec(5), "IMPLICIT DEPENDENCIES".

use super::{
    Dependency, Found, FoundPath, Need, REQUIRES_MOUNTS_FOR, ROOT_MOUNT, Rule, Subject,
    WANTS_MOUNTS_FOR, Why, read,
};
use crate::{
    name::UnitType,
    table::{Group, Id},
    values::Value,
};

const WORKING_DIRECTORY: Id = Id::of(Group::Exec, "WorkingDirectory");
const ROOT_DIRECTORY: Id = Id::of(Group::Exec, "RootDirectory");
const ROOT_IMAGE: Id = Id::of(Group::Exec, "RootImage");
const MOUNT_IMAGES: Id = Id::of(Group::Exec, "MountImages");
const PRIVATE_TMP: Id = Id::of(Group::Exec, "PrivateTmp");
const PRIVATE_DEVICES: Id = Id::of(Group::Exec, "PrivateDevices");
const DYNAMIC_USER: Id = Id::of(Group::Exec, "DynamicUser");
const LOG_NAMESPACE: Id = Id::of(Group::Exec, "LogNamespace");
const STANDARD_INPUT: Id = Id::of(Group::Exec, "StandardInput");
const STANDARD_OUTPUT: Id = Id::of(Group::Exec, "StandardOutput");
const STANDARD_ERROR: Id = Id::of(Group::Exec, "StandardError");
const DEVICE_POLICY: Id = Id::of(Group::Resource, "DevicePolicy");
const DEVICE_ALLOW: Id = Id::of(Group::Resource, "DeviceAllow");
const AFTER: Id = Id::of(Group::Unit, "After");

/// In the order of [`super::Options::folders`].
const FOLDERS: [Id; 5] = [
    Id::of(Group::Exec, "RuntimeDirectory"),
    Id::of(Group::Exec, "StateDirectory"),
    Id::of(Group::Exec, "CacheDirectory"),
    Id::of(Group::Exec, "LogsDirectory"),
    Id::of(Group::Exec, "ConfigurationDirectory"),
];

/// Those below /var, which may be read-only at first.
const WRITTEN: [Id; 3] = [
    Id::of(Group::Exec, "StateDirectory"),
    Id::of(Group::Exec, "CacheDirectory"),
    Id::of(Group::Exec, "LogsDirectory"),
];

/// What a socket unit runs. One that runs nothing has no use for the rest.
const SOCKET_COMMANDS: [Id; 4] = [
    Id::of(Group::Socket, "ExecStartPre"),
    Id::of(Group::Socket, "ExecStartPost"),
    Id::of(Group::Socket, "ExecStopPre"),
    Id::of(Group::Socket, "ExecStopPost"),
];

/// How /tmp and /var/tmp are kept private.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PrivateTmp {
    No,
    /// Folders within the shared ones.
    Connected,
    /// File systems in memory.
    Disconnected,
}

fn has_commands(subject: &Subject<'_>) -> bool {
    match subject.unit_type() {
        UnitType::Service | UnitType::Mount | UnitType::Swap => true,
        UnitType::Socket => subject
            .settings()
            .is_some_and(|settings| SOCKET_COMMANDS.iter().any(|id| settings.has(*id))),
        _ => false,
    }
}

pub(super) fn apply(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !has_commands(subject) || subject.options.is_user {
        return;
    }
    let has = |id: Id| subject.settings().is_some_and(|settings| settings.has(id));
    if let Some(id) = WRITTEN.into_iter().find(|id| has(*id)) {
        let why = subject.because(Rule::WritableRoot, id);
        found(Dependency::After, "systemd-remount-fs.service", why);
    }
    private_tmp(subject, found);
    if has(ROOT_IMAGE) {
        let why = subject.because(Rule::RootImage, ROOT_IMAGE);
        found(Dependency::After, "systemd-udevd.service", why);
    }
    image_modules(subject, found);
    output(subject, found);
}

/// Paths below which the unit runs or keeps its files.
pub(super) fn paths(subject: &Subject<'_>, found: &mut FoundPath<'_>) {
    let Some(settings) = subject.settings().filter(|_| has_commands(subject)) else { return };
    if let Some(path) = subject.text(WORKING_DIRECTORY) {
        let why = subject.because(Rule::MountsFor, WORKING_DIRECTORY);
        match path.strip_prefix('-') {
            Some(path) if !subject.is_old() => found(path, Need::Wants, why),
            Some(_) => {}
            None => found(path, Need::Requires, why),
        }
    }
    let root = if subject.is_old() { Need::Requires } else { Need::Wants };
    for id in [ROOT_DIRECTORY, ROOT_IMAGE] {
        if let Some(path) = subject.text(id) {
            found(path, root, subject.because(Rule::MountsFor, id));
        }
    }
    for (id, above) in FOLDERS.into_iter().zip(&subject.options.folders) {
        for setting in settings.all(id).filter(|_| !above.is_empty()) {
            let Value::Directories(folders) = &setting.value else { continue };
            for folder in folders {
                let why = Why::because(Rule::MountsFor, id, setting.origin);
                found(&format!("{above}/{}", folder.path), Need::Requires, why);
            }
        }
    }
    private_tmp_paths(subject, found);
}

/// `PrivateTmp=`, and what makes it so.
fn tmp(subject: &Subject<'_>) -> (PrivateTmp, Id) {
    let set = subject.settings().and_then(|settings| settings.value(PRIVATE_TMP));
    match set {
        Some(Value::Flag(true) | Value::Word("connected")) => (PrivateTmp::Connected, PRIVATE_TMP),
        Some(Value::Word("disconnected")) => (PrivateTmp::Disconnected, PRIVATE_TMP),
        _ if !subject.flag(DYNAMIC_USER) => (PrivateTmp::No, PRIVATE_TMP),
        _ if subject.is_old() => (PrivateTmp::Connected, DYNAMIC_USER),
        _ => (PrivateTmp::Disconnected, DYNAMIC_USER),
    }
}

fn private_tmp(subject: &Subject<'_>, found: &mut Found<'_>) {
    let (tmp, id) = tmp(subject);
    let why = subject.because(Rule::PrivateTmp, id);
    if tmp == PrivateTmp::Connected && subject.is_old() {
        found(Dependency::After, "tmp.mount", why);
    }
    if tmp == PrivateTmp::Connected && (subject.is_old() || subject.has_defaults()) {
        found(Dependency::After, "systemd-tmpfiles-setup.service", why);
    }
}

fn private_tmp_paths(subject: &Subject<'_>, found: &mut FoundPath<'_>) {
    let (mut tmp, id) = tmp(subject);
    let why = subject.because(Rule::PrivateTmp, id);
    if subject.options.is_user || tmp == PrivateTmp::No {
        return;
    }
    if subject.is_old() {
        return found("/var/tmp", Need::Requires, why);
    }
    let has_root = [ROOT_DIRECTORY, ROOT_IMAGE].iter().any(|id| subject.text(*id).is_some());
    if tmp == PrivateTmp::Connected && !subject.has_defaults() && !has_root && !knows_tmp(subject) {
        tmp = PrivateTmp::Disconnected;
    }
    match tmp {
        PrivateTmp::Connected => {
            found("/tmp", Need::Wants, why);
            found("/var/tmp", Need::Wants, why);
        }
        PrivateTmp::Disconnected if subject.has_defaults() && !has_root => {
            found("/var", Need::Wants, why);
        }
        _ => {}
    }
}

/// Whether the files say that the unit comes after /tmp.
fn knows_tmp(subject: &Subject<'_>) -> bool {
    subject.settings().is_some_and(|settings| {
        [REQUIRES_MOUNTS_FOR, WANTS_MOUNTS_FOR]
            .iter()
            .any(|id| settings.texts(*id).any(|(path, _)| path.trim_end_matches('/') == "/tmp"))
            || settings.names(AFTER).any(|(name, _)| name.as_str() == "tmp.mount")
    })
}

/// A unit that may use certain devices only, and has images, needs the modules loaded for it.
fn image_modules(subject: &Subject<'_>, found: &mut Found<'_>) {
    let has = |id: &Id| subject.settings().is_some_and(|settings| settings.has(*id));
    let Some(image) = [ROOT_IMAGE, MOUNT_IMAGES].into_iter().find(has) else { return };
    let is_restricted = subject.flag(PRIVATE_DEVICES)
        || has(&DEVICE_ALLOW)
        || subject.text(DEVICE_POLICY).is_some_and(|policy| policy != "auto");
    if is_restricted {
        let why = subject.because(Rule::ImageModules, image);
        for module in ["loop", "dm_mod", "dm_verity"] {
            let name = format!("modprobe@{module}.service");
            found(Dependency::Wants, &name, why);
            found(Dependency::After, &name, why);
        }
    }
}

/// "Units whose standard output or error output is connected to journal or kmsg".
fn output(subject: &Subject<'_>, found: &mut Found<'_>) {
    if let Some(namespace) = subject.text(LOG_NAMESPACE) {
        let why = subject.because(Rule::LogNamespace, LOG_NAMESPACE);
        let sync = (!subject.is_old()).then_some(("systemd-journald-sync", "service"));
        let sockets = [("systemd-journald", "socket"), ("systemd-journald-varlink", "socket")];
        for (prefix, suffix) in sockets.into_iter().chain(sync) {
            let name = format!("{prefix}@{namespace}.{suffix}");
            found(Dependency::Requires, &name, why);
            found(Dependency::After, &name, why);
        }
    } else if let Some(why) = journal(subject) {
        found(Dependency::After, "systemd-journald.socket", why);
    }
}

fn journal(subject: &Subject<'_>) -> Option<Why> {
    let word =
        |id: Id| subject.settings().and_then(|settings| settings.value(id)).and_then(read::stream);
    let is_service = subject.unit_type() == UnitType::Service;
    let [default_out, default_error] = &subject.options.streams;
    let error = word(STANDARD_ERROR);
    let (out, error) = match word(STANDARD_OUTPUT) {
        // The journal's own socket lies on the root.
        _ if subject.name.as_str() == ROOT_MOUNT => ("null", Some(&**default_error)),
        // A service inherits from its input where that can be written to.
        None | Some("inherit") if is_service => match word(STANDARD_INPUT) {
            Some("tty" | "tty-force" | "tty-fail" | "socket" | "fd") => ("inherit", error),
            _ => {
                let error = error.filter(|error| *error != "inherit");
                (&**default_out, error.or(Some(default_error)))
            }
        },
        Some(out) if is_service => (out, error),
        out => (out.unwrap_or(default_out), error.or(Some(default_error))),
    };
    let logs = |word: &str| {
        matches!(
            word,
            "journal" | "journal+console" | "kmsg" | "kmsg+console" | "syslog" | "syslog+console"
        )
    };
    if logs(out) {
        return Some(subject.because(Rule::Journal, STANDARD_OUTPUT));
    }
    error.is_some_and(logs).then(|| subject.because(Rule::Journal, STANDARD_ERROR))
}
