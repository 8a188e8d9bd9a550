//! Which lines of a log file are of the last run.
//!
//! A journal's entry says of which run it is. A log file's line does not: there the words with which daemons begin,
//! or a long silence, tell where the last run begins.

use std::collections::BTreeMap;

use crate::snapshot::{Line, LogSource};

/// A silence after which another run is taken to have begun, in microseconds: daemons wait for a lock up to 30 seconds.
const SILENCE_USEC: u64 = 35_000_000;

/// With these words a run begins, or is known to have begun well.
const BEGINNINGS: [&str; 14] = [
    "edis is starting",
    "alkey is starting",
    "starting PostgreSQL",
    "Starting MariaDB",
    "Starting MySQL",
    "starting as process",
    "mysqld_safe Starting",
    "mariadbd-safe Starting",
    "resuming normal operations",
    "ready for connections",
    "database system is ready to accept connections",
    "Ready to accept connections",
    "] start",
    "starting up",
];

/// With these words a run ends: what follows them is of another one.
const ENDINGS: [&str; 5] = [
    "database system is shut down",
    "is now ready to exit, bye bye",
    "mysqld: Shutdown complete",
    "mariadbd: Shutdown complete",
    "mysqld_safe mysqld from pid file",
];

/// Lines of the last run.
pub(super) fn last(lines: &[Line]) -> impl Iterator<Item = &Line> {
    let mut begins: BTreeMap<&str, usize> = BTreeMap::new();
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    let mut ended: Option<&str> = None;
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_of_file(line)) {
        let origin = line.origin.as_str();
        let is_beginning = BEGINNINGS.iter().any(|words| line.message.contains(words));
        let silence = line.time_usec.zip(times.get(origin).copied());
        let is_after_silence = silence.is_some_and(|(now, then)| now > then + SILENCE_USEC);
        let is_after_end = ended.take_if(|of| *of == origin).is_some();
        if is_beginning || is_after_silence || is_after_end {
            begins.insert(origin, index);
        }
        if ENDINGS.iter().any(|words| line.message.contains(words)) {
            ended = Some(origin);
        }
        if let Some(time) = line.time_usec {
            times.insert(origin, time);
        }
    }
    lines.iter().enumerate().filter_map(move |(index, line)| {
        let begin = if is_of_file(line) { begins.get(line.origin.as_str()) } else { None };
        let is_last = line.is_of_last_run && begin.is_none_or(|begin| index >= *begin);
        is_last.then_some(line)
    })
}

/// A line of the service itself, from a log file.
pub(super) fn is_of_file(line: &Line) -> bool {
    line.source == LogSource::Service && line.origin.starts_with('/')
}
