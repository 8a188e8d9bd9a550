//! Days of months and of years.

/// Without a year February has 29.
pub fn days_in_month(year: Option<i16>, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(year.is_none_or(is_leap)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i16) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1970-01-01 to a date.
pub fn days_from_epoch(year: i16, month: u8, day: u8) -> i64 {
    // March first, so that the leap day is the last of its year.
    let (year, month) = match month {
        1 | 2 => (i64::from(year) - 1, i64::from(month) + 9),
        _ => (i64::from(year), i64::from(month) - 3),
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + i64::from(day) - 1 - 719_468
}
