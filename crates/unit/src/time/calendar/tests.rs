//! The examples of systemd.time(7), and what is wrong where.

use super::Calendar;
use crate::time::OnlyUtc;

fn normal(text: &str) -> String {
    match Calendar::parse(text) {
        Ok(calendar) => {
            let printed = calendar.to_string();
            assert_eq!(Calendar::parse(&printed), Ok(calendar), "{text}: {printed}");
            printed
        }
        Err(problem) => panic!("{text}: {problem:?}"),
    }
}

#[test]
fn examples_of_the_man_page() {
    let examples = [
        ("Sat,Thu,Mon..Wed,Sat..Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00"),
        ("Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00"),
        ("Wed *-1", "Wed *-*-01 00:00:00"),
        ("Wed..Wed,Wed *-1", "Wed *-*-01 00:00:00"),
        ("Wed, 17:48", "Wed *-*-* 17:48:00"),
        ("Wed..Sat,Tue 12-10-15 1:2:3", "Tue..Sat 2012-10-15 01:02:03"),
        ("*-*-7 0:0:0", "*-*-07 00:00:00"),
        ("10-15", "*-10-15 00:00:00"),
        ("monday *-12-* 17:00", "Mon *-12-* 17:00:00"),
        ("Mon,Fri *-*-3,1,2 *:30:45", "Mon,Fri *-*-01,02,03 *:30:45"),
        ("12,14,13,12:20,10,30", "*-*-* 12,13,14:10,20,30:00"),
        ("12..14:10,20,30", "*-*-* 12..14:10,20,30:00"),
        ("mon,fri *-1/2-1,3 *:30:45", "Mon,Fri *-01/2-01,03 *:30:45"),
        ("03-05 08:05:40", "*-03-05 08:05:40"),
        ("08:05:40", "*-*-* 08:05:40"),
        ("05:40", "*-*-* 05:40:00"),
        ("Sat,Sun 12-05 08:05:40", "Sat,Sun *-12-05 08:05:40"),
        ("Sat,Sun 08:05:40", "Sat,Sun *-*-* 08:05:40"),
        ("2003-03-05 05:40", "2003-03-05 05:40:00"),
        ("05:40:23.4200004/3.1700005", "*-*-* 05:40:23.420000/3.170001"),
        ("2003-02..04-05", "2003-02..04-05 00:00:00"),
        ("2003-03-05 05:40 UTC", "2003-03-05 05:40:00 UTC"),
        ("2003-03-05", "2003-03-05 00:00:00"),
        ("03-05", "*-03-05 00:00:00"),
        ("hourly", "*-*-* *:00:00"),
        ("daily", "*-*-* 00:00:00"),
        ("daily UTC", "*-*-* 00:00:00 UTC"),
        ("monthly", "*-*-01 00:00:00"),
        ("weekly", "Mon *-*-* 00:00:00"),
        ("weekly Pacific/Auckland", "Mon *-*-* 00:00:00 Pacific/Auckland"),
        ("yearly", "*-01-01 00:00:00"),
        ("Annually", "*-01-01 00:00:00"),
        ("minutely", "*-*-* *:*:00"),
        ("quarterly", "*-01,04,07,10-01 00:00:00"),
        ("semiannually", "*-01,07-01 00:00:00"),
        ("*:2/3", "*-*-* *:02/3:00"),
        ("Thu,Fri 2012-*-1,5 11:12:13", "Thu,Fri 2012-*-01,05 11:12:13"),
        ("*-02~03", "*-02~03 00:00:00"),
        ("Mon *-05~07/1", "Mon *-05~07/1 00:00:00"),
        ("@1395716396", "2014-03-25 02:59:56 UTC"),
    ];
    for (text, expected) in examples {
        assert_eq!(normal(text), expected, "{text}");
    }
}

#[test]
fn ranges_are_put_right() {
    assert_eq!(normal("Mon..Sun 1:00"), "*-*-* 01:00:00");
    assert_eq!(normal("5..10/100:0"), "*-*-* 05:00:00");
    assert_eq!(normal("5..24/10:0"), "*-*-* 05..15/10:00:00");
    assert_eq!(normal("98..05-1-1"), "1998..2005-01-01 00:00:00");
    assert_eq!(normal("*:*:*"), "*-*-* *:*:*");
    assert_eq!(normal("*:*:3,0/1"), "*-*-* *:*:*");
    assert_eq!(normal("*:0,0,0"), "*-*-* *:00:00");
}

#[test]
fn what_is_wrong_is_pointed_at() {
    let wrong = |text: &str| {
        let problem = Calendar::parse_in(text, &OnlyUtc).unwrap_err();
        (text.get(problem.at.clone()).unwrap().to_owned(), problem.message)
    };
    let at = |text: &str| wrong(text).0;
    assert_eq!(wrong("25:00"), ("25".to_owned(), "\"25\" is no hour".to_owned()));
    assert_eq!(at("12:60"), "60");
    assert_eq!(at("*-13-01"), "13");
    assert_eq!(at("*-02~29"), "29");
    assert_eq!(at("1969-1-1"), "1969");
    assert_eq!(at("*:45/30"), "45/30");
    assert_eq!(at("*:0/0"), "0");
    assert_eq!(at("5..3:0"), "5..3");
    assert_eq!(at("Fri..Mon"), "Fri..Mon");
    assert_eq!(at("Mon.. 12:00"), "Mon..");
    assert_eq!(at("Mond 12:00"), "Mond");
    assert_eq!(at("Mon 12:00 Mars/Olympus"), "Mars/Olympus");
    assert_eq!(at("soon"), "soon");
    assert_eq!(at("12:0x"), "x");
    let cron = Calendar::parse("*:*/5").unwrap_err();
    assert_eq!(cron.help.as_deref(), Some("write 0/5 in place of */5"));
    assert_eq!(at("12"), "");
    assert_eq!(at("1:1:0..0.5"), "0..0.5");
    assert_eq!(at("99999999999-1-1"), "99999999999");
    assert_eq!(at("@9999999999"), "@9999999999");
    assert_eq!(at(" UTC"), " UTC");
    let many = vec!["1"; 242].join(",");
    assert!(wrong(&format!("{many}:0")).1.contains("241"));
    assert!(Calendar::parse(&format!("{}:0", &many[2..])).is_ok());
}

#[test]
fn elapses_in_utc() {
    let next = |text: &str, after: u64| {
        let calendar = Calendar::parse(text).unwrap();
        calendar.next(after * 1_000_000, &OnlyUtc).map(|usec| usec as f64 / 1e6)
    };
    assert_eq!(next("hourly", 0), Some(3_600.0));
    assert_eq!(next("*:*:59.5", 0), Some(59.5));
    // 2026-11-22 19:00:00 is a Sunday.
    let now = 1_795_374_000;
    assert_eq!(next("weekly", now), Some(1_795_392_000.0));
    assert_eq!(next("*-02-29", now), Some(1_835_395_200.0));
    assert_eq!(next("*-02~01", now), Some(1_803_772_800.0));
    assert_eq!(next("2025-*-*", now), None);
    assert_eq!(next("*-02,04,06,09,11-31", now), None);
    assert_eq!(next("daily", u64::MAX / 2_000_000), None);
    // The list's first value is not missed when the minute is over.
    assert_eq!(next("*:*:0.1,0.5/7", 63), Some(67.5));
    assert_eq!(next("*:*:0.1,0.5/7", 59), Some(60.1));
}
