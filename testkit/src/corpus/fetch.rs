//! Fetching the packages.

use super::parallel;
use crate::error::{Error, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// How many packages may have left the archive before the list is too old.
const MISSING_AT_MOST: usize = 5;

/// How many are asked for at once: apt reads its lists anew each time, which takes longer than a
/// small package.
const AT_ONCE: usize = 40;

/// Fetches what is not in `debs` yet; gives the packages that can't be had.
pub(super) fn fetch(packages: &[&str], debs: &Path) -> Result<Vec<String>, Error> {
    fs::create_dir_all(debs).map_err(Error::io("make", debs))?;
    download_all(packages, debs)?;
    if lacking(packages, debs)?.len() > MISSING_AT_MOST {
        // A machine whose lists are absent or old knows only packages that are no more.
        run(Command::new("apt-get").args(["update", "-q"]))?;
        download_all(packages, debs)?;
    }
    let lacking = lacking(packages, debs)?;
    // One that apt does not know spoils all that were asked for with it.
    let failed: Vec<(String, String)> = lacking
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), download(&[name], debs).err()?.to_string())))
        .collect();
    if failed.len() > MISSING_AT_MOST {
        return Err(Error::Packages(failed));
    }
    Ok(failed.into_iter().map(|(name, _)| name).collect())
}

/// Whether a whole batch succeeded does not matter yet: what is lacking afterwards does.
fn download_all(packages: &[&str], debs: &Path) -> Result<(), Error> {
    let lacking = lacking(packages, debs)?;
    let batches: Vec<&[&str]> = lacking.chunks(AT_ONCE).collect();
    drop(parallel::map(&batches, |batch| download(batch, debs)));
    Ok(())
}

fn download(packages: &[&str], into: &Path) -> Result<(), Error> {
    let mut command = Command::new("apt-get");
    command.args(["download", "-q", "-o", "APT::Sandbox::User=root"]);
    command.args(["-o", "Acquire::Retries=3"]).args(packages).current_dir(into);
    run(&mut command).map(drop)
}

/// Those of the packages that are not there.
fn lacking<'a>(packages: &[&'a str], debs: &Path) -> Result<Vec<&'a str>, Error> {
    let there = names(debs)?;
    let there: BTreeSet<&str> = there.iter().filter_map(|name| package_of(name)).collect();
    Ok(packages.iter().copied().filter(|name| !there.contains(name)).collect())
}

/// The names of the files in a folder, sorted.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

/// The package in a file, by its name: `NAME_VERSION_ARCHITECTURE.deb`.
pub(super) fn package_of(file: &str) -> Option<&str> {
    file.strip_suffix(".deb")?.split_once('_').map(|(name, _)| name)
}
