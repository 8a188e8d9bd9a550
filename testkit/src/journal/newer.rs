//! A newer `journalctl` than the machine's: out of a newer Debian, run where it is.

use super::remote::cache_dir;
use crate::error::{Error, run};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release that it is of: systemd 257.
const SUITE: &str = "trixie";

/// What is unpacked of it, with all that these need.
const PACKAGES: &str = "--include=systemd,libc6";

/// Where libraries are in it.
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// A program that runs that `journalctl` with its arguments. The packages are fetched once, and kept
/// in the target directory.
///
/// # Errors
/// When they can't be had.
pub fn find() -> Result<PathBuf, Error> {
    let cache = cache_dir()?;
    let tree = cache.join(SUITE);
    let lock_path = cache.join(format!("{SUITE}.lock"));
    let lock = File::create(&lock_path).map_err(Error::io("make", &lock_path))?;
    lock.lock().map_err(Error::io("lock", &lock_path))?;
    if !tree.is_dir() {
        let unfinished = cache.join(format!("{SUITE}.unfinished"));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(Error::io("remove", &unfinished))?;
        }
        let mut command = Command::new("mmdebstrap");
        run(command.args(["--variant=extract", PACKAGES, SUITE]).arg(&unfinished))?;
        write_starter(&unfinished, &tree)?;
        fs::rename(&unfinished, &tree).map_err(Error::io("put in its place", &tree))?;
    }
    Ok(tree.join("journalctl"))
}

/// A script that has its own loader and libraries run the program.
fn write_starter(into: &Path, tree: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let libraries = tree.join(LIBRARIES);
    let script = format!(
        "#!/bin/sh\nexec {lib}/ld-linux-x86-64.so.2 --argv0 journalctl \
         --library-path {lib}/systemd:{lib} {tree}/usr/bin/journalctl \"$@\"\n",
        lib = libraries.display(),
        tree = tree.display()
    );
    let file = into.join("journalctl");
    fs::write(&file, script).map_err(Error::io("write", &file))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
        .map_err(Error::io("set the permissions of", &file))
}
