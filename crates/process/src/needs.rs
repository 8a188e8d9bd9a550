//! What a sample is to read: each file costs microseconds, so only what is asked for is read.

use std::ops::BitOr;

/// A set of things to read of each process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs(pub u64);

impl Needs {
    /// `stat` alone, which is always read.
    pub const NOTHING: Needs = Needs(0);
    /// Arguments.
    pub const CMDLINE: Needs = Needs(1);
    /// Owner of the process's directory: the effective user.
    pub const OWNER: Needs = Needs(1 << 1);
    /// Control group.
    pub const CGROUP: Needs = Needs(1 << 2);
    /// Pid namespace.
    pub const PID_NAMESPACE: Needs = Needs(1 << 3);
    /// Executable's link.
    pub const EXE: Needs = Needs(1 << 4);
    /// Working directory's link.
    pub const CWD: Needs = Needs(1 << 5);
    /// Links of descriptors 0 to 2.
    pub const STDIO: Needs = Needs(1 << 6);
    /// First environment.
    pub const ENVIRON: Needs = Needs(1 << 7);
    /// `status`: credentials, capabilities, signals, seccomp, switches.
    pub const STATUS: Needs = Needs(1 << 8);
    /// `io`: bytes read and written.
    pub const IO: Needs = Needs(1 << 9);
    /// `oom_score`.
    pub const OOM_SCORE: Needs = Needs(1 << 10);
    /// Proportional set size: the kernel walks all page tables for it.
    pub const PSS: Needs = Needs(1 << 11);
    /// Number of open descriptors: a walk of `fd/`.
    pub const DESCRIPTORS: Needs = Needs(1 << 12);
    /// Memory, load and processors of the machine as a whole.
    pub const MACHINE: Needs = Needs(1 << 13);
    /// Inodes of its sockets, and which network namespace it is in: a walk of `fd/`.
    pub const SOCKETS: Needs = Needs(1 << 14);
    /// The machine's TCP connections with their counters ([`crate::traffic`]).
    pub const CONNECTIONS: Needs = Needs(1 << 15);
    /// The machine's listening sockets ([`crate::traffic`]).
    pub const LISTENERS: Needs = Needs(1 << 16);
    /// An earlier look to compare with: read of nobody, but who looks again keeps what it had.
    pub const EARLIER: Needs = Needs(1 << 17);
    /// Root directory's link.
    pub const ROOT: Needs = Needs(1 << 18);
    /// `limits`: resource limits.
    pub const LIMITS: Needs = Needs(1 << 19);
    /// Links of all namespaces.
    pub const NAMESPACES: Needs = Needs(1 << 20);
    /// `oom_score_adj`.
    pub const OOM_ADJUSTMENT: Needs = Needs(1 << 21);
    /// What the verdict may want of any process that is not a kernel thread.
    pub const VERDICT: Needs =
        Needs(Self::CMDLINE.0 | Self::OWNER.0 | Self::CGROUP.0 | Self::PID_NAMESPACE.0);
    /// What the verdict wants of those that the cheap facts leave undecided.
    pub const DETACHMENT: Needs =
        Needs(Self::EXE.0 | Self::CWD.0 | Self::STDIO.0 | Self::ENVIRON.0);

    /// Whether any of `other` is in this set.
    pub fn any(self, other: Needs) -> bool {
        self.0 & other.0 != 0
    }

    /// This set without `other`.
    pub fn without(self, other: Needs) -> Needs {
        Needs(self.0 & !other.0)
    }

    /// The part that goes into [`crate::process::Extra`].
    pub fn extra(self) -> Needs {
        let whole = Needs::MACHINE | Needs::CONNECTIONS | Needs::LISTENERS | Needs::EARLIER;
        self.without(Needs::VERDICT | whole)
    }
}

impl BitOr for Needs {
    type Output = Needs;
    fn bitor(self, other: Needs) -> Needs {
        Needs(self.0 | other.0)
    }
}
