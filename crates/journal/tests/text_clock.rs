//! What lines do not tell of their time: year, zone, the doubled hour.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod text;

use journal::text::Options;
use text::{all, folder, forward, put, readable, service, syslog, utc, zone};

#[track_caller]
fn check(name: &str, zone: &str, changed: &str, lines: &[&str], expected: &[&str]) {
    let path = folder(name).join("syslog");
    put(&path, lines.join("\n") + "\n", changed);
    let found = all(&mut syslog(&path, Options::new(self::zone(zone))));
    assert_eq!(readable(&found), expected);
}

#[test]
fn the_year_is_that_of_the_last_change() {
    check(
        "year",
        "UTC",
        "2026-01-02T00:00:10Z",
        &[
            "Dec 30 23:59:59 h a: 1",
            "Dec 31 23:59:59 h a: 2",
            "Jan  1 10:00:00 h a: 3",
            "Jan  2 00:00:10 h a: 4",
        ],
        &[
            "2025-12-30T23:59:59Z 1",
            "2025-12-31T23:59:59Z 2",
            "2026-01-01T10:00:00Z 3",
            "2026-01-02T00:00:10Z 4",
        ],
    );
}

#[test]
fn several_years_and_a_leap_day() {
    check(
        "years",
        "UTC",
        "2026-03-01T00:00:00Z",
        &[
            "Feb 29 12:00:00 h a: leap",
            "May 10 12:00:00 h a: same year",
            "Apr  1 12:00:00 h a: next",
            "Feb 28 12:00:00 h a: next",
        ],
        &[
            "2024-02-29T12:00:00Z leap",
            "2024-05-10T12:00:00Z same year",
            "2025-04-01T12:00:00Z next",
            "2026-02-28T12:00:00Z next",
        ],
    );
}

#[test]
fn a_clock_that_was_set_back_changes_no_year() {
    check(
        "back",
        "UTC",
        "2026-06-10T00:00:00Z",
        &["Jun  5 12:00:00 h a: 1", "Jun  4 12:00:00 h a: 2", "Jun  9 12:00:00 h a: 3"],
        &["2026-06-05T12:00:00Z 1", "2026-06-04T12:00:00Z 2", "2026-06-09T12:00:00Z 3"],
    );
}

#[test]
fn lines_of_a_clock_that_was_not_set_take_the_time_of_the_next() {
    check(
        "unset",
        "UTC",
        "2026-11-23T00:00:10Z",
        &[
            "Nov 22 12:00:00 h a: before",
            "Jan  1 00:00:07 h kernel: boot",
            "Jan  1 00:00:08 h kernel: more",
            "Nov 23 00:00:05 h a: set",
        ],
        &[
            "2026-11-22T12:00:00Z before",
            "2026-11-23T00:00:05Z boot",
            "2026-11-23T00:00:05Z more",
            "2026-11-23T00:00:05Z set",
        ],
    );
    // On New Year's Day itself they are what they say.
    check(
        "new-year",
        "UTC",
        "2026-01-01T02:00:00Z",
        &["Dec 31 23:00:00 h a: 1", "Jan  1 00:00:07 h a: 2", "Jan  1 01:30:00 h a: 3"],
        &["2025-12-31T23:00:00Z 1", "2026-01-01T00:00:07Z 2", "2026-01-01T01:30:00Z 3"],
    );
}

#[test]
fn local_time_and_daylight_saving() {
    check(
        "summer",
        "Europe/Berlin",
        "2026-07-02T00:00:00Z",
        &["Mar 29 01:59:59 h a: 1", "Mar 29 03:00:00 h a: 2", "Jul  1 12:00:00 h a: 3"],
        &["2026-03-29T00:59:59Z 1", "2026-03-29T01:00:00Z 2", "2026-07-01T10:00:00Z 3"],
    );
}

#[test]
fn the_doubled_hour_is_told_apart_by_order() {
    check(
        "doubled",
        "Europe/Berlin",
        "2026-10-26T00:00:00Z",
        &[
            "Oct 25 01:59:00 h a: before",
            "Oct 25 02:10:00 h a: first",
            "Oct 25 02:09:59 h a: first, another thread",
            "Oct 25 02:50:00 h a: first",
            "Oct 25 02:10:00 h a: second",
            "Oct 25 02:55:00 h a: second",
            "Oct 25 03:00:00 h a: after",
        ],
        &[
            "2026-10-24T23:59:00Z before",
            "2026-10-25T00:10:00Z first",
            "2026-10-25T00:09:59Z first, another thread",
            "2026-10-25T00:50:00Z first",
            "2026-10-25T01:10:00Z second",
            "2026-10-25T01:55:00Z second",
            "2026-10-25T02:00:00Z after",
        ],
    );
    // Without a step they are of the first pass; a file that ends there says by its change.
    check(
        "doubled-once",
        "Europe/Berlin",
        "2026-10-26T00:00:00Z",
        &["Oct 25 02:10:00 h a: 1", "Oct 25 03:00:00 h a: 2"],
        &["2026-10-25T00:10:00Z 1", "2026-10-25T02:00:00Z 2"],
    );
    check(
        "doubled-end",
        "Europe/Berlin",
        "2026-10-25T01:10:01Z",
        &["Oct 25 02:10:00 h a: 1"],
        &["2026-10-25T01:10:00Z 1"],
    );
}

#[test]
fn the_names_of_zones_tell_the_doubled_hour_too() {
    let path = folder("named").join("postgresql.log");
    let lines = "2026-10-25 02:30:00.5 CEST [1] LOG:  a\n2026-10-25 02:30:00.5 CET [1] LOG:  b\n";
    put(&path, lines, "2026-10-25T12:00:00Z");
    let found = all(&mut service(&path, Options::new(zone("Europe/Berlin"))));
    assert_eq!(
        readable(&found),
        ["2026-10-25T00:30:00.5Z [1] LOG:  a", "2026-10-25T01:30:00.5Z [1] LOG:  b"]
    );
}

#[test]
fn the_date_in_a_name_counts_where_the_file_was_copied_later() {
    let path = folder("dated").join("messages");
    let rotated = path.with_file_name("messages-20251122");
    put(&rotated, "Nov 21 12:00:00 h a: old\n", "2026-11-23T00:00:00Z");
    put(&path, "Nov 23 00:00:00 h a: new\n", "2026-11-23T00:00:00Z");
    let found = all(&mut syslog(&path, utc()));
    assert_eq!(readable(&found), ["2025-11-21T12:00:00Z old", "2026-11-23T00:00:00Z new"]);
}

/// A file larger than is looked at line by line, across a year change.
#[test]
fn a_large_file_across_the_year() {
    let path = folder("large").join("syslog");
    let mut lines = String::new();
    let start: jiff::civil::DateTime = "2025-12-20T00:00:00".parse().unwrap();
    let mut expected = Vec::new();
    for index in 0..120_000_i64 {
        let at = start.checked_add(jiff::Span::new().seconds(index * 16)).unwrap();
        lines +=
            &at.strftime("%b %e %H:%M:%S host service[123]: a line of some length ").to_string();
        lines += &format!("{index}\n");
        expected.push(at.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond());
    }
    assert!(lines.len() > 5 << 20);
    put(&path, lines, "2026-01-12T00:00:00Z");
    let mut source = syslog(&path, utc());
    let found = forward(&mut source);
    let times: Vec<i64> = found.iter().map(|(at, _)| at.cast_signed()).collect();
    assert!(times == expected);
    let mut reversed = text::backward(&mut source);
    reversed.reverse();
    assert!(found == reversed);
}

/// Any time can be set, and the years that go with it are far from ours.
#[test]
fn files_that_were_changed_at_impossible_times() {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};
    let path = folder("impossible").join("syslog");
    let far: [SystemTime; 3] = [
        UNIX_EPOCH - Duration::from_secs(1 << 31),
        UNIX_EPOCH,
        UNIX_EPOCH + Duration::from_secs((1 << 34) - 1),
    ];
    for at in far {
        std::fs::write(&path, "Feb 29 12:00:00 h a: x\nDec 31 23:59:59 h a: y\n").unwrap();
        let file = std::fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(at).unwrap();
        assert_eq!(all(&mut syslog(&path, utc())).len(), 2);
    }
}
