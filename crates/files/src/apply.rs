//! Carrying changes out, and back again when one of them can't be made.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use unit::FileError;

use crate::change::{Change, ChangeError, Why};
use crate::disk::Disk;
use crate::walk;

/// What takes a change back.
enum Undo {
    /// The link that was there before, or none.
    Link { path: String, before: Option<String> },
    /// An empty file that was removed.
    MakeEmptyFile { path: String, mode: Mode },
    /// A folder that was made.
    RemoveFolder { path: String },
    /// A folder that was removed.
    MakeFolder { path: String, mode: Mode },
}

impl Disk {
    /// Makes changes in their order. When one can't be made, those before it are undone.
    ///
    /// # Errors
    /// The first that can't be made.
    pub fn apply(&self, changes: &[Change]) -> Result<(), ChangeError> {
        let mut undo: Vec<(&Change, Undo)> = Vec::new();
        for change in changes {
            let mut done = Vec::new();
            let made = self.make(change, &mut done);
            undo.extend(done.into_iter().map(|step| (change, step)));
            if let Err(why) = made {
                let steps = undo.into_iter().rev();
                let failed =
                    steps.filter_map(|(change, step)| self.undo(&step).err().map(|_| change));
                let mut remaining: Vec<Change> = failed.cloned().collect();
                remaining.dedup();
                return Err(ChangeError { change: change.clone(), why, remaining });
            }
        }
        Ok(())
    }

    fn make(&self, change: &Change, done: &mut Vec<Undo>) -> Result<(), Why> {
        match change {
            Change::Link { path, target } => self.make_link(path, target, done),
            Change::RemoveLink { path } => {
                let before = self
                    .remove_link(path)?
                    .map(|target| Undo::Link { path: path.clone(), before: Some(target) });
                done.extend(before);
                Ok(())
            }
            Change::RemoveEmptyFile { path } => {
                let mode = self.remove_empty_file(path)?;
                done.extend(mode.map(|mode| Undo::MakeEmptyFile { path: path.clone(), mode }));
                Ok(())
            }
            Change::RemoveFolderIfEmpty { path } => {
                let mode = self.remove_folder(path)?;
                done.extend(mode.map(|mode| Undo::MakeFolder { path: path.clone(), mode }));
                Ok(())
            }
        }
    }

    fn undo(&self, step: &Undo) -> Result<(), Why> {
        match step {
            Undo::Link { path, before: Some(target) } => {
                self.make_link(path, target, &mut Vec::new())
            }
            Undo::Link { path, before: None } => self.remove_link(path).map(drop),
            Undo::MakeEmptyFile { path, mode } => {
                let (folder, name) = self.place(path, |_, _| Err(Errno::NOENT))?;
                let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
                Ok(rustix::fs::openat(folder, name, flags, *mode).map(drop)?)
            }
            Undo::RemoveFolder { path } => self.remove_folder(path).map(drop),
            Undo::MakeFolder { path, mode } => {
                let (folder, name) = self.place(path, |_, _| Err(Errno::NOENT))?;
                Ok(rustix::fs::mkdirat(folder, name, *mode)?)
            }
        }
    }

    /// The folder that a path lies in, opened, and the path's last name.
    fn place<'p>(
        &self,
        path: &'p str,
        make: impl FnMut(BorrowedFd<'_>, &str) -> Result<(), Errno>,
    ) -> Result<(OwnedFd, &'p str), Why> {
        let path = path.trim_end_matches('/');
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if matches!(name, "" | "." | "..") {
            return Err(Why::NoName);
        }
        let folder = self.walk(folder)?;
        let root = match self.root() {
            Some(root) => walk::open_folder(root, &folder, make)?,
            None => {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let root = rustix::fs::openat(CWD, "/", flags, Mode::empty())?;
                walk::open_folder(root.as_fd(), &folder, make)?
            }
        };
        Ok((root, name))
    }

    fn make_link(&self, path: &str, target: &str, done: &mut Vec<Undo>) -> Result<(), Why> {
        let make_folder = |above: BorrowedFd<'_>, path: &str| {
            let name = path.rsplit('/').next().unwrap_or_default();
            match rustix::fs::mkdirat(above, name, Mode::from_raw_mode(0o755)) {
                Ok(()) => {
                    done.push(Undo::RemoveFolder { path: path.to_owned() });
                    Ok(())
                }
                // Another was faster.
                Err(Errno::EXIST) => Ok(()),
                Err(error) => Err(error),
            }
        };
        let (folder, name) = self.place(path, make_folder)?;
        match rustix::fs::symlinkat(target, &folder, name) {
            Ok(()) => {
                done.push(Undo::Link { path: path.to_owned(), before: None });
                return Ok(());
            }
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let before = link_text(folder.as_fd(), name)?;
        if before.as_deref() != Some(target) {
            replace_link(folder.as_fd(), name, target)?;
            done.push(Undo::Link { path: path.to_owned(), before });
        }
        Ok(())
    }

    /// Removes a link; what it held, where there was one.
    fn remove_link(&self, path: &str) -> Result<Option<String>, Why> {
        let (folder, name) = match self.place(path, |_, _| Err(Errno::NOENT)) {
            Err(Why::System(FileError::Missing)) => return Ok(None),
            place => place?,
        };
        let Some(before) = link_text(folder.as_fd(), name)? else { return Ok(None) };
        match rustix::fs::unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) => Ok(Some(before)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file that is empty; its mode, where there was one.
    fn remove_empty_file(&self, path: &str) -> Result<Option<Mode>, Why> {
        let (folder, name) = match self.place(path, |_, _| Err(Errno::NOENT)) {
            Err(Why::System(FileError::Missing)) => return Ok(None),
            place => place?,
        };
        let stat = match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(None),
            stat => stat?,
        };
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || stat.st_size != 0 {
            return Err(Why::NotEmpty);
        }
        match rustix::fs::unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) => Ok(Some(Mode::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a folder that is empty; its mode, where there was one.
    fn remove_folder(&self, path: &str) -> Result<Option<Mode>, Why> {
        let (folder, name) = match self.place(path, |_, _| Err(Errno::NOENT)) {
            Err(Why::System(FileError::Missing)) => return Ok(None),
            place => place?,
        };
        let mode = match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Mode::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match rustix::fs::unlinkat(&folder, name, AtFlags::REMOVEDIR) {
            Ok(()) => Ok(Some(mode)),
            // Something is in it, it is another's, or no folder.
            Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR | Errno::BUSY) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What a link holds; `None` where nothing lies there.
fn link_text(folder: BorrowedFd<'_>, name: &str) -> Result<Option<String>, Why> {
    match rustix::fs::readlinkat(folder, name, Vec::new()) {
        Ok(target) => Ok(Some(target.to_string_lossy().into_owned())),
        Err(Errno::INVAL) => Err(Why::NoLink),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts a link in the place of another at once: nobody sees neither.
fn replace_link(folder: BorrowedFd<'_>, name: &str, target: &str) -> Result<(), Why> {
    let own = rustix::process::getpid().as_raw_nonzero();
    for attempt in 0..100 {
        // Hidden, and no unit name: no manager takes it for a unit.
        let temporary = format!(".link-{own}-{attempt}");
        match rustix::fs::symlinkat(target, folder, &temporary) {
            Err(Errno::EXIST) => continue,
            made => made?,
        }
        let renamed = rustix::fs::renameat(folder, &temporary, folder, name);
        if renamed.is_err() {
            // It is ours and in the way; what went wrong is told below.
            let _ = rustix::fs::unlinkat(folder, &temporary, AtFlags::empty());
        }
        return match renamed {
            // It became a folder meanwhile.
            Err(Errno::ISDIR) => Err(Why::NoLink),
            renamed => Ok(renamed?),
        };
    }
    Err(Errno::EXIST.into())
}
