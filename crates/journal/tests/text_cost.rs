//! What reading costs, counted in bytes that are read (proc(5), `io`): times would depend on the machine.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod text;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use journal::text::{Direction, Files, Options, Seek, Source};
use text::{folder, put, syslog, usec, utc};

const MIB: u64 = 1 << 20;

/// Bytes that this thread has read with system calls.
fn bytes_read() -> u64 {
    let io = fs::read_to_string("/proc/thread-self/io").unwrap();
    let line = io.lines().find(|line| line.starts_with("rchar: ")).unwrap();
    line["rchar: ".len()..].parse().unwrap()
}

fn cost<T>(action: impl FnOnce() -> T) -> (T, u64) {
    let before = bytes_read();
    let result = action();
    (result, bytes_read() - before)
}

/// Thirty days of a line every eight seconds, in local time without a year.
fn month(name: &str) -> (PathBuf, u64) {
    let path = folder(name).join("syslog");
    let mut text = String::new();
    let mut count = 0_u64;
    for second in (0..30 * 86_400_u32).step_by(8) {
        let (day, hour) = (1 + second / 86_400, second / 3600 % 24);
        let (minute, second) = (second / 60 % 60, second % 60);
        let tag = if count.is_multiple_of(50) { "rare" } else { "often" };
        writeln!(
            text,
            "Nov {day:2} {hour:02}:{minute:02}:{second:02} host {tag}[123]: a message of usual length, number {count}"
        )
        .unwrap();
        count += 1;
    }
    put(&path, &text, "2026-12-01T00:00:00Z");
    (path, count)
}

fn count(source: &mut Files, until: Option<u64>) -> u64 {
    let mut found = 0;
    while source.peek().is_some_and(|at| until.is_none_or(|until| at < until)) {
        assert!(source.record().is_some());
        source.advance();
        found += 1;
    }
    found
}

#[test]
fn a_window_and_the_last_lines_are_found_without_reading_the_file() {
    let (path, lines) = month("cost");
    let size = fs::metadata(&path).unwrap().len();
    assert!(size > 20 * MIB);
    let (found, read) = cost(|| {
        let mut source = syslog(&path, utc());
        source.seek(Seek::Realtime(usec("2026-11-17T10:00:00Z")), Direction::Forward);
        count(&mut source, Some(usec("2026-11-17T11:00:00Z")))
    });
    assert_eq!(found, 450);
    assert!(read < 8 * MIB, "an hour: {read}");
    let (_, read) = cost(|| {
        let mut source = syslog(&path, utc());
        source.seek(Seek::Tail, Direction::Backward);
        for _ in 0..100 {
            assert!(source.record().is_some());
            source.advance();
        }
    });
    assert!(read < 6 * MIB, "the last lines: {read}");
    for direction in [Direction::Forward, Direction::Backward] {
        let seek = if direction == Direction::Forward { Seek::Head } else { Seek::Tail };
        let mut source = syslog(&path, utc());
        source.seek(seek, direction);
        let (found, read) = cost(|| count(&mut source, None));
        assert_eq!(found, lines);
        assert!(read < size * 11 / 10 + 6 * MIB, "all, {direction:?}: {read} of {size}");
        let options = Options { needles: vec![b"rare[".to_vec()], ..utc() };
        let mut source = syslog(&path, options);
        source.seek(seek, direction);
        let (found, read) = cost(|| count(&mut source, None));
        assert_eq!(found, lines.div_ceil(50));
        assert!(read < size * 11 / 10 + 6 * MIB, "rare ones, {direction:?}: {read} of {size}");
    }
    fs::remove_file(&path).unwrap();
}

#[test]
fn following_a_large_file_reads_what_is_new() {
    let (path, _) = month("cost-follow");
    let mut source = syslog(&path, Options { follow: true, ..utc() });
    source.seek(Seek::Tail, Direction::Forward);
    assert_eq!(source.peek(), None);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let ((), read) = cost(|| {
        for n in 0..20 {
            use std::io::Write as _;
            writeln!(file, "2026-12-01T00:00:{n:02}Z host often[123]: {n}").unwrap();
            assert!(source.refresh());
            assert_eq!(count(&mut source, None), 1);
        }
    });
    assert!(read < MIB, "{read}");
    fs::remove_file(&path).unwrap();
}
