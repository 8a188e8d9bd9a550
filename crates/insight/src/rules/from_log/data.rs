//! Data that were never made, are of another version, damaged, or in another's hands.

use super::files_about::{absolute, restart};
use super::network_about::{release, who};
use super::told::{Told, told};
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::PathUse;

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
        "already-running",
        "A daemon says that another instance of it runs.",
        "A pid file or a lock says so; whether that process is there, and what it is, is looked up.",
        &[],
        already_running,
    ),
    row(
        "lock-held",
        "A daemon says that another process has its lock.",
        "Two instances with the same data directory would destroy it.",
        &["flock(2)", "lslocks(8)"],
        lock_held,
    ),
    row(
        "version-mismatch",
        "A daemon says that its data, or a module, are of another version.",
        "After an upgrade of the server its data may have to be converted, by its own tool; never start the older version on converted data.",
        &["pg_upgradecluster(1)", "mariadb-upgrade(1)"],
        version_mismatch,
    ),
    row(
        "database-not-initialized",
        "A daemon says that its data directory is empty, or lacks its system tables.",
        "The data directory was never made, another one is named than the one that was, or its file system is not mounted.",
        &["initdb(1)", "mariadb-install-db(1)"],
        not_initialized,
    ),
    row(
        "data-damaged",
        "A daemon says that its data are damaged.",
        "Nothing is proposed that writes to the data: take a copy first.",
        &["redis-check-rdb", "pg_resetwal(1)", "mariadb-check(1)"],
        damaged,
    ),
];

fn data_directory(case: &Case<'_>, told: &Told<'_>) -> String {
    let known = case.service.config_paths.iter().find(|p| p.purpose == PathUse::DataDirectory);
    let named = absolute(case, told.get("path").or_else(|| told.get("file")));
    named.or_else(|| known.map(|path| path.path.clone())).unwrap_or_default()
}

fn already_running(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::AlreadyRunning]) {
        let pid = told.get("pid").and_then(|pid| pid.parse::<u32>().ok());
        let name = &case.service.name;
        let other = case.service.others.iter().find(|other| pid.is_none_or(|pid| other.pid == pid));
        let path = absolute(case, told.get("path").or_else(|| told.get("file")));
        let finding = case.finding("already-running", "").proof(told.clue.evidence());
        let finding = match (other, pid, &path) {
            (Some(other), ..) => {
                let who = who(other);
                let finding = finding
                    .says(
                        format!("another instance runs: {who}"),
                        format!("{name} ends because another instance of it runs: {who}."),
                    )
                    .sure(told.confirmed())
                    .proof(Evidence::process(other.pid, "cmdline", other.command.clone()));
                release(finding, other)
            }
            (None, pid, path) => {
                let pid = pid.map_or(String::new(), |pid| format!(" (pid {pid})"));
                let by = path.as_ref().map_or(String::new(), |path| format!(", as {path} says"));
                let finding = finding
                    .says(
                        format!("another instance is said to run{pid}"),
                        format!(
                            "{name} ends because another instance of it is said to run{pid}{by}."
                        ),
                    )
                    .sure(told.sure);
                match path {
                    Some(path) => finding.fix(
                        "see whether that process is one; if none is, take the file away",
                        [format!("cat {}", shell(path)), "daemonctl ps".to_owned()],
                    ),
                    None => finding.fix("see what runs", ["daemonctl ps"]),
                }
            }
        };
        findings.push(finding);
    }
}

fn lock_held(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::LockHeld]) {
        let path = absolute(case, told.get("path")).unwrap_or_default();
        let holders = case.snapshot.lookups.lock_holders.get(&path);
        let pid = told.get("pid").and_then(|pid| pid.parse::<u32>().ok());
        let holder = holders.and_then(|all| all.first());
        let holder = holder
            .or_else(|| case.service.others.iter().find(|o| pid.is_none_or(|pid| o.pid == pid)));
        let name = &case.service.name;
        let what = if path.is_empty() { "its lock".to_owned() } else { path.clone() };
        let finding = case.finding("lock-held", path.clone()).proof(told.clue.evidence());
        let finding = match holder {
            Some(holder) => {
                let who = who(holder);
                let finding = finding
                    .says(format!("{what} is locked by {who}"), format!("{name} can't lock {what}: {who} has it locked."))
                    .sure(told.confirmed())
                    .proof(Evidence::process(holder.pid, "locks", holder.command.clone()));
                release(finding, holder)
            }
            None => finding
                .says(
                    format!("{what} is locked by another process"),
                    format!("{name} can't lock {what}: another process has it locked, as a rule another instance."),
                )
                .sure(told.sure)
                .fix("see who has it", [format!("lslocks | grep -F {}", shell(&what)), "daemonctl ps".to_owned()]),
        };
        findings.push(finding);
    }
}

fn version_mismatch(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut all = told(case, &[Kind::VersionMismatch]);
    // The line that names both versions tells most; rank puts the others' lines beneath as proof.
    all.sort_by_key(|told| (told.get("found").is_none(), told.get("wanted").is_none()));
    for told in all {
        let name = &case.service.name;
        let found = told.get("found");
        let wanted = told.get("wanted");
        let (title, sentence) = match (found, wanted) {
            (Some(found), Some(wanted)) => (
                format!("version {found} is found, {wanted} is needed"),
                format!(
                    "{name} can't use its data or module: it is of version {found}, and this is {wanted}."
                ),
            ),
            (Some(found), None) => (
                format!("its data are of version {found}"),
                format!(
                    "{name} can't use its data: they are of version {found}, which this version does not read."
                ),
            ),
            _ => (
                "its data are of another version".to_owned(),
                format!("{name} can't use its data: they are of another version."),
            ),
        };
        let finding = case
            .finding("version-mismatch", data_directory(case, &told))
            .says(title, sentence)
            .sure(told.sure)
            .proof(told.clue.evidence());
        let message = told.clue.message();
        let finding = if message.contains("PostgreSQL") || message.contains("database files") {
            finding.fix(
                "see which versions are installed; convert, or run the old one",
                ["pg_lsclusters"],
            )
        } else {
            finding
        };
        findings.push(finding);
    }
}

fn not_initialized(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::NotInitialized]) {
        let directory = data_directory(case, &told);
        let name = &case.service.name;
        let what =
            if directory.is_empty() { "its data directory".to_owned() } else { directory.clone() };
        let is_gone = case.path(&directory).is_some_and(|fact| fact.missing().is_some());
        let state = if is_gone { "is missing" } else { "is not initialized" };
        let program = case
            .definition()
            .and_then(|d| d.main_command())
            .map_or(name.as_str(), |c| c.program.as_str());
        let command = if program.contains("maria")
            || program.contains("mysql")
            || name.contains("maria")
            || name.contains("mysql")
        {
            format!("mariadb-install-db --user=mysql --datadir={}", shell(&what))
        } else if program.contains("postgres")
            || program.contains("pg_ctl")
            || name.contains("postgres")
        {
            "pg_lsclusters".to_owned()
        } else if name.contains("squid") {
            "squid -z".to_owned()
        } else {
            format!("ls -la {}", shell(&what))
        };
        let finding = case
            .finding("database-not-initialized", directory.clone())
            .says(
                format!("{what} {state}"),
                format!("{name} finds no data of its own in {what}, which {state}."),
            )
            .sure(told.sure)
            .proof(told.clue.evidence())
            .proof_if(is_gone.then(|| Evidence::path(&directory, "there is nothing of that name")))
            .fix("if it is new: make it; if not: find where the data are (a mount?)", [command]);
        findings.push(finding);
    }
}

fn damaged(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for told in told(case, &[Kind::Corrupt]) {
        let path = data_directory(case, &told);
        let message = told.get("message").unwrap_or_else(|| told.clue.message().trim());
        let of = if path.is_empty() { String::new() } else { format!(" ({path})") };
        let finding = case
            .finding("data-damaged", "")
            .says(
                format!("its data are damaged{of}"),
                format!(
                    "{} can't use its data{of}: {}.",
                    case.service.name,
                    message.trim_end_matches('.')
                ),
            )
            .sure(told.sure)
            .proof(told.clue.evidence());
        let finding = if path.is_empty() {
            finding
        } else {
            finding.fix(
                "take a copy before anything else",
                [format!("cp -a {} {}.broken", shell(&path), shell(&path))],
            )
        };
        let said = told.clue.message();
        let finding = if said.contains("append only file") {
            finding.fix(
                "repair it by redis's own tool",
                [format!("redis-check-aof --fix {}", shell(&path))],
            )
        } else if said.contains("RDB") || said.contains("loading DB") || said.contains("load DB") {
            finding
                .fix("let redis's own tool look at it", ["redis-check-rdb /var/lib/redis/dump.rdb"])
        } else {
            finding
        };
        findings.push(finding.fix("or put a backup in its place and start it", [restart(case)]));
    }
}
