//! What is looked at beyond a call's name: one table for what is done before a call, one for after it has worked.
//!
//! Calls that are in no table are counted.

mod attributes;
mod code;
mod files;
mod identity;
mod netlink;
mod paths;
mod programs;
mod sockets;
mod system;

use crate::recorder::{Call, Recorder};

/// Looks at a call.
pub type Handler = fn(&mut Recorder, &mut Call<'_>);

/// Before the call is made: what it is about to change.
pub const AT_ENTRY: &[(&str, Handler)] = &[
    ("execve", programs::about_to_run),
    ("execveat", programs::about_to_run_at),
    ("setuid", identity::read_who),
    ("setreuid", identity::read_who),
    ("setresuid", identity::read_who),
    ("setfsuid", identity::read_who),
    ("setgid", identity::read_who),
    ("setregid", identity::read_who),
    ("setresgid", identity::read_who),
    ("setfsgid", identity::read_who),
    ("setgroups", identity::read_who),
    ("capset", identity::read_who),
    ("setrlimit", system::read_limit),
    ("prlimit64", system::read_limit),
    ("exit", programs::ending),
    ("exit_group", programs::ending),
];

/// After the call has worked.
pub const WHEN_WORKED: &[(&str, Handler)] = &[
    // Files by path.
    ("open", files::open),
    ("openat", files::openat),
    ("openat2", files::openat2),
    ("creat", files::creat),
    ("stat", files::looked_at),
    ("lstat", files::looked_at),
    ("access", files::access),
    ("faccessat", files::access_at),
    ("faccessat2", files::access_at),
    ("newfstatat", files::looked_at_at),
    ("statx", files::looked_at_at),
    ("readlink", files::looked_at),
    ("readlinkat", files::looked_at_at),
    ("statfs", files::looked_at),
    ("chdir", files::looked_at),
    ("truncate", files::written),
    ("mkdir", files::made_1),
    ("mkdirat", files::made_2),
    ("mknod", files::made_1),
    ("mknodat", files::made_2),
    ("rmdir", files::changed_0),
    ("unlink", files::changed_0),
    ("unlinkat", files::changed_at_0),
    ("rename", files::changed_0_1),
    ("renameat", files::changed_at_0_2),
    ("renameat2", files::changed_at_0_2),
    ("link", files::changed_1),
    ("linkat", files::changed_at_2),
    ("symlink", files::changed_1),
    ("symlinkat", files::symlink_at),
    ("chmod", attributes::chmod),
    ("fchmod", attributes::fchmod),
    ("fchmodat", attributes::fchmodat),
    ("fchmodat2", attributes::fchmodat),
    ("chown", attributes::chown),
    ("lchown", attributes::chown),
    ("fchown", attributes::fchown),
    ("fchownat", attributes::fchownat),
    ("utime", attributes::times),
    ("utimes", attributes::times),
    ("futimesat", attributes::times_at),
    ("utimensat", attributes::times_at),
    ("setxattr", attributes::extended),
    ("lsetxattr", attributes::extended),
    ("removexattr", attributes::extended),
    ("execve", programs::ran),
    ("execveat", programs::ran),
    ("chroot", system::chroot),
    // Sockets.
    ("socket", sockets::socket),
    ("socketpair", sockets::socketpair),
    ("bind", sockets::bind),
    ("connect", sockets::connect),
    ("accept", sockets::accept),
    ("accept4", sockets::accept),
    ("sendto", sockets::sendto),
    ("sendmsg", sockets::sendmsg),
    ("setsockopt", sockets::setsockopt),
    // Who it is.
    ("setuid", identity::setuid),
    ("setreuid", identity::setuid),
    ("setresuid", identity::setuid),
    ("setfsuid", identity::setuid),
    ("setgid", identity::setgid),
    ("setregid", identity::setgid),
    ("setresgid", identity::setgid),
    ("setfsgid", identity::setgid),
    ("setgroups", identity::setgroups),
    ("capset", identity::changed),
    ("prctl", identity::prctl),
    ("kill", identity::kill),
    ("tkill", identity::kill),
    ("tgkill", identity::tgkill),
    ("rt_sigqueueinfo", identity::kill),
    ("pidfd_open", identity::pidfd_open),
    ("ptrace", identity::ptrace),
    ("process_vm_readv", identity::ptrace),
    ("process_vm_writev", identity::ptrace),
    // Code.
    ("mmap", code::mmap),
    ("mprotect", code::mprotect),
    ("pkey_mprotect", code::mprotect),
    ("shmat", code::shmat),
    ("personality", code::personality),
    // The rest of the machine.
    ("clone", system::clone),
    ("clone3", system::clone3),
    ("unshare", system::unshare),
    ("setns", system::setns),
    ("mount", system::mount),
    ("umount2", system::mount),
    ("pivot_root", system::mount),
    ("move_mount", system::mount),
    ("fsmount", system::mount),
    ("open_tree", system::mount),
    ("mount_setattr", system::mount),
    ("sethostname", system::hostname),
    ("setdomainname", system::hostname),
    ("swapon", system::admin),
    ("swapoff", system::admin),
    ("quotactl", system::admin),
    ("fanotify_init", system::admin),
    ("bpf", system::admin),
    ("perf_event_open", system::admin),
    ("open_by_handle_at", system::by_handle),
    ("clock_settime", system::clock),
    ("settimeofday", system::clock),
    ("adjtimex", system::clock_steered),
    ("clock_adjtime", system::clock_steered_1),
    ("init_module", system::module),
    ("finit_module", system::module),
    ("delete_module", system::module),
    ("syslog", system::kernel_log),
    ("reboot", system::boot),
    ("kexec_load", system::boot),
    ("kexec_file_load", system::boot),
    ("acct", system::accounting),
    ("iopl", system::raw_io),
    ("ioperm", system::raw_io),
    ("vhangup", system::hangup),
    ("sched_setscheduler", system::scheduler),
    ("sched_setparam", system::scheduler_parameter),
    ("sched_setattr", system::scheduler_attributes),
    ("setpriority", system::priority),
    ("ioprio_set", system::io_priority),
    ("setrlimit", system::limit),
    ("prlimit64", system::limit),
    ("mlock", system::memory_lock),
    ("mlock2", system::memory_lock),
    ("mlockall", system::memory_lock),
    ("fcntl", system::fcntl),
    ("ioctl", system::ioctl),
    ("timer_create", system::alarm_timer),
    ("timerfd_create", system::alarm_timer),
    ("add_key", system::keyring),
    ("request_key", system::keyring),
    ("keyctl", system::keyring),
    ("shmget", system::ipc),
    ("semget", system::ipc),
    ("msgget", system::ipc),
    ("mq_open", system::ipc),
];

/// Notes the program that a process has become.
pub fn became(recorder: &mut Recorder, pid: u32) {
    programs::became(recorder, pid, None);
}

/// Notes a file that is open with these flags.
pub use files::used;
/// The path of an open file, if it is one with a place.
pub use paths::of_file;
/// Keeps an address while there are not too many.
pub use sockets::keep;

/// The handler of that call.
pub fn find(table: &[(&str, Handler)], name: &str) -> Option<Handler> {
    table.iter().find(|(known, _)| *known == name).map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_call_that_is_known_and_is_there_once() {
        for table in [AT_ENTRY, WHEN_WORKED] {
            let mut names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            let before = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), before);
        }
        #[cfg(target_arch = "x86_64")]
        for (name, _) in AT_ENTRY.iter().chain(WHEN_WORKED) {
            let known = name.parse::<syscalls::Sysno>().is_ok();
            assert!(known || *name == "fchmodat2", "{name}");
        }
    }
}
