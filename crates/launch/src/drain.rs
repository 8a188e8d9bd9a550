//! A small process that reads what nobody wants to read any more.
//!
//! An init script may leave a service behind that still has the script's output open. Were the pipe
//! closed, the service's next line would end it by SIGPIPE; were it kept and not read, the service would
//! stop when it is full. So somebody reads it for as long as the service holds it.

use std::ffi::c_int;
use std::fs::OpenOptions;
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{WaitOptions, chdir, setsid, waitpid};

use crate::sys;

/// Leaves such a process behind, which ends with the last who holds one of these pipes' other ends.
/// Where no process can be made the pipes are closed, as they would be without.
pub fn leave_behind(pipes: [Option<BorrowedFd<'_>>; 2]) {
    let Ok(null) = OpenOptions::new().read(true).write(true).open("/dev/null") else { return };
    let null = OwnedFd::from(null);
    let child = sys::fork_into(|| {
        let _ = setsid();
        // A child of init, so that nobody here has to wait for it.
        i32::from(sys::fork_into(|| drain(pipes, &null)).is_err())
    });
    if let Ok(child) = child {
        while matches!(waitpid(Some(child), WaitOptions::empty()), Err(Errno::INTR)) {}
    }
}

/// Between fork and the end: system calls alone. Signals stay held back, so only SIGKILL ends it early.
fn drain(pipes: [Option<BorrowedFd<'_>>; 2], null: &OwnedFd) -> c_int {
    let _ = rustix::thread::set_name(c"output-drain");
    let _ = chdir(c"/");
    let _ = rustix::stdio::dup2_stdin(null);
    let _ = rustix::stdio::dup2_stdout(null);
    let _ = rustix::stdio::dup2_stderr(null);
    sys::close_all_but(pipes.map(|pipe| pipe.map_or(-1, |fd| fd.as_raw_fd())));
    let mut left = pipes;
    while let Some(any) = left.into_iter().flatten().next() {
        // Where one has ended the other stands in its place.
        let mut waited_for =
            left.map(|pipe| PollFd::from_borrowed_fd(pipe.unwrap_or(any), PollFlags::IN));
        let _ = poll(&mut waited_for, None);
        left = left.map(|pipe| pipe.filter(|pipe| !is_at_end(*pipe)));
    }
    0
}

/// Reads what is there; whether that was the last.
fn is_at_end(pipe: BorrowedFd<'_>) -> bool {
    let mut buffer = [0_u8; 4096];
    loop {
        match rustix::io::read(pipe, &mut buffer) {
            Ok(0) => return true,
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return false,
            Err(_) => return true,
        }
    }
}
