//! What the tests of text sources share.

#![allow(dead_code)] // each test file uses a part of it
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use journal::text::{Direction, Family, Files, Kind, Options, Seek, Source};

/// A folder of its own for one test, emptied.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("text-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file that was changed last at that time (`2026-11-23T01:22:13Z`).
pub fn put(path: &Path, text: impl AsRef<[u8]>, changed: &str) {
    fs::write(path, text).unwrap();
    touch(path, changed);
}

/// Sets when a file was changed last.
pub fn touch(path: &Path, changed: &str) {
    let at: jiff::Timestamp = changed.parse().unwrap();
    let at = UNIX_EPOCH + Duration::from_micros(u64::try_from(at.as_microsecond()).unwrap());
    File::options().append(true).open(path).unwrap().set_modified(at).unwrap();
}

/// A zone by name.
pub fn zone(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(name).unwrap()
}

/// All records of UTC.
pub fn utc() -> Options {
    Options::new(jiff::tz::TimeZone::UTC)
}

/// A syslog file as a source.
pub fn syslog(path: &Path, options: Options) -> Files {
    Files::new(Family::new(path, Kind::Syslog), options)
}

/// A service's file as a source.
pub fn service(path: &Path, options: Options) -> Files {
    Files::new(Family::new(path, Kind::Service), options)
}

/// A time as people write it.
pub fn shown(usec: u64) -> String {
    jiff::Timestamp::from_microsecond(usec.cast_signed()).unwrap().to_string()
}

/// Microseconds of a time that people write.
pub fn usec(time: &str) -> u64 {
    u64::try_from(time.parse::<jiff::Timestamp>().unwrap().as_microsecond()).unwrap()
}

/// Times and messages of what comes next, to the end.
pub fn rest(source: &mut dyn Source) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    while let Some(at) = source.peek() {
        let record = source.record().unwrap();
        assert_eq!(record.realtime_usec, at);
        let message = record.get(b"MESSAGE").unwrap();
        found.push((at, String::from_utf8_lossy(message).into_owned()));
        source.advance();
        assert!(found.len() < 1_000_000);
    }
    assert!(source.record().is_none());
    found
}

/// All of a source, oldest first.
pub fn forward(source: &mut dyn Source) -> Vec<(u64, String)> {
    source.seek(Seek::Head, Direction::Forward);
    rest(source)
}

/// All of a source, newest first.
pub fn backward(source: &mut dyn Source) -> Vec<(u64, String)> {
    source.seek(Seek::Tail, Direction::Backward);
    rest(source)
}

/// All of a source, after checking that both directions agree.
#[track_caller]
pub fn all(source: &mut dyn Source) -> Vec<(u64, String)> {
    let found = forward(source);
    let mut reversed = backward(source);
    reversed.reverse();
    assert_eq!(found, reversed, "the directions disagree");
    found
}

/// Times as text, and messages.
pub fn readable(found: &[(u64, String)]) -> Vec<String> {
    found.iter().map(|(at, message)| format!("{} {message}", shown(*at))).collect()
}
