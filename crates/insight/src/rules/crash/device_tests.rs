use super::super::testing::{failed, kernel, none, one, running, service};
use super::*;
use crate::snapshot::{ConfigPath, PathUse, Snapshot};

fn fs(point: &str, device: &str, read_only: bool) -> Filesystem {
    Filesystem {
        mount_point: point.into(),
        kind: "ext4".into(),
        device: device.into(),
        read_only,
        ..Filesystem::default()
    }
}

fn with_data(mut snapshot: Snapshot, read_only: bool) -> Snapshot {
    snapshot.machine.filesystems =
        vec![fs("/", "/dev/vda1", false), fs("/data", "/dev/sda1", read_only)];
    service(&mut snapshot).config_paths.push(ConfigPath {
        path: "/data/app".into(),
        purpose: PathUse::DataDirectory,
        key: "dir".into(),
        place: None,
        user: None,
    });
    snapshot
}

#[test]
fn a_file_system_that_the_kernel_turned() {
    let mut snapshot = with_data(failed(), true);
    kernel(&mut snapshot, 90, "EXT4-fs (sda1): Remounting filesystem read-only");
    let finding = one(&snapshot, "read-only-filesystem");
    assert_eq!(finding.title, "the file system /data is read-only");
    assert_eq!(finding.confidence, Confidence::Certain);
    assert!(finding.sentence.contains("the kernel turned it so"), "{}", finding.sentence);
    // Another device's line proves nothing.
    let mut snapshot = with_data(failed(), true);
    kernel(&mut snapshot, 90, "EXT4-fs (sda10): Remounting filesystem read-only");
    assert_eq!(one(&snapshot, "read-only-filesystem").confidence, Confidence::Likely);
}

#[test]
fn a_writable_one_and_one_that_is_not_used_say_nothing() {
    none(&with_data(failed(), false), "read-only-filesystem");
    let mut snapshot = with_data(failed(), false);
    snapshot.machine.filesystems.push(fs("/boot", "/dev/vda2", true));
    none(&snapshot, "read-only-filesystem");
    let finding = one(&with_data(running(), true), "read-only-filesystem");
    assert_eq!((finding.severity, finding.role), (Severity::Warning, Role::Separate));
}

#[test]
fn a_device_that_fails_below_its_data() {
    let mut snapshot = with_data(failed(), false);
    let line = "blk_update_request: I/O error, dev sda, sector 2048 op 0x0:(READ) flags 0x0";
    kernel(&mut snapshot, 60, line);
    let finding = one(&snapshot, "io-error");
    assert_eq!((finding.subject.as_str(), finding.evidence[0].text.as_str()), ("/dev/sda1", line));
    let mut snapshot = with_data(failed(), false);
    kernel(&mut snapshot, 60, &line.replace("dev sda", "dev sdb"));
    none(&snapshot, "io-error");
}

#[test]
fn partitions_are_parts_of_their_disks() {
    let snapshot = failed();
    let clues = [];
    let case = Case { snapshot: &snapshot, service: &snapshot.services[0], clues: &clues };
    let below = |device: &str, message: &str| is_below(&case, &fs("/", device, false), message);
    assert!(below("/dev/nvme0n1p2", "I/O error, dev nvme0n1, sector 1"));
    assert!(below("/dev/nvme0n1", "I/O error, dev nvme0n1, sector 1"));
    assert!(below("/dev/dm-0", "Buffer I/O error on dev dm-0, logical block 0"));
    assert!(!below("/dev/dm-0", "Buffer I/O error on dev dm-1, logical block 0"));
    assert!(!below("tmpfs", "I/O error, dev tmpfs, sector 1"));
}
