//! Calls on the machine: namespaces, mounts, the clock, limits, devices.

use super::paths;
use crate::memory;
use crate::names::{Capability, NAMESPACES};
use crate::proc;
use crate::record::Thing;
use crate::recorder::{Call, Recorder};

const NEW_USER: u64 = libc::CLONE_NEWUSER as u64;

pub fn clone(recorder: &mut Recorder, call: &mut Call<'_>) {
    // CLONE_NEWTIME's bit is part of the exit signal there.
    let flags = call.argument(0) & !0xff;
    namespaces(recorder, call, flags);
}

pub fn clone3(recorder: &mut Recorder, call: &mut Call<'_>) {
    if let Some(flags) = memory::word(call.task.tid, call.argument(0)) {
        namespaces(recorder, call, flags);
    }
}

pub fn unshare(recorder: &mut Recorder, call: &mut Call<'_>) {
    namespaces(recorder, call, call.argument(0));
    call.task.credentials = None;
}

pub fn setns(recorder: &mut Recorder, call: &mut Call<'_>) {
    let flags = match call.argument(1) {
        // Any kind: the descriptor says which.
        0 => paths::of_descriptor(call.task.tid, call.int(0))
            .and_then(|name| name.split_once(':').map(|(kind, _)| flag_of(kind)))
            .unwrap_or(0),
        flags => flags,
    };
    namespaces(recorder, call, flags);
    recorder.needed_by(call, Capability::SYS_ADMIN, "setns");
    call.task.credentials = None;
}

fn flag_of(kind: &str) -> u64 {
    NAMESPACES.iter().find(|(_, name)| *name == kind).map_or(0, |(flag, _)| *flag)
}

fn namespaces(recorder: &mut Recorder, call: &mut Call<'_>, flags: u64) {
    let mut any = false;
    for (_, kind) in NAMESPACES.iter().filter(|(flag, _)| flags & flag != 0) {
        recorder.did(Thing::Namespace, kind);
        any = true;
    }
    if any && flags & NEW_USER == 0 {
        let name = call.name;
        recorder.needed_by(call, Capability::SYS_ADMIN, format_args!("{name} of a namespace"));
    }
}

pub fn mount(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::Mount, call.name);
    admin(recorder, call);
}

pub fn chroot(recorder: &mut Recorder, call: &mut Call<'_>) {
    let path = proc::link(call.task.tid, "root").unwrap_or_default();
    recorder.needed_by(call, Capability::SYS_CHROOT, format_args!("chroot {path}"));
    recorder.touched(&path, |file| file.is_directory = true);
}

pub fn hostname(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::Hostname, call.name);
    admin(recorder, call);
}

pub fn admin(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SYS_ADMIN, call.name);
}

pub fn by_handle(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::DAC_READ_SEARCH, call.name);
}

pub fn clock(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::Clock, call.name);
    recorder.needed_by(call, Capability::SYS_TIME, call.name);
}

pub fn clock_steered(recorder: &mut Recorder, call: &mut Call<'_>) {
    steered(recorder, call, 0);
}

pub fn clock_steered_1(recorder: &mut Recorder, call: &mut Call<'_>) {
    steered(recorder, call, 1);
}

/// `struct timex` begins with what is to be changed; 0 asks only, but is a call of @clock all the same.
fn steered(recorder: &mut Recorder, call: &mut Call<'_>, at: usize) {
    let modes = memory::half(call.task.tid, call.argument(at)).unwrap_or(0);
    recorder.did(Thing::Clock, call.name);
    if modes != 0 {
        recorder.needed_by(call, Capability::SYS_TIME, call.name);
    }
}

pub fn module(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::Module, call.name);
    recorder.needed_by(call, Capability::SYS_MODULE, call.name);
}

pub fn kernel_log(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::KernelLog, call.name);
    recorder.needed_by(call, Capability::SYSLOG, call.name);
}

pub fn boot(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SYS_BOOT, call.name);
}

pub fn accounting(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SYS_PACCT, call.name);
}

pub fn raw_io(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SYS_RAWIO, call.name);
}

pub fn hangup(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SYS_TTY_CONFIG, call.name);
}

pub fn scheduler(recorder: &mut Recorder, call: &mut Call<'_>) {
    scheduled(recorder, call, call.unsigned(1));
}

pub fn scheduler_parameter(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::SYS_NICE, call.name);
}

pub fn scheduler_attributes(recorder: &mut Recorder, call: &mut Call<'_>) {
    // struct sched_attr: its size, then the policy.
    let address = call.argument(1).saturating_add(4);
    if let Some(policy) = memory::half(call.task.tid, address) {
        scheduled(recorder, call, policy);
    }
}

fn scheduled(recorder: &mut Recorder, call: &mut Call<'_>, policy: u32) {
    const RESET_ON_FORK: u32 = 0x4000_0000;
    // SCHED_FIFO, SCHED_RR, SCHED_DEADLINE.
    if matches!(policy & !RESET_ON_FORK, 1 | 2 | 6) {
        recorder.did(Thing::Realtime, format_args!("{} of policy {policy}", call.name));
        recorder.needed_by(call, Capability::SYS_NICE, "a scheduling policy of real time");
    }
}

pub fn priority(recorder: &mut Recorder, call: &mut Call<'_>) {
    let nice = call.int(2);
    if nice < 0 {
        recorder.needed_by(call, Capability::SYS_NICE, format_args!("nice value {nice}"));
    }
}

pub fn io_priority(recorder: &mut Recorder, call: &mut Call<'_>) {
    const REALTIME: u32 = 1;
    if call.unsigned(2) >> 13 == REALTIME {
        recorder.needed_by(call, Capability::SYS_NICE, "I/O of real time");
    }
}

/// Rows of `/proc/PID/limits`, by their number.
const LIMITS: &[&str] = &[
    "Max cpu time",
    "Max file size",
    "Max data size",
    "Max stack size",
    "Max core file size",
    "Max resident set",
    "Max processes",
    "Max open files",
    "Max locked memory",
    "Max address space",
    "Max file locks",
    "Max pending signals",
    "Max msgqueue size",
    "Max nice priority",
    "Max realtime priority",
    "Max realtime timeout",
];

/// Resource and address of the new limit; none where it only asks.
fn limit_arguments(call: &Call<'_>) -> Option<(u32, u64)> {
    let (resource, new) = match call.name {
        "prlimit64" => (call.unsigned(1), call.argument(2)),
        _ => (call.unsigned(0), call.argument(1)),
    };
    (new != 0).then_some((resource, new))
}

/// The hard limit before it is set.
pub fn read_limit(_: &mut Recorder, call: &mut Call<'_>) {
    call.task.limit_before = None;
    let Some((resource, _)) = limit_arguments(call) else { return };
    let Some(name) = usize::try_from(resource).ok().and_then(|at| LIMITS.get(at)) else { return };
    let all = proc::text(call.task.tid, "limits").unwrap_or_default();
    let row = all.lines().find_map(|line| line.strip_prefix(name));
    call.task.limit_before = row.and_then(hard_limit);
}

fn hard_limit(row: &str) -> Option<u64> {
    match row.split_ascii_whitespace().nth(1)? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

pub fn limit(recorder: &mut Recorder, call: &mut Call<'_>) {
    let Some((resource, new)) = limit_arguments(call) else { return };
    // struct rlimit: the soft limit, then the hard one.
    let hard = memory::word(call.task.tid, new.saturating_add(8));
    let (Some(hard), Some(before)) = (hard, call.task.limit_before.take()) else { return };
    if hard > before {
        let name =
            usize::try_from(resource).ok().and_then(|at| LIMITS.get(at)).unwrap_or(&"a limit");
        recorder.needed_by(
            call,
            Capability::SYS_RESOURCE,
            format_args!("raises \"{name}\" to {hard}"),
        );
    }
}

pub fn memory_lock(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.needed_by(call, Capability::IPC_LOCK, call.name);
}

pub fn fcntl(recorder: &mut Recorder, call: &mut Call<'_>) {
    const SETLEASE: u64 = 1024;
    if call.argument(1) == SETLEASE {
        recorder.needed_by(call, Capability::LEASE, "a lease on a file");
    }
}

pub fn ioctl(recorder: &mut Recorder, call: &mut Call<'_>) {
    let needed = match call.argument(1) & 0xffff_ffff {
        // SIOCADDRT, SIOCDELRT; SIOCSIF…: addresses, flags, names of interfaces.
        0x890b
        | 0x890c
        | 0x8914
        | 0x8916
        | 0x8918
        | 0x891a
        | 0x891c
        | 0x8922
        | 0x8923
        | 0x8924
        | 0x8946
        | 0x89a0..=0x89a3 => Some((Capability::NET_ADMIN, "sets up an interface")),
        // KDSETMODE, VT_ACTIVATE, VT_SETMODE: terminals of the console.
        0x4b3a | 0x5602 | 0x5606 => Some((Capability::SYS_TTY_CONFIG, "sets up a console")),
        // TUNSETIFF.
        0x4004_54ca => Some((Capability::NET_ADMIN, "a tunnel's interface")),
        _ => None,
    };
    if let Some((capability, why)) = needed {
        recorder.needed_by(call, capability, why);
    }
}

pub fn alarm_timer(recorder: &mut Recorder, call: &mut Call<'_>) {
    // CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM.
    if matches!(call.int(0), 8 | 9) {
        recorder.needed_by(call, Capability::WAKE_ALARM, "a timer that wakes the machine");
    }
}

pub fn keyring(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::Keyring, call.name);
}

pub fn ipc(recorder: &mut Recorder, call: &mut Call<'_>) {
    recorder.did(Thing::Ipc, call.name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_limits_are_the_second_column() {
        assert_eq!(
            hard_limit("   1024                 1048576              files"),
            Some(1_048_576)
        );
        assert_eq!(hard_limit("  0  unlimited  bytes"), Some(u64::MAX));
        assert_eq!(hard_limit(""), None);
    }

    #[test]
    fn namespaces_by_their_links_name() {
        assert_eq!(flag_of("net"), libc::CLONE_NEWNET as u64);
        assert_eq!(flag_of("mnt"), libc::CLONE_NEWNS as u64);
        assert_eq!(flag_of("x"), 0);
    }
}
