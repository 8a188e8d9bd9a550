//! Calls on files: what was done with which path.

use rustix::fs::Stat;

use super::paths;
use crate::access::Wanted;
use crate::memory;
use crate::names::Capability;
use crate::record::{Device, Thing};
use crate::recorder::{Call, Recorder};

/// The bits by which a program takes its file's user or group.
pub const SET_ID: u32 = libc::S_ISUID | libc::S_ISGID;
const STICKY: u32 = libc::S_ISVTX;
/// `O_TMPFILE` without `O_DIRECTORY`.
const TMPFILE: u64 = 0o20_000_000;

pub fn open(recorder: &mut Recorder, call: &mut Call<'_>) {
    let flags = call.argument(1);
    opened(recorder, call, flags);
}

pub fn openat(recorder: &mut Recorder, call: &mut Call<'_>) {
    let flags = call.argument(2);
    opened(recorder, call, flags);
}

pub fn openat2(recorder: &mut Recorder, call: &mut Call<'_>) {
    let flags = memory::word(call.task.tid, call.argument(2)).unwrap_or(0);
    opened(recorder, call, flags);
}

pub fn creat(recorder: &mut Recorder, call: &mut Call<'_>) {
    opened(recorder, call, (libc::O_CREAT | libc::O_WRONLY) as u64);
}

/// The descriptor says better than the argument what was opened.
fn opened(recorder: &mut Recorder, call: &mut Call<'_>, flags: u64) {
    let tid = call.task.tid;
    let Ok(descriptor) = i32::try_from(call.result) else { return };
    let Some(path) = paths::of_file(recorder, tid, descriptor) else { return };
    let is_path_only = flags & libc::O_PATH as u64 != 0;
    let may_create = flags & libc::O_CREAT as u64 != 0 || flags & TMPFILE != 0;
    let Ok(stat) = rustix::fs::stat(format!("/proc/{tid}/fd/{descriptor}")) else { return };
    used(recorder, &path, flags, &stat);
    if !is_path_only {
        recorder.judge_access(call, &path, &stat, Wanted::of_flags(flags));
    }
    if may_create && is_regular(&stat) {
        recorder.made_with(stat.st_mode);
        entry_changed(recorder, call, &path);
    }
    special(recorder, call, &path, flags);
}

/// A file that is open with these flags.
pub fn used(recorder: &mut Recorder, path: &str, flags: u64, stat: &Stat) {
    let device = device_of(stat);
    let is_path_only = flags & libc::O_PATH as u64 != 0;
    let mode = flags & libc::O_ACCMODE as u64;
    let may_create = flags & libc::O_CREAT as u64 != 0 || flags & TMPFILE != 0;
    let is_directory = stat.st_mode & libc::S_IFMT == libc::S_IFDIR;
    recorder.touched(path, |file| {
        file.device = file.device.or(device);
        file.is_directory |= is_directory;
        file.read |= is_path_only || mode != libc::O_WRONLY as u64;
        file.written |= !is_path_only && mode != libc::O_RDONLY as u64;
        file.changed |= may_create;
    });
}

/// Files that mean more than their bytes.
fn special(recorder: &mut Recorder, call: &mut Call<'_>, path: &str, flags: u64) {
    let is_writing = flags & libc::O_ACCMODE as u64 != libc::O_RDONLY as u64;
    if path.starts_with("/proc/") {
        let name = path.rsplit('/').next().unwrap_or("");
        if is_writing && matches!(name, "oom_score_adj" | "oom_adj") {
            recorder.needed_by(call, Capability::SYS_RESOURCE, format_args!("writes {path}"));
        }
        if path == "/proc/kmsg" {
            recorder.needed_by(call, Capability::SYSLOG, "reads /proc/kmsg");
            recorder.did(Thing::KernelLog, path);
        }
        let is_guarded =
            matches!(name, "environ" | "maps" | "mem" | "smaps" | "stack" | "io" | "auxv");
        if path.starts_with("/proc/PID/") && is_guarded {
            recorder.needed_by(call, Capability::SYS_PTRACE, format_args!("reads {path}"));
        }
    }
    match path {
        "/dev/kmsg" => recorder.did(Thing::KernelLog, path),
        "/dev/mem" | "/dev/kmem" | "/dev/port" => {
            recorder.needed_by(call, Capability::SYS_RAWIO, path);
        }
        _ if path.starts_with("/dev/rtc") => recorder.did(Thing::Clock, path),
        _ if is_module(path) => recorder.did(Thing::Module, path),
        _ => {}
    }
}

fn is_module(path: &str) -> bool {
    path.starts_with("/lib/modules/") || path.starts_with("/usr/lib/modules/")
}

fn device_of(stat: &Stat) -> Option<Device> {
    let is_block = match stat.st_mode & libc::S_IFMT {
        libc::S_IFBLK => true,
        libc::S_IFCHR => false,
        _ => return None,
    };
    let (major, minor) = (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev));
    Some(Device { is_block, major, minor })
}

fn is_regular(stat: &Stat) -> bool {
    stat.st_mode & libc::S_IFMT == libc::S_IFREG
}

pub fn looked_at(recorder: &mut Recorder, call: &mut Call<'_>) {
    if let Some(path) = paths::from_argument(recorder, call, 0) {
        recorder.touched(&path, |file| file.read = true);
    }
}

pub fn looked_at_at(recorder: &mut Recorder, call: &mut Call<'_>) {
    // fstat(3) of glibc is a look at the empty path.
    if memory::bytes::<1>(call.task.tid, call.argument(1)) == Some([0]) {
        return;
    }
    if let Some(path) = paths::from_argument_at(recorder, call, 0, 1) {
        recorder.touched(&path, |file| file.read = true);
    }
}

/// Who asks whether he may write will complain where he may not.
pub fn access(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 0);
    accessible(recorder, path, call.int(1));
}

pub fn access_at(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 0, 1);
    accessible(recorder, path, call.int(2));
}

fn accessible(recorder: &mut Recorder, path: Option<String>, mode: i32) {
    let Some(path) = path else { return };
    let is_directory = rustix::fs::stat(&path).is_ok_and(|stat| !is_regular(&stat));
    recorder.touched(&path, |file| {
        file.read = true;
        file.written |= mode & libc::W_OK != 0;
        file.is_directory |= is_directory;
    });
}

pub fn written(recorder: &mut Recorder, call: &mut Call<'_>) {
    if let Some(path) = paths::from_argument(recorder, call, 0) {
        recorder.touched(&path, |file| file.written = true);
    }
}

pub fn changed_0(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 0);
    changed(recorder, call, path);
}

pub fn changed_1(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 1);
    changed(recorder, call, path);
}

pub fn changed_0_1(recorder: &mut Recorder, call: &mut Call<'_>) {
    changed_0(recorder, call);
    changed_1(recorder, call);
}

pub fn changed_at_0(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 0, 1);
    changed(recorder, call, path);
}

pub fn changed_at_2(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 2, 3);
    changed(recorder, call, path);
}

pub fn changed_at_0_2(recorder: &mut Recorder, call: &mut Call<'_>) {
    changed_at_0(recorder, call);
    changed_at_2(recorder, call);
}

pub fn symlink_at(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 1, 2);
    changed(recorder, call, path);
}

fn changed(recorder: &mut Recorder, call: &mut Call<'_>, path: Option<String>) {
    let Some(path) = path else { return };
    recorder.touched(&path, |file| file.changed = true);
    entry_changed(recorder, call, &path);
}

/// Its entry was made or removed: the directory had to let it.
fn entry_changed(recorder: &mut Recorder, call: &mut Call<'_>, path: &str) {
    let Some((directory, _)) = path.rsplit_once('/').filter(|(directory, _)| !directory.is_empty())
    else {
        return;
    };
    // File systems of the kernel have entries of their own making.
    if ["/proc", "/sys", "/dev"].iter().any(|above| directory.starts_with(above)) {
        return;
    }
    let Ok(stat) = rustix::fs::stat(format!("/proc/{}/root{directory}", call.task.tid)) else {
        return;
    };
    let directory = directory.to_owned();
    recorder.judge_access(call, &directory, &stat, Wanted(3));
    let who = call.credentials();
    let is_guarded = stat.st_mode & STICKY != 0 && stat.st_uid != who.fsuid();
    if is_guarded && call.name.starts_with("unlink") {
        let name = call.name;
        recorder.needed_by(call, Capability::FOWNER, format_args!("{name} {path}"));
    }
}

pub fn made_1(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 0);
    made(recorder, call, path, call.unsigned(1));
}

pub fn made_2(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 0, 1);
    made(recorder, call, path, call.unsigned(2));
}

fn made(recorder: &mut Recorder, call: &mut Call<'_>, path: Option<String>, mode: u32) {
    let Some(path) = path else { return };
    let is_directory = call.name.starts_with("mkdir");
    recorder.touched(&path, |file| {
        file.changed = true;
        file.is_directory |= is_directory;
    });
    entry_changed(recorder, call, &path);
    // A directory takes the group bit from the one above by itself.
    if mode & SET_ID != 0 {
        recorder.did(Thing::SetIdFile, format_args!("{} {path}", call.name));
    }
    let kind = mode & libc::S_IFMT;
    if !is_directory && (kind == libc::S_IFCHR || kind == libc::S_IFBLK) {
        recorder.needed(Capability::MKNOD, format_args!("mknod {path}"));
    }
    if let Ok(stat) = rustix::fs::lstat(format!("/proc/{}/root{path}", call.task.tid)) {
        recorder.made_with(stat.st_mode & !SET_ID);
    }
}
