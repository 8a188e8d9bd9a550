//! Thousands of generated calendar expressions, time spans and timestamps, put to us and to
//! `systemd-analyze`. What differs on purpose stands in docs/differences.md and has a test here
//! that fails when it stops differing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod time_support;
#[path = "../src/zones.rs"]
#[allow(dead_code, reason = "the program uses more of it")]
mod zones;

use jiff::Timestamp;
use time_support::{Answer, Choices, ask_calendar, ask_timespan, ask_timestamp, expressions};
use unit::time::{Calendar, span, timestamp};
use zones::{MachineZones, read_zone};

/// Zones, and times shortly before something happens in them: clocks put forward and back, by an
/// hour or half of one, a whole day left out.
const PLACES: [(&str, &[&str]); 6] = [
    ("UTC", &["2026-11-22T19:00:00Z", "2028-02-28T23:59:59Z", "1970-01-01T00:00:01Z"]),
    (
        "Europe/Berlin",
        &[
            "2026-03-28T20:00:00Z",
            "2026-10-24T20:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
            "1970-01-02T00:00:00Z",
        ],
    ),
    ("America/New_York", &["2026-03-08T05:00:00Z", "2026-11-01T04:00:00Z", "2026-11-01T06:10:00Z"]),
    ("Asia/Kolkata", &["2026-11-22T19:00:00Z", "2190-01-01T00:00:00Z"]),
    (
        "Australia/Lord_Howe",
        &["2026-04-04T13:00:00Z", "2026-04-04T15:10:00Z", "2026-10-03T13:00:00Z"],
    ),
    ("Pacific/Apia", &["2011-12-29T20:00:00Z", "2011-12-30T09:30:00Z", "2012-03-31T10:00:00Z"]),
];

/// Expressions for each place and time.
const EACH: usize = 250;

const ITERATIONS: usize = 3;

fn seconds(time: &str) -> u64 {
    time.parse::<Timestamp>().unwrap().as_second() as u64
}

fn answer(text: &str, base_seconds: u64, zones: &MachineZones) -> Answer {
    let Ok(calendar) = Calendar::parse_in(text, zones) else { return Answer::Refused };
    let elapses = calendar.elapses(base_seconds * 1_000_000, zones).take(ITERATIONS);
    let local = |usec: u64| {
        let at = Timestamp::from_second((usec / 1_000_000) as i64).unwrap();
        let at = at.to_zoned(zones.local_zone().clone());
        at.strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string()
    };
    Answer::Read(calendar.to_string(), Some(elapses.map(local).collect()))
}

/// Lists of days from the month's end: systemd takes three days off the limit for each in turn.
fn is_far_list(normal: &str) -> bool {
    let days = normal.split_once('~').and_then(|(_, rest)| rest.split(' ').next());
    days.is_some_and(|days| days.contains(','))
}

/// Around an hour that comes twice systemd goes back, or skips it, where a half of the year is
/// named or days count from the month's end.
fn may_differ_in_doubled_hour(ours: &Answer, time: &str) -> bool {
    let is_doubled = time.starts_with("2026-10-25") || time.starts_with("2026-11-01");
    let Answer::Read(normal, _) = ours else { return false };
    let names_half = ["CET", "CEST", "EST", "EDT"].iter().any(|half| normal.ends_with(half));
    is_doubled && (names_half || normal.contains('~'))
}

#[test]
fn calendar_expressions() {
    let mut choices = Choices::new(20_261_122);
    let (mut wrong, mut refused, mut gave_up) = (Vec::new(), 0, 0);
    let (mut doubled, mut all) = (0, 0);
    for (place, times) in PLACES {
        let zones = MachineZones::with_local(read_zone(place).unwrap());
        for time in times {
            let texts: Vec<String> =
                (0..EACH).map(|_| expressions::calendar(&mut choices)).collect();
            let theirs = ask_calendar(place, seconds(time), ITERATIONS, &texts);
            for (text, theirs) in texts.iter().zip(theirs) {
                let ours = answer(text, seconds(time), &zones);
                all += 1;
                match (&theirs, &ours) {
                    (Answer::Read(_, None), Answer::Read(..)) => gave_up += 1,
                    (Answer::Refused, Answer::Read(normal, _)) if is_far_list(normal) => {}
                    _ if theirs != ours && may_differ_in_doubled_hour(&ours, time) => doubled += 1,
                    _ if theirs != ours => wrong.push(format!(
                        "{text:?} in {place} after {time}:\n  {theirs:?}\n  {ours:?}"
                    )),
                    (Answer::Refused, _) => refused += 1,
                    _ => {}
                }
            }
        }
    }
    let found = wrong.len();
    wrong.truncate(30);
    assert!(wrong.is_empty(), "{found} of {all} differ:\n{}", wrong.join("\n"));
    assert!(refused > all / 10 && refused < all / 2, "{refused} of {all} refused");
    assert!(doubled < all / 500, "{doubled} of {all} differ in the doubled hour");
    assert!(gave_up < all / 100, "systemd gave up on {gave_up} of {all}");
}

#[test]
fn time_spans() {
    let mut choices = Choices::new(3);
    let texts: Vec<String> = (0..3_000).map(|_| expressions::span(&mut choices)).collect();
    let theirs = ask_timespan(&texts);
    let mut refused = 0;
    for (text, theirs) in texts.iter().zip(theirs) {
        let ours = span::parse_usec(text, span::USEC_PER_SEC).ok();
        let ours = ours.map(|usec| (usec, span::format_usec(usec, 0)));
        assert_eq!(ours, theirs, "{text:?}");
        refused += usize::from(ours.is_none());
    }
    assert!((100..1_500).contains(&refused), "{refused} refused");
}

/// Times that do not depend on when they are read. Forms that came after systemd 252 stand in the
/// `unit` room's own tests.
#[test]
fn timestamps() {
    let mut choices = Choices::new(7);
    let places: [(&str, &[&str]); 4] = [
        ("UTC", &["UTC", "CEST"]),
        ("Europe/Berlin", &["UTC", "CEST"]),
        ("America/New_York", &["UTC", "EDT"]),
        ("Australia/Lord_Howe", &["UTC"]),
    ];
    for (place, names) in places {
        let zones = MachineZones::with_local(read_zone(place).unwrap());
        let texts: Vec<String> =
            (0..300).map(|_| expressions::timestamp(&mut choices, names)).collect();
        let theirs = ask_timestamp(place, &texts);
        let mut refused = 0;
        for (text, theirs) in texts.iter().zip(theirs) {
            let ours = timestamp::parse(text, 1_800_000_000_000_000, &zones).ok();
            let ours = ours.map(|usec| match (usec / 1_000_000, usec % 1_000_000) {
                (seconds, 0) => seconds.to_string(),
                (seconds, micros) => format!("{seconds}.{micros:06}"),
            });
            // In the hour that comes twice it matters what was read before.
            let theirs = if ours == theirs {
                theirs
            } else {
                ask_timestamp(place, std::slice::from_ref(text)).remove(0)
            };
            assert_eq!(ours, theirs, "{text:?} in {place}");
            refused += usize::from(ours.is_none());
        }
        assert!((20..200).contains(&refused), "{refused} refused");
    }
}

/// Ours and theirs, where they are known to differ: the local times of the next three elapses.
fn both(text: &str, place: &str, time: &str) -> (Answer, Answer) {
    let zones = MachineZones::with_local(read_zone(place).unwrap());
    let theirs = ask_calendar(place, seconds(time), ITERATIONS, &[text.to_owned()]).remove(0);
    (answer(text, seconds(time), &zones), theirs)
}

fn elapses(answer: &Answer) -> Vec<&str> {
    match answer {
        Answer::Read(_, Some(elapses)) => elapses.iter().map(|time| &time[4..23]).collect(),
        _ => panic!("{answer:?}"),
    }
}

#[test]
fn differs_lists_from_the_months_end() {
    let (ours, theirs) = both("*-*~1,28", "UTC", "2026-11-22T00:00:00Z");
    assert_eq!(theirs, Answer::Refused);
    assert_eq!(
        elapses(&ours),
        ["2026-11-30 00:00:00", "2026-12-04 00:00:00", "2026-12-31 00:00:00"]
    );
}

#[test]
fn differs_where_systemd_gives_up() {
    let (ours, theirs) = both("*-02,04,06,09,11-31", "UTC", "2026-11-22T00:00:00Z");
    assert_eq!(theirs, Answer::Read(String::new(), None));
    assert!(elapses(&ours).is_empty());
}

#[test]
fn differs_fractions_behind_a_repetition() {
    let (ours, theirs) = both("*:*:0.1,10.5/7", "UTC", "2026-11-22T00:00:59Z");
    assert_eq!(
        elapses(&ours),
        ["2026-11-22 00:00:59", "2026-11-22 00:01:00", "2026-11-22 00:01:10"]
    );
    assert_eq!(
        elapses(&theirs),
        ["2026-11-22 00:00:59", "2026-11-22 00:01:10", "2026-11-22 00:01:17"]
    );
}

#[test]
fn differs_in_the_doubled_hour() {
    // 02:30 is 02:30 CEST; the hour that follows is CET.
    let (ours, theirs) = both("*-*~7 *:45", "Europe/Berlin", "2026-10-25T00:30:00Z");
    assert_eq!(elapses(&ours)[0], "2026-10-25 02:45:00");
    assert_ne!(ours, theirs);
    let (ours, theirs) = both("*:32 CEST", "Europe/Berlin", "2026-10-25T00:30:00Z");
    assert_eq!(elapses(&ours), ["2026-10-25 02:32:00"]);
    assert_eq!(elapses(&theirs), ["2026-10-25 02:32:00", "2026-10-25 03:32:00"]);
}

/// RFC 3339, offsets and names of zones came with a later version.
#[test]
fn differs_zones_of_timestamps() {
    let times = [
        "2026-11-22T11:12:13Z",
        "2026-11-22 11:12:13+02:00",
        "2026-11-22T11:12",
        "2026-11-22 11:12 -0530",
        "2026-11-22 11:12 Asia/Tokyo",
    ];
    let theirs = ask_timestamp("UTC", &times.map(str::to_owned));
    assert_eq!(theirs, [const { None }; 5]);
    let zones = MachineZones::with_local(jiff::tz::TimeZone::UTC);
    for time in times {
        assert!(timestamp::parse(time, 0, &zones).is_ok(), "{time}");
    }
}
