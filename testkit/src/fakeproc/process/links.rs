//! What a made-up process's links lead to: descriptors, namespaces, directories.

use std::path::PathBuf;

use super::Process;

impl Process {
    /// A link, by its path in the process's directory: `exe`, `cwd`, `fd/3`, `ns/net`.
    #[must_use]
    pub fn link(mut self, path: &str, target: impl Into<PathBuf>) -> Self {
        self.links.insert(path.to_owned(), target.into());
        self
    }

    /// An open descriptor: `/dev/null`, `socket:[123]`, `/var/log/x (deleted)`.
    #[must_use]
    pub fn fd(self, number: u32, target: &str) -> Self {
        self.link(&format!("fd/{number}"), target)
    }

    /// A namespace by its kind (`pid`, `net`, …) and inode number.
    #[must_use]
    pub fn namespace(self, kind: &str, inode: u64) -> Self {
        self.link(
            &format!("ns/{kind}"),
            format!("{}:[{inode}]", kind.trim_end_matches("_for_children")),
        )
    }
}

/// The namespaces of a machine's init, by the kernel's fixed inode numbers (`proc_ns.h`) where it
/// has such.
pub(super) const NAMESPACES: [(&str, u64); 8] = [
    ("cgroup", 4_026_531_835),
    ("ipc", 4_026_531_839),
    ("mnt", 4_026_531_841),
    ("net", 4_026_531_840),
    ("pid", 4_026_531_836),
    ("pid_for_children", 4_026_531_836),
    ("user", 4_026_531_837),
    ("uts", 4_026_531_838),
];
