//! RFC 3339 in UTC: for JSON, and for dates in filters. Local time is the caller's business.

const DAY: i64 = 86_400;

/// `2026-11-22T16:14:05Z`; years outside 0–9999 are clamped.
#[must_use]
pub fn rfc3339(unix_seconds: f64) -> String {
    // The year 0 and the year 9999: four digits are all that RFC 3339 has.
    let whole = (unix_seconds.floor() as i64).clamp(-62_167_219_200, 253_402_300_799);
    let (year, month, day) = civil(whole.div_euclid(DAY));
    let second = whole.rem_euclid(DAY);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Reads `2026-11-22`, `2026-11-22T16:14`, `2026-11-22T16:14:05.5`, each with `Z`, `+01:00` or
/// nothing (UTC) behind it; or `@` and Unix seconds. A blank may stand for the `T`.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    if let Some(unix) = text.strip_prefix('@') {
        return unix.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
    }
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let midnight = days(year, month, day);
    // The thirty-first of a short month.
    if civil(midnight) != (year, month, day) {
        return None;
    }
    Some((midnight * DAY) as f64 + clock.map_or(Some(0.0), seconds_of_day)?)
}

fn seconds_of_day(clock: &str) -> Option<f64> {
    let clock = clock.trim();
    let (clock, offset) = if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        (clock, 0)
    } else if let Some(sign) = clock.rfind(['+', '-']) {
        let (clock, offset) = clock.split_at_checked(sign)?;
        let (hours, minutes) = offset.get(1..)?.split_once(':')?;
        let minutes = number(hours, 2)? * 60 + number(minutes, 2)?;
        (clock, if offset.starts_with('-') { -minutes } else { minutes })
    } else {
        (clock, 0)
    };
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second: f64 = match parts.next() {
        Some(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => text.parse().ok()?,
        Some(_) => return None,
        None => 0.0,
    };
    (hour < 24 && minute < 60 && second < 61.0)
        .then(|| (hour * 3600 + (minute - offset) * 60) as f64 + second)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Days since 1970-01-01 of a date in the Gregorian calendar. Years start in March here, so that
/// the leap day is the last of its year and months have a regular rhythm of 153 days in five.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The date of a day counted from 1970-01-01: the inverse of [`days`].
pub(crate) fn civil(day: i64) -> (i64, i64, i64) {
    // A first guess from the mean length of a year, which is off by one at most.
    let mut year = ((day + 719_468) * 400).div_euclid(146_097);
    while days(year + 1, 3, 1) <= day {
        year += 1;
    }
    while days(year, 3, 1) > day {
        year -= 1;
    }
    let of_year = day - days(year, 3, 1);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        assert_eq!(rfc3339(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400.0), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_700_000_000.9), "2023-11-14T22:13:20Z");
        assert_eq!(rfc3339(-1.0), "1969-12-31T23:59:59Z");
        assert_eq!(rfc3339(f64::INFINITY), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn dates_are_read() {
        assert_eq!(parse("2000-02-29"), Some(951_782_400.0));
        assert_eq!(parse("2023-11-14T22:13:20Z"), Some(1_700_000_000.0));
        assert_eq!(parse("2023-11-14 23:13:20.5+01:00"), Some(1_700_000_000.5));
        assert_eq!(parse("@12"), Some(12.0));
        for bad in
            ["2023-02-29", "2023-13-01", "2023-1-1", "2023-11-14T25:00", "12", "", "T", "@inf"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn written_and_read_back(second in -62_167_219_200..253_402_300_799_i64) {
            prop_assert_eq!(parse(&rfc3339(second as f64)), Some(second as f64));
        }

        #[test]
        fn reading_never_panics(text in any::<String>(), near in "[0-9T:Z+@ .-]{0,30}") {
            let _ = (parse(&text), parse(&near));
        }
    }
}
