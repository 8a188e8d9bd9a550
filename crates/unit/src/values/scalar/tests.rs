use proptest::prelude::*;

use super::{
    Amount, Limit, Statuses, exit_status_name, number, parse_bool, parse_exit_status,
    parse_permyriad, parse_signal, parse_size, signal_name,
};

#[test]
fn numbers_as_the_c_library_reads_them() {
    let cases: &[(&str, Option<i64>)] = &[
        ("0", Some(0)),
        ("-0", Some(0)),
        ("+7", Some(7)),
        (" 7", Some(7)),
        ("7 ", None),
        ("010", Some(8)),
        ("08", None),
        ("0x1F", Some(31)),
        ("-0x10", Some(-16)),
        ("0x", None),
        ("0b101", Some(5)),
        ("0o17", Some(15)),
        ("-0b1", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("99999999999999999999", None),
        ("", None),
        ("-", None),
        ("1_000", None),
        ("٣", None),
    ];
    for (text, expected) in cases {
        assert_eq!(number::signed(text).ok(), *expected, "{text:?}");
    }
    assert_eq!(number::unsigned("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(number::unsigned("-1"), Err(number::NumberError::Range));
}

#[test]
fn sizes() {
    let cases: &[(&str, Option<u64>)] = &[
        ("5", Some(5)),
        ("5B", Some(5)),
        ("1K", Some(1024)),
        ("1.5G", Some(3 << 29)),
        ("1G 5M", Some((1 << 30) + (5 << 20))),
        ("1G5M1", Some((1 << 30) + (5 << 20) + 1)),
        ("10.M", Some(10 << 20)),
        ("1.1K", Some(1126)),
        ("5 K", Some(5 << 10)),
        ("15E", Some(15 << 60)),
        ("16E", None),
        ("5M 1G", None),
        ("5 5", None),
        ("5KB", None),
        ("-5", None),
        (".5", None),
        ("K", None),
        ("", None),
        ("1K ", None),
        ("18446744073709551616", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_size(text, 1024).ok(), *expected, "{text:?}");
    }
    assert_eq!(parse_size("1.5K", 1000), Ok(1500));
}

#[test]
fn shares() {
    let cases: &[(&str, Option<u32>)] = &[
        ("0%", Some(0)),
        ("100%", Some(10_000)),
        ("1.5%", Some(150)),
        ("1.05%", Some(105)),
        ("250%", Some(25_000)),
        ("12.5‰", Some(125)),
        ("77‱", Some(77)),
        ("1.555%", None),
        ("1.%", None),
        ("1.5‱", None),
        (".5%", None),
        ("-5%", None),
        ("5", None),
        ("%", None),
        ("5 %", None),
        ("21474836.47%", Some(2_147_483_647)),
        ("21474836.48%", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_permyriad(text).ok(), *expected, "{text:?}");
    }
}

#[test]
fn shares_of_something() {
    assert_eq!(Amount::Share(5_000).of(1000), 500);
    assert_eq!(Amount::Share(5_000).share_of_u32(), Some(2_147_483_648));
    assert_eq!(Amount::Share(10_000).of(u64::MAX), u64::MAX);
    assert_eq!(Amount::Infinity.of(7), u64::MAX);
    assert_eq!(Amount::Share(1_205).to_string(), "12.05%");
    assert_eq!(Amount::Share(1_250).to_string(), "12.5%");
    assert_eq!(Limit { soft: 5, hard: u64::MAX }.to_string(), "5:infinity");
    assert_eq!(Limit { soft: u64::MAX, hard: u64::MAX }.to_string(), "infinity");
}

#[test]
fn booleans_in_any_case() {
    for yes in ["1", "yes", "Y", "TRUE", "t", "On"] {
        assert_eq!(parse_bool(yes), Some(true), "{yes}");
    }
    for no in ["0", "no", "N", "False", "f", "OFF"] {
        assert_eq!(parse_bool(no), Some(false), "{no}");
    }
    assert_eq!(parse_bool("2"), None);
    assert_eq!(parse_bool(""), None);
}

#[test]
fn signals() {
    let cases: &[(&str, Option<i32>)] = &[
        ("TERM", Some(15)),
        ("SIGTERM", Some(15)),
        ("SIGSIGTERM", None),
        ("term", None),
        ("9", Some(9)),
        ("0", None),
        ("64", Some(64)),
        ("65", None),
        ("RTMIN", Some(34)),
        ("SIGRTMIN+3", Some(37)),
        ("RTMIN+30", Some(64)),
        ("RTMIN+31", None),
        ("RTMIN-1", None),
        ("RTMAX-30", Some(34)),
        ("RTMAX-31", None),
        ("RTMAX+0", None),
        ("SYS", Some(31)),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_signal(text), *expected, "{text:?}");
    }
    for signal in 1..=64 {
        assert_eq!(parse_signal(&signal_name(signal)), Some(signal));
    }
}

#[test]
fn exit_statuses_have_one_name_each() {
    for status in 0..=u8::MAX {
        let number = status.to_string();
        assert_eq!(parse_exit_status(exit_status_name(status).unwrap_or(&number)), Some(status));
    }
    assert_eq!(parse_exit_status("TEMPFAIL"), Some(75));
    assert_eq!(parse_exit_status("256"), None);
    assert_eq!(parse_exit_status("tempfail"), None);
}

#[test]
fn sets_of_statuses() {
    let mut set = Statuses::default();
    assert!(set.is_empty());
    set.add_code(0);
    set.add_code(255);
    set.add_signal(1);
    set.add_signal(64);
    set.add_signal(65);
    assert_eq!(set.codes().collect::<Vec<_>>(), [0, 255]);
    assert_eq!(set.signals().collect::<Vec<_>>(), [1, 64]);
    assert!(set.has_code(255) && !set.has_code(254) && set.has_signal(64) && !set.has_signal(0));
    assert_eq!(set.to_string(), "0 255 SIGHUP SIGRTMAX");
    let mut more = Statuses::default();
    more.add_code(7);
    set.add_all(&more);
    assert!(set.has_code(7));
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*|[0-9a-fx.%+ KMGE:-]{0,24}") {
        let _ = (number::signed(&text), number::unsigned(&text), number::octal(&text));
        let _ = (parse_size(&text, 1024), parse_size(&text, 1000), parse_permyriad(&text));
        let _ = (parse_signal(&text), parse_exit_status(&text));
    }

    #[test]
    fn what_is_written_is_read(permyriad in 0..=2_147_483_647_u32, number: i64) {
        prop_assert_eq!(parse_permyriad(&Amount::Share(permyriad).to_string()), Ok(permyriad));
        prop_assert_eq!(number::signed(&number.to_string()), Ok(number));
    }
}
