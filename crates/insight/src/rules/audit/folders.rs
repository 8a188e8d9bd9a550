//! Folders of the service that somebody can change who should not.

use super::changers::{Weak, changers, close_step, threat};
use super::common::{finding, row, step_evidence};
use super::writable::files;
use crate::finding::{Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{FileKind, FileRole};

pub(super) const RULES: &[Rule] = &[
    row(
        "log-folder-of-its-user",
        "Logs that root writes in a directory that the service's own user can change.",
        &[Need::Processes, Need::Paths],
        "Who has broken into the service replaces the log by a link to /etc/passwd or to a program, and root's next line, \
         or log rotation, writes there. Directories of logs that root writes belong to root.",
        &["logrotate(8)", "symlink(7)"],
        log_folders,
    ),
    row(
        "folder-writable",
        "A directory of the service that everybody may write to.",
        &[Need::Paths],
        "Everybody can put files there that the service takes for its own, and, without the sticky bit, replace those that \
         are there.",
        &["chmod(1)", "inode(7)"],
        folders,
    ),
];

fn log_folders(case: &Case<'_>, out: &mut Vec<Finding>) {
    for file in files(case, FileRole::Log).filter(|file| file.by_root) {
        let Some(fact) = case.path(&file.path) else { continue };
        // A socket is bound by its owner and followed nowhere.
        if fact.target().is_some_and(|entry| entry.kind != FileKind::File) {
            continue;
        }
        let folder = fact.steps.iter().rev().nth(1);
        let Some((step, entry)) = folder.and_then(|step| Some((step, step.entry.known()?))) else {
            continue;
        };
        let sticky = entry.mode & 0o1000 != 0;
        for by in changers(entry, sticky) {
            let Some(threat) = threat(case, &by, true).filter(|threat| threat.is_own) else {
                continue;
            };
            let weak = Weak { step, entry, by };
            out.push(
                finding(case, "log-folder-of-its-user", step.path.clone(), Severity::Warning)
                    .says(
                        format!("root writes logs in {}, which {} can change", step.path, threat.who),
                        format!(
                            "A process of root writes {} in a directory where {} can replace it by a link to any file.",
                            file.path, threat.who
                        ),
                    )
                    .proof(step_evidence(case, &step.path, entry))
                    .fix("leave the directory to root", [close_step(&weak)]),
            );
            break;
        }
    }
}

fn folders(case: &Case<'_>, out: &mut Vec<Finding>) {
    for file in files(case, FileRole::Folder).chain(files(case, FileRole::Data)) {
        let Some(fact) = case.path(&file.path) else { continue };
        let Some(entry) = fact.target().filter(|entry| entry.kind == FileKind::Directory) else {
            continue;
        };
        if entry.mode & 0o002 == 0 || !super::common::is_reachable(fact) {
            continue;
        }
        let is_sticky = entry.mode & 0o1000 != 0;
        // Where everybody is meant to leave something (spools, /tmp) the sticky bit says so.
        let severity = if is_sticky { Severity::Info } else { Severity::Error };
        let path = &file.path;
        out.push(
            finding(case, "folder-writable", path.clone(), severity)
                .says(
                    format!("every user may write to {path}"),
                    format!("{path} is a directory of this service, and every user may put files there{}.",
                        if is_sticky { "" } else { ", rename and delete them" }),
                )
                .proof(step_evidence(case, path, entry))
                .fix("close it", [format!("chmod o-w {}", shell(path))]),
        );
    }
    for look in &case.service.audit.folders {
        let Some(first) = look.open.first() else { continue };
        let more = look.open.len().saturating_sub(1);
        let title = format!("every user may write {first}{}", others(more));
        let mut found = finding(case, "folder-writable", first.clone(), Severity::Error).says(
            title,
            format!(
                "{} of the files in {} may be written by every user.",
                look.open.len(),
                look.path
            ),
        );
        for path in look.open.iter().take(5) {
            let entry = case.path(path).and_then(|fact| fact.target());
            found = found.proof(match entry {
                Some(entry) => step_evidence(case, path, entry),
                None => Evidence::path(path, "every user may write it"),
            });
        }
        let commands = look.open.iter().take(5).map(|path| format!("chmod o-w {}", shell(path)));
        out.push(found.fix("close them", commands));
    }
}

fn others(more: usize) -> String {
    if more == 0 { String::new() } else { format!(" and {more} more") }
}
