//! Calls that change who a process is, and those on other processes.

use crate::credentials::Credentials;
use crate::names::Capability;
use crate::proc;
use crate::recorder::{Call, Recorder};

/// Nothing is to be changed, to calls that take several ids.
const AS_IT_IS: u32 = u32::MAX;

/// Who it is before it becomes another.
pub fn read_who(_: &mut Recorder, call: &mut Call<'_>) {
    let _ = call.credentials();
}

fn ids_of(call: &Call<'_>) -> impl Iterator<Item = u32> {
    let count = match call.name {
        "setresuid" | "setresgid" => 3,
        "setreuid" | "setregid" => 2,
        _ => 1,
    };
    let all = [call.unsigned(0), call.unsigned(1), call.unsigned(2)];
    all.into_iter().take(count).filter(|id| *id != AS_IT_IS)
}

pub fn setuid(recorder: &mut Recorder, call: &mut Call<'_>) {
    let before = call.credentials();
    // With the capability, setuid(2) changes the real and the saved one too.
    let becomes_all = call.name == "setuid" && before.uids != [call.unsigned(0); 4];
    let is_own = ids_of(call).all(|uid| before.uids.contains(&uid)) && !becomes_all;
    if !is_own {
        let to = call.unsigned(0);
        let name = call.name;
        recorder.needed_by(call, Capability::SETUID, format_args!("{name} to uid {to}"));
    }
    changed(recorder, call);
}

pub fn setgid(recorder: &mut Recorder, call: &mut Call<'_>) {
    let before = call.credentials();
    let becomes_all = call.name == "setgid" && before.gids != [call.unsigned(0); 4];
    let is_own = ids_of(call).all(|gid| before.gids.contains(&gid)) && !becomes_all;
    if !is_own {
        let to = call.unsigned(0);
        let name = call.name;
        recorder.needed_by(call, Capability::SETGID, format_args!("{name} to gid {to}"));
    }
    changed(recorder, call);
}

pub fn setgroups(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SETGID, "setgroups");
    changed(recorder, call);
}

/// It is another now.
pub fn changed(recorder: &mut Recorder, call: &mut Call<'_>) {
    call.task.credentials = None;
    let who = call.credentials();
    recorder.met(&who);
}

pub fn prctl(recorder: &mut Recorder, call: &mut Call<'_>) {
    match call.int(0) {
        libc::PR_CAPBSET_DROP => recorder.needed_by(call, Capability::SETPCAP, "PR_CAPBSET_DROP"),
        libc::PR_SET_SECUREBITS => {
            recorder.needed_by(call, Capability::SETPCAP, "PR_SET_SECUREBITS")
        }
        libc::PR_CAP_AMBIENT => changed(recorder, call),
        _ => {}
    }
}

pub fn kill(recorder: &mut Recorder, call: &mut Call<'_>) {
    signalled(recorder, call, call.int(0));
}

pub fn tgkill(recorder: &mut Recorder, call: &mut Call<'_>) {
    signalled(recorder, call, call.int(1));
}

pub fn pidfd_open(recorder: &mut Recorder, call: &mut Call<'_>) {
    signalled(recorder, call, call.int(0));
}

/// Who signals a process of another user needs a capability for it.
fn signalled(recorder: &mut Recorder, call: &mut Call<'_>, target: i32) {
    let who = call.credentials();
    if !Capability::KILL.is_in(who.effective) {
        return;
    }
    let name = call.name;
    match u32::try_from(target) {
        Ok(0) | Err(_) => {
            // A group of processes; whose they are is not looked up.
            if recorder.record.uids.len() > 1 {
                recorder.needed(Capability::KILL, format_args!("{name} of a process group"));
            }
        }
        Ok(pid) if pid == call.task.tid => {}
        Ok(pid) => {
            let Some(other) = Credentials::of(pid) else { return };
            if !may_signal(&who, &other) {
                let process = proc::text(pid, "comm").unwrap_or_default();
                let process = process.trim_end();
                let uid = other.euid();
                recorder.needed(Capability::KILL, format_args!("{name} of {process} (uid {uid})"));
            }
        }
    }
}

/// kill(2): the real or effective uid is the real or saved one of the other.
fn may_signal(who: &Credentials, other: &Credentials) -> bool {
    let [real, effective, ..] = who.uids;
    let [others_real, _, others_saved, _] = other.uids;
    [real, effective].iter().any(|uid| *uid == others_real || *uid == others_saved)
}

pub fn ptrace(recorder: &mut Recorder, call: &mut Call<'_>) {
    const TRACEME: u64 = 0;
    if call.name == "ptrace" && call.argument(0) == TRACEME {
        return;
    }
    recorder.needed_by(call, Capability::SYS_PTRACE, call.name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_go_to_processes_of_the_same_user() {
        let who = |uids| Credentials { uids, ..Credentials::default() };
        assert!(may_signal(&who([5, 5, 5, 5]), &who([5, 0, 5, 0])));
        assert!(!may_signal(&who([0, 0, 0, 0]), &who([33, 33, 33, 33])));
        assert!(may_signal(&who([0, 33, 0, 33]), &who([33, 33, 33, 33])));
    }
}
