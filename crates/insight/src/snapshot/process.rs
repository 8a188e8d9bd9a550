//! A process of a service, as far as rules ask.

use super::Seen;

/// Capability sets (capabilities(7)), a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// In use.
    pub effective: u64,
    /// At hand.
    pub permitted: u64,
    /// Kept over execve(2) by ambient.
    pub ambient: u64,
    /// Can be gained at most.
    pub bounding: u64,
}

/// A limit of getrlimit(2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// As `/proc/PID/limits` calls it: `Max open files`.
    pub name: String,
    /// `None`: unlimited.
    pub soft: Option<u64>,
    /// `None`: unlimited.
    pub hard: Option<u64>,
}

/// Open descriptors by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DescriptorKinds {
    /// Regular files.
    pub files: u32,
    /// Sockets.
    pub sockets: u32,
    /// Pipes and FIFOs.
    pub pipes: u32,
    /// epoll, eventfd, timerfd, inotify, signalfd.
    pub anonymous: u32,
    /// Everything else.
    pub others: u32,
}

/// Descriptors of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptors {
    /// How many.
    pub count: u32,
    /// Of what kind.
    pub kinds: DescriptorKinds,
    /// The path that most of them lead to, and how many: a leak shows.
    pub most_of: Option<(String, u32)>,
}

/// What a process is mapped of memory, in bytes, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Heap and anonymous memory.
    pub anonymous_bytes: u64,
    /// Mapped files.
    pub file_bytes: u64,
    /// Shared memory.
    pub shared_bytes: u64,
    /// Stacks; part of the anonymous memory, 0 where nobody looked at the map.
    pub stack_bytes: u64,
    /// Swapped out.
    pub swap_bytes: u64,
}

/// A thread that stands out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thread {
    /// Its id.
    pub tid: u32,
    /// Its name.
    pub name: String,
    /// Share of one processor in user mode over the time between two looks, percent.
    pub user_percent: f64,
    /// The same in the kernel.
    pub system_percent: f64,
    /// `R`, `S`, `D` …
    pub state: char,
    /// It was in `D` at two looks that long apart and did not run between them, microseconds; 0: seen once.
    pub stuck_usec: u64,
    /// How often a second it gave up its processor by waiting, over the time between two looks.
    pub waits_per_second: Option<f64>,
}

/// What a process in uninterruptible sleep waits on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitingOn {
    /// The kernel's function (`/proc/PID/wchan`).
    pub function: Option<String>,
    /// The system call (`/proc/PID/syscall`, `stack`).
    pub system_call: Option<String>,
    /// The file it works on, if the call's first argument is a descriptor.
    pub path: Option<String>,
}

/// TCP connections of a process, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// All.
    pub total: u32,
    /// The peer has closed, and the process has not.
    pub close_wait: u32,
    /// Not yet established.
    pub syn: u32,
    /// The peer that most of those in CLOSE_WAIT have.
    pub close_wait_peer: Option<String>,
}

/// What changed between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessGrowth {
    /// Seconds between the looks.
    pub seconds: f64,
    /// Share of one processor in user mode, percent.
    pub user_percent: f64,
    /// The same in the kernel.
    pub system_percent: f64,
    /// Resident memory, bytes more (or less).
    pub rss_bytes: i64,
    /// Anonymous memory, bytes more (or less).
    pub anonymous_bytes: i64,
    /// Descriptors more (or less).
    pub descriptors: i64,
    /// By kind, more (or less): files, sockets, pipes, anonymous.
    pub descriptor_kinds: [i64; 4],
    /// Bytes read from disks.
    pub read_bytes: u64,
    /// Bytes written to disks.
    pub written_bytes: u64,
    /// Involuntary context switches and voluntary ones.
    pub switches: (u64, u64),
    /// Time it waited for disks, in microseconds (`delayacct_blkio_ticks`).
    pub io_wait_usec: u64,
    /// Major faults.
    pub major_faults: u64,
    /// Children forked, as far as they are seen.
    pub forks: u64,
    /// By class of mapping, bytes more (or less): heap, other anonymous memory, files, shared memory, stacks.
    /// `None`: its map was not looked at, since it did not grow, or may not be seen.
    pub classes: Option<[i64; 5]>,
    /// How many more descriptors lead to what [`Descriptors::most_of`] names.
    pub most_of: Option<i64>,
}

/// What a control group did between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CgroupGrowth {
    /// Seconds between the looks.
    pub seconds: f64,
    /// Processor time, microseconds.
    pub usage_usec: u64,
    /// Periods of its quota that passed, those in which it was held back, and for how long in microseconds;
    /// `None`: it has no quota, or this kernel does not tell.
    pub throttled: Option<(u64, u64, u64)>,
    /// Memory, bytes more (or less).
    pub memory_bytes: Option<i64>,
    /// Tasks more (or less).
    pub tasks: Option<i64>,
    /// Bytes read and written.
    pub io_bytes: Option<(u64, u64)>,
    /// Microseconds in which some task stood still for want of a processor, the disk, memory.
    pub stalled_usec: [Option<u64>; 3],
}

/// A process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// Its pid, in our namespace.
    pub pid: u32,
    /// Its parent.
    pub ppid: u32,
    /// When it was started, in microseconds since 1970.
    pub start_usec: u64,
    /// When it was looked at, in microseconds since 1970.
    pub looked_usec: u64,
    /// `comm`.
    pub name: String,
    /// Its command line.
    pub command: String,
    /// The program (`exe`), without ` (deleted)`.
    pub program: Seen<String>,
    /// `R`, `S`, `D`, `Z`, `T` …
    pub state: char,
    /// Real, effective, saved, file system.
    pub uids: [u32; 4],
    /// Real, effective, saved, file system.
    pub gids: [u32; 4],
    /// Supplementary.
    pub groups: Vec<u32>,
    /// Its capabilities.
    pub capabilities: Seen<Capabilities>,
    /// `NoNewPrivs`.
    pub no_new_privs: Seen<bool>,
    /// `Seccomp`: 0 off, 1 strict, 2 filter.
    pub seccomp: Seen<u8>,
    /// AppArmor's or SELinux's label.
    pub label: Seen<String>,
    /// Namespaces that are not those of process 1: `mnt`, `net`, `pid`, `user`, `uts`, `ipc`, `cgroup`.
    pub own_namespaces: Seen<Vec<String>>,
    /// Its root directory, `/` as a rule.
    pub root: Seen<String>,
    /// Its working directory.
    pub working_directory: Seen<String>,
    /// Its umask.
    pub umask: Option<u32>,
    /// Threads.
    pub threads: u32,
    /// Resident, bytes.
    pub rss_bytes: u64,
    /// Memory by class.
    pub mapped: Seen<Mapped>,
    /// CPU time since its start, user and system, microseconds.
    pub cpu_usec: (u64, u64),
    /// Limits.
    pub limits: Seen<Vec<Limit>>,
    /// Descriptors.
    pub descriptors: Seen<Descriptors>,
    /// Connections.
    pub connections: Seen<Connections>,
    /// Threads that use much or hang.
    pub notable_threads: Vec<Thread>,
    /// What it waits on, if it is in `D`.
    pub waiting_on: Option<WaitingOn>,
    /// What changed between two looks.
    pub growth: Option<ProcessGrowth>,
    /// Signals it ignores or handles, a bit each (bit 0: signal 1).
    pub signals: Option<(u64, u64)>,
    /// The most memory it ever had, bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Swapped out, bytes.
    pub swap_bytes: Option<u64>,
    /// How often its main thread was made to give up its processor, and did so by waiting, since its start.
    pub switches: Option<(u64, u64)>,
    /// Address space, bytes: what `Max address space` limits.
    pub virtual_bytes: u64,
    /// Who traces it (a debugger, strace), by pid.
    pub traced_by: Option<u32>,
    /// Children that have ended and that it has not waited for: how many, and the name of the first.
    pub zombies: Option<(u32, String)>,
    /// Listening sockets of it whose queue of connections is full: address, waiting, limit.
    pub full_queues: Vec<(String, u32, u32)>,
    /// It is in a frozen control group (cgroup.freeze, the freezer of cgroup v1).
    pub frozen: bool,
    /// Variables of its environment that matter to rules: `LD_PRELOAD`, `NOTIFY_SOCKET`, `LISTEN_FDS` …
    pub environment: Seen<Vec<(String, String)>>,
}
