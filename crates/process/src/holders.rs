//! Who has a path open: as a descriptor, working directory, root, executable or mapping.
//!
//! [`Wanted::resolve`] says what is searched for, [`uses`] looks through one process. A file is
//! recognised by device and inode, so by whatever name it was opened, in whatever mount namespace;
//! by name alone only where asking for these could hang (see [`crate::locality`]) and where the
//! file is gone.

mod links;

use std::ffi::CStr;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use rustix::fs::CWD;

use crate::descriptors::{self, Kind, path_of};
use crate::fact::Fact;
use crate::locality::{self, Identity, Mounts, is_below};
use crate::maps::{self, MappingKind};
use crate::procfs::{PidDir, ReadError};
use crate::raw::fdinfo::Access;
use crate::raw::maps::Mapping;

/// How much around the path counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The file or directory itself.
    Exactly,
    /// It and what is below it, by name.
    Below,
    /// Everything on the file system that it is on.
    FileSystem,
}

/// What is searched for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Absolute and without symbolic links.
    pub path: Vec<u8>,
    /// Which file that is; `None` if there is none, or asking might hang.
    pub identity: Option<Identity>,
    /// The path is on a network file system: files are compared by name only.
    pub remote: bool,
    /// How much around it counts.
    pub scope: Scope,
    /// Inodes of sockets that count as the path too: those bound to it.
    pub sockets: Vec<u64>,
}

impl Wanted {
    /// Follows symbolic links and finds out which file it is. Opens nothing, and touches nothing
    /// below the mount point of a network file system. A path that doesn't exist is no error: its
    /// last file may be deleted and still be open.
    ///
    /// # Errors
    /// The current directory of a relative path is unknown, or links go in circles.
    pub fn resolve(path: &Path, scope: Scope, mounts: &Mounts) -> io::Result<Wanted> {
        use std::os::unix::ffi::OsStrExt as _;
        let absolute = std::path::absolute(path)?;
        let path = links::without_links(absolute.as_os_str().as_bytes(), mounts)?;
        let remote = mounts.is_remote_path(&path);
        let found = (!remote).then(|| locality::stat(CWD, &*path));
        let identity = found.and_then(Result::ok).map(|metadata| metadata.identity);
        Ok(Wanted { path, identity, remote, scope, sockets: Vec::new() })
    }

    /// By name: whether a link's target is in scope.
    fn names(&self, target: &[u8]) -> bool {
        match self.scope {
            Scope::Exactly => target == self.path,
            Scope::Below | Scope::FileSystem => is_below(target, &self.path),
        }
    }

    /// How a file with this link, and with the identity that `look` finds, is the one searched for.
    fn matches(&self, target: &[u8], look: impl FnOnce() -> Option<Identity>) -> Option<Match> {
        let named = self.names(path_of(target));
        if self.scope == Scope::Below && named {
            return Some(Match::SameFile);
        }
        let found = self.identity.and_then(|wanted| Some((wanted, look()?)));
        match (self.scope, found) {
            (Scope::Exactly, Some((wanted, found))) if wanted == found => Some(Match::SameFile),
            (Scope::FileSystem, Some((wanted, found))) => {
                (wanted.device == found.device).then_some(Match::SameFile)
            }
            (Scope::Below, _) => None,
            _ if !named => None,
            _ if path_of(target).len() != target.len() => Some(Match::DeletedNamesake),
            // Another file of that name: in another mount namespace, or mounted over.
            (_, Some(_)) => None,
            (_, None) => Some(Match::SameName),
        }
    }
}

/// How a file is the one that was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// Device and inode are the same, or it is below the directory.
    SameFile,
    /// Its name is the same; that it is the same file could not be verified.
    SameName,
    /// It had this name and was deleted or replaced since.
    DeletedNamesake,
}

/// What a process does with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It has it open.
    Descriptor {
        /// The descriptor.
        number: u32,
        /// For reading, writing or both.
        access: Fact<Access>,
    },
    /// It is its current directory.
    WorkingDirectory,
    /// It is its root directory (chroot(2)).
    Root,
    /// It is the program that it runs.
    Executable,
    /// It is in its memory.
    Mapping(MappingKind),
}

/// One use of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use<'a> {
    /// What for.
    pub role: Role,
    /// The path that the process uses, as the reader sees it; ` (deleted)` behind it when it is.
    pub target: &'a [u8],
    /// How it is known to be the file.
    pub how: Match,
}

/// Calls `sink` with each use that a process makes of the file, until it breaks off. A file that is
/// both the executable and mapped, or mapped in pieces, is named once.
///
/// # Errors
/// [`ReadError`]; only the owner and root may look.
pub fn uses(
    dir: &PidDir,
    wanted: &Wanted,
    mounts: &mut Mounts,
    sink: &mut dyn FnMut(&Use<'_>) -> ControlFlow<()>,
) -> Result<(), ReadError> {
    mounts.learn(dir);
    let mut search =
        Search { dir, wanted, mounts, sink, executable: Box::default(), denied: false };
    if search.places().is_break() || search.descriptors()?.is_break() {
        return Ok(());
    }
    search.mappings()?;
    if search.denied { Err(ReadError::NotPermitted) } else { Ok(()) }
}

struct Search<'s> {
    dir: &'s PidDir,
    wanted: &'s Wanted,
    mounts: &'s Mounts,
    sink: &'s mut dyn FnMut(&Use<'_>) -> ControlFlow<()>,
    /// The target of `exe`, when it matched.
    executable: Box<[u8]>,
    denied: bool,
}

impl Search<'_> {
    fn places(&mut self) -> ControlFlow<()> {
        const PLACES: [(&CStr, Role); 3] =
            [(c"exe", Role::Executable), (c"cwd", Role::WorkingDirectory), (c"root", Role::Root)];
        for (link, role) in PLACES {
            let target = match self.dir.link(link) {
                Ok(target) => target,
                Err(error) => {
                    self.denied |= error == ReadError::NotPermitted;
                    continue;
                }
            };
            let look = || {
                let found = self.mounts.of_place(self.dir, link, &target);
                found.known().map(|metadata| metadata.identity)
            };
            let Some(how) = self.wanted.matches(&target, look) else { continue };
            (self.sink)(&Use { role, target: &target, how })?;
            if role == Role::Executable {
                self.executable = target;
            }
        }
        ControlFlow::Continue(())
    }

    fn descriptors(&mut self) -> Result<ControlFlow<()>, ReadError> {
        let (wanted, mounts) = (self.wanted, self.mounts);
        let walk = descriptors::walk(self.dir, &mut |descriptor| {
            let how = match descriptor.kind {
                Kind::Socket { inode } => {
                    wanted.sockets.contains(&inode).then_some(Match::SameFile)
                }
                kind if kind.has_metadata() => wanted.matches(descriptor.target, || {
                    let found = descriptor.metadata(mounts);
                    found.known().map(|metadata| metadata.identity)
                }),
                _ => None,
            };
            let Some(how) = how else { return ControlFlow::Continue(()) };
            let role = Role::Descriptor { number: descriptor.number, access: descriptor.access() };
            (self.sink)(&Use { role, target: descriptor.target, how })
        })?;
        Ok(if walk.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn mappings(&mut self) -> Result<(), ReadError> {
        let (dir, wanted) = (self.dir, self.wanted);
        let (mut last, mut stopped) = (Vec::new(), false);
        maps::list(dir, &mut |mapping, kind| {
            if stopped || mapping.inode == 0 || mapping.name == last {
                return;
            }
            last.clear();
            last.extend_from_slice(mapping.name);
            let target = crate::raw::maps::unescape(mapping.name);
            let look = || Some(identity_of(dir, mapping, &target, wanted));
            let Some(how) = wanted.matches(&target, look) else { return };
            if *self.executable != *target {
                let found = Use { role: Role::Mapping(kind), target: &target, how };
                stopped = (self.sink)(&found).is_break();
            }
        })
    }
}

/// Some file systems (btrfs, overlayfs) show in `maps` another device than stat(2). Where that may
/// matter, the file itself is asked, which takes privilege; without it the inode and name decide.
fn identity_of(dir: &PidDir, mapping: &Mapping<'_>, target: &[u8], wanted: &Wanted) -> Identity {
    let shown = Identity { device: mapping.device, inode: mapping.inode };
    let Some(searched) = wanted.identity else { return shown };
    let doubtful = shown.inode == searched.inode && shown.device != searched.device;
    if !doubtful {
        return shown;
    }
    let name = format!("map_files/{:x}-{:x}", mapping.start, mapping.end);
    match locality::stat(dir.as_fd(), &*name) {
        Ok(metadata) => metadata.identity,
        Err(_) if wanted.names(path_of(target)) => searched,
        Err(_) => shown,
    }
}

#[cfg(test)]
#[path = "holders_tests.rs"]
mod tests;
