//! The kernel's ring buffer, `/dev/kmsg`.
//!
//! Its records bear the monotonic clock of the kernel, which stands still while the machine sleeps; the
//! wall clock's time is that of boot plus it, as dmesg(1) -T shows it: after a sleep it is too early by as much.

mod record;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::time::{ClockId, clock_gettime};

use self::record::Raw;
use super::shape::Build;
use super::store::trouble_of;
use super::{Direction, Kind, Options, Origin, Place, Record, Seek, Source, Trouble, Why};
use crate::Id128;

/// Where the kernel tells it.
const PATH: &str = "/dev/kmsg";

/// The kernel hands out no longer records.
const READ_BYTES: usize = 32 << 10;

/// Records are kept up to so many bytes: more than a ring buffer holds that was not made huge.
const KEPT_BYTES_MAX: usize = 16 << 20;

/// The kernel's ring buffer.
#[derive(Debug)]
pub struct Kernel {
    origin: Origin,
    file: File,
    /// What was read, oldest first.
    records: VecDeque<Vec<u8>>,
    kept_bytes: usize,
    /// How many records in front of `records` were let go.
    gone: u64,
    /// Index of the next record (forward), or of the one behind it (backward), counted from the first
    /// that was ever kept.
    at: u64,
    direction: Direction,
    /// Wall clock at the start of the monotonic clock, in microseconds.
    start_usec: u64,
    boot_id: Option<Id128>,
    boot_id_text: Option<String>,
    hostname: Option<Vec<u8>>,
    build: Build,
    troubles: Vec<Trouble>,
}

impl Kernel {
    /// Opens /dev/kmsg, without waiting for anything.
    ///
    /// # Errors
    /// Why it cannot be read, and what to do about it.
    pub fn open(options: &Options) -> Result<Kernel, Trouble> {
        let path = Path::new(PATH);
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32;
        let opened = fs::OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = opened.map_err(|error| refused(path, &error))?;
        let mut kernel = Kernel {
            origin: Origin { kind: Kind::Kernel, path: PathBuf::from(PATH) },
            file,
            records: VecDeque::new(),
            kept_bytes: 0,
            gone: 0,
            at: 0,
            direction: Direction::Forward,
            start_usec: start_usec(),
            boot_id: options.boot_id,
            boot_id_text: options.boot_id.map(|id| id.to_string()),
            hostname: options.hostname.clone(),
            build: Build::default(),
            troubles: Vec::new(),
        };
        kernel.read().map_err(|error| refused(path, &error))?;
        Ok(kernel)
    }

    /// Takes what the kernel has, until it would wait.
    fn read(&mut self) -> io::Result<bool> {
        let mut buffer = vec![0; READ_BYTES];
        let mut any = false;
        loop {
            match self.file.read(&mut buffer) {
                Ok(0) => return Ok(any),
                Ok(length) => {
                    any = true;
                    self.keep(buffer.get(..length).unwrap_or_default());
                }
                Err(error) => {
                    match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
                        Some(rustix::io::Errno::INTR) => {}
                        // The kernel overwrote what comes next; the following read has what is there.
                        Some(rustix::io::Errno::PIPE) => self.lose(),
                        Some(rustix::io::Errno::AGAIN) => return Ok(any),
                        _ => return Err(error),
                    }
                }
            }
        }
    }

    fn lose(&mut self) {
        if self.troubles.iter().any(|trouble| trouble.why == Why::Lost) {
            return;
        }
        let detail = "the kernel overwrote records before they were read".into();
        let path = self.origin.path.clone();
        self.troubles.push(Trouble { path, why: Why::Lost, detail, hint: None });
    }

    fn keep(&mut self, bytes: &[u8]) {
        if record::parse(bytes).is_none() {
            return;
        }
        self.kept_bytes += bytes.len();
        self.records.push_back(bytes.to_vec());
        while self.kept_bytes > KEPT_BYTES_MAX
            && let Some(oldest) = self.records.pop_front()
        {
            self.kept_bytes -= oldest.len();
            self.gone += 1;
        }
    }

    fn end(&self) -> u64 {
        self.gone + self.records.len() as u64
    }

    /// The index of the next record.
    fn index(&self) -> Option<u64> {
        match self.direction {
            Direction::Forward => Some(self.at.max(self.gone)).filter(|at| *at < self.end()),
            Direction::Backward => self.at.checked_sub(1).filter(|at| *at >= self.gone),
        }
    }

    fn raw(&self, index: u64) -> Option<(&[u8], Raw)> {
        let index = usize::try_from(index.checked_sub(self.gone)?).ok()?;
        let bytes = self.records.get(index)?;
        Some((bytes, record::parse(bytes)?))
    }

    /// The first record of which this is true, all of those behind it included.
    fn first(&self, is_behind: impl Fn(&Raw) -> bool) -> u64 {
        let start = self
            .records
            .partition_point(|bytes| record::parse(bytes).is_some_and(|raw| !is_behind(&raw)));
        self.gone + start as u64
    }
}

/// Wall clock minus monotonic clock.
fn start_usec() -> u64 {
    let usec = |clock| {
        let now = clock_gettime(clock);
        i128::from(now.tv_sec) * 1_000_000 + i128::from(now.tv_nsec) / 1000
    };
    u64::try_from(usec(ClockId::Realtime) - usec(ClockId::Monotonic)).unwrap_or_default()
}

/// Who may read it is said by a setting of the kernel.
fn refused(path: &Path, error: &io::Error) -> Trouble {
    let mut trouble = trouble_of(path, error);
    if trouble.why == Why::NotPermitted {
        let hint = "root may read it; others where kernel.dmesg_restrict is 0 (sysctl)";
        trouble.hint = Some(hint.to_owned());
    }
    trouble
}

impl Source for Kernel {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn seek(&mut self, seek: Seek, direction: Direction) {
        self.direction = direction;
        let usec_since_start = |usec: u64| usec.saturating_sub(self.start_usec);
        self.at = match seek {
            Seek::Head => self.gone,
            Seek::Tail => self.end(),
            Seek::Realtime(usec) => {
                let wanted = usec_since_start(usec);
                let starts_before_boot = usec < self.start_usec;
                self.first(|raw| match direction {
                    Direction::Forward => raw.monotonic_usec >= wanted,
                    Direction::Backward => starts_before_boot || raw.monotonic_usec > wanted,
                })
            }
            Seek::Place(place) => self.first(|raw| raw.sequence >= place.offset),
        };
    }

    fn place(&mut self) -> Place {
        let next = self.raw(self.at.max(self.gone)).map(|(_, raw)| raw.sequence);
        let last = || self.records.back().and_then(|bytes| record::parse(bytes));
        let offset = next.or_else(|| last().map(|raw| raw.sequence + 1));
        Place { offset: offset.unwrap_or(0), ..Place::default() }
    }

    fn peek(&mut self) -> Option<u64> {
        let (_, raw) = self.raw(self.index()?)?;
        Some(self.start_usec.saturating_add(raw.monotonic_usec))
    }

    fn record(&mut self) -> Option<Record<'_>> {
        let index = self.index()?.checked_sub(self.gone)?;
        let bytes = self.records.get(usize::try_from(index).ok()?)?;
        let raw = record::parse(bytes)?;
        let hostname = self.hostname.as_deref();
        record::fields(bytes, &raw, self.boot_id_text.as_deref(), hostname, &mut self.build);
        let (spans, scratch) = self.build.parts();
        Some(Record {
            realtime_usec: self.start_usec.saturating_add(raw.monotonic_usec),
            monotonic_usec: Some(raw.monotonic_usec),
            boot_id: self.boot_id,
            place: Place { offset: raw.sequence, ..Place::default() },
            path: &self.origin.path,
            cut_bytes: 0,
            text: bytes,
            scratch,
            spans,
        })
    }

    fn advance(&mut self) {
        if let Some(index) = self.index() {
            self.at = match self.direction {
                Direction::Forward => index + 1,
                Direction::Backward => index,
            };
        }
    }

    fn refresh(&mut self) -> bool {
        match self.read() {
            Ok(any) => any,
            Err(error) => {
                let trouble = trouble_of(&self.origin.path, &error);
                if !self.troubles.contains(&trouble) {
                    self.troubles.push(trouble);
                }
                false
            }
        }
    }

    fn poll_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }

    fn take_troubles(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.troubles)
    }
}
