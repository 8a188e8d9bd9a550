//! Files that are missing, may not be used, or lie on a disk that takes nothing.

use super::files_about::{self as about, absolute, is_directory, name_of_user, refusal, wanted_of};
use super::told::{Told, told};
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
        "directory-missing",
        "A line of the last run says that a file is not there, and a directory on its way is missing.",
        "Directories below /run are gone after each boot: whoever needs one has it made at start (RuntimeDirectory=, tmpfiles.d(5), checkpath of OpenRC).",
        &["tmpfiles.d(5)", "systemd.exec(5)"],
        missing_directory,
    ),
    row(
        "file-missing",
        "A line of the last run says that a file is not there (ENOENT).",
        "Whether the file is still missing is looked up; if it is there now, the finding says so and is less sure.",
        &["errno(3)", "path_resolution(7)"],
        missing_file,
    ),
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
    row(
        "disk-full",
        "A line of the last run says that no space is left (ENOSPC).",
        "Blocks or inodes may be used up, or the limit of inotify(7) watches, which gives the same error.",
        &["df(1)", "errno(3)"],
        |case, findings| disk(case, findings, Kind::DiskFull),
    ),
    row(
        "read-only-filesystem",
        "A line of the last run says that a file system is read-only (EROFS).",
        "Mounted so, remounted after an error of the disk, or made so for the service by ProtectSystem= or ReadOnlyPaths=.",
        &["mount(8)", "systemd.exec(5)"],
        |case, findings| disk(case, findings, Kind::ReadOnly),
    ),
    row(
        "quota",
        "A line of the last run says that a quota is used up (EDQUOT).",
        "Quotas hold for a user, a group or a project.",
        &["quota(1)"],
        |case, findings| disk(case, findings, Kind::Quota),
    ),
    row(
        "file-size-limit",
        "A line of the last run says that a file would be too large (EFBIG).",
        "RLIMIT_FSIZE (LimitFSIZE=), or the file system's own limit.",
        &["getrlimit(2)"],
        |case, findings| disk(case, findings, Kind::FileTooLarge),
    ),
    row(
        "io-error",
        "A line of the last run says that a device fails (EIO).",
        "The kernel's log names the device.",
        &["errno(3)", "dmesg(1)"],
        |case, findings| disk(case, findings, Kind::IoError),
    ),
];

fn missing_directory(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::MissingFile]) {
        let Some(path) = absolute(case, told.get("path")) else { continue };
        let Some(directory) = about::missing_directory(case, &told, &path) else { continue };
        let by = told.get("file").map_or(String::new(), |file| {
            let line = told.get("line").map_or(String::new(), |line| format!(":{line}"));
            format!(", named in {file}{line}")
        });
        let aim = if directory == path { String::new() } else { format!(", which {path} needs") };
        let user = about::user(case, &path);
        let finding = case
            .finding("directory-missing", path.clone())
            .says(
                format!("directory {directory} is missing"),
                format!(
                    "{} needs the directory {directory}{aim}{by}, and it is not there.",
                    case.service.name
                ),
            )
            .sure(told.confirmed())
            .proof(told.clue.evidence())
            .proof(Evidence::path(&directory, "there is nothing of that name"));
        findings.push(about::make_directory(case, finding, &directory, &user));
    }
}

fn missing_file(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::MissingFile]) {
        let Some(path) = absolute(case, told.get("path")) else {
            if told.clue.message().contains("no hostkeys") {
                findings.extend(no_host_keys(case, &told));
            } else {
                nameless(case, &told, "file-missing", "a file is missing", findings);
            }
            continue;
        };
        if about::missing_directory(case, &told, &path).is_some() {
            continue;
        }
        let fact = case.path(&path);
        let is_there = fact.is_some_and(|fact| fact.target().is_some());
        let is_gone = fact.is_some_and(|fact| fact.missing().is_some());
        let named = told.get("file").map_or(String::new(), |file| {
            let line = told.get("line").map_or(String::new(), |line| format!(":{line}"));
            format!(" (named in {file}{line})")
        });
        let (title, sentence, sure) = if is_there {
            (
                format!("{path} was missing at the last start"),
                format!("{} did not find {path}{named}; it is there now.", case.service.name),
                told.contradicted(),
            )
        } else {
            let sure = if is_gone { told.confirmed() } else { told.sure };
            let sentence =
                format!("{} needs {path}{named}, and there is no such file.", case.service.name);
            (format!("{path} is missing"), sentence, sure)
        };
        let mut finding = case.finding("file-missing", path.clone()).says(title, sentence);
        finding = finding.sure(sure).proof(told.clue.evidence());
        if is_gone {
            finding = finding.proof(Evidence::path(&path, "there is nothing of that name"));
        }
        let near = case.snapshot.lookups.near.get(&path).and_then(|near| near.first());
        finding = match (is_there, near, told.get("file"), told.get("line")) {
            (true, ..) => finding.fix("start it again", [about::restart(case)]),
            (_, Some(near), ..) => finding.fix(
                format!("use {near}, or put the file there"),
                [format!("ls -l {}", shell(near))],
            ),
            (_, _, Some(file), Some(line)) => finding.fix(
                "put the file there, or take out what names it",
                [format!("sed -n {line}p {}", shell(file))],
            ),
            _ => finding.fix(
                "put the file there, or find the package that has it",
                [format!("dpkg -S {} || apt-file search {}", shell(&path), shell(&path))],
            ),
        };
        findings.push(finding);
    }
}

fn denied(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::PermissionDenied]) {
        let Some(path) = absolute(case, told.get("path")) else {
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
        let is_open = told.clue.kind == Kind::TooOpen;
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

fn disk(case: &Case<'_>, findings: &mut Vec<Finding>, kind: Kind) {
    for told in told(case, &[kind]) {
        findings.extend(about::disk(case, &told, kind));
    }
}

/// sshd has no host key left: they are missing, unless it refused them.
fn no_host_keys(case: &Case<'_>, told: &Told<'_>) -> Option<Finding> {
    let refused = [Kind::TooOpen, Kind::PermissionDenied, Kind::Corrupt];
    if refused.iter().any(|kind| case.clues_of(*kind).next().is_some()) {
        return None;
    }
    let keys = "/etc/ssh/ssh_host_*_key";
    let finding = case
        .finding("file-missing", "")
        .says(
            format!("host keys {keys} are missing"),
            format!(
                "{} ends because it has no host key: {keys} are missing or empty.",
                case.service.name
            ),
        )
        .sure(told.sure)
        .proof(told.clue.evidence());
    Some(finding.fix("make new ones", ["ssh-keygen -A".to_owned(), about::restart(case)]))
}

/// A refusal that does not say of what.
fn nameless(
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
