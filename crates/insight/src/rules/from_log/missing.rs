//! Files and directories that are missing.

use super::files_about::{self as about, absolute, nameless};
use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};

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
];

/// The path that a line names, or means.
fn named(case: &Case<'_>, told: &Told<'_>) -> Option<String> {
    absolute(case, told.get("path")).or_else(|| about::socket(case, told))
}

fn missing_directory(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::MissingFile]) {
        let Some(path) = named(case, &told) else { continue };
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
        let Some(path) = named(case, &told) else {
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
            let (title, what) = match about::broken_link(case, &path) {
                Some(to) => (
                    format!("{path} is a link to {to}, which is missing"),
                    format!("it is a link to {to}, which is not there"),
                ),
                None => (format!("{path} is missing"), "there is no such file".to_owned()),
            };
            (title, format!("{} needs {path}{named}, and {what}.", case.service.name), sure)
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
