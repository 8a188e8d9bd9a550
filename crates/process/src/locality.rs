//! Which files may be asked for their size without hanging.
//!
//! stat(2) on a file of a network file system whose server is gone can block for ever, even
//! through an open descriptor's link. So a file's metadata is asked for only if its mount is known
//! to be local, or if the kernel has no such file system at all, which costs one small read to
//! find out and is so on most machines.
//!
//! FUSE is not among them: with `AT_STATX_DONT_SYNC` its attributes come from the kernel's cache,
//! and the link of an open file is not looked up again.

use std::collections::HashSet;
use std::ffi::CStr;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, Statx, StatxFlags};
use rustix::path::Arg;

use crate::fact::Fact;
use crate::procfs::{PidDir, ProcFs, ReadError};
use crate::raw::{fdinfo, mountinfo};

/// File systems that ask another machine, and may wait for it for ever.
const REMOTE: [&[u8]; 16] = [
    b"nfs",
    b"nfs4",
    b"cifs",
    b"smb3",
    b"smbfs",
    b"9p",
    b"afs",
    b"ceph",
    b"coda",
    b"gfs2",
    b"ocfs2",
    b"lustre",
    b"orangefs",
    b"ncpfs",
    b"vboxsf",
    b"autofs",
];

/// Which file of all: two names with the same identity are the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Major and minor number of the device.
    pub device: (u32, u32),
    /// Inode number.
    pub inode: u64,
}

/// What stat(2) says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// Device and inode.
    pub identity: Identity,
    /// Regular file, directory, FIFO …
    pub file_type: FileType,
    /// Length in bytes.
    pub size_bytes: u64,
    /// Space that it takes, in bytes: what comes free when a deleted file is closed.
    pub allocated_bytes: u64,
    /// Names that it has; 0: deleted.
    pub links: u64,
    /// Of a device node: the device it stands for.
    pub special: (u32, u32),
}

impl Metadata {
    fn of(stat: &Statx) -> Metadata {
        Metadata {
            identity: Identity {
                device: (stat.stx_dev_major, stat.stx_dev_minor),
                inode: stat.stx_ino,
            },
            file_type: FileType::from_raw_mode(stat.stx_mode.into()),
            size_bytes: stat.stx_size,
            allocated_bytes: stat.stx_blocks.saturating_mul(512),
            links: stat.stx_nlink.into(),
            special: (stat.stx_rdev_major, stat.stx_rdev_minor),
        }
    }
}

/// stat(2) that takes what the kernel has, and mounts nothing.
pub(crate) fn stat(dir: impl AsFd, path: impl Arg) -> Result<Metadata, ReadError> {
    let flags = AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
    Ok(Metadata::of(&rustix::fs::statx(dir, path, flags, StatxFlags::BASIC_STATS)?))
}

/// What is known of the machine's mounts.
#[derive(Debug, Default)]
pub struct Mounts {
    /// The kernel has no file system that could hang.
    all_local: bool,
    /// Mounts that can't hang.
    local: HashSet<u64>,
    /// Where mounts are that could, as the reader sees them.
    remote_points: Vec<Box<[u8]>>,
    /// Mount namespaces whose mounts are in `local`.
    namespaces: HashSet<Box<[u8]>>,
}

impl Mounts {
    /// Reads the kernel's file systems and, if one of them could hang, the caller's mounts.
    /// Where that can't be read, nothing counts as local.
    pub fn of_machine(proc: &ProcFs) -> Mounts {
        let mut mounts = Mounts::default();
        let Ok(kinds) = proc.read(c"filesystems") else { return mounts };
        // autofs is in every kernel; its mounts are seen below, and never triggered by us.
        mounts.all_local =
            !mountinfo::filesystems(&kinds).any(|kind| is_remote(kind) && kind != b"autofs");
        if let Ok(text) = proc.read(c"self/mountinfo") {
            mounts.remote_points = mountinfo::parse(&text)
                .filter(|mount| is_remote(mount.kind))
                .map(|mount| Box::from(&*mount.point))
                .collect();
            mounts.add(&text);
        }
        mounts
    }

    /// Makes known the mounts that a process sees, if it is in a mount namespace of its own.
    pub fn learn(&mut self, dir: &PidDir) {
        if self.all_local {
            return;
        }
        let Ok(namespace) = dir.link(c"ns/mnt") else { return };
        if self.namespaces.contains(&namespace) {
            return;
        }
        if let Ok(text) = dir.read_new(c"mountinfo") {
            self.add(&text);
            self.namespaces.insert(namespace);
        }
    }

    fn add(&mut self, text: &[u8]) {
        let local = mountinfo::parse(text).filter(|mount| !is_remote(mount.kind));
        self.local.extend(local.map(|mount| mount.id));
    }

    /// Whether an absolute path of the caller leads to a mount that could hang.
    pub fn is_remote_path(&self, path: &[u8]) -> bool {
        self.remote_points.iter().any(|point| is_below(path, point))
    }

    /// What an open descriptor's file is, if asking can't hang.
    pub(crate) fn of_descriptor(&self, dir: &PidDir, name: &Name) -> Fact<Metadata> {
        if !self.all_local {
            let info = dir.read_new(name.in_folder("fdinfo/").as_c_str());
            let mount = match info.map(|text| fdinfo::parse(&text).mount_id) {
                Ok(mount) => mount,
                Err(error) => return error.into_fact(),
            };
            if !mount.is_some_and(|id| self.local.contains(&id)) {
                return Fact::NotMeasured;
            }
        }
        fact(stat(dir.as_fd(), name.in_folder("fd/").as_c_str()))
    }

    /// What a process's `cwd`, `root` or `exe` is, if asking can't hang. `target` is the link's.
    pub fn of_place(&self, dir: &PidDir, link: &CStr, target: &[u8]) -> Fact<Metadata> {
        // There is no mount id to be had for these, so a name has to do: on a machine with
        // network mounts, other mount namespaces' files are not asked.
        let known = || {
            let own = rustix::fs::readlink("/proc/self/ns/mnt", Vec::new());
            let same = own.is_ok_and(|own| {
                dir.link(c"ns/mnt").is_ok_and(|theirs| *theirs == *own.as_bytes())
            });
            same && target.starts_with(b"/") && !self.is_remote_path(target)
        };
        if !self.all_local && !known() {
            return Fact::NotMeasured;
        }
        fact(stat(dir.as_fd(), link))
    }
}

fn fact(found: Result<Metadata, ReadError>) -> Fact<Metadata> {
    found.map_or_else(ReadError::into_fact, Fact::Known)
}

pub(crate) fn is_remote(kind: &[u8]) -> bool {
    REMOTE.contains(&kind)
}

/// Whether `path` is `folder` or something in it.
pub(crate) fn is_below(path: &[u8], folder: &[u8]) -> bool {
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// A descriptor's number as a file name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name(pub u32);

impl Name {
    /// `folder` must end in `/`.
    pub fn in_folder(self, folder: &str) -> std::ffi::CString {
        std::ffi::CString::new(format!("{folder}{}", self.0)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::CWD;
    use std::os::fd::AsRawFd as _;
    use std::path::Path;

    fn proc() -> ProcFs {
        ProcFs::open(Path::new("/proc")).unwrap()
    }

    #[test]
    fn folders_hold_what_is_below_them_and_not_their_namesakes() {
        assert!(is_below(b"/a/b", b"/a") && is_below(b"/a", b"/a") && is_below(b"/a", b"/"));
        assert!(is_below(b"/a/b", b"/a/"));
        assert!(!is_below(b"/ab", b"/a") && !is_below(b"/", b"/a"));
    }

    #[test]
    fn a_mount_that_is_not_known_to_be_local_is_never_asked() {
        let file = std::fs::File::open("/bin/sh").unwrap();
        let number = Name(file.as_raw_fd().unsigned_abs());
        let dir = proc().process(std::process::id()).unwrap();
        let unknown = Mounts::default();
        assert_eq!(unknown.of_descriptor(&dir, &number), Fact::NotMeasured);
        assert_eq!(unknown.of_place(&dir, c"cwd", b"(unreachable)/x"), Fact::NotMeasured);
        let mut learnt = Mounts::default();
        learnt.learn(&dir);
        let found = learnt.of_descriptor(&dir, &number);
        assert!(found.is_known_and(|file| file.size_bytes > 0 && file.links > 0), "{found:?}");
    }

    #[test]
    fn this_machines_files_can_be_asked() {
        let file = std::fs::File::open("/bin/sh").unwrap();
        let dir = proc().process(std::process::id()).unwrap();
        let mounts = Mounts::of_machine(&proc());
        let name = Name(file.as_raw_fd().unsigned_abs());
        let found = mounts.of_descriptor(&dir, &name);
        let by_path = stat(CWD, "/bin/sh").unwrap();
        assert!(found.is_known_and(|found| found.identity == by_path.identity), "{found:?}");
    }
}
