//! The examples of systemd.time(7), and what is wrong where.

use super::{LAST_USEC, parse};
use crate::time::{Offset, OnlyUtc, Utc, Zone, Zones};

/// Eight hours ahead, as in the man page's examples.
struct Shanghai;

impl Zone for Shanghai {
    fn at(&self, _unix_seconds: i64) -> Offset {
        Offset { seconds_east: 8 * 3_600, is_daylight: false }
    }

    fn abbreviation(&self, is_daylight: bool) -> Option<&str> {
        (!is_daylight).then_some("CST")
    }
}

/// Thirteen hours ahead.
struct Auckland;

impl Zone for Auckland {
    fn at(&self, _unix_seconds: i64) -> Offset {
        Offset { seconds_east: 13 * 3_600, is_daylight: true }
    }

    fn abbreviation(&self, is_daylight: bool) -> Option<&str> {
        Some(if is_daylight { "NZDT" } else { "NZST" })
    }
}

impl Zones for Shanghai {
    fn local(&self) -> &dyn Zone {
        self
    }

    fn find(&self, name: &str) -> Option<Box<dyn Zone + '_>> {
        match name {
            "Pacific/Auckland" => Some(Box::new(Auckland)),
            "Etc/UTC" => Some(Box::new(Utc)),
            _ => None,
        }
    }
}

/// 2012-11-23 18:15:22 in Shanghai.
const NOW: u64 = 1_353_665_722_000_000;

fn seconds(text: &str) -> i64 {
    let usec = parse(text, NOW, &Shanghai).unwrap_or_else(|problem| panic!("{problem:?}"));
    assert_eq!(usec % 1_000_000, 0);
    usec as i64 / 1_000_000 + 8 * 3_600
}

/// The local time that is meant, in seconds; 2012-11-23 starts at 1,353,628,800.
fn local(day: i64, hour: i64, minute: i64, second: i64) -> i64 {
    1_353_628_800 + (day - 23) * 86_400 + hour * 3_600 + minute * 60 + second
}

#[test]
fn examples_of_the_man_page() {
    for text in [
        "Fri 2012-11-23 11:12:13",
        "friday 2012-11-23T11:12:13",
        "2012-11-23 11:12:13",
        "11:12:13",
        "Nov 23 11:12:13",
        "2012-11-23 11:12:13 CST",
    ] {
        assert_eq!(seconds(text), local(23, 11, 12, 13), "{text}");
    }
    assert_eq!(seconds("2012-11-23 11:12:13 UTC"), local(23, 19, 12, 13));
    assert_eq!(seconds("2012-11-23T11:12:13Z"), local(23, 19, 12, 13));
    assert_eq!(seconds("2012-11-23 11:12:13 Etc/UTC"), local(23, 19, 12, 13));
    assert_eq!(seconds("2012-11-23T11:12+02:00"), local(23, 17, 12, 0));
    assert_eq!(seconds("2012-11-23 11:12 -0200"), local(23, 21, 12, 0));
    assert_eq!(seconds("2012-11-23"), local(23, 0, 0, 0));
    assert_eq!(seconds("12-11-23"), local(23, 0, 0, 0));
    assert_eq!(seconds("11:12"), local(23, 11, 12, 0));
    assert_eq!(seconds("now"), local(23, 18, 15, 22));
    assert_eq!(seconds("today"), local(23, 0, 0, 0));
    assert_eq!(seconds("today UTC"), local(23, 8, 0, 0));
    assert_eq!(seconds("yesterday"), local(22, 0, 0, 0));
    assert_eq!(seconds("tomorrow"), local(24, 0, 0, 0));
    assert_eq!(seconds("tomorrow Pacific/Auckland"), local(23, 19, 0, 0));
    assert_eq!(seconds("+3h30min"), local(23, 21, 45, 22));
    assert_eq!(seconds("-5s"), local(23, 18, 15, 17));
    assert_eq!(seconds("11min ago"), local(23, 18, 4, 22));
    assert_eq!(seconds("2 h left"), local(23, 20, 15, 22));
    assert_eq!(seconds("@1395716396"), 1_395_716_396 + 8 * 3_600);
    let usec = parse("2014-03-25 03:59:56.654563", NOW, &OnlyUtc);
    assert_eq!(usec, Ok(1_395_719_996_654_563));
}

#[test]
fn what_is_no_time() {
    let wrong = |text: &str| parse(text, NOW, &Shanghai).unwrap_err();
    assert_eq!(wrong("Thu 2012-11-23").message, "that day is a Friday");
    assert_eq!(wrong("2h agp").message, "\"2h agp\" is no point in time");
    assert_eq!(wrong("5 fortnights ago").at, 2..12);
    assert_eq!(wrong("+5x").at, 2..3);
    assert_eq!(wrong("50y ago").message, "the time is before 1970");
    for text in [
        "",
        " ",
        "@",
        "12:60",
        "2012-13-01",
        "25:00",
        "12:00:00.",
        "2012-11-23 11:12 +25:00",
        "1969-12-31",
        "12:00 Mars/Olympus",
        "Nov 23 11:12",
        "now UTC",
        "+infinity",
    ] {
        wrong(text);
    }
    assert_eq!(parse("9999-12-30 23:59:59 UTC", NOW, &Shanghai), Ok(LAST_USEC));
}
