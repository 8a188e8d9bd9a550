//! Entries of the journal that are of a service or about it.

use std::collections::HashSet;

use insight::snapshot::{Exit, Level, Line, LogSource, Manager};
use journal::fields::{Fields, Record, Wanted};
use journal::filter::{Filter, Matches};
use journal::set::{Position, Set};
use journal::walk::{Direction, Seek, Walk};

use super::Subject;
use crate::logs::matches::{self, UnitOf};

/// An entry, with what only the journal knows of it.
#[derive(Debug)]
pub struct Entry {
    /// The line.
    pub line: Line,
    /// systemd's id of the start that it belongs to.
    pub invocation: Option<String>,
    /// How a process ended: `EXIT_CODE`, `EXIT_STATUS`.
    pub exit: Option<Exit>,
    /// `UNIT_RESULT`.
    pub result: Option<String>,
    /// `JOB_TYPE` and `JOB_RESULT`.
    pub job: Option<(String, String)>,
}

/// Fields that are looked at.
const FIELDS: [&str; 22] = [
    "MESSAGE",
    "PRIORITY",
    "SYSLOG_IDENTIFIER",
    "_PID",
    "SYSLOG_PID",
    "MESSAGE_ID",
    "_SYSTEMD_INVOCATION_ID",
    "INVOCATION_ID",
    "USER_INVOCATION_ID",
    "UNIT",
    "USER_UNIT",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "EXIT_CODE",
    "EXIT_STATUS",
    "UNIT_RESULT",
    "JOB_TYPE",
    "JOB_RESULT",
    "COREDUMP_UNIT",
    "OBJECT_SYSTEMD_UNIT",
    "OBJECT_SYSTEMD_USER_UNIT",
    "N_RESTARTS",
];

/// Longest text that is kept of a message.
const MESSAGE_BYTES_MAX: usize = 4096;
/// What its manager says of it, and what it called an error itself, are looked for beyond the newest lines.
const OF_MANAGER_MAX: usize = 300;
const ERRORS_MAX: usize = 200;
/// Lines that nobody owns: its processes ended before journald looked whose they were.
const ORPHANS_MAX: usize = 200;
const ORPHANS_SLACK_USEC: u64 = 2_000_000;
/// More lines are not counted.
const COUNT_MAX: usize = 20_000;

/// The entries of a service and about it: the newest `max` of them, oldest first.
pub fn entries(set: &Set, subject: &Subject, max: usize) -> Vec<Entry> {
    let mut reading = Reading {
        set,
        subject,
        fields: Fields::new(Wanted::These(FIELDS.iter().map(|f| f.as_bytes().to_vec()).collect())),
        seen: HashSet::new(),
        found: Vec::new(),
    };
    reading.read(of_unit(subject), max, None);
    if reading.found.len() >= max {
        // A flood of its own lines hides neither its manager's nor its errors.
        reading.read(of_manager(subject), OF_MANAGER_MAX, None);
        reading.read(errors(subject), ERRORS_MAX, subject.start_usec);
    }
    if subject.has_ended
        && let Some(start) = subject.start_usec
    {
        let from = start.saturating_sub(ORPHANS_SLACK_USEC);
        reading.read(orphans(subject), ORPHANS_MAX, Some(from));
    }
    let mut found = reading.found;
    // Read from the newest backward; what was written in one go has one time, and keeps its order.
    found.reverse();
    found.sort_by_key(|entry| entry.line.time_usec);
    found
}

/// How many lines it wrote in the last seconds.
pub fn count_since(set: &Set, subject: &Subject, now_usec: u64, seconds: u32) -> u64 {
    let from = now_usec.saturating_sub(u64::from(seconds) * 1_000_000);
    let mut walk = Walk::new(Filter::field(own_field(subject).as_bytes()), Direction::Forward);
    walk.seek(Seek::Realtime(from));
    let mut positions = Vec::new();
    walk.plan(set, &mut positions, COUNT_MAX) as u64
}

fn own_field(subject: &Subject) -> String {
    match subject.manager {
        Manager::SystemdUser => format!("_SYSTEMD_USER_UNIT={}", subject.name),
        _ => format!("_SYSTEMD_UNIT={}", subject.name),
    }
}

fn of_unit(subject: &Subject) -> Filter {
    let mut found = Matches::default();
    let of = match subject.manager {
        Manager::SystemdUser => UnitOf::User(rustix::process::getuid().as_raw()),
        _ => UnitOf::System,
    };
    matches::unit(&mut found, of, &subject.name);
    found.build()
}

fn of_manager(subject: &Subject) -> Filter {
    let field = match subject.manager {
        Manager::SystemdUser => "USER_UNIT",
        _ => "UNIT",
    };
    Filter::field(format!("{field}={}", subject.name).as_bytes())
}

fn errors(subject: &Subject) -> Filter {
    let levels = (0..=3).map(|level| Filter::field(format!("PRIORITY={level}").as_bytes()));
    Filter::all_of([Filter::field(own_field(subject).as_bytes()), Filter::any_of(levels)])
}

fn orphans(subject: &Subject) -> Filter {
    let pids = subject.pids.iter().map(|pid| format!("_PID={pid}"));
    let names = subject.identifiers.iter().map(|name| format!("SYSLOG_IDENTIFIER={name}"));
    Filter::any_of(pids.chain(names).map(|text| Filter::field(text.as_bytes())))
}

struct Reading<'r> {
    set: &'r Set,
    subject: &'r Subject,
    fields: Fields,
    seen: HashSet<Position>,
    found: Vec<Entry>,
}

impl Reading<'_> {
    /// Takes the newest `max` entries that pass a filter, none older than `from`.
    fn read(&mut self, filter: Filter, max: usize, from: Option<u64>) {
        if filter == Filter::AnyOf(Vec::new()) {
            return;
        }
        let mut walk = Walk::new(filter, Direction::Backward);
        let mut positions = Vec::new();
        walk.plan(self.set, &mut positions, max);
        for at in positions {
            if !self.seen.insert(at) {
                continue;
            }
            let Ok(record) = self.fields.read(self.set, at) else { continue };
            if from.is_some_and(|from| record.entry.realtime_usec < from) {
                break;
            }
            self.found.extend(entry(&record, self.subject));
        }
    }
}

/// An entry's values, by field.
struct Values<'v>(Vec<(&'v str, &'v [u8])>);

impl<'v> Values<'v> {
    fn of(record: &Record<'v>) -> Values<'v> {
        let named = record.fields().filter_map(|f| Some((str::from_utf8(f.name).ok()?, f.value)));
        Values(named.collect())
    }

    fn bytes(&self, name: &str) -> Option<&'v [u8]> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn text(&self, name: &str) -> Option<&'v str> {
        self.bytes(name).and_then(|bytes| str::from_utf8(bytes).ok())
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }
}

fn entry(record: &Record<'_>, subject: &Subject) -> Option<Entry> {
    let values = Values::of(record);
    let name = subject.name.as_str();
    let is_about = [values.text("UNIT"), values.text("USER_UNIT")].contains(&Some(name));
    let own = [values.text("_SYSTEMD_UNIT"), values.text("_SYSTEMD_USER_UNIT")];
    let is_anothers = own.iter().flatten().next().is_some() && !own.contains(&Some(name));
    let source = match () {
        () if is_about => LogSource::Manager,
        () if values.bytes("COREDUMP_UNIT").is_some() => LogSource::Other,
        () if own.contains(&Some(name)) => LogSource::Service,
        // What another unit wrote under the same identifier or pid.
        () if is_anothers && !is_object(&values, name) => return None,
        () if is_anothers => LogSource::Other,
        () => LogSource::Service,
    };
    let invocation = ["INVOCATION_ID", "USER_INVOCATION_ID", "_SYSTEMD_INVOCATION_ID"];
    let invocation = match source {
        // Who speaks about it has an id of its own start.
        LogSource::Other => None,
        LogSource::Manager => values.text("INVOCATION_ID").or(values.text("USER_INVOCATION_ID")),
        _ => invocation.iter().rev().find_map(|field| values.text(field)),
    };
    let time_usec = record.entry.realtime_usec;
    let job = values.text("JOB_TYPE").zip(values.text("JOB_RESULT"));
    Some(Entry {
        line: Line {
            time_usec: Some(time_usec),
            source,
            origin: "journal".to_owned(),
            level: values.number("PRIORITY").map(level),
            pid: values.number("_PID").or_else(|| values.number("SYSLOG_PID")),
            identifier: values.text("SYSLOG_IDENTIFIER").map(str::to_owned),
            message_id: values.text("MESSAGE_ID").map(str::to_owned),
            message: message(values.bytes("MESSAGE").unwrap_or_default()),
            is_of_last_run: is_of_last_run(subject, invocation, time_usec),
        },
        invocation: invocation.map(str::to_owned),
        exit: exit(&values),
        result: values.text("UNIT_RESULT").map(str::to_owned),
        job: job.map(|(kind, result)| (kind.to_owned(), result.to_owned())),
    })
}

/// Who wrote it says that it is about this unit.
fn is_object(values: &Values<'_>, name: &str) -> bool {
    ["OBJECT_SYSTEMD_UNIT", "OBJECT_SYSTEMD_USER_UNIT"]
        .iter()
        .any(|field| values.text(field) == Some(name))
}

/// By the id of the start, where both are known; else by the time.
fn is_of_last_run(subject: &Subject, invocation: Option<&str>, time_usec: u64) -> bool {
    let since = || subject.start_usec.is_none_or(|start| time_usec >= start);
    match (&subject.invocation, invocation) {
        (Some(last), Some(own)) => last == own,
        _ => since(),
    }
}

fn exit(values: &Values<'_>) -> Option<Exit> {
    let number = values.number("EXIT_STATUS")?;
    match values.text("EXIT_CODE")? {
        "exited" => Some(Exit::Status(number)),
        "killed" => Some(Exit::Signal { number, dumped: false }),
        "dumped" => Some(Exit::Signal { number, dumped: true }),
        _ => None,
    }
}

/// A level by its number.
pub fn level(number: u8) -> Level {
    match number {
        0..=2 => Level::Critical,
        3 => Level::Error,
        4 => Level::Warning,
        5 => Level::Notice,
        6 => Level::Info,
        _ => Level::Debug,
    }
}

/// A message as it is kept.
pub fn message(bytes: &[u8]) -> String {
    let bytes = bytes.get(..MESSAGE_BYTES_MAX).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
