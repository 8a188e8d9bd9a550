//! What a process does to itself to be a daemon. Runs between fork and exec, as all of
//! [`super::child`] does.

use std::os::fd::{AsRawFd as _, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Gid, Uid, chdir, chroot, setpriority_process, umask};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::Scheduling;
use super::child::{Birth, Credentials};
use super::wire::{Step, retry};
use crate::sys;

/// Makes this process what a daemon is, but for its program. What needs privileges comes before they
/// are dropped; the working directory comes after, so that one which the daemon's own user can't
/// enter is an error now and not a surprise later.
pub fn prepare(birth: &Birth<'_>, keeps: &[&OwnedFd]) -> Result<(), (Step, Errno)> {
    match birth.resets_signals {
        true => sys::reset_signals(),
        // What Rust's runtime ignores in every program is not the caller's will.
        false => sys::reset_sigpipe(),
    }
    if let Some(mask) = birth.umask {
        umask(rustix::fs::Mode::from_raw_mode(mask));
    }
    onto_stdio(birth.stdio).map_err(|errno| (Step::Descriptors, errno))?;
    let number = |fd: Option<&&OwnedFd>| fd.map_or(-1, |fd| fd.as_raw_fd());
    if birth.closes {
        let lock = birth.lock.map_or(-1, |fd| fd.as_raw_fd());
        sys::close_all_but([lock, number(keeps.first())]);
    }
    if let Some(lock) = birth.lock {
        sys::keep_over_exec(lock);
    }
    schedule(birth.scheduling)?;
    if let Some(root) = birth.root {
        chdir(root).and_then(|()| chroot(root)).map_err(|errno| (Step::Root, errno))?;
    }
    if birth.enters_early {
        chdir(birth.directory).map_err(|errno| (Step::Directory, errno))?;
    }
    if let Some(credentials) = birth.credentials {
        become_user(credentials)?;
    }
    if !birth.enters_early {
        chdir(birth.directory).map_err(|errno| (Step::Directory, errno))?;
    }
    Ok(())
}

/// Puts these onto descriptors 0, 1 and 2.
pub fn onto_stdio([stdin, stdout, stderr]: [Option<&OwnedFd>; 3]) -> Result<(), Errno> {
    // The sources are all above 2, so none is overwritten before its turn, and none keeps the flag
    // that closes it.
    if let Some(fd) = stdin {
        retry(|| rustix::stdio::dup2_stdin(fd))?;
    }
    if let Some(fd) = stdout {
        retry(|| rustix::stdio::dup2_stdout(fd))?;
    }
    if let Some(fd) = stderr {
        retry(|| rustix::stdio::dup2_stderr(fd))?;
    }
    Ok(())
}

fn schedule(scheduling: &Scheduling) -> Result<(), (Step, Errno)> {
    if let Some(nice) = scheduling.nice {
        setpriority_process(None, nice).map_err(|errno| (Step::Nice, errno))?;
    }
    if let Some((policy, priority)) = scheduling.processor {
        sys::set_scheduler(policy.number(), priority).map_err(|errno| (Step::Scheduler, errno))?;
    }
    if let Some((class, priority)) = scheduling.io {
        sys::set_io_priority(class.number(), priority)
            .map_err(|errno| (Step::IoPriority, errno))?;
    }
    Ok(())
}

/// Groups, then group, then user: after the user is gone nothing else can be changed.
pub fn become_user(credentials: &Credentials) -> Result<(), (Step, Errno)> {
    let Credentials { groups, gid, uid } = credentials;
    if let Some(groups) = groups {
        set_thread_groups(groups).map_err(|errno| (Step::Groups, errno))?;
    }
    set_thread_res_gid(*gid, *gid, *gid).map_err(|errno| (Step::Group, errno))?;
    let Some(uid) = *uid else { return Ok(()) };
    set_thread_res_uid(uid, uid, uid).map_err(|errno| (Step::User, errno))?;
    // Capabilities that outlive the user id (securebits, see capabilities(7)) would show here.
    let root = (Uid::ROOT, Gid::ROOT);
    if !uid.is_root() && set_thread_res_uid(root.0, root.0, root.0).is_ok()
        || !uid.is_root() && !gid.is_root() && set_thread_res_gid(root.1, root.1, root.1).is_ok()
    {
        return Err((Step::Regain, Errno::PERM));
    }
    Ok(())
}
