//! From packages to a tree, without installing anything.

use super::{Manager, fetch, parallel, units_in, write};
use crate::error::{Error, run};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the program that is asked for the reference lies in the tree, with its libraries: the
/// tree lacks most of what it would need.
pub(super) const REFERENCE: &str = ".reference";

/// Larger files are emptied unless they are below a folder of systemd's.
const KEPT_BYTES: u64 = 64 << 10;

/// Folders with nothing that a unit could need.
const LEFT_OUT: [&str; 4] = ["doc", "man", "locale", "icons"];

/// What no package ships and every machine has.
const MACHINE_FILES: [(&str, &str); 3] = [
    ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
    ("etc/hostname", "corpus\n"),
    ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
];

/// Unpacks the packages' files from `debs` into `tree`.
pub(super) fn lay_out(packages: &[&str], debs: &Path, tree: &Path) -> Result<(), Error> {
    for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
        let real = tree.join("usr").join(name);
        fs::create_dir_all(&real).map_err(Error::io("make", &real))?;
        let link = tree.join(name);
        symlink(Path::new("usr").join(name), &link).map_err(Error::io("link", &link))?;
    }
    let files = fetch::names(debs)?;
    let wanted =
        |file: &&String| fetch::package_of(file).is_some_and(|name| packages.contains(&name));
    let files: Vec<PathBuf> = files.iter().filter(wanted).map(|file| debs.join(file)).collect();
    parallel::map(&files, |deb| unpack(deb, tree)).into_iter().collect::<Result<(), Error>>()?;
    copy_reference(tree)?;
    empty_large_files(&tree.join("usr"))?;
    furnish(tree)
}

fn unpack(deb: &Path, tree: &Path) -> Result<(), Error> {
    let mut archive = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Error::io("run", "dpkg-deb"))?;
    let mut tar = Command::new("tar");
    tar.arg("-x").arg("-C").arg(tree).args(["--keep-directory-symlink", "--no-same-owner"]);
    tar.args(LEFT_OUT.map(|name| format!("--exclude=./usr/share/{name}/*")));
    if let Some(stream) = archive.stdout.take() {
        tar.stdin(stream);
    }
    let unpacked = run(&mut tar);
    let status = archive.wait().map_err(Error::io("wait for", "dpkg-deb"))?;
    unpacked?;
    if status.success() {
        return Ok(());
    }
    let line = format!("dpkg-deb --fsys-tarfile {}", deb.display());
    Err(Error::Program { line, outcome: status.to_string() })
}

/// Puts the systemd-analyze of the tree and the libraries of the machine where a process with the
/// tree as its root finds them.
fn copy_reference(tree: &Path) -> Result<(), Error> {
    let folder = tree.join(REFERENCE);
    fs::create_dir_all(&folder).map_err(Error::io("make", &folder))?;
    let program = tree.join("usr/bin/systemd-analyze");
    // systemd's own library has to be of the same version.
    let libraries: Vec<PathBuf> = fs::read_dir(tree.join("usr/lib"))
        .map_err(Error::io("list", tree.join("usr/lib")))?
        .flatten()
        .map(|entry| entry.path().join("systemd"))
        .chain([tree.join("usr/lib/systemd")])
        .filter(|path| path.is_dir())
        .collect();
    let path = std::env::join_paths(&libraries).unwrap_or_default();
    let table = run(Command::new("ldd").arg(&program).env("LD_LIBRARY_PATH", path))?;
    let table = String::from_utf8_lossy(&table.stdout);
    for library in table.lines().filter_map(library_of).chain([program.as_path()]) {
        let name = library.file_name().unwrap_or_default();
        fs::copy(library, folder.join(name)).map_err(Error::io("copy", library))?;
    }
    Ok(())
}

/// The path in a line of ldd(1): `NAME => PATH (ADDRESS)`, or `PATH (ADDRESS)` for the loader.
fn library_of(line: &str) -> Option<&Path> {
    let start = line.find('/')?;
    let path = line.get(start..)?.split(" (").next()?;
    Some(Path::new(path.trim()))
}

/// The packages' programs are hundreds of megabytes, and only that they are there matters.
fn empty_large_files(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))?.flatten() {
        let path = entry.path();
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            empty_large_files(&path)?;
        } else if metadata.is_file() && metadata.len() > KEPT_BYTES {
            let file = OpenOptions::new().write(true).open(&path);
            let emptied = file.and_then(|file| file.set_len(0));
            emptied.map_err(Error::io("empty", &path))?;
        }
    }
    Ok(())
}

/// Folders and files that every machine has.
fn furnish(tree: &Path) -> Result<(), Error> {
    for name in ["tmp", "run/systemd", "root", "proc", "dev", "sys/fs/cgroup", "var/tmp"] {
        let path = tree.join(name);
        fs::create_dir_all(&path).map_err(Error::io("make", &path))?;
    }
    for (name, content) in MACHINE_FILES {
        write(&tree.join(name), content.as_bytes())?;
    }
    accounts(tree)?;
    // They would be run to verify a unit, and can't run here.
    for manager in ["system", "user"] {
        let generators = tree.join(format!("usr/lib/systemd/{manager}-environment-generators"));
        if generators.is_dir() {
            fs::remove_dir_all(&generators).map_err(Error::io("remove", &generators))?;
        }
    }
    // Masks are links to it.
    let null = tree.join("dev/null");
    run(Command::new("mknod").args(["-m", "666"]).arg(null).args(["c", "1", "3"])).map(drop)
}

/// The users and groups that units name: what installs the packages would make them.
fn accounts(tree: &Path) -> Result<(), Error> {
    let mut names = BTreeSet::from(["nobody".to_owned(), "nogroup".to_owned()]);
    for manager in [Manager::System, Manager::User] {
        let folder = tree.join(manager.folder());
        for unit in units_in(&folder)? {
            let path = folder.join(unit);
            let Ok(text) = fs::read(&path) else { continue };
            let text = String::from_utf8_lossy(&text);
            let accounts =
                text.lines().filter_map(|line| line.split_once('=')).filter(|(key, _)| {
                    ["User", "Group", "SocketUser", "SocketGroup", "SupplementaryGroups"]
                        .contains(key)
                });
            let words = accounts.flat_map(|(_, value)| value.split_whitespace());
            names.extend(words.map(str::to_owned));
        }
    }
    let is_name = |name: &&String| {
        !name.starts_with(|first: char| first.is_ascii_digit()) && !name.contains(['%', ':', '/'])
    };
    let (mut passwd, mut group) =
        ("root:x:0:0::/root:/bin/sh\n".to_owned(), "root:x:0:\n".to_owned());
    for (name, id) in names.iter().filter(is_name).zip(100..) {
        passwd.push_str(&format!("{name}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin\n"));
        group.push_str(&format!("{name}:x:{id}:\n"));
    }
    write(&tree.join("etc/passwd"), passwd.as_bytes())?;
    write(&tree.join("etc/group"), group.as_bytes())
}

/// A copy whose files are links to the original's. `/tmp` comes without what lies in it: another
/// test may be running programs in the original.
pub(super) fn link_copy(from: &Path, to: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(from).map_err(Error::io("list", from))?;
    fs::create_dir_all(to.join("tmp")).map_err(Error::io("make", to))?;
    for entry in entries {
        let entry = entry.map_err(Error::io("list", from))?;
        let name = entry.file_name();
        if name != "tmp" {
            let copy = to.join(&name);
            run(Command::new("cp")
                .args(["--archive", "--link", "-T"])
                .arg(entry.path())
                .arg(copy))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::library_of;
    use std::path::Path;

    #[test]
    fn paths_in_what_ldd_prints() {
        let path = |line| library_of(line).and_then(Path::to_str);
        assert_eq!(path("\tlinux-vdso.so.1 (0x00007ffd)"), None);
        assert_eq!(path("\tlibc.so.6 => /lib/libc.so.6 (0x00007)"), Some("/lib/libc.so.6"));
        assert_eq!(
            path("\t/lib64/ld-linux-x86-64.so.2 (0x0)"),
            Some("/lib64/ld-linux-x86-64.so.2")
        );
    }
}
