//! Paths as a process gives them → as all its processes see them.

use std::os::fd::AsRawFd as _;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};

use crate::memory;
use crate::proc;
use crate::record::Thing;
use crate::recorder::{Call, Recorder};

/// So many directories are remembered.
const DIRECTORIES_MAX: usize = 10_000;

/// The path at an argument, from the working directory.
pub fn from_argument(recorder: &mut Recorder, call: &Call<'_>, path: usize) -> Option<String> {
    from_directory(recorder, call, libc::AT_FDCWD, path)
}

/// The path at an argument, from the directory at another.
pub fn from_argument_at(
    recorder: &mut Recorder,
    call: &Call<'_>,
    directory: usize,
    path: usize,
) -> Option<String> {
    from_directory(recorder, call, call.int(directory), path)
}

fn from_directory(
    recorder: &mut Recorder,
    call: &Call<'_>,
    directory: i32,
    path: usize,
) -> Option<String> {
    let path = memory::string(call.task.tid, call.argument(path))?;
    resolve(recorder, call.task.tid, directory, &String::from_utf8_lossy(&path))
}

/// A path, from a directory of a thread.
pub fn resolve(recorder: &mut Recorder, tid: u32, directory: i32, path: &str) -> Option<String> {
    let root = proc::link(tid, "root").unwrap_or_default();
    let root = root.trim_end_matches('/');
    let base = match () {
        () if path.starts_with('/') => root.to_owned(),
        () if directory == libc::AT_FDCWD => proc::link(tid, "cwd")?,
        () => of_descriptor(tid, directory)?,
    };
    // Pipes and sockets have no place.
    if !base.is_empty() && !base.starts_with('/') {
        return None;
    }
    let whole = lexical(&format!("{base}/{path}"));
    let whole = match root.is_empty() {
        true => follow_directory(recorder, tid, &whole),
        // In another root links lead elsewhere; what it is in its own terms is good enough.
        false => whole,
    };
    Some(tidy(recorder, tid, &whole))
}

/// The path of an open file.
pub fn of_descriptor(tid: u32, descriptor: i32) -> Option<String> {
    proc::link(tid, &format!("fd/{descriptor}"))
}

/// The path of an open file, if it is one with a place.
pub fn of_file(recorder: &mut Recorder, tid: u32, descriptor: i32) -> Option<String> {
    let path = of_descriptor(tid, descriptor).filter(|path| path.starts_with('/'))?;
    Some(tidy(recorder, tid, &path))
}

/// Without `.`, `..` and doubled slashes.
pub fn lexical(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// With links on the way to the last part followed, as that thread's root has them.
fn follow_directory(recorder: &mut Recorder, tid: u32, path: &str) -> String {
    let Some((directory, name)) = path.rsplit_once('/') else { return path.to_owned() };
    if directory.is_empty() || directory.starts_with("/proc") {
        return path.to_owned();
    }
    if let Some(known) = recorder.directories.get(directory) {
        return format!("{known}/{name}");
    }
    let real = real_directory(tid, directory).unwrap_or_else(|| directory.to_owned());
    let whole = format!("{real}/{name}");
    if recorder.directories.len() < DIRECTORIES_MAX {
        recorder.directories.insert(directory.to_owned(), real);
    }
    whole
}

fn real_directory(tid: u32, directory: &str) -> Option<String> {
    let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::DIRECTORY;
    let root = rustix::fs::open(format!("/proc/{tid}/root"), flags, Mode::empty()).ok()?;
    let relative = directory.trim_start_matches('/');
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let open = rustix::fs::openat2(&root, relative, flags, Mode::empty(), resolve).ok()?;
    let target =
        rustix::fs::readlinkat(CWD, format!("/proc/self/fd/{}", open.as_raw_fd()), Vec::new());
    let target = target.ok()?.to_string_lossy().into_owned();
    target.starts_with('/').then(|| target.trim_end_matches('/').to_owned())
}

/// Paths below /proc lose the pid: that of another run is another.
fn tidy(recorder: &mut Recorder, tid: u32, path: &str) -> String {
    let Some(rest) = path.strip_prefix("/proc/") else { return path.to_owned() };
    let (first, rest) = rest.split_once('/').map_or((rest, ""), |(first, rest)| (first, rest));
    let Ok(pid) = first.parse::<u32>() else {
        if !matches!(first, "" | "self" | "thread-self") {
            recorder.did(Thing::ProcBeside, path);
        }
        return path.to_owned();
    };
    let rest = without_thread(rest);
    if pid == tid || recorder.own.contains(&pid) || proc::process_of(tid) == Some(pid) {
        return format!("/proc/self/{rest}").trim_end_matches('/').to_owned();
    }
    recorder.did(Thing::OthersProc, path);
    format!("/proc/PID/{rest}").trim_end_matches('/').to_owned()
}

fn without_thread(rest: &str) -> String {
    match rest.strip_prefix("task/").and_then(|rest| rest.split_once('/')) {
        Some((tid, rest)) if tid.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("task/TID/{rest}")
        }
        _ => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_go_and_nothing_leads_above_the_root() {
        assert_eq!(lexical("/a/./b/../c//d/"), "/a/c/d");
        assert_eq!(lexical("/../../etc"), "/etc");
        assert_eq!(lexical(""), "/");
    }

    #[test]
    fn links_on_the_way_are_followed_and_the_last_part_is_not() {
        let mut recorder = Recorder::new();
        let own = std::process::id();
        let folder = std::env::temp_dir().join(format!("observe-paths-{own}"));
        std::fs::create_dir_all(folder.join("real")).unwrap();
        let _ = std::os::unix::fs::symlink("real", folder.join("link"));
        let path = folder.join("link/file");
        let found = resolve(&mut recorder, own, libc::AT_FDCWD, path.to_str().unwrap()).unwrap();
        let real = std::fs::canonicalize(folder.join("real")).unwrap().join("file");
        assert_eq!(found, real.to_str().unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn pids_below_proc_become_words() {
        let mut recorder = Recorder::new();
        let own = std::process::id();
        let path = format!("/proc/{own}/task/{own}/stat");
        assert_eq!(tidy(&mut recorder, own, &path), "/proc/self/task/TID/stat");
        assert!(recorder.record.things.is_empty());
        assert_eq!(tidy(&mut recorder, own, "/proc/1/stat"), "/proc/PID/stat");
        assert!(recorder.record.things.contains_key(&Thing::OthersProc));
        assert_eq!(tidy(&mut recorder, own, "/proc/sys/kernel/x"), "/proc/sys/kernel/x");
        assert!(recorder.record.things.contains_key(&Thing::ProcBeside));
    }
}
