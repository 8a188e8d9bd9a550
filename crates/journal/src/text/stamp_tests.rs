use super::*;

/// Year, month, day, second, microseconds, offset, and how many bytes were taken.
type Taken = (Option<i16>, u8, u8, u32, u32, Offset, usize);

fn civil_of(found: Option<(Stamp, usize)>) -> Option<Taken> {
    match found? {
        (Stamp::Civil(c), taken) => {
            Some((c.year, c.month, c.day, c.second, c.micros, c.offset, taken))
        }
        (Stamp::Unix(_), _) => None,
    }
}

const MORNING: u32 = 3600 + 22 * 60 + 13;

#[test]
fn iso_and_its_relatives() {
    let year = Some(2026);
    let cet = Offset::Name(*b"CET\0\0");
    let rows: &[(&[u8], u32, Offset, usize)] = &[
        (b"2026-11-23T01:22:13Z", 0, Offset::East(0), 20),
        (b"2026-11-23T01:22:13.123456+01:00 host", 123_456, Offset::East(3600), 32),
        (b"2026-11-23 01:22:13,123 INFO", 123_000, Offset::Local, 23),
        (b"2026-11-23 01:22:13.123 UTC [12] LOG:", 123_000, Offset::East(0), 27),
        (b"2026-11-23 01:22:13.123 CET [12] LOG:", 123_000, cet, 27),
        (b"2026-11-23 01:22:13 INFO text", 0, Offset::Local, 19),
        (b"2026-11-23 01:22:13 -0530 x", 0, Offset::East(-19_800), 25),
        (b"2026/11/23 01:22:13 [error]", 0, Offset::Local, 19),
        (b"2026-11-23  1:22:13 0 [Note]", 0, Offset::Local, 19),
        (b"2026-11-23 01:22:13.123456789Z", 123_456, Offset::East(0), 30),
        (b"2026-11-23 01:22:13+0100", 0, Offset::East(3600), 24),
        (b"2026-11-23 01:22:13 - name", 0, Offset::Local, 19),
    ];
    for (text, micros, offset, taken) in rows {
        let expected = Some((year, 11, 23, MORNING, *micros, *offset, *taken));
        assert_eq!(civil_of(iso(text)), expected, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn levels_are_no_zones() {
    for word in ["ALERT", "INFO", "ERROR", "WARN", "FATAL", "DEBUG", "TRACE", "LOG", "EMERG"] {
        let text = format!("2026-11-23 01:22:13 {word} text");
        let (stamp, taken) = iso(text.as_bytes()).unwrap();
        let Stamp::Civil(civil) = stamp else { panic!() };
        assert_eq!((civil.offset, taken), (Offset::Local, 19), "{word}");
    }
}

#[test]
fn names_of_months() {
    let rows: &[(&[u8], Option<i16>, usize)] = &[
        (b"Nov 23 01:22:13 host", None, 15),
        (b"Nov 23 2026 01:22:13 host", Some(2026), 20),
        (b"Nov 23, 2026 1:22:13 AM org.Foo", Some(2026), 23),
    ];
    for (text, year, taken) in rows {
        assert_eq!(civil_of(bsd(text)), Some((*year, 11, 23, MORNING, 0, Offset::Local, *taken)));
    }
    let noon = civil_of(bsd(b"Nov  3, 2026 12:00:01 PM x")).unwrap();
    assert_eq!((noon.2, noon.3), (3, 43_201));
    let midnight = civil_of(bsd(b"Nov  3, 2026 12:00:01 AM x")).unwrap();
    assert_eq!(midnight.3, 1);
    let day_firsts: &[(&[u8], Option<i16>, u32, Offset)] = &[
        (b"23/Nov/2026:01:22:13 +0000] \"GET", Some(2026), 0, Offset::East(0)),
        (b"23-Nov-2026 01:22:13.123 INFO", Some(2026), 123_000, Offset::Local),
        (b"23 Nov 2026 01:22:13.123 * Ready", Some(2026), 123_000, Offset::Local),
        (b"23 Nov 01:22:13.123 * Ready", None, 123_000, Offset::Local),
    ];
    for (text, year, micros, offset) in day_firsts {
        let found = civil_of(day_first(text)).map(|found| (found.0, found.4, found.5));
        assert_eq!(found, Some((*year, *micros, *offset)), "{}", String::from_utf8_lossy(text));
    }
    let full = civil_of(ctime(b"Mon Nov 23 01:22:13.123456 2026]")).unwrap();
    assert_eq!((full.0, full.4, full.6), (Some(2026), 123_456, 31));
    let zoned = civil_of(ctime(b"Mon Nov 23 01:22:13 CET 2026 x")).unwrap();
    assert_eq!(zoned.5, Offset::Name(*b"CET\0\0"));
}

#[test]
fn numbers() {
    assert_eq!(unix(b"1700000000.123 x"), Some((Stamp::Unix(1_700_000_000_123_000), 14)));
    assert_eq!(unix(b"1700000000123,"), Some((Stamp::Unix(1_700_000_000_123_000), 13)));
    assert_eq!(unix(b"1700000000123456789"), Some((Stamp::Unix(1_700_000_000_123_456), 19)));
    assert_eq!(unix(b"17000000001"), None);

    assert_eq!(civil_of(klog(b"1123 01:22:13.123456 1 f.go:1]")).unwrap().4, 123_456);
    assert_eq!(civil_of(six_digits(b"261123  1:22:13 [Note]")).unwrap().0, Some(2026));
}

#[test]
fn no_times() {
    let bad: &[&[u8]] = &[
        b"",
        b"2026",
        b"2026-13-01 00:00:00",
        b"2026-02-29 00:00:00",
        b"2026-11-31 00:00:00",
        b"2026-11-00 00:00:00",
        b"2026-11-23 24:00:00",
        b"2026-11-23 01:60:00",
        b"2026-11/23 01:22:13",
        b"2026-11-23x01:22:13",
    ];
    for text in bad {
        assert_eq!(iso(text), None, "{}", String::from_utf8_lossy(text));
    }
    for text in
        [&b"Nox 23 01:22:13"[..], b"Nov 32 01:22:13", b"Nov", b"Nov 23 01:22", b"Feb 30 01:22:13"]
    {
        assert_eq!(bsd(text), None, "{}", String::from_utf8_lossy(text));
    }
    // Without a year it may be a leap day.
    assert!(bsd(b"Feb 29 01:22:13 host").is_some());
    // A leap second is the one before.
    assert_eq!(civil_of(iso(b"2016-12-31T23:59:60Z")).unwrap().3, 86_399);
}

#[test]
fn days_are_counted_as_others_count_them() {
    for (year, month, day) in
        [(1970, 1, 1), (2000, 2, 29), (2026, 11, 23), (1969, 12, 31), (2100, 3, 1)]
    {
        let date = jiff::civil::date(year, month as i8, day as i8);
        let since = date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days();
        assert_eq!(days_from_epoch(year, month, day), i64::from(since), "{year}-{month}-{day}");
    }
}
