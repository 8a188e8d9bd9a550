//! What the rules of this family share.

use crate::access::{self, Kind, Refusal, Want, Who};
use crate::finding::{Evidence, Finding, Remedy, Severity, shell};
use crate::rules::Case;
use crate::snapshot::{
    CommandRole, Definition, Exit, FileKind, Language, Manager, PathFact, Place, Setting,
};
use crate::statuses;

/// A program that a service runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Executable<'s> {
    /// Its path, or a bare name that was found nowhere.
    pub path: &'s str,
    /// The directive or variable; of a script itself `script`.
    pub key: &'s str,
    /// Its arguments.
    pub arguments: &'s [String],
    /// Where it is written.
    pub place: &'s Place,
    /// It is run as root whatever `User=` says.
    pub is_privileged: bool,
    /// Without it the service does not start.
    pub is_needed: bool,
    /// It is the daemon itself.
    pub is_main: bool,
}

/// Every program that a service runs: its commands, and the init script itself.
pub(super) fn executables<'s>(case: &Case<'s>) -> Vec<Executable<'s>> {
    let Some(definition) = case.definition() else { return Vec::new() };
    // What a root directory of its own holds was looked up nowhere.
    if has_own_root(definition) {
        return Vec::new();
    }
    let is_needed = |role: CommandRole| {
        !matches!(role, CommandRole::Reload | CommandRole::Stop | CommandRole::AfterStop)
    };
    let mut all: Vec<Executable<'s>> = Vec::new();
    for command in &definition.commands {
        if all.iter().any(|known| known.path == command.program && known.key == command.key) {
            continue;
        }
        all.push(Executable {
            path: &command.program,
            key: &command.key,
            arguments: &command.arguments,
            place: &command.place,
            // Scripts do everything as root but begin their daemon.
            is_privileged: command.privileged
                || (definition.language != Language::Unit && command.role != CommandRole::Main),
            is_needed: is_needed(command.role) && !command.ignores_failure,
            is_main: command.role == CommandRole::Main,
        });
    }
    all
}

/// The init script of a service that has one.
pub(super) fn script<'s>(case: &Case<'s>) -> Option<&'s str> {
    let definition = case.definition()?;
    match definition.language {
        Language::Unit => None,
        Language::OpenRc | Language::Lsb => definition.files.first().map(String::as_str),
    }
}

/// Its programs see another root directory than we do.
pub(super) fn has_own_root(definition: &Definition) -> bool {
    let is_set = |key: &str| definition.setting(key).is_some_and(|s| !s.value.is_empty());
    definition.root_directory.is_some() || is_set("RootImage") || is_set("RootImageOptions")
}

/// The service is one of systemd's.
pub(super) fn is_systemd(case: &Case<'_>) -> bool {
    matches!(case.service.manager, Manager::Systemd | Manager::SystemdUser)
}

/// A setting, quoted with its file and line.
pub(super) fn quoted(setting: &Setting) -> Evidence {
    Evidence::place(&setting.place, format!("{}={}", setting.key, setting.value))
}

/// As bad as the service's state makes it, where it stands in the way of a start; else a warning.
pub(super) fn severity(case: &Case<'_>, is_needed: bool) -> Severity {
    if is_needed { case.severity() } else { Severity::Warning }
}

/// The command that starts it again, to be given after a remedy.
pub(super) fn restart(case: &Case<'_>) -> String {
    let user = if case.service.manager == Manager::SystemdUser { "--user " } else { "" };
    format!("daemonctl {user}restart {}", shell(&case.service.name))
}

/// Where a definition is written, for remedies: its first file.
pub(super) fn definition_file<'s>(case: &Case<'s>) -> Option<&'s str> {
    case.definition()?.files.first().map(String::as_str)
}

/// Settings for a drop-in.
pub(super) fn settings<'a>(
    what: impl Into<String>,
    assignments: impl IntoIterator<Item = (&'a str, String)>,
) -> Remedy {
    let settings = assignments.into_iter().map(|(section, text)| (section.to_owned(), text));
    Remedy { what: what.into(), commands: Vec::new(), settings: settings.collect() }
}

/// What must be there for something to be made at a path: the directory above it.
pub(super) fn parent(path: &str) -> Option<&str> {
    match path.trim_end_matches('/').rsplit_once('/')? {
        ("", _) => Some("/"),
        (above, _) => Some(above),
    }
}

/// The last name of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// Some names as a list for people: `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// The refusal of what an account wants with a path that was looked up.
pub(super) fn refusal(case: &Case<'_>, who: &Who, want: Want, fact: &PathFact) -> Option<Refusal> {
    access::may(case.snapshot, who, want, fact).refusal()
}

/// The evidence of a refusal: what is at the step that refuses.
pub(super) fn refusal_evidence(case: &Case<'_>, refusal: &Refusal) -> Evidence {
    let text = match (&refusal.entry, refusal.kind) {
        (Some(entry), Kind::Way | Kind::Mode) => {
            let lookups = &case.snapshot.lookups;
            format!(
                "{} {}:{}",
                access::mode_text(entry),
                access::name_of_user(lookups, entry.uid),
                access::name_of_group(lookups, entry.gid)
            )
        }
        (None, _) => "does not exist".to_owned(),
        _ => refusal.why.clone(),
    };
    Evidence::path(refusal.path.clone(), text)
}

/// Commands that take away a refusal, the gentlest first; with the smallest right that is enough.
pub(super) fn add_access_fix(
    finding: Finding,
    who: &Who,
    want: Want,
    refusal: &Refusal,
) -> Finding {
    let path = shell(&refusal.path);
    match refusal.kind {
        Kind::Missing | Kind::Dangling | Kind::NotDirectory | Kind::NotFile | Kind::Loop => finding,
        Kind::Immutable => finding.fix("take the attribute away", [format!("chattr -ia {path}")]),
        Kind::ReadOnly => finding.fix(
            "look why it is mounted read-only, then mount it writable",
            [
                format!("findmnt -T {path}"),
                "dmesg --level=err,warn | tail".to_owned(),
                format!("mount -o remount,rw \"$(findmnt -n -o TARGET -T {path})\""),
            ],
        ),
        Kind::NoExec => finding.fix(
            "put the program elsewhere, or let programs of that file system run",
            [format!("mount -o remount,exec \"$(findmnt -n -o TARGET -T {path})\"")],
        ),
        Kind::Way | Kind::Mode => mode_fix(finding, who, want, refusal),
    }
}

fn mode_fix(finding: Finding, who: &Who, want: Want, refusal: &Refusal) -> Finding {
    let path = shell(&refusal.path);
    let Some(entry) = &refusal.entry else { return finding };
    let letters = match (want, refusal.kind, entry.kind) {
        (_, Kind::Way, _) | (Want::Search, ..) => "x",
        (Want::Read, _, FileKind::Directory) => "rx",
        (Want::Read, ..) => "r",
        (Want::Execute, ..) => "x",
        (Want::Write | Want::WriteOrMake, _, FileKind::Directory) => "wx",
        (Want::Write | Want::WriteOrMake, ..) => "rw",
    };
    if who.uid == entry.uid || who.uid == 0 {
        return finding
            .fix("give its owner the right to it", [format!("chmod u+{letters} {path}")]);
    }
    let user = shell(&who.name);
    let lets = format!("let {} in", who.name);
    let is_way = letters == "x";
    if who.is_in(entry.gid) && entry.acl.is_empty() {
        return finding.fix(lets, [format!("chmod g+{letters} {path}")]);
    }
    let finding = finding.fix(lets, [format!("setfacl -m u:{user}:{letters} {path}")]);
    match () {
        () if is_way => {
            finding.fix("or let everybody go through it", [format!("chmod o+x {path}")])
        }
        () if entry.uid == 0 && letters.contains('w') && !is_system(&refusal.path) => finding.fix(
            format!("or, if it is {}'s alone, give it to that user", who.name),
            [format!("chown {user}: {path}")],
        ),
        () => finding,
    }
}

/// A directory of the system that belongs to nobody in particular.
pub(super) fn is_system(path: &str) -> bool {
    const TOPS: [&str; 16] = [
        "/",
        "/run",
        "/var",
        "/var/run",
        "/var/log",
        "/var/lib",
        "/var/cache",
        "/var/spool",
        "/etc",
        "/tmp",
        "/var/tmp",
        "/usr",
        "/srv",
        "/opt",
        "/home",
        "/dev",
    ];
    TOPS.contains(&path)
}

/// The main program was executed in the last run: what systemd does before that went well then.
pub(super) fn was_executed(case: &Case<'_>) -> bool {
    let never = ["resources", "exec-condition", "dependency", "assert"];
    if !is_systemd(case) || never.contains(&case.service.unit.result.as_str()) {
        return false;
    }
    match case.service.last_exit {
        None => false,
        Some(Exit::Signal { .. }) => true,
        Some(Exit::Status(status)) => !is_managers_own(status),
    }
}

/// A status with which systemd ends a process before its program begins.
pub(super) fn is_managers_own(status: i32) -> bool {
    let known = u8::try_from(status).ok().and_then(statuses::of);
    known.is_some_and(|known| known.family == statuses::Family::Manager)
}

/// As bad as the service's state makes it, for what stands in the way before the program begins; a warning where the
/// last start got further.
pub(super) fn setup_severity(case: &Case<'_>) -> Severity {
    if was_executed(case) { Severity::Warning } else { case.severity() }
}
