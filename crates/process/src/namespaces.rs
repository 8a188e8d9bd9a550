//! The namespaces that a process is in, namespaces(7).

use std::ffi::CStr;

use crate::fact::Fact;
use crate::procfs::PidDir;
use crate::sample::namespace;

/// A kind of namespace: its link under `/proc/PID`, its key (which is the link's name), and its
/// name for people.
#[derive(Debug)]
pub struct Kind {
    link: &'static CStr,
    /// As the kernel calls it: `mnt`, `net` …
    pub key: &'static str,
    /// As people call it.
    pub name: &'static str,
}

const fn kind(link: &'static CStr, key: &'static str, name: &'static str) -> Kind {
    Kind { link, key, name }
}

/// Every kind.
pub const KINDS: [Kind; 8] = [
    kind(c"ns/mnt", "mnt", "mount"),
    kind(c"ns/net", "net", "network"),
    kind(c"ns/pid", "pid", "pid"),
    kind(c"ns/user", "user", "user"),
    kind(c"ns/uts", "uts", "host name"),
    kind(c"ns/ipc", "ipc", "ipc"),
    kind(c"ns/cgroup", "cgroup", "cgroup"),
    kind(c"ns/time", "time", "time"),
];

/// The namespaces of one process by their inodes, in the order of [`KINDS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespaces([Fact<u64>; KINDS.len()]);

impl Namespaces {
    /// Reads the links. It takes permission to trace the process, ptrace(2); not applicable: the
    /// kernel does not have that kind, or the process has ended.
    pub fn of(dir: &PidDir) -> Namespaces {
        Namespaces(KINDS.map(|kind| namespace(dir, kind.link)))
    }

    /// Not permitted if not one of them may be seen.
    pub fn seen(self) -> Fact<Namespaces> {
        let hidden = self.0.iter().all(|inode| *inode == Fact::NotPermitted);
        if hidden { Fact::NotPermitted } else { Fact::Known(self) }
    }

    /// Each kind with its inode.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Kind, Fact<u64>)> {
        KINDS.iter().zip(self.0)
    }

    /// The kinds of which it is known that two processes are in different ones.
    pub fn unlike(&self, other: &Namespaces) -> Vec<&'static Kind> {
        let pairs = KINDS.iter().zip(self.0.iter().zip(&other.0));
        let differ = |its: &Fact<u64>, theirs: &Fact<u64>| match (its, theirs) {
            (Fact::Known(its), Fact::Known(theirs)) => its != theirs,
            _ => false,
        };
        pairs.filter(|(_, (its, theirs))| differ(its, theirs)).map(|(kind, _)| kind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procfs::ProcFs;

    #[test]
    fn ones_own_are_all_known_and_like_ones_own() {
        let proc = ProcFs::open(std::path::Path::new("/proc")).unwrap();
        let own = Namespaces::of(&proc.process(std::process::id()).unwrap());
        let known = own.iter().filter(|(_, inode)| inode.known().is_some()).count();
        assert!(known >= KINDS.len() - 1, "{own:?}");
        assert!(own.unlike(&own).is_empty());
    }

    #[test]
    fn only_what_is_known_of_both_differs() {
        let mut one = Namespaces([Fact::Known(1); 8]);
        let mut other = one.clone();
        other.0[1] = Fact::Known(2);
        one.0[2] = Fact::NotPermitted;
        assert_eq!(one.clone().seen(), Fact::Known(one.clone()));
        assert_eq!(Namespaces([Fact::NotPermitted; 8]).seen(), Fact::NotPermitted);
        other.0[3] = Fact::NotApplicable;
        let names: Vec<&str> = one.unlike(&other).iter().map(|kind| kind.key).collect();
        assert_eq!(names, ["net"]);
    }
}
