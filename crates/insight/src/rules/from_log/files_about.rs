//! What the machine says about a path that a line names.

use super::told::Told;
use crate::access::{self, Answer, Refusal, Want, Who};
use crate::finding::{Finding, shell};
use crate::rules::Case;
use crate::snapshot::{PathUse, Place, Step};
use crate::wanted;

/// What a look at a path gave.
pub(super) enum Verdict {
    /// This step refuses.
    Refused(Refusal),
    /// A setting of the unit keeps it away: the setting, and where it stands.
    Guarded(String, Place),
    /// Nothing speaks against it.
    Allowed,
    /// It can't be seen.
    Unknown,
}

/// A path as the machine has it: a relative one is meant from the service's data or working directory.
pub(super) fn absolute(case: &Case<'_>, path: Option<&str>) -> Option<String> {
    wanted::absolute(case.service, path?)
}

/// Where it keeps its data.
pub(super) fn data_directory(case: &Case<'_>) -> Option<String> {
    let mut paths = case.service.config_paths.iter();
    paths.find(|path| path.purpose == PathUse::DataDirectory).map(|path| path.path.clone())
}

/// Whether the line speaks of a directory, not only in the words of errno(3).
pub(super) fn is_directory(message: &str) -> bool {
    let message = message.to_ascii_lowercase().replace("no such file or directory", "");
    ["directory", "chdir", "mkdir", "chroot", "change dir"]
        .iter()
        .any(|word| message.contains(word))
}

/// The directory that is missing: one on the way, or the path itself where it should be one.
pub(super) fn missing_directory(case: &Case<'_>, told: &Told<'_>, path: &str) -> Option<String> {
    let fact = case.path(path)?;
    let missing = fact.missing()?.path.clone();
    if broken_link(case, path).is_some() {
        return None;
    }
    let uses = |uses: &[PathUse]| {
        case.service
            .config_paths
            .iter()
            .any(|known| known.path == path && uses.contains(&known.purpose))
    };
    let is_entered = told.get("operation") == Some("chdir");
    let names_directory = is_entered || is_directory(told.clue.message());
    let has_within = case
        .service
        .config_paths
        .iter()
        .any(|known| known.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
    // Below these, what has no ending is a service's directory.
    let is_home = ["/run/", "/var/run/", "/var/lib/", "/var/log/", "/var/cache/", "/var/spool/"]
        .iter()
        .filter_map(|top| path.strip_prefix(top))
        .any(|rest| !rest.contains(['/', '.']));
    let is_opened = opens_file(told.clue.message()) && !names_directory;
    let is_itself = has_within
        || (is_home && !is_opened)
        || uses(&[PathUse::Directory, PathUse::DataDirectory])
        || (names_directory && !uses(&[PathUse::Read, PathUse::ReadSecret, PathUse::Write]));
    (missing != path || is_itself).then_some(missing)
}

/// The line says that a file was opened.
fn opens_file(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["open()", "open(\"", "open file", "fopen", "read file"]
        .iter()
        .any(|word| message.contains(word))
}

/// Where a link leads that a path is, and that leads to nothing.
pub(super) fn broken_link(case: &Case<'_>, path: &str) -> Option<String> {
    let fact = case.path(path)?;
    let missing = fact.missing()?;
    let is_it = |step: &&Step| step.path == path && step.link.is_some();
    fact.steps.iter().find(is_it).map(|_| missing.path.clone())
}

/// The Unix socket that a line speaks of without its path, if the service has only one, or one whose directory is
/// missing.
pub(super) fn socket(case: &Case<'_>, told: &Told<'_>) -> Option<String> {
    if !told.clue.message().to_ascii_lowercase().contains("socket") {
        return None;
    }
    let meant = case.service.meant_to_listen.iter().map(|(address, _)| address.as_str());
    let is_socket = |path: &&crate::snapshot::ConfigPath| {
        path.purpose == PathUse::Write
            && (path.path.ends_with(".sock") || path.key.to_ascii_lowercase().contains("socket"))
    };
    let configured = case.service.config_paths.iter().filter(is_socket);
    let all = meant.chain(configured.map(|path| path.path.as_str()));
    let mut all: Vec<&str> = all.filter(|path| path.starts_with('/')).collect();
    all.dedup();
    let has_no_way = |path: &&&str| {
        let missing = case.path(path).and_then(|fact| fact.missing());
        missing.is_some_and(|step| step.path != **path)
    };
    let found = all.iter().find(has_no_way).or(all.first().filter(|_| all.len() == 1));
    found.map(|path| (*path).to_owned())
}

/// As whom the service uses a path: what its configuration says, else as whom it is run.
pub(super) fn user(case: &Case<'_>, path: &str) -> String {
    let paths = case.service.config_paths.iter();
    let of_path = paths.filter(|known| {
        path == known.path
            || path.strip_prefix(known.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
    });
    let named = of_path.max_by_key(|known| known.path.len()).and_then(|known| known.user.clone());
    named.unwrap_or_else(|| case.user().to_owned())
}

fn who(case: &Case<'_>, user: &str) -> Option<Who> {
    let lookups = &case.snapshot.lookups;
    if user == case.user() {
        return access::service_account(case.service, lookups)
            .or_else(|| access::account(lookups, user));
    }
    access::account(lookups, user)
}

/// What a service wanted of a path, as far as its line tells.
pub(super) fn wanted_of(told: &Told<'_>) -> Want {
    let message = told.clue.message().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&[
        "writ", "creat", "mkdir", "log", "pid", "unlink", "lock", "sock", "remove", "rename",
        "temp",
    ]) {
        Want::WriteOrMake
    } else if has(&["chdir", "change dir"]) {
        Want::Search
    } else if has(&["exec"]) {
        Want::Execute
    } else {
        Want::Read
    }
}

/// Which step refuses, if one does. What it wanted is guessed: if that is allowed, the rest is tried.
pub(super) fn refusal(case: &Case<'_>, user: &str, path: &str, want: Want) -> Verdict {
    let Some(who) = who(case, user) else { return Verdict::Unknown };
    let Some(fact) = case.path(path) else { return Verdict::Unknown };
    let mut verdict = Verdict::Unknown;
    for want in [want, Want::Read, Want::WriteOrMake] {
        match access::may(case.snapshot, &who, want, fact) {
            Answer::No(refusal) if refusal.kind != access::Kind::Missing => {
                return Verdict::Refused(refusal);
            }
            Answer::Yes => verdict = Verdict::Allowed,
            Answer::No(_) | Answer::Unknown => {}
        }
        if let Some(definition) = case.definition()
            && let Some(guard) = access::sandbox::guard(definition, path, want)
        {
            let setting = format!("{}={}", guard.setting.key, guard.setting.value);
            return Verdict::Guarded(setting, guard.setting.place.clone());
        }
    }
    verdict
}

/// Directories that are no service's own.
const SHARED: [&str; 16] = [
    "/",
    "/etc",
    "/var",
    "/var/log",
    "/var/lib",
    "/var/run",
    "/run",
    "/tmp",
    "/var/tmp",
    "/usr",
    "/srv",
    "/opt",
    "/home",
    "/root",
    "/dev",
    "/var/cache",
];

/// The smallest change that lets a user through the step that refuses.
pub(super) fn allow(
    finding: Finding,
    aim: &str,
    refusal: &Refusal,
    user: &str,
    want: Want,
) -> Finding {
    let path = shell(&refusal.path);
    if matches!(refusal.kind, access::Kind::Immutable) {
        return finding.fix("take the flag off", [format!("chattr -ia {path}")]);
    }
    if SHARED.contains(&refusal.path.as_str()) && refusal.path != aim {
        // A directory that everybody's files are in is given to nobody.
        let make = format!("install -o {} -m 0640 /dev/null {}", shell(user), shell(aim));
        return finding.fix(format!("make the file for {user}"), [make]);
    }
    let bits = match want {
        _ if !refusal.is_end => "x",
        Want::Read => "r",
        Want::Execute => "rx",
        Want::Search => "x",
        Want::Write | Want::WriteOrMake => "rwX",
    };
    let finding = if refusal.is_end && matches!(want, Want::Write | Want::WriteOrMake) {
        finding.fix(format!("give it to {user}"), [format!("chown {} {path}", shell(user))])
    } else {
        finding
    };
    finding.fix(
        format!("let {user} through, and nobody else"),
        [format!("setfacl -m u:{}:{bits} {path}", shell(user))],
    )
}

/// A name for a uid.
pub(super) fn name_of_user(case: &Case<'_>, uid: u32) -> String {
    access::name_of_user(&case.snapshot.lookups, uid)
}

/// The command that starts it again, on every init.
pub(super) fn restart(case: &Case<'_>) -> String {
    format!("daemonctl restart {}", shell(&case.service.name))
}

/// How a directory is made, so that it is there after the next boot too.
pub(super) fn make_directory(
    case: &Case<'_>,
    finding: Finding,
    directory: &str,
    user: &str,
) -> Finding {
    let make = format!("install -d -o {} -m 0755 {}", shell(user), shell(directory));
    let finding = finding.fix("make the directory", [make, restart(case)]);
    let name = directory.strip_prefix("/run/").or_else(|| directory.strip_prefix("/var/run/"));
    match name {
        Some(name)
            if case.definition().is_some_and(|d| d.language == crate::snapshot::Language::Unit) =>
        {
            finding.fix_setting(
                "have it made at every start",
                "Service",
                format!("RuntimeDirectory={name}"),
            )
        }
        _ => finding,
    }
}

/// A refusal that does not say of what.
pub(super) fn nameless(
    case: &Case<'_>,
    told: &Told<'_>,
    rule: &'static str,
    title: &str,
    findings: &mut Vec<Finding>,
) {
    let sentence =
        format!("{} says: {}.", case.service.name, told.clue.message().trim_end_matches('.'));
    let finding = case.finding(rule, "").says(title, sentence).sure(told.contradicted());
    findings.push(finding.proof(told.clue.evidence()));
}
