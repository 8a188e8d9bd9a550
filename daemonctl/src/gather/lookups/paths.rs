//! What is at a path, name by name: path_resolution(7) by hand.
//!
//! Each name is opened with `O_PATH` relative to the one before and never read: nothing is
//! followed that is not seen, nothing waits, no device and no automount notices. Links are read and
//! followed here, below the root that was given.

use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use insight::snapshot::{AclEntry, Entry, FileKind, PathFact, Seen, Step};
use process::locality::{Identity, Mounts};
use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, Statx, StatxAttributes, StatxFlags, openat, statx,
};
use rustix::io::Errno;

use super::acl;
use crate::context::Context;

/// As many links are followed as the kernel does (`MAXSYMLINKS`).
const LINKS_MAX: usize = 40;
/// Longer paths the kernel does not take (`PATH_MAX`).
const PATH_MAX_BYTES: usize = 4096;
/// `FUSE_SUPER_MAGIC`: such a file system's files are not read, since its program may hang.
const FUSE: u64 = 0x6573_5546;
/// More names of a directory are not listed.
const NAMES_MAX: usize = 20_000;

/// Looks at paths below one root.
pub struct Resolver {
    root: OwnedFd,
    mounts: Mounts,
}

/// What was found.
pub struct Found {
    /// Name by name.
    pub fact: PathFact,
    /// What is at the end, open with `O_PATH`, and which file of all it is.
    pub end: Option<(OwnedFd, Identity)>,
}

impl Resolver {
    /// Below the root of the context. `None`: it can't be opened.
    pub fn open(context: &Context) -> Option<Resolver> {
        let mounts = context.proc().map(|proc| Mounts::of_machine(&proc)).unwrap_or_default();
        let root = openat(CWD, &context.common.system_root, path_flags(), Mode::empty()).ok()?;
        Some(Resolver { root, mounts })
    }

    /// Looks at a path. What does not begin with `/` is taken as if it did.
    pub fn look(&self, path: &str) -> Found {
        let fact = PathFact { path: path.to_owned(), steps: Vec::new(), is_loop: false };
        let mut found = Found { fact, end: None };
        let Ok(root) = self.root.try_clone() else { return found };
        let Ok((first, identity, _)) = entry_of(&root) else { return found };
        found.fact.steps.push(Step { path: "/".to_owned(), entry: Seen::Known(first), link: None });
        let mut walk =
            Walk { places: vec![Place { path: Vec::new(), fd: root, identity }], left: Vec::new() };
        walk.add(path.as_bytes());
        let mut links = 0;
        while let Some(name) = walk.left.pop() {
            match self.step(&mut walk, &name) {
                Some((step, is_end)) => {
                    links += usize::from(step.link.is_some());
                    found.fact.steps.push(step);
                    if is_end {
                        return found;
                    }
                }
                None => continue,
            }
            if links > LINKS_MAX {
                found.fact.is_loop = true;
                return found;
            }
        }
        found.end = walk.places.pop().map(|place| (place.fd, place.identity));
        found
    }

    /// One name; `None` where there is nothing to be said of it. True: it goes no further.
    fn step(&self, walk: &mut Walk, name: &[u8]) -> Option<(Step, bool)> {
        if name == b".." {
            // Above the root is the root.
            if walk.places.len() > 1 {
                walk.places.pop();
            }
            return None;
        }
        let here = walk.places.last()?;
        let path = [&here.path, &b"/"[..], name].concat();
        let shown = String::from_utf8_lossy(&path).into_owned();
        let end = |entry| Some((Step { path: shown.clone(), entry, link: None }, true));
        if self.mounts.is_remote_path(&path) {
            return end(Seen::NotMeasured);
        }
        let fd = match openat(&here.fd, name, path_flags(), Mode::empty()) {
            Ok(fd) => fd,
            Err(errno) => return end(absence(errno)),
        };
        let (entry, identity, is_link) = match entry_of(&fd) {
            Ok(seen) => seen,
            Err(errno) => return end(absence(errno)),
        };
        let link = is_link.then(|| rustix::fs::readlinkat(&fd, c"", Vec::new()).ok()).flatten();
        let step = |link| Step { path: shown, entry: Seen::Known(entry), link };
        if let Some(target) = link {
            let target = target.into_bytes();
            if target.starts_with(b"/") {
                walk.places.truncate(1);
            }
            walk.add(&target);
            return Some((step(Some(String::from_utf8_lossy(&target).into_owned())), false));
        }
        walk.places.push(Place { path, fd, identity });
        Some((step(None), false))
    }

    /// Opens what is at a path for reading, if it is a regular file that can't make us wait.
    pub fn read(&self, path: &str) -> Option<std::fs::File> {
        let found = self.look(path);
        Resolver::read_found(&found).ok()
    }

    /// The same for what was found already.
    ///
    /// # Errors
    /// It is not there, no regular file, or may not be read.
    pub fn read_found(found: &Found) -> Result<std::fs::File, Errno> {
        let is_file = found.fact.target().is_some_and(|entry| entry.kind == FileKind::File);
        let (fd, _) = found.end.as_ref().filter(|_| is_file).ok_or(Errno::NOENT)?;
        if is_fuse(fd)? {
            return Err(Errno::OPNOTSUPP);
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(rustix::fs::open(own_path(fd), flags, Mode::empty())?.into())
    }

    /// The names in a directory; of a great many the first ones that the kernel gives.
    pub fn list(&self, path: &str) -> Option<Vec<String>> {
        let (fd, _) = self.look(path).end?;
        if is_fuse(&fd).ok()? {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = openat(&fd, c".", flags, Mode::empty()).ok()?;
        let entries = rustix::fs::Dir::read_from(&dir).ok()?;
        let names =
            entries.filter_map(|entry| entry.ok()?.file_name().to_str().ok().map(str::to_owned));
        Some(names.filter(|name| name != "." && name != "..").take(NAMES_MAX).collect())
    }

    /// Whether a path lies on a file system that asks another machine.
    pub fn is_remote(&self, path: &Path) -> bool {
        self.mounts.is_remote_path(path.as_os_str().as_bytes())
    }
}

struct Walk {
    /// Where it is, and how it came there: what `..` leads back to.
    places: Vec<Place>,
    /// Names that are still to be followed, the next one last.
    left: Vec<Vec<u8>>,
}

struct Place {
    path: Vec<u8>,
    fd: OwnedFd,
    identity: Identity,
}

impl Walk {
    fn add(&mut self, path: &[u8]) {
        // What the kernel refuses at once is refused here by a name that can't be.
        let path = if path.len() >= PATH_MAX_BYTES { &[b'x'; 256][..] } else { path };
        let names = path.split(|byte| *byte == b'/').rev();
        self.left.extend(names.filter(|name| !matches!(*name, b"" | b".")).map(<[u8]>::to_vec));
    }
}

/// The path by which an open descriptor of ours is reached again.
pub fn own_path(fd: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}

fn is_fuse(fd: &OwnedFd) -> Result<bool, Errno> {
    let kind = rustix::fs::fstatfs(fd)?.f_type;
    Ok(u64::try_from(kind).is_ok_and(|kind| kind == FUSE))
}

fn path_flags() -> OFlags {
    OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn absence<T>(errno: Errno) -> Seen<T> {
    match errno {
        Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG | Errno::INVAL => Seen::Absent,
        Errno::ACCESS | Errno::PERM => Seen::NotPermitted,
        _ => Seen::NotMeasured,
    }
}

fn entry_of(fd: &OwnedFd) -> Result<(Entry, Identity, bool), Errno> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
    let stat = statx(fd.as_fd(), c"", flags, StatxFlags::BASIC_STATS)?;
    let kind = kind(&stat);
    // Links have no ACL.
    let acl = if kind == FileKind::Link { Vec::new() } else { acl_of(fd) };
    let immutable =
        stat.stx_attributes.intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND);
    let seconds = u64::try_from(stat.stx_mtime.tv_sec).unwrap_or(0);
    let entry = Entry {
        kind,
        mode: u32::from(stat.stx_mode) & 0o7777,
        uid: stat.stx_uid,
        gid: stat.stx_gid,
        size_bytes: stat.stx_size,
        modified_usec: seconds
            .saturating_mul(1_000_000)
            .saturating_add(u64::from(stat.stx_mtime.tv_nsec / 1000)),
        acl,
        immutable,
    };
    let device = (stat.stx_dev_major, stat.stx_dev_minor);
    Ok((entry, Identity { device, inode: stat.stx_ino }, kind == FileKind::Link))
}

fn kind(stat: &Statx) -> FileKind {
    match FileType::from_raw_mode(stat.stx_mode.into()) {
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Link,
        FileType::Socket => FileKind::Socket,
        FileType::Fifo => FileKind::Fifo,
        FileType::CharacterDevice | FileType::BlockDevice => FileKind::Device,
        _ => FileKind::File,
    }
}

/// What its ACL says beyond its mode (acl(5)); nothing where there is none, or the file system knows none.
fn acl_of(fd: &OwnedFd) -> Vec<AclEntry> {
    attribute(fd, "system.posix_acl_access").map(|bytes| acl::parse(&bytes)).unwrap_or_default()
}

/// An extended attribute, xattr(7). By way of `/proc`: a descriptor with `O_PATH` has none itself.
pub fn attribute(fd: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    let mut room = vec![0_u8; 4096];
    let length = rustix::fs::getxattr(own_path(fd), name, &mut room[..]).ok()?;
    room.truncate(length);
    Some(room)
}

#[cfg(test)]
#[path = "paths/tests.rs"]
mod tests;
