//! File systems that are full or turned read-only.

use super::of_machine;
use crate::finding::{Evidence, Finding, Severity, shell};
use crate::rules::crash::words::bytes;
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::Filesystem;

/// The rows.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "filesystem-full",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "File systems that are full, or have no inodes left.",
        needs: &[Need::Machine],
        about: "Where services write (below /var, /run, /tmp, /home, /srv) a full file system breaks them sooner or later.",
        read_more: &["df(1)"],
        check: full,
    },
    Rule {
        name: "filesystem-read-only",
        purpose: Purpose::Diagnose,
        chapter: Chapter::Machine,
        looks_for: "File systems that should be writable and are mounted read-only.",
        needs: &[Need::Machine],
        about: "A file system turns read-only when its device fails (`errors=remount-ro`).",
        read_more: &["mount(8)", "ext4(5)"],
        check: read_only,
    },
];

/// Fuller than that, percent, and with less than [`ROOM_BYTES`] left, it is nearly full.
const NEARLY_FULL_PERCENT: f64 = 95.0;
/// A large file system that is 95 % full still has room.
const ROOM_BYTES: u64 = 1 << 30;
/// Nothing can be written any more.
const FULL_BYTES: u64 = 1 << 20;
/// File systems that are read-only and full by their nature, or hold nothing that a service writes.
const PACKED: [&str; 8] =
    ["squashfs", "iso9660", "erofs", "cramfs", "udf", "efivarfs", "devtmpfs", "ramfs"];

fn counts(fs: &Filesystem) -> bool {
    !PACKED.contains(&fs.kind.as_str()) && !fs.mount_point.starts_with("/boot")
}

fn full(case: &Case<'_>, found: &mut Vec<Finding>) {
    let mut told: Vec<&str> = Vec::new();
    for fs in case.snapshot.machine.filesystems.iter().filter(|fs| counts(fs) && !fs.read_only) {
        // One device that is mounted at several places is full once.
        if told.contains(&fs.device.as_str()) && fs.device.starts_with('/') {
            continue;
        }
        let (Some(size), Some(left)) = (fs.size_bytes, fs.available_bytes) else { continue };
        let used = size.saturating_sub(left) as f64 / size.max(1) as f64 * 100.0;
        let is_full = size > 0 && left < FULL_BYTES;
        let is_nearly = size > 0 && used >= NEARLY_FULL_PERCENT && left < ROOM_BYTES;
        let no_inodes = fs.inodes.is_some_and(|all| all > 0) && fs.inodes_free == Some(0);
        if !is_full && !is_nearly && !no_inodes {
            continue;
        }
        told.push(&fs.device);
        let point = &fs.mount_point;
        let severity = if is_full || no_inodes { Severity::Error } else { Severity::Warning };
        let (title, figures) = match no_inodes && !is_full {
            true => (
                format!("{point} has no inodes left"),
                format!("0 of {} inodes", fs.inodes.unwrap_or(0)),
            ),
            false if is_full => (
                format!("{point} is full"),
                format!("{} of {} available", bytes(left), bytes(size)),
            ),
            false => (
                format!("{point} is nearly full: {used:.0} %"),
                format!("{} of {} available", bytes(left), bytes(size)),
            ),
        };
        let finding = of_machine(case, "filesystem-full", point, severity)
            .says(title, format!("{point} ({}) has {figures}.", fs.device))
            .proof(Evidence::path(point.clone(), figures))
            .fix(
                "find what takes the room",
                [
                    format!("du -xh --max-depth=2 {} | sort -h | tail -20", shell(point)),
                    "daemonctl files --deleted".to_owned(),
                ],
            );
        found.push(finding);
    }
}

fn read_only(case: &Case<'_>, found: &mut Vec<Finding>) {
    let machine = &case.snapshot.machine;
    let turned = |fs: &&Filesystem| counts(fs) && fs.read_only && fs.remounts_on_error;
    for fs in machine.filesystems.iter().filter(turned) {
        let line = machine.kernel_lines.iter().rev().find(|line| {
            let device = fs.device.rsplit('/').next().unwrap_or_default();
            line.message.contains("read-only")
                && !device.is_empty()
                && line.message.contains(device)
        });
        // In a container the machine's file systems are read-only by will.
        let severity = if line.is_some() { Severity::Error } else { Severity::Warning };
        let point = &fs.mount_point;
        let finding = of_machine(case, "filesystem-read-only", point, severity)
            .says(
                format!("{point} is read-only"),
                format!("{point} ({}) is mounted read-only, and should be writable.", fs.device),
            )
            .proof_if(line.map(Evidence::log))
            .proof(Evidence::path(point.clone(), format!("{} ro", fs.kind)))
            .fix(
                "see what failed before it is mounted writable again",
                [
                    "dmesg --level=err,warn | tail -50".to_owned(),
                    format!("findmnt -T {}", shell(point)),
                ],
            );
        found.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::crash::testing::{kernel, none, one, running};

    fn fs(point: &str, size: u64, left: u64) -> Filesystem {
        Filesystem {
            mount_point: point.into(),
            kind: "ext4".into(),
            device: format!("/dev/{}", point.len()),
            size_bytes: Some(size),
            available_bytes: Some(left),
            ..Filesystem::default()
        }
    }

    #[test]
    fn full_nearly_full_and_large_with_room() {
        let mut snapshot = running();
        snapshot.machine.filesystems = vec![fs("/", 10 << 30, 5 << 30), fs("/var", 10 << 30, 0)];
        let finding = one(&snapshot, "filesystem-full");
        assert_eq!((finding.title.as_str(), finding.severity), ("/var is full", Severity::Error));
        snapshot.machine.filesystems =
            vec![fs("/var", 10 << 30, 300 << 20), fs("/srv/a", 1 << 44, 600 << 30)];
        let finding = one(&snapshot, "filesystem-full");
        assert_eq!(
            (finding.title.as_str(), finding.severity),
            ("/var is nearly full: 97 %", Severity::Warning)
        );
        let mut packed = fs("/snap/x", 1 << 20, 0);
        packed.kind = "squashfs".into();
        snapshot.machine.filesystems = vec![packed];
        none(&snapshot, "filesystem-full");
    }

    #[test]
    fn turned_read_only_and_meant_so() {
        let mut snapshot = running();
        let mut turned = fs("/data", 1 << 30, 1 << 29);
        turned.read_only = true;
        snapshot.machine.filesystems = vec![turned.clone()];
        none(&snapshot, "filesystem-read-only");
        turned.remounts_on_error = true;
        turned.device = "/dev/sda1".into();
        snapshot.machine.filesystems = vec![turned];
        assert_eq!(one(&snapshot, "filesystem-read-only").severity, Severity::Warning);
        kernel(&mut snapshot, 60, "EXT4-fs (sda1): Remounting filesystem read-only");
        assert_eq!(one(&snapshot, "filesystem-read-only").severity, Severity::Error);
    }
}
