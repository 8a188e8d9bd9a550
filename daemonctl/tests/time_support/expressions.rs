//! Generated calendar expressions and time spans: valid ones, ones at the border, broken ones.

use super::Choices;

const WEEKDAYS: [&str; 10] =
    ["Mon", "tuesday", "Wed", "THU", "Friday", "Sat", "sun", "Monday", "Tue", "Sunday"];

const SHORTHANDS: [&str; 14] = [
    "minutely",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "yearly",
    "annually",
    "anually",
    "quarterly",
    "semiannually",
    "semi-annually",
    "biannually",
    "bi-annually",
    "Daily",
];

const ZONES: [&str; 14] = [
    "UTC",
    "utc",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "CET",
    "cest",
    "EST",
    "EDT",
    "Mars/Olympus",
    "europe/berlin",
    "Etc/UTC",
];

const ODD: &str = "0123456789*/,.~-: +@MSTmsuU%\u{e9}";

/// A calendar expression; about a third of them are not valid.
pub fn calendar(choices: &mut Choices) -> String {
    let mut text = match choices.below(20) {
        0 => choices.of(&SHORTHANDS).to_owned(),
        1 => format!("@{}", choices.below(8_000_000_000)),
        _ => dated(choices),
    };
    if choices.percent(20) {
        text = format!("{text} {}", choices.of(&ZONES));
    }
    if choices.percent(20) { broken(choices, &text) } else { text }
}

fn dated(choices: &mut Choices) -> String {
    let mut words = Vec::new();
    if choices.percent(35) {
        words.push(weekdays(choices));
    }
    if choices.percent(70) || words.is_empty() {
        words.push(date(choices));
    }
    if choices.percent(75) {
        words.push(time(choices));
    }
    words.join(" ")
}

fn weekdays(choices: &mut Choices) -> String {
    let mut list = Vec::new();
    for _ in 0..choices.between(1, 3) {
        let separator = if choices.percent(90) { ".." } else { "-" };
        let range = choices.percent(30);
        let from = choices.of(&WEEKDAYS);
        list.push(if range {
            // Mostly ranges in order.
            let from = if choices.percent(80) { "Mon" } else { from };
            format!("{from}{separator}{}", choices.of(&WEEKDAYS))
        } else {
            from.to_owned()
        });
    }
    let comma = if choices.percent(5) { "," } else { "" };
    format!("{}{comma}", list.join(","))
}

fn date(choices: &mut Choices) -> String {
    let month = list(choices, 1, 12);
    let separator = if choices.percent(12) { "~" } else { "-" };
    let last = if separator == "~" { 28 } else { 31 };
    let day = if choices.percent(2) { "99".to_owned() } else { list(choices, 1, last) };
    if choices.percent(25) {
        return format!("{month}{separator}{day}");
    }
    let year = match choices.below(10) {
        0..6 => "*".to_owned(),
        6 => list(choices, 26, 40),
        7 => list(choices, 1970, 2199),
        8 => list(choices, 68, 101),
        _ => list(choices, 2024, 2032),
    };
    format!("{year}-{month}{separator}{day}")
}

fn time(choices: &mut Choices) -> String {
    let (hour, minute) = (list(choices, 0, 23), list(choices, 0, 59));
    if choices.percent(50) {
        return format!("{hour}:{minute}");
    }
    format!("{hour}:{minute}:{}", seconds(choices))
}

/// Fractions stand in lists without repetitions, or alone: what systemd does with both is a bug of
/// its own, which has a test of its own.
fn seconds(choices: &mut Choices) -> String {
    if !choices.percent(40) {
        return list(choices, 0, 59);
    }
    let mut fraction = |last: u64| {
        let value = choices.between(0, last);
        let digits = choices.of(&["0", "5", "25", "999999", "0000004", "9999995", "123456789"]);
        format!("{value}.{digits}")
    };
    match fraction(59).len() % 4 {
        0 => format!("{}/{}", fraction(20), fraction(20)),
        1 => format!("{}..{}", fraction(20), fraction(59)),
        2 => format!("{}..{}/{}", fraction(10), fraction(59), fraction(9)),
        _ => format!("{},{},{}", fraction(59), fraction(59), fraction(60)),
    }
}

/// `*`, or up to four values, ranges and repetitions; now and then one too many.
fn list(choices: &mut Choices, first: u64, last: u64) -> String {
    if choices.percent(35) {
        return "*".to_owned();
    }
    let mut values = Vec::new();
    let count = if choices.percent(70) { 1 } else { choices.between(2, 4) };
    for _ in 0..count {
        values.push(part(choices, first, last));
    }
    values.join(",")
}

fn part(choices: &mut Choices, first: u64, last: u64) -> String {
    let beyond = u64::from(choices.percent(3));
    let start = choices.between(first, last + beyond);
    let width = if choices.percent(30) { 2 } else { 1 };
    let step = |choices: &mut Choices| match choices.percent(3) {
        true => choices.between(0, 2 * last),
        false => choices.between(1, (last - first).div_ceil(3) + 1),
    };
    match choices.below(10) {
        0..6 => format!("{start:0width$}"),
        6 | 7 => format!("{}/{}", first + start % 7, step(choices)),
        8 => format!("{start}..{}", choices.between(first, last)),
        _ => {
            let start = first + start % 5;
            let stop = choices.between(start, last + beyond);
            format!("{start}..{stop}/{}", step(choices))
        }
    }
}

/// A text with some characters changed, dropped or added.
pub fn broken(choices: &mut Choices, text: &str) -> String {
    let mut symbols: Vec<char> = text.chars().collect();
    let odd: Vec<char> = ODD.chars().collect();
    for _ in 0..choices.between(1, 2) {
        let at = choices.below(symbols.len() as u64 + 1) as usize;
        let symbol = odd[choices.below(odd.len() as u64) as usize];
        match choices.below(3) {
            0 if at < symbols.len() => symbols[at] = symbol,
            1 if at < symbols.len() => drop(symbols.remove(at)),
            _ => symbols.insert(at, symbol),
        }
    }
    symbols.into_iter().collect()
}

const UNITS: [&str; 36] = [
    "usec", "us", "\u{b5}s", "msec", "ms", "seconds", "second", "sec", "s", "minutes", "minute",
    "min", "m", "hours", "hour", "hr", "h", "days", "day", "d", "weeks", "week", "w", "months",
    "month", "M", "years", "year", "y", "", "", "mins", "H", "ns", "S", "\u{fc}",
];

/// A time span; some are not valid.
pub fn span(choices: &mut Choices) -> String {
    if choices.percent(2) {
        return choices
            .of(&["infinity", " infinity ", "infinity 1", "infinit", "", " ", "0"])
            .into();
    }
    let mut text = String::new();
    for _ in 0..choices.between(1, 4) {
        let number = match choices.below(8) {
            0 => format!("{}.{}", choices.below(100), choices.below(1_000_000)),
            1 => format!(".{}", choices.below(1_000)),
            2 => choices.number().wrapping_mul(60_000).to_string(),
            _ => choices.below(200).to_string(),
        };
        // Units that few spans have make most of them invalid: they are rare.
        let units = if choices.percent(97) { &UNITS[..29] } else { &UNITS[..] };
        let unit = choices.of(units);
        let (before, behind) = (choices.of(&["", "", " "]), choices.of(&["", " ", "  ", "\t"]));
        text.push_str(&format!("{number}{before}{unit}{behind}"));
    }
    if choices.percent(6) { broken(choices, &text) } else { text }
}

/// A point in time that does not depend on the present, some in one of the zones; some are not
/// valid.
pub fn timestamp(choices: &mut Choices, zones: &[&str]) -> String {
    if choices.percent(5) {
        return format!("@{}", span(choices));
    }
    let year = match choices.below(4) {
        0 => format!("{:02}", choices.below(100)),
        1 => choices.between(1968, 2300).to_string(),
        _ => choices.between(2011, 2040).to_string(),
    };
    let (month, day) = (choices.between(1, 12), choices.between(1, 31));
    // Hours at which clocks are put forward or back.
    let hour = if choices.percent(60) { choices.below(4) } else { choices.below(25) };
    let mut text = format!("{year}-{month:02}-{day:02}");
    if choices.percent(40) {
        let dates = ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05"];
        text = choices.of(&dates).to_owned();
    }
    match choices.below(4) {
        0 => {}
        1 => text.push_str(&format!(" {hour}:{:02}", choices.below(61))),
        2 => text.push_str(&format!(" {hour:02}:{:02}:{}", choices.below(60), choices.below(61))),
        _ => text.push_str(&format!(" {hour:02}:{:02}:07.{}", choices.below(60), choices.below(9))),
    }
    if choices.percent(15) {
        text = format!("{} {text}", choices.of(&WEEKDAYS));
    }
    if choices.percent(30) {
        text = format!("{text} {}", choices.of(zones));
    }
    if choices.percent(8) { broken(choices, &text) } else { text }
}
