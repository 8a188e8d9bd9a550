//! Trees on a real disk: what is read, what is refused, and that nothing leads out of a root.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use files::{Disk, Kind};
use support::{Folder, as_nobody};
use unit::files::MAX_FILE_BYTES;
use unit::{EntryKind, FileError, Files as _};

fn kinds(disk: &Disk, folder: &str) -> Vec<(String, EntryKind)> {
    let mut found: Vec<(String, EntryKind)> =
        disk.list(folder).unwrap().into_iter().map(|e| (e.name.into(), e.kind)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Every test of a root runs with and without openat2(2).
fn both(folder: &Folder) -> [Disk; 2] {
    let disk = || Disk::below(folder.text()).unwrap();
    [disk(), disk().without_openat2()]
}

#[test]
fn what_lies_in_a_folder() {
    let folder = Folder::new();
    let long = "n".repeat(255);
    fs::write(folder.path("a.service"), "x").unwrap();
    fs::write(folder.path(&long), "long").unwrap();
    fs::create_dir(folder.path("d")).unwrap();
    symlink("a.service", folder.path("l")).unwrap();
    symlink("/nowhere", folder.path("z")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path("pipe"), 0o600.into()).unwrap();
    let odd = std::ffi::OsStr::new("odd").to_owned();
    let odd = [odd.as_encoded_bytes(), b"\xff"].concat();
    fs::write(folder.path("").join(os(&odd)), "").unwrap();
    let expected = [
        ("a.service", EntryKind::File),
        ("d", EntryKind::Folder),
        ("l", EntryKind::Link("a.service".into())),
        (&long, EntryKind::File),
        ("pipe", EntryKind::Other),
        ("z", EntryKind::Link("/nowhere".into())),
    ];
    let expected = expected.map(|(name, kind)| (name.to_owned(), kind));
    assert_eq!(kinds(&Disk::machine(), folder.text()), expected);
    for disk in both(&folder) {
        assert_eq!(kinds(&disk, "/"), expected);
        assert_eq!(disk.read(&format!("/{long}")).unwrap().bytes, b"long");
        assert_eq!(disk.read(&format!("/{long}n")), Err(FileError::Missing));
        assert_eq!(disk.list("/nothing"), Err(FileError::Missing));
        assert_eq!(disk.list("/a.service"), Err(FileError::Os(20)));
        assert_eq!(disk.list("/z"), Err(FileError::Missing));
    }
}

fn os(bytes: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

#[test]
fn a_file_and_what_is_none() {
    let folder = Folder::new();
    fs::write(folder.path("file"), "[Unit]\n").unwrap();
    fs::set_permissions(folder.path("file"), fs::Permissions::from_mode(0o4751)).unwrap();
    fs::write(folder.path("empty"), "").unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path("pipe"), 0o600.into()).unwrap();
    let _socket = UnixListener::bind(folder.path("socket")).unwrap();
    symlink("loop", folder.path("loop")).unwrap();
    symlink("file/x", folder.path("through")).unwrap();
    symlink("/dev/null", folder.path("mask")).unwrap();
    for disk in both(&folder) {
        let content = disk.read("/file").unwrap();
        assert_eq!((content.bytes.as_slice(), content.mode), (&b"[Unit]\n"[..], 0o4751));
        assert_eq!(disk.read("/empty").unwrap().bytes, b"");
        assert_eq!(disk.read("/folder"), Err(FileError::IsFolder));
        assert_eq!(disk.read("/pipe"), Err(FileError::NotRegular));
        assert_eq!(disk.read("/socket"), Err(FileError::NotRegular));
        assert_eq!(disk.read("/loop"), Err(FileError::Loop));
        assert_eq!(disk.resolve("/loop"), Err(FileError::Loop));
        assert_eq!(disk.read("/nothing"), Err(FileError::Missing));
        assert_eq!(disk.read("/file/x"), Err(FileError::Missing));
        assert_eq!(disk.read("/through"), Err(FileError::Missing));
        // The tree has no devices, and is masked all the same.
        assert_eq!(disk.read("/mask").unwrap().bytes, b"");
        assert_eq!(disk.resolve("/mask").unwrap(), "/dev/null");
    }
    let machine = Disk::machine();
    assert_eq!(machine.read(&folder.below("mask")).unwrap().bytes, b"");
    assert_eq!(machine.read("/dev/null").unwrap().bytes, b"");
    assert_eq!(machine.read("/dev/zero"), Err(FileError::NotRegular));
    assert!(machine.read("/dev/tty").is_err());
    // Says that its size is 0, and is not.
    assert!(machine.read("/proc/self/status").unwrap().bytes.starts_with(b"Name:"));
}

#[test]
fn what_is_large() {
    let folder = Folder::new();
    File::create(folder.path("large")).unwrap().set_len(100 << 20).unwrap();
    File::create(folder.path("just")).unwrap().set_len(MAX_FILE_BYTES).unwrap();
    File::create(folder.path("over")).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    for disk in both(&folder) {
        assert_eq!(disk.read("/large"), Err(FileError::TooLarge));
        assert_eq!(disk.read("/over"), Err(FileError::TooLarge));
        assert_eq!(disk.read("/just").unwrap().bytes.len() as u64, MAX_FILE_BYTES);
    }
    // Says that its size is 0, and does not end.
    assert_eq!(Disk::machine().read("/proc/self/pagemap"), Err(FileError::TooLarge));
}

#[test]
fn nothing_leads_out_of_a_root() {
    let outside = Folder::new();
    fs::write(outside.path("secret"), "outside").unwrap();
    let folder = Folder::new();
    fs::create_dir_all(folder.path("etc/systemd")).unwrap();
    fs::create_dir_all(folder.path("usr/lib")).unwrap();
    fs::write(folder.path("etc/inside"), "inside").unwrap();
    let secret = outside.below("secret");
    symlink(&secret, folder.path("etc/absolute")).unwrap();
    symlink(format!("../../../../../../../..{secret}"), folder.path("etc/relative")).unwrap();
    symlink("../../../../../../../../etc/inside", folder.path("etc/systemd/up")).unwrap();
    symlink("/etc/inside", folder.path("etc/systemd/inside")).unwrap();
    symlink("usr/lib", folder.path("lib")).unwrap();
    symlink("/etc", folder.path("usr/lib/systemd")).unwrap();
    for disk in both(&folder) {
        assert_eq!(disk.read("/etc/absolute"), Err(FileError::Missing));
        assert_eq!(disk.resolve("/etc/absolute"), Err(FileError::Missing));
        assert_eq!(disk.read("/etc/relative"), Err(FileError::Missing));
        assert_eq!(disk.read(&format!("/../../../..{secret}")), Err(FileError::Missing));
        assert_eq!(disk.read("/etc/systemd/up").unwrap().bytes, b"inside");
        assert_eq!(disk.read("/etc/systemd/inside").unwrap().bytes, b"inside");
        assert_eq!(disk.resolve("/etc/systemd/up").unwrap(), "/etc/inside");
        assert_eq!(disk.read("/lib/systemd/inside").unwrap().bytes, b"inside");
        assert_eq!(disk.resolve("/lib/systemd//./inside").unwrap(), "/etc/inside");
        assert_eq!(disk.resolve("/").unwrap(), "/");
        assert_eq!(disk.resolve("/../..").unwrap(), "/");
        assert_eq!(disk.resolve("/nothing/../etc"), Err(FileError::Missing));
        assert!(kinds(&disk, "/lib/systemd").iter().any(|(name, _)| name == "inside"));
    }
}

#[test]
fn what_may_not_be_read() {
    let folder = Folder::new();
    fs::write(folder.path("secret"), "x").unwrap();
    fs::set_permissions(folder.path("secret"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(folder.path("closed")).unwrap();
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let disks = both(&folder);
    let found = as_nobody(|| {
        let mut found = Vec::new();
        for disk in &disks {
            found.push(disk.read("/secret").err());
            found.push(disk.list("/closed").err());
            found.push(disk.read("/closed/x").err());
        }
        found.push(Disk::machine().read(&folder.below("secret")).err());
        found
    });
    assert_eq!(found, vec![Some(FileError::Denied); 7]);
}

#[test]
fn thousands_of_entries() {
    let folder = Folder::new();
    for number in 0..3_000 {
        symlink(format!("target-{number}"), folder.path(&format!("l{number}"))).unwrap();
    }
    let disk = Disk::below(folder.text()).unwrap();
    let began = std::time::Instant::now();
    let entries = disk.list("/").unwrap();
    let took = began.elapsed();
    assert_eq!(entries.len(), 3_000);
    for entry in entries {
        let expected = EntryKind::Link(format!("target-{}", &entry.name[1..]).into());
        assert_eq!(entry.kind, expected);
    }
    assert!(took.as_millis() < 1000, "{took:?}");
}

#[test]
fn what_lies_at_a_path() {
    let folder = Folder::new();
    fs::write(folder.path("program"), "").unwrap();
    fs::set_permissions(folder.path("program"), fs::Permissions::from_mode(0o610)).unwrap();
    fs::write(folder.path("file"), "").unwrap();
    fs::set_permissions(folder.path("file"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink("/program", folder.path("link")).unwrap();
    symlink("/bin/sh", folder.path("outside")).unwrap();
    for disk in both(&folder) {
        assert_eq!(disk.kind("/program"), Ok(Kind::Executable));
        assert_eq!(disk.kind("/link"), Ok(Kind::Executable));
        assert_eq!(disk.kind("/file"), Ok(Kind::File));
        assert_eq!(disk.kind("/"), Ok(Kind::Folder));
        assert_eq!(disk.kind("/file/x"), Err(FileError::Missing));
        assert_eq!(disk.kind("/outside"), Err(FileError::Missing));
    }
    assert_eq!(Disk::machine().kind("/dev/null"), Ok(Kind::Other));
}

#[test]
fn roots() {
    assert!(Disk::below("/").unwrap().is_machine());
    assert!(Disk::below("//").unwrap().is_machine());
    assert_eq!(Disk::below("/nothing/here").unwrap_err(), FileError::Missing);
    assert_eq!(Disk::below("").unwrap_err(), FileError::Missing);
    assert_eq!(Disk::below("/etc/passwd").unwrap_err(), FileError::Os(20));
}
