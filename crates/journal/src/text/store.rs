//! The bytes of one log file, unpacked where it is compressed.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use super::unpack::{self, Packing, Unpacker};
use super::{Trouble, Why};
use crate::groups;

/// Archives that are no longer than this when unpacked are kept in memory.
const MEMORY_BYTES_MAX: usize = 4 << 20;

/// Archives are unpacked into an unnamed file up to this size; longer ones are read again and again.
const UNNAMED_BYTES_MAX: u64 = 16 << 30;

/// Which reads will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// From the start to the end, mostly.
    Ascending,
    /// Anywhere.
    Anywhere,
}

/// What a file is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// Its device.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

impl Identity {
    /// What is known of a file.
    pub fn of(meta: &fs::Metadata) -> Identity {
        Identity { device: meta.dev(), inode: meta.ino() }
    }
}

/// An open log file.
pub struct Store {
    file: Arc<File>,
    identity: Identity,
    bytes: Bytes,
    damage: Option<Cow<'static, str>>,
}

enum Bytes {
    Plain,
    Memory(Vec<u8>),
    Unnamed(File, u64),
    Stream(Unpacker),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("identity", &self.identity).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a regular file; anything else does not block and is an error.
    ///
    /// # Errors
    /// What is in the way, with a hint.
    pub fn open(path: &Path, access: Access) -> Result<Store, Trouble> {
        let trouble = |error: &io::Error| trouble_of(path, error);
        // Not even to be opened, if it is none: a device may act on that.
        let seen = fs::metadata(path).map_err(|error| trouble(&error))?;
        if !seen.is_file() {
            return Err(not_a_file(path));
        }
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32;
        let opened = fs::OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = opened.map_err(|error| trouble(&error))?;
        let meta = file.metadata().map_err(|error| trouble(&error))?;
        if !meta.is_file() {
            return Err(not_a_file(path));
        }
        let identity = Identity::of(&meta);
        let mut store = Store { file: Arc::new(file), identity, bytes: Bytes::Plain, damage: None };
        store.unpack(path, access)?;
        Ok(store)
    }

    /// Looks whether it is compressed, and makes its bytes readable in the way that is wanted.
    fn unpack(&mut self, path: &Path, access: Access) -> Result<(), Trouble> {
        let mut magic = [0; 6];
        let length =
            read_fully(&self.file, &mut magic, 0).map_err(|error| trouble_of(path, &error))?;
        let Some(packing) = Packing::of(magic.get(..length).unwrap_or_default()) else {
            return Ok(());
        };
        if packing == Packing::Bzip2 {
            let hint = format!("bzcat {} shows it", present_path(path));
            let detail = Cow::Borrowed("is compressed with bzip2, which is not read");
            let path = path.to_owned();
            return Err(Trouble { path, why: Why::Unsupported, detail, hint: Some(hint) });
        }
        let mut unpacker = Unpacker::new(self.file.clone(), packing);
        let mut start = Vec::new();
        let is_whole = match (&mut unpacker).take(MEMORY_BYTES_MAX as u64).read_to_end(&mut start) {
            Ok(length) => length < MEMORY_BYTES_MAX,
            Err(error) => {
                self.damage = Some(unpack::describe(&error));
                true
            }
        };
        self.bytes = match (is_whole, access) {
            (true, _) => {
                start.shrink_to_fit();
                Bytes::Memory(start)
            }
            (false, Access::Ascending) => Bytes::Stream(Unpacker::new(self.file.clone(), packing)),
            (false, Access::Anywhere) => match self.unpack_to_disk(&start, unpacker) {
                Ok((file, size)) => Bytes::Unnamed(file, size),
                // No room: slow, but it works.
                Err(_) => Bytes::Stream(Unpacker::new(self.file.clone(), packing)),
            },
        };
        Ok(())
    }

    fn unpack_to_disk(&mut self, start: &[u8], mut rest: Unpacker) -> io::Result<(File, u64)> {
        let mut unnamed = unnamed_file()?;
        unnamed.write_all(start)?;
        let mut size = start.len() as u64;
        let mut chunk = vec![0; 256 << 10];
        loop {
            let length = match rest.read(&mut chunk) {
                Ok(0) => return Ok((unnamed, size)),
                Ok(length) => length,
                Err(error) => {
                    self.damage = Some(unpack::describe(&error));
                    return Ok((unnamed, size));
                }
            };
            size += length as u64;
            if size > UNNAMED_BYTES_MAX {
                return Err(io::ErrorKind::StorageFull.into());
            }
            unnamed.write_all(chunk.get(..length).unwrap_or_default())?;
        }
    }

    /// Device and inode.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether reads may go anywhere at the same cost.
    pub fn is_random(&self) -> bool {
        !matches!(self.bytes, Bytes::Stream(_))
    }

    /// Whether it may grow.
    pub fn is_plain(&self) -> bool {
        matches!(self.bytes, Bytes::Plain)
    }

    /// How many bytes there are now; of a stream, `u64::MAX` until its end was seen.
    pub fn size(&self) -> u64 {
        match &self.bytes {
            Bytes::Plain => self.file.metadata().map_or(0, |meta| meta.len()),
            Bytes::Memory(bytes) => bytes.len() as u64,
            Bytes::Unnamed(_, size) => *size,
            Bytes::Stream(unpacker) => unpacker.end().unwrap_or(u64::MAX),
        }
    }

    /// Reads at that offset: fewer bytes only at the end. What cannot be read is the end, and is told
    /// by [`Store::take_damage`].
    pub fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> usize {
        let read = match &mut self.bytes {
            Bytes::Plain => read_fully(&self.file, buffer, offset),
            Bytes::Unnamed(file, _) => read_fully(file, buffer, offset),
            Bytes::Memory(bytes) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let found = bytes.get(from..).unwrap_or_default();
                let length = found.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..length), found.get(..length)) {
                    to.copy_from_slice(from);
                }
                Ok(length)
            }
            Bytes::Stream(unpacker) => unpacker.read_at(buffer, offset),
        };
        read.unwrap_or_else(|error| {
            self.damage.get_or_insert_with(|| unpack::describe(&error));
            0
        })
    }

    /// What was found damaged since the last call.
    pub fn take_damage(&mut self, path: &Path) -> Option<Trouble> {
        let detail = self.damage.take()?;
        Some(Trouble { path: path.to_owned(), why: Why::Damaged, detail, hint: None })
    }
}

/// When a file was written last, in microseconds since 1970.
pub fn mtime_usec(meta: &fs::Metadata) -> u64 {
    let seconds = u64::try_from(meta.mtime()).unwrap_or_default();
    // Any time can be set.
    seconds.saturating_mul(1_000_000).saturating_add(meta.mtime_nsec().unsigned_abs() / 1000)
}

/// A file without a name, on a disk rather than in memory.
fn unnamed_file() -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let opened = rustix::fs::open(c"/var/tmp", flags, Mode::RUSR | Mode::WUSR)?;
    Ok(File::from(opened))
}

/// Reads until the buffer is full or the file ends.
fn read_fully(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(filled)
}

/// A path for a hint: what is to be typed.
fn present_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(is_plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

fn not_a_file(path: &Path) -> Trouble {
    let detail = Cow::Borrowed("is no regular file");
    Trouble { path: path.to_owned(), why: Why::Unreadable, detail, hint: None }
}

/// An error of the file system in words.
pub fn trouble_of(path: &Path, error: &io::Error) -> Trouble {
    let (why, hint) = match error.kind() {
        io::ErrorKind::PermissionDenied => (Why::NotPermitted, Some(who_may(path))),
        _ => (Why::Unreadable, None),
    };
    // Without Rust's "(os error 13)".
    let detail = match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => "permission denied".to_owned(),
        Some(_) | None => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_owned()
        }
    };
    Trouble { path: path.to_owned(), why, detail: Cow::Owned(detail), hint }
}

/// Which group may read a file, if being in it is enough.
fn who_may(path: &Path) -> String {
    let readable = fs::metadata(path).ok().filter(|meta| meta.mode() & 0o040 != 0);
    match readable {
        Some(meta) if meta.gid() != 0 => match groups::name_of(&groups::known(), meta.gid()) {
            Some(name) => format!("users in group '{name}' may read it"),
            None => format!("users in group {} may read it", meta.gid()),
        },
        _ => "root may read it".to_owned(),
    }
}
