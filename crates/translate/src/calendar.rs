//! Times of crontab(5) and calendar events of systemd.time(7), in both directions.
//!
//! Where both the day of the month and the day of the week are restricted, cron runs on days that
//! are either, systemd on days that are both: what cron says becomes two events, and what systemd
//! says can't be said in cron.

use unit::time::Calendar;

/// A field of a crontab: name, lowest value, highest value, names of values.
struct Row {
    name: &'static str,
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// As systemd writes them, in its order.
const WEEK: [(&str, u32); 7] =
    [("Mon", 1), ("Tue", 2), ("Wed", 3), ("Thu", 4), ("Fri", 5), ("Sat", 6), ("Sun", 0)];

const MINUTE: Row = Row { name: "minute", low: 0, high: 59, names: &[] };
const HOUR: Row = Row { name: "hour", low: 0, high: 23, names: &[] };
const DAY: Row = Row { name: "day of the month", low: 1, high: 31, names: &[] };
const MONTH: Row = Row { name: "month", low: 1, high: 12, names: &MONTHS };
const WEEKDAY: Row = Row { name: "day of the week", low: 0, high: 7, names: &DAYS };

/// A part of a field: from, to, step.
type Part = (u32, u32, u32);

/// Nicknames of crontab(5) and their fields; `@reboot` is no time.
const NICKNAMES: [(&str, [&str; 5]); 8] = [
    ("@yearly", ["0", "0", "1", "1", "*"]),
    ("@annually", ["0", "0", "1", "1", "*"]),
    ("@monthly", ["0", "0", "1", "*", "*"]),
    ("@weekly", ["0", "0", "*", "*", "0"]),
    ("@daily", ["0", "0", "*", "*", "*"]),
    ("@midnight", ["0", "0", "*", "*", "*"]),
    ("@hourly", ["0", "*", "*", "*", "*"]),
    ("@every_minute", ["*", "*", "*", "*", "*"]),
];

/// The fields that a nickname stands for.
pub fn nickname(name: &str) -> Option<&'static [&'static str; 5]> {
    let name = name.to_ascii_lowercase();
    NICKNAMES.iter().find(|(known, _)| *known == name).map(|(_, fields)| fields)
}

/// The calendar events of five fields of a crontab, in `zone` where one is given.
///
/// # Errors
/// A field that crontab(5) does not know, in a sentence without a full stop.
pub fn from_cron(fields: &[&str; 5], zone: Option<&str>) -> Result<Vec<String>, String> {
    let [minute, hour, day, month, weekday] = fields;
    let time = format!("{}:{}:00", read(hour, &HOUR)?, read(minute, &MINUTE)?);
    let days = read(day, &DAY)?;
    let month = read(month, &MONTH)?;
    let week = weekdays(&parts(weekday, &WEEKDAY)?);
    let zone = zone.map(|zone| format!(" {zone}")).unwrap_or_default();
    let event = |days: &str, week: &str| {
        let week = if week.is_empty() { String::new() } else { format!("{week} ") };
        format!("{week}*-{month}-{days} {time}{zone}")
    };
    // A field that begins with a star restricts nothing, to cron: not even where a step follows.
    let is_either = !day.starts_with('*') && !weekday.starts_with('*');
    Ok(match is_either && !week.is_empty() && days != "*" {
        true => vec![event(&days, ""), event("*", &week)],
        // Each day of the week in so many words: then the other field does not count either.
        false if is_either && week.is_empty() => vec![event("*", "")],
        false => vec![event(&days, &week)],
    })
}

fn number(text: &str, row: &Row) -> Result<u32, String> {
    let lower = text.to_ascii_lowercase();
    let by_name = row.names.iter().position(|name| *name == lower);
    let number = match by_name {
        Some(at) => u32::try_from(at).ok().map(|at| at.saturating_add(row.low)),
        None => text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit())),
    };
    number.filter(|number| (row.low..=row.high).contains(number)).ok_or_else(|| {
        format!("\"{text}\" is no {}: it goes from {} to {}", row.name, row.low, row.high)
    })
}

fn parts(text: &str, row: &Row) -> Result<Vec<Part>, String> {
    text.split(',').map(|item| part(item, row)).collect()
}

fn part(item: &str, row: &Row) -> Result<Part, String> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => {
            let step = step.parse::<u32>().ok().filter(|step| *step > 0);
            let step = step.ok_or_else(|| format!("\"{item}\" has no step that could be read"))?;
            (range, Some(step))
        }
        None => (item, None),
    };
    let highest = if row.high == 7 { 6 } else { row.high };
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (row.low, highest),
        Some((from, to)) => (number(from, row)?, number(to, row)?),
        None => {
            let from = number(range, row)?;
            (from, if step.is_some() { highest } else { from })
        }
    };
    if from > to {
        return Err(format!("\"{range}\" ends before it begins"));
    }
    Ok((from, to, step.unwrap_or(1)))
}

/// A field of a crontab as one of a calendar event.
fn read(text: &str, row: &Row) -> Result<String, String> {
    let parts = parts(text, row)?;
    if parts.iter().any(|(from, to, step)| *from == row.low && *to == row.high && *step == 1) {
        return Ok("*".to_owned());
    }
    let written = parts.iter().map(|(from, to, step)| {
        let is_one = from == to || from.saturating_add(*step) > *to;
        match (is_one, *step, *to == row.high) {
            (true, _, _) => format!("{from:02}"),
            (false, 1, _) => format!("{from:02}..{to:02}"),
            (false, _, true) => format!("{from:02}/{step}"),
            (false, _, false) => format!("{from:02}..{to:02}/{step}"),
        }
    });
    Ok(written.collect::<Vec<_>>().join(","))
}

/// The days of the week; empty: all.
fn weekdays(parts: &[Part]) -> String {
    let is_in = |day: u32| {
        parts.iter().any(|(from, to, step)| {
            (*from..=*to).contains(&day) && day.saturating_sub(*from).is_multiple_of(*step)
        })
    };
    let matches = |day: u32| is_in(day) || (day == 0 && is_in(7));
    let found: Vec<&str> =
        WEEK.iter().filter(|(_, day)| matches(*day)).map(|(name, _)| *name).collect();
    if found.len() == WEEK.len() { String::new() } else { found.join(",") }
}

/// The five fields of a crontab that say the same as a calendar event.
///
/// # Errors
/// Why cron can't say it, in a sentence without a full stop.
pub fn to_cron(calendar: &Calendar) -> Result<String, String> {
    if let Some(zone) = calendar.zone() {
        return Err(format!("cron runs in the machine's own time zone, not in {zone}"));
    }
    let text = calendar.to_string();
    let mut words: Vec<&str> = text.split(' ').collect();
    let week = match words.first() {
        Some(first) if first.starts_with(|c: char| c.is_ascii_alphabetic()) => words.remove(0),
        _ => "",
    };
    let shape = || "it has no date and time".to_owned();
    let [date, time] = words.as_slice() else { return Err(shape()) };
    if date.contains('~') {
        return Err("cron can't count days from a month's end".to_owned());
    }
    let date: Vec<&str> = date.split('-').collect();
    let time: Vec<&str> = time.split(':').collect();
    let (&[year, month, day], &[hour, minute, second]) = (date.as_slice(), time.as_slice()) else {
        return Err(shape());
    };
    if year != "*" {
        return Err("cron knows no years".to_owned());
    }
    if second != "00" {
        return Err("cron starts things at full minutes only".to_owned());
    }
    let (day, week) = (cron_field(day, &DAY), cron_week(week));
    if day != "*" && week != "*" {
        let why = "with a day of the month and a day of the week cron runs on days that are \
                   either, not both";
        return Err(why.to_owned());
    }
    let (minute, hour) = (cron_field(minute, &MINUTE), cron_field(hour, &HOUR));
    Ok(format!("{minute} {hour} {day} {} {week}", cron_field(month, &MONTH)))
}

fn cron_field(text: &str, row: &Row) -> String {
    let plain = |number: &str| {
        let number = number.trim_start_matches('0');
        if number.is_empty() { "0".to_owned() } else { number.to_owned() }
    };
    let part = |part: &str| {
        let (range, step) = part.split_once('/').map_or((part, None), |(r, s)| (r, Some(s)));
        let range = match range.split_once("..") {
            Some((from, to)) => format!("{}-{}", plain(from), plain(to)),
            None if range == "*" => "*".to_owned(),
            None if step.is_some() && plain(range) == row.low.to_string() => "*".to_owned(),
            None if step.is_some() => format!("{}-{}", plain(range), row.high),
            None => plain(range),
        };
        match step {
            Some(step) => format!("{range}/{step}"),
            None => range,
        }
    };
    text.split(',').map(part).collect::<Vec<_>>().join(",")
}

fn cron_week(text: &str) -> String {
    if text.is_empty() {
        return "*".to_owned();
    }
    let day = |name: &str| DAYS.iter().position(|day| name.eq_ignore_ascii_case(day));
    let part = |part: &str| match part.split_once("..") {
        // A range that ends with Sunday: cron's other number for it.
        Some((from, to)) => {
            let to = day(to).map(|to| if to == 0 { 7 } else { to });
            Some(format!("{}-{}", day(from)?, to?))
        }
        None => day(part).map(|day| day.to_string()),
    };
    text.split(',').filter_map(part).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::{from_cron, nickname, to_cron};
    use unit::time::Calendar;

    fn events(text: &str) -> Vec<String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let events = from_cron(&fields.try_into().unwrap(), None).unwrap();
        for event in &events {
            Calendar::parse(event).unwrap();
        }
        events
    }

    #[test]
    fn what_cron_says() {
        let cases: [(&str, &[&str]); 13] = [
            ("*/15 * * * *", &["*-*-* *:00/15:00"]),
            ("0 0 1 1 *", &["*-01-01 00:00:00"]),
            ("5 4 * * sun", &["Sun *-*-* 04:05:00"]),
            ("5 4 * * 7", &["Sun *-*-* 04:05:00"]),
            ("0 22 * * 1-5", &["Mon,Tue,Wed,Thu,Fri *-*-* 22:00:00"]),
            ("23 0-20/2 * * *", &["*-*-* 00..20/2:23:00"]),
            ("0 4 8-14 * *", &["*-*-08..14 04:00:00"]),
            ("30 4 1,15 * 5", &["*-*-01,15 04:30:00", "Fri *-*-* 04:30:00"]),
            ("0 0 */2 * mon", &["Mon *-*-01/2 00:00:00"]),
            ("0 0 * JAN,mar 0-7", &["*-01,03-* 00:00:00"]),
            ("0 0 13 * 0-6", &["*-*-* 00:00:00"]),
            ("1-59/2 * * * *", &["*-*-* *:01/2:00"]),
            ("10/20 3 * * 5-7", &["Fri,Sat,Sun *-*-* 03:10/20:00"]),
        ];
        let normal = |event: &str| Calendar::parse(event).unwrap().to_string();
        for (cron, expected) in cases {
            let expected: Vec<String> = expected.iter().map(|event| normal(event)).collect();
            let found: Vec<String> = events(cron).iter().map(|event| normal(event)).collect();
            assert_eq!(found, expected, "{cron}");
        }
    }

    #[test]
    fn what_cron_does_not_know_is_refused() {
        for bad in [
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "a * * * *",
            "*/0 * * * *",
            "5-1 * * * *",
            "+1 * * * *",
            "* * L * *",
            ", * * * *",
        ] {
            let fields: Vec<&str> = bad.split_whitespace().collect();
            assert!(from_cron(&fields.try_into().unwrap(), None).is_err(), "{bad}");
        }
        assert_eq!(nickname("@Daily"), Some(&["0", "0", "*", "*", "*"]));
    }

    #[test]
    fn there_and_back() {
        for cron in [
            "*/15 * * * *",
            "0 0 1 1 *",
            "5 4 * * 0",
            "0 22 * * 1-5",
            "23 0-20/2 * * *",
            "0 4 8-14 * *",
            "1-59/2 3 * * 5-7",
        ] {
            let events = events(cron);
            let [event] = events.as_slice() else { panic!("{cron}") };
            assert_eq!(to_cron(&Calendar::parse(event).unwrap()).as_deref(), Ok(cron));
        }
        for calendar in ["Mon *-*-1 00:00", "2030-1-1", "*-*~1 00:00", "*:*:30", "12:00 UTC"] {
            assert!(to_cron(&Calendar::parse(calendar).unwrap()).is_err(), "{calendar}");
        }
        assert_eq!(to_cron(&Calendar::parse("weekly").unwrap()).as_deref(), Ok("0 0 * * 1"));
        assert_eq!(to_cron(&Calendar::parse("hourly").unwrap()).as_deref(), Ok("0 * * * *"));
    }
}
