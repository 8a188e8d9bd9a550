//! Namespaces in which nothing can be changed: mount_namespaces(7), pid_namespaces(7).

use std::ffi::CStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use libc::{c_int, c_uint};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_change, unmount,
};
use rustix::process::{Resource, Rlimit, Signal, WaitOptions, WaitStatus, setrlimit, waitpid};
use rustix::thread::CapabilitySet;

use crate::confine::{Ids, Plan, Scratch};

const STAGE: &CStr = c"/proc";
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// What root may not do in there: all that is not about reading files and opening sockets.
const TAKEN: [CapabilitySet; 18] = [
    CapabilitySet::SYS_ADMIN,
    CapabilitySet::SYS_MODULE,
    CapabilitySet::SYS_RAWIO,
    CapabilitySet::SYS_PTRACE,
    CapabilitySet::SYS_BOOT,
    CapabilitySet::SYS_TIME,
    CapabilitySet::SYS_PACCT,
    CapabilitySet::SYS_TTY_CONFIG,
    CapabilitySet::MKNOD,
    CapabilitySet::KILL,
    CapabilitySet::NET_ADMIN,
    CapabilitySet::LINUX_IMMUTABLE,
    CapabilitySet::MAC_ADMIN,
    CapabilitySet::MAC_OVERRIDE,
    CapabilitySet::SYSLOG,
    CapabilitySet::SETFCAP,
    CapabilitySet::PERFMON,
    CapabilitySet::BPF,
];

/// Has the program that is started run as the plan says.
pub fn start_confined(command: &mut Command, plan: Plan) {
    let enter = move || enter(&plan);
    // SAFETY: what runs between fork and exec makes system calls alone: the plan was made before, and nothing is
    // allocated.
    unsafe { command.pre_exec(enter) };
}

/// Whether the namespaces can be made: done by a child that then ends.
pub fn is_possible() -> bool {
    let tried = super::fork_into(|| i32::from(unshare().and_then(|()| close_off()).is_err()));
    let Ok(child) = tried else { return false };
    loop {
        match waitpid(Some(child), WaitOptions::empty()) {
            Err(Errno::INTR) => {}
            Ok(Some((_, status))) => return status.exit_status() == Some(0),
            _ => return false,
        }
    }
}

fn enter(plan: &Plan) -> io::Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none)?;
    let most = Rlimit { current: Some(FILE_BYTES), maximum: Some(FILE_BYTES) };
    // A lower limit of the caller's stays.
    let _ = setrlimit(Resource::Fsize, most);
    if plan.read_only {
        unshare()?;
        close_off()?;
        give_scratch(&plan.scratch)?;
        become_second()?;
        // A new one shows the namespace's own processes. Where it may not be mounted the old one has to do.
        // Read-only, for /proc/sys is the whole machine's.
        let flags =
            MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC | MountFlags::RDONLY;
        let _ = mount(c"proc", c"/proc", c"proc", flags, None);
        for capability in TAKEN {
            // Kernels that don't know it have nothing to take.
            let _ = rustix::thread::remove_capability_from_bounding_set(capability);
        }
    }
    if let Some(ids) = &plan.run_as {
        become_user(ids)?;
    }
    rustix::thread::set_no_new_privs(true)?;
    // After the change of user, which undoes it.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

fn unshare() -> io::Result<()> {
    // SAFETY: descriptors stay shared with nobody: this process is a copy with one thread.
    match unsafe { libc::unshare(libc::CLONE_NEWNS | libc::CLONE_NEWPID) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Every mount of this namespace read-only, and none of its changes seen outside.
fn close_off() -> io::Result<()> {
    /// `struct mount_attr` of mount_setattr(2).
    #[repr(C)]
    struct Attributes {
        set: u64,
        clear: u64,
        propagation: u64,
        user_namespace: u64,
    }
    const READ_ONLY: u64 = 1;
    const RECURSIVE: c_uint = 0x8000;
    mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let attributes = Attributes { set: READ_ONLY, clear: 0, propagation: 0, user_namespace: 0 };
    // SAFETY: the kernel reads a path that ends in NUL and a struct of the size that is given.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            c"/".as_ptr(),
            RECURSIVE,
            &raw const attributes,
            size_of::<Attributes>(),
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Lays an overlay on each folder, whose upper layer is forgotten with the namespace. A folder that can't have
/// one stays read-only.
fn give_scratch(scratch: &[Scratch]) -> io::Result<()> {
    if scratch.is_empty() {
        return Ok(());
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount(c"scratch", STAGE, c"tmpfs", flags, Some(c"size=64m,mode=0755"))?;
    for one in scratch {
        let made = [&one.top, &one.upper, &one.work]
            .map(|path| rustix::fs::mkdir(path.as_c_str(), Mode::from_raw_mode(0o755)).is_ok());
        if made == [true; 3] && copy_mode(&one.folder, &one.upper).is_ok() {
            let _ =
                mount(c"overlay", one.folder.as_c_str(), c"overlay", flags, Some(&*one.options));
        }
    }
    unmount(STAGE, UnmountFlags::DETACH)?;
    // What it would log is no line of the daemon's.
    let _ = mount_bind(c"/dev/null", c"/dev/log");
    Ok(())
}

/// An overlay's root has owner and mode of its upper layer.
fn copy_mode(from: &CStr, to: &CStr) -> Result<(), Errno> {
    let stat = rustix::fs::stat(from)?;
    let (uid, gid) =
        (rustix::fs::Uid::from_raw(stat.st_uid), rustix::fs::Gid::from_raw(stat.st_gid));
    rustix::fs::chown(to, Some(uid), Some(gid))?;
    rustix::fs::chmod(to, Mode::from_raw_mode(stat.st_mode))
}

/// Goes on as the second process of the new namespace: some daemons behave otherwise when they are process 1. The
/// first one only holds the namespace; all in it end with it. This process waits, and ends as the second does.
fn become_second() -> io::Result<()> {
    // SAFETY: both sides make system calls alone.
    let first = unsafe { libc::fork() };
    match first {
        0 => hold_namespace(),
        1.. => {}
        _ => return Err(io::Error::last_os_error()),
    }
    // SAFETY: as above.
    let second = unsafe { libc::fork() };
    match second {
        0 => Ok(()),
        1.. => {
            // Whoever reads the program's output, or whether it could be executed, must not wait for this process.
            let_go_of_everything();
            end_like(second, first)
        }
        _ => {
            let error = io::Error::last_os_error();
            end(first, libc::SIGKILL);
            Err(error)
        }
    }
}

/// What the first process of the namespace does: nothing, until it is ended.
fn hold_namespace() -> ! {
    let_go_of_everything();
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    loop {
        // SAFETY: waits for a signal, and touches nothing.
        unsafe { libc::pause() };
    }
}

fn let_go_of_everything() {
    super::close_all_but([]);
    for fd in 0..3 {
        super::close(fd);
    }
}

fn end(pid: c_int, signal: c_int) {
    // SAFETY: a signal to a child that nobody has waited for, or to this process itself.
    unsafe { libc::kill(pid, signal) };
}

fn end_like(pid: c_int, first: c_int) -> ! {
    let child = rustix::process::Pid::from_raw(pid);
    let status = loop {
        match waitpid(child, WaitOptions::empty()) {
            Err(Errno::INTR) => {}
            Ok(Some((_, status))) => break Some(status),
            _ => break None,
        }
    };
    end(first, libc::SIGKILL);
    if let Some(signal) = status.and_then(WaitStatus::terminating_signal) {
        // SAFETY: asks for this process's own pid.
        end(unsafe { libc::getpid() }, signal);
    }
    super::exit(status.and_then(WaitStatus::exit_status).unwrap_or(255))
}

fn become_user(ids: &Ids) -> Result<(), Errno> {
    rustix::thread::set_thread_groups(&ids.groups)?;
    rustix::thread::set_thread_res_gid(ids.gid, ids.gid, ids.gid)?;
    rustix::thread::set_thread_res_uid(ids.uid, ids.uid, ids.uid)
}
