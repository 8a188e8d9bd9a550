//! The machine as a whole.

/// What runs the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Init {
    /// systemd.
    Systemd,
    /// OpenRC.
    OpenRc,
    /// sysvinit.
    SysV,
    /// Something else, or nothing.
    #[default]
    Other,
}

/// A line of a pressure file (PSI): percent of the time stalled in the last 10, 60 and 300 seconds, and the total in
/// microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stall {
    /// Percent, 10 seconds.
    pub avg10: f64,
    /// Percent, 60 seconds.
    pub avg60: f64,
    /// Percent, 300 seconds.
    pub avg300: f64,
    /// Microseconds.
    pub total_usec: u64,
}

/// Pressure (PSI): what is not there is not measured by this kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pressure {
    /// `some` of cpu.
    pub cpu_some: Option<Stall>,
    /// `some` of io.
    pub io_some: Option<Stall>,
    /// `full` of io.
    pub io_full: Option<Stall>,
    /// `some` of memory.
    pub memory_some: Option<Stall>,
    /// `full` of memory.
    pub memory_full: Option<Stall>,
}

/// A file system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filesystem {
    /// Where it is mounted.
    pub mount_point: String,
    /// `ext4`, `tmpfs`.
    pub kind: String,
    /// What is mounted: `/dev/vda1`.
    pub device: String,
    /// Its size in bytes; `None`: it was not asked (a network file system could hang).
    pub size_bytes: Option<u64>,
    /// What an unprivileged user may still use, in bytes.
    pub available_bytes: Option<u64>,
    /// What root may still use, in bytes.
    pub free_bytes: Option<u64>,
    /// Inodes; 0: it has no fixed number.
    pub inodes: Option<u64>,
    /// Inodes that are left.
    pub inodes_free: Option<u64>,
    /// It is mounted read-only.
    pub read_only: bool,
    /// Programs on it are not executed (`noexec`).
    pub no_exec: bool,
    /// Set-user-id bits on it do not count (`nosuid`).
    pub no_suid: bool,
    /// Its options say `errors=remount-ro`, or the file system is known to be writable otherwise.
    pub remounts_on_error: bool,
}

/// What becomes of core dumps here (core(5), coredump.conf(5)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreSetup {
    /// `kernel.core_uses_pid`.
    pub uses_pid: bool,
    /// The program that `kernel.core_pattern` pipes to, and whether it is there.
    pub handler: Option<(String, bool)>,
    /// `Storage=` of coredump.conf(5): `external`, `journal`, `none`; `None`: the default (`external`).
    pub storage: Option<String>,
    /// `ProcessSizeMax=`, bytes, where it is set: larger processes are not stored.
    pub process_size_max_bytes: Option<u64>,
    /// `ExternalSizeMax=`, bytes, where it is set.
    pub external_size_max_bytes: Option<u64>,
    /// The file that sets one of them, with the line.
    pub configured_at: Option<(String, u32)>,
}

/// The machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Machine {
    /// What runs it.
    pub init: Init,
    /// `x86_64`, as uname(2) says.
    pub architecture: String,
    /// When it was booted, in microseconds since 1970.
    pub boot_usec: u64,
    /// Processors.
    pub cpus: u32,
    /// `MemTotal`, `MemAvailable`, `SwapTotal`, `SwapFree` in bytes.
    pub memory_bytes: u64,
    /// See above.
    pub memory_available_bytes: u64,
    /// See above.
    pub swap_bytes: u64,
    /// See above.
    pub swap_free_bytes: u64,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: [f64; 3],
    /// Pressure of the whole machine.
    pub pressure: Pressure,
    /// File systems.
    pub filesystems: Vec<Filesystem>,
    /// `kernel.core_pattern`.
    pub core_pattern: Option<String>,
    /// What becomes of core dumps besides.
    pub core_setup: CoreSetup,
    /// `fs.suid_dumpable`.
    pub suid_dumpable: Option<u32>,
    /// `net.ipv4.ip_unprivileged_port_start`.
    pub unprivileged_port_start: Option<u16>,
    /// `net.ipv4.ip_nonlocal_bind`.
    pub nonlocal_bind: bool,
    /// Addresses that its interfaces have, without prefix length.
    pub addresses: Vec<std::net::IpAddr>,
    /// Open files of the whole machine and their limit (`fs.file-nr`).
    pub files: Option<(u64, u64)>,
    /// Threads of the whole machine and their limit (`kernel.threads-max`, `kernel.pid_max`: the smaller one).
    pub tasks: Option<(u64, u64)>,
    /// SELinux, AppArmor: which of them enforces.
    pub security_module: Option<String>,
    /// The machine is a container, by name.
    pub container: Option<String>,
    /// The kernel's lines that are about the machine as a whole: OOM kills, I/O errors, remounts.
    pub kernel_lines: Vec<super::Line>,
    /// Whether the kernel's log could be read at all.
    pub kernel_log: super::Seen<()>,
    /// Services of all managers that are in trouble: names.
    pub troubled: Vec<String>,
    /// `vm.overcommit_memory`: 2 refuses memory that could not be backed.
    pub overcommit: Option<u32>,
    /// `CommitLimit` and `Committed_AS` in bytes.
    pub committed: Option<(u64, u64)>,
    /// Processes in uninterruptible sleep (`procs_blocked` of `/proc/stat`).
    pub blocked: Option<u32>,
    /// Device numbers by name, of the mounted file systems and what they stand on: (`dm-0`, `/dev/mapper/data`).
    pub device_names: Vec<(String, String)>,
    /// Circles of ordering that systemd broke: its line.
    pub ordering_cycles: Vec<super::Line>,
}

impl Machine {
    /// The file system that holds a path: by the longest mount point.
    pub fn filesystem_of(&self, path: &str) -> Option<&Filesystem> {
        let holds = |fs: &&Filesystem| {
            let point = fs.mount_point.trim_end_matches('/');
            path.strip_prefix(point).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // Of two at the same place, the later one covers the other.
        self.filesystems
            .iter()
            .filter(holds)
            .max_by_key(|fs| fs.mount_point.trim_end_matches('/').len())
    }
}
