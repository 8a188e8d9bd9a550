//! What a made-up process is like.

mod links;
mod signals;

use std::collections::BTreeMap;
use std::path::PathBuf;

use links::NAMESPACES;
use signals::Signals;

/// A process to be; every method changes one thing and gives it back.
///
/// A new one is a plain program of root without a terminal: state `S`, its own session and group,
/// child of pid 1, started 1 second after boot, one thread, all namespaces the machine's,
/// descriptors 0 to 2 on `/dev/null`.
#[derive(Debug, Clone)]
pub struct Process {
    pub(super) pid: u32,
    pub(super) comm: Vec<u8>,
    pub(super) state: char,
    pub(super) ppid: u32,
    pub(super) pgrp: i32,
    pub(super) session: i32,
    pub(super) tty_nr: i32,
    pub(super) tpgid: i32,
    pub(super) flags: u32,
    pub(super) utime_ticks: u64,
    pub(super) stime_ticks: u64,
    pub(super) nice: i32,
    pub(super) threads: u32,
    pub(super) start_ticks: u64,
    pub(super) virtual_bytes: u64,
    pub(super) rss_pages: u64,
    pub(super) uids: [u32; 4],
    pub(super) gids: [u32; 4],
    pub(super) umask: u32,
    pub(super) signals: Signals,
    pub(super) capabilities: u64,
    pub(super) no_new_privs: bool,
    pub(super) seccomp: u32,
    pub(super) cmdline: Vec<u8>,
    pub(super) environ: Vec<u8>,
    pub(super) cgroup: Vec<u8>,
    pub(super) links: BTreeMap<String, PathBuf>,
}

/// `PF_KTHREAD` of `include/linux/sched.h`.
const PF_KTHREAD: u32 = 0x0020_0000;
/// `PF_WQ_WORKER`.
const PF_WQ_WORKER: u32 = 0x0000_0020;
/// `PF_FORKNOEXEC`.
const PF_FORKNOEXEC: u32 = 0x0000_0040;

impl Process {
    pub(super) fn new(pid: u32) -> Self {
        let own = i32::try_from(pid).unwrap_or(i32::MAX);
        let process = Self {
            pid,
            comm: b"program".to_vec(),
            state: 'S',
            ppid: u32::from(pid != 1),
            pgrp: own,
            session: own,
            tty_nr: 0,
            tpgid: -1,
            flags: 0x0040_0000,
            utime_ticks: 10,
            stime_ticks: 5,
            nice: 0,
            threads: 1,
            start_ticks: 100,
            virtual_bytes: 8 << 20,
            rss_pages: 256,
            uids: [0; 4],
            gids: [0; 4],
            umask: 0o022,
            signals: Signals::default(),
            capabilities: 0x01ff_ffff_ffff,
            no_new_privs: false,
            seccomp: 0,
            cmdline: b"program\0".to_vec(),
            environ: Vec::new(),
            cgroup: b"0::/\n".to_vec(),
            links: BTreeMap::new(),
        };
        let process = process.link("exe", "/usr/bin/program").link("cwd", "/").link("root", "/");
        let process = (0..3).fold(process, |process, fd| process.fd(fd, "/dev/null"));
        NAMESPACES.iter().fold(process, |process, (kind, inode)| process.namespace(kind, *inode))
    }

    /// The name, as prctl(2) `PR_SET_NAME` would set it. Any bytes; the kernel keeps 15 of them
    /// (63 for a kernel thread), this does not cut.
    #[must_use]
    pub fn comm(mut self, comm: impl AsRef<[u8]>) -> Self {
        self.comm = comm.as_ref().to_vec();
        self
    }

    /// The state letter of `stat`.
    #[must_use]
    pub const fn state(mut self, state: char) -> Self {
        self.state = state;
        self
    }

    /// The parent.
    #[must_use]
    pub const fn ppid(mut self, ppid: u32) -> Self {
        self.ppid = ppid;
        self
    }

    /// The process group.
    #[must_use]
    pub const fn pgrp(mut self, pgrp: i32) -> Self {
        self.pgrp = pgrp;
        self
    }

    /// The session.
    #[must_use]
    pub const fn session(mut self, session: i32) -> Self {
        self.session = session;
        self
    }

    /// The controlling terminal `/dev/pts/N`, and its foreground process group.
    #[must_use]
    pub const fn pts(self, number: u32, foreground: i32) -> Self {
        self.tty(136 + (number >> 8), number & 0xff, foreground)
    }

    /// The controlling terminal by its device numbers, and its foreground process group.
    #[must_use]
    pub const fn tty(mut self, major: u32, minor: u32, foreground: i32) -> Self {
        // new_encode_dev() of the kernel.
        let encoded = (minor & 0xff) | (major << 8) | ((minor & !0xff) << 12);
        self.tty_nr = encoded.cast_signed();
        self.tpgid = foreground;
        self
    }

    /// The kernel's flags (`PF_*`), as they are in `stat`.
    #[must_use]
    pub const fn flags(mut self, flags: u32) -> Self {
        self.flags = flags;
        self
    }

    /// A kernel thread: child of pid 2 (unless it is pid 2), no command line, no links, no memory.
    #[must_use]
    pub fn kernel_thread(mut self, comm: &str) -> Self {
        let worker = if comm.starts_with("kworker/") { PF_WQ_WORKER } else { 0 };
        self.flags = PF_KTHREAD | PF_FORKNOEXEC | worker;
        (self.pgrp, self.session) = (0, 0);
        self.ppid = if self.pid == 2 { 0 } else { 2 };
        (self.virtual_bytes, self.rss_pages) = (0, 0);
        self.signals.ignored = u64::MAX;
        self.cmdline.clear();
        self.links.retain(|path, _| path.starts_with("ns/") || path == "cwd" || path == "root");
        self.comm(comm)
    }

    /// A zombie: state `Z`, nothing left but `stat` and `status`.
    #[must_use]
    pub fn zombie(mut self) -> Self {
        self.state = 'Z';
        (self.virtual_bytes, self.rss_pages) = (0, 0);
        self.cmdline.clear();
        self.links.clear();
        self
    }

    /// CPU time spent in user and in kernel mode, in clock ticks (100 a second).
    #[must_use]
    pub const fn cpu_ticks(mut self, user: u64, kernel: u64) -> Self {
        (self.utime_ticks, self.stime_ticks) = (user, kernel);
        self
    }

    /// The nice value, -20 to 19.
    #[must_use]
    pub const fn nice(mut self, nice: i32) -> Self {
        self.nice = nice;
        self
    }

    /// The number of threads.
    #[must_use]
    pub const fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self
    }

    /// When it started, in clock ticks after boot.
    #[must_use]
    pub const fn start_ticks(mut self, ticks: u64) -> Self {
        self.start_ticks = ticks;
        self
    }

    /// Its memory: virtual size in bytes and resident pages of 4096 bytes.
    #[must_use]
    pub const fn memory(mut self, virtual_bytes: u64, rss_pages: u64) -> Self {
        (self.virtual_bytes, self.rss_pages) = (virtual_bytes, rss_pages);
        self
    }

    /// Its user: real, effective, saved and of the file system.
    #[must_use]
    pub const fn uid(mut self, uid: u32) -> Self {
        self.uids = [uid; 4];
        self.gids = [uid; 4];
        if uid != 0 {
            self.capabilities = 0;
        }
        self
    }

    /// The umask.
    #[must_use]
    pub const fn umask(mut self, umask: u32) -> Self {
        self.umask = umask;
        self
    }

    /// The effective, permitted and bounding capabilities, bit by bit.
    #[must_use]
    pub const fn capabilities(mut self, mask: u64) -> Self {
        self.capabilities = mask;
        self
    }

    /// `NoNewPrivs` and `Seccomp` (0 off, 1 strict, 2 filter).
    #[must_use]
    pub const fn confined(mut self, no_new_privs: bool, seccomp: u32) -> Self {
        self.no_new_privs = no_new_privs;
        self.seccomp = seccomp;
        self
    }

    /// The arguments, each ended by a NUL byte.
    #[must_use]
    pub fn cmdline<A: AsRef<[u8]>>(mut self, arguments: &[A]) -> Self {
        self.cmdline = with_nuls(arguments);
        self
    }

    /// `cmdline` as it is, for programs that write over their arguments.
    #[must_use]
    pub fn cmdline_raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.cmdline = bytes.as_ref().to_vec();
        self
    }

    /// The environment it was started with, `NAME=value` each.
    #[must_use]
    pub fn environ<A: AsRef<[u8]>>(mut self, variables: &[A]) -> Self {
        self.environ = with_nuls(variables);
        self
    }

    /// The lines of `cgroup`, as `0::/system.slice/x.service`.
    #[must_use]
    pub fn cgroup(mut self, lines: &str) -> Self {
        self.cgroup = format!("{}\n", lines.trim_end()).into_bytes();
        self
    }
}

fn with_nuls<A: AsRef<[u8]>>(words: &[A]) -> Vec<u8> {
    words.iter().flat_map(|word| word.as_ref().iter().copied().chain([0])).collect()
}
