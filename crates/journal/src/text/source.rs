//! What all sources of lines have in common.

use std::borrow::Cow;
use std::fmt;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use crate::Id128;

/// Which way a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Oldest first.
    #[default]
    Forward,
    /// Newest first.
    Backward,
}

/// Where reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// Before the oldest record.
    Head,
    /// Behind the newest record that is complete now.
    Tail,
    /// In front of the first record of that time or later (forward), or behind the last of that time
    /// or earlier (backward), in microseconds of the wall clock.
    Realtime(u64),
    /// Where [`Source::place`] was.
    Place(Place),
}

/// A spot between two records of one source. Survives rotation by renaming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The file's device; 0 for the kernel.
    pub device: u64,
    /// The file's inode; 0 for the kernel.
    pub inode: u64,
    /// Bytes from the start of the (unpacked) file; the kernel's sequence number.
    pub offset: u64,
}

/// What a source is made of, for `--source` and for the mark of each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A file that syslogd writes, for many services.
    Syslog,
    /// A file that a service writes itself.
    Service,
    /// The kernel's ring buffer.
    Kernel,
}

impl Kind {
    /// The word for `--source` and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Syslog => "syslog",
            Kind::Service => "files",
            Kind::Kernel => "kernel",
        }
    }
}

/// Where a source's records come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What it is.
    pub kind: Kind,
    /// The file that is written now (rotated ones lie beside it); `/dev/kmsg`.
    pub path: PathBuf,
}

/// How a source is to be understood.
#[derive(Debug, Clone)]
pub struct Options {
    /// The zone of times without offset: the machine's.
    pub zone: jiff::tz::TimeZone,
    /// `SYSLOG_IDENTIFIER` of lines that name none: the service's, for a file of its own.
    pub identifier: Option<Vec<u8>>,
    /// `_HOSTNAME` of lines that name none.
    pub hostname: Option<Vec<u8>>,
    /// The running boot, for the kernel's records.
    pub boot_id: Option<Id128>,
    /// Records that contain none of these texts may be left out unread (a promise of the caller that
    /// it wants no other). Empty: all records.
    pub needles: Vec<Vec<u8>>,
    /// Whether reading goes on with what is written meanwhile: then a last line without newline is
    /// held back until it is complete.
    pub follow: bool,
}

impl Options {
    /// All records of this machine's zone.
    pub fn new(zone: jiff::tz::TimeZone) -> Options {
        Options {
            zone,
            identifier: None,
            hostname: None,
            boot_id: None,
            needles: Vec::new(),
            follow: false,
        }
    }
}

/// A name and its value, as in a journal entry. Values are the file's own bytes wherever they can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// `MESSAGE`, `PRIORITY`, `SYSLOG_IDENTIFIER`, `SYSLOG_PID`, `SYSLOG_FACILITY`, `_HOSTNAME` …
    pub name: &'a [u8],
    /// Any bytes.
    pub value: &'a [u8],
}

/// A line, or lines that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Microseconds of the wall clock.
    pub realtime_usec: u64,
    /// Microseconds since boot, where the record tells them.
    pub monotonic_usec: Option<u64>,
    /// Which boot that was; known for the kernel's ring buffer.
    pub boot_id: Option<Id128>,
    /// Where the record starts.
    pub place: Place,
    /// The file it stands in: the source's own or a rotated one; `/dev/kmsg`.
    pub path: &'a Path,
    /// Bytes that were left out since the record was longer than [`super::RECORD_BYTES_MAX`]; `MESSAGE`
    /// says so at its end.
    pub cut_bytes: u64,
    pub(super) text: &'a [u8],
    pub(super) scratch: &'a [u8],
    pub(super) spans: &'a [Span],
}

/// A field of the record that is being given, before it is borrowed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) name: &'static str,
    pub(super) value: Value,
}

/// Where a value's bytes are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// In the record's own text.
    Text {
        /// The first byte.
        start: u32,
        /// Behind the last.
        end: u32,
    },
    /// In the scratch memory: values that are computed or unescaped.
    Scratch {
        /// The first byte.
        start: u32,
        /// Behind the last.
        end: u32,
    },
    /// One of ours.
    Fixed(&'static str),
}

impl<'a> Record<'a> {
    /// What it says. Each name at most once, `MESSAGE` last.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'a>> + use<'a> {
        let (text, scratch) = (self.text, self.scratch);
        self.spans.iter().map(move |span| {
            let slice = |of: &'a [u8], start: u32, end: u32| of.get(start as usize..end as usize);
            let value = match span.value {
                Value::Text { start, end } => slice(text, start, end),
                Value::Scratch { start, end } => slice(scratch, start, end),
                Value::Fixed(value) => Some(value.as_bytes()),
            };
            Field { name: span.name.as_bytes(), value: value.unwrap_or_default() }
        })
    }

    /// The value of one field.
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.fields().find(|field| field.name == name).map(|field| field.value)
    }
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Another user may; see [`Trouble::hint`].
    NotPermitted,
    /// It is there and cannot be read: an error of the disk, a directory in its place …
    Unreadable,
    /// Compressed in a way that this room does not know.
    Unsupported,
    /// The rest of an archive is missing or no archive; what comes before was given.
    Damaged,
    /// Records were overwritten before they were read.
    Lost,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub why: Why,
    /// In words, without the path: what went wrong.
    pub detail: Cow<'static, str>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.detail)
    }
}

/// Records of one origin, one after the other.
///
/// Made to be merged: ask all sources for [`Source::peek`], take the [`Source::record`] of the earliest
/// (the latest, backward), then [`Source::advance`] it.
pub trait Source: Send {
    /// What it is.
    fn origin(&self) -> &Origin;

    /// Goes to another spot and reads on from there in that direction.
    fn seek(&mut self, seek: Seek, direction: Direction);

    /// The spot between the records that were passed and the next.
    fn place(&mut self) -> Place;

    /// The time of the next record in microseconds of the wall clock; `None` at the end, which
    /// may be the end for now only ([`Source::refresh`]).
    fn peek(&mut self) -> Option<u64>;

    /// The next record, without passing it.
    fn record(&mut self) -> Option<Record<'_>>;

    /// Passes the next record.
    fn advance(&mut self);

    /// Looks whether there is more behind the end now: the file grew, was rotated or cut short. Says
    /// whether it is worth asking [`Source::peek`] again. Only needed forward.
    fn refresh(&mut self) -> bool;

    /// What becomes readable when there is more, for poll(2). Files have none: watch their
    /// folders ([`super::Watch`]).
    fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// What could not be read since the last call.
    fn take_troubles(&mut self) -> Vec<Trouble>;
}
