//! The files that services write themselves: those that their processes hold open, and those that their
//! configuration names.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use process::fact::Fact;
use process::procfs::ProcFs;

use super::service_files;
use crate::service_view::{ServiceView, logs};

/// Those that processes hold open.
pub fn of_pids(root: &Path, proc: &ProcFs, pids: &[u32]) -> Vec<PathBuf> {
    held_open(root, &logs::of_pids(proc, pids))
}

/// Those of a service, which is called so, and so are its programs.
pub fn of_service(root: &Path, view: &ServiceView, names: &[&str]) -> Vec<PathBuf> {
    let seen = view.seen.as_ref();
    let mut files = seen.map_or_else(Vec::new, |seen| held_open(root, &seen.log_files));
    for file in service_files::configured(root, names) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

fn held_open(root: &Path, found: &Fact<Vec<Box<[u8]>>>) -> Vec<PathBuf> {
    let Fact::Known(files) = found else { return Vec::new() };
    let path = |file: &[u8]| PathBuf::from(std::ffi::OsStr::from_bytes(file));
    let files = files.iter().map(|file| path(file)).filter(|file| service_files::is_text(file));
    service_files::without_syslog(root, files.collect())
}
