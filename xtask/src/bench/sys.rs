//! The one system call that neither the standard library nor rustix offers: wait4(2), which says
//! what a child used.

#![allow(unsafe_code)]

use std::{io, mem::MaybeUninit};

/// What a child and those of its descendants that were waited for used, as in getrusage(2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time in user mode, in microseconds.
    pub user_usec: u64,
    /// CPU time in the kernel, in microseconds.
    pub system_usec: u64,
    /// The highest resident set of any one of them, in KiB.
    pub peak_rss_kib: u64,
    /// The exit status, or 128 and the number of the signal.
    pub status: i32,
}

/// Waits for the child `pid`, which must not have been waited for.
pub fn wait(pid: u32) -> io::Result<Usage> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    loop {
        // SAFETY: both pointers are to live memory of the type that wait4 writes, and no other
        // thread has them.
        let waited = unsafe { libc::wait4(pid, &mut status, 0, usage.as_mut_ptr()) };
        if waited == pid {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: `rusage` is numbers only, for which zeroed memory is valid, and wait4 has filled it.
    let usage = unsafe { usage.assume_init() };
    let code = match libc::WIFEXITED(status) {
        true => libc::WEXITSTATUS(status),
        false => 128 + libc::WTERMSIG(status),
    };
    Ok(Usage {
        user_usec: usec(usage.ru_utime),
        system_usec: usec(usage.ru_stime),
        peak_rss_kib: u64::try_from(usage.ru_maxrss).unwrap_or(0),
        status: code,
    })
}

fn usec(time: libc::timeval) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000 + u64::try_from(time.tv_usec).unwrap_or(0)
}
