//! What a process in uninterruptible sleep waits on.

use std::ffi::CString;

use insight::snapshot::{Process, WaitingOn};
use process::procfs::{PidDir, ProcFs};

use super::values::text;

/// System calls whose first argument is a descriptor.
const ON_DESCRIPTORS: [&str; 27] = [
    "read",
    "write",
    "pread64",
    "pwrite64",
    "readv",
    "writev",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "syncfs",
    "ftruncate",
    "fallocate",
    "getdents64",
    "fstat",
    "newfstatat",
    "openat",
    "flock",
    "fcntl",
    "ioctl",
    "lseek",
    "close",
    "fchmod",
    "fchown",
];

/// Processes that are asked; one hung disk hangs them all in the same place.
const PROCESSES_MAX: usize = 32;

/// Fills in what the first thread in `D` of each process waits on.
pub(super) fn fill(proc: &ProcFs, processes: &mut [Process]) {
    let stuck = |process: &&mut Process| {
        process.state == 'D' || process.notable_threads.iter().any(|thread| thread.state == 'D')
    };
    for process in processes.iter_mut().filter(stuck).take(PROCESSES_MAX) {
        let thread = process.notable_threads.iter().find(|thread| thread.state == 'D');
        let tid = thread.map_or(process.pid, |thread| thread.tid);
        let Ok(dir) = proc.process(process.pid) else { continue };
        let waiting = of(&dir, tid);
        let frozen = |name: &String| name.contains("freezer") || name.contains("refrigerator");
        process.frozen = waiting.function.as_ref().is_some_and(frozen);
        process.waiting_on = Some(waiting);
    }
}

/// What one thread waits on, as far as the kernel tells.
pub(in super::super) fn of(dir: &PidDir, tid: u32) -> WaitingOn {
    let read = |name: &str| {
        let name = CString::new(format!("task/{tid}/{name}")).ok()?;
        let content = dir.read_new(&name).ok()?;
        Some(text(content.trim_ascii()))
    };
    // `0`: it does not wait, or this kernel does not tell; the stack (for root) says the same.
    let function = read("wchan").filter(|name| !name.is_empty() && name != "0").or_else(|| {
        let stack = read("stack")?;
        let frame = stack.lines().next()?.split_whitespace().nth(1)?;
        Some(frame.split('+').next().unwrap_or(frame).to_owned())
    });
    let call = read("syscall").and_then(|line| system_call(&line));
    let path = call.as_ref().filter(|(name, _)| ON_DESCRIPTORS.contains(&name.as_str()));
    let path = path.and_then(|(_, argument)| {
        let name = CString::new(format!("fd/{}", i32::try_from(*argument).ok()?)).ok()?;
        dir.link(&name).ok().map(|target| text(&target))
    });
    WaitingOn { function, system_call: call.map(|(name, _)| name), path }
}

/// The name and the first argument of the call in a line of `/proc/PID/syscall` (proc_pid_syscall(5)).
pub(in super::super) fn system_call(line: &str) -> Option<(String, u64)> {
    let mut words = line.split_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    let first = words.next()?.strip_prefix("0x")?;
    let first = u64::from_str_radix(first, 16).ok()?;
    let name = insight::system_calls::name(std::env::consts::ARCH, number);
    Some((name.map_or_else(|| format!("system call {number}"), str::to_owned), first))
}
