//! A drop-in on disk: written whole or not at all, never through a link, and taken back.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::failure::Failure;

/// Where drop-ins stand that outlast a boot.
pub const PERMANENT: &str = "/etc/systemd/system";
/// Where those stand that don't.
pub const TRANSIENT: &str = "/run/systemd/system";
/// A drop-in that was there before is not longer.
const BYTES_MAX: u64 = 1 << 20;

/// A drop-in that was put in place.
#[derive(Debug)]
pub struct DropInFile {
    folder: OwnedFd,
    base: PathBuf,
    folder_name: String,
    file_name: String,
    made_folder: bool,
    before: Option<Vec<u8>>,
}

/// Where a unit's drop-in of that name is.
pub fn path(base: &str, unit: &str, file_name: &str) -> PathBuf {
    Path::new(base).join(format!("{unit}.d")).join(file_name)
}

/// Writes a unit's drop-in; what was there before is kept to be put back.
///
/// # Errors
/// Not permitted, a link is in the way, the disk is full.
pub fn write(base: &str, unit: &str, file_name: &str, text: &str) -> Result<DropInFile, Failure> {
    if unit.contains('/') || unit.is_empty() {
        return Err(Failure::failed(format_args!("{unit} is no unit's name")));
    }
    let said = |errno: Errno, what: &Path| {
        let failure = Failure::failed(format_args!("cannot write {}: {errno}", what.display()));
        match errno {
            Errno::LOOP | Errno::NOTDIR => {
                failure.hint("a link is in the way, and is not followed")
            }
            Errno::ACCESS | Errno::PERM => failure.hint("root may: sudo daemonctl …"),
            _ => failure,
        }
    };
    let folder_name = format!("{unit}.d");
    let whole = path(base, unit, file_name);
    std::fs::create_dir_all(base)
        .map_err(|error| Failure::failed(format_args!("cannot make {base}: {error}")))?;
    let folder_flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
    let above = fs::open(base, folder_flags, Mode::empty())
        .map_err(|errno| said(errno, Path::new(base)))?;
    let made_folder =
        match fs::mkdirat(&above, folder_name.as_str(), Mode::from_bits_truncate(0o755)) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(errno) => return Err(said(errno, &whole)),
        };
    let folder =
        fs::openat(&above, folder_name.as_str(), folder_flags | OFlags::NOFOLLOW, Mode::empty())
            .map_err(|errno| said(errno, &whole))?;
    let before = read(&folder, file_name).map_err(|errno| said(errno, &whole))?;
    let file = DropInFile {
        folder,
        base: PathBuf::from(base),
        folder_name,
        file_name: file_name.to_owned(),
        made_folder,
        before,
    };
    file.put(text.as_bytes()).map_err(|error| {
        Failure::failed(format_args!("cannot write {}: {error}", whole.display()))
    })?;
    Ok(file)
}

/// Removes a drop-in that another process put there, and its folder if nothing else is in it.
///
/// # Errors
/// Not permitted, or a link is in the way.
pub fn remove(base: &str, unit: &str, file_name: &str) -> std::io::Result<()> {
    let folder = Path::new(base).join(format!("{unit}.d"));
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let open = fs::open(&folder, flags, Mode::empty())?;
    fs::unlinkat(&open, file_name, AtFlags::empty())?;
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

/// What is there; a link is no file of ours.
fn read(folder: &OwnedFd, name: &str) -> Result<Option<Vec<u8>>, Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = match fs::openat(folder, name, flags, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        open => open?,
    };
    let mut bytes = Vec::new();
    let read = std::fs::File::from(open).take(BYTES_MAX).read_to_end(&mut bytes);
    read.map(|_| Some(bytes)).map_err(|_| Errno::IO)
}

impl DropInFile {
    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.base.join(&self.folder_name).join(&self.file_name)
    }

    /// Writes another text in its place.
    ///
    /// # Errors
    /// The disk is full, or was mounted read-only meanwhile.
    pub fn put(&self, text: &[u8]) -> std::io::Result<()> {
        let temporary = format!(".{}.{}", self.file_name, std::process::id());
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let _ = fs::unlinkat(&self.folder, temporary.as_str(), AtFlags::empty());
        let open =
            fs::openat(&self.folder, temporary.as_str(), flags, Mode::from_bits_truncate(0o644))?;
        // Whatever the caller's umask: systemd and everybody else may read it.
        fs::fchmod(&open, Mode::from_bits_truncate(0o644))?;
        let mut file = std::fs::File::from(open);
        let written = file.write_all(text).and_then(|()| file.sync_all()).and_then(|()| {
            let (from, to) = (temporary.as_str(), self.file_name.as_str());
            fs::renameat(&self.folder, from, &self.folder, to).map_err(Into::into)
        });
        if written.is_err() {
            let _ = fs::unlinkat(&self.folder, temporary.as_str(), AtFlags::empty());
        }
        written
    }

    /// Makes it as it was: the file that was there, or none.
    ///
    /// # Errors
    /// As [`DropInFile::put`].
    pub fn take_back(&self) -> std::io::Result<()> {
        if let Some(before) = &self.before {
            return self.put(before);
        }
        match fs::unlinkat(&self.folder, self.file_name.as_str(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }
}

impl Drop for DropInFile {
    fn drop(&mut self) {
        if self.made_folder {
            // As long as it is needed, or somebody else put something there, it stays.
            let _ = std::fs::remove_dir(self.base.join(&self.folder_name));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_replaced_and_taken_back() {
        let base = std::env::temp_dir().join(format!("drop-in-{}", std::process::id()));
        let base = base.to_str().unwrap();
        let first = write(base, "x.service", "50-a.conf", "[Service]\n").unwrap();
        assert_eq!(std::fs::read(first.path()).unwrap(), b"[Service]\n");
        let second = write(base, "x.service", "50-a.conf", "other").unwrap();
        assert_eq!(std::fs::read(second.path()).unwrap(), b"other");
        second.take_back().unwrap();
        assert_eq!(std::fs::read(first.path()).unwrap(), b"[Service]\n");
        first.take_back().unwrap();
        first.put(b"again").unwrap();
        remove(base, "x.service", "50-a.conf").unwrap();
        assert!(!first.path().exists() && remove(base, "x.service", "50-a.conf").is_err());
        drop((first, second));
        assert!(!Path::new(base).join("x.service.d").exists());
        std::fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn links_are_not_followed() {
        let base = std::env::temp_dir().join(format!("drop-in-link-{}", std::process::id()));
        let elsewhere = base.join("elsewhere");
        std::fs::create_dir_all(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, base.join("x.service.d")).unwrap();
        let failure = write(base.to_str().unwrap(), "x.service", "50-a.conf", "").unwrap_err();
        assert!(failure.hint_text().is_some_and(|hint| hint.contains("link")), "{failure}");
        std::fs::create_dir(base.join("y.service.d")).unwrap();
        let target = elsewhere.join("target");
        std::fs::write(&target, "mine").unwrap();
        std::os::unix::fs::symlink(&target, base.join("y.service.d/50-a.conf")).unwrap();
        assert!(write(base.to_str().unwrap(), "y.service", "50-a.conf", "text").is_err());
        assert_eq!(std::fs::read(&target).unwrap(), b"mine");
        std::fs::remove_dir_all(base).unwrap();
    }
}
