//! The finer settings of a daemon.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Where a daemon's standard output and error go. Its standard input is `/dev/null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// `/dev/null`.
    Null,
    /// Appended to a file. It is opened with the caller's rights, made with mode 0640 for the daemon's
    /// user if it is not there, and not followed if it is a symbolic link.
    File(PathBuf),
    /// Appended to a file as start-stop-daemon(8) does it: made with mode 0664 for the caller, symbolic
    /// links followed.
    PlainFile(PathBuf),
    /// Line by line to `/dev/log`, as `daemon.info`, or as each line's own `<N>` says; by a small process
    /// beside the daemon, which runs as the same user.
    Syslog,
}

/// How the processor and disks treat a daemon. What is not set stays as the caller has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scheduling {
    /// -20 to 19, see setpriority(2).
    pub nice: Option<i32>,
    /// Policy and static priority, see sched(7).
    pub processor: Option<(Policy, i32)>,
    /// Class and priority (0 to 7), see ioprio_set(2).
    pub io: Option<(IoClass, i32)>,
}

/// A scheduling policy, see sched(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// `SCHED_OTHER`.
    Other,
    /// `SCHED_FIFO`.
    Fifo,
    /// `SCHED_RR`.
    RoundRobin,
}

/// A class of I/O scheduling, see ioprio_set(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IoClass {
    /// Before all others.
    RealTime,
    /// The usual one.
    BestEffort,
    /// Only when the disk has nothing else to do.
    Idle,
}

/// A daemon that is up.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// Its pid.
    pub pid: u32,
    /// What it said of its state last (`STATUS=` of sd_notify(3)), while it was waited for.
    pub status: Option<String>,
    /// It ended within the time of grace, without an error: its work was short, or it has detached itself.
    pub ended: Option<ExitStatus>,
    /// It did not say in time that it is ready, and runs on, see [`leave_unready`](super::Detach::leave_unready).
    pub is_late: bool,
}

/// What a program keeps of the caller's instead of getting its own, as start-stop-daemon(8) has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inherits {
    /// All variables; those that are given are added.
    pub environment: bool,
    /// Ignored signals.
    pub signals: bool,
    /// All descriptors; standard output and error only where no other place is given for them.
    pub descriptors: bool,
}

impl Policy {
    pub(super) fn number(self) -> i32 {
        match self {
            Policy::Other => libc::SCHED_OTHER,
            Policy::Fifo => libc::SCHED_FIFO,
            Policy::RoundRobin => libc::SCHED_RR,
        }
    }
}

impl IoClass {
    /// As in `linux/ioprio.h`.
    pub(super) fn number(self) -> i32 {
        match self {
            IoClass::RealTime => 1,
            IoClass::BestEffort => 2,
            IoClass::Idle => 3,
        }
    }
}
