use super::super::testing::{failed, none, one, running, service};
use super::*;
use crate::snapshot::{ConfigPath, Snapshot};

/// A file system at a mount point: size, available and free bytes.
fn fs(point: &str, size: u64, available: u64, free: u64) -> Filesystem {
    Filesystem {
        mount_point: point.into(),
        kind: "ext4".into(),
        device: "/dev/vda1".into(),
        size_bytes: Some(size),
        available_bytes: Some(available),
        free_bytes: Some(free),
        inodes: Some(1000),
        inodes_free: Some(500),
        ..Filesystem::default()
    }
}

fn writes(snapshot: &mut Snapshot, path: &str) {
    service(snapshot).config_paths.push(ConfigPath {
        path: path.into(),
        purpose: PathUse::DataDirectory,
        key: "dir".into(),
        place: None,
        user: None,
    });
}

#[test]
fn a_full_disk_below_its_data() {
    let mut snapshot = failed();
    snapshot.machine.filesystems =
        vec![fs("/", 1 << 30, 1 << 29, 1 << 29), fs("/data", 1 << 30, 0, 4096)];
    writes(&mut snapshot, "/data/app");
    let finding = one(&snapshot, "disk-full");
    assert_eq!(finding.title, "the file system /data is full");
    assert_eq!((finding.severity, finding.confidence), (Severity::Error, Confidence::Likely));
    assert!(finding.sentence.contains("it writes to /data/app (dir)"), "{}", finding.sentence);
    assert_eq!(finding.subject, "/data");
}

#[test]
fn a_full_disk_elsewhere_a_packed_one_and_one_with_room_say_nothing() {
    let mut snapshot = failed();
    let mut packed = fs("/data", 1 << 20, 0, 0);
    packed.kind = "squashfs".into();
    snapshot.machine.filesystems =
        vec![fs("/", 1 << 30, 1 << 29, 1 << 29), fs("/srv/other", 1 << 30, 0, 0), packed];
    writes(&mut snapshot, "/data/app");
    none(&snapshot, "disk-full");
    none(&snapshot, "inodes-exhausted");
}

#[test]
fn a_service_that_runs_is_warned_only() {
    let mut snapshot = running();
    snapshot.machine.filesystems = vec![fs("/", 1 << 30, 0, 0)];
    writes(&mut snapshot, "/data/app");
    let finding = one(&snapshot, "disk-full");
    assert_eq!((finding.severity, finding.role), (Severity::Warning, Role::Separate));
}

#[test]
fn the_root_reserve_is_told() {
    let mut snapshot = failed();
    snapshot.machine.filesystems = vec![fs("/", 1 << 30, 0, 50 << 20)];
    writes(&mut snapshot, "/data/app");
    // Root may still write there.
    none(&snapshot, "disk-full");
    let definition = service(&mut snapshot).definition.as_mut().unwrap();
    definition.user = Some(("web".into(), super::super::testing::place(3)));
    let finding = one(&snapshot, "disk-full");
    assert!(finding.sentence.contains("(50 MiB are kept for root)"), "{}", finding.sentence);
}

#[test]
fn inodes_that_are_used_up() {
    let mut snapshot = failed();
    let mut used = fs("/", 1 << 30, 1 << 29, 1 << 29);
    used.inodes_free = Some(0);
    snapshot.machine.filesystems = vec![used];
    writes(&mut snapshot, "/data/app");
    let finding = one(&snapshot, "inodes-exhausted");
    assert!(finding.sentence.contains("0 of 1000 inodes left"), "{}", finding.sentence);
    none(&snapshot, "disk-full");
    // A file system without a fixed number of inodes (btrfs) says 0 of 0.
    let mut free = fs("/", 1 << 30, 1 << 29, 1 << 29);
    free.inodes = Some(0);
    free.inodes_free = Some(0);
    snapshot.machine.filesystems = vec![free];
    none(&snapshot, "inodes-exhausted");
}
