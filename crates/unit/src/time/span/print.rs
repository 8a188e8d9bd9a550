//! Time spans as text (systemd.time(7), DISPLAYING TIME SPANS).

use std::fmt::Write as _;

use super::{DAY, HOUR, INFINITY, MINUTE, MONTH, SECOND, WEEK, YEAR};

/// What is printed, the largest first.
const PRINTED: &[(&str, u64)] = &[
    ("y", YEAR),
    ("month", MONTH),
    ("w", WEEK),
    ("d", DAY),
    ("h", HOUR),
    ("min", MINUTE),
    ("s", SECOND),
    ("ms", 1_000),
    ("us", 1),
];

/// Writes microseconds as systemd does: `1min 30s`, `1y 12month`, `1.500s`, `0`, `infinity`. What
/// is smaller than `accuracy_usec` is left out; 0 and 1 leave out nothing.
pub fn format_usec(usec: u64, accuracy_usec: u64) -> String {
    match usec {
        INFINITY => return "infinity".to_owned(),
        0 => return "0".to_owned(),
        _ => {}
    }
    let mut out = String::new();
    let mut left = usec;
    for &(name, unit) in PRINTED {
        if left == 0 || (left < accuracy_usec && !out.is_empty()) {
            break;
        }
        if left < unit {
            continue;
        }
        let (whole, rest) = (left / unit, left % unit);
        if !out.is_empty() {
            out.push(' ');
        }
        // Below a minute a point stands for all that is finer. Writing to a String can't fail.
        let fraction = (left < MINUTE && rest > 0).then(|| fraction(rest, unit, accuracy_usec));
        if let Some((digits, width @ 1..)) = fraction {
            let _ = write!(out, "{whole}.{digits:0width$}{name}");
            break;
        }
        let _ = write!(out, "{whole}{name}");
        left = rest;
    }
    out
}

/// Writes nanoseconds such that [`super::parse_nsec`] reads the same number: `1ms 500us 3ns`.
pub fn format_nsec(nsec: u64) -> String {
    if nsec == INFINITY {
        return "infinity".to_owned();
    }
    let (usec, rest) = (nsec / 1_000, nsec % 1_000);
    if rest == 0 {
        return format_usec(usec, 1);
    }
    if usec == 0 {
        return format!("{rest}ns");
    }
    format!("{} {rest}ns", format_usec(usec, 1))
}

/// The digits behind the point, and how many there are down to the accuracy.
fn fraction(rest: u64, unit: u64, accuracy: u64) -> (u64, usize) {
    let tens = |mut number: u64| {
        let mut count = 0;
        while number > 1 {
            number /= 10;
            count += 1;
        }
        count
    };
    let hidden: u32 = tens(accuracy);
    let width = tens(unit).saturating_sub(hidden);
    let digits = 10_u64.checked_pow(hidden).map_or(0, |scale| rest / scale);
    (digits, width as usize)
}
