//! Secrets that somebody can read who should not.

use super::common::{finding, is_reachable, is_readable_by_all, row, step_evidence, users};
use crate::finding::{Confidence, Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{FileKind, FileRole, Secret, SecretKind};

pub(super) const RULES: &[Rule] = &[
    row(
        "secret-readable",
        "A private key, or a file with a password or token in it, that every user may read.",
        &[Need::Paths],
        "Configurations and environment files are often made with mode 0644. Who may read the password of a database, or \
         the key of a certificate, can use it without breaking into the service. The secret itself is never shown here.",
        &["chmod(1)", "systemd.exec(5)"],
        readable,
    ),
    row(
        "secret-in-unit",
        "A password or token in Environment= of a unit file.",
        &[Need::Definition],
        "Everybody may read unit files, and systemctl show prints what Environment= sets. LoadCredential= and \
         EnvironmentFile= with mode 0600 keep a secret.",
        &["systemd.exec(5)", "systemd-creds(1)"],
        in_unit,
    ),
    row(
        "secret-on-command-line",
        "A password or token on the command line of a process.",
        &[Need::Processes],
        "Everybody can read every process's command line (ps) unless /proc is mounted with hidepid=.",
        &["proc(5)", "ps(1)"],
        on_command_line,
    ),
    row(
        "data-readable",
        "Files of a database that every user may read.",
        &[Need::Paths],
        "Who may read a database's files needs no password of it.",
        &["chmod(1)"],
        data,
    ),
    row(
        "core-dump-readable",
        "A core dump of the service that every user may read.",
        &[Need::Paths],
        "A core dump holds what was in memory: keys, passwords, other people's data.",
        &["core(5)"],
        core_dumps,
    ),
];

fn words(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Key => "a private key",
        SecretKind::Password => "a password or token",
        SecretKind::Address => "an address with a password in it",
    }
}

fn is_unit_file(case: &Case<'_>, path: &str) -> bool {
    let files = case.service.audit.files.iter();
    files.clone().any(|file| file.role == FileRole::Definition && file.path == path)
}

fn readable(case: &Case<'_>, out: &mut Vec<Finding>) {
    for secret in case.service.audit.secrets.iter().filter(|secret| secret.pid.is_none()) {
        let path = &secret.place.path;
        let Some(fact) = case.path(path) else { continue };
        if is_unit_file(case, path) || !is_readable_by_all(fact) {
            continue;
        }
        let Some(entry) = fact.target() else { continue };
        let what = words(secret.kind);
        let title = match secret.kind {
            SecretKind::Key => format!("every user can read the private key {path}"),
            _ => format!("every user can read {} in {path}", secret.name),
        };
        // What the manager reads for it, root reads.
        let is_managers = case
            .service
            .audit
            .files
            .iter()
            .any(|file| file.path == *path && file.role == FileRole::Settings);
        let group = if is_managers { None } else { group_that_reads(case, entry.gid) };
        let shown = shell(path);
        let commands = match group {
            Some(group) => {
                vec![format!("chgrp {} {shown}", shell(&group)), format!("chmod 640 {shown}")]
            }
            None => vec![format!("chmod o-rwx {shown}")],
        };
        out.push(
            finding(case, "secret-readable", path.clone(), Severity::Error)
                .sure(if secret.kind == SecretKind::Key {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                })
                .says(
                    title,
                    format!("{path} holds {what} and may be read by every user of this machine."),
                )
                .proof(step_evidence(case, path, entry))
                .proof(place_of(secret))
                .fix("let only root and the service read it", commands)
                .fix("replace the secret: it may have been read", Vec::<String>::new()),
        );
    }
}

fn place_of(secret: &Secret) -> Evidence {
    Evidence::place(&secret.place, format!("{} (the value is not shown)", secret.name))
}

/// The group that must get to the file when others no longer do: the service's own, if it does not own the file
/// otherwise.
fn group_that_reads(case: &Case<'_>, owner_group: u32) -> Option<String> {
    let uid = *users(case).first()?;
    let account = case.snapshot.accounts.user(uid)?;
    if account.gid == owner_group {
        return None;
    }
    case.snapshot.accounts.group_name(account.gid).map(str::to_owned)
}

fn in_unit(case: &Case<'_>, out: &mut Vec<Finding>) {
    for secret in &case.service.audit.secrets {
        if secret.pid.is_some() || !is_unit_file(case, &secret.place.path) {
            continue;
        }
        let path = &secret.place.path;
        let name = &secret.name;
        let file = format!("/etc/{}.env", case.service.name.trim_end_matches(".service"));
        out.push(
            finding(case, "secret-in-unit", format!("{path} {name}"), Severity::Error)
                .sure(Confidence::Likely)
                .says(
                    format!("every user can read {name} in the unit"),
                    format!("{path} sets {name}, and systemctl show tells every user what a unit's Environment= sets."),
                )
                .proof(place_of(secret))
                .fix(
                    format!("move it to {file}, readable by root alone, and name that file in the unit"),
                    [
                        format!("install -m 600 /dev/null {}", shell(&file)),
                        format!("systemctl edit {}", shell(&case.service.name)),
                    ],
                ),
        );
    }
}

fn on_command_line(case: &Case<'_>, out: &mut Vec<Finding>) {
    for secret in &case.service.audit.secrets {
        let Some(pid) = secret.pid else { continue };
        out.push(
            finding(case, "secret-on-command-line", secret.name.clone(), Severity::Error)
                .sure(Confidence::Likely)
                .says(
                    format!("every user can read {} of the command line", secret.name),
                    format!("Process {pid} was given {} on its command line, which ps shows to every user.", secret.name),
                )
                .proof(Evidence::process(pid, "cmdline", format!("{} (the value is not shown)", secret.name)))
                .fix("give it by a file that only the service may read, or by LoadCredential=", Vec::<String>::new()),
        );
    }
}

fn data(case: &Case<'_>, out: &mut Vec<Finding>) {
    for look in case.service.audit.folders.iter().filter(|look| !look.readable.is_empty()) {
        let is_open = case.path(&look.path).is_some_and(|fact| {
            let way = is_reachable(fact);
            way && fact
                .target()
                .is_some_and(|entry| entry.kind == FileKind::Directory && entry.mode & 0o001 != 0)
        });
        let Some(first) = look.readable.first().filter(|_| is_open) else { continue };
        let mut found = finding(case, "data-readable", look.path.clone(), Severity::Warning).says(
            format!("every user can read the data in {}", look.path),
            format!(
                "{} of the files in {} may be read by every user, {first} among them.",
                look.readable.len(),
                look.path
            ),
        );
        if let Some((fact, entry)) =
            case.path(&look.path).and_then(|fact| Some((fact, fact.target()?)))
        {
            found = found.proof(step_evidence(case, &fact.path, entry));
        }
        out.push(found.fix("close the directory", [format!("chmod o-rwx {}", shell(&look.path))]));
    }
}

fn core_dumps(case: &Case<'_>, out: &mut Vec<Finding>) {
    for file in case.service.audit.files.iter().filter(|file| file.role == FileRole::CoreDump) {
        let Some(fact) = case.path(&file.path).filter(|fact| is_readable_by_all(fact)) else {
            continue;
        };
        let Some(entry) = fact.target() else { continue };
        out.push(
            finding(case, "core-dump-readable", file.path.clone(), Severity::Warning)
                .says(
                    format!("every user can read the core dump {}", file.path),
                    format!("{} holds the memory of a process of this service.", file.path),
                )
                .proof(step_evidence(case, &file.path, entry))
                .fix("close it, or remove it", [format!("chmod 600 {}", shell(&file.path))]),
        );
    }
}
