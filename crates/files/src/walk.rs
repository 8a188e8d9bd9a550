//! Following a path link by link: where openat2(2) is not there, and to tell where a path leads.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// As many links as the kernel follows (path_resolution(7)).
const MAX_LINKS: usize = 40;
/// PATH_MAX: links that double in length would fill memory long before they are 40.
const MAX_PATH: usize = 4096;

/// Where `path` leads from the root folder on, as an absolute path without links, `.` and `..`,
/// whether there is something or not. `prefix` stands before it in each call: `/` for the machine's
/// root, nothing for one that is a descriptor.
///
/// # Errors
/// `ENOTDIR` where a folder on the way is none, `ENOENT` where `..` leads out of a missing one,
/// `ELOOP`.
pub fn resolve(root: BorrowedFd<'_>, prefix: &str, path: &str) -> Result<String, Errno> {
    // Names yet to be gone through, the next one last.
    let mut pending: Vec<String> = names(path).rev().map(str::to_owned).collect();
    let mut resolved = String::from(prefix);
    let mut links = 0;
    let mut is_missing = false;
    while let Some(name) = pending.pop() {
        if name == ".." {
            if is_missing {
                return Err(Errno::NOENT);
            }
            // Above the root is the root.
            let parent = resolved.rfind('/').unwrap_or(0);
            resolved.truncate(parent.max(prefix.len()));
            continue;
        }
        let parent = resolved.len();
        if parent > prefix.len() {
            resolved.push('/');
        }
        resolved.push_str(&name);
        if resolved.len() > MAX_PATH {
            return Err(Errno::NAMETOOLONG);
        }
        match rustix::fs::readlinkat(root, resolved.as_str(), Vec::new()) {
            Ok(target) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Errno::LOOP);
                }
                // One that is not UTF-8 names nothing that a unit file could name.
                let target = target.into_string().map_err(|_| Errno::NOENT)?;
                resolved.truncate(if target.starts_with('/') { prefix.len() } else { parent });
                pending.extend(names(&target).rev().map(str::to_owned));
                if pending.len() > MAX_PATH {
                    return Err(Errno::NAMETOOLONG);
                }
            }
            // Something, and no link.
            Err(Errno::INVAL) => {}
            // What is to be made, or `/dev/null` in a tree without devices: the caller's to judge.
            Err(Errno::NOENT) => is_missing = true,
            Err(error) => return Err(error),
        }
    }
    if prefix.is_empty() {
        resolved.insert(0, '/');
    }
    Ok(resolved)
}

/// The names in a path; the empty ones and `.` stand for nothing.
fn names(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

/// Opens a path that [`resolve`] gave, folder by folder and without following a link: what was
/// made a link meanwhile leads nowhere.
pub fn open(root: BorrowedFd<'_>, resolved: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    let (folders, name) = match resolved.rsplit_once('/') {
        Some((folders, name)) => (folders, name),
        None => ("", resolved),
    };
    if name.is_empty() {
        return rustix::fs::openat(root, ".", flags, Mode::empty());
    }
    let folder = open_folder(root, folders, |_, _| Err(Errno::NOENT))?;
    rustix::fs::openat(folder, name, flags | OFlags::NOFOLLOW, Mode::empty())
}

/// Opens a folder by a path that [`resolve`] gave. `make` is called where one on the way is
/// missing, with the folder above it and its path.
pub fn open_folder(
    root: BorrowedFd<'_>,
    resolved: &str,
    mut make: impl FnMut(BorrowedFd<'_>, &str) -> Result<(), Errno>,
) -> Result<OwnedFd, Errno> {
    let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let step =
        |folder: BorrowedFd<'_>, name: &str| rustix::fs::openat(folder, name, step, Mode::empty());
    let mut folder = step(root, ".")?;
    let mut path = String::with_capacity(resolved.len() + 1);
    for name in names(resolved) {
        path.push('/');
        path.push_str(name);
        folder = match step(folder.as_fd(), name) {
            Err(Errno::NOENT) => {
                make(folder.as_fd(), &path)?;
                step(folder.as_fd(), name)?
            }
            opened => opened?,
        };
    }
    Ok(folder)
}
