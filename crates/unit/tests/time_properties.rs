//! Laws of time spans, calendar events and timestamps; any bytes do no harm.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::time::{Duration, Instant};

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use unit::time::{Calendar, Offset, OnlyUtc, Zone, Zones, span, timestamp};

/// A zone whose clocks are put forward and back every 30 days, at any hour.
struct Restless;

impl Zone for Restless {
    fn at(&self, unix_seconds: i64) -> Offset {
        let is_daylight = unix_seconds.div_euclid(30 * 86_400 + 7_200) % 2 == 0;
        Offset { seconds_east: if is_daylight { 5_400 } else { -1_800 }, is_daylight }
    }

    fn abbreviation(&self, is_daylight: bool) -> Option<&str> {
        Some(if is_daylight { "RDT" } else { "RST" })
    }
}

impl Zones for Restless {
    fn local(&self) -> &dyn Zone {
        self
    }

    fn find(&self, _name: &str) -> Option<Box<dyn Zone + '_>> {
        None
    }
}

/// A value, a range, a repetition, or a list of them, within bounds.
fn list(first: u32, last: u32) -> impl Strategy<Value = String> {
    let part = move |start: u32, width: u32, step: u32, form: u8| match form {
        0..3 => start.to_string(),
        3 => format!("{start}..{}", (start + width).min(last)),
        4 => format!("{first}/{}", step.min(last - first).max(1)),
        _ => format!("{first}..{start}/{step}"),
    };
    let parts = (first..=last, 0..10_u32, 1..9_u32, 0..6_u8)
        .prop_map(move |(start, width, step, form)| part(start, width, step, form));
    prop_oneof![
        2 => Just("*".to_owned()),
        3 => proptest::collection::vec(parts, 1..4).prop_map(|parts| parts.join(",")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let weekdays = prop_oneof![
        3 => Just(""),
        1 => Just("Mon "),
        1 => Just("Tue..Fri "),
        1 => Just("sunday,Wed "),
    ];
    let day = prop_oneof![
        3 => list(1, 31).prop_map(|days| format!("-{days}")),
        1 => list(1, 28).prop_map(|days| format!("~{days}")),
    ];
    let zone = prop_oneof![4 => Just(""), 1 => Just(" UTC"), 1 => Just(" RDT"), 1 => Just(" RST")];
    let year = prop_oneof![3 => Just("*".to_owned()), 1 => list(1970, 2199)];
    let seconds = prop_oneof![2 => list(0, 59), 1 => Just("0.25/7.5".to_owned())];
    (weekdays, year, list(1, 12), day, list(0, 23), list(0, 59), seconds, zone).prop_map(
        |(weekdays, year, month, day, hour, minute, second, zone)| {
            format!("{weekdays}{year}-{month}{day} {hour}:{minute}:{second}{zone}")
        },
    )
}

proptest! {
    #[test]
    fn a_printed_calendar_event_is_the_same(text in expression()) {
        if let Ok(calendar) = Calendar::parse(&text) {
            let printed = calendar.to_string();
            prop_assert_eq!(Calendar::parse(&printed), Ok(calendar), "{}", printed);
        }
    }

    /// Elapses are in order, and none lies between: asked from just before one, it is found again.
    #[test]
    fn elapses_are_in_order(text in expression(), after in 0..6_000_000_000_000_000_u64) {
        if let Ok(calendar) = Calendar::parse_in(&text, &Restless) {
            let mut last = after;
            for usec in calendar.elapses(after, &Restless).take(5) {
                prop_assert!(usec > last, "{} after {}: {}", text, last, usec);
                if calendar.zone() == Some("UTC") {
                    prop_assert_eq!(calendar.next(usec - 1, &Restless), Some(usec));
                    prop_assert_eq!(calendar.next((last + usec) / 2, &Restless), Some(usec));
                }
                last = usec;
            }
        }
    }

    #[test]
    fn a_printed_span_is_the_same(usec in prop_oneof![any::<u64>(), 0..10_000_000_000_u64]) {
        // What needs more than 63 bits in one number can't be written.
        let printed = span::format_usec(usec, 1);
        prop_assert_eq!(span::parse_usec(&printed, span::USEC_PER_SEC).ok(), Some(usec));
        let printed = span::format_nsec(usec);
        prop_assert_eq!(span::parse_nsec(&printed).ok(), Some(usec), "{}", printed);
    }

    #[test]
    fn accuracy_leaves_out_what_is_finer(usec in any::<u64>(), digits in 0..7_u32) {
        let accuracy = 10_u64.pow(digits);
        let printed = span::format_usec(usec, accuracy);
        let read = span::parse_usec(&printed, span::USEC_PER_SEC).ok();
        prop_assert!(read.is_some_and(|read| read <= usec), "{}", printed);
        if usec >= 60_000_000 && usec != u64::MAX {
            prop_assert!(read.is_some_and(|read| usec - read < accuracy.max(1)), "{}", printed);
        }
    }

    #[test]
    fn problems_point_into_the_text(text in "[ -~\u{b5}\u{e9}]{0,24}") {
        let problems = [
            span::parse_usec(&text, 1).err(),
            span::parse_nsec(&text).err(),
            Calendar::parse(&text).err(),
            Calendar::parse_in(&text, &Restless).err(),
            timestamp::parse(&text, 1_800_000_000_000_000, &Restless).err(),
        ];
        for problem in problems.into_iter().flatten() {
            prop_assert!(text.get(problem.at.clone()).is_some(), "{:?}", problem);
        }
    }
}

/// A generator of its own: 50,000 texts in a moment.
fn texts(count: usize) -> impl Iterator<Item = String> {
    const WORDS: [&str; 24] = [
        "Mon",
        "..",
        "sun",
        "*",
        "-",
        "~",
        ":",
        "/",
        ",",
        ".",
        "@",
        "9999999999",
        "0",
        "59",
        "60",
        " UTC",
        " RDT",
        "infinity",
        "ago",
        "+",
        "s",
        "y",
        "\u{b5}s",
        " ",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut number = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 8
    };
    (0..count).map(move |_| {
        let mut bytes = Vec::new();
        for _ in 0..number() % 16 {
            match number() % 4 {
                0 => bytes.push(number() as u8),
                1 => bytes.push(b' ' + (number() % 95) as u8),
                _ => bytes.extend(WORDS[number() as usize % WORDS.len()].bytes()),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[test]
fn no_bytes_do_harm() {
    let (mut calendars, mut spans, mut times) = (0, 0, 0);
    for text in texts(50_000) {
        if let Ok(calendar) = Calendar::parse_in(&text, &Restless) {
            calendars += 1;
            let printed = calendar.to_string();
            assert_eq!(Calendar::parse_in(&printed, &Restless), Ok(calendar.clone()), "{text:?}");
            let _ = calendar.next(1_800_000_000_000_000, &Restless);
        }
        let _ = Calendar::parse(&text);
        spans += usize::from(span::parse_usec(&text, 1_000_000).is_ok());
        let _ = span::parse_nsec(&text);
        times += usize::from(timestamp::parse(&text, 1_800_000_000_000_000, &Restless).is_ok());
    }
    assert!(calendars > 50 && spans > 500 && times > 20, "{calendars} {spans} {times}");
}

/// Megabytes are read in time that grows with them, and no message repeats them.
#[test]
fn large_texts_are_refused_quickly() {
    const SIZE: usize = 4 << 20;
    let start = Instant::now();
    for piece in ["1", "Mon,", "1,", "1s ", "*-", " ", ".", "x", "\u{e9}", "1/", ":", "Z", "1 ago"]
    {
        let text = piece.repeat(SIZE / piece.len());
        let problems = [
            span::parse_usec(&text, 1).err(),
            Calendar::parse(&text).err(),
            Calendar::parse_in(&format!("1:{text}"), &OnlyUtc).err(),
            timestamp::parse(&text, 0, &OnlyUtc).err(),
        ];
        for problem in problems.into_iter().flatten() {
            assert!(problem.message.len() < 300, "{}", problem.message.len());
        }
    }
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

/// The longest search: nothing matches in any year.
#[test]
fn a_search_without_end_ends() {
    let start = Instant::now();
    for text in
        ["Sun *-02,04,06,09,11-31", "*-02-30,31", "2199-02-30", "Mon *-02~29", "Mon *-*~28/40"]
    {
        if let Ok(calendar) = Calendar::parse(text) {
            assert_eq!(calendar.next(0, &Restless), None, "{text}");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
