//! Changing links: whole or not at all, and never outside of a root.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use files::{Change, Disk, Why};
use support::{Folder, as_nobody};
use unit::FileError;

fn link(path: &str, target: &str) -> Change {
    Change::Link { path: path.to_owned(), target: target.to_owned() }
}

fn unlink(path: &str) -> Change {
    Change::RemoveLink { path: path.to_owned() }
}

fn rmdir(path: &str) -> Change {
    Change::RemoveFolderIfEmpty { path: path.to_owned() }
}

/// All that lies below, sorted, links with their text.
fn tree(folder: &Folder) -> Vec<String> {
    fn walk(path: &std::path::Path, base: &std::path::Path, out: &mut Vec<String>) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
            let kind = path.symlink_metadata().unwrap().file_type();
            if kind.is_symlink() {
                out.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
            } else if kind.is_dir() {
                out.push(format!("{name}/"));
                walk(&path, base, out);
            } else {
                out.push(name);
            }
        }
    }
    let mut out = Vec::new();
    walk(&folder.path(""), &folder.path(""), &mut out);
    out.sort();
    out
}

#[test]
fn links_come_and_go() {
    let folder = Folder::new();
    let disk = Disk::below(folder.text()).unwrap();
    let wants = "/etc/systemd/system/multi-user.target.wants";
    let place = format!("{wants}/a.service");
    disk.apply(&[link(&place, "/usr/lib/systemd/system/a.service")]).unwrap();
    let found = tree(&folder);
    let last = "etc/systemd/system/multi-user.target.wants/a.service";
    assert_eq!(found.last().unwrap(), &format!("{last} -> /usr/lib/systemd/system/a.service"));
    assert_eq!(found.len(), 5);
    // Another one in its place; and once more the same.
    disk.apply(&[link(&place, "../b"), link(&place, "../b")]).unwrap();
    assert_eq!(tree(&folder).last().unwrap(), &format!("{last} -> ../b"));
    assert_eq!(tree(&folder).len(), 5, "{:?}", tree(&folder));
    // A folder that holds something stays.
    disk.apply(&[rmdir(wants), unlink(&place), unlink(&place), rmdir(wants), rmdir(wants)])
        .unwrap();
    assert_eq!(tree(&folder), ["etc/", "etc/systemd/", "etc/systemd/system/"]);
}

#[test]
fn names_of_any_length() {
    let folder = Folder::new();
    let disk = Disk::below(folder.text()).unwrap();
    let name = format!("/{}", "n".repeat(255));
    disk.apply(&[link(&name, "a")]).unwrap();
    disk.apply(&[link(&name, "b")]).unwrap();
    assert_eq!(tree(&folder), [format!("{} -> b", &name[1..])]);
    let error = disk.apply(&[link(&format!("{name}n"), "a")]).unwrap_err();
    assert!(matches!(error.why, Why::System(_)), "{error}");
}

#[test]
fn what_is_no_link_stays() {
    let folder = Folder::new();
    let disk = Disk::below(folder.text()).unwrap();
    fs::write(folder.path("file"), "precious").unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    for path in ["/file", "/folder"] {
        for change in [link(path, "x"), unlink(path)] {
            let error = disk.apply(&[change]).unwrap_err();
            assert_eq!(error.why, Why::NoLink);
            assert!(error.to_string().contains(path), "{error}");
        }
    }
    disk.apply(&[rmdir("/file")]).unwrap();
    for path in ["", "/", "/..", "/folder/..", "."] {
        assert_eq!(disk.apply(&[link(path, "x")]).unwrap_err().why, Why::NoName, "{path}");
    }
    assert_eq!(fs::read(folder.path("file")).unwrap(), b"precious");
    assert_eq!(tree(&folder), ["file", "folder/"]);
}

#[test]
fn empty_files_go_and_full_ones_stay() {
    let folder = Folder::new();
    let disk = Disk::below(folder.text()).unwrap();
    fs::write(folder.path("empty"), "").unwrap();
    fs::set_permissions(folder.path("empty"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(folder.path("full"), "x").unwrap();
    symlink("empty", folder.path("link")).unwrap();
    let remove = |path: &str| Change::RemoveEmptyFile { path: path.to_owned() };
    for path in ["/full", "/link"] {
        assert_eq!(disk.apply(&[remove(path)]).unwrap_err().why, Why::NotEmpty, "{path}");
    }
    // What was done before a failure is undone, the mode too.
    disk.apply(&[remove("/empty"), remove("/full")]).unwrap_err();
    assert_eq!(folder.path("empty").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    disk.apply(&[remove("/empty"), remove("/empty"), remove("/no/such")]).unwrap();
    assert_eq!(tree(&folder), ["full", "link -> empty"]);
}

#[test]
fn all_or_nothing() {
    let folder = Folder::new();
    let disk = Disk::below(folder.text()).unwrap();
    fs::write(folder.path("file"), "").unwrap();
    fs::create_dir(folder.path("empty")).unwrap();
    symlink("old", folder.path("kept")).unwrap();
    symlink("gone", folder.path("removed")).unwrap();
    let before = tree(&folder);
    let error = disk
        .apply(&[
            link("/new/deep/one", "x"),
            link("/kept", "new"),
            unlink("/removed"),
            rmdir("/empty"),
            link("/file/below", "x"),
        ])
        .unwrap_err();
    assert_eq!(error.change, link("/file/below", "x"));
    assert_eq!(error.why, Why::System(FileError::Os(20)));
    assert_eq!(error.remaining, []);
    assert_eq!(
        error.to_string(),
        "cannot make the link /file/below: Not a directory (os error 20)"
    );
    assert_eq!(tree(&folder), before);
}

#[test]
fn links_on_the_way_stay_inside() {
    let outside = Folder::new();
    let folder = Folder::new();
    fs::create_dir_all(folder.path("usr/etc")).unwrap();
    symlink(outside.text(), folder.path("out")).unwrap();
    symlink("usr/etc", folder.path("etc")).unwrap();
    symlink("/usr/made", folder.path("late")).unwrap();
    let disk = Disk::below(folder.text()).unwrap();
    disk.apply(&[link("/etc/a", "x"), link("/late/b", "y")]).unwrap();
    assert_eq!(fs::read_link(folder.path("usr/etc/a")).unwrap().to_str(), Some("x"));
    assert_eq!(fs::read_link(folder.path("usr/made/b")).unwrap().to_str(), Some("y"));
    // A link to elsewhere means that path in the tree: it is made there.
    disk.apply(&[link("/out/c", "z")]).unwrap();
    assert!(tree(&outside).is_empty());
    let inside = format!("{}/c", outside.text().trim_start_matches('/'));
    assert!(folder.path(&inside).symlink_metadata().is_ok());
    disk.apply(&[unlink("/out/c"), unlink("/nothing/at/all"), rmdir("/nothing/at")]).unwrap();
    assert!(folder.path(&inside).symlink_metadata().is_err());
}

#[test]
fn who_may_not() {
    let folder = Folder::new();
    fs::create_dir(folder.path("d")).unwrap();
    symlink("x", folder.path("d/l")).unwrap();
    fs::set_permissions(folder.path("d"), fs::Permissions::from_mode(0o555)).unwrap();
    let disk = Disk::below(folder.text()).unwrap();
    let errors = as_nobody(|| {
        [link("/d/new", "x"), link("/d/l", "y"), unlink("/d/l"), link("/d/e/f", "x")]
            .map(|change| disk.apply(&[change]).unwrap_err().why)
    });
    assert_eq!(errors, [Why::System(FileError::Denied); 4]);
    fs::set_permissions(folder.path("d"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(tree(&folder), ["d/", "d/l -> x"]);
}
