//! Calls on what files are: owner, modes, times.

use rustix::fs::{AtFlags, CWD};

use super::files::SET_ID;
use super::paths;
use crate::names::Capability;
use crate::record::Thing;
use crate::recorder::{Call, Recorder};

pub fn extended(recorder: &mut Recorder, call: &mut Call<'_>) {
    if let Some(path) = paths::from_argument(recorder, call, 0) {
        recorder.touched(&path, |file| file.attributes = true);
    }
}

pub fn chmod(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 0);
    modes_set(recorder, call, path, call.unsigned(1));
}

pub fn fchmod(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::of_file(recorder, call.task.tid, call.int(0));
    modes_set(recorder, call, path, call.unsigned(1));
}

pub fn fchmodat(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 0, 1);
    modes_set(recorder, call, path, call.unsigned(2));
}

fn modes_set(recorder: &mut Recorder, call: &mut Call<'_>, path: Option<String>, mode: u32) {
    let Some(path) = path else { return };
    recorder.touched(&path, |file| file.attributes = true);
    if mode & SET_ID != 0 {
        recorder.did(Thing::SetIdFile, format_args!("chmod {path}, mode {mode:04o}"));
        recorder.needed_by(call, Capability::FSETID, format_args!("chmod {path}, mode {mode:04o}"));
    }
    owner_only(recorder, call, &path);
}

pub fn times(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 0);
    times_set(recorder, call, path, 1);
}

pub fn times_at(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = match call.argument(1) {
        0 => paths::of_file(recorder, call.task.tid, call.int(0)),
        _ => paths::from_argument_at(recorder, call, 0, 1),
    };
    times_set(recorder, call, path, 2);
}

fn times_set(recorder: &mut Recorder, call: &mut Call<'_>, path: Option<String>, times: usize) {
    let Some(path) = path else { return };
    recorder.touched(&path, |file| file.attributes = true);
    // The present time may be set by who may write.
    if call.argument(times) != 0 {
        owner_only(recorder, call, &path);
    }
}

/// Only the owner may do that.
fn owner_only(recorder: &mut Recorder, call: &mut Call<'_>, path: &str) {
    let fsuid = call.credentials().fsuid();
    let whole = format!("/proc/{}/root{path}", call.task.tid);
    let stat = rustix::fs::statat(CWD, whole, AtFlags::empty());
    if stat.is_ok_and(|stat| stat.st_uid != fsuid) {
        let name = call.name;
        recorder.needed_by(call, Capability::FOWNER, format_args!("{name} {path}"));
    }
}

pub fn chown(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument(recorder, call, 0);
    owner_set(recorder, call, path, 1);
}

pub fn fchown(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::of_file(recorder, call.task.tid, call.int(0));
    owner_set(recorder, call, path, 1);
}

pub fn fchownat(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = paths::from_argument_at(recorder, call, 0, 1);
    owner_set(recorder, call, path, 2);
}

/// Whose it was before can't be told afterwards: whoever has the capability is taken to have needed it.
fn owner_set(recorder: &mut Recorder, call: &mut Call<'_>, path: Option<String>, first: usize) {
    const AS_IT_IS: u32 = u32::MAX;
    let (uid, gid) = (call.unsigned(first), call.unsigned(first.saturating_add(1)));
    let path = path.unwrap_or_else(|| "a file without a name".to_owned());
    if path.starts_with('/') {
        recorder.touched(&path, |file| file.attributes = true);
    }
    let who = call.credentials();
    let is_own_group = gid == AS_IT_IS || who.is_in_group(gid);
    if uid != AS_IT_IS || !is_own_group {
        let name = call.name;
        recorder.needed_by(call, Capability::CHOWN, format_args!("{name} {path}"));
    }
}
