//! What no safe interface offers: the only module of this room with unsafe code.
//!
//! ptrace(2) commands here never write into the process that is watched; the C library is handed
//! pointers to this process's own memory alone.

#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

use libc::{c_int, c_uint, c_void, pid_t};
use rustix::io::Errno;

/// What stopped at a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStop {
    /// About to make it.
    Entry {
        /// `AUDIT_ARCH_…` of linux/audit.h.
        architecture: u32,
        /// Its number, of that architecture.
        number: u64,
        /// Its arguments.
        arguments: [u64; 6],
    },
    /// Has made it.
    Exit {
        /// What it returned; negative error number where it failed.
        result: i64,
    },
    /// Neither.
    Other,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A thread ended.
    Ended,
    /// A thread stopped: the signal (with 0x80 for a system call), and the event of ptrace(2).
    Stopped {
        /// The signal.
        signal: c_int,
        /// `PTRACE_EVENT_…`, 0 without one.
        event: c_int,
    },
}

const OPTIONS: c_int = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC;

/// PTRACE_SEIZE: the thread goes on.
pub fn seize(tid: u32) -> Result<(), Errno> {
    command(libc::PTRACE_SEIZE, tid, 0, OPTIONS as usize)
}

/// PTRACE_INTERRUPT: has a seized thread stop.
pub fn interrupt(tid: u32) -> Result<(), Errno> {
    command(libc::PTRACE_INTERRUPT, tid, 0, 0)
}

/// PTRACE_SYSCALL: goes on to the next entry or exit, with that signal if it is not 0.
pub fn resume(tid: u32, signal: c_int) -> Result<(), Errno> {
    command(libc::PTRACE_SYSCALL, tid, 0, signal as usize)
}

/// PTRACE_LISTEN: stays in its group stop until SIGCONT.
pub fn listen(tid: u32) -> Result<(), Errno> {
    command(libc::PTRACE_LISTEN, tid, 0, 0)
}

/// PTRACE_DETACH, with that signal if it is not 0.
pub fn detach(tid: u32, signal: c_int) -> Result<(), Errno> {
    command(libc::PTRACE_DETACH, tid, 0, signal as usize)
}

/// PTRACE_GETEVENTMSG: the new thread's id, or what it was before exec.
pub fn event_message(tid: u32) -> Result<u64, Errno> {
    let mut message: libc::c_ulong = 0;
    command(libc::PTRACE_GETEVENTMSG, tid, 0, &raw mut message as usize)?;
    Ok(message)
}

/// PTRACE_GET_SYSCALL_INFO (Linux 5.3).
pub fn call_stop(tid: u32) -> Result<CallStop, Errno> {
    const GET_SYSCALL_INFO: c_uint = 0x420e;
    const ENTRY: u8 = 1;
    const EXIT: u8 = 2;
    // struct ptrace_syscall_info: op, 3 bytes of padding, arch; ip; sp; then by op.
    let mut words = [0_u64; 11];
    command(GET_SYSCALL_INFO, tid, size_of_val(&words), words.as_mut_ptr() as usize)?;
    let [head, _ip, _sp, first, a, b, c, d, e, f, _] = words;
    let bytes = head.to_ne_bytes();
    let [operation, _, _, _, architecture @ ..] = bytes;
    Ok(match operation {
        ENTRY => CallStop::Entry {
            architecture: u32::from_ne_bytes(architecture),
            number: first,
            arguments: [a, b, c, d, e, f],
        },
        EXIT => CallStop::Exit { result: first.cast_signed() },
        _ => CallStop::Other,
    })
}

fn command(request: c_uint, tid: u32, address: usize, data: usize) -> Result<(), Errno> {
    // SAFETY: none of the requests that are made here writes into the traced process; two write to `data`, which is
    // then a buffer of this process of the size that `address` or the request's definition gives.
    #[allow(clippy::cast_possible_wrap)]
    let result = unsafe {
        libc::ptrace(request as _, tid as pid_t, address as *mut c_void, data as *mut c_void)
    };
    if result == -1 { Err(last_errno()) } else { Ok(()) }
}

/// What happened to one of this thread's tracees, without waiting for it.
pub fn wait() -> Result<Option<(u32, Change)>, Errno> {
    let mut status: c_int = 0;
    let flags = libc::__WALL | libc::WNOHANG | libc::__WNOTHREAD;
    // SAFETY: `status` is ours and of the right type.
    let tid = unsafe { libc::waitpid(-1, &raw mut status, flags) };
    match tid {
        0 => Ok(None),
        -1 => Err(last_errno()),
        tid if libc::WIFSTOPPED(status) => {
            let change = Change::Stopped { signal: libc::WSTOPSIG(status), event: status >> 16 };
            Ok(Some((tid.cast_unsigned(), change)))
        }
        tid => Ok(Some((tid.cast_unsigned(), Change::Ended))),
    }
}

/// The id of this thread: that of a tracer, to those that it traces.
pub fn own_thread() -> u32 {
    // SAFETY: a system call that takes nothing and can't fail.
    unsafe { libc::gettid() }.cast_unsigned()
}

/// Reads another process's memory; gives how much could be read.
pub fn read_memory(tid: u32, address: u64, buffer: &mut [u8]) -> usize {
    let local = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: buffer.len() };
    // SAFETY: `local` is a buffer of ours that is borrowed for writing; `remote` is an address of the other process,
    // which the kernel checks.
    let read = unsafe {
        libc::process_vm_readv(tid as pid_t, &raw const local, 1, &raw const remote, 1, 0)
    };
    usize::try_from(read).unwrap_or(0).min(buffer.len())
}

/// Signals kept back in this thread, and in threads that it makes, until this is dropped.
#[derive(Debug)]
pub struct KeptBack {
    before: libc::sigset_t,
}

/// What the watching waits for: changes of tracees.
const OF_TRACEES: &[c_int] = &[libc::SIGCHLD];
/// What ends the watching early.
const OF_USERS: &[c_int] = &[libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

impl KeptBack {
    /// SIGCHLD and those by which users end programs.
    pub fn hold() -> KeptBack {
        let mut before = MaybeUninit::uninit();
        let kept = set_of(&[OF_TRACEES, OF_USERS]);
        // SAFETY: both sets are ours; the call fills `before` in.
        let before = unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const kept, before.as_mut_ptr());
            before.assume_init()
        };
        KeptBack { before }
    }
}

impl Drop for KeptBack {
    fn drop(&mut self) {
        // SAFETY: the set was filled in when this was made.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, std::ptr::null_mut());
        }
    }
}

/// Waits until a tracee changed; at most so long.
pub fn wait_for_tracees(at_most: Duration) {
    let _ = wait_for(OF_TRACEES, at_most);
}

/// Waits until the user wants an end; at most so long. The signal that came.
pub fn wait_for_user(at_most: Duration) -> Option<c_int> {
    wait_for(OF_USERS, at_most)
}

fn wait_for(signals: &[c_int], at_most: Duration) -> Option<c_int> {
    let set = set_of(&[signals]);
    let time = libc::timespec {
        tv_sec: libc::time_t::try_from(at_most.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(at_most.subsec_nanos().cast_signed()),
    };
    // SAFETY: the set and the time are ours; the kernel reads them.
    let signal =
        unsafe { libc::sigtimedwait(&raw const set, std::ptr::null_mut(), &raw const time) };
    (signal > 0).then_some(signal)
}

fn set_of(groups: &[&[c_int]]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset fills the set in before signals are added.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in groups.iter().copied().flatten() {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

fn last_errno() -> Errno {
    Errno::from_raw_os_error(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
}

/// Becomes that program, with SIGPIPE ignored or not; returns only if that failed.
pub fn become_program(
    path: &std::ffi::CStr,
    arguments: &[std::ffi::CString],
    ignores_sigpipe: bool,
) -> io::Error {
    let mut pointers: Vec<*const libc::c_char> =
        arguments.iter().map(|argument| argument.as_ptr()).collect();
    pointers.push(std::ptr::null());
    let disposition = if ignores_sigpipe { libc::SIG_IGN } else { libc::SIG_DFL };
    // SAFETY: the array ends with a null pointer, and what it points to lives until the call returns. No handler of
    // ours is installed.
    unsafe {
        libc::signal(libc::SIGPIPE, disposition);
        libc::execv(path.as_ptr(), pointers.as_ptr());
    }
    io::Error::last_os_error()
}
