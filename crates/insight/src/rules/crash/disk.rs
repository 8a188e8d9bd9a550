//! File systems that are full where the service writes.

use super::end::restart;
use super::words::bytes;
use crate::clues::{Clue, Kind};
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Filesystem, PathUse};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "disk-full",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A file system without room, where the service writes.",
        needs: &[Need::Machine],
        about: "Writes fail with ENOSPC: `No space left on device`. A file system keeps some blocks for root (5 % of ext4), \
                so a service of another user runs out before root does. A deleted file that is still open takes room \
                until it is closed. inotify watches and semaphores answer with the same words: then the disk is not \
                full.",
        read_more: &["df(1)", "statvfs(3)", "tune2fs(8)"],
        check: full,
    },
    Rule {
        name: "inodes-exhausted",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A file system on which no more files can be made, although it has room.",
        needs: &[Need::Machine],
        about: "Some file systems (ext4, tmpfs) have a fixed number of inodes: a great many small files use them up. The \
                error is the same as that of a full disk.",
        read_more: &["df(1)", "mke2fs(8)"],
        check: inodes,
    },
    Rule {
        name: "quota",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A disk quota that is used up (EDQUOT).",
        needs: &[Need::Log],
        about: "The user or group of the service, or the project of its folder, may use no more blocks or files, although \
                the file system has room.",
        read_more: &["quota(1)", "repquota(8)", "xfs_quota(8)"],
        check: quota,
    },
];

/// Less room than that is none: what a daemon writes at its start is larger.
const FULL_BELOW_BYTES: u64 = 1 << 20;
/// With an error in its log, so much room may be too little for one file: a WAL segment, a table.
const TIGHT_BELOW_BYTES: u64 = 64 << 20;
/// As few inodes are none.
const INODES_MIN: u64 = 16;
/// File systems that are always full.
const PACKED: [&str; 5] = ["squashfs", "iso9660", "erofs", "cramfs", "udf"];

/// A path that the service writes to, and what says so.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The path.
    pub path: String,
    /// What says that it writes there.
    pub why: String,
}

/// Where the service writes, as far as it is known.
pub(super) fn written(case: &Case<'_>) -> Vec<Written> {
    let mut all: Vec<Written> = Vec::new();
    let mut add = |path: &str, why: &str| {
        if path.starts_with('/') && !all.iter().any(|other| other.path == path) {
            all.push(Written { path: path.to_owned(), why: why.to_owned() });
        }
    };
    for path in &case.service.config_paths {
        if matches!(path.purpose, PathUse::Write | PathUse::DataDirectory) {
            add(&path.path, &path.key);
        }
    }
    if let Some(definition) = case.definition() {
        for directory in &definition.directories {
            add(&directory.path, &directory.key);
        }
        for (key, path, _, _) in &definition.paths {
            if key == "ReadWritePaths" {
                add(path.trim_start_matches(['-', '+']), key);
            }
        }
        if let Some((path, _)) = &definition.pid_file {
            add(path, "PIDFile");
        }
        if let Some((path, ..)) = &definition.working_directory {
            add(path, "WorkingDirectory");
        }
    }
    for origin in &case.service.log.origins {
        add(origin, "its log");
    }
    for file in &case.service.pid_files {
        add(&file.path, "pid file");
    }
    all
}

/// What the service's user may still use.
fn room(case: &Case<'_>, fs: &Filesystem) -> Option<u64> {
    let is_root = case.user() == "root" || case.user() == "0";
    if is_root {
        fs.free_bytes.or(fs.available_bytes)
    } else {
        fs.available_bytes.or(fs.free_bytes)
    }
}

fn is_writable_kind(fs: &Filesystem) -> bool {
    !fs.read_only
        && !PACKED.contains(&fs.kind.as_str())
        && fs.size_bytes.is_some_and(|size| size > 0)
}

/// The last line of its log that says so, with the path that it names.
fn clue<'s>(case: &Case<'s>, kind: Kind) -> Option<(&'s Clue<'s>, Option<&'s str>)> {
    let clue = case.clues_of(kind).next_back()?;
    Some((clue, clue.get("path").filter(|path| path.starts_with('/'))))
}

/// File systems that this family finds wanting, each with why the service needs it and whether its log says so.
fn wanting<'s>(
    case: &Case<'s>,
    is_short: impl Fn(&Filesystem, bool) -> bool,
) -> Vec<(&'s Filesystem, String, bool)> {
    let machine = &case.snapshot.machine;
    let said = clue(case, Kind::DiskFull);
    let mut found: Vec<(&Filesystem, String, bool)> = Vec::new();
    let mut try_path = |path: &str, why: String, is_said: bool| {
        let Some(fs) = machine.filesystem_of(path).filter(|fs| is_writable_kind(fs)) else {
            return;
        };
        if is_short(fs, is_said)
            && !found.iter().any(|(other, ..)| other.mount_point == fs.mount_point)
        {
            found.push((fs, why, is_said));
        }
    };
    if let Some((_, Some(path))) = said {
        try_path(path, format!("it writes to {path}"), true);
    }
    for written in written(case) {
        try_path(
            &written.path,
            format!("it writes to {} ({})", written.path, written.why),
            said.is_some(),
        );
    }
    // Its log says so, and not where; or it is broken, and nearly every daemon writes to these.
    for path in ["/var/lib", "/var/log", "/run", "/tmp", "/var/tmp", "/var/cache"] {
        if said.is_some() || case.is_broken() {
            try_path(path, format!("daemons write to {path}"), said.is_some());
        }
    }
    found
}

fn has_no_inodes(fs: &Filesystem) -> bool {
    fs.inodes.is_some_and(|all| all > 0) && fs.inodes_free.is_some_and(|free| free < INODES_MIN)
}

fn full(case: &Case<'_>, found: &mut Vec<Finding>) {
    let is_short = |fs: &Filesystem, is_said: bool| {
        // Where no inode is left, that is what the log speaks of.
        let is_tight = is_said && !has_no_inodes(fs);
        let below = if is_tight { TIGHT_BELOW_BYTES } else { FULL_BELOW_BYTES };
        room(case, fs).is_some_and(|room| room < below)
    };
    for (fs, why, is_said) in wanting(case, is_short) {
        let left = room(case, fs).unwrap_or(0);
        let point = &fs.mount_point;
        let kept = fs.free_bytes.unwrap_or(0).saturating_sub(fs.available_bytes.unwrap_or(0));
        let kept = if left == 0 && kept > 0 && case.user() != "root" {
            format!(" ({} are kept for root)", bytes(kept))
        } else {
            String::new()
        };
        let size = bytes(fs.size_bytes.unwrap_or(0));
        let finding = case.finding("disk-full", point.clone()).says(
            format!("the file system {point} is full"),
            format!("{point} ({}, {size}) has {} left{kept}, and {why}.", fs.device, bytes(left)),
        );
        let figures = format!("{} of {size} available", bytes(fs.available_bytes.unwrap_or(left)));
        let finding = judged(case, finding, fs, is_said, &why, figures);
        found.push(
            finding
                .fix(
                    "find what takes the room, and remove or move what is not needed",
                    [
                        format!("df -h {}", shell(point)),
                        format!("du -xh --max-depth=2 {} | sort -h | tail -20", shell(point)),
                        "daemonctl files --deleted".to_owned(),
                    ],
                )
                .fix("start it again", [restart(case)]),
        );
    }
}

fn inodes(case: &Case<'_>, found: &mut Vec<Finding>) {
    let is_short = |fs: &Filesystem, _: bool| has_no_inodes(fs);
    for (fs, why, is_said) in wanting(case, is_short) {
        let point = &fs.mount_point;
        let all = fs.inodes.unwrap_or(0);
        let free = fs.inodes_free.unwrap_or(0);
        let finding = case.finding("inodes-exhausted", point.clone()).says(
            format!("no more files can be made on {point}: its inodes are used up"),
            format!("{point} ({}) has {free} of {all} inodes left, and {why}.", fs.device),
        );
        let finding =
            judged(case, finding, fs, is_said, &why, format!("{free} of {all} inodes free"));
        found.push(
            finding
                .fix(
                    "find the folder with the many files, and remove what is not needed",
                    [
                        format!("df -i {}", shell(point)),
                        format!(
                            "du -x --inodes --max-depth=3 {} | sort -n | tail -20",
                            shell(point)
                        ),
                    ],
                )
                .fix("start it again", [restart(case)]),
        );
    }
}

/// How sure: a line of its log and the figures leave nothing open; figures where it surely writes are likely.
fn judged(
    case: &Case<'_>,
    finding: Finding,
    fs: &Filesystem,
    is_said: bool,
    why: &str,
    figures: String,
) -> Finding {
    let is_vague = why.starts_with("daemons write");
    let sure = match (is_said, is_vague) {
        (true, false) => Confidence::Certain,
        (true, true) | (false, false) => Confidence::Likely,
        (false, true) => Confidence::Possible,
    };
    let role = if case.is_broken() { Role::Cause } else { Role::Separate };
    let severity = if case.is_broken() { Severity::Error } else { Severity::Warning };
    finding
        .role(role)
        .severity(severity)
        .sure(sure)
        .proof_if(clue(case, Kind::DiskFull).map(|(clue, _)| clue.evidence()))
        .proof(Evidence::path(fs.mount_point.clone(), figures))
}

fn quota(case: &Case<'_>, found: &mut Vec<Finding>) {
    let Some((clue, path)) = clue(case, Kind::Quota) else { return };
    let user = case.user();
    let at = path.map(|path| format!(" for {path}")).unwrap_or_default();
    let finding = case
        .finding("quota", path.unwrap_or_default())
        .says(
            format!("the disk quota of {user} is used up"),
            format!("{} could not write{at}: the disk quota of its user {user}, its group or its folder is used up.", case.service.name),
        )
        .sure(Confidence::Certain)
        .proof(clue.evidence())
        .fix("see the quotas, then remove files or raise it", [format!("quota -vs -u {}", shell(user)), "repquota -as".to_owned()])
        .fix("start it again", [restart(case)]);
    found.push(if case.is_broken() { finding } else { finding.role(Role::Separate) });
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
