//! One process in a sample.

use std::sync::Arc;

use crate::executable::ExeFile;
use crate::fact::Fact;
use crate::namespaces::Namespaces;
use crate::procfs::PidDir;
use crate::raw::io::Io;
use crate::raw::limits::Limit;
use crate::raw::stat::Stat;
use crate::raw::status::Status;

/// Which process, for as long as the machine runs: pids are used again, a pair of pid and start
/// time is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessKey {
    /// Its number in this pid namespace.
    pub pid: u32,
    /// Its start, in clock ticks after boot (field 22 of proc_pid_stat(5)).
    pub start_ticks: u64,
}

/// Index of a control group in [`crate::sample::Sample::cgroups`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CgroupId(pub(crate) u32);

/// What was read of one process, at one moment.
#[derive(Debug, Clone)]
pub struct Process {
    /// Who it is.
    pub key: ProcessKey,
    /// Its name: at most 15 bytes, which it may set itself to anything (`PR_SET_NAME`).
    pub comm: Box<[u8]>,
    /// The kernel's figures.
    pub stat: Stat,
    /// Effective user id.
    pub euid: Fact<u32>,
    /// Arguments, each ended by a NUL, which it may overwrite with anything.
    pub cmdline: Fact<Box<[u8]>>,
    /// Its control group.
    pub cgroup: Fact<CgroupId>,
    /// Inode of its pid namespace.
    pub pid_namespace: Fact<u64>,
    /// What is read only of those that a rule or a column asks for.
    pub extra: Option<Box<Extra>>,
    /// Its directory, kept open while a verdict may still want more of it.
    pub(crate) held: Option<Arc<PidDir>>,
}

/// Links and files that cost too much to read of every process.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// Path of the executable; ` (deleted)` behind it when it was removed or replaced.
    pub exe: Fact<Box<[u8]>>,
    /// Working directory.
    pub cwd: Fact<Box<[u8]>>,
    /// Targets of descriptors 0, 1 and 2; not applicable: closed.
    pub stdio: [Fact<Box<[u8]>>; 3],
    /// Environment at the time of `execve`, each variable ended by a NUL.
    pub environ: Fact<Box<[u8]>>,
    /// `/proc/PID/status`.
    pub status: Fact<Box<Status>>,
    /// `/proc/PID/io`.
    pub io: Fact<Io>,
    /// `/proc/PID/oom_score`, 0 to 2000.
    pub oom_score: Fact<u32>,
    /// Proportional set size, from `smaps_rollup`.
    pub pss_bytes: Fact<u64>,
    /// Open descriptors.
    pub descriptors: Fact<u32>,
    /// What became of the executable's file.
    pub exe_file: Fact<ExeFile>,
    /// Root directory: not `/` after chroot(2).
    pub root: Fact<Box<[u8]>>,
    /// Resource limits.
    pub limits: Fact<Box<[Limit]>>,
    /// Namespaces, in the order of [`crate::namespaces::KINDS`].
    pub namespaces: Fact<Box<Namespaces>>,
    /// `/proc/PID/oom_score_adj`, -1000 to 1000.
    pub oom_score_adj: Fact<i32>,
    /// Inodes of its sockets, ascending, each once.
    pub sockets: Fact<Box<[u64]>>,
    /// Its network namespace, by [`crate::sockets::net_tables_id`].
    pub net_tables: Fact<u64>,
}

impl Process {
    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.key.pid
    }

    /// The first argument, if there are any.
    pub fn argv0(&self) -> Option<&[u8]> {
        self.args().next().filter(|arg| !arg.is_empty())
    }

    /// The arguments, as `cmdline` has them now.
    pub fn args(&self) -> impl Iterator<Item = &[u8]> {
        let text = self.cmdline.known().map_or(&[][..], |text| text);
        // A title written over the arguments (setproctitle) may end without a NUL, or with many.
        let end = text.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1);
        let text = text.get(..end).unwrap_or_default();
        text.split(|&byte| byte == 0).take(if text.is_empty() { 0 } else { usize::MAX })
    }

    /// The name of the program without folders: of the executable if that was read, else `comm`.
    pub fn program(&self) -> &[u8] {
        match self.exe() {
            Some(exe) => base_name(exe.strip_suffix(b" (deleted)").unwrap_or(exe)),
            None => &self.comm,
        }
    }

    /// The name to show: `comm`, in full where the kernel cut it at 15 bytes and the arguments still
    /// have the rest.
    pub fn shown_name(&self) -> &[u8] {
        let full = self
            .argv0()
            .map(base_name)
            .filter(|full| self.comm.len() == 15 && full.starts_with(&self.comm));
        full.unwrap_or(&self.comm)
    }

    /// Whether what tells a daemon from a job left behind was asked for: its descriptors, folder,
    /// executable and environment ([`crate::needs::Needs::DETACHMENT`]).
    pub fn detachment_is_read(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| {
            extra.environ != Fact::NotMeasured
                && extra.stdio.iter().all(|link| *link != Fact::NotMeasured)
        })
    }

    /// The executable's path, if it was read.
    pub fn exe(&self) -> Option<&[u8]> {
        self.extra.as_ref()?.exe.known().map(|exe| &**exe)
    }

    /// The executable was removed or replaced since it was started.
    pub fn exe_is_deleted(&self) -> bool {
        self.exe().is_some_and(|exe| exe.ends_with(b" (deleted)"))
    }

    /// One variable of its first environment, if that was read.
    pub fn env(&self, name: &[u8]) -> Option<&[u8]> {
        let text = self.extra.as_ref()?.environ.known()?;
        memchr::memmem::find_iter(text, name).find_map(|at| {
            let begins = at == 0 || text.get(at - 1) == Some(&0);
            let value = text.get(at + name.len()..)?.strip_prefix(b"=").filter(|_| begins)?;
            value.get(..memchr::memchr(0, value).unwrap_or(value.len()))
        })
    }

    /// Whether it leads its session (setsid(2)).
    pub fn leads_session(&self) -> bool {
        self.stat.session.unsigned_abs() == self.key.pid
    }

    /// CPU time in user and kernel mode, in clock ticks.
    pub fn cpu_ticks(&self) -> u64 {
        self.stat.user_ticks.saturating_add(self.stat.system_ticks)
    }
}

/// What stands behind the last `/`.
pub fn base_name(path: &[u8]) -> &[u8] {
    match memchr::memrchr(b'/', path) {
        Some(at) => path.get(at + 1..).unwrap_or_default(),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cmdline(text: &[u8]) -> Process {
        Process {
            key: ProcessKey { pid: 1, start_ticks: 0 },
            comm: Box::from(&b"x"[..]),
            stat: Stat::default(),
            euid: Fact::NotMeasured,
            cmdline: Fact::Known(Box::from(text)),
            cgroup: Fact::NotMeasured,
            pid_namespace: Fact::NotMeasured,
            extra: None,
            held: None,
        }
    }

    #[test]
    fn arguments_keep_inner_empties_and_lose_the_padding() {
        let args = |text: &[u8]| with_cmdline(text).args().map(<[u8]>::to_vec).collect::<Vec<_>>();
        assert_eq!(args(b"a\0\0b\0"), [&b"a"[..], b"", b"b"]);
        assert_eq!(args(b"nginx: worker process\0\0\0\0"), [b"nginx: worker process"]);
        assert!(args(b"").is_empty() && args(b"\0\0").is_empty());
    }

    #[test]
    fn variables_are_found_by_their_whole_name() {
        let mut process = with_cmdline(b"");
        let environ = Fact::Known(Box::from(&b"XA=1\0A=2\0AB=3\0B=x A=y\0C="[..]));
        process.extra = Some(Box::new(Extra { environ, ..Extra::default() }));
        assert_eq!(process.env(b"A"), Some(&b"2"[..]));
        assert_eq!(process.env(b"AB"), Some(&b"3"[..]));
        assert_eq!(process.env(b"C"), Some(&b""[..]));
        assert_eq!(process.env(b"X"), None);
    }
}
