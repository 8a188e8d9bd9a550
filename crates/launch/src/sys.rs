//! What no safe interface offers: the only module of this room with unsafe code.
//!
//! Between fork and exec a copy of one thread runs in a copy of everything else: another thread may
//! have held any lock, the allocator's too. What is called there makes system calls alone.

#![allow(unsafe_code)]

pub mod confine;
mod signals;

use std::ffi::{CString, c_char};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use libc::{c_int, c_long, c_uint};
use rustix::io::Errno;
use rustix::process::Pid;

pub use signals::{Mask, ignore_sigchld, reset_sigchld, reset_signals, reset_sigpipe};

/// Makes a process that runs `child` and ends with what that returns.
///
/// `child` runs with all signals held back and with descriptors and memory as they were, but alone:
/// it may make system calls and change what is on its stack, and nothing else. It must not
/// allocate, and must not panic (the process would end there, with status 70).
///
/// # Errors
/// fork(2): no memory, or too many processes.
pub fn fork_into(child: impl FnOnce() -> c_int) -> io::Result<Pid> {
    struct EndHere;
    impl Drop for EndHere {
        fn drop(&mut self) {
            exit(70);
        }
    }
    let held = Mask::all();
    // SAFETY: the child runs nothing but `child`, whose callers keep to the rule above.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        // A panic must not walk up into the frames of the program that was copied.
        let end_here = EndHere;
        let status = child();
        std::mem::forget(end_here);
        exit(status);
    }
    let error = io::Error::last_os_error();
    drop(held);
    Pid::from_raw(pid).filter(|_| pid > 0).ok_or(error)
}

/// Ends this process without running what others registered for its end.
fn exit(status: c_int) -> ! {
    // SAFETY: a system call that does not return.
    unsafe { libc::_exit(status) }
}

/// A program with arguments and environment, ready for execve(2).
pub struct Image {
    path: CString,
    argv: Vec<*const c_char>,
    envp: Vec<*const c_char>,
    /// What the pointers point to. The bytes of a `CString` stay where they are when it is moved.
    _strings: [Vec<CString>; 2],
}

impl Image {
    /// That program; `environment` holds `NAME=value`.
    pub fn new(path: CString, arguments: Vec<CString>, environment: Vec<CString>) -> Image {
        let pointers = |strings: &[CString]| {
            let pointers = strings.iter().map(|string| string.as_ptr());
            pointers.chain([std::ptr::null()]).collect()
        };
        let (argv, envp) = (pointers(&arguments), pointers(&environment));
        Image { path, argv, envp, _strings: [arguments, environment] }
    }

    /// Lets all signals through and becomes that program. Returns only when that failed.
    pub fn exec(&self) -> Errno {
        let mut none = MaybeUninit::uninit();
        // SAFETY: sigemptyset fills the set in; the pointer arrays end with a null pointer, and
        // what they point to lives as long as `self`.
        unsafe {
            libc::sigemptyset(none.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
            libc::execve(self.path.as_ptr(), self.argv.as_ptr(), self.envp.as_ptr());
        }
        last_errno()
    }
}

/// Closes every descriptor from 3 on but these. For a process that is about to become another:
/// whoever owned them must be gone.
pub fn close_all_but<const N: usize>(mut keep: [RawFd; N]) {
    keep.sort_unstable();
    let mut first: c_uint = 3;
    for fd in keep {
        let Ok(fd) = c_uint::try_from(fd) else { continue };
        if fd > first {
            close_from_to(first, fd - 1);
        }
        first = first.max(fd + 1);
    }
    close_from_to(first, c_uint::MAX);
}

fn close_from_to(first: c_uint, last: c_uint) {
    // SAFETY: this process is a copy of the one that owned them, and drops nothing of it.
    if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
        return;
    }
    for fd in first..last.min(most_descriptors()) {
        // SAFETY: as above.
        unsafe { libc::close(fd as c_int) };
    }
    if last < most_descriptors() {
        // SAFETY: as above.
        unsafe { libc::close(last as c_int) };
    }
}

/// Closes one descriptor, in a process that is about to become another.
pub fn close(fd: RawFd) {
    // SAFETY: this process is a copy of the one that owned it, and drops nothing of it.
    unsafe { libc::close(fd) };
}

/// sched_setscheduler(2) for this process.
pub fn set_scheduler(policy: c_int, priority: c_int) -> Result<(), Errno> {
    // Not the C library's struct, which has more fields with musl: the kernel reads one number.
    let parameters = [priority];
    // SAFETY: the kernel reads that number, and writes nothing.
    done(unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, policy, parameters.as_ptr()) })
}

/// ioprio_set(2) for this process.
pub fn set_io_priority(class: c_int, priority: c_int) -> Result<(), Errno> {
    const WHO_PROCESS: c_int = 1;
    const CLASS_SHIFT: u32 = 13;
    let value = (class << CLASS_SHIFT) | (priority & 0x1fff);
    // SAFETY: takes numbers alone.
    done(unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, value) })
}

fn done(result: c_long) -> Result<(), Errno> {
    match result {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}

fn last_errno() -> Errno {
    Errno::from_raw_os_error(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
}

/// Keeps a descriptor open over exec.
pub fn keep_over_exec(fd: &OwnedFd) {
    // SAFETY: sets a flag of a descriptor that is open.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, 0) };
}

/// How far to look for descriptors where close_range(2) is missing (Linux before 5.9) or filtered.
fn most_descriptors() -> c_uint {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is ours and of the right type.
    let is_known = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } == 0;
    // Descriptors above a million were not made by accident.
    let most = if is_known { limit.rlim_max.clamp(1024, 1 << 20) } else { 1 << 20 };
    c_uint::try_from(most).unwrap_or(1 << 20)
}

/// Has the program that is started get signals as they are by default, and no descriptor above 2.
pub fn start_clean(command: &mut Command) {
    let prepare = || {
        reset_signals();
        close_on_exec(3);
        Ok(())
    };
    // SAFETY: what runs between fork and exec makes system calls alone: it allocates nothing and
    // takes no lock.
    unsafe { command.pre_exec(prepare) };
}

/// Marks all descriptors from `first` on as closed by exec.
pub fn close_on_exec(first: c_uint) {
    const CLOSE_RANGE_CLOEXEC: c_uint = 1 << 2;
    // SAFETY: sets flags of descriptors; frees nothing that somebody owns.
    let done =
        unsafe { libc::syscall(libc::SYS_close_range, first, c_uint::MAX, CLOSE_RANGE_CLOEXEC) };
    if done == 0 {
        return;
    }
    // Linux before 5.11, or a filter of system calls.
    for fd in first..most_descriptors() {
        // SAFETY: as above.
        unsafe { libc::fcntl(fd as c_int, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

/// A descriptor above 2, where no other one is put upon it.
pub fn above_stdio(fd: OwnedFd) -> io::Result<OwnedFd> {
    match fd.as_raw_fd() {
        0..=2 => Ok(rustix::io::fcntl_dupfd_cloexec(&fd, 3)?),
        _ => Ok(fd),
    }
}
