//! What no safe interface offers: the only file of this room with unsafe code.
//!
//! Between fork and exec a copy of one thread runs in a copy of everything else: another thread may
//! have held any lock, the allocator's too. What is called there makes system calls alone.

#![allow(unsafe_code)]

use std::ffi::{CString, c_char};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use libc::{c_int, c_long, c_uint, c_ulong};
use rustix::io::Errno;
use rustix::process::Pid;

/// A signal mask of this thread, put back when dropped.
pub struct Mask {
    before: libc::sigset_t,
}

impl Mask {
    /// Holds back every signal that can be.
    pub fn all() -> Mask {
        let mut all = MaybeUninit::uninit();
        // SAFETY: sigfillset fills the set in, and can't fail.
        let all = unsafe {
            libc::sigfillset(all.as_mut_ptr());
            all.assume_init()
        };
        Mask::block(&all)
    }

    /// Holds back these signals, but those that are ignored (they would be kept, and reported).
    ///
    /// # Errors
    /// No descriptor is left for learning whether one arrived; the descriptor is readable then.
    pub fn some(signals: &[c_int]) -> io::Result<(Mask, OwnedFd)> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: sigemptyset fills the set in, and can't fail.
        let mut set = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            set.assume_init()
        };
        for signal in signals {
            if !is_ignored(*signal) {
                // SAFETY: the set is filled in.
                unsafe { libc::sigaddset(&raw mut set, *signal) };
            }
        }
        let flags = libc::SFD_CLOEXEC | libc::SFD_NONBLOCK;
        // SAFETY: the set is filled in; -1 asks for a new descriptor.
        let fd = unsafe { libc::signalfd(-1, &raw const set, flags) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel just made it, nobody else knows it.
        let arrived = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok((Mask::block(&set), arrived))
    }

    fn block(set: &libc::sigset_t) -> Mask {
        let mut before = MaybeUninit::uninit();
        // SAFETY: both sets are of the right type, and the second is filled in: this call fails
        // only for a first argument that does not exist.
        let before = unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, set, before.as_mut_ptr());
            before.assume_init()
        };
        Mask { before }
    }
}

impl Drop for Mask {
    fn drop(&mut self) {
        // SAFETY: the set was filled in by the kernel.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, std::ptr::null_mut())
        };
    }
}

fn is_ignored(signal: c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: asks only; the struct is of the right type, and zeros are a valid one.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

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

/// SIGPIPE at its default.
pub fn reset_sigpipe() {
    // SAFETY: no handler is set.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// SIGCHLD at its default; whether it was ignored before.
pub fn reset_sigchld() -> bool {
    // SAFETY: no handler is set.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) == libc::SIG_IGN }
}

/// Ignores SIGCHLD.
pub fn ignore_sigchld() {
    // SAFETY: no handler is set.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
}

/// Every signal at its default. Handlers go with exec anyway; what is ignored would stay ignored.
pub fn reset_signals() {
    const LAST: c_int = 64;
    // The kernel's struct sigaction, whatever its layout: SIG_DFL, no flags, no mask, are zeros.
    let default = [0 as c_ulong; 16];
    let set_bytes: c_ulong =
        if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 16 } else { 8 };
    for signal in 1..=LAST {
        // The C library keeps two signals from its callers, so the kernel is asked itself. SIGKILL
        // and SIGSTOP are refused, which is as well: they are always at their default.
        // SAFETY: the kernel reads a struct smaller than `default`, and writes none.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                c_long::from(signal),
                default.as_ptr(),
                std::ptr::null_mut::<c_ulong>(),
                set_bytes,
            )
        };
    }
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
