//! File systems and devices that fail.

use super::disk::{Written, written};
use super::end::{limit_setting, restart};
use super::kernel::lines;
use crate::clues::Kind;
use crate::finding::{Confidence, Evidence, Finding, Role, Severity, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{Filesystem, Line};

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "read-only-filesystem",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "A file system that is mounted read-only, or a sandbox that makes it so, where the service writes.",
        needs: &[Need::Machine],
        about: "ext4 and others turn read-only when their device fails (`errors=remount-ro`); the kernel's log says so. \
                Else fstab(5) or the boot loader has it so, or only the service sees it so: `ProtectSystem=`, \
                `ReadOnlyPaths=` and `ProtectHome=` mount parts read-only for its processes.",
        read_more: &["mount(8)", "systemd.exec(5)", "ext4(5)"],
        check: read_only,
    },
    Rule {
        name: "io-error",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Crash,
        looks_for: "Errors of the device below a file system that the service uses.",
        needs: &[Need::Machine, Need::KernelLog],
        about: "A disk that fails answers reads and writes with EIO, or makes them wait long. Save the data first; then see \
                what the disk says of itself.",
        read_more: &["smartctl(8)", "fsck(8)"],
        check: io_error,
    },
];

/// File systems that are read-only by their nature.
const PACKED: [&str; 5] = ["squashfs", "iso9660", "erofs", "cramfs", "udf"];

fn read_only(case: &Case<'_>, found: &mut Vec<Finding>) {
    let clue = case.clues_of(Kind::ReadOnly).next_back();
    let said = clue.and_then(|clue| clue.get("path")).filter(|path| path.starts_with('/'));
    let machine = &case.snapshot.machine;
    let mut paths: Vec<Written> = Vec::new();
    paths.extend(said.map(|path| Written { path: path.to_owned(), why: "by its log".to_owned() }));
    paths.extend(written(case));
    for written in &paths {
        let Some(fs) = machine.filesystem_of(&written.path).filter(|fs| fs.read_only) else {
            continue;
        };
        if PACKED.contains(&fs.kind.as_str()) && said.is_none() {
            continue;
        }
        found.push(mounted(case, fs, written, clue.is_some()));
        return;
    }
    if let (Some(clue), Some(path)) = (clue, said)
        && let Some((key, evidence)) = sandbox(case)
    {
        found.push(in_sandbox(case, path, key, evidence).proof(clue.evidence()));
    }
}

fn mounted(case: &Case<'_>, fs: &Filesystem, written: &Written, is_said: bool) -> Finding {
    let point = &fs.mount_point;
    let remounted = lines(case).into_iter().rev().find(|line| turned(line, fs));
    let why = match remounted {
        Some(_) => ": the kernel turned it so after an error",
        None if fs.remounts_on_error => {
            ": fstab has it writable, so an error or somebody turned it so"
        }
        None => "",
    };
    let clue = case.clues_of(Kind::ReadOnly).next_back();
    let finding = case
        .finding("read-only-filesystem", point.clone())
        .says(
            format!("the file system {point} is read-only"),
            format!(
                "{point} ({}) is mounted read-only{why}, and {} writes to {} ({}).",
                fs.device, case.service.name, written.path, written.why
            ),
        )
        .sure(if is_said || remounted.is_some() { Confidence::Certain } else { Confidence::Likely })
        .proof_if(clue.map(|clue| clue.evidence()))
        .proof_if(remounted.map(Evidence::log))
        .proof(Evidence::path(point.clone(), format!("{} {} ro", fs.device, fs.kind)));
    let finding = match remounted {
        Some(_) => finding.fix(
            "see what failed; save the data, check the file system, then mount it writable",
            [
                "dmesg --level=err,warn | tail -50".to_owned(),
                format!("findmnt -T {}", shell(point)),
            ],
        ),
        None => finding.fix(
            "mount it writable",
            [
                format!("findmnt -T {}", shell(point)),
                format!("mount -o remount,rw {}", shell(point)),
            ],
        ),
    };
    settle(case, finding.fix("start it again", [restart(case)]))
}

fn settle(case: &Case<'_>, finding: Finding) -> Finding {
    match case.is_broken() {
        true => finding,
        false => finding.severity(Severity::Warning).role(Role::Separate),
    }
}

/// The kernel's line says that this file system was turned read-only.
fn turned(line: &Line, fs: &Filesystem) -> bool {
    let message = &line.message;
    let is_turn = message.contains("Remounting filesystem read-only")
        || message.contains("forced readonly")
        || message.contains("Shutting down filesystem")
        || message.contains("Filesystem has been shut down");
    is_turn && names(message, &fs.device)
}

/// A line names a device, whole: `sda1` and not `sda10`.
fn names(message: &str, device: &str) -> bool {
    let name = super::words::base_name(device);
    if name.is_empty() || name.len() < 2 {
        return false;
    }
    message.match_indices(name).any(|(at, _)| {
        let before = message.get(..at).and_then(|text| text.chars().next_back());
        let after = message.get(at + name.len()..).and_then(|text| text.chars().next());
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        !is_part(before) && !is_part(after)
    })
}

/// The setting of its unit that makes parts of the machine read-only for it.
fn sandbox(case: &Case<'_>) -> Option<(&'static str, Evidence)> {
    let definition = case.definition()?;
    ["ReadOnlyPaths", "ProtectSystem", "ProtectHome", "TemporaryFileSystem", "DynamicUser"]
        .into_iter()
        .filter(|key| {
            let value = definition.setting(key).map(|setting| setting.value.as_str());
            value.is_some_and(|value| !matches!(value, "" | "no" | "false" | "off" | "0"))
        })
        .find_map(|key| Some((key, limit_setting(case, key)?)))
}

fn in_sandbox(case: &Case<'_>, path: &str, key: &str, evidence: Evidence) -> Finding {
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    let folder = if folder.is_empty() { path } else { folder };
    let finding = case
        .finding("read-only-filesystem", path.to_owned())
        .says(
            format!("{path} is read-only for it: {key}="),
            format!(
                "{} may not write to {path}: its file system is writable, and {key}= of the unit mounts it read-only for \
                 the service.",
                case.service.name
            ),
        )
        .sure(Confidence::Likely)
        .proof(evidence)
        .fix_setting("let it write there", "Service", format!("ReadWritePaths={folder}"));
    settle(case, finding.fix("start it again", [restart(case)]))
}

/// Lines about a device that fails.
fn is_io_error(message: &str) -> bool {
    [
        "I/O error",
        "critical medium error",
        "critical target error",
        "lost async page write",
        "EXT4-fs error",
        "XFS_IO_ERROR",
        "Corruption",
        "BTRFS error",
    ]
    .iter()
    .any(|words| message.contains(words))
}

fn io_error(case: &Case<'_>, found: &mut Vec<Finding>) {
    let machine = &case.snapshot.machine;
    let clue = case.clues_of(Kind::IoError).next_back();
    let said = clue.and_then(|clue| clue.get("path")).filter(|path| path.starts_with('/'));
    let mut paths: Vec<String> = said.map(str::to_owned).into_iter().collect();
    paths.extend(written(case).into_iter().map(|written| written.path));
    let kernel = lines(case);
    for path in &paths {
        let Some(fs) = machine.filesystem_of(path) else { continue };
        let on = |line: &&&Line| is_io_error(&line.message) && is_below(case, fs, &line.message);
        let Some(line) = kernel.iter().rev().find(on) else { continue };
        let count = kernel.iter().filter(on).count();
        let finding = case
            .finding("io-error", fs.device.clone())
            .says(
                format!("the device below {} fails", fs.mount_point),
                format!(
                    "The kernel has {count} errors on record of {}, which holds {path} of {}.",
                    fs.device, case.service.name
                ),
            )
            .sure(if clue.is_some() { Confidence::Certain } else { Confidence::Likely })
            .proof(Evidence::log(line))
            .proof_if(clue.map(|clue| clue.evidence()))
            .fix(
                "save the data, then see what the disk says of itself",
                [format!("smartctl -a {}", shell(&fs.device))],
            );
        found.push(settle(case, finding));
        return;
    }
    if let Some(clue) = clue {
        let at = said.map(|path| format!(" for {path}")).unwrap_or_default();
        let finding = case
            .finding("io-error", said.unwrap_or_default())
            .says("a device answered with an error (EIO)", format!("{} got an input/output error{at}: the device below it fails, or what it talks to is gone.", case.service.name))
            .proof(clue.evidence())
            .fix("see what the kernel says", ["dmesg --level=err,warn | tail -50"]);
        found.push(settle(case, finding));
    }
}

/// A line names the device of a file system, or the disk that this is a part of.
fn is_below(case: &Case<'_>, fs: &Filesystem, message: &str) -> bool {
    if !fs.device.starts_with('/') {
        return false;
    }
    let name = super::words::base_name(&fs.device);
    let digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
    // sda1 is on sda, nvme0n1p2 on nvme0n1.
    let disk = match digits.strip_suffix('p') {
        Some(disk) if disk.ends_with(|c: char| c.is_ascii_digit()) => disk,
        _ if name.starts_with("nvme") || name.starts_with("dm-") || name.starts_with("md") => name,
        _ => digits,
    };
    let known = &case.snapshot.machine.device_names;
    let mut other =
        known.iter().filter(|(_, device)| *device == fs.device).map(|(name, _)| name.as_str());
    names(message, name) || names(message, disk) || other.any(|name| names(message, name))
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
