//! Files that somebody can change who should not.

use super::changers::{Changer, Threat, Weak, close_step, threat, weak_steps};
use super::common::{finding, is_machines, row, step_evidence};
use crate::finding::{Evidence, Finding, Severity, shell};
use crate::rules::{Case, Need, Rule};
use crate::snapshot::{AuditFile, FileKind, FileRole, Language};

pub(super) const RULES: &[Rule] = &[
    row(
        "program-writable",
        "A program or script of the service that somebody else than root can change or replace.",
        &[Need::Processes, Need::Paths],
        "Who can write the file, or rename a directory on the way to it, decides what the service runs next time, as the \
         service's user: with a service of root, that is root. A script in a user's home belongs here too: the home's \
         owner can replace it.",
        &["path_resolution(7)", "chmod(1)"],
        programs,
    ),
    row(
        "definition-writable",
        "A unit file, drop-in, init script or environment file that somebody else than root can change or replace.",
        &[Need::Definition, Need::Paths],
        "The manager runs what its definition says, as root if it says so. Definitions and what they read (conf.d and \
         default files, environment files) belong to root and nobody else writes them.",
        &["systemd.unit(5)", "systemd.exec(5)"],
        definitions,
    ),
    row(
        "config-writable",
        "A configuration file that somebody can change who is neither root nor the service's own user.",
        &[Need::Paths],
        "Configurations name programs to run, files to read and modules to load. Where root reads one that the service's \
         user may write, who breaks into the service becomes root.",
        &["path_resolution(7)"],
        configs,
    ),
    row(
        "job-writable",
        "A table of jobs, or a program that one of root's jobs runs, that somebody else than root can change.",
        &[Need::Paths],
        "cron runs what its tables name as the user of the table. cron itself refuses tables that others can write, but \
         not the programs that they call.",
        &["cron(8)", "crontab(5)"],
        jobs,
    ),
    row(
        "pid-file-writable",
        "A PID file that somebody else than root can write, while root signals the process that it names.",
        &[Need::Paths],
        "Who writes another number into the file has root kill that process at the next stop or reload. systemd checks \
         that the process belongs to the service; start-stop-daemon checks only what it was told to.",
        &["systemd.service(5)", "start-stop-daemon(8)"],
        pid_files,
    ),
];

pub(super) fn files<'s>(
    case: &Case<'s>,
    role: FileRole,
) -> impl Iterator<Item = &'s AuditFile> + use<'s> {
    case.service.audit.files.iter().filter(move |file| file.role == role)
}

/// What can be changed of a path, by whom it matters, the worst first.
fn weaknesses<'s>(case: &Case<'s>, file: &AuditFile, by_root: bool) -> Vec<(Weak<'s>, Threat)> {
    let Some(fact) = case.path(&file.path) else { return Vec::new() };
    let threats = weak_steps(fact).into_iter().filter_map(|weak| {
        let threat = threat(case, &weak.by, by_root)?;
        Some((weak, threat))
    });
    let mut found: Vec<_> = threats.collect();
    found.sort_by_key(|(_, threat)| std::cmp::Reverse(threat.severity));
    found
}

/// A finding about a file, if it is weak. `what`: what it is to the service, with its article.
fn weak_file(
    case: &Case<'_>,
    rule: &'static str,
    file: &AuditFile,
    what: &str,
    found: &[(Weak<'_>, Threat)],
) -> Option<Finding> {
    let (first, worst) = found.first()?;
    let path = &file.path;
    let is_way = first.step.path != *path && first.entry.kind == FileKind::Directory;
    let how = match (is_way, &first.by) {
        (false, Changer::User(uid)) if *uid == first.entry.uid => {
            format!("{path} belongs to {}", worst.who)
        }
        (false, _) => format!("{} may write {path}", worst.who),
        (true, Changer::User(uid)) if *uid == first.entry.uid => {
            format!("{}, on the way to {path}, belongs to {}", first.step.path, worst.who)
        }
        (true, _) => {
            format!("{} may rename what is in {}, on the way to {path}", worst.who, first.step.path)
        }
    };
    let as_whom = if file.by_root { "root" } else { "the service" };
    let mut finding = finding(case, rule, path.clone(), worst.severity).says(
        format!("{path} can be changed by {}", worst.who),
        format!("{how}; it is {what}, so that {} decides what {as_whom} does.", worst.who),
    );
    let mut commands = Vec::new();
    for (weak, _) in found.iter().take(6) {
        finding = finding.proof(step_evidence(case, &weak.step.path, weak.entry));
        commands.push(close_step(weak));
    }
    if let Some(place) = &file.place {
        finding = finding.proof(Evidence::place(place, format!("names {path}")));
    }
    finding.evidence.dedup();
    commands.dedup();
    let homes = case.snapshot.accounts.users.iter().filter(|user| user.is_person());
    let in_home = homes
        .filter(|user| user.home.len() > 1)
        .any(|user| path.starts_with(&format!("{}/", user.home)));
    if !in_home {
        return Some(finding.fix("leave it to root alone", commands));
    }
    // A home stays its owner's: what root needs has to leave it.
    let name = path.rsplit('/').next().unwrap_or(path);
    let new = format!("/usr/local/sbin/{name}");
    let command = format!("install -o root -g root -m 755 {} {}", shell(path), shell(&new));
    Some(finding.fix(format!("move it out of the home, and name {new} in its place"), [command]))
}

fn programs(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    let all = files(case, FileRole::Program).chain(files(case, FileRole::Library));
    for file in all {
        let what = match file.role {
            FileRole::Library => "a library that it loads",
            _ if file.by_root => "what root runs for this service",
            _ => "what this service runs",
        };
        // A program of the service's own user, run as that user, is how many deploy their own: told, not blamed.
        let mut found = weaknesses(case, file, file.by_root);
        if found.is_empty() {
            found = weaknesses(case, file, true);
            found.iter_mut().for_each(|(_, threat)| threat.severity = Severity::Info);
        }
        out.extend(weak_file(case, "program-writable", file, what, &found));
    }
}

fn definitions(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    for role in [FileRole::Definition, FileRole::Settings] {
        for file in files(case, role) {
            let what = match role {
                FileRole::Definition => "what the manager runs this service by",
                _ => "what the manager reads when it starts this service",
            };
            let found = weaknesses(case, file, true);
            out.extend(weak_file(case, "definition-writable", file, what, &found));
        }
    }
}

fn configs(case: &Case<'_>, out: &mut Vec<Finding>) {
    for file in files(case, FileRole::Config) {
        let found = weaknesses(case, file, file.by_root);
        out.extend(weak_file(case, "config-writable", file, "its configuration", &found));
    }
}

fn jobs(case: &Case<'_>, out: &mut Vec<Finding>) {
    for file in files(case, FileRole::Job) {
        let found = weaknesses(case, file, true);
        out.extend(weak_file(case, "job-writable", file, "run by a job of root", &found));
    }
}

fn pid_files(case: &Case<'_>, out: &mut Vec<Finding>) {
    if !is_machines(case) {
        return;
    }
    let is_script =
        case.definition().is_some_and(|definition| definition.language != Language::Unit);
    for file in files(case, FileRole::PidFile) {
        let Some((weak, threat)) = weaknesses(case, file, true).into_iter().next() else {
            continue;
        };
        // systemd believes such a file only about the service's own processes.
        let severity = match (threat.is_own, is_script) {
            (true, _) => Severity::Info,
            (false, false) => Severity::Warning,
            (false, true) => threat.severity,
        };
        let fact = case.path(&file.path);
        let path = fact.and_then(|fact| fact.steps.last()).map_or(&file.path, |step| &step.path);
        let found = finding(case, "pid-file-writable", path.clone(), severity)
            .says(
                format!("{} chooses the pid in {path}", threat.who),
                format!(
                    "{} can write {path} and so choose the process that the manager signals when it stops this service.",
                    threat.who
                ),
            )
            .proof(step_evidence(case, &weak.step.path, weak.entry));
        out.push(match threat.is_own {
            // Its own user must write there: what helps is to have no such file.
            true => found
                .fix("run it in the foreground, where its manager needs no PID file", NO_COMMANDS),
            false => found.fix("leave it to root alone", [close_step(&weak)]),
        });
    }
}

const NO_COMMANDS: [&str; 0] = [];
