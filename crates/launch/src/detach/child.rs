//! What the new processes do. All of this runs between fork and exec: system calls alone, on what the
//! launcher prepared (see [`sys::fork_into`]).
//!
//! ```text
//! launcher ── fork ── watcher: setsid ── fork ── daemon: everything else, exec
//! ```
//!
//! The watcher leads the session, so the daemon never does and can get no controlling terminal. It
//! stays until the launcher says that the daemon is up, because only a parent learns how a process
//! ends; then it goes, and the daemon is a child of init.

use std::ffi::{CStr, CString, c_int};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Gid, Pid, PidfdFlags, Signal, Uid, WaitId, WaitIdOptions, chdir, kill_process,
    kill_process_group, pidfd_open, setsid, waitid,
};

use super::Scheduling;
use super::prepare::{become_user, onto_stdio, prepare};
use super::wire::{Message, Step, retry};
use crate::relay::Relay;
use crate::sys;

/// How long a daemon that is given up has to end after SIGTERM.
const LAST_CHANCE: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

/// All that a daemon is made of.
pub struct Birth<'a> {
    pub image: &'a sys::Image,
    /// `/dev/null`.
    pub null: &'a OwnedFd,
    /// What becomes descriptors 0, 1 and 2; above 2 all. None stays as it is.
    pub stdio: [Option<&'a OwnedFd>; 3],
    /// Whether all other descriptors are closed.
    pub closes: bool,
    /// Whether signals are put to their defaults.
    pub resets_signals: bool,
    /// Stays open: the lock of the PID file.
    pub lock: Option<&'a OwnedFd>,
    pub umask: Option<u32>,
    pub scheduling: &'a Scheduling,
    pub root: Option<&'a CStr>,
    pub credentials: Option<&'a Credentials>,
    pub directory: &'a CStr,
    /// Whether the directory is entered before the rights are dropped.
    pub enters_early: bool,
    /// Takes lines from that pipe to the syslog.
    pub relay: Option<(Relay<'a>, &'a OwnedFd)>,
    /// Files and folders that a launcher leaves behind which is killed.
    pub leftovers: &'a [Vec<CString>; 2],
}

/// Whose rights it gets.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// None leaves the supplementary groups.
    pub groups: Option<Vec<Gid>>,
    pub gid: Gid,
    pub uid: Option<Uid>,
}

/// The watcher.
pub fn watch(birth: &Birth<'_>, launcher: &OwnedFd, daemons_end: &OwnedFd) -> c_int {
    // Else a daemon that ended might be gone without a status (ignored SIGCHLD).
    let was_ignored = sys::reset_sigchld();
    if let Err(errno) = setsid() {
        Message::Failed(Step::Session, errno.raw_os_error()).send(launcher);
        return 1;
    }
    let forked = sys::fork_into(|| {
        if was_ignored {
            sys::ignore_sigchld();
        }
        be_daemon(birth, daemons_end)
    });
    let daemon = match forked {
        Ok(pid) => pid,
        Err(error) => return fork_failed(&error, launcher),
    };
    if let Some((relay, pipe)) = &birth.relay
        && let Err(error) = sys::fork_into(|| relay_lines(birth, relay, pipe, daemon))
    {
        let _ = kill_process(daemon, Signal::KILL);
        return fork_failed(&error, launcher);
    }
    Message::Born(daemon.as_raw_pid()).send(launcher);
    let pidfd = pidfd_open(daemon, PidfdFlags::empty()).ok();
    // The caller may wait for the end of what it reads from the launcher.
    let _ = onto_stdio([Some(birth.null); 3]);
    sys::close_all_but([launcher.as_raw_fd(), pidfd.as_ref().map_or(-1, |fd| fd.as_raw_fd())]);
    until_released(birth, launcher, daemon, pidfd.as_ref())
}

fn fork_failed(error: &std::io::Error, launcher: &OwnedFd) -> c_int {
    Message::Failed(Step::Fork, error.raw_os_error().unwrap_or(libc::EAGAIN)).send(launcher);
    1
}

fn until_released(
    birth: &Birth<'_>,
    launcher: &OwnedFd,
    daemon: Pid,
    pidfd: Option<&OwnedFd>,
) -> c_int {
    loop {
        if wait_for(launcher, pidfd) {
            let mut order = [0];
            return match retry(|| rustix::io::read(launcher, &mut order)) {
                Ok(1) => 0,
                _ => {
                    clean_up(birth);
                    give_up(daemon, pidfd)
                }
            };
        }
        if let Some(status) = ended(daemon) {
            Message::Ended(status).send(launcher);
            return 0;
        }
    }
}

/// Whether the launcher has said something, or is gone; false when the daemon may have ended.
fn wait_for(launcher: &OwnedFd, pidfd: Option<&OwnedFd>) -> bool {
    let mut order = [PollFd::new(launcher, PollFlags::IN)];
    // Without a pidfd (a filter of system calls) it is looked after often.
    const OFTEN: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    let Some(pidfd) = pidfd else {
        let _ = poll(&mut order, Some(&OFTEN));
        return order.iter().any(|polled| !polled.revents().is_empty());
    };
    let [launcher] = order;
    let mut both = [launcher, PollFd::new(pidfd, PollFlags::IN)];
    let _ = poll(&mut both, None);
    let [launcher, daemon] = both;
    // How it ended is told first: it may be why the launcher gives up.
    daemon.revents().is_empty() && !launcher.revents().is_empty()
}

fn ended(daemon: Pid) -> Option<c_int> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    let status = retry(|| waitid(WaitId::Pid(daemon), options)).ok()??;
    Some(match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => (code & 0xff) << 8,
        (None, Some(signal)) => signal | if status.dumped() { 0x80 } else { 0 },
        (None, None) => 0,
    })
}

/// While the daemon lives and holds the lock, the PID file can't be another's.
fn clean_up(birth: &Birth<'_>) {
    let [files, folders] = birth.leftovers;
    for file in files {
        let _ = rustix::fs::unlink(file.as_c_str());
    }
    for folder in folders {
        let _ = rustix::fs::rmdir(folder.as_c_str());
    }
}

/// Ends the daemon and what it has started meanwhile: they are in the watcher's process group, or
/// in groups that they made themselves, which only the daemon knows.
fn give_up(daemon: Pid, pidfd: Option<&OwnedFd>) -> c_int {
    let group = rustix::process::getpgrp();
    // The watcher's own signals are held back.
    let _ = kill_process(daemon, Signal::TERM);
    let _ = kill_process_group(group, Signal::TERM);
    let _ = kill_process_group(group, Signal::CONT);
    if let Some(pidfd) = pidfd {
        let _ = poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&LAST_CHANCE));
    } else {
        for _ in 0..250 {
            if ended(daemon).is_some() {
                break;
            }
            let _ = poll(&mut [], Some(&Timespec { tv_sec: 0, tv_nsec: 20_000_000 }));
        }
    }
    let _ = kill_process(daemon, Signal::KILL);
    // This ends the watcher too.
    let _ = kill_process_group(group, Signal::KILL);
    1
}

fn be_daemon(birth: &Birth<'_>, launcher: &OwnedFd) -> c_int {
    if let Err((step, errno)) = prepare(birth, &[launcher]) {
        Message::Failed(step, errno.raw_os_error()).send(launcher);
        return 1;
    }
    Message::Prepared.send(launcher);
    let mut go = [0];
    if !matches!(retry(|| rustix::io::read(launcher, &mut go)), Ok(1)) {
        return 1;
    }
    let errno = birth.image.exec();
    Message::Failed(Step::Exec, errno.raw_os_error()).send(launcher);
    127
}

/// The relay, in a process group of its own: what ends the daemon's group must not end it before it
/// has read their last words.
fn relay_lines(birth: &Birth<'_>, relay: &Relay<'_>, pipe: &OwnedFd, daemon: Pid) -> c_int {
    let _ = rustix::process::setpgid(None, None);
    let _ = rustix::thread::set_name(c"log-relay");
    let _ = chdir(c"/");
    let _ = onto_stdio([Some(birth.null); 3]);
    if birth.credentials.is_some_and(|wanted| become_user(wanted).is_err()) {
        return 1;
    }
    sys::close_all_but([pipe.as_raw_fd()]);
    relay.run(pipe.as_fd(), daemon)
}
