//! Files that may not be used, or are not what they should be.

use super::files_about::{
    self as about, absolute, is_directory, name_of_user, nameless, refusal, wanted_of,
};
use super::told::told;
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::FileKind;

const fn row(
    name: &'static str,
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs: &[Need::Log], about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "permission-denied",
        "A line of the last run says that a file may not be used (EACCES, EPERM).",
        "Every step of the path is held against the service's user: its mode, its ACL, the user's groups and capabilities, sandboxing of the unit. Nothing is proposed that opens a file to everybody.",
        &["path_resolution(7)", "acl(5)", "capabilities(7)", "systemd.exec(5)"],
        denied,
    ),
    row(
        "secret-unreadable",
        "A daemon refuses a key or a data directory that others may read, or that is somebody else's.",
        "sshd, PostgreSQL, RabbitMQ and others do not start with a secret that is open to others.",
        &["chmod(1)", "sshd(8)"],
        too_open,
    ),
    row(
        "wrong-file-kind",
        "A directory stands where a file is asked for, or a file where a directory is.",
        "EISDIR and ENOTDIR of errno(3).",
        &["errno(3)"],
        wrong_kind,
    ),
];

fn denied(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::PermissionDenied]) {
        let path = absolute(case, told.get("path")).or_else(|| about::socket(case, &told));
        let Some(path) = path else {
            nameless(case, &told, "permission-denied", "permission is denied", findings);
            continue;
        };
        let user = about::user(case, &path);
        let finding = case.finding("permission-denied", path.clone()).proof(told.clue.evidence());
        let finding = match refusal(case, &user, &path, wanted_of(&told)) {
            about::Verdict::Refused(refusal) => {
                let sentence =
                    format!("{user} may not use {path}: {}.", refusal.why.trim_end_matches('.'));
                let finding = finding
                    .says(format!("{user} may not use {path}"), sentence)
                    .sure(told.confirmed())
                    .proof(Evidence::path(&refusal.path, refusal.why.clone()));
                about::allow(finding, &path, &refusal, &user, wanted_of(&told))
            }
            about::Verdict::Guarded(setting, place) => finding
                .says(
                    format!("{setting} keeps {path} from it"),
                    format!("{} may not use {path}: its unit sets {setting}.", case.service.name),
                )
                .sure(told.confirmed())
                .proof(Evidence::place(&place, setting))
                .fix_setting("let it write there", "Service", format!("ReadWritePaths={path}")),
            about::Verdict::Allowed => finding
                .says(
                    format!("{user} was not permitted to use {path}"),
                    format!("{} was denied {path}; by its modes {user} may use it now: another user, a security module or a sandbox may stand behind it.", case.service.name),
                )
                .sure(told.contradicted())
                .fix("look at the way to it", [format!("namei -l {}", shell(&path))]),
            about::Verdict::Unknown => finding
                .says(
                    format!("permission denied: {path}"),
                    format!("{} was denied {path}.", case.service.name),
                )
                .sure(told.sure)
                .fix("look at the way to it", [format!("namei -l {}", shell(&path))]),
        };
        findings.push(finding);
    }
}

fn too_open(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::TooOpen, Kind::WrongOwner]) {
        let path = absolute(case, told.get("path"));
        let path = path.or_else(|| about::data_directory(case)).unwrap_or_default();
        let entry = case.path(&path).and_then(|fact| fact.target());
        let is_directory = entry.is_some_and(|entry| entry.kind == FileKind::Directory);
        let mode = told
            .get("found")
            .map(str::to_owned)
            .or_else(|| entry.map(|e| format!("{:04o}", e.mode)));
        let mode = mode.map_or(String::new(), |mode| format!(" (mode {mode})"));
        // What is closed to others by now, and is another's, is refused for its owner.
        let is_closed = entry.is_some_and(|entry| entry.mode & 0o077 == 0);
        let owner = about::user(case, &path);
        let is_anothers = entry.is_some_and(|e| e.uid != 0 && name_of_user(case, e.uid) != owner)
            || entry.is_some_and(|e| e.uid == 0 && owner != "root" && is_directory);
        let is_open = told.clue.kind == Kind::TooOpen && !(is_closed && is_anothers);
        let rule = if is_open { "secret-unreadable" } else { "permission-denied" };
        let finding = case.finding(rule, path.clone()).sure(told.confirmed());
        let finding = finding.proof(told.clue.evidence());
        let name = &case.service.name;
        let finding = if is_open {
            let bits = if is_directory { "0700" } else { "0600" };
            finding
                .says(
                    format!("{path} is open to others"),
                    format!(
                        "{name} refuses {path}, because others than its owner may use it{mode}."
                    ),
                )
                .fix("close it to others", [format!("chmod {bits} {}", shell(&path))])
        } else {
            let owner =
                entry.map_or(String::new(), |e| format!(": it is {}'s", name_of_user(case, e.uid)));
            let named = told.get("user").filter(|_| !told.clue.message().contains("data owner"));
            let user = named.map_or_else(|| about::user(case, &path), str::to_owned);
            finding
                .says(
                    format!("{path} has the wrong owner"),
                    format!("{name} refuses {path} because of its owner or mode{owner}{mode}."),
                )
                .fix(
                    "give it to its user",
                    [
                        format!("chown -R {} {}", shell(&user), shell(&path)),
                        format!("chmod go-w {}", shell(&path)),
                    ],
                )
        };
        findings.push(finding);
    }
}

fn wrong_kind(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::WrongFileKind]) {
        let path = absolute(case, told.get("path")).unwrap_or_default();
        let is = if is_directory(told.clue.message()) {
            "is a directory"
        } else {
            "is not what it should be"
        };
        let finding = case
            .finding("wrong-file-kind", path.clone())
            .says(
                format!("{path} {is}"),
                format!("{} can't use {path}: a file stands where a directory is meant, or the other way round.", case.service.name),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .fix("look at it", [format!("namei -l {}", shell(&path))]);
        findings.push(finding);
    }
}
