//! One journal file, mapped and read without copying.
//!
//! [`File::open`] checks the header only; everything else is checked when it is looked at, so that
//! a damaged file gives what can be read of it. A file that its writer appends to is followed without
//! mapping it again: more is mapped than the file has, and [`File::refresh`] notices that it has grown.

mod chain;
mod error;
mod header;
mod list;
mod lookup;
mod object;
mod payload;
mod texts;
mod unpack;

pub use chain::Chain;
pub use error::{Damage, OpenError};
pub use header::Header;
pub use list::EntryList;
pub use lookup::{FieldNames, Values};
pub use object::{Items, Object};
pub use payload::{PAYLOAD_MAX, Scratch};
pub(crate) use unpack::XZ_MEMORY_KIB;

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::format::flags::{STATE_ARCHIVED, STATE_OFFLINE};
use crate::format::hash;
use crate::format::layout::{self, HEADER_SIZE_MAX, HEADER_SIZE_MIN, data, u32_at, u64_at};
use crate::id::Id128;
use crate::sys::Mapping;

/// How much is mapped behind the end of a file that may grow: more than journald lets a file become.
/// It costs address space only.
const HEADROOM: u64 = if usize::BITS >= 64 { 4 << 30 } else { 0 };

/// Descriptors below this one are kept whatever they are good for: most processes may have 1024.
const PLENTY: i32 = 512;

/// A journal file that is open for reading. Threads may share it.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    mapping: Mapping,
    /// Of an archived file, which never grows, kept while the process has enough of them.
    fd: Option<OwnedFd>,
    is_outgrown: AtomicBool,
    identity: (u64, u64),
    header_size: u64,
    is_compact: bool,
    /// What keys the hashes, if they are keyed.
    key: Option<Id128>,
    /// Where data objects' payloads begin.
    payload_at: usize,
}

impl File {
    /// Opens and maps that file. Never blocks, whatever lies there. Each file that may still grow costs
    /// a descriptor: when there are none left, the process' soft limit is raised to the hard one.
    ///
    /// # Errors
    /// It can't be read, or is no journal file that this program understands.
    pub fn open(path: &Path) -> Result<File, OpenError> {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let open = || OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path);
        let file = match open() {
            Err(error) if Errno::from_io_error(&error) == Some(Errno::MFILE) => {
                let limit = getrlimit(Resource::Nofile);
                // Without success the same error comes again, and says it all.
                let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
                open()?
            }
            file => file?,
        };
        File::from_fd(file.into(), path)
    }

    /// Maps a file that is open for reading; the path is only for telling where things are.
    ///
    /// # Errors
    /// See [`open`](File::open).
    pub(crate) fn from_fd(file: OwnedFd, path: &Path) -> Result<File, OpenError> {
        let stat = rustix::fs::fstat(&file).map_err(io::Error::from)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind != FileType::RegularFile {
            return Err(OpenError::NotRegular(error::kind_name(kind)));
        }
        let size = u64::try_from(stat.st_size).unwrap_or_default();
        if size < HEADER_SIZE_MIN {
            return Err(OpenError::Truncated("it is shorter than a header"));
        }
        let mapping = Mapping::new(file.as_fd(), size.saturating_add(HEADROOM))
            .or_else(|_| Mapping::new(file.as_fd(), size))?;
        mapping.set_readable(size);
        let first = mapping.bytes(0, size.min(HEADER_SIZE_MAX)).unwrap_or_default();
        if !header::has_signature(first) {
            return Err(OpenError::Corrupt("it does not begin as a journal file does"));
        }
        let header = Header::parse(first);
        header.check(size)?;
        let is_compact = header.is_compact();
        let keeps = header.state != STATE_ARCHIVED || file.as_raw_fd() < PLENTY;
        Ok(File {
            path: path.to_owned(),
            mapping,
            fd: keeps.then_some(file),
            is_outgrown: AtomicBool::new(false),
            identity: (stat.st_dev, stat.st_ino),
            header_size: header.header_size,
            is_compact,
            key: header.is_keyed_hash().then_some(header.file_id),
            payload_at: if is_compact { data::COMPACT_PAYLOAD } else { data::PAYLOAD },
        })
    }

    /// Where it was opened; it may have been renamed since.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its device and inode: the same for all names of one file.
    pub fn identity(&self) -> (u64, u64) {
        self.identity
    }

    /// A number that no other file of this process has, not even the same one opened again.
    pub fn serial(&self) -> u64 {
        self.mapping.serial()
    }

    /// The header as it is now.
    pub fn header(&self) -> Header {
        let size = self.size_bytes().min(HEADER_SIZE_MAX);
        Header::parse(self.bytes(0, size).unwrap_or_default())
    }

    /// One number of the header as it is now, by its place in [`layout::header`]: where a whole
    /// [`header`](File::header) would be too slow. 0 if the header is too short to have it.
    pub(crate) fn header_u64(&self, at: usize) -> u64 {
        let is_there = self.header_size >= at as u64 + 8;
        if is_there { u64_at(self.bytes(at as u64, 8).unwrap_or_default(), 0) } else { 0 }
    }

    /// How many entries it has now.
    pub fn n_entries(&self) -> u64 {
        self.header_u64(layout::header::N_ENTRIES)
    }

    /// Whether no writer has it open: then its header's numbers fit each other.
    pub(crate) fn is_at_rest(&self) -> bool {
        let state = self.bytes(layout::header::STATE as u64, 1).and_then(<[u8]>::first);
        state.is_some_and(|state| *state == STATE_ARCHIVED || *state == STATE_OFFLINE)
    }

    /// How long it is, as far as is known: see [`refresh`](File::refresh).
    pub fn size_bytes(&self) -> u64 {
        self.mapping.readable()
    }

    /// Looks how long the file is now. Archived files do not change.
    ///
    /// # Errors
    /// It can't be looked at.
    pub fn refresh(&self) -> io::Result<()> {
        if let Some(file) = &self.fd {
            let stat = rustix::fs::fstat(file)?;
            let size = u64::try_from(stat.st_size).unwrap_or_default();
            self.mapping.set_readable(size);
            self.is_outgrown.store(size > self.mapping.mapped(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Whether it is longer than what is mapped of it: the rest can be read when it has been opened
    /// anew. That takes 4 GiB of growth, except where addresses are scarce.
    pub fn is_outgrown(&self) -> bool {
        self.is_outgrown.load(Ordering::Relaxed)
    }

    /// Whether the file was found shorter than it had been, or unreadable, when it was read: what lies
    /// behind reads as zeroes from then on.
    pub fn was_truncated(&self) -> bool {
        self.mapping.was_truncated()
    }

    /// Whether offsets have 32 bits.
    pub fn is_compact(&self) -> bool {
        self.is_compact
    }

    /// Where data objects' payloads begin.
    pub fn payload_at(&self) -> usize {
        self.payload_at
    }

    /// Bytes of the file, which may change while they are looked at: read each number once, check it,
    /// use it.
    #[inline]
    pub fn bytes(&self, offset: u64, length: u64) -> Option<&[u8]> {
        self.mapping.bytes(offset, length)
    }

    /// Reads bytes of the file instead of mapping them; how many could be read.
    pub(crate) fn copy(&self, offset: u64, into: &mut [u8]) -> usize {
        let Some(fd) = &self.fd else { return 0 };
        rustix::io::retry_on_intr(|| rustix::io::pread(fd, &mut *into, offset)).unwrap_or(0)
    }

    /// Whether [`copy`](File::copy) can read.
    pub(crate) fn can_copy(&self) -> bool {
        self.fd.is_some()
    }

    /// The number there.
    pub(crate) fn u64_at(&self, offset: u64) -> Option<u64> {
        self.bytes(offset, 8).map(|bytes| u64_at(bytes, 0))
    }

    /// The number there.
    pub(crate) fn u32_at(&self, offset: u64) -> Option<u32> {
        self.bytes(offset, 4).map(|bytes| u32_at(bytes, 0))
    }

    /// The hash that this file has for a payload (of data or fields).
    pub fn hash(&self, payload: &[u8]) -> u64 {
        match self.key {
            Some(key) => hash::keyed(key, payload),
            None => hash::jenkins(payload),
        }
    }
}

/// An entry's fixed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies in its file.
    pub offset: u64,
    /// Its number in the sequence of its file.
    pub seqnum: u64,
    /// Microseconds since 1970.
    pub realtime_usec: u64,
    /// Microseconds since its boot.
    pub monotonic_usec: u64,
    /// Its boot.
    pub boot_id: Id128,
    /// The hashes of its fields, combined.
    pub xor_hash: u64,
}
