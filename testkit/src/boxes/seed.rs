//! Files that are put into a box's tree before its init starts.

use super::Error;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

#[derive(Debug)]
enum Content {
    Bytes { mode: u32, bytes: Vec<u8> },
    Link(PathBuf),
}

/// The files, by their path in the box.
#[derive(Debug, Default)]
pub(super) struct Seed(Vec<(PathBuf, Content)>);

impl Seed {
    pub(super) fn file(&mut self, path: PathBuf, mode: u32, bytes: Vec<u8>) {
        self.0.push((path, Content::Bytes { mode, bytes }));
    }

    pub(super) fn link(&mut self, path: PathBuf, target: PathBuf) {
        self.0.push((path, Content::Link(target)));
    }

    pub(super) fn put(&mut self, from: &Path, to: PathBuf) -> Result<(), Error> {
        let bytes = fs::read(from).map_err(Error::io("read", from))?;
        let mode = fs::metadata(from).map_err(Error::io("look at", from))?.permissions().mode();
        self.file(to, mode & 0o7777, bytes);
        Ok(())
    }

    /// Writes the files below `dir`, for the guardian to copy from.
    pub(super) fn write_to(&self, dir: &Path) -> Result<(), Error> {
        for (path, content) in &self.0 {
            let target = dir.join(path.strip_prefix("/").unwrap_or(path));
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
            }
            match content {
                Content::Bytes { mode, bytes } => {
                    fs::write(&target, bytes).map_err(Error::io("write", &target))?;
                    fs::set_permissions(&target, fs::Permissions::from_mode(*mode))
                        .map_err(Error::io("set the permissions of", &target))?;
                }
                Content::Link(to) => {
                    symlink(to, &target).map_err(Error::io("link", &target))?;
                }
            }
        }
        Ok(())
    }
}
