//! Memory that is both written and run, and execution domains.

use crate::record::Thing;
use crate::recorder::{Call, Recorder};

use super::paths;

const WRITE: u64 = libc::PROT_WRITE as u64;
const EXEC: u64 = libc::PROT_EXEC as u64;

pub fn mmap(recorder: &mut Recorder, call: &mut Call<'_>) {
    let protection = call.argument(2);
    if protection & EXEC == 0 {
        return;
    }
    if protection & WRITE != 0 {
        recorder.did(Thing::WritableCode, "mmap of memory that can be written and run");
    }
    let is_anonymous = call.argument(3) & libc::MAP_ANONYMOUS as u64 != 0;
    if !is_anonymous && let Some(path) = paths::of_file(recorder, call.task.tid, call.int(4)) {
        recorder.touched(&path, |file| file.executed = true);
    }
}

/// What was data becomes code: `MemoryDenyWriteExecute=` refuses that too.
pub fn mprotect(recorder: &mut Recorder, call: &mut Call<'_>) {
    if call.argument(2) & EXEC != 0 {
        recorder.did(Thing::WritableCode, format_args!("{} that makes memory code", call.name));
    }
}

pub fn shmat(recorder: &mut Recorder, call: &mut Call<'_>) {
    if call.argument(2) & libc::SHM_EXEC as u64 != 0 {
        recorder.did(Thing::WritableCode, "shmat of memory that can be run");
    }
}

pub fn personality(recorder: &mut Recorder, call: &mut Call<'_>) {
    const ASK: u32 = u32::MAX;
    let domain = call.unsigned(0);
    if domain != ASK && i64::from(domain) != call.result {
        recorder.did(Thing::Personality, format_args!("personality {domain:#x}"));
    }
}
