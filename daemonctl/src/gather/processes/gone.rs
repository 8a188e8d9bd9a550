//! Programs and libraries in use that are gone from the disk.

use std::collections::BTreeMap;

use insight::snapshot::GoneFile;
use process::executable::ExeFile;
use process::fact::Fact;
use process::maps::{self, MappingKind};
use process::needs::Needs;
use process::procfs::{PidDir, ProcFs, ReadError};
use process::sample;

use super::values::text;

/// Processes whose maps are read: workers of one service map the same libraries.
const MAPS_MAX: usize = 64;

/// Folders of files that are meant to go.
const SCRATCH: [&str; 5] = ["/tmp/", "/var/tmp/", "/dev/", "/run/", "/memfd:"];

/// What the processes run and map that is deleted. Nothing is said of a process that sees other mounts than we:
/// its paths mean other files here.
pub(super) fn files(proc: &ProcFs, pids: &[u32]) -> Vec<GoneFile> {
    let mut found: BTreeMap<String, GoneFile> = BTreeMap::new();
    let sample = sample::of_pids(proc, pids, Needs::EXE);
    for process in &sample.processes {
        let Some(extra) = process.extra.as_deref() else { continue };
        let (Fact::Known(exe), Fact::Known(fate)) = (&extra.exe, &extra.exe_file) else { continue };
        if *fate == ExeFile::InPlace || exe.starts_with(b"/memfd:") {
            continue;
        }
        let path = super::values::path(exe);
        let replaced = *fate == ExeFile::Replaced;
        note(&mut found, path, true, replaced, process.pid());
    }
    for pid in pids.iter().take(MAPS_MAX) {
        let Ok(dir) = proc.process(*pid) else { continue };
        for path in deleted_code(&dir).unwrap_or_default() {
            if found.get(&path).is_some_and(|file| file.is_program) {
                continue;
            }
            let replaced = std::fs::symlink_metadata(&path).is_ok();
            note(&mut found, path, false, replaced, *pid);
        }
    }
    found.into_values().collect()
}

fn note(
    found: &mut BTreeMap<String, GoneFile>,
    path: String,
    is_program: bool,
    replaced: bool,
    pid: u32,
) {
    let file = found.entry(path.clone()).or_insert_with(|| GoneFile {
        path,
        is_program,
        pids: Vec::new(),
        replaced,
    });
    if !file.pids.contains(&pid) {
        file.pids.push(pid);
    }
}

/// Files whose instructions it maps and that are deleted.
fn deleted_code(dir: &PidDir) -> Result<Vec<String>, ReadError> {
    let same = match (dir.link(c"ns/mnt"), dir.link(c"../self/ns/mnt")) {
        (Ok(its), Ok(ours)) => its == ours,
        _ => false,
    };
    let mut paths: Vec<String> = Vec::new();
    if !same {
        return Ok(paths);
    }
    maps::list(dir, &mut |mapping, kind| {
        if kind != MappingKind::Code {
            return;
        }
        let (path, deleted) = maps::file_path(mapping.name);
        // What a runtime writes to a scratch folder, maps and removes (a JIT's code, a packed library) is meant so.
        let scratch = |path: &str| SCRATCH.iter().any(|folder| path.starts_with(folder));
        let is_library = |path: &str| path.contains(".so") && !scratch(path);
        if deleted {
            let path = text(&path);
            if is_library(&path) && !paths.contains(&path) {
                paths.push(path);
            }
        }
    })?;
    Ok(paths)
}
