//! The shapes that log lines have: where the time stands, and what stands around it.
//!
//! A line that a file's [`Dialect`] finds a time in starts a record; a line without belongs to the one
//! before. So that both directions agree, this depends on nothing but the line itself.

mod build;
mod level;
mod line;
mod structured;
mod syslog;

pub use build::Build;

use super::Kind;
use super::stamp::Stamp;

/// Where a line tells its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The time.
    pub stamp: Stamp,
    /// Where the rest starts: behind the time and what closes it; where the line itself is the
    /// message, 0.
    pub rest: u32,
    /// The level, where the shape itself tells one (0 to 7).
    pub level: Option<u8>,
    /// Row of [`SHAPES`].
    shape: u8,
}

/// How one kind of line looks.
struct Shape {
    /// Who writes it.
    writers: Writers,
    /// Finds the time in a line, of which it sees at most [`HEAD_BYTES`].
    head: fn(&[u8]) -> Option<Head>,
    /// Takes a record of this shape apart.
    body: fn(&[u8], &Head, &mut Build),
}

/// Who writes a shape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writers {
    /// syslogd, for others: host and identifier in each line.
    Syslog,
    /// The service itself.
    Service,
}

/// All shapes. The first that fits wins where two fit equally many lines of a file.
const SHAPES: &[Shape] = &[
    // 0: `Nov 23 01:22:13 host tag[1]: text`, with `<13>` or busybox's `daemon.info` or neither.
    Shape { writers: Writers::Syslog, head: syslog::head_3164, body: syslog::body_3164 },
    // 1: `2026-11-23T01:22:13.123456+00:00 host tag[1]: text`.
    Shape { writers: Writers::Syslog, head: syslog::head_iso, body: syslog::body_3164 },
    // 2: `<34>1 2026-11-23T01:22:13Z host app 1 id [data] text`.
    Shape { writers: Writers::Syslog, head: syslog::head_5424, body: syslog::body_5424 },
    // 3: `{"time":"…","level":"…"}`.
    Shape { writers: Writers::Service, head: structured::json, body: structured::whole },
    // 4: `time=… level=… msg=…`, in any order.
    Shape { writers: Writers::Service, head: structured::pairs, body: structured::whole },
    // 5: `1.2.3.4 - - [23/Nov/2026:01:22:13 +0000] "GET / HTTP/1.1" 200 1`.
    Shape { writers: Writers::Service, head: line::access, body: structured::whole },
    // 6: `123:M 23 Nov 2026 01:22:13.123 * text`.
    Shape { writers: Writers::Service, head: line::redis, body: line::redis_body },
    // 7: `E1123 01:22:13.123456    1234 file.go:12] text`.
    Shape { writers: Writers::Service, head: line::klog, body: line::plain_body },
    // 8: `type=SYSCALL msg=audit(1700000000.123:456): text`.
    Shape { writers: Writers::Service, head: line::audit, body: structured::whole },
    // 9: `1700000000.123    456 text`, `[1700000000] unbound[1:0] info: text`.
    Shape { writers: Writers::Service, head: line::unix, body: line::plain_body },
    // 10: everything that has a date and a time first, in brackets or behind a level or neither.
    Shape { writers: Writers::Service, head: line::plain, body: line::plain_body },
];

/// A time is looked for in so many bytes of a line.
pub const HEAD_BYTES: usize = 4096;

/// Which shapes the lines of a file have, the most frequent first. Empty: none of its lines has a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dialect {
    shapes: Vec<u8>,
}

impl Dialect {
    /// Tries all shapes on the first lines of a file.
    pub fn of<'a>(kind: Kind, lines: impl Iterator<Item = &'a [u8]> + Clone) -> Dialect {
        if kind == Kind::Syslog {
            let syslog = Dialect::by_count(Writers::Syslog, lines.clone());
            let all = Dialect::all(Writers::Syslog);
            let others = Dialect::by_count(Writers::Service, lines);
            return if syslog.shapes.is_empty() && !others.shapes.is_empty() {
                others
            } else {
                all
            };
        }
        match syslog::is_written_by_syslogd(lines.clone()) {
            true => Dialect::all(Writers::Syslog),
            false => Dialect::by_count(Writers::Service, lines),
        }
    }

    fn all(writers: Writers) -> Dialect {
        let rows = (0_u8..).zip(SHAPES).filter(|(_, shape)| shape.writers == writers);
        Dialect { shapes: rows.map(|(row, _)| row).collect() }
    }

    fn by_count<'a>(writers: Writers, lines: impl Iterator<Item = &'a [u8]>) -> Dialect {
        let candidates = Dialect::all(writers);
        let mut counts: Vec<(u32, u8)> = candidates.shapes.iter().map(|row| (0, *row)).collect();
        for line in lines {
            // Only the first that fits: `plain` fits much that others know better.
            let Some(head) = candidates.head(line) else { continue };
            if let Some(count) = counts.iter_mut().find(|(_, row)| *row == head.shape) {
                count.0 += 1;
            }
        }
        counts.sort_by_key(|(count, row)| (std::cmp::Reverse(*count), *row));
        let most = counts.first().map_or(0, |(count, _)| *count);
        // What fits one line in twenty only is more likely text that looks like a time.
        let shapes = counts.iter().filter(|(count, _)| *count > 0 && count * 20 >= most);
        Dialect { shapes: shapes.map(|(_, row)| *row).collect() }
    }

    /// Whether no line has a time.
    pub fn is_timeless(&self) -> bool {
        self.shapes.is_empty()
    }

    /// The time of a line that starts a record. `line` is at most its first [`HEAD_BYTES`].
    pub fn head(&self, line: &[u8]) -> Option<Head> {
        self.shapes.iter().find_map(|row| {
            let head = (SHAPES.get(usize::from(*row))?.head)(line)?;
            Some(Head { shape: *row, ..head })
        })
    }
}

impl Head {
    /// Where a time was found, and where it ends.
    fn new(stamp: Stamp, rest: usize) -> Head {
        Head { stamp, rest: rest as u32, level: None, shape: 0 }
    }

    /// Whether syslogd wrote the line.
    pub fn is_syslog(&self) -> bool {
        SHAPES.get(usize::from(self.shape)).is_some_and(|shape| shape.writers == Writers::Syslog)
    }

    /// Takes a record apart that starts with this line.
    pub fn body(&self, text: &[u8], build: &mut Build) {
        if let Some(shape) = SHAPES.get(usize::from(self.shape)) {
            (shape.body)(text, self, build);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
