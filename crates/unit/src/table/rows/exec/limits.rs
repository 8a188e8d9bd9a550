//! Limits, other properties of processes, and scheduling: systemd.exec(5), PROCESS PROPERTIES,
//! SCHEDULING.

use crate::table::{
    Directive,
    kind::{
        Kind::{
            Choice, CoredumpFilter, CpusOr, Integer, Limit, Mode, Nanoseconds, NiceLevel, OomScore,
            Personality,
        },
        LimitUnit::{Bytes, Count, Nice, Seconds, Usec},
        Words,
    },
    rows::build::{Computed, Is, Manager, NONE, SAME, off, on, row},
};

/// With the numbers of sched_setscheduler(2).
const POLICIES: Words = &["other|0", "batch|3", "idle|5", "fifo|1", "rr|2", "ext|7"];
/// With the numbers of ioprio_set(2).
const IO_CLASSES: Words = &["none|0", "realtime|1", "best-effort|2", "idle|3"];
const NUMA_POLICIES: Words = &[
    "default",
    "preferred",
    "bind",
    "interleave",
    "local",
    "preferred-many",
    "weighted-interleave",
];

/// Rows of resource limits: the manager has a default of its own for each.
macro_rules! limits {
    ($($name:literal, $unit:ident, $doc:literal;)*) => {
        [$(row(
            concat!("Limit", $name),
            Limit($unit),
            Manager(concat!("DefaultLimit", $name)),
            0,
            SAME,
            $doc,
        ),)*]
    };
}

const LIMITS: [Directive; 16] = limits! {
    "CPU", Seconds, "The processor time of a process";
    "FSIZE", Bytes, "The size of a file that a process writes";
    "DATA", Bytes, "The size of a process's data segment";
    "STACK", Bytes, "The size of a process's stack";
    "CORE", Bytes, "The size of a core dump";
    "RSS", Bytes, "The resident memory of a process; Linux ignores it";
    "NOFILE", Count, "How many descriptors a process may have open";
    "AS", Bytes, "The size of a process's address space";
    "NPROC", Count, "How many processes and threads the user may have";
    "MEMLOCK", Bytes, "How much memory a process may lock";
    "LOCKS", Count, "How many file locks a process may hold; Linux ignores it";
    "SIGPENDING", Count, "How many signals may wait for the user's processes";
    "MSGQUEUE", Bytes, "How much memory the user's POSIX message queues may take";
    "NICE", Nice, "The best nice level that a process may ask for";
    "RTPRIO", Count, "The highest real-time priority that a process may ask for";
    "RTTIME", Usec, "The processor time of a real-time process between two sleeps";
};

#[rustfmt::skip] // a row is easier to read on one line
const OTHERS: [Directive; 16] = [
    row("UMask", Mode, Is("0022"), 0, SAME, "The access bits that new files do not get"),
    row("CoredumpFilter", CoredumpFilter, Computed("as the kernel has it"), 246, SAME, "Which kinds of memory a core dump holds").append(),
    row("KeyringMode", Choice(&["inherit", "private", "shared"]), Computed("private; shared for units other than services"), 235, SAME, "Which session keyring the commands have"),
    row("OOMScoreAdjust", OomScore, Computed("DefaultOOMScoreAdjust= of the manager, else its own"), 0, SAME, "How likely the kernel is to kill the processes for want of memory"),
    row("TimerSlackNSec", Nanoseconds, Computed("the manager's own"), 0, SAME, "By how much timers may be late"),
    row("Personality", Personality, Computed("that of the kernel"), 209, SAME, "The machine that uname(2) names"),
    on("IgnoreSIGPIPE", 0, "SIGPIPE is ignored"),
    row("Nice", NiceLevel, Is("0"), 0, SAME, "The nice level: 19 is the most modest, -20 the least"),
    row("CPUSchedulingPolicy", Choice(POLICIES), Is("other"), 0, SAME, "How the kernel shares out processor time to the processes"),
    row("CPUSchedulingPriority", Integer(0, 99), Is("0"), 0, SAME, "The priority among real-time processes: 99 is the highest"),
    off("CPUSchedulingResetOnFork", 0, "Children do not inherit a raised policy or priority"),
    row("CPUAffinity", CpusOr(&["numa"]), Computed("CPUAffinity= of the manager"), 0, SAME, "The processors that the processes run on").append(),
    row("NUMAPolicy", Choice(NUMA_POLICIES), Computed("NUMAPolicy= of the manager"), 243, SAME, "From which memory nodes memory is taken"),
    row("NUMAMask", CpusOr(&["all"]), NONE, 243, SAME, "The memory nodes that NUMAPolicy= is about").append(),
    row("IOSchedulingClass", Choice(IO_CLASSES), Is("best-effort"), 0, SAME, "The class of input and output"),
    row("IOSchedulingPriority", Integer(0, 7), Is("4"), 0, SAME, "The priority within that class: 0 is the highest"),
];

pub(in crate::table::rows) const ROWS: &[Directive] =
    &crate::table::rows::build::join::<{ LIMITS.len() + OTHERS.len() }>(&[&LIMITS, &OTHERS]);
