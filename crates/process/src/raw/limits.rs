//! `/proc/PID/limits`, proc_pid_limits(5): resource limits, as getrlimit(2) has them.

use super::{lines, number, words};

/// A resource that has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// `RLIMIT_CPU`, seconds.
    CpuTime,
    /// `RLIMIT_FSIZE`, bytes.
    FileSize,
    /// `RLIMIT_DATA`, bytes.
    DataSize,
    /// `RLIMIT_STACK`, bytes.
    StackSize,
    /// `RLIMIT_CORE`, bytes.
    CoreSize,
    /// `RLIMIT_RSS`, bytes; without effect since Linux 2.4.30.
    ResidentSet,
    /// `RLIMIT_NPROC`, processes of the user.
    Processes,
    /// `RLIMIT_NOFILE`, one more than the highest descriptor.
    OpenFiles,
    /// `RLIMIT_MEMLOCK`, bytes.
    LockedMemory,
    /// `RLIMIT_AS`, bytes.
    AddressSpace,
    /// `RLIMIT_LOCKS`; without effect since Linux 2.4.25.
    FileLocks,
    /// `RLIMIT_SIGPENDING`, queued signals of the user.
    PendingSignals,
    /// `RLIMIT_MSGQUEUE`, bytes.
    MessageQueues,
    /// `RLIMIT_NICE`, 20 minus the lowest nice value.
    Nice,
    /// `RLIMIT_RTPRIO`.
    RealtimePriority,
    /// `RLIMIT_RTTIME`, microseconds of real-time scheduling without a pause.
    RealtimeTime,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Microseconds.
    Microseconds,
    /// Bytes.
    Bytes,
    /// A plain number of things.
    Count,
}

/// One bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    /// At most this, in the resource's unit.
    At(u64),
    /// `RLIM_INFINITY`.
    Unlimited,
}

/// Soft limit, which is enforced, and hard limit, up to which the process may raise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Of what.
    pub resource: Resource,
    /// Enforced now.
    pub soft: Bound,
    /// Ceiling of the soft limit.
    pub hard: Bound,
}

/// Every resource with the kernel's words for it (`lnames` in fs/proc/base.c), the constant of
/// getrlimit(2) and its unit.
const RESOURCES: [(Resource, &str, &str, Unit); 16] = [
    (Resource::CpuTime, "Max cpu time", "CPU", Unit::Seconds),
    (Resource::FileSize, "Max file size", "FSIZE", Unit::Bytes),
    (Resource::DataSize, "Max data size", "DATA", Unit::Bytes),
    (Resource::StackSize, "Max stack size", "STACK", Unit::Bytes),
    (Resource::CoreSize, "Max core file size", "CORE", Unit::Bytes),
    (Resource::ResidentSet, "Max resident set", "RSS", Unit::Bytes),
    (Resource::Processes, "Max processes", "NPROC", Unit::Count),
    (Resource::OpenFiles, "Max open files", "NOFILE", Unit::Count),
    (Resource::LockedMemory, "Max locked memory", "MEMLOCK", Unit::Bytes),
    (Resource::AddressSpace, "Max address space", "AS", Unit::Bytes),
    (Resource::FileLocks, "Max file locks", "LOCKS", Unit::Count),
    (Resource::PendingSignals, "Max pending signals", "SIGPENDING", Unit::Count),
    (Resource::MessageQueues, "Max msgqueue size", "MSGQUEUE", Unit::Bytes),
    (Resource::Nice, "Max nice priority", "NICE", Unit::Count),
    (Resource::RealtimePriority, "Max realtime priority", "RTPRIO", Unit::Count),
    (Resource::RealtimeTime, "Max realtime timeout", "RTTIME", Unit::Microseconds),
];

impl Resource {
    /// The constant of getrlimit(2) without `RLIMIT_`, which is also the directive of
    /// systemd.exec(5) without `Limit`.
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |entry| entry.2)
    }

    /// The kernel's words for it in `/proc/PID/limits`: `Max open files`.
    pub fn label(self) -> &'static str {
        self.entry().map_or("", |entry| entry.1)
    }

    /// What its limits count.
    pub fn unit(self) -> Unit {
        self.entry().map_or(Unit::Count, |entry| entry.3)
    }

    fn entry(self) -> Option<&'static (Resource, &'static str, &'static str, Unit)> {
        RESOURCES.iter().find(|entry| entry.0 == self)
    }
}

/// Parses the text. Lines of resources that are not known here, or are garbage, are left out.
pub fn parse(text: &[u8]) -> Vec<Limit> {
    lines(text).filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Limit> {
    let find = |(resource, label, ..): &(Resource, &str, &str, Unit)| {
        line.strip_prefix(label.as_bytes())
            .filter(|rest| rest.starts_with(b" "))
            .map(|rest| (*resource, rest))
    };
    let (resource, rest) = RESOURCES.iter().find_map(find)?;
    let mut bounds = words(rest).map(bound);
    Some(Limit { resource, soft: bounds.next()??, hard: bounds.next()?? })
}

fn bound(word: &[u8]) -> Option<Bound> {
    match word {
        b"unlimited" => Some(Bound::Unlimited),
        digits => number(digits).map(Bound::At),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"Limit                     Soft Limit           Hard Limit           Units     \nMax cpu time              unlimited            unlimited            seconds   \nMax core file size        0                    unlimited            bytes     \nMax open files            1024                 524288               files     \nMax nice priority         0                    0                    \nMax realtime timeout      200000               unlimited            us        \n";

    #[test]
    fn the_kernels_text() {
        let limits = parse(TEXT);
        assert_eq!(limits.len(), 5);
        let of = |resource| *limits.iter().find(|limit| limit.resource == resource).unwrap();
        let files = of(Resource::OpenFiles);
        assert_eq!((files.soft, files.hard), (Bound::At(1024), Bound::At(524288)));
        assert_eq!(of(Resource::CoreSize).hard, Bound::Unlimited);
        assert_eq!(of(Resource::Nice).soft, Bound::At(0));
        assert_eq!(Resource::RealtimeTime.unit(), Unit::Microseconds);
        assert_eq!(Resource::OpenFiles.name(), "NOFILE");
        assert!(Bound::Unlimited > Bound::At(u64::MAX));
    }

    #[test]
    fn this_processs_own_are_all_known() {
        let text = std::fs::read("/proc/self/limits").unwrap();
        assert_eq!(parse(&text).len(), lines(&text).count() - 1);
    }

    #[test]
    fn every_cut_gives_true_values_or_none() {
        let whole = parse(TEXT);
        for length in 0..TEXT.len() {
            let cut = parse(&TEXT[..length]);
            // The last line may be cut inside a number; the lines before it must be right.
            let sure = cut.len().saturating_sub(1);
            assert_eq!(cut[..sure], whole[..sure], "cut at {length}");
        }
        assert!(parse(b"Max open filesx 1 2\nMax open files\nMax open files -1 2\n").is_empty());
    }
}
