//! Signals: which are held back, and what they do.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd as _, OwnedFd};

use libc::{c_int, c_long, c_ulong};

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
