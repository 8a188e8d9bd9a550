//! Calls by which a process becomes another program, and ends.

use super::paths;
use crate::proc;
use crate::record::{FileUse, Program};
use crate::recorder::{Call, Recorder};

pub fn about_to_run(recorder: &mut Recorder, call: &mut Call<'_>) {
    call.task.program = paths::from_argument(recorder, call, 0);
}

pub fn about_to_run_at(recorder: &mut Recorder, call: &mut Call<'_>) {
    call.task.program = paths::from_argument_at(recorder, call, 0, 1);
}

/// The program has become another.
pub fn ran(recorder: &mut Recorder, call: &mut Call<'_>) {
    became(recorder, call.task.tid, call.task.program.take());
    call.task.credentials = None;
}

/// Notes the program of a process: its file, and the script that it was asked for by.
pub fn became(recorder: &mut Recorder, tid: u32, asked_for: Option<String>) {
    if let Some(who) = crate::credentials::Credentials::of(tid) {
        recorder.met(&who);
    }
    let Some(path) = proc::link(tid, "exe") else { return };
    let gains_privileges = rustix::fs::stat(format!("/proc/{tid}/exe")).is_ok_and(|stat| {
        let is_group_run = stat.st_mode & 0o010 != 0;
        stat.st_mode & libc::S_ISUID != 0 || (stat.st_mode & libc::S_ISGID != 0 && is_group_run)
    }) || has_file_capabilities(tid);
    recorder.touched(&path, |file| file.executed = true);
    if let Some(script) = asked_for {
        recorder.touched(&script, executed);
    }
    recorder.record.programs.insert(Program { path, gains_privileges });
}

fn executed(file: &mut FileUse) {
    file.executed = true;
}

fn has_file_capabilities(tid: u32) -> bool {
    let mut value = [0_u8; 64];
    rustix::fs::getxattr(format!("/proc/{tid}/exe"), "security.capability", &mut value[..]).is_ok()
}

/// Such a call never comes back.
pub fn ending(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.never_left(call.task);
}
