//! What goes wrong, grouped by the shape of the messages.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use super::clock::{Clock, Style};
use super::shape;
use super::structured;
use super::zone::LocalTime;
use crate::{Column, Kind, Rows, Timestamp, Value, text};

/// How many shapes are told apart. What comes then is only counted.
const MOST: usize = 8192;
/// Bytes of an example.
const LONGEST: usize = 240;

/// One message that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// Microseconds since 1970.
    pub realtime_usec: u64,
    /// The boot that it is from; anything that is the same for one boot.
    pub boot_id: [u8; 16],
    /// Who said it: the service, or else the program.
    pub service: &'a [u8],
    /// What it said.
    pub message: &'a [u8],
    /// How bad that is, as syslog(3) counts.
    pub level: u8,
}

/// Counts messages by service and [`shape`].
#[derive(Default)]
pub struct Errors {
    groups: HashMap<u64, Group>,
    scratch: String,
    /// How many messages were not told apart, because there were too many shapes.
    pub others: u64,
}

struct Group {
    count: u64,
    first_usec: u64,
    last_usec: u64,
    /// The one boot that all are from; none if there are several.
    boot: Option<[u8; 16]>,
    level: u8,
    service: String,
    shape: String,
    /// The latest.
    example: String,
}

/// A row of the table of errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// How often it was said.
    pub count: u64,
    /// Since when, in microseconds since 1970.
    pub first_usec: u64,
    /// Until when.
    pub last_usec: u64,
    /// Whether it was said in the last boot only.
    pub is_new: bool,
    /// The worst level.
    pub level: u8,
    /// Who said it.
    pub service: String,
    /// What all have in common.
    pub shape: String,
    /// The latest of them, its first line.
    pub example: String,
    /// The times as text in the zone.
    first_text: String,
    last_text: String,
}

impl Errors {
    /// Takes a message.
    pub fn add(&mut self, said: &Said<'_>) {
        self.scratch.clear();
        // All objects of a program look alike: what they say counts.
        let object = structured::read(said.message);
        let message = object.as_ref().map_or(said.message, |object| object.text.as_bytes());
        shape::push(message, &mut self.scratch);
        let key = shape::key(said.service, &self.scratch);
        let is_full = self.groups.len() >= MOST;
        match self.groups.entry(key) {
            Place::Occupied(mut place) => place.get_mut().add(said),
            Place::Vacant(_) if is_full => self.others += 1,
            Place::Vacant(place) => {
                place.insert(Group {
                    count: 1,
                    first_usec: said.realtime_usec,
                    last_usec: said.realtime_usec,
                    boot: Some(said.boot_id),
                    level: said.level,
                    service: text::clean(said.service).into_owned(),
                    shape: self.scratch.clone(),
                    example: example(said.message),
                });
            }
        }
    }

    /// Takes what another one counted.
    pub fn merge(&mut self, other: Self) {
        self.others += other.others;
        for (key, group) in other.groups {
            let is_full = self.groups.len() >= MOST;
            match self.groups.entry(key) {
                Place::Occupied(mut place) => place.get_mut().merge(group),
                Place::Vacant(_) if is_full => self.others += group.count,
                Place::Vacant(place) => {
                    place.insert(group);
                }
            }
        }
    }

    /// The table: what is new first (since `last_boot`, if there were boots before it), then what
    /// is frequent.
    #[must_use]
    pub fn rows(
        &self,
        last_boot: Option<[u8; 16]>,
        zone: impl LocalTime + Send + 'static,
    ) -> Vec<Row> {
        let mut clock = Clock::new(Style::Syslog, Box::new(zone));
        let mut time = |usec| {
            let mut text = Vec::new();
            clock.write(usec, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        };
        let mut rows: Vec<Row> = self
            .groups
            .values()
            .map(|group| Row {
                count: group.count,
                first_usec: group.first_usec,
                last_usec: group.last_usec,
                is_new: last_boot.is_some() && group.boot == last_boot,
                level: group.level,
                service: group.service.clone(),
                shape: group.shape.clone(),
                example: group.example.clone(),
                first_text: time(group.first_usec),
                last_text: time(group.last_usec),
            })
            .collect();
        rows.sort_by(|a, b| {
            let key = |row: &Row| (!row.is_new, u64::MAX - row.count, u64::MAX - row.last_usec);
            key(a).cmp(&key(b)).then_with(|| (&a.service, &a.shape).cmp(&(&b.service, &b.shape)))
        });
        rows
    }
}

impl Group {
    fn add(&mut self, said: &Said<'_>) {
        self.count += 1;
        if self.boot != Some(said.boot_id) {
            self.boot = None;
        }
        self.level = self.level.min(said.level);
        self.first_usec = self.first_usec.min(said.realtime_usec);
        if said.realtime_usec >= self.last_usec {
            self.last_usec = said.realtime_usec;
            self.example = example(said.message);
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        if self.boot != other.boot {
            self.boot = None;
        }
        self.level = self.level.min(other.level);
        self.first_usec = self.first_usec.min(other.first_usec);
        if other.last_usec >= self.last_usec {
            self.last_usec = other.last_usec;
            self.example = other.example;
        }
    }
}

fn example(message: &[u8]) -> String {
    let line = message.split(|byte| *byte == b'\n').next().unwrap_or(message);
    text::clean(line.get(..LONGEST).unwrap_or(line)).into_owned()
}

/// The rows of [`COLUMNS`].
pub enum ErrorRows {}

impl Rows for ErrorRows {
    type Row<'a> = Row;
}

type C = Column<ErrorRows>;

/// The table of errors.
pub static COLUMNS: &[C] = &[
    C::new("count", "COUNT", Kind::Number, "how often it was said", |row| row.count.into()).shown(),
    C::new("new", "NEW", Kind::Bool, "said in the last boot only", |row| row.is_new.into()).shown(),
    C::new("first", "FIRST", Kind::Time, "when it was said first", |row| {
        time(row.first_usec, &row.first_text)
    })
    .shown(),
    C::new("last", "LAST", Kind::Time, "when it was said last", |row| {
        time(row.last_usec, &row.last_text)
    })
    .shown(),
    C::new("service", "SERVICE", Kind::Text, "the service, or the program", |row| {
        row.service.as_str().into()
    })
    .shown()
    .flexible(12),
    C::new("level", "LEVEL", Kind::Text, "the worst level", |row| level_name(row.level).into()),
    C::new("shape", "MESSAGE", Kind::Text, "what the messages have in common", |row| {
        row.shape.as_str().into()
    })
    .shown()
    .flexible(24),
    C::new("example", "EXAMPLE", Kind::Text, "the latest message", |row| {
        row.example.as_str().into()
    })
    .flexible(24),
];

fn time(usec: u64, text: &str) -> Value<'_> {
    Value::Timestamp(Timestamp { unix_seconds: usec as f64 / 1e6, text: text.into() })
}

/// What syslog(3) calls the levels, from 0, the worst, to 7.
pub const LEVELS: [&str; 8] =
    ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// What syslog(3) calls a level; what is beyond the last is the last.
#[must_use]
pub fn level_name(level: u8) -> &'static str {
    LEVELS.get(usize::from(level)).copied().unwrap_or("debug")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Utc;
    use crate::{Layout, Query, Theme, View, table};

    const OLD: [u8; 16] = [1; 16];
    const NEW: [u8; 16] = [2; 16];

    fn said<'a>(second: u64, boot_id: [u8; 16], service: &'a str, message: &'a str) -> Said<'a> {
        let (service, message) = (service.as_bytes(), message.as_bytes());
        Said { realtime_usec: second * 1_000_000, boot_id, service, message, level: 3 }
    }

    fn counted() -> Errors {
        let mut first = Errors::default();
        first.add(&said(10, OLD, "a.service", "lost 1 of 2"));
        first.add(&said(20, NEW, "a.service", "lost 7 of 9\nmore"));
        let mut second = Errors::default();
        second.add(&said(5, OLD, "a.service", "lost 3 of 3"));
        second.add(&said(30, NEW, "b.service", "can't open /x\x1b[2J"));
        first.merge(second);
        first
    }

    #[test]
    fn new_ones_first_then_frequent_ones() {
        let rows = counted().rows(Some(NEW), Utc);
        let view = View::parse(COLUMNS, &Query::default()).unwrap();
        let layout = Layout { width: Some(100), header: true, theme: Theme::plain() };
        let mut out = String::new();
        table::render(&view, &rows, &view.select(&rows), &layout, &mut out);
        insta::assert_snapshot!(out, @r"
        COUNT  NEW  FIRST            LAST             SERVICE    MESSAGE
            1  yes  Jan 01 00:00:30  Jan 01 00:00:30  b.service  can't open <path>\e[<n>J
            3  no   Jan 01 00:00:05  Jan 01 00:00:20  a.service  lost <n> of <n>
        ");
        assert_eq!(rows[1].example, "lost 7 of 9");
        assert!(counted().rows(None, Utc).iter().all(|row| !row.is_new));
    }

    #[test]
    fn objects_are_told_apart_by_what_they_say() {
        let mut errors = Errors::default();
        for message in [
            r#"{"level":"error","msg":"disk full","free":1}"#,
            r#"{"level":"error","msg":"disk full","free":22}"#,
            r#"{"level":"error","msg":"no route","free":1}"#,
        ] {
            errors.add(&said(1, NEW, "a", message));
        }
        let rows = errors.rows(None, Utc);
        let shapes: Vec<_> = rows.iter().map(|row| (row.count, row.shape.as_str())).collect();
        assert_eq!(shapes, [(2, "disk full free=<n>"), (1, "no route free=<n>")]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut errors = Errors::default();
        for at in 0..MOST as u64 + 100 {
            // Letters: numbers would be of one shape.
            let word: String =
                at.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            errors.add(&said(at, NEW, "a", &word));
        }
        assert_eq!((errors.groups.len(), errors.others), (MOST, 100));
    }
}
