//! The file that a daemon's output is appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::{Account, DetachError};
use crate::sys;

/// How much of it is shown where a daemon failed.
const SHOWN_BYTES: u64 = 4096;
const SHOWN_LINES: usize = 10;

/// An open log.
pub struct Log {
    /// For the daemon.
    pub fd: OwnedFd,
    /// For who launches it.
    pub news: News,
}

/// What is new in a log.
#[derive(Clone)]
pub struct News {
    path: PathBuf,
    /// How long it was before.
    length: u64,
}

impl Log {
    /// Opens it, or makes it for that account.
    pub fn open(path: &Path, account: Option<&Account>) -> Result<Log, DetachError> {
        let error = |source| DetachError::Log { file: path.to_owned(), source };
        // A log may stand in a folder of the daemon's user, who must not lead root elsewhere.
        let mut options = OpenOptions::new();
        options.append(true).mode(0o640).custom_flags(libc::O_NOFOLLOW | libc::O_NOCTTY);
        let made = options.clone().create_new(true).open(path);
        let (file, is_new) = match made {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
                if path.is_symlink() {
                    let text = "it is a symbolic link, which is not followed";
                    return Err(error(io::Error::new(io::ErrorKind::InvalidInput, text)));
                }
                (options.open(path), false)
            }
            made => (made, true),
        };
        let file = file.map_err(error)?;
        if let Some(account) = account.filter(|account| is_new && !account.is_ours()) {
            // Where the caller may not, becoming that user is what will fail.
            let _ = std::os::unix::fs::fchown(&file, Some(account.uid), Some(account.gid));
        }
        let length = file.metadata().map_err(error)?.size();
        let news = News { path: path.to_owned(), length };
        Ok(Log { fd: sys::above_stdio(file.into()).map_err(error)?, news })
    }

    /// Opens it as start-stop-daemon(8) does: mode 0664, links followed.
    pub fn open_plainly(path: &Path) -> Result<Log, DetachError> {
        let error = |source| DetachError::Log { file: path.to_owned(), source };
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).mode(0o664).open(path).map_err(error)?;
        let news = News { path: path.to_owned(), length: file.metadata().map_err(error)?.size() };
        Ok(Log { fd: sys::above_stdio(file.into()).map_err(error)?, news })
    }
}

impl News {
    /// The last lines.
    pub fn lines(&self) -> Vec<Vec<u8>> {
        let bytes = self.read().unwrap_or_default();
        let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()).collect();
        lines.iter().skip(lines.len().saturating_sub(SHOWN_LINES)).map(|l| l.to_vec()).collect()
    }

    fn read(&self) -> Option<Vec<u8>> {
        let mut file = File::open(&self.path).ok()?;
        let found = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let from = self.length.min(found.size()).max(found.size().saturating_sub(SHOWN_BYTES));
        file.seek(SeekFrom::Start(from)).ok()?;
        let mut bytes = Vec::new();
        file.take(SHOWN_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}
